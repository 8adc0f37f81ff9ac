"""Measure how long Parley takes.

    python -m evaluation.bench turn

``start``: what a start loads, and the memory it takes. ``turn``: the parts of a turn, without the language model.
``planner``: the planning of a turn in made-up catalogues of growing size. ``retrieval``: the vector index against an
exact search. ``embedding``: the chat's embedder and sentence-transformers with MiniLM, on the same items and requests.
"""

import argparse
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from agent.policy import PolicyConfig, decide
from agent.state import DialogueState, Turn, replay
from agent.understand import Understander
from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation import synthetic
from evaluation.people import Population
from evaluation.queries import load_queries
from evaluation.simulator import SIMULATORS, converse
from evaluation.systems import Parley, Silent, planner
from graph.attributes import AttributeGraph
from graph.paths import question_paths
from graph.planner import plan
from graph.walk import paths_to, posterior
from retrieval.build import catalog_vectors, open_catalog_index
from retrieval.embed import Embedder, MiniLM, TrainedEmbedder

_TURNS = 200
_QUERIES = 200
_REQUESTS = Path(__file__).parent / "data" / "queries.jsonl"
_EMBEDDED = 2000
_PLANNED = 20
_SIZES = (10_000, 100_000, 1_000_000)
_NEAREST = 10
_KIB_PER_MIB = 1024


def start(home: Path, name: str) -> Mapping[str, float]:
    """Return the seconds that each part of a start takes, one after the other, and the peak memory in MiB."""
    seconds: dict[str, list[float]] = {}
    with _timed(seconds, "catalogue"):
        catalog = load_catalog(home, name)
    with _timed(seconds, "lexicon and linker"):
        Understander(catalog, Silent())
    with _timed(seconds, "attribute graph"):
        graph = AttributeGraph(catalog)
    with _timed(seconds, "likeness matrices"):
        graph.likeness(catalog.items[0].id)
    with _timed(seconds, "vector index"):
        open_catalog_index(catalog, home, TrainedEmbedder(home), lambda done, total: None).close()
    rows = {f"{part}, s": taken[0] for part, taken in seconds.items()}
    return rows | {"in all, s": sum(rows.values()), "peak memory, MiB": peak_mib()}


def turn(home: Path, name: str, seed: int) -> Mapping[str, float]:
    """Return the median and the 95th percentile, in milliseconds, of the parts of 200 simulated turns."""
    catalog = load_catalog(home, name)
    graph = AttributeGraph(catalog)
    understander = Understander(catalog, Silent())
    seconds: dict[str, list[float]] = {}
    for before, current in _simulated(graph, seed):
        with _timed(seconds, "understand"):
            acts = understander.acts(current.text, before)
        state = before.heard(current.text, acts)
        with _timed(seconds, "posterior"):
            believed = posterior(graph, state.evidence())
        with _timed(seconds, "plan"):
            plan(graph, believed, 0, state.settled, PolicyConfig().planner)
        with _timed(seconds, "decide"):
            decide(graph, state, believed)
    rows: dict[str, float] = {}
    for part, taken in seconds.items():
        p50, p95 = np.percentile(taken, [50, 95]) * 1000
        rows |= {f"{part}, p50 ms": float(p50), f"{part}, p95 ms": float(p95)}
    return rows


def planning(sizes: Sequence[int], seed: int) -> str:
    """Return, as a Markdown table, how long it takes to plan 20 turns in catalogues of each size.

    The turn holds the posterior from all that was said, the choice of the move, and the reasons for it.
    """
    head = (
        "| items | graph, s | posterior, p50 ms | planning, p50 ms | both, p50 ms | both, p95 ms | peak memory, MiB |"
    )
    lines = [head, "|" + " ---: |" * 7]
    for size in sizes:
        catalog = synthetic.catalogue(size, seed)
        rng = np.random.default_rng(seed)
        seconds: dict[str, list[float]] = {}
        with _timed(seconds, "graph"):
            graph = AttributeGraph(catalog)
            graph.likeness(catalog.items[0].id)
            decide(graph, DialogueState().heard("", ()), posterior(graph, synthetic.said(catalog, rng)))
        for _ in range(_PLANNED):
            evidence = synthetic.said(catalog, rng)
            with _timed(seconds, "posterior"):
                believed = posterior(graph, evidence)
            with _timed(seconds, "planning"):
                planned = plan(graph, believed, 2, config=PolicyConfig().planner)
                if planned.question:
                    question_paths(graph, evidence, believed, planned.question)
                else:
                    paths_to(graph, evidence, [catalog.items[row].id for row in believed.top(3)])
        both = np.add(seconds["posterior"], seconds["planning"]) * 1000
        parts = [float(np.median(seconds[part])) * 1000 for part in ("posterior", "planning")]
        cells = [*parts, float(np.median(both)), float(np.percentile(both, 95))]
        row = [f"{size:,}", f"{seconds['graph'][0]:.1f}", *(f"{cell:.1f}" for cell in cells), f"{peak_mib():.0f}"]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def _simulated(graph: AttributeGraph, seed: int) -> Iterator[tuple[DialogueState, Turn]]:
    """Yield 200 turns of simulated chats, each with the state before it."""
    bot, population = planner(graph), Population(graph)
    left, number = _TURNS, seed
    while left > 0:
        conversation = f"bench-{number}"
        converse(Parley(bot), population.person(number), SIMULATORS["target"], graph, conversation)
        turns = bot.state(conversation).turns
        for place, current in enumerate(turns[:left]):
            yield replay(turns[:place]), current
        left -= len(turns)
        number += 1


def retrieval(home: Path, name: str, seed: int) -> Mapping[str, float]:
    """Return how fast and how complete the index answers, against a search through all vectors.

    A query lies between two random items, as the vector of a dialogue does.
    """
    catalog = load_catalog(home, name)
    embedder = TrainedEmbedder(home)
    index = open_catalog_index(catalog, home, embedder, lambda done, total: None)
    vectors = catalog_vectors(catalog, home, embedder, lambda done, total: None)
    ids = np.array([item.id for item in catalog])
    seconds: dict[str, list[float]] = {}
    recalls = []
    for query in between(vectors, _QUERIES, np.random.default_rng(seed)):
        with _timed(seconds, "index"):
            hits = index.near(query, _NEAREST)
        with _timed(seconds, "exact"):
            nearest = np.argpartition(-(vectors @ query), _NEAREST)[:_NEAREST]
        recalls.append(recall([hit.item_id for hit in hits], ids[nearest].tolist()))
    index.close()
    rows = {f"{part} search, p50 ms": float(np.median(taken)) * 1000 for part, taken in seconds.items()}
    return rows | {f"recall at {_NEAREST}": float(np.mean(recalls))}


def between(vectors: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return (n, dimensions) of unit vectors, each halfway between two random rows of ``vectors``."""
    pairs = rng.integers(0, len(vectors), (n, 2))
    middle = vectors[pairs].sum(axis=1)
    return np.asarray(middle / np.linalg.norm(middle, axis=1, keepdims=True), dtype=np.float32)


def embedding(home: Path, name: str, seed: int) -> Mapping[str, float]:
    """Return how many items a second each embedder embeds, from a random sample, and how long one request takes."""
    catalog = load_catalog(home, name)
    rng = np.random.default_rng(seed)
    places = rng.permutation(len(catalog))[:_EMBEDDED]
    items = [catalog.items[place] for place in places]
    requests = [query.text for query in load_queries(_REQUESTS, catalog, {item.id for item in catalog})[:_QUERIES]]
    rows: dict[str, float] = {}
    seconds: dict[str, list[float]] = {}
    embedders: dict[str, Embedder] = {"Parley": TrainedEmbedder(home), "MiniLM": MiniLM()}
    for title, embedder in embedders.items():
        embedder.encode(["a quiet film"])
        seconds = {}
        with _timed(seconds, "items"):
            embedder.encode_items(items)
        for request in requests:
            with _timed(seconds, "request"):
                embedder.encode([request])
        rows[f"{title}, items a second"] = len(items) / seconds["items"][0]
        rows[f"{title}, ms a request, p50"] = float(np.median(seconds["request"])) * 1000
    with _timed(seconds, "all"):
        TrainedEmbedder(home).encode_items(catalog.items)
    return rows | {f"Parley, all {len(catalog)}, s": seconds["all"][0]}


def recall(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the share of ``wanted`` that is in ``found``."""
    return len(set(found) & set(wanted)) / len(wanted)


def peak_mib() -> float:
    """Return the most memory this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts in bytes, Linux in KiB.
    return peak / _KIB_PER_MIB if sys.platform != "darwin" else peak / _KIB_PER_MIB**2


def machine() -> str:
    """Return what the numbers were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, numpy {np.__version__}"


def table(title: str, rows: Mapping[str, float]) -> str:
    """Return measurements as lines of text under the machine they were made on."""
    return "\n".join([f"{title} ({machine()})", *(f"{name:<28}{value:>10.2f}" for name, value in rows.items())])


@contextmanager
def _timed(seconds: dict[str, list[float]], part: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds.setdefault(part, []).append(time.perf_counter() - begin)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure one thing and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("start", "turn", "planner", "retrieval", "embedding"))
    parser.add_argument("--seed", type=int, default=0, help="of the turns and queries (default: %(default)s)")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(_SIZES), help="of the made-up catalogues")
    given = parser.parse_args(argv)
    if given.what == "planner":
        print(f"planner ({machine()}), seed {given.seed}\n\n{planning(given.sizes, given.seed)}")  # noqa: T201
        return
    measures: dict[str, Callable[[], Mapping[str, float]]] = {
        "start": lambda: start(given.home, given.catalog),
        "turn": lambda: turn(given.home, given.catalog, given.seed),
        "retrieval": lambda: retrieval(given.home, given.catalog, given.seed),
        "embedding": lambda: embedding(given.home, given.catalog, given.seed),
    }
    try:
        rows = measures[given.what]()
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    print(table(given.what, rows))  # noqa: T201


if __name__ == "__main__":
    main()
