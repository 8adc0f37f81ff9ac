"""Ask or recommend: the choice with the best expected outcome over the turns that remain.

Every question that is worth a thought and the slate of the moment are compared by what they lead to. One step is
exact: each answer, and the slate's refusal, gives a posterior. What follows that step is reckoned by the best of a
family of schedules, sequences of questions and slates that are fixed in advance. A question of ``b`` bits thins out
the ranking: after it, the items still in play that stood on rank ``r`` stand on rank ``r / 2^b``, as if answers were
independent of ranks. A slate of ``k`` after questions of ``q`` bits in all therefore reaches ``k 2^q`` ranks further
down today's ranking, and a schedule's value is read off the cumulated posterior. As in a rollout (Tesauro and
Galperin 1996) the schedule is only a yardstick: every turn is planned anew.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_RHYTHMS = ((0,), (1,), (2,), (0, 1), (0, 0, 1), (0, 0, 0, 1), (1, 1, 2), (3,))
"""Numbers of questions between one slate and the next, repeated to the end of the conversation."""
_UNITS = np.unique(np.round(np.concatenate([2.0 ** np.arange(0, 18), 1.5 * 2.0 ** np.arange(1, 17)])))
"""Ranks, in slates, at which the cumulated posterior is read; between them it is taken as linear."""
_STEPS_PER_BIT = 10


@dataclass(frozen=True)
class LookaheadConfig:
    """What a good conversation is, and how far it is foreseen."""

    turns: int = 14
    """Actions, questions and slates, that a conversation may take."""
    slate_size: int = 10
    haste: float = 0.3
    """What an early success is worth. 0: every turn saved counts the same, as in AT; 1: as much as in hDCG, where
    the first turns count most."""
    later_questions: float = 0.6
    """Information of a later question as a share of what the best one brings now."""
    critique: float = 0.0
    """Information in bits that a refused slate brings because people say what is wrong with it."""
    equivalents: float = 1.0
    """Items that please as well as the one in mind, itself among them."""
    least_left: int = 4
    """Turns that are reckoned to remain, however long the conversation has lasted."""

    def reach(self, items: int) -> int:
        """Return how many ranks of the posterior a slate answers for; among few items few please alike."""
        return max(self.slate_size, min(round(self.slate_size * self.equivalents), items // 3))

    def left(self, turn: int) -> int:
        """Return how many actions are reckoned to remain after ``turn`` of them."""
        return max(self.turns - turn, min(self.least_left, self.turns))


@dataclass(frozen=True)
class Outlook:
    """What a turn is expected to lead to; utilities lie between 0 and 1, the success of the very first action."""

    recommend: float
    """Expected utility of showing the slate now."""
    asks: tuple[float, ...]
    """Expected utility of each question."""

    @property
    def best(self) -> int | None:
        """The place of the question to ask; None to recommend, also where both promise the same."""
        place = int(np.argmax(self.asks)) if self.asks else -1
        return place if place >= 0 and self.asks[place] > self.recommend else None


@dataclass(frozen=True)
class Answers:
    """How likely each answer to each question is for each item.

    ``likelihoods`` is (items, answers): the answers of all questions side by side, those of one question summing
    to 1 in every row; ``owner`` (answers,) is the place of the question that an answer belongs to.
    """

    likelihoods: np.ndarray
    owner: np.ndarray
    ease: np.ndarray
    """(questions,): the chance that the person answers at all; otherwise the turn is lost."""

    def gains(self, mass: np.ndarray) -> np.ndarray:
        """Return what each question is expected to tell of an item drawn from ``mass``, in bits; (questions,)."""
        chances = mass @ self.likelihoods
        bits = plogp(chances) - mass @ plogp(self.likelihoods)
        return np.bincount(self.owner, -bits, minlength=len(self.ease))


def utilities(config: LookaheadConfig) -> np.ndarray:
    """Return what success at each action is worth; (turns,), 1 at the first."""
    turn = np.arange(config.turns)
    saved = 1.0 - turn / config.turns
    discounted = np.log2(3) / np.log2(turn + 3)
    return np.asarray((1 - config.haste) * saved + config.haste * discounted)


def outlook(
    mass: np.ndarray, answers: Answers | None, turn: int, config: LookaheadConfig = LookaheadConfig()
) -> Outlook:
    """Weigh recommending against each question.

    ``mass`` (items,) is the posterior, the most probable item first, with the rows of ``answers`` in the same
    order and None for ``answers`` where there is nothing to ask; ``turn`` counts the actions taken so far.
    """
    left = config.left(turn)
    worth = utilities(config)[config.turns - left]
    reach = config.reach(len(mass))
    hit = float(mass[:reach].sum())
    if answers is None:
        return Outlook(worth * hit, ())
    bits = config.later_questions * float((answers.gains(mass) * answers.ease).max())
    rest = mass.copy()
    rest[:reach] = 0.0
    joint = np.column_stack([rest, mass, mass[:, None] * answers.likelihoods])
    values = value(joint, left - 1, bits, config)
    learnt = np.bincount(answers.owner, values[2:], minlength=len(answers.ease))
    asks = answers.ease * learnt + (1 - answers.ease) * values[1]
    return Outlook(worth * hit + float(values[0]), tuple(float(ask) for ask in asks))


def value(joint: np.ndarray, left: int, bits: float, config: LookaheadConfig) -> np.ndarray:
    """Return the expected utility of each of several situations under the best schedule; (situations,).

    ``joint`` (items, situations) holds the posteriors, each times the chance that its situation comes about;
    ``left`` actions remain, and a question brings ``bits``.
    """
    if left < 1:
        return np.zeros(joint.shape[1])
    ranked = -np.sort(-joint, axis=0)
    reached = np.cumsum(ranked, axis=0)
    reach = config.reach(len(joint))
    units = _UNITS[: int(np.searchsorted(_UNITS * reach, len(joint))) + 1]
    rows = np.minimum((units * reach).astype(int), len(joint)) - 1
    step = round(bits * _STEPS_PER_BIT) / _STEPS_PER_BIT
    return np.asarray((_schedules(left, step, len(units), config) @ reached[rows]).max(axis=0))


@lru_cache(maxsize=4096)
def _schedules(left: int, bits: float, ranks: int, config: LookaheadConfig) -> np.ndarray:
    """Return what each schedule makes of the cumulated posterior at the first of ``_UNITS``; (schedules, ranks).

    A schedule with slates at the turns t(i), which reach the ranks c(i), is worth the sum of
    u(t(i)) (F(c(i)) - F(c(i-1))), which is linear in F: these are its coefficients.
    """
    worth = utilities(config)[config.turns - left :]
    rows = []
    for times in _slate_turns(left):
        order = np.arange(len(times))
        thinned = 2.0 ** ((times - order) * bits + order * config.critique)
        covered = np.cumsum(thinned)
        weight = worth[times] - np.append(worth[times[1:]], 0.0)
        row = _on_ranks(covered, weight)
        rows.append(np.append(row[: ranks - 1], row[ranks - 1 :].sum()))
    return np.array(rows)


def _slate_turns(left: int) -> list[np.ndarray]:
    found = set()
    for first in range(left):
        for rhythm in _RHYTHMS:
            times = [first]
            while (following := times[-1] + 1 + rhythm[(len(times) - 1) % len(rhythm)]) < left:
                times.append(following)
            found.add(tuple(times))
    return [np.array(times) for times in sorted(found)]


def _on_ranks(covered: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Spread weights at the ranks ``covered`` (in slates) on the ranks ``_UNITS`` on either side of each."""
    covered = np.minimum(covered, _UNITS[-1])
    above = np.minimum(np.searchsorted(_UNITS, covered, side="right"), len(_UNITS) - 1)
    below = above - 1
    share = (covered - _UNITS[below]) / (_UNITS[above] - _UNITS[below])
    row = np.bincount(below, weight * (1 - share), minlength=len(_UNITS))
    return np.asarray(row + np.bincount(above, weight * share, minlength=len(_UNITS)))


def plogp(chances: np.ndarray) -> np.ndarray:
    """Return p log2 p of each chance, 0 where it is 0."""
    return np.asarray(chances * np.log2(np.where(chances > 0, chances, 1.0)))
