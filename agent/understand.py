"""From an utterance to acts linked to catalogue ids.

    "not Cars, we've seen it; something sweet"
    -> Rejects(cars), Seen(cars), Likes(Wish("mood", ("sweet",)))

Rules read what is named and what is meant; a model that was trained for it may then correct them (agent.hearing).
Without one, the language model is asked only where the rules see nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.actions import Recommend, Reply, ReplyKind
from agent.acts import (
    Act,
    Asks,
    Dislikes,
    Forget,
    Likes,
    Mentions,
    Rejects,
    Reset,
    SmallTalk,
    Stance,
    Talk,
    Topic,
    Undo,
)
from agent.answers import answers, opening, options_pointed_at, wishes_among
from agent.believing import agreed, hesitates, reheard, without_asides
from agent.hearing import Hearer, Hearing, Implied, candidates, hearing_text, tagged_text, worded
from agent.intents import Intent, after_new_start, intents
from agent.kinds import Kind, kind_of
from agent.language import LanguageModel
from agent.lexicon import FUNCTION_WORDS, Lexicon, surface, tokenize
from agent.linker import Linker
from agent.mention import Mention
from agent.pointing import pointed_out, reasons
from agent.polarity import is_slip
from agent.prompt import NEUTRAL_TEXTS, SITUATIONS, situation_prompt
from agent.stances import stances
from agent.state import DialogueState
from agent.tale import wished
from agent.verdicts import NOT_SEEN, about_item, asked, asked_about, last_action, taken, verdicts
from catalog.items import TITLE, Catalog
from graph.evidence import Wish
from graph.questions import Form

_LONGEST_TEXT = 2000
_TELLS = 4
"""Words with a meaning of their own, from which on a greeting is only the beginning."""
_OR = re.compile(r"^\s*(?:,|/|,?\s*or)\s*(?:a |an |the |any |some )?$", re.IGNORECASE)
_SEEN_PLAIN = re.compile(r"\b(?:seen|watched|saw)\b", re.IGNORECASE)
_UNKNOWN_TITLE = re.compile(
    r"[\"“]([^\"”]{2,60})[\"”]|"
    r"\b(?:(?:something|anything|films?|movies?|one) like|similar to|seen|watched|loved|called|you got|you have)\s+"
    r"((?:[A-Z][\w'’]*|\d+)(?:\s+(?:[A-Z][\w'’]*|of|the|and|in|\d+))*)"
)
_FORGET = re.compile(r"\b(?:forget|ignore|take back|scratch|cancel|never ?mind)\b", re.IGNORECASE)
_INSTEAD = re.compile(
    r"\binstead\b(?! of)|(?<!what )(?<!if )\bi (?:actually |really )?meant\b(?! (?:to|it|that|what|every)\b|\W*$)",
    re.IGNORECASE,
)
_BRANDS = frozenset("marvel pixar disney anime bollywood hollywood 007".split()) | {
    "james bond",
    "bond film",
    "bond films",
}
"""Words for some of the items of a value: to refuse them is not to refuse all."""
_TALK = {
    Intent.GREET: Talk.GREET,
    Intent.THANKS: Talk.THANKS,
    Intent.GOODBYE: Talk.GOODBYE,
    Intent.OFFTOPIC: Talk.OFFTOPIC,
}


@dataclass(frozen=True)
class Reading:
    """What was understood of an utterance."""

    acts: tuple[Act, ...]
    kind: Kind


class Understander:
    """Reads what people write about one catalogue."""

    def __init__(self, catalog: Catalog, language: LanguageModel, hearer: Hearer | None = None) -> None:
        """Index the words of the catalogue; a ``hearer`` may correct what the rules read."""
        self._catalog = catalog
        self._linker = Linker(Lexicon(catalog))
        self._language = language
        self._hearer = hearer

    def acts(self, text: str, state: DialogueState) -> tuple[Act, ...]:
        """Return what the person does by saying ``text`` now, in the order of the text.

        Words in which the rules see nothing are a greeting, off the topic, or a request that names
        nothing, for which the acts are empty. Text beyond 2,000 characters is not read.
        """
        return self.read(text, state).acts

    def read(self, text: str, state: DialogueState, asked: bool = False) -> Reading:
        """Return the acts, and what kind of utterance it is; ``asked`` as in ``agent.kinds.kind_of``."""
        near = self._hearer.near(tagged_text(text, state)) if self._hearer and text.strip() else ()
        hearing = self.hearing(text, state, near, asked)
        if self._hearer is None or not text.strip():
            return Reading(hearing.acts, hearing.kind)
        heard = self._hearer.hear(hearing.text)
        acts = without_asides(hearing, reheard(hearing.acts, hearing.about, heard), heard, state)
        return Reading(acts if hesitates(text) else agreed(acts, heard, hearing.kind, state), heard.kind)

    def hearing(self, text: str, state: DialogueState, near: Sequence[Implied], asked: bool = False) -> Hearing:
        """Return what the rules make of ``text``, and what a model is asked about it with these values ``near`` it."""
        text = text[:_LONGEST_TEXT].replace("’", "'").strip()
        acts = self._ruled(text, state)
        kind = kind_of(acts, state, asked)
        found = self._mentions(text, state)
        slips = [mention for mention in found if is_slip(text, mention, found)]
        missaid = {(slip.facet, value) for slip in slips for value in slip.values}
        said = tuple(mention for mention in found if mention not in slips)
        meant = [one for one in near if (one.facet, one.value) not in missaid]
        about = candidates(acts, said, worded(meant, self._linker.mentions), state)
        shown = taken(text, intents(text), state)
        return Hearing(acts, kind, about, hearing_text(text, kind, about, state, self._catalog), text, shown)

    def _ruled(self, text: str, state: DialogueState) -> tuple[Act, ...]:
        """Return the acts that the rules see."""
        found = self._mentions(text, state)
        begun = opening(text, found, state)
        text = " " * begun.end + text[begun.end :]
        flags = intents(_without_titles(text, found))
        if NOT_SEEN.search(text) and not _SEEN_PLAIN.search(NOT_SEEN.sub(" ", text)):
            flags -= {Intent.SEEN}
        if not state.turns:
            flags -= {Intent.RESET, Intent.UNDO}
        last = last_action(state)
        over = isinstance(last, Reply) and last.kind in (ReplyKind.CONFIRM, ReplyKind.GOODBYE)
        returns = Intent.BACK in flags and over
        if Intent.RESET in flags or returns:
            return (Reset(), *self._afresh(text))
        if Intent.UNDO in flags and (not found or _FORGET.search(text)):
            return _forgotten(found, state) or (Undo(),)
        if found and _FORGET.search(text) and (gone := _forgotten(found, state)):
            withdrawn = {(act.wish.facet, value) for act in gone for value in act.wish.values}
            rest = [
                mention for mention in found if not any((mention.facet, value) in withdrawn for value in mention.values)
            ]
            return (*gone, *self._named(text, rest, flags, state))
        if about := asked_about(text, flags, state):
            return about
        wishes = wishes_among(text, found, begun.says, state.open_question)
        acts = [*self._named(text, wishes, flags, state), *answers(text, begun.says, flags, found, state)]
        why = reasons(text, acts, taken(text, flags, state), self._catalog)
        acts = [act for act in acts if act not in why]
        acts += verdicts(text, flags, found, state, acts)
        acts += asked(flags, found, state, acts)
        acts += self._unknown(text, found)
        if not acts and Intent.GREET in flags and _tells(text):
            return ()
        if not acts:
            acts += [SmallTalk(talk) for intent, talk in _TALK.items() if intent in flags][:1]
        return tuple(dict.fromkeys(acts)) or self._guess(text, flags, state)

    def _afresh(self, text: str) -> tuple[Act, ...]:
        """Return what is wished for after the words that start over."""
        rest = after_new_start(text)
        acts = self._ruled(rest, DialogueState()) if rest.strip(" .,!?") else ()
        return tuple(act for act in acts if isinstance(act, Likes | Dislikes) or act == Asks(Topic.RECOMMEND))

    def _mentions(self, text: str, state: DialogueState) -> tuple[Mention, ...]:
        """Return what a text names, given what was just spoken of."""
        question = state.open_question
        if question and question.form is Form.COMPARISON:
            for item_id in question.options:
                if surface(text) == surface(self._catalog[item_id].title):
                    return (Mention(0, len(text), TITLE, (item_id,)),)
            return self._linker.mentions(text, question.options)
        near = state.slate if isinstance(last_action(state), Recommend | Reply) else ()
        found = pointed_out(text, self._linker.mentions(text, near), near, self._catalog)
        pointed = options_pointed_at(text, found, question)
        return tuple(sorted((*found, *pointed), key=lambda one: one.start)) if question else wished(text, found)

    def _named(self, text: str, found: Sequence[Mention], flags: frozenset[Intent], state: DialogueState) -> list[Act]:
        """Turn what is named into likes and dislikes, and titles into verdicts."""
        acts: list[Act] = []
        options = state.open_question.options if state.open_question else ()
        bad = stances(text, found, state)
        for place, mention in enumerate(found):
            if mention.facet == TITLE:
                following = (other.start for other in found[place + 1 :] if other.facet == TITLE)
                about = about_item(text, mention, bool(bad[place]), flags, state, next(following, len(text)))
                if about == [Rejects(mention.values[0])]:
                    about += [Rejects(item_id) for item_id in self._series(text, mention)]
                acts += about
                continue
            if place > 0 and not bad[place] and _echoes(found[place - 1], mention):
                continue
            values = tuple(value for value in mention.values if value in options) or mention.values
            wish = Wish(mention.facet, values)
            if bad[place] is None or (bad[place] and _refuses_less(text, place, found, acts)):
                continue
            if bad[place]:
                acts = [act for act in acts if act != Likes(wish)]
            elif Dislikes(wish) in acts:
                continue
            before = acts[-1] if acts else None
            joined = place > 0 and self._alternatives(text[found[place - 1].end : mention.start], mention.facet)
            if joined and isinstance(before, Likes) and before.wish.facet == wish.facet and not bad[place]:
                acts[-1] = Likes(Wish(wish.facet, tuple(dict.fromkeys((*before.wish.values, *values)))))
            else:
                acts.append(Dislikes(wish) if bad[place] else Likes(wish))
        if _INSTEAD.search(text):
            slips = [mention for mention, flag in zip(found, bad, strict=True) if flag is None]
            return [*_replaced(acts, slips, state), *acts]
        return acts

    def _alternatives(self, gap: str, facet: str) -> bool:
        """Tell whether either of two values will do; of people with a comma between them both are wanted."""
        return bool(_OR.match(gap)) and not (facet in self._linker.lexicon.names and gap.strip() == ",")

    def _series(self, text: str, mention: Mention) -> list[str]:
        """Return the other items that a short form names as well: "not Kill Bill" refuses both volumes."""
        form = surface(text[mention.start : mention.end])
        same = self._linker.lexicon.titles.get(form, ())
        ids = [meaning.values[0] for meaning in same]
        if any(surface(self._catalog[item_id].title) == form for item_id in ids):
            return []
        return [item_id for item_id in ids if item_id != mention.values[0]]

    def _unknown(self, text: str, found: Sequence[Mention]) -> list[Act]:
        """Notice a title that the catalogue does not hold."""
        match = _UNKNOWN_TITLE.search(text)
        if not match or any(mention.start < match.end() and mention.end > match.start() for mention in found):
            return []
        name = (match[1] or match[2]).strip()
        return [] if name.lower() in self._linker.lexicon.ordinary or len(name) < 3 else [Mentions(name)]

    def _guess(self, text: str, flags: frozenset[Intent], state: DialogueState) -> tuple[Act, ...]:
        """Ask the language model what kind of utterance this is: the rules saw nothing in it.

        Small models favour one label whatever is said, so each label's score on neutral texts is
        subtracted first (contextual calibration, Zhao et al. 2021).
        """
        if Intent.INDIFFERENT in flags:
            return (Asks(Topic.RECOMMEND),)
        if self._hearer:
            return ()
        scores = self._language.score(situation_prompt(text), list(SITUATIONS))
        risen = [score - usual for score, usual in zip(scores, self._usual, strict=True)]
        act = list(SITUATIONS.values())[max(range(len(risen)), key=lambda place: risen[place])]
        begun = bool(state.beliefs or state.shown or state.last_ask)
        return (act,) if act and not (begun and act == SmallTalk(Talk.GREET)) else ()

    @cached_property
    def _usual(self) -> tuple[float, ...]:
        """The mean score of each label on texts that are none of them."""
        rows = [self._language.score(situation_prompt(text), list(SITUATIONS)) for text in NEUTRAL_TEXTS]
        return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def _tells(text: str) -> bool:
    """Tell whether a text says more than a greeting: ``evening! an old man ties balloons to his house``."""
    return sum(token.norm not in FUNCTION_WORDS for token in tokenize(text)) >= _TELLS


def _refuses_less(text: str, place: int, found: Sequence[Mention], acts: Sequence[Act]) -> bool:
    """Tell whether a refused word refuses less than its value: "no Marvel" where superheroes are wanted.

    So does a brand, a value that the same text wishes for, and the genre of a word that names a mood or theme besides:
    who wants no romcom may well want a comedy.
    """
    mention = found[place]
    if text[mention.start : mention.end].lower() in _BRANDS:
        return True
    said = surface(text[mention.start : mention.end])
    # "is it sad? can't do sad" refuses the very word, and with it the value.
    again = any(surface(text[one.start : one.end]) == said for one in found[:place] if one.values == mention.values)
    if Likes(Wish(mention.facet, mention.values)) in acts and said not in map(surface, mention.values) and not again:
        return True
    same = {other.facet for other in found if (other.start, other.end) == (mention.start, mention.end)}
    return (
        mention.facet == "genre"
        and bool(same & {"mood", "theme"})
        and not any(_echoes(mention, other) for other in found if other != mention)
    )


def _echoes(first: Mention, second: Mention) -> bool:
    """Tell whether two facets have a value of the same name for the same words: liking it demands one, not both."""
    if (first.start, first.end) != (second.start, second.end):
        return False
    names = [{value.casefold().rstrip("s") for value in mention.values} for mention in (first, second)]
    return bool(names[0] & names[1])


def _without_titles(text: str, found: Sequence[Mention]) -> str:
    """Return the text with a letter for each title: "Not Another Teen Movie it is" asks for no other."""
    for mention in reversed(found):
        if mention.facet == TITLE:
            text = f"{text[: mention.start]}X{text[mention.end :]}"
    return text


def _replaced(acts: Sequence[Act], slips: Sequence[Mention], state: DialogueState) -> list[Forget]:
    """Withdraw what is now wished for otherwise: other values of a facet, and what was only a slip of the tongue."""
    named = {act.wish.facet for act in acts if isinstance(act, Likes) and act.wish.facet != TITLE}
    missaid = {value.casefold() for slip in slips for value in slip.values}
    return [
        Forget(belief.stance, belief.wish)
        for belief in state.beliefs
        if belief.stance == Stance.LIKES
        and (belief.wish.facet in named or missaid.intersection(map(str.casefold, belief.wish.values)))
    ]


def _forgotten(found: Sequence[Mention], state: DialogueState) -> tuple[Forget, ...]:
    """Withdraw the beliefs that are named: ``forget what I said about horror``."""
    named = {(mention.facet, value) for mention in found for value in mention.values}
    return tuple(
        Forget(belief.stance, belief.wish)
        for belief in state.withdrawable
        if any((belief.wish.facet, value) in named for value in belief.wish.values)
    )
