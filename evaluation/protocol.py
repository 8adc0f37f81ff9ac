"""The multi-round protocol of conversational recommendation, to the letter (Lei et al. 2020; Deng et al. 2021).

Someone has an item in mind and volunteers one of its values, drawn at random, which takes the first of 15 turns. Then
the system acts: it asks, and is answered truthfully, or it recommends 10 items, and has succeeded if the one in mind
is among them. Nothing else is revealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from graph.build import ValueNode
from graph.questions import Question, Shortlist, likelihoods

TURNS = 15
"""Of a conversation, the volunteered value included: the system has one less."""
SLATE = 10


State = TypeVar("State")


class Player(Protocol[State]):
    """A system under test: it is told who speaks and what was answered, and nothing about the target.

    Its states are values; the conversation hands each back to the player that made it.
    """

    def begin(self, user: str, volunteered: ValueNode) -> State:
        """Return the state after the first turn."""
        ...

    def move(self, state: State, turn: int) -> Question | tuple[str, ...]:
        """Return a question, or the ids of at most 10 items, best first; ``turn`` counts the actions so far."""
        ...

    def answered(self, state: State, question: Question, answer: int) -> State:
        """Return the state after an answer, counted as in ``graph.questions.likelihoods``."""
        ...

    def refused(self, state: State, slate: Sequence[str]) -> State:
        """Return the state after a recommendation that missed."""
        ...


@dataclass(frozen=True)
class Played:
    """A conversation that was held."""

    turns: int
    """Actions up to the success; 15 after a failure."""
    rank: int
    """Of the target in the slate that hit it, 1-based; 0 after a failure."""
    questions: int
    recommendations: int

    @property
    def success(self) -> bool:
        """Tell whether the target was recommended."""
        return self.rank > 0

    @property
    def hdcg(self) -> float:
        """The hierarchical DCG at 15 turns of 10 items: high when the target comes early and on top.

        1 / log2(t + 3) + (1 / log2(t + 2) - 1 / log2(t + 3)) / log2(rank + 1) after ``t`` earlier actions; 0 for a
        failure (Deng et al. 2021, as in their released evaluation).
        """
        if not self.success:
            return 0.0
        earlier = self.turns - 1
        low, high = 1 / np.log2(earlier + 3), 1 / np.log2(earlier + 2)
        return float(low + (high - low) / np.log2(self.rank + 1))


class Person:
    """Someone with an item in mind, who answers questions; the only one who knows it."""

    def __init__(self, truth: Shortlist, rng: np.random.Generator, noise: float = 0.0) -> None:
        """Have in mind the only item of ``truth``; each answer is wrong with chance ``noise``.

        What the catalogue does not say of the item they do not know either: they answer at random.
        """
        self._truth = truth
        self._target = truth.graph.catalog.items[int(truth.rows[0])].id
        self._rng = rng
        self._noise = noise

    def volunteer(self) -> ValueNode:
        """Return one of the values of the item: a facet, then a value of it, are drawn at random.

        Raises ValueError for an item without any.
        """
        item = self._truth.graph.catalog[self._target]
        if not item.facets:
            raise ValueError(f"{item.label} has no values, so that nobody could ask for it")
        facet = list(item.facets)[int(self._rng.integers(len(item.facets)))]
        return ValueNode(facet, item.facets[facet][int(self._rng.integers(len(item.facets[facet])))])

    def answer(self, question: Question) -> int:
        """Return the place of an answer, drawn as likely as it is for the item in mind."""
        chances, _ = likelihoods(self._truth, (question,), self._noise)
        return int(np.searchsorted(np.cumsum(chances[0]), self._rng.random() * chances[0].sum()))

    def rank(self, slate: Sequence[str]) -> int:
        """Return the 1-based place of the item in mind in a slate; 0 if it is not there."""
        return slate.index(self._target) + 1 if self._target in slate else 0


def hold(player: Player[State], person: Person, user: str) -> Played:
    """Hold one conversation."""
    state = player.begin(user, person.volunteer())
    asked = shown = 0
    for turn in range(TURNS - 1):
        move = player.move(state, turn)
        if isinstance(move, Question):
            asked += 1
            state = player.answered(state, move, person.answer(move))
            continue
        shown += 1
        if not 1 <= len(move) <= SLATE:
            raise ValueError(f"a slate of {len(move)} items; the protocol allows 1 to {SLATE}")
        if rank := person.rank(move):
            return Played(turn + 1, rank, asked, shown)
        state = player.refused(state, move)
    return Played(TURNS, 0, asked, shown)
