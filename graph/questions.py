"""How people answer: the chance of each answer to each kind of question, for each item they may have in mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from scipy import sparse

from catalog.items import TITLE, parse_bound
from graph.attributes import AttributeGraph
from graph.build import ValueNode

_FAR = 0.1
"""The likeness of unlike items, so that no comparison is certain."""


class Form(StrEnum):
    """What a question looks like."""

    YES_NO = "yes or no"
    """Should it have this value? Answers: yes, no."""
    CHOICE = "choice"
    """Which of these values? Answers: each of them, none."""
    RANGE = "range"
    """On which side of a number? Answers: each side."""
    COMPARISON = "comparison"
    """More like this item or that one? Answers: each of them."""


@dataclass(frozen=True)
class Question:
    """Something to ask about a facet; its form follows from its options."""

    facet: str
    options: tuple[str, ...]
    """Values of the facet, the likeliest first; two bounds on a number; or, under ``title``, the ids of two items."""
    gain: float = 0.0
    """Expected information of the answer about the wanted item, in bits."""
    worth: float = 0.0
    """The gain, weighted by how readily people answer: what questions are ranked by."""

    @property
    def form(self) -> Form:
        """What kind of question it is."""
        if self.facet == TITLE:
            return Form.COMPARISON
        if parse_bound(self.options[0]):
            return Form.RANGE
        return Form.YES_NO if len(self.options) == 1 else Form.CHOICE


@dataclass(frozen=True)
class Shortlist:
    """The most probable items, with what they have."""

    graph: AttributeGraph
    rows: np.ndarray
    """Positions in the catalogue, the most probable first."""
    mass: np.ndarray
    """Their posterior, summing to 1."""

    @cached_property
    def incidence(self) -> sparse.csr_matrix:
        """Which of them has which value, (rows, values)."""
        return self.graph.incidence[self.rows]

    def has(self, facet: str, values: Sequence[str]) -> np.ndarray:
        """Return which of them has which of a few values of a facet, (rows, values) of bool."""
        found = np.empty((len(self.rows), len(values)), dtype=bool)
        for place, value in enumerate(values):
            found[:, place] = self.graph.carriers(ValueNode(facet, value))[self.rows]
        return found


def likelihoods(
    shortlist: Shortlist, questions: Sequence[Question], noise: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the chance of each answer for each item, and which question each answer belongs to.

    The first is (rows, answers) with the answers of all questions side by side, the second (answers,) with places
    in ``questions``. Answers come in the order of the options; "no" or "none of these" comes last. Someone whose item
    has several of the options names each with equal chance; of an item about which the catalogue is silent nothing is
    learnt. With chance ``noise`` an answer is another than the right one, each with equal chance.
    """
    answer = _plain(shortlist, questions)
    if answer is not None:
        return answer * (1 - noise) + (1 - answer) * noise, np.repeat(np.arange(len(questions)), 2)
    blocks = [_answers(shortlist, question) for question in questions]
    owner = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    return np.concatenate([_noisy(block, noise) for block in blocks], axis=1), owner


def _plain(shortlist: Shortlist, questions: Sequence[Question]) -> np.ndarray | None:
    """Answer many yes-or-no questions about one facet, if it is known of every item, at the cost of one."""
    facets = {question.facet for question in questions}
    if len(facets) != 1 or any(question.form is not Form.YES_NO for question in questions):
        return None
    facet = facets.pop()
    if not shortlist.graph.known[facet][shortlist.rows].all():
        return None
    has = shortlist.has(facet, [question.options[0] for question in questions])
    return np.stack([has, ~has], axis=2).reshape(len(has), -1).astype(np.float64)


def _answers(shortlist: Shortlist, question: Question) -> np.ndarray:
    """Return (rows, answers) for a single question."""
    graph, rows = shortlist.graph, shortlist.rows
    if question.form is Form.COMPARISON:
        return comparison(graph, question, rows)
    if question.form is Form.RANGE:
        numbers = graph.numbers[question.facet][rows]
        known = ~np.isnan(numbers)
        has = np.column_stack([_within(numbers, option) for option in question.options])
    else:
        known = graph.known[question.facet][rows]
        has = shortlist.has(question.facet, question.options)
    return _spread(named(has), known, shortlist.mass, sides=question.form is Form.RANGE)


def named(has: np.ndarray) -> np.ndarray:
    """Return what people name, (items, options + 1), none of them last, of the options that their item has."""
    count = has.sum(axis=1, keepdims=True)
    return np.concatenate([has / np.maximum(count, 1), count == 0], axis=1)


def comparison(graph: AttributeGraph, question: Question, rows: np.ndarray) -> np.ndarray:
    """Return how likely people with each item in mind are to find it more like the first or the second; (rows, 2)."""
    near = closeness(graph, question.options, rows)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def closeness(graph: AttributeGraph, item_ids: Sequence[str], rows: np.ndarray) -> np.ndarray:
    """Return how alike items are to each of a few others by their values, (rows, others), never quite 0."""
    positions = [graph.catalog.position(item_id) for item_id in item_ids]
    return np.asarray((graph.profiles[rows] @ graph.profiles[positions].T).toarray()) + _FAR


def _within(numbers: np.ndarray, option: str) -> np.ndarray:
    bound = parse_bound(option)
    if bound is None:
        raise ValueError(f"{option!r} is no bound; write it as '<=95' or '>=2000'")
    return np.asarray(numbers <= bound[1] if bound[0] == "<=" else numbers >= bound[1])


def _spread(answer: np.ndarray, known: np.ndarray, mass: np.ndarray, sides: bool) -> np.ndarray:
    """Give items about which nothing is known the answers of the others; a number always lies on some side."""
    if sides:
        answer = answer[:, :-1]
    if known.all():
        return answer
    weight = mass * known
    usual = weight @ answer / weight.sum() if weight.any() else np.full(answer.shape[1], 1 / answer.shape[1])
    return np.asarray(np.where(known[:, None], answer, usual))


def _noisy(answer: np.ndarray, noise: float) -> np.ndarray:
    return np.asarray(answer * (1 - noise) + (1 - answer) * noise / (answer.shape[1] - 1))
