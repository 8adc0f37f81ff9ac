"""Players of the multi-round protocol: Parley's planner, and the rules that it is measured against.

All of them start from the same prior over items for a person, so that only the planning differs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.protocol import SLATE, TURNS, Player
from graph.asking import QuestionConfig, questions
from graph.attributes import AttributeGraph
from graph.build import ValueNode
from graph.lookahead import LookaheadConfig
from graph.planner import PlannerConfig, plan
from graph.questions import Form, Question, Shortlist, likelihoods
from graph.walk import Posterior

_ALL = 10**9


@dataclass(frozen=True)
class World:
    """What every player may know: the catalogue's graph and, for each person, what training says of them."""

    graph: AttributeGraph
    users: dict[str, int]
    """Person to row of the arrays."""
    logits: np.ndarray
    """(users, items): natural logarithm of the prior, up to a constant for each person."""
    known: Sequence[np.ndarray]
    """For each user the positions of the items they interacted with in training: these are never targets."""

    def prior(self, user: str, volunteered: ValueNode) -> Posterior:
        """Return how probable each item is once a person volunteered a value."""
        row = self.users[user]
        possible = self.graph.carriers(volunteered)
        possible[self.known[row]] = False
        mass = np.zeros(len(possible))
        logits = self.logits[row][possible].astype(np.float64)
        if len(logits):
            mass[possible] = np.exp(logits - logits.max())
        return Posterior(mass / max(float(mass.sum()), 1e-300))


@dataclass(frozen=True)
class Belief:
    """The state of a player: what it believes, and what need not be asked."""

    believed: Posterior
    settled: frozenset[tuple[str, str]]
    unshown: Posterior
    """The prior over what was not shown yet, for a player whom wrong answers left without a candidate."""


class _Rule:
    """What all players share; a subclass chooses the move."""

    def __init__(self, world: World, ask: QuestionConfig) -> None:
        """Play in ``world``, asking such questions."""
        self.world = world
        self.ask = ask

    def begin(self, user: str, volunteered: ValueNode) -> Belief:
        """Return the belief after the first turn."""
        prior = self.world.prior(user, volunteered)
        return Belief(prior, frozenset({(volunteered.facet, volunteered.value)}), prior)

    def answered(self, state: Belief, question: Question, answer: int) -> Belief:
        """Return the belief after an answer."""
        settled = state.settled | {(question.facet, option) for option in question.options}
        return replace(state, believed=self._reweighed(state.believed, question, answer), settled=settled)

    def refused(self, state: Belief, slate: Sequence[str]) -> Belief:
        """Return the belief after a recommendation that missed: none of its items is the one."""
        positions = np.array([self.world.graph.catalog.position(item_id) for item_id in slate], dtype=int)
        believed, unshown = state.believed.without(positions), state.unshown.without(positions)
        return replace(state, believed=believed if believed.possible else unshown, unshown=unshown)

    def _reweighed(self, believed: Posterior, question: Question, answer: int) -> Posterior:
        shortlist = self._shortlist(believed)
        chance = np.zeros(len(believed.probabilities))
        chance[shortlist.rows] = likelihoods(shortlist, (question,), self.ask.noise)[0][:, answer]
        return believed.answered(chance)

    def _shortlist(self, believed: Posterior) -> Shortlist:
        rows = believed.top(_ALL)
        return Shortlist(self.world.graph, rows, believed.probabilities[rows])

    def _slate(self, believed: Posterior) -> tuple[str, ...]:
        items = self.world.graph.catalog.items
        return tuple(items[position].id for position in believed.top(SLATE))


class Bayes(_Rule):
    """Parley's planner, as in the chat: exact posterior, look-ahead, no threshold."""

    def __init__(self, world: World, ask: QuestionConfig, haste: float = LookaheadConfig.haste) -> None:
        """Plan for 14 actions and slates of 10."""
        super().__init__(world, ask)
        horizon = LookaheadConfig(turns=TURNS - 1, slate_size=SLATE, haste=haste, least_left=1)
        self.config = PlannerConfig(_ALL, horizon, ask)

    def move(self, state: Belief, turn: int) -> Question | tuple[str, ...]:
        """Return what the planner chooses."""
        planned = plan(self.world.graph, state.believed, turn, state.settled, config=self.config)
        return planned.question or self._slate(state.believed)


class MaxEntropy(_Rule):
    """Ask what splits the candidates most evenly until a slate holds them all; answers rule candidates out.

    It takes answers at their word, whether they may be wrong or not, but for one that would leave no candidate. Once
    all candidates were shown in vain it starts over with those that were not.
    """

    def __init__(self, world: World, ask: QuestionConfig) -> None:
        """Ask until at most 10 candidates are left."""
        super().__init__(world, replace(ask, noise=0.0))

    def move(self, state: Belief, turn: int) -> Question | tuple[str, ...]:
        """Return the question of most entropy; the slate in the last turn, or when it holds all or nothing splits."""
        if state.believed.possible <= SLATE or turn == TURNS - 2:
            return self._slate(state.believed)
        asked = questions(self._shortlist(state.believed), state.settled, config=self.ask)
        return asked[0] if asked else self._slate(state.believed)

    def _reweighed(self, believed: Posterior, question: Question, answer: int) -> Posterior:
        after = super()._reweighed(believed, question, answer)
        return after if after.possible else believed


class ScprRule(MaxEntropy):
    """The rule of SCPR and its followers: as maximum entropy, but a "no" only lowers the score of candidates."""

    _LOWERED = 0.5

    def _reweighed(self, believed: Posterior, question: Question, answer: int) -> Posterior:
        if question.form is Form.YES_NO and answer == 1:
            has = self.world.graph.carriers(ValueNode(question.facet, question.options[0]))
            return believed.answered(np.where(has, self._LOWERED, 1.0))
        return super()._reweighed(believed, question, answer)


class AbsGreedy(_Rule):
    """Never ask: recommend the most probable items until one is taken (Christakopoulou et al. 2016)."""

    def move(self, state: Belief, turn: int) -> tuple[str, ...]:
        """Return the slate."""
        return self._slate(state.believed)


PLAYERS: dict[str, Callable[[World, QuestionConfig], Player[Belief]]] = {
    "bayes": Bayes,
    "max-entropy": MaxEntropy,
    "abs-greedy": AbsGreedy,
    "scpr-rule": ScprRule,
}
"""Player by the name that the command takes."""
