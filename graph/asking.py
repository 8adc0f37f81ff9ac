"""Which questions are worth a thought: yes or no, one of several, this side of a number or that, this item or that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from catalog.items import TITLE, YEAR
from graph.attributes import AttributeGraph
from graph.lookahead import Answers, plogp
from graph.questions import Form, Question, Shortlist, closeness, likelihoods, named

_BANDS = {"decade": YEAR}
"""Facets whose values are stretches of a number of another name."""


@dataclass(frozen=True)
class QuestionConfig:
    """What makes a question worth considering."""

    forms: frozenset[Form] = frozenset(Form)
    most: int = 12
    """Questions that are returned at most."""
    most_of_facet: int = 2
    """Questions of one form about one facet at most."""
    options: int = 3
    """Values offered at most."""
    least_mass: float = 0.05
    """A value that is asked about must hold, and not hold, for at least this much of the posterior."""
    noise: float = 0.0
    """The chance that an answer is wrong."""
    easy_vocabulary: int = 100
    """People can choose among this many values; with larger vocabularies a question counts for less."""
    ease: float = 0.65
    """The chance that people have an answer to a question about a facet that is not named in ``eases``."""
    eases: Mapping[str, float] = field(
        default_factory=lambda: (
            {"mood": 0.95, "theme": 0.85, TITLE: 0.8, "decade": 0.45, YEAR: 0.45, "runtime": 0.4}
            | {"country": 0.3, "language": 0.3}
        )
    )
    compared: int = 6
    """Items that may be compared: the better known half of twice as many, the most probable ones."""


def questions(
    shortlist: Shortlist,
    settled: Iterable[tuple[str, str]] = (),
    config: QuestionConfig = QuestionConfig(),
) -> tuple[Question, ...]:
    """Return the questions of the most worth, best first.

    ``settled`` holds (facet, value) pairs that are known or were asked: they are not offered again. Nothing is asked
    about a facet of which people have no answer (ease 0).
    """
    search = _Search(shortlist, frozenset(settled), config)
    found = [
        question for form in Form if form in config.forms for question in _OF_FORM[form](search) if question.worth > 0
    ]
    return tuple(sorted(found, key=lambda question: -question.worth)[: config.most])


def prepared(shortlist: Shortlist, asked: Sequence[Question], config: QuestionConfig) -> Answers:
    """Return what ``graph.lookahead.outlook`` needs to know about these questions, of which there is at least one."""
    answer, owner = likelihoods(shortlist, asked, config.noise)
    return Answers(answer, owner, np.array([ease(shortlist.graph, question, config) for question in asked]))


def ease(graph: AttributeGraph, question: Question, config: QuestionConfig) -> float:
    """Return the chance that people have an answer to a question."""
    likely = config.eases.get(question.facet, config.ease)
    if question.form is not Form.CHOICE:
        return likely
    return likely * float(min(1.0, config.easy_vocabulary / len(graph.facet_columns[question.facet])) ** 0.5)


@dataclass(frozen=True)
class _Search:
    """What is looked at and what is not to be asked."""

    shortlist: Shortlist
    settled: frozenset[tuple[str, str]]
    config: QuestionConfig

    def weighed(self, facet: str, options: tuple[str, ...]) -> Question:
        """Return a question with its gain and worth."""
        bare = Question(facet, options)
        answers = prepared(self.shortlist, (bare,), self.config)
        gain = float(answers.gains(self.shortlist.mass)[0])
        return Question(facet, options, gain, gain * float(answers.ease[0]))


def _yes_no(search: _Search) -> Iterator[Question]:
    """Yield the most telling values, some of each facet."""
    short, graph, config = search.shortlist, search.shortlist.graph, search.config
    shares = np.asarray(short.mass @ short.incidence).ravel()
    for facet, columns in graph.facet_columns.items():
        if _number_of(search, facet):
            continue
        known = graph.known[facet][short.rows]
        covered = 1.0 if known.all() else float(short.mass[known].sum())
        if covered <= 0:
            continue
        share = shares[columns] / covered
        telling = np.minimum(share, 1 - share)
        telling[telling < config.least_mass] = 0.0
        # What was asked already may stand among the best, so that many more are looked at.
        most = config.most_of_facet + sum(name == facet for name, _ in search.settled)
        best = np.argpartition(-telling, most)[:most] if most < len(telling) else np.arange(len(telling))
        best = best[telling[best] > 1e-9]
        likely = config.eases.get(facet, config.ease)
        gains = covered * _bits(share[best], config.noise)
        kept = 0
        for place in np.argsort(-gains, kind="stable"):
            value = graph.values[columns[best[place]]].value
            if (facet, value) not in search.settled and kept < config.most_of_facet:
                kept += 1
                yield Question(facet, (value,), float(gains[place]), float(gains[place]) * likely)


def _number_of(search: _Search, facet: str) -> str | None:
    """Return the number that a facet only cuts into bands, if it is asked about by range."""
    name = _BANDS.get(facet, facet)
    return name if Form.RANGE in search.config.forms and name in search.shortlist.graph.numbers else None


def _bits(share: np.ndarray, noise: float) -> np.ndarray:
    """Return the information of an answer that is yes for this share of the items, and wrong with chance ``noise``."""
    said = share * (1 - noise) + (1 - share) * noise
    wrong = np.array([noise])
    return np.asarray(-plogp(said) - plogp(1 - said) + plogp(wrong) + plogp(1 - wrong))


def _choices(search: _Search) -> Iterator[Question]:
    """Yield for each facet the few values that tell most together."""
    short, graph, config = search.shortlist, search.shortlist.graph, search.config
    for facet, columns in graph.facet_columns.items():
        if _number_of(search, facet):
            continue
        block = graph.blocks[facet][short.rows]
        shares = np.asarray(block.T @ short.mass).ravel()
        eligible = np.flatnonzero((shares >= config.least_mass) & (shares <= 1 - config.least_mass))
        ranked = eligible[np.argsort(-shares[eligible] * (1 - shares[eligible]), kind="stable")]
        names = {option: graph.values[columns[option]].value for option in ranked}
        promising = [option for option in ranked if (facet, names[option]) not in search.settled][:8]
        if len(promising) < 2:
            continue
        chosen = _most_informative(block[:, promising].toarray() > 0, short.mass, config.options)
        options = sorted((promising[option] for option in chosen), key=lambda option: -shares[option])
        yield search.weighed(facet, tuple(names[option] for option in options))


def _most_informative(has: np.ndarray, mass: np.ndarray, most: int) -> list[int]:
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
    return chosen


def information(has: np.ndarray, mass: np.ndarray) -> float:
    """Return the expected information, in bits, of the answer to "which of these?".

    ``has`` is (items, options) of bool, ``mass`` (items,) summing to 1.
    """
    answer = named(has)
    return float(-plogp(mass @ answer).sum() + mass @ plogp(answer).sum(axis=1))


def _ranges(search: _Search) -> Iterator[Question]:
    """Yield for each number of which nothing was said on which side of a round one, near the median, it should lie."""
    short = search.shortlist
    settled = {_BANDS.get(facet, facet) for facet, _ in search.settled}
    for name, numbers in short.graph.numbers.items():
        if name in settled:
            continue
        amounts = numbers[short.rows]
        known = ~np.isnan(amounts)
        if not known.any():
            continue
        cut = _round_cut(amounts[known], short.mass[known])
        whole = bool(np.all(amounts[known] == np.round(amounts[known])))
        below = f"<={cut - 1 if whole else cut:.10g}"
        options = (below, f">={cut:.10g}")
        question = search.weighed(name, options)
        if question.gain > 0:
            yield question


def _round_cut(amounts: np.ndarray, mass: np.ndarray) -> float:
    """Return a round number near the weighted median, rounded the more the wider the amounts are spread."""
    order = np.argsort(amounts)
    reached = np.cumsum(mass[order]) / mass.sum()
    low, middle, high = (float(amounts[order][np.searchsorted(reached, share)]) for share in (0.1, 0.5, 0.9))
    width = (high - low) / 4
    if width <= 0:
        return middle
    power = 10.0 ** np.floor(np.log10(width))
    step = max(size * power for size in (1, 2, 5) if size * power <= width)
    return float(np.round(middle / step) * step)


def _comparisons(search: _Search) -> Iterator[Question]:
    """Yield the most telling pair among well-known items, which people can compare to what they have in mind."""
    catalog, rows = search.shortlist.graph.catalog, search.shortlist.rows
    probable = [
        row for row in rows[: 2 * search.config.compared] if (TITLE, catalog.items[row].id) not in search.settled
    ]
    famous = sorted(probable, key=lambda row: -catalog.items[row].popularity)[: search.config.compared]
    ids = [catalog.items[row].id for row in famous]
    if len(ids) < 2:
        return
    near = closeness(search.shortlist.graph, ids, rows)
    pairs = list(combinations(range(len(ids)), 2))
    firsts = np.column_stack([near[:, one] / (near[:, one] + near[:, other]) for one, other in pairs])
    gains = _bits(search.shortlist.mass @ firsts, 0.0) - search.shortlist.mass @ _bits(firsts, 0.0)
    one, other = pairs[int(np.argmax(gains))]
    yield search.weighed(TITLE, (ids[one], ids[other]))


_OF_FORM = {Form.YES_NO: _yes_no, Form.CHOICE: _choices, Form.RANGE: _ranges, Form.COMPARISON: _comparisons}
