"""The table of figures of the README, measured anew by the commands that it names."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from sys import stderr
from typing import Any

from scipy import stats

from catalog import films
from catalog.saved import load_catalog
from evaluation import dialogue, linking, multi_round, retrieval, run
from evaluation.figures import Figure, Report, read_report
from evaluation.systems import SYSTEMS

_POOL = Path("evaluation") / "data" / "queries_pool.txt"
_RANKERS = ("system", "default", "bm25", "minilm")
_NOISE = "0.1"
_LINKED = 50


@dataclass(frozen=True)
class Sources:
    """What is measured, and where the data of it lie."""

    work: Path
    """Folder for what the commands write; simulated conversations that are there already are not held again."""
    home: Path
    n: int
    """How many simulated conversations with each system."""
    seed: int
    multi_round: tuple[str, ...] = ()
    """Folders of the multi-round benchmarks."""
    redial: Path | None = None
    redial_train: Path | None = None
    """Dialogues to learn from, without which only parts of the chat can be measured on ``redial``."""
    systems: tuple[str, ...] = tuple(name for name in SYSTEMS if name != "base-llm")
    """Who talks to simulated people; the language model alone would take hours."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    figure: str
    command: str


def results(sources: Sources) -> str:
    """Measure everything whose data were given, and return the table as Markdown, with what was left out."""
    sources.work.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    # The commands print tables of their own, which would hide the one that was asked for.
    with redirect_stdout(stderr):
        for measure in (_multi_round, _simulated, _linking, _retrieval, _dialogue):
            rows += measure(sources)
    lines = ["| what | figure | command |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.figure} | `{row.command}` |" for row in rows]
    missing = []
    if not sources.multi_round:
        missing.append("the multi-round benchmarks (`--multi-round FOLDER ...`)")
    if sources.redial is None:
        missing.append("real dialogues (`--redial FILE`)")
    left_out = f"\n\nLeft out: {' and '.join(missing)}." if missing else ""
    return f"Seed {sources.seed}; in brackets 95 % intervals.\n\n" + "\n".join(lines) + left_out


def _multi_round(sources: Sources) -> Iterator[Row]:
    """Yield SR, AT and hDCG of the multi-round protocol, and SR when every tenth answer is wrong."""
    for data in (*sources.multi_round, films.NAME):
        name = Path(data).name
        found = _ran(multi_round.main, sources, f"multi-round-{name}", "--data", data)
        figures = ", ".join((_spanned(found, "sr@15", 3), _spanned(found, "at", 2), _spanned(found, "hdcg", 3)))
        command = f"python -m evaluation.multi_round --data {name}"
        yield Row(
            f"{name} of the multi-round protocol, {found['n']:,} conversations: SR@15, AT, hDCG", figures, command
        )
        if data == films.NAME:
            continue
        noisy = _ran(multi_round.main, sources, f"multi-round-{name}-noise", "--data", data, "--noise", _NOISE)
        yield Row(
            f"{name}, every tenth answer wrong: SR@15", _spanned(noisy, "sr@15", 3), f"{command} --noise {_NOISE}"
        )


def _simulated(sources: Sources) -> Iterator[Row]:
    """Yield what simulated people say of each system."""
    folder = sources.work / "simulated"
    systems = ",".join(sources.systems)
    (folder / "report.json").unlink(missing_ok=True)
    given = ("--n", str(sources.n), "--seed", str(sources.seed), "--systems", systems)
    try:
        run.main([*given, "--out", str(folder), "--home", str(sources.home)])
    except SystemExit:
        # A run that did what it must not fails, and is reported all the same.
        if not (folder / "report.json").exists():
            raise
    report = read_report(folder / "report.json")
    command = f"python -m evaluation.run {' '.join(given)} --out DIR"
    times = json.loads((folder / "latency.json").read_text(encoding="utf-8"))
    for system in report.order:
        yield Row(f"{system}: people find what they want; turns", _found(report, system), command)
    first = report.order[0]
    counts = report.systems[first].forbidden
    yield Row(f"{first}: {', '.join(counts)}", ", ".join(f"{one.total} of {one.n}" for one in counts.values()), command)
    spans = [_span(Figure(**times[first][name]), 0) for name in ("p50_ms", "p95_ms")]
    yield Row(f"{first}: milliseconds for a turn, median and 95th percentile", ", ".join(spans), command)


def _found(report: Report, system: str) -> str:
    figures = report.systems[system].figures
    shown = []
    for metric in ("success", "AT"):
        figure = figures[metric]
        ends = f"{report.shown(metric, figure.low)} to {report.shown(metric, figure.high)}"
        shown.append(f"{report.shown(metric, figure.mean)} ({ends})")
    return f"{', '.join(shown)}; n {figures['success'].n}"


def _linking(sources: Sources) -> Iterator[Row]:
    found = linking.linking(load_catalog(sources.home, films.NAME), _LINKED, sources.seed)
    right = found.facts - len(found.missed)
    low, high = stats.binomtest(right, found.facts).proportion_ci(method="wilson")
    yield Row(
        f"title, director and two themes typed in a sentence are linked right, {_LINKED} random films",
        f"{100 * found.share:.1f} % ({100 * low:.1f} to {100 * high:.1f}; n {found.facts})",
        f"python -m evaluation.linking --n {_LINKED} --seed {sources.seed}",
    )


def _retrieval(sources: Sources) -> Iterator[Row]:
    pool = ("--candidates", str(_POOL), "--embedder", *_RANKERS)
    path = Path(__file__).parents[1] / _POOL
    found = _ran(retrieval.main, sources, "retrieval", "--candidates", str(path), "--embedder", *_RANKERS)
    figures = ", ".join(_spanned(row, "ndcg@10", 3) for row in found)
    what = f"nDCG@10 on {found[0]['n']} written requests: {', '.join(_RANKERS)}"
    yield Row(what, figures, f"python -m evaluation.retrieval {' '.join(pool)}")


def _dialogue(sources: Sources) -> Iterator[Row]:
    """Yield the recall of every system on real dialogues."""
    if sources.redial is None:
        return
    given = ["--data", str(sources.redial)]
    given += ["--train", str(sources.redial_train)] if sources.redial_train else []
    found = _ran(dialogue.main, sources, "dialogue", *given)
    systems = {name: row for name, row in found.items() if isinstance(row, dict)}
    names = sources.redial.name, *([sources.redial_train.name] if sources.redial_train else [])
    command = f"python -m evaluation.dialogue --data {' --train '.join(names)}"
    for name, row in systems.items():
        figures = ", ".join(_spanned(row, f"recall@{k}", 3) for k in (1, 10, 50))
        what = f"{names[0]}, {found['n']:,} films that recommenders name: recall@1, @10, @50 of {name}"
        yield Row(what, figures, command)


def _ran(main: Callable[[Sequence[str]], None], sources: Sources, name: str, *given: str) -> Any:  # noqa: ANN401
    """Run a command that writes JSON, and return what it wrote."""
    path = sources.work / f"{name}.json"
    main([*given, "--seed", str(sources.seed), "--home", str(sources.home), "--out", str(path)])
    return json.loads(path.read_text(encoding="utf-8"))


def _spanned(row: Mapping[str, Any], metric: str, digits: int) -> str:
    """Return a figure of a command's JSON with its interval."""
    low, high = row["intervals"][metric]
    return _span(Figure(row[metric], low, high, row["n"]), digits)


def _span(figure: Figure, digits: int) -> str:
    mean, low, high = (_shown(value, digits) for value in (figure.mean, figure.low, figure.high))
    return f"{mean} ({low} to {high})"


def _shown(value: float | None, digits: int) -> str:
    """Return a number as the table has it: shares without the 0 before the point."""
    return "–" if value is None else f"{value:.{digits}f}".removeprefix("0" if digits else "")
