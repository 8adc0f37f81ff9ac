"""Which question to ask: the expected information of its answer about the item that is wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from graph.attributes import AttributeGraph
from graph.walk import Posterior


@dataclass(frozen=True)
class Question:
    """A choice between values of one facet; "either" and "neither" are always possible answers."""

    facet: str
    options: tuple[str, ...]
    """The likeliest value first."""
    gain: float
    """Expected information of the answer about the wanted item, in bits."""
    worth: float = 0.0
    """The gain, weighted by how readily people answer: what questions are ranked by."""


@dataclass(frozen=True)
class QuestionConfig:
    """What makes a question worth considering."""

    considered: int = 1500
    """Only the most probable items take part: the rest hardly change the answer's odds."""
    options: int = 3
    """Values offered at most."""
    least_mass: float = 0.05
    """A value offered must hold for at least this much of the posterior."""
    easy_vocabulary: int = 100
    """People can choose among this many values; with larger vocabularies a question counts for less."""
    appeal: Mapping[str, float] = field(
        default_factory=lambda: (
            {"mood": 1.5, "theme": 1.3, "decade": 0.7, "runtime": 0.6, "country": 0.5} | {"language": 0.5}
        )
    )
    """How gladly people answer about a facet: a factor on its gain, 1 for facets not named."""


def questions(
    graph: AttributeGraph,
    believed: Posterior,
    asked: Iterable[tuple[str, str]] = (),
    config: QuestionConfig = QuestionConfig(),
) -> tuple[Question, ...]:
    """Return at most one question per facet, the one of most worth first.

    ``asked`` holds (facet, value) pairs that are settled: they are not offered again.
    """
    rows = believed.order[: config.considered]
    if len(rows) < 2:
        return ()
    mass = believed.probabilities[rows] / believed.probabilities[rows].sum()
    settled = set(asked)
    found = []
    for facet in graph.catalog.facets:
        closed = {value for name, value in settled if name == facet}
        question = _best_of_facet(graph, facet, rows, mass, closed, config)
        if question is not None:
            found.append(question)
    return tuple(sorted(found, key=lambda question: -question.worth))


def _best_of_facet(
    graph: AttributeGraph, facet: str, rows: np.ndarray, mass: np.ndarray, closed: set[str], config: QuestionConfig
) -> Question | None:
    block = graph.blocks[facet][rows]
    shares = np.asarray(block.T @ mass).ravel()
    eligible = np.flatnonzero((shares >= config.least_mass) & (shares <= 1 - config.least_mass))
    ranked = eligible[np.argsort(-shares[eligible] * (1 - shares[eligible]), kind="stable")]
    columns = graph.facet_columns[facet]
    names = {option: graph.values[columns[option]].value for option in ranked}
    promising = [option for option in ranked if names[option] not in closed][:8]
    if len(promising) < 2:
        return None
    chosen, gain = _most_informative(block[:, promising].toarray() > 0, mass, config.options)
    options = sorted((promising[option] for option in chosen), key=lambda option: -shares[option])
    covered = float(mass[graph.known[facet][rows]].sum())
    told = gain * covered
    ease = min(1.0, config.easy_vocabulary / len(columns)) ** 0.5 * config.appeal.get(facet, 1.0)
    return Question(facet, tuple(names[option] for option in options), told, told * ease)


def _most_informative(has: np.ndarray, mass: np.ndarray, most: int) -> tuple[list[int], float]:
    """Pick columns of ``has`` greedily; a third one only if it adds a tenth of a bit."""
    chosen: list[int] = []
    gain = 0.0
    while len(chosen) < min(most, has.shape[1]):
        gains = {
            option: information(has[:, [*chosen, option]], mass)
            for option in range(has.shape[1])
            if option not in chosen
        }
        best = max(gains, key=lambda option: gains[option])
        if len(chosen) >= 2 and gains[best] < gain + 0.1:
            break
        chosen.append(best)
        gain = gains[best]
    return chosen, gain


def information(has: np.ndarray, mass: np.ndarray) -> float:
    """Return the expected information, in bits, of the answer to "which of these?".

    ``has`` is (items, options) of bool, ``mass`` (items,) summing to 1. Someone whose item has several
    of the options names each with equal chance; someone whose item has none says "neither".
    """
    count = has.sum(axis=1, keepdims=True)
    answer = np.where(count > 0, has / np.maximum(count, 1), 0.0)
    answer = np.concatenate([answer, (count == 0).astype(float)], axis=1)
    return _entropy(mass @ answer) - float(mass @ _entropies(answer))


def _entropy(chances: np.ndarray) -> float:
    return float(_entropies(chances[None])[0])


def _entropies(rows: np.ndarray) -> np.ndarray:
    positive = np.where(rows > 0, rows, 1.0)
    return np.asarray(-(rows * np.log2(positive)).sum(axis=1))
