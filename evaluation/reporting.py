"""Write the report on simulated dialogues: a page that opens offline, Markdown, and plain values."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from catalog.items import Catalog
from evaluation import charts, tables
from evaluation.cases import Case, case, worst
from evaluation.figures import Report, report_json
from evaluation.metrics import Context
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.summary import GROUPED, broken, numbers, summary
from evaluation.timing import Timing, seconds, timing, timing_json, timing_table
from evaluation.transcripts import Dialogue, read_dialogues

_DATA = Path(__file__).parent / "data"
_FIRST = "parley"
_TITLE = "Parley: simulated conversations"
_CASES, _CASES_OF_OTHERS = 10, 3

Dialogues = Mapping[str, Sequence[Dialogue]]
"""By system, the one that others are compared with first."""


def dialogues_of(folder: Path) -> Dialogues:
    """Return the dialogues of a folder by system, in the order of their seeds, however they were held.

    Raises ValueError when there are none.
    """
    found: dict[str, list[Dialogue]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for dialogue in read_dialogues(path):
            found.setdefault(dialogue.system, []).append(dialogue)
    if not found:
        raise ValueError(f"no dialogues in {folder}; hold some with `python -m evaluation.run --out {folder}`")
    names = sorted(found, key=lambda name: (name != _FIRST, name))
    return {name: sorted(found[name], key=lambda dialogue: (dialogue.seed, dialogue.scenario)) for name in names}


def context_of(catalog: Catalog, scenarios: Iterable[Scenario], price: float = 0.0) -> Context:
    """Return what judges dialogues about a catalogue: they knew its ratings for training and no others."""
    world = World(catalog)
    return Context(world.catalog, world.graph, {scenario.id: scenario.turns for scenario in scenarios}, price)


def write_report(folder: Path, context: Context) -> Report:
    """Write the report on the dialogues of a folder into it."""
    dialogues = dialogues_of(folder)
    values = {name: numbers(held, context) for name, held in dialogues.items()}
    report = summary(dialogues, context, values)
    timings = {name: timing(held, context.price) for name, held in dialogues.items()}
    cases = [
        case(held[place], context.catalog, int(broken(values[name])[place]))
        for name, held in dialogues.items()
        for place in worst(held, broken(values[name]), _CASES if name == report.order[0] else _CASES_OF_OTHERS)
    ]
    texts = {
        "report.json": report_json(report),
        "latency.json": timing_json(timings),
        "report.md": markdown(report, dialogues, timings),
        "report.html": page(report, dialogues, timings, cases),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return report


def markdown(report: Report, dialogues: Dialogues, timings: Mapping[str, Timing]) -> str:
    """Return the report as Markdown."""
    found = [tables.headline(report), *_tables(report, timings), *_groups(report), tables.scenarios(report)]
    meanings = "\n".join(f"- **{name}**: {definition.meaning}" for name, definition in report.definitions.items())
    parts = (f"# {_TITLE}", _subtitle(report, dialogues), tables.markdown(found), "## Metrics", meanings)
    return "\n\n".join(parts) + "\n"


def page(report: Report, dialogues: Dialogues, timings: Mapping[str, Timing], cases: Sequence[Case]) -> str:
    """Return the report as a page that needs nothing else; every text in it is escaped."""
    environment = Environment(loader=FileSystemLoader(_DATA), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html.jinja").render(
        title=_TITLE,
        subtitle=_subtitle(report, dialogues),
        script=Markup(get_plotlyjs()),
        headline=tables.headline(report),
        tables=_tables(report, timings),
        charts=charts.charts(report, {name: seconds(held) for name, held in dialogues.items()}),
        groups=_groups(report),
        scenarios=tables.scenarios(report),
        cases=cases,
        definitions=report.definitions,
    )


def _tables(report: Report, timings: Mapping[str, Timing]) -> list[tables.Table]:
    against = [tables.compared(report)] if report.comparisons else []
    return [*against, tables.metrics(report), timing_table(timings)]


def _groups(report: Report) -> list[tables.Table]:
    found = [make(report, metric) for make in (tables.behaviours, tables.groups) for metric in GROUPED]
    return [table for table in found if table.rows]


def _subtitle(report: Report, dialogues: Dialogues) -> str:
    counts = sorted({len(held) for held in dialogues.values()})
    held = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    each = " each" if len(dialogues) > 1 else ""
    scenarios = len({dialogue.scenario for found in dialogues.values() for dialogue in found})
    seeds = [dialogue.seed for found in dialogues.values() for dialogue in found]
    return (
        f"{held} dialogues{each} with {', '.join(report.order)}; {scenarios} scenarios, seeds {min(seeds)} to "
        f"{max(seeds)}; catalogue {report.catalog}, {report.items:,} items."
    )
