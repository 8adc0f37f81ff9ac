"""Numbers with how sure they are, and the table that shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from evaluation.intervals import interval

_RESAMPLES = 2000
_CHUNK = 100


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    digits: int = 2
    """How many are shown."""

    def __str__(self) -> str:
        """Return the number and its interval, as in ``0.50 (0.41 to 0.60)``."""
        value, low, high = (f"{number:.{self.digits}f}" for number in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"


Cell = str | int | float | Estimate
Row = Mapping[str, Cell]
"""A line of a table by column; all lines of a table have the same columns."""


def mean(values: np.ndarray, seed: int, digits: int = 2) -> Estimate:
    """Return the mean of (n,) values."""
    return Estimate(float(values.mean()), *interval(values.astype(np.float64), seed), digits)


def ratio(above: np.ndarray, below: np.ndarray, seed: int) -> Estimate:
    """Return the sum of (n,) values over the sum of others, of which at least one is above 0.

    Resampled are the n places, so that what belongs together stays together.
    """
    rng = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(0, _RESAMPLES, _CHUNK):
        places = rng.integers(0, len(above), (_CHUNK, len(above)))
        sums = below[places].sum(axis=1)
        found += (above[places].sum(axis=1)[sums > 0] / sums[sums > 0]).tolist()
    low, high = np.percentile(found, [2.5, 97.5])
    return Estimate(float(above.sum() / below.sum()), float(low), float(high))


def difference(values: np.ndarray, others: np.ndarray, seed: int) -> Estimate:
    """Return the mean of (n,) values less that of (m,) others, which have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    means = [one[rng.integers(0, len(one), (_RESAMPLES, len(one)))].mean(axis=1) for one in (values, others)]
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    return Estimate(float(values.mean() - others.mean()), float(low), float(high))


def markdown(rows: Sequence[Row]) -> str:
    """Return lines as a Markdown table."""
    cells = [list(rows[0]), ["---"] * len(rows[0]), *([_shown(cell) for cell in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def plain(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return lines as plain values, to be written as JSON."""
    return [{name: _plain(cell) for name, cell in row.items()} for row in rows]


def _shown(cell: Cell) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)


def _plain(cell: Cell) -> object:
    if isinstance(cell, Estimate):
        return {name: round(number, 4) for name, number in asdict(cell).items() if name != "digits"}
    return round(cell, 4) if isinstance(cell, float) else cell
