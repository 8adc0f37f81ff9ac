"""Is one system better than another? Both are held against each other on the same people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from evaluation.figures import Comparison, Figure
from evaluation.intervals import interval
from evaluation.transcripts import Dialogue

_SEED = 0
_RESAMPLES = 9999


def comparisons(
    dialogues: Mapping[str, Sequence[Dialogue]],
    values: Mapping[str, Mapping[str, np.ndarray]],
    metrics: Sequence[str],
) -> tuple[Comparison, ...]:
    """Compare every system with the first one.

    ``values`` holds, by system and metric, a number of each of the system's dialogues, (dialogues,), or nan.
    """
    first, *others = dialogues
    found = [
        _compared(system, first, metric, *_paired(dialogues, values, (system, first), metric))
        for system in others
        for metric in metrics
    ]
    return adjusted(found)


def adjusted(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Return comparisons with the p values that hold for all of them together."""
    tested = [one.p for one in found if one.p is not None]
    corrected = iter(stats.false_discovery_control(tested) if tested else ())
    return tuple(one if one.p is None else replace(one, adjusted=float(next(corrected))) for one in found)


def _paired(
    dialogues: Mapping[str, Sequence[Dialogue]],
    values: Mapping[str, Mapping[str, np.ndarray]],
    systems: tuple[str, str],
    metric: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a metric of both systems for the people that both had, of whom both numbers are known."""
    one, other = (
        {
            (dialogue.scenario, dialogue.seed): number
            for dialogue, number in zip(dialogues[system], values[system][metric], strict=True)
            if not np.isnan(number)
        }
        for system in systems
    )
    people = [person for person in one if person in other]
    return np.array([one[person] for person in people]), np.array([other[person] for person in people])


def _compared(system: str, against: str, metric: str, one: np.ndarray, other: np.ndarray) -> Comparison:
    if not len(one):
        return Comparison(system, against, metric, Figure(None, None, None, 0), None, None)
    differences = one - other
    low, high = interval(differences, _SEED)
    difference = Figure(float(differences.mean()), low, high, len(differences))
    return Comparison(system, against, metric, difference, _p(differences), None)


def _p(differences: np.ndarray) -> float:
    """Return how probable so great a mean difference is if it is chance which system had which result."""
    if len(differences) < 2 or not differences.any():
        return 1.0
    tested = stats.permutation_test(
        (differences,),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=_RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(_SEED),
    )
    return float(tested.pvalue)
