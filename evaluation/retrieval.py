"""Measure how well texts find the items that answer them.

    python -m evaluation.retrieval --embedder minilm bm25 system

Each line of the query file holds a text and the items that answer it (see evaluation/queries.py). ``default`` ranks by
the embedder of the chat alone, ``minilm`` by a sentence encoder, ``minilm-parts`` by the same with items as sums of
their parts, ``base`` by the language model before any training, ``bm25`` by shared words, ``system`` by all that the
chat does with a first utterance but speak. The folder of an embedder that was trained may be named as well. The tables
give 95 % bootstrap intervals over queries.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.intervals import interval
from evaluation.queries import Query, load_candidates, load_queries
from evaluation.rankers import RANKERS, Ranker, Scope, ranker, ranking
from evaluation.ranking_metrics import hit, ndcg, recall

_QUERIES = Path(__file__).parent / "data" / "queries.jsonl"
_METRICS: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "ndcg@10": ndcg,
    "recall@10": recall,
    "hit@10": hit,
}


@dataclass(frozen=True)
class Setting:
    """What a run was about."""

    queries: Path
    candidates: Path | None = None
    """The file of the items that were ranked; without one, all of the catalogue."""
    seed: int = 0


@dataclass(frozen=True)
class Result:
    """What one ranker reached."""

    embedder: str
    setting: Setting
    kinds: tuple[str, ...]
    """Of each query."""
    values: Mapping[str, np.ndarray]
    """Of each metric, (queries,)."""
    seconds: float
    """Spent on scores, in all, once the ranker was ready."""

    def row(self) -> dict[str, object]:
        """Return the figures by name, with intervals, as they are written to a file."""
        setting = self.setting
        return {
            "embedder": self.embedder,
            **self.figures(),
            "by_kind": {kind: self.figures(kind) for kind in dict.fromkeys(self.kinds)},
            "seed": setting.seed,
            "queries": setting.queries.name,
            "candidates": None if setting.candidates is None else setting.candidates.name,
        }

    def figures(self, kind: str | None = None) -> dict[str, object]:
        """Return the number of queries, of one kind or all, and the mean and interval of each metric."""
        spans = self._spans(kind)
        return {
            "n": self._count(kind),
            **{metric: round(mean, 4) for metric, (mean, _, _) in spans.items()},
            "intervals": {metric: [round(low, 4), round(high, 4)] for metric, (_, low, high) in spans.items()},
        }

    def cells(self, kind: str | None = None) -> list[str]:
        """Return the number of queries, of one kind or all, and each metric with its interval, as text."""
        spans = self._spans(kind).values()
        return [str(self._count(kind)), *(f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in spans)]

    def _count(self, kind: str | None) -> int:
        return len(self.kinds) if kind is None else self.kinds.count(kind)

    def _spans(self, kind: str | None) -> dict[str, tuple[float, float, float]]:
        """Return the mean of each metric and the ends of its interval."""
        chosen = [kind is None or own == kind for own in self.kinds]
        parts = {metric: values[chosen] for metric, values in self.values.items()}
        return {metric: (float(found.mean()), *interval(found, self.setting.seed)) for metric, found in parts.items()}


def measure(
    embedder: str,
    ranker: Ranker,
    catalog: Catalog,
    candidates: Sequence[str],
    queries: Sequence[Query],
    setting: Setting,
) -> Result:
    """Rank ``candidates`` by every query; what a ranker loads for its first text does not count as time."""
    ranker.scores(queries[0].text)
    values: dict[str, list[float]] = {metric: [] for metric in _METRICS}
    seconds = 0.0
    for query in tqdm(queries, desc=embedder, disable=None):
        begun = time.perf_counter()
        scores = ranker.scores(query.text)
        seconds += time.perf_counter() - begun
        ranked = ranking(scores, catalog, candidates, query.exclude)
        for metric, number in _METRICS.items():
            values[metric].append(number(ranked, query.gains))
    arrays = {metric: np.array(found) for metric, found in values.items()}
    return Result(embedder, setting, tuple(query.kind for query in queries), arrays, seconds)


def table(results: Sequence[Result]) -> str:
    """Return results as two Markdown tables, over all queries and by kind: means with their intervals."""
    overall = [
        [result.embedder, *result.cells(), f"{1000 * result.seconds / len(result.kinds):.1f}"] for result in results
    ]
    by_kind = [
        [kind, result.embedder, *result.cells(kind)]
        for kind in sorted({kind for result in results for kind in result.kinds})
        for result in results
    ]
    return "\n\n".join(
        (
            _markdown(["embedder", "n", *_METRICS, "ms per query"], overall),
            _markdown(["kind", "embedder", "n", *_METRICS], by_kind),
        )
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def main(argv: Sequence[str] | None = None) -> None:
    """Rank by every query and print the tables."""
    given = _parser().parse_args(argv)
    setting = Setting(given.queries, given.candidates, given.seed)
    try:
        catalog = load_catalog(given.home, given.catalog)
        candidates = tuple(item.id for item in catalog)
        if given.candidates is not None:
            candidates = load_candidates(given.candidates, catalog)
        queries = load_queries(given.queries, catalog, frozenset(candidates))
        scope = Scope(catalog, given.home, candidates, given.dimensions)
        results = [measure(name, ranker(name, scope), catalog, candidates, queries, setting) for name in given.embedder]
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    print(f"{len(queries)} queries, {len(candidates)} {catalog.noun}s, seed {given.seed}\n\n{table(results)}")  # noqa: T201
    if given.out is not None:
        rows = [result.row() for result in results]
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(rows[0] if len(rows) == 1 else rows, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, default=_QUERIES, metavar="FILE", help="(default: %(default)s)")
    names = f"of {', '.join(RANKERS)}, and folders of embedders"
    parser.add_argument("--embedder", nargs="+", default=["default"], metavar="NAME", help=f"one or several {names}")
    parser.add_argument(
        "--candidates", type=Path, metavar="FILE", help="rank only these ids, one a line (default: all)"
    )
    parser.add_argument("--dimensions", type=int, metavar="N", help="cut the vectors of embedders to the first N")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return parser


if __name__ == "__main__":
    main()
