"""The tables of a report, for the page and for Markdown alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evaluation.figures import Comparison, Figure, Part, Report, SystemReport, Trials

SUCCESS, TURNS = "success", "AT"
FEW = 30
"""Figures of fewer dialogues than this say little."""
_ALPHA = 0.05
_TRIES = ("2", "4", "8")
_FEW_NOTE = f"Figures in brackets are of fewer than {FEW} dialogues and say little."


@dataclass(frozen=True)
class Cell:
    """A figure, and in smaller type how sure it is."""

    text: str
    detail: str = ""
    few: bool = False
    tone: str = ""
    """``good``, ``bad`` or nothing."""
    bar: tuple[float, float, float] | None = None
    """Low end, mean and high end of a share, from 0 to 1."""

    def __str__(self) -> str:
        """Return it as one line."""
        text = f"[{self.text}]" if self.few else self.text
        return f"{text} ({self.detail})" if self.detail else text


@dataclass(frozen=True)
class Table:
    """Rows under a head, whose first cells name them."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        """Return it as a Markdown table under its title."""
        lines = [self.head, (":---", *["---:"] * (len(self.head) - 1))]
        lines += [tuple(str(cell).replace("|", "\\|") for cell in row) for row in self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join(part for part in (f"## {self.title}", self.note, table) if part)


def headline(report: Report) -> Table:
    """Return what matters most: a row for each system."""
    forbidden = [name for name, definition in report.definitions.items() if definition.must_be_zero]
    rows = []
    for name in report.order:
        system = report.systems[name]
        counts = [_count(system, metric) for metric in forbidden]
        rows.append(
            (Cell(name), *(_cell(report, metric, system.figures.get(metric)) for metric in (SUCCESS, TURNS)), *counts)
        )
    note = (
        "AT: turns until something wanted was shown. Small: 95 % intervals; n counts dialogues. The other columns must "
        "be 0; small, in how many dialogues it happened and, after ≤, the upper end of the exact 95 % interval of that "
        "share."
    )
    return Table("What matters most", ("system", SUCCESS, TURNS, *forbidden), tuple(rows), note)


def metrics(report: Report) -> Table:
    """Return every metric, a column for each system."""
    rows = []
    for metric, definition in report.definitions.items():
        figures = [report.systems[name].figures.get(metric) for name in report.order]
        if any(figures):
            arrow = {1: " ↑", -1: " ↓"}.get(definition.better, "")
            rows.append((Cell(f"{metric}{arrow}"), *(_cell(report, metric, figure) for figure in figures)))
    note = "Means with 95 % intervals; ↑ more is better, ↓ less is. n: dialogues of which the metric says anything."
    return Table("All metrics", ("metric", *report.order), tuple(rows), note)


def compared(report: Report) -> Table:
    """Return the comparisons with the first system, a row for each of the others."""
    first = report.order[0]
    columns = dict.fromkeys(one.metric for one in report.comparisons)
    found = {(one.system, one.metric): _difference(report, one) for one in report.comparisons}
    rows = tuple((Cell(name), *(found[name, metric] for metric in columns)) for name in report.order[1:])
    note = (
        f"On the same people, those that both had: the system's mean less that of {first}, with its 95 % interval; n "
        "counts pairs. p is of a paired permutation test, and holds for all cells together (Benjamini and Hochberg)."
    )
    return Table(f"Against {first}", ("system", *columns), rows, note)


def _difference(report: Report, one: Comparison) -> Cell:
    figure, better = one.difference, report.definitions[one.metric].better
    if figure.mean is None:
        return Cell("–")
    sure = one.adjusted is not None and one.adjusted < _ALPHA and better
    tone = ("good" if figure.mean * better > 0 else "bad") if sure else ""
    ends = (report.shown(one.metric, end, difference=True).removesuffix(" points") for end in (figure.low, figure.high))
    detail = f"{' to '.join(ends)}; {_p(one.adjusted)}; n {figure.n}"
    return Cell(report.shown(one.metric, figure.mean, difference=True), detail, tone=tone)


def behaviours(report: Report, metric: str) -> Table:
    """Return a metric by how people behave."""
    return _parts(report, f"{metric} by behaviour", metric, lambda system: system.behaviours.items())


def groups(report: Report, metric: str) -> Table:
    """Return a metric by the kinds of people and items that dialogues belong to."""

    def parts(system: SystemReport) -> Iterable[tuple[str, Part]]:
        return (
            (f"{group}: {value}", part) for group, values in system.groups.items() for value, part in values.items()
        )

    return _parts(report, f"{metric} by group", metric, parts)


def scenarios(report: Report) -> Table:
    """Return how many dialogues of each scenario passed its checks, and the chance that several in a row do."""
    rows = []
    for name in sorted({name for system in report.systems.values() for name in system.scenarios}):
        trials = [report.systems[system].scenarios.get(name) for system in report.order]
        behaviour = next(one.behaviour for one in trials if one)
        rows.append((Cell(name, behaviour), *(_trials(one) for one in trials)))
    note = (
        "Dialogues that passed every check of their scenario, of all; pass^k is the chance that k tries in a row do. "
        "Below it, the checks that did not always hold, with how often they did."
    )
    return Table("Scenarios", ("scenario", *report.order), tuple(rows), note)


def _parts(
    report: Report, title: str, metric: str, parts: Callable[[SystemReport], Iterable[tuple[str, Part]]]
) -> Table:
    found = [dict(parts(report.systems[name])) for name in report.order]
    names = dict.fromkeys(name for one in found for name in one)
    rows = [
        (
            Cell(name),
            *(_cell(report, metric, one[name].figures.get(metric) if name in one else None, few=FEW) for one in found),
        )
        for name in names
    ]
    return Table(title[0].upper() + title[1:], ("", *report.order), tuple(rows), _FEW_NOTE)


def _cell(report: Report, metric: str, figure: Figure | None, few: int = 0) -> Cell:
    if figure is None or figure.mean is None:
        return Cell("–")
    if figure.low is None or figure.high is None:
        return Cell(report.shown(metric, figure.mean), f"n {figure.n}", figure.n < few)
    ends = f"{report.shown(metric, figure.low)} to {report.shown(metric, figure.high)}".replace(" % to", " to")
    bar = (figure.low, figure.mean, figure.high) if metric == SUCCESS else None
    return Cell(report.shown(metric, figure.mean), f"{ends}; n {figure.n}", figure.n < few, bar=bar)


def _count(system: SystemReport, metric: str) -> Cell:
    found = system.forbidden.get(metric)
    if found is None:
        return Cell("–")
    where = f"in {found.dialogues} of {found.n}" if found.total else f"of {found.n}"
    return Cell(str(found.total), f"{where}; ≤ {100 * found.at_most:.1f} %", tone="bad" if found.total else "good")


def _trials(trials: Trials | None) -> Cell:
    if trials is None:
        return Cell("–")
    tries = [f"pass^{k}\u00a0{trials.reliability[k]:.2f}" for k in _TRIES if k in trials.reliability]
    failed = [f"{check}\u00a0{held}/{trials.n}" for check, held in trials.checks.items() if held < trials.n]
    tone = "good" if trials.passed == trials.n else "bad" if not trials.passed else ""
    return Cell(f"{trials.passed}/{trials.n}", "; ".join((*tries, *failed)), tone=tone)


def _p(value: float | None) -> str:
    if value is None:
        return "p unknown"
    return "p < .001" if value < 0.001 else f"p = {value:.3f}"


def markdown(tables: Sequence[Table]) -> str:
    """Return tables one below the other."""
    return "\n\n".join(table.markdown() for table in tables) + "\n"
