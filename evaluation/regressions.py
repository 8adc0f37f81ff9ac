"""What got worse since an earlier report."""

from collections.abc import Iterator
from dataclasses import dataclass

from evaluation.figures import Definition, Figure, Forbidden, Report

_ROUNDING = 2e-6
"""Reports that were written hold rounded numbers."""


@dataclass(frozen=True)
class Regression:
    """A metric of a system, then and now, in words."""

    system: str
    metric: str
    before: str
    now: str

    def __str__(self) -> str:
        """Return it as a line of text."""
        return f"{self.system}: {self.metric} was {self.before}, is now {self.now}"


@dataclass(frozen=True)
class Difference:
    """A report beside an earlier one."""

    regressions: tuple[Regression, ...]
    compared: int
    """How many figures both reports have, of which one could have become worse."""
    unmatched: tuple[str, ...]
    """What only one of the reports has, or has of something else, in words; none of it is a regression."""

    def __str__(self) -> str:
        """Return it as lines of text."""
        summary = f"{len(self.regressions)} of {self.compared} figures got worse"
        lines = [f"worse: {regression}" for regression in self.regressions]
        return "\n".join([summary, *lines, *(f"not compared: {name}" for name in self.unmatched)])


def difference(old: Report, new: Report) -> Difference:
    """Hold a report against an earlier one.

    A metric regressed when its new interval lies wholly on the worse side of the old one; something that must not
    happen, when it happens in a dialogue more often than it did.
    """
    pairs = [pair for system in new.order if system in old.systems for pair in _pairs(old, new, system)]
    return Difference(tuple(found for _, found in pairs if found), len(pairs), tuple(_unmatched(old, new)))


def _pairs(old: Report, new: Report, system: str) -> Iterator[tuple[str, Regression | None]]:
    """Yield each metric that can become worse and that both reports have, with its regression, if it is one."""
    before, now = old.systems[system], new.systems[system]
    for metric, definition in new.definitions.items():
        if metric in before.forbidden and metric in now.forbidden:
            yield metric, _happened(system, metric, before.forbidden[metric], now.forbidden[metric])
        elif definition.better and metric in before.figures and metric in now.figures:
            pair = before.figures[metric], now.figures[metric]
            yield metric, _moved(new, system, metric, *pair) if _worse(definition, *pair) else None


def _happened(system: str, metric: str, before: Forbidden, now: Forbidden) -> Regression | None:
    if now.total * before.n <= before.total * now.n:
        return None
    counts = [f"{count.total} in {count.n} dialogues" for count in (before, now)]
    return Regression(system, metric, counts[0], counts[1])


def _worse(definition: Definition, before: Figure, now: Figure) -> bool:
    if before.low is None or before.high is None or now.low is None or now.high is None:
        return False
    gap = before.low - now.high if definition.better > 0 else now.low - before.high
    return gap > _ROUNDING


def _moved(report: Report, system: str, metric: str, before: Figure, now: Figure) -> Regression:
    was, is_now = (
        f"{report.shown(metric, figure.mean)} ({report.shown(metric, figure.low)} to "
        f"{report.shown(metric, figure.high)}, n {figure.n})"
        for figure in (before, now)
    )
    return Regression(system, metric, was, is_now)


def _unmatched(old: Report, new: Report) -> Iterator[str]:
    for report, other, place in ((old, new, "the old report"), (new, old, "the new report")):
        yield from (f"system {name}, only in {place}" for name in report.order if name not in other.systems)
        names = sorted(set(report.definitions) - set(other.definitions))
        yield from (f"metric {name}, only in {place}" for name in names)
    if old.digest != new.digest:
        yield (
            f"the catalogues: {old.catalog} with {old.items} items then, {new.catalog} with {new.items} now, "
            "which are not the same"
        )
