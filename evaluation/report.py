"""Write the report on simulated dialogues.

    python -m evaluation.report runs/today

Reads every DIR/*.jsonl that ``python -m evaluation.run --out DIR`` left, a system in each, and writes DIR/report.html,
which opens offline, DIR/report.md, DIR/report.json and DIR/latency.json. Equal dialogues give an equal report.json.
With ``--against OLD.json`` it says what got worse since an earlier one; the exit status is 1 if anything did.

    python -m evaluation.report --all --multi-round LASTFM_STAR LASTFM --redial test.jsonl --out results.md

measures all that the README's table of figures shows and prints that table; parts without their data are left out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation import tables
from evaluation.figures import read_report
from evaluation.regressions import difference
from evaluation.reporting import context_of, write_report
from evaluation.results import Sources, results
from evaluation.scenarios import LIBRARY, load_scenarios


def main(argv: Sequence[str] | None = None) -> None:
    """Write the report and hold it against an earlier one, or rebuild the README's table."""
    parser = _parser()
    given = parser.parse_args(argv)
    if not given.all and given.folder is None:
        parser.error("name the folder of the dialogues, or give --all")
    try:
        worse = _results(given) if given.all else _report(given)
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    if worse:
        raise SystemExit(1)


def _report(given: argparse.Namespace) -> bool:
    """Write the report, and tell whether anything got worse."""
    # Read first: a report that cannot be compared with should not cost the time of making one.
    old = read_report(given.against) if given.against else None
    scenarios = load_scenarios(given.scenarios)
    context = context_of(load_catalog(given.home, given.catalog), scenarios, given.price)
    report = write_report(given.folder, context)
    print(tables.headline(report).markdown())  # noqa: T201
    print(f"\nthe report: {given.folder / 'report.html'}")  # noqa: T201
    if old is None:
        return False
    found = difference(old, report)
    print(f"\n{found}")  # noqa: T201
    return bool(found.regressions)


def _results(given: argparse.Namespace) -> bool:
    """Measure everything, and print the table."""
    with TemporaryDirectory() as scratch:
        work = given.out.with_suffix("") if given.out else Path(scratch)
        folders = tuple(given.multi_round)
        sources = Sources(work, given.home, given.n, given.seed, folders, given.redial, given.redial_train)
        text = results(sources)
    print(text)  # noqa: T201
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="where the dialogues are")
    parser.add_argument("--against", type=Path, metavar="OLD.json", help="an earlier report.json to compare with")
    parser.add_argument("--scenarios", type=Path, default=LIBRARY, metavar="FILE", help="(default: %(default)s)")
    parser.add_argument("--price", type=float, default=0.0, help="of a million generated tokens (default: %(default)s)")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    everything = parser.add_argument_group("the table of figures")
    everything.add_argument("--all", action="store_true", help="measure everything, on the films")
    everything.add_argument("--n", type=int, default=500, help="simulated dialogues (default: %(default)s)")
    everything.add_argument("--seed", type=int, default=0, help="of every random draw (default: %(default)s)")
    everything.add_argument(
        "--multi-round", nargs="+", default=[], metavar="FOLDER", help="of the multi-round benchmarks"
    )
    everything.add_argument("--redial", type=Path, metavar="FILE", help="dialogues of ReDial or INSPIRED")
    everything.add_argument("--redial-train", type=Path, metavar="FILE", help="dialogues to learn from")
    everything.add_argument(
        "--out", type=Path, metavar="FILE.md", help="write the table there, and what it comes from into FILE/"
    )
    return parser


if __name__ == "__main__":
    main()
