"""From an utterance to acts linked to catalogue ids.

    "not Cars, we've seen it; something sweet"
    -> Rejects(cars), Seen(cars), Likes(Wish("mood", ("sweet",)))

Rules read what is named and what is meant; the language model is asked only where they see nothing.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from agent.actions import Ask, Recommend, Reply, ReplyKind
from agent.acts import (
    Accepts,
    Act,
    Asks,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Mentions,
    Rejects,
    Reset,
    Seen,
    SmallTalk,
    Talk,
    Topic,
    Undo,
)
from agent.intents import Intent, intents, spans
from agent.language import LanguageModel
from agent.lexicon import Lexicon
from agent.linker import Linker
from agent.mention import Mention
from agent.polarity import unwanted
from agent.prompt import NEUTRAL_TEXTS, SITUATIONS, situation_prompt
from agent.state import DialogueState
from catalog.items import TITLE, Catalog
from graph.evidence import Wish

_LONGEST_TEXT = 2000
_OR = re.compile(r"^\s*(?:,|/|,?\s*or)\s*(?:a |an |the |any |some )?$", re.IGNORECASE)
_SEEN_BEFORE = re.compile(
    r"\b(?:seen|watched|saw|recite|know|rewatched)\b(?:(?! but |\bso\b)[^.!?;]){0,45}$", re.IGNORECASE
)
_NOT_SEEN = re.compile(r"\b(?:never|haven'?t|not|havent) (?:yet )?(?:seen|watched|saw)\b", re.IGNORECASE)
_LOVED_BEFORE = re.compile(
    r"\b(?:lov(?:e|ed)|like[ds]?|enjoyed|adored?|similar to|vein of|fan of)\b[^.!?;]{0,30}$", re.IGNORECASE
)
_HATED_BEFORE = re.compile(
    r"\b(?:hat(?:e|ed)|dislike[ds]?|couldn'?t stand|didn'?t (?:like|enjoy)|despised?|loathed?)\b[^.!?;]{0,20}$",
    re.IGNORECASE,
)
_HATED_AFTER = re.compile(
    r"^[^.!?;]{0,25}\b(?:did nothing|didn'?t (?:like|enjoy|care for)|hated (?:it|them|that)|overrated|"
    r"was (?:boring|awful|rubbish|bad|terrible)|bored|sucked|is rubbish)",
    re.IGNORECASE,
)
_LOVED_AFTER = re.compile(
    r"\b(?:(?:loved?|liked) (?:it|them|that)|was (?:great|brilliant|wonderful|perfect)|loved)\b", re.IGNORECASE
)
_UNKNOWN_TITLE = re.compile(
    r"[\"“]([^\"”]{2,60})[\"”]|"
    r"\b(?:(?:something|anything|films?|movies?|one) like|similar to|seen|watched|loved|called|you got|you have)\s+"
    r"((?:[A-Z][\w'’]*|\d+)(?:\s+(?:[A-Z][\w'’]*|of|the|and|in|\d+))*)"
)
_FORGET = re.compile(r"\b(?:forget|ignore|take back|scratch|cancel|never ?mind)\b", re.IGNORECASE)
_TALK = {
    Intent.GREET: Talk.GREET,
    Intent.THANKS: Talk.THANKS,
    Intent.GOODBYE: Talk.GOODBYE,
    Intent.OFFTOPIC: Talk.OFFTOPIC,
}
_PLACES = {Intent.FIRST: 0, Intent.SECOND: 1, Intent.THIRD: 2}


class Understander:
    """Reads what people write about one catalogue."""

    def __init__(self, catalog: Catalog, language: LanguageModel) -> None:
        """Index the words of the catalogue."""
        self._linker = Linker(Lexicon(catalog))
        self._language = language

    def acts(self, text: str, state: DialogueState) -> tuple[Act, ...]:
        """Return what the person does by saying ``text`` now, in the order of the text.

        Words in which the rules see nothing are a greeting, off the topic, or a request that names
        nothing, for which the acts are empty. Text beyond 2,000 characters is not read.
        """
        text = text[:_LONGEST_TEXT].replace("’", "'")
        near = state.slate if isinstance(_last(state), Recommend | Reply) else ()
        found = self._linker.mentions(text, near)
        flags = intents(_without_titles(text, found))
        if Intent.RESET in flags:
            return (Reset(),)
        if Intent.UNDO in flags and (not found or _FORGET.search(text)):
            return _forgotten(found, state) or (Undo(),)
        acts = [*self._named(text, found, flags, state), *_answers(flags, found, state)]
        acts += _verdicts(text, flags, found, state, acts)
        acts += _questions(flags, found, state, acts)
        acts += self._unknown(text, found)
        if not acts:
            acts += [SmallTalk(talk) for intent, talk in _TALK.items() if intent in flags][:1]
        return tuple(dict.fromkeys(acts)) or self._guess(text, flags)

    def _named(self, text: str, found: Sequence[Mention], flags: frozenset[Intent], state: DialogueState) -> list[Act]:
        """Turn what is named into likes and dislikes, and titles into verdicts."""
        acts: list[Act] = []
        options = _options(state)
        bad = unwanted(text, found)
        for place, mention in enumerate(found):
            if mention.facet == TITLE:
                acts += _about_item(text, mention, bad[place], flags, state)
                continue
            if place > 0 and not bad[place] and _echoes(found[place - 1], mention):
                continue
            values = tuple(value for value in mention.values if value in options) or mention.values
            wish = Wish(mention.facet, values)
            before = acts[-1] if acts else None
            joined = place > 0 and bool(_OR.match(text[found[place - 1].end : mention.start]))
            if joined and isinstance(before, Likes) and before.wish.facet == wish.facet and not bad[place]:
                acts[-1] = Likes(Wish(wish.facet, tuple(dict.fromkeys((*before.wish.values, *values)))))
            else:
                acts.append(Dislikes(wish) if bad[place] else Likes(wish))
        return acts

    def _unknown(self, text: str, found: Sequence[Mention]) -> list[Act]:
        """Notice a title that the catalogue does not hold."""
        match = _UNKNOWN_TITLE.search(text)
        if not match or any(mention.start < match.end() and mention.end > match.start() for mention in found):
            return []
        name = (match[1] or match[2]).strip()
        return [] if name.lower() in self._linker.lexicon.ordinary or len(name) < 3 else [Mentions(name)]

    def _guess(self, text: str, flags: frozenset[Intent]) -> tuple[Act, ...]:
        """Ask the language model what kind of utterance this is: the rules saw nothing in it.

        Small models favour one label whatever is said, so each label's score on neutral texts is
        subtracted first (contextual calibration, Zhao et al. 2021).
        """
        if Intent.INDIFFERENT in flags:
            return (Asks(Topic.RECOMMEND),)
        scores = self._language.score(situation_prompt(text), list(SITUATIONS))
        risen = [score - usual for score, usual in zip(scores, self._usual, strict=True)]
        act = list(SITUATIONS.values())[max(range(len(risen)), key=lambda place: risen[place])]
        return (act,) if act else ()

    @cached_property
    def _usual(self) -> tuple[float, ...]:
        """The mean score of each label on texts that are none of them."""
        rows = [self._language.score(situation_prompt(text), list(SITUATIONS)) for text in NEUTRAL_TEXTS]
        return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


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


def _forgotten(found: Sequence[Mention], state: DialogueState) -> tuple[Act, ...]:
    """Withdraw the beliefs that are named: ``forget what I said about horror``."""
    named = {(mention.facet, value) for mention in found for value in mention.values}
    return tuple(
        Forget(belief.stance, belief.wish)
        for belief in state.beliefs
        if any((belief.wish.facet, value) in named for value in belief.wish.values)
    )


def _last(state: DialogueState) -> Ask | Recommend | Reply | None:
    return state.turns[-1].action if state.turns else None


def _options(state: DialogueState) -> tuple[str, ...]:
    return state.last_ask.question.options if state.last_ask else ()


def _about_item(text: str, mention: Mention, bad: bool, flags: frozenset[Intent], state: DialogueState) -> list[Act]:
    """Say what an item's title was named for: as seen, as unwanted, as taken, or as a taste."""
    item_id = mention.values[0]
    before, after = text[: mention.start], text[mention.end :]
    liked = bool(_LOVED_BEFORE.search(before) or _LOVED_AFTER.search(after))
    hated = bool(_HATED_BEFORE.search(before) or _HATED_AFTER.search(after))
    seen = bool(_SEEN_BEFORE.search(before)) and not _NOT_SEEN.search(before)
    wish = Wish(TITLE, (item_id,))
    if hated:
        return [Dislikes(wish)]
    if item_id in state.slate:
        if Intent.SEEN in flags or seen:
            return [Seen(item_id), *([Likes(wish)] if liked else [])]
        if bad or Intent.REJECT in flags:
            return [Rejects(item_id)]
        more = Intent.MORE in flags or bool(re.search(r"\blike (?:the )?$", before))
        return [Likes(wish)] if more else ([] if Intent.WHY in flags else [Accepts(item_id)])
    if seen:
        return [Seen(item_id), *([Likes(wish)] if liked else [])]
    if bad:
        return [Rejects(item_id)]
    return [] if _NOT_SEEN.search(before) else [Likes(wish)]


def _answers(flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState) -> list[Act]:
    """Read an answer to the question just asked."""
    if state.last_ask is None or not _just_asked(state):
        return []
    question = state.last_ask.question
    named = any(value in question.options for mention in found for value in mention.values)
    if named or Intent.SEEN in flags:
        return []
    if Intent.NEITHER in flags or (Intent.REJECT in flags and Intent.INDIFFERENT not in flags and not found):
        return [Dislikes(Wish(question.facet, (value,))) for value in question.options]
    if Intent.BOTH in flags:
        return [Likes(Wish(question.facet, (value,))) for value in question.options]
    if Intent.JUST_RECOMMEND in flags:
        return [Indifferent(question.facet), Asks(Topic.RECOMMEND)]
    if Intent.INDIFFERENT in flags:
        return [Indifferent(question.facet)]
    if Intent.EITHER in flags:
        return [Likes(Wish(question.facet, question.options))]
    for intent, place in _PLACES.items():
        if intent in flags and place < len(question.options):
            return [Likes(Wish(question.facet, (question.options[place],)))]
    return []


def _just_asked(state: DialogueState) -> bool:
    """Tell whether Parley's last words were a question, or why it was asked."""
    last = _last(state)
    return isinstance(last, Ask) or (isinstance(last, Reply) and last.kind is ReplyKind.WHY_QUESTION)


def _verdicts(
    text: str, flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState, acts: Sequence[Act]
) -> list[Act]:
    """Read a verdict on the items just shown that does not name them."""
    shown = _shown(state)
    if not shown or any(isinstance(act, Seen | Rejects | Accepts) for act in acts):
        return []
    named = [(shown[place], intent) for intent, place in _PLACES.items() if intent in flags and place < len(shown)]
    pointed = [item_id for item_id, _ in named]
    refused = [item_id for item_id, intent in named if _refused(text, intent)]
    if refused and Intent.SEEN not in flags:
        return [Rejects(item_id) for item_id in refused]
    if Intent.BOTH in flags or Intent.NEITHER in flags:
        pointed = list(shown)
    if Intent.SEEN in flags and not any(mention.facet == TITLE for mention in found):
        return [Seen(item_id) for item_id in pointed or shown[:1]]
    critique = any(isinstance(act, Likes | Dislikes) for act in acts)
    if Intent.NEITHER in flags or (Intent.REJECT in flags and Intent.ACCEPT not in flags and not critique):
        return [Rejects(item_id) for item_id in pointed or shown]
    if (Intent.ACCEPT in flags or pointed) and not acts and Intent.WHY not in flags:
        return [Accepts(item_id) for item_id in pointed or shown[:1]]
    return []


def _refused(text: str, place: Intent) -> bool:
    """Tell whether the item of a place is not wanted: ``not the first one``, ``anything but the second``."""
    return any(unwanted(text, [Mention(start, end, TITLE, ())])[0] for start, end in spans(place, text))


def _shown(state: DialogueState) -> tuple[str, ...]:
    return () if not state.turns or _just_asked(state) else state.slate


def _questions(
    flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState, acts: Sequence[Act]
) -> list[Act]:
    """Read what the person asks of Parley."""
    if Intent.TASTE in flags:
        return [Asks(Topic.TASTE)]
    shown = _shown(state)
    if Intent.WHY in flags and (shown or state.last_ask) and not any(isinstance(act, Dislikes) for act in acts):
        if not shown:
            return [Asks(Topic.WHY_QUESTION)]
        named = [mention.values[0] for mention in found if mention.facet == TITLE]
        pointed = [shown[place] for intent, place in _PLACES.items() if intent in flags and place < len(shown)]
        return [Asks(Topic.WHY_ITEM, next(iter([*named, *pointed, *shown])))]
    if Intent.MORE in flags and shown and not any(isinstance(act, Rejects | Seen) for act in acts):
        return [Asks(Topic.MORE)]
    if Intent.JUST_RECOMMEND in flags and not any(isinstance(act, Asks) for act in acts):
        return [Asks(Topic.RECOMMEND)]
    return []
