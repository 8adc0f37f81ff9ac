"""Audit fairness and robustness: who and what is served worse than others, and what can be bent.

    python -m evaluation.audits source poison
    python -m evaluation.audits groups --dialogues DIR

``source`` measures whether items with texts that were written for the project are shown more than their share
(evaluation/source_bias.py), ``poison`` how far fake people can push an item (evaluation/poison.py), ``groups`` success
by kinds of people and items in the conversations that ``python -m evaluation.run --out DIR`` held
(evaluation/group_gaps.py). The tables are Markdown, with 95 % bootstrap intervals.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from agent.retrieve import Retriever
from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation import group_gaps, poison, source_bias
from evaluation.estimates import Row, markdown, plain
from evaluation.rankers import Nearest, Ranker, System
from evaluation.source_bias import Rankers
from evaluation.systems import Exact, embedding_bar, planner
from graph.attributes import AttributeGraph
from retrieval.build import catalog_vectors
from retrieval.embed import Embedder, TrainedEmbedder
from retrieval.words import WordIndex

AUDITS = ("source", "poison", "groups")


def rankers_of(catalog: Catalog, vectors: np.ndarray, embedder: Embedder) -> Rankers:
    """Return what makes the embedder alone and the chat as a whole, for ``catalog`` or a revision of it.

    ``vectors`` are those of ``catalog``, (items, dimensions); items that a revision has changed are embedded anew.
    Search is exact, so that two revisions differ in nothing but their items.
    """

    def make(revision: Catalog) -> Mapping[str, Ranker]:
        own = revised(vectors, catalog, revision, embedder)
        retriever = Retriever(revision, Exact(revision, own), WordIndex(revision), embedder)
        return {"embedder": Nearest(own, embedder), "system": System(planner(AttributeGraph(revision), retriever))}

    return make


def revised(vectors: np.ndarray, catalog: Catalog, revision: Catalog, embedder: Embedder) -> np.ndarray:
    """Return (items, dimensions) unit vectors of a revision, which has the same items in the same order."""
    changed = [row for row, (old, new) in enumerate(zip(catalog, revision, strict=True)) if old != new]
    found = vectors.copy()
    if changed:
        found[changed] = embedder.encode_items([revision.items[row] for row in changed])
    return found


def _source(given: argparse.Namespace) -> Mapping[str, list[Row]]:
    catalog = load_catalog(given.home, given.catalog)
    embedder = TrainedEmbedder(given.home)
    with embedding_bar(catalog) as progress:
        vectors = catalog_vectors(catalog, given.home, embedder, progress)
    return source_bias.audit(catalog, rankers_of(catalog, vectors, embedder), given.seed)


def _poison(given: argparse.Namespace) -> Mapping[str, list[Row]]:
    return poison.audit(load_catalog(given.home, given.catalog), given.seed)


def _groups(given: argparse.Namespace) -> Mapping[str, list[Row]]:
    return group_gaps.audit(group_gaps.read_folder(given.dialogues), given.seed)


def main(argv: Sequence[str] | None = None) -> None:
    """Carry out audits and print their tables."""
    parser = _parser()
    given = parser.parse_args(argv)
    if "groups" in given.audits and given.dialogues is None:
        parser.error("groups are those of conversations that were held: --dialogues DIR is needed")
    audits = {"source": _source, "poison": _poison, "groups": _groups}
    found: dict[str, Mapping[str, list[Row]]] = {}
    for name in dict.fromkeys(given.audits):
        try:
            found[name] = audits[name](given)
        except (OSError, ValueError) as error:
            raise SystemExit(f"error: {error}") from None
        for title, rows in found[name].items():
            if rows:
                print(f"{name}: {title} (seed {given.seed})\n\n{markdown(rows)}\n")  # noqa: T201
    if given.out is not None:
        tables = {name: {title: plain(rows) for title, rows in each.items()} for name, each in found.items()}
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps({"seed": given.seed} | tables, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audits", nargs="+", choices=AUDITS, metavar="AUDIT", help=f"of {', '.join(AUDITS)}")
    parser.add_argument("--dialogues", type=Path, metavar="DIR", help="of a finished run, for groups")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return parser


if __name__ == "__main__":
    main()
