"""Systems that read one utterance after a few turns, and Parley's acts in the words of hand-written gold."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from agent.actions import Action, Ask, Pick, Recommend, Reply, ReplyKind
from agent.acts import Accepts, Act, Dislikes, Likes, Prefers, Rejects, Seen
from agent.hearing import Hearer
from agent.kinds import Kind, kind_of
from agent.lexicon import Lexicon, tokenize
from agent.linker import Linker
from agent.mention import Mention
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE, YEAR, Catalog, decade_of, parse_bound
from evaluation.gold import Heard, Spoken
from evaluation.near import Said
from evaluation.systems import Silent
from evaluation.vocabulary import in_vocabulary
from graph.evidence import Wish
from graph.questions import Question

_ASKING = re.compile(r"[^.!?]*\?")
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_COMPARING = re.compile(r"\b(?:more|closer|nearer|rather)\b", re.IGNORECASE)
_MOST_VALUES = 3
_LONGEST_TITLE = 9
_ENGLISH = Wish("language", ("English",))


class Listener(Protocol):
    """Reads what people write."""

    def hear(self, context: Sequence[Spoken], text: str) -> Heard | None:
        """Return what ``text`` says after ``context``, or None where the system's own words do not parse."""
        ...


class LinkerAlone:
    """Knows what is named, and takes all of it to be liked."""

    def __init__(self, catalog: Catalog) -> None:
        """Index the words of a catalogue."""
        self._catalog = catalog
        self._linker = Linker(Lexicon(catalog))

    def hear(self, context: Sequence[Spoken], text: str) -> Heard:
        """Return everything that is named."""
        likes = [Likes(Wish(mention.facet, mention.values)) for mention in self._linker.mentions(text)]
        return heard(likes, kind_of(likes, DialogueState()), self._catalog)


class Chat:
    """How Parley understands, after the turns of the context: by rules alone, or with a model that hears as well."""

    def __init__(self, catalog: Catalog, hearer: Hearer | None = None) -> None:
        """Index the words of a catalogue."""
        self._catalog = catalog
        self._linker = Linker(Lexicon(catalog))
        self._understander = Understander(catalog, Silent(), hearer)

    def hear(self, context: Sequence[Spoken], text: str) -> Heard:
        """Return the acts of ``text`` in the words of gold."""
        reading = self._understander.read(text, self.state_after(context), just_asked(context))
        return heard(reading.acts, reading.kind, self._catalog)

    def state_after(self, context: Sequence[Spoken]) -> DialogueState:
        """Return what Parley would know after these turns."""
        state = DialogueState()
        for spoken in context:
            if spoken.role == "user":
                state = state.heard(spoken.text, self._understander.acts(spoken.text, state))
                continue
            if not state.turns or state.turns[-1].action:
                state = state.heard("", ())
            state = state.decided(self._action(spoken)).said(self._filled(spoken))
        return state

    def _filled(self, spoken: Spoken) -> str:
        """Return the words of a turn with titles in place of slots."""
        text = spoken.text
        for place, item_id in enumerate(spoken.items, 1):
            text = text.replace(f"{{{place}}}", self._catalog[item_id].title)
        return text

    def _action(self, spoken: Spoken) -> Action:
        """Read what Parley did from what it said."""
        asking = " ".join(_ASKING.findall(spoken.text))
        if len(spoken.items) == 2 and all(slot in asking for slot in ("{1}", "{2}")) and _COMPARING.search(asking):
            return Ask(Question(TITLE, spoken.items))
        if spoken.items:
            return _shown(spoken.items)
        question = _question(asking, self._linker.mentions(asking)) if asking else None
        if question:
            return Ask(question)
        titles = [mention.values[0] for mention in self._linker.mentions(spoken.text) if mention.facet == TITLE]
        titles = titles or ([] if asking else _opened(spoken.text, self._linker.lexicon))
        return _shown(tuple(dict.fromkeys(titles))) if titles else Reply(ReplyKind.CONFIRM)


LISTENERS: Mapping[str, Callable[[Catalog], Listener]] = {"chat": Chat, "linker": LinkerAlone}
"""What a name makes of a catalogue."""


def just_asked(context: Sequence[Spoken]) -> bool:
    """Tell whether Parley just asked something, be it nothing that it has a form for."""
    return bool(context) and "?" in context[-1].text and not context[-1].items


def heard(acts: Sequence[Act], kind: Kind, catalog: Catalog) -> Heard:
    """Return Parley's acts in the words of gold."""
    likes = [act.wish for act in acts if isinstance(act, Likes)]
    likes += [Wish(TITLE, (act.better,)) for act in acts if isinstance(act, Prefers)]
    dislikes = [act.wish for act in acts if isinstance(act, Dislikes)]
    return Heard(
        kind,
        stated_values(
            [wish for wish in likes if not _foreign(wish)] + [_ENGLISH] * any(map(_foreign, dislikes)), catalog
        ),
        stated_values(
            [wish for wish in dislikes if not _foreign(wish)] + [_ENGLISH] * any(map(_foreign, likes)), catalog
        ),
        *(
            tuple(catalog[act.item_id].title for act in acts if isinstance(act, kind))
            for kind in (Seen, Rejects, Accepts)
        ),
    )


def stated_values(wishes: Iterable[Wish], catalog: Catalog) -> tuple[Said, ...]:
    """Return every value of the wishes in gold's vocabularies; years as decades, what is no facet of gold as it is."""
    found: list[Said] = []
    for wish in wishes:
        if wish.facet == TITLE:
            found += [Said(TITLE, catalog[item_id].title) for item_id in wish.values]
        elif wish.facet == YEAR:
            found += [Said("decade", _decade(value)) for value in wish.values]
        else:
            found += [said for value in wish.values if (said := in_vocabulary(Said(wish.facet, value)))]
    return _closed(dict.fromkeys(found))


def _foreign(wish: Wish) -> bool:
    """Tell whether a wish is for any language but English: "with subtitles"."""
    return wish.facet == _ENGLISH.facet and len(wish.values) > _MOST_VALUES


def _decade(value: str) -> str:
    """Return the decade of a bound on the year."""
    bound = parse_bound(value)
    return f"{bound[0]}{decade_of(int(bound[1]))}" if bound else value


def _closed(found: Iterable[Said]) -> tuple[Said, ...]:
    """Put two bounds that leave one decade together: "from 1994" is 1993 to 1995."""
    values = list(found)
    for said in tuple(values):
        decade = said.value[2:]
        if said.value[:2] == ">=" and said.facet == "decade" and Said("decade", f"<={decade}") in values:
            values.remove(Said("decade", f"<={decade}"))
            values[values.index(said)] = Said("decade", decade)
    return tuple(values)


def _shown(ids: Iterable[str]) -> Recommend:
    return Recommend(tuple(Pick(item_id, 1.0) for item_id in ids))


def _question(asking: str, found: Sequence[Mention]) -> Question | None:
    """Return the question whose options are named: of each stretch of text one, of the facet that is named most.

    A question has one facet here, whichever its options have: "funny or a weepie" names a genre and a mood. Words for
    many values at once ("subtitles") are no option, and "animated or live action", half of which is named, is none.
    """
    places: dict[tuple[int, int], list[Mention]] = {}
    for mention in found:
        if len(mention.values) <= _MOST_VALUES:
            places.setdefault((mention.start, mention.end), []).append(mention)
    if not places:
        return None
    facets = Counter(facet for named in places.values() for facet in dict.fromkeys(mention.facet for mention in named))
    main = max(facets, key=lambda facet: (facets[facet], -min(m.start for m in found if m.facet == facet)))
    chosen = [next((one for one in named if one.facet == main), named[0]) for named in places.values()]
    chosen = [mention for mention in chosen if (mention.facet == TITLE) == (main == TITLE)]
    options = tuple(dict.fromkeys(value for mention in chosen for value in mention.values))
    halved = len(chosen) == 1 and (main == TITLE or parse_bound(options[0]) or _OR.search(asking))
    mixed = len(options) != 2 and (main == TITLE or any(map(parse_bound, options)))
    return None if halved or mixed else Question(main, options)


def _opened(text: str, lexicon: Lexicon) -> list[str]:
    """Return the id of the item with whose title a text opens, be it a word such as "Big"; the longest counts."""
    words = tokenize(text)[:_LONGEST_TITLE]
    for length in range(len(words), 0, -1):
        if meanings := lexicon.titles.get(" ".join(word.norm for word in words[:length])):
            return list(meanings[0].values)
    return []
