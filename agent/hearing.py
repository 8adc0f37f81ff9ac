"""What a language model is asked when someone has spoken: of each thing that may be meant, whether it is wanted.

Names and values come from the rules, the question, the films shown and the words nearest in meaning; the model spells
none. It chooses among closed labels at marked places of one text, the same in training and in chat.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from agent.acts import (
    Accepts,
    Act,
    Asks,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Mentions,
    Prefers,
    Rejects,
    Reset,
    Seen,
    SmallTalk,
    Talk,
    Topic,
    Undo,
)
from agent.kinds import KINDS, Kind
from agent.mention import Mention
from agent.state import DialogueState
from catalog.items import TITLE, Catalog
from graph.evidence import Wish

CHOICE = "\ue000"
"""Marks the places where a label is chosen; what people write is kept free of it."""
STANDS = ("none", "likes", "dislikes")
"""What the person thinks of a candidate, the order of the model's labels."""
_LONGEST_REPLY, _LONGEST_BEFORE, _LONGEST_TEXT = 200, 100, 400
_LONGEST_ASKED = 120
_MOST_CANDIDATES = 20
_IMPLIED = 0.15
_MOST_VALUES = 2
_SOFT = ("genre", "mood", "theme")
"""Facets whose words people use without meaning a film."""
_WISHES = Likes | Dislikes | Prefers | Indifferent | Forget | Mentions
_TALK = {"greet": Talk.GREET, "thanks": Talk.THANKS, "offtopic": Talk.OFFTOPIC}


class Hint(StrEnum):
    """Where a candidate comes from."""

    LIKED = "+"
    """The rules take it to be wanted."""
    DISLIKED = "-"
    """The rules take it to be unwanted."""
    NAMED = "="
    """It is named, and the rules make nothing of it."""
    OFFERED = "o"
    """It is an option of the question just asked."""
    SHOWN = "s"
    """It is an item just shown."""
    IMPLIED = "!"
    """It is what is implied, more likely than most."""
    NEAR = "?"
    """It is near in meaning."""


@dataclass(frozen=True)
class Implied:
    """A value that an utterance may imply without naming it."""

    facet: str
    value: str
    odds: float
    """How likely it is among all values; they sum to 1."""


@dataclass(frozen=True)
class Candidate:
    """Something that an utterance may be about."""

    facet: str
    values: tuple[str, ...]
    """Any of them may be meant; one item id under ``title``."""
    hint: Hint


@dataclass(frozen=True)
class Hearing:
    """What the rules make of an utterance, and the text in which a model reads it."""

    acts: tuple[Act, ...]
    kind: Kind
    about: tuple[Candidate, ...]
    text: str


@dataclass(frozen=True)
class Heard:
    """What a model makes of an utterance, as probabilities."""

    stands: np.ndarray
    """(candidates, 3), in the order of ``STANDS``."""
    kinds: np.ndarray
    """(12,), in the order of ``KINDS``."""

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return KINDS[int(self.kinds.argmax())]


class Hearer(Protocol):
    """A model that was trained on ``hearing_text``."""

    def near(self, text: str) -> Sequence[Implied]:
        """Return the values that a text of ``tagged_text`` may imply, the likeliest first."""
        ...

    def hear(self, text: str) -> Heard:
        """Read a text of ``hearing_text``."""
        ...


def candidates(
    acts: Sequence[Act], found: Iterable[Mention], near: Iterable[Implied], state: DialogueState
) -> tuple[Candidate, ...]:
    """Return what an utterance may be about, each value once, what the rules understood first."""
    kept = [
        Candidate(act.wish.facet, act.wish.values, Hint.LIKED if isinstance(act, Likes) else Hint.DISLIKED)
        for act in acts
        if isinstance(act, Likes | Dislikes)
    ]
    question = state.open_question
    others = [Candidate(mention.facet, mention.values, Hint.NAMED) for mention in found]
    others += [Candidate(question.facet, (value,), Hint.OFFERED) for value in question.options] if question else []
    others += [Candidate(TITLE, (item_id,), Hint.SHOWN) for item_id in state.slate]
    others += [Candidate(one.facet, (one.value,), Hint.IMPLIED if one.odds >= _IMPLIED else Hint.NEAR) for one in near]
    known = {(candidate.facet, value) for candidate in kept for value in candidate.values}
    for other in others:
        new = {(other.facet, value) for value in other.values}
        if not new & known:
            kept.append(other)
            known |= new
    return tuple(kept[:_MOST_CANDIDATES])


def hearing_text(text: str, kind: Kind, about: Sequence[Candidate], state: DialogueState, catalog: Catalog) -> str:
    """Return the text in which a model reads an utterance, with a ``CHOICE`` for each candidate and one for the kind.

    ``kind`` is what the rules take the utterance to be.
    """
    lines = []
    if state.turns:
        last = state.turns[-1]
        lines += [f"Before: {last.text[:_LONGEST_BEFORE]}"] if last.text else []
        lines += [f"Parley: {last.reply[-_LONGEST_REPLY:]}"] if last.reply else []
    if state.slate and not state.open_question:
        lines.append(f"Shown: {'; '.join(catalog[item_id].title for item_id in state.slate)}")
    lines.append(f"Person: {text[:_LONGEST_TEXT]}")
    lines = [_SPACES.sub(" ", line) for line in lines]
    lines += [f"{candidate.hint} {_called(candidate, catalog)}:{CHOICE}" for candidate in about]
    return "\n".join([*lines, f"Kind, {kind}:{CHOICE}"])


def tagged_text(text: str, state: DialogueState) -> str:
    """Return an utterance as it is read for what it implies: after what Parley said last."""
    asked = state.turns[-1].reply[-_LONGEST_ASKED:] if state.turns else ""
    return _SPACES.sub(" ", f"{asked} > {text[:_LONGEST_TEXT]}" if asked else text[:_LONGEST_TEXT])


_SPACES = re.compile(f"[{CHOICE}\\s]+")


def _called(candidate: Candidate, catalog: Catalog) -> str:
    values = candidate.values[:_MOST_VALUES]
    if candidate.facet == TITLE:
        return catalog[values[0]].title
    return "/".join(values) if candidate.facet in _SOFT else f"{candidate.facet} {'/'.join(values)}"


@dataclass(frozen=True)
class HearingConfig:
    """How likely a label must be to be believed against the rules; above 1 it never is.

    Chosen on utterances kept for validation, where the model hears kinds far better than the rules and values a little
    better. What the rules take to be refused stays refused: to show it would break a promise.
    """

    drop: float = 0.8
    """That something is not meant at all which the rules take to be wanted."""
    turn: float = 1.1
    """That something is refused which the rules take to be wanted."""
    named: float = 0.9
    """That something is wanted or unwanted which is named, offered or shown, and of which the rules make nothing."""
    implied: float = 0.45
    """The same of what is likely implied."""
    near: float = 1.1
    """The same of what is only near in meaning."""
    kind: float = 0.6
    """That the utterance is of another kind than the acts of the rules make it, if they see no wish in it."""
    accept: float = 0.95
    """That something shown is taken: to end a conversation that goes on is worse than to ask once more."""


def reheard(
    acts: Sequence[Act], about: Sequence[Candidate], heard: Heard, config: HearingConfig = HearingConfig()
) -> tuple[Act, ...]:
    """Return the acts with the likes and dislikes that the model hears in place of those of the rules."""
    stands = {
        candidate: _believed(candidate, odds, config) for candidate, odds in zip(about, heard.stands, strict=True)
    }
    told = {(candidate.facet, candidate.values): stand for candidate, stand in stands.items()}
    kept: list[Act] = []
    for act in acts:
        if not isinstance(act, Likes | Dislikes):
            kept.append(act)
            continue
        stand = told.get((act.wish.facet, act.wish.values), "likes" if isinstance(act, Likes) else "dislikes")
        kept += _stated(act.wish, stand)
    for candidate, stand in stands.items():
        if candidate.hint not in (Hint.LIKED, Hint.DISLIKED):
            kept += _stated(Wish(candidate.facet, candidate.values), stand)
    return tuple(dict.fromkeys(kept))


def _believed(candidate: Candidate, odds: np.ndarray, config: HearingConfig) -> str:
    """Return what is made of (3,) odds, given where the candidate comes from."""
    none, likes, dislikes = map(float, odds)
    hint = candidate.hint
    if hint == Hint.DISLIKED:
        return "dislikes"
    if hint == Hint.LIKED:
        if dislikes >= config.turn:
            return "dislikes"
        # Numbers, people, places and titles are always meant: to drop one would break a condition.
        return "none" if none >= config.drop and candidate.facet in _SOFT else "likes"
    if hint in (Hint.IMPLIED, Hint.NEAR) and candidate.facet not in _SOFT:
        # "keep it brief" implies a side of the numbers, and no number.
        return "none"
    least = {Hint.NEAR: config.near, Hint.IMPLIED: config.implied}.get(hint, config.named)
    if max(likes, dislikes) < least:
        return "none"
    return "likes" if likes >= dislikes else "dislikes"


def hesitates(text: str) -> bool:
    """Tell whether an utterance leaves everything open, so that nothing can be heard in it: ``hmm, let me think``."""
    return bool(_HESITATION.fullmatch(text))


_HESITATION = re.compile(
    r"\W*(?:(?:h+m+|o+h+|a+h+|u+m+|er+m*|well|maybe|perhaps|possibly|interesting|not sure|dunno|i don'?t know|"
    r"let me (?:think|see)|wait|hold on|one (?:moment|second|sec))\W*)+",
    re.IGNORECASE,
)


def agreed(
    acts: Sequence[Act], heard: Heard, kind: Kind, state: DialogueState, config: HearingConfig = HearingConfig()
) -> tuple[Act, ...]:
    """Return the acts made to agree with the kind that the model hears, where it is sure and the rules saw ``kind``.

    Wishes, and that something is to be recommended, are never overruled by it.
    """
    plain = any(isinstance(act, _WISHES) or act == Asks(Topic.RECOMMEND) for act in acts)
    if heard.kind == kind or heard.kinds.max() < config.kind or plain:
        return tuple(acts)
    shown = state.slate if not state.open_question else ()
    match heard.kind:
        case "reset" if state.turns:
            return (Reset(),)
        case "undo" if state.turns:
            return (Undo(),)
        case "just_recommend":
            return (Asks(Topic.RECOMMEND),)
        case "why" if shown or state.last_ask:
            return (Asks(Topic.WHY_ITEM, shown[0]) if shown else Asks(Topic.WHY_QUESTION),)
        case "accept" if (
            shown and heard.kinds.max() >= config.accept and not any(isinstance(act, SmallTalk) for act in acts)
        ):
            return _taken(acts, shown)
        case "reject" if shown:
            turned = tuple(act for act in acts if isinstance(act, Rejects | Seen))
            return turned or tuple(Rejects(item_id) for item_id in shown)
        case "greet" | "thanks" | "offtopic":
            return (SmallTalk(_TALK[heard.kind]),)
        case "request" | "answer" | "critique":
            return tuple(act for act in acts if isinstance(act, Rejects | Seen))
    return tuple(acts)


def _taken(acts: Sequence[Act], shown: Sequence[str]) -> tuple[Act, ...]:
    """Return that one of the items shown is taken: the one that the acts speak of, or the first."""
    named = [act.item_id for act in acts if isinstance(act, Asks | Rejects | Seen) and act.item_id in shown]
    return (Accepts(next(iter(item_id for item_id in named if item_id), shown[0])),)


def _stated(wish: Wish, stand: str) -> list[Act]:
    return [] if stand == "none" else [Likes(wish) if stand == "likes" else Dislikes(wish)]
