"""Sum up the dialogues of several systems: figures with intervals, by behaviour, group and turn, and comparisons."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
from scipy import stats

from catalog.items import Catalog
from evaluation.comparisons import comparisons
from evaluation.corpus import CORPUS, CorpusMetric, promises
from evaluation.estimates import ratio
from evaluation.figures import Bin, Definition, Exposure, Figure, Forbidden, Part, Report, SystemReport, Trials
from evaluation.intervals import interval
from evaluation.metrics import METRICS, Context, Metric, success
from evaluation.transcripts import Dialogue, recommended

COMPARED = ("success", "AT", "constraints", "factuality")
"""Metrics by which systems are compared."""
GROUPED = ("success", "AT")
"""Metrics that are shown for each group of people and items."""
_SEED = 0
_BLOCKS = 20
_TENTHS = 10
_MOST_TRIES = 8
_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Of bins of probabilities; most picks have small ones."""

_TIMELESS = tuple(metric for metric in METRICS if not metric.timing)
_TIMELESS_CORPUS = tuple(metric for metric in CORPUS if not metric.timing)
_DEFINED: tuple[Metric | CorpusMetric, ...] = (*_TIMELESS, *_TIMELESS_CORPUS)

Values = Mapping[str, np.ndarray]
"""By metric, a number of each dialogue, (dialogues,), or nan where it says nothing."""


def summary(
    dialogues: Mapping[str, Sequence[Dialogue]], context: Context, values: Mapping[str, Values] | None = None
) -> Report:
    """Return the report on dialogues by system; the first system is the one that the others are compared with.

    ``values`` are the ``numbers`` of each system, where they are known.
    """
    if not dialogues or not all(dialogues.values()):
        raise ValueError("a report needs at least one system, and of each at least one dialogue")
    values = values or {system: numbers(held, context) for system, held in dialogues.items()}
    most = max(len(dialogue.turns) for held in dialogues.values() for dialogue in held)
    catalog = context.catalog
    return Report(
        catalog=catalog.name,
        items=len(catalog),
        digest=catalog.digest,
        order=tuple(dialogues),
        systems={system: _system(held, values[system], context, most) for system, held in dialogues.items()},
        definitions={metric.name: definition(metric) for metric in _DEFINED},
        comparisons=comparisons(dialogues, values, COMPARED) if len(dialogues) > 1 else (),
    )


def definition(metric: Metric | CorpusMetric) -> Definition:
    """Return what is to be known of a metric where its numbers are shown."""
    must_be_zero = isinstance(metric, Metric) and metric.must_be_zero
    return Definition(metric.meaning, metric.better, metric.percent, metric.digits, must_be_zero)


def numbers(dialogues: Sequence[Dialogue], context: Context) -> Values:
    """Return every metric of every dialogue of a system."""
    found = {metric.name: [metric.number(dialogue, context) for dialogue in dialogues] for metric in _TIMELESS}
    return {
        name: np.array([math.nan if number is None else float(number) for number in own]) for name, own in found.items()
    }


def broken(values: Values) -> np.ndarray:
    """Return how often something happened that must not, (dialogues,)."""
    return np.asarray(np.nansum([values[metric.name] for metric in _TIMELESS if metric.must_be_zero], axis=0))


def _system(dialogues: Sequence[Dialogue], values: Values, context: Context, most: int) -> SystemReport:
    forbidden = [metric.name for metric in _TIMELESS if metric.must_be_zero]
    whole = {metric.name: _whole(metric, dialogues, context) for metric in _TIMELESS_CORPUS}
    return SystemReport(
        n=len(dialogues),
        figures={**_figures(values), **whole},
        forbidden={name: _forbidden(values[name]) for name in forbidden},
        behaviours=_parts([dialogue.behaviour for dialogue in dialogues], values, tuple(values)),
        groups={
            group: _parts([dialogue.groups.get(group) for dialogue in dialogues], values, GROUPED)
            for group in sorted({group for dialogue in dialogues for group in dialogue.groups})
        },
        by_turn=_by_turn(dialogues, most),
        calibration=tuple(_calibration(dialogues)),
        scenarios=dict(_scenarios(dialogues)),
        exposure=_exposure(dialogues, context.catalog),
    )


def figure(values: np.ndarray, share: bool = False) -> Figure:
    """Return the mean of (n,) values and its bootstrap interval; nan is left out.

    Resampling knows nothing of a ``share`` that is 0 or 1 throughout: it has the exact interval.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Figure(None, None, None, 0)
    if share and known.min() == known.max() and known[0] in (0, 1):
        low, high = stats.binomtest(int(known.sum()), len(known)).proportion_ci()
    else:
        low, high = interval(known, _SEED)
    return Figure(float(known.mean()), float(low), float(high), len(known))


def _figures(values: Values, names: Sequence[str] | None = None) -> dict[str, Figure]:
    return {
        metric.name: figure(values[metric.name], metric.percent)
        for metric in _TIMELESS
        if names is None or metric.name in names
    }


def _parts(labels: Sequence[str | None], values: Values, names: Sequence[str]) -> dict[str, Part]:
    """Return figures of the dialogues of each label; those without one count nowhere."""
    parts = {}
    for label in sorted({label for label in labels if label is not None}):
        chosen = np.array([own == label for own in labels])
        parts[label] = Part(int(chosen.sum()), _figures({name: values[name][chosen] for name in values}, names))
    return parts


def _whole(metric: CorpusMetric, dialogues: Sequence[Dialogue], context: Context) -> Figure:
    """Return a number of all dialogues together with its interval by the jackknife over blocks of them.

    The bootstrap would not do: a dialogue drawn twice makes words and items look repeated.
    """
    number = metric.number(dialogues, context)
    if number is None:
        return Figure(None, None, None, 0)
    left = [metric.number(rest, context) for rest in _without_a_block(dialogues)]
    known = np.array([value for value in left if value is not None])
    if len(known) < 2:
        return Figure(number, None, None, len(dialogues))
    error = math.sqrt((len(known) - 1) * float(known.var()))
    reach = float(stats.t.ppf(0.975, len(known) - 1)) * error
    low, high = number - reach, number + reach
    if metric.percent and metric.better:
        low, high = max(low, 0.0), min(high, 1.0)
    return Figure(number, low, high, len(dialogues))


def _without_a_block(dialogues: Sequence[Dialogue]) -> Iterator[list[Dialogue]]:
    """Yield all dialogues but one block of them; scenarios stay whole where there are enough, as pass^k needs them."""
    scenarios = sorted({dialogue.scenario for dialogue in dialogues})
    whole = len(scenarios) >= _BLOCKS // 2
    rng = np.random.default_rng(_SEED)
    places = rng.permutation(len(scenarios) if whole else len(dialogues))
    count = min(_BLOCKS, len(places))
    block_of = dict(zip(places.tolist(), (np.arange(len(places)) % count).tolist(), strict=True))
    number_of = {name: number for number, name in enumerate(scenarios)}
    own = [block_of[number_of[one.scenario] if whole else place] for place, one in enumerate(dialogues)]
    for block in range(count if count > 1 else 0):
        yield [dialogue for dialogue, inside in zip(dialogues, own, strict=True) if inside != block]


def _forbidden(values: np.ndarray) -> Forbidden:
    known = values[~np.isnan(values)]
    if not len(known):
        return Forbidden(0, 0, 0, 1.0)
    hit = int((known > 0).sum())
    high = stats.binomtest(hit, len(known)).proportion_ci().high
    return Forbidden(int(known.sum()), hit, len(known), float(high))


def _by_turn(dialogues: Sequence[Dialogue], most: int) -> tuple[Figure, ...]:
    """Return the share of people who had been shown what they took within one turn, two, and so on."""
    return tuple(
        figure(np.array([success(dialogue, turn) for dialogue in dialogues]), share=True) for turn in range(1, most + 1)
    )


def _calibration(dialogues: Sequence[Dialogue]) -> Iterator[Bin]:
    """Yield the bins of probability in which anything was picked, of people who want a single item.

    What is resampled are dialogues: the picks of one depend on each other. Where none or all were wanted, the interval
    is the exact one of so many dialogues.
    """
    single = [dialogue for dialogue in dialogues if len(dialogue.wanted) == 1]
    bins = len(_ENDS) + 1
    counts, wanted, promised = (np.zeros((bins, len(single))) for _ in range(3))
    for place, dialogue in enumerate(single):
        for probability, hit in promises([dialogue]):
            row = int(np.searchsorted(_ENDS, probability))
            counts[row, place] += 1
            wanted[row, place] += hit
            promised[row, place] += probability
    for row in np.flatnonzero(counts.any(axis=1)).tolist():
        share, count = ratio(wanted[row], counts[row], _SEED), counts[row].sum()
        low, high = share.low, share.high
        if share.value in (0, 1):
            held = int((counts[row] > 0).sum())
            low, high = stats.binomtest(int(share.value) * held, held).proportion_ci()
        yield Bin(float(promised[row].sum() / count), share.value, float(low), float(high), int(count))


def _scenarios(dialogues: Sequence[Dialogue]) -> Iterator[tuple[str, Trials]]:
    ordered = sorted(dialogues, key=lambda dialogue: dialogue.scenario)
    for name, group in groupby(ordered, key=lambda dialogue: dialogue.scenario):
        held = list(group)
        passed = sum(passes(dialogue) for dialogue in held)
        tries = range(1, min(len(held), _MOST_TRIES) + 1)
        reliability = {str(k): math.comb(passed, k) / math.comb(len(held), k) for k in tries}
        checks = Counter(check for dialogue in held for check, holds in dialogue.checks.items() if holds)
        names = sorted({check for dialogue in held for check in dialogue.checks})
        yield name, Trials(held[0].behaviour, len(held), passed, reliability, {one: checks[one] for one in names})


def passes(dialogue: Dialogue) -> bool:
    """Tell whether all checks of a dialogue hold; without any, whether it succeeded."""
    return all(dialogue.checks.values()) if dialogue.checks else dialogue.success


def _exposure(dialogues: Sequence[Dialogue], catalog: Catalog) -> Exposure:
    """Return which tenths of the catalogue were shown and wanted; every person counts the same."""
    fame = np.array([item.popularity for item in catalog])
    tenth = np.empty(len(catalog), dtype=int)
    tenth[np.argsort(fame, kind="stable")] = np.arange(len(catalog)) * _TENTHS // len(catalog)
    shown, wanted = np.zeros(_TENTHS), np.zeros(_TENTHS)
    for dialogue in dialogues:
        for turn in dialogue.turns:
            for item_id in recommended(turn.action):
                if item_id in catalog:
                    shown[tenth[catalog.position(item_id)]] += 1
        for item_id in dialogue.wanted:
            wanted[tenth[catalog.position(item_id)]] += 1 / len(dialogue.wanted)
    shares = [tuple((counts / max(counts.sum(), 1e-9)).tolist()) for counts in (shown, wanted)]
    return Exposure(shares[0], shares[1], int(shown.sum()))
