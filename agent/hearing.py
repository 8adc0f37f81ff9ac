"""What a language model is asked when someone has spoken: of each thing that may be meant, whether it is wanted.

Names and values come from the rules, the question, the films shown and the words nearest in meaning; the model spells
none. It chooses among closed labels at marked places of one text, the same in training and in chat.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from agent.acts import Act, Dislikes, Likes
from agent.kinds import KINDS, Kind
from agent.mention import Mention
from agent.state import DialogueState
from catalog.items import TITLE, Catalog

CHOICE = "\ue000"
"""Marks the places where a label is chosen; what people write is kept free of it."""
STANDS = ("none", "likes", "dislikes")
"""What the person thinks of a candidate, the order of the model's labels."""
_LONGEST_REPLY, _LONGEST_BEFORE, _LONGEST_TEXT = 200, 100, 400
_LONGEST_ASKED = 120
_MOST_CANDIDATES = 20
_LIKELY, _IMPLIED = 0.45, 0.15
_MOST_VALUES = 2
SOFT = ("genre", "mood", "theme")
"""Facets whose words people use without meaning a film."""


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
    LIKELY = "!!"
    """It is what is implied, more likely than all others."""
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
    said: str
    """The utterance itself."""
    taken: tuple[str, ...] = ()
    """Items just shown that its words take, unless wishes among them speak against it."""


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
    known = {(candidate.facet, value) for candidate in kept for value in candidate.values}
    # "from the fifties" is of that decade, and need not be about it.
    named = {value for _, value in known}
    others += [Candidate(one.facet, (one.value,), _hint(one)) for one in near if one.value not in named]
    for other in others:
        new = {(other.facet, value) for value in other.values}
        if not new & known:
            kept.append(other)
            known |= new
    return tuple(kept[:_MOST_CANDIDATES])


def worded(near: Iterable[Implied], meaning: Callable[[str], Sequence[Mention]]) -> tuple[Implied, ...]:
    """Return what is near with sides of numbers as the rules understand their words: ``older`` is up to some year."""
    found: list[Implied] = []
    for one in near:
        if one.facet in SOFT:
            found.append(one)
        else:
            found += [Implied(said.facet, said.values[0], one.odds) for said in meaning(f"something {one.value}")[:1]]
    return tuple(found)


def _hint(implied: Implied) -> Hint:
    if implied.odds >= _LIKELY:
        return Hint.LIKELY
    return Hint.IMPLIED if implied.odds >= _IMPLIED else Hint.NEAR


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
    return "/".join(values) if candidate.facet in SOFT else f"{candidate.facet} {'/'.join(values)}"
