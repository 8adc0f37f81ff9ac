"""Simulate chats with Parley and report how they went.

    python -m evaluation.run --n 200 --seed 0

Simulated people with an item in mind talk to the planner in plain words; no language model takes part. The report
shows how often they found it, and that Parley kept to the catalogue and to what it was told. The exit status is 1 if an
item outside the catalogue, one that goes against a stated dislike, or one that was seen or rejected was recommended.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.chatbot import Chatbot
from agent.respond import Respondent
from agent.retrieve import Retriever, Support
from agent.state import DialogueState
from agent.understand import Understander
from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation import metrics
from evaluation.people import Population
from evaluation.simulator import Dialogue, Silent, converse, recommended
from graph.attributes import AttributeGraph
from retrieval.build import Progress, open_catalog_index
from retrieval.embed import TrainedEmbedder
from retrieval.words import WordIndex

_RESAMPLES = 2000
_EARLY = 5
_FORBIDDEN = ("off the catalogue", "violations", "repeats")


@dataclass(frozen=True)
class Report:
    """Means over dialogues."""

    dialogues: int
    seed: int
    success: float
    success_interval: tuple[float, float]
    """95 % of bootstrap resamples lie between these."""
    early_success: float
    """Share that found the target within five turns."""
    means: Mapping[str, float]
    """Of each metric, per dialogue."""
    totals: Mapping[str, int]
    """Of what must not happen."""
    turn_ms: tuple[float, float]
    """Median and 95th percentile of Parley's time for a turn, in milliseconds."""

    @property
    def clean(self) -> bool:
        """Tell whether nothing happened that must not."""
        return not any(self.totals.values())


class Unaided:
    """No search: the words that were not linked say nothing."""

    def heard(self, state: DialogueState) -> None:
        """Return nothing."""
        return None

    def nearest(self, state: DialogueState, item_id: str) -> str:
        """Return nothing."""
        return ""


def planner(graph: AttributeGraph, retriever: Support | None = None) -> Chatbot:
    """Return a chatbot that says plain sentences; without a retriever it goes by what was linked alone."""
    catalog = graph.catalog
    retriever = Unaided() if retriever is None else retriever
    return Chatbot(graph, Understander(catalog, Silent()), retriever, Respondent(catalog, Silent()))


def chat_retriever(catalog: Catalog, home: Path) -> Retriever:
    """Return the retriever of the chat, whose index is built first where ``home`` has none."""
    embedder = TrainedEmbedder(home)
    with embedding_bar(catalog) as progress:
        index = open_catalog_index(catalog, home, embedder, progress)
    return Retriever(catalog, index, WordIndex(catalog), embedder)


@contextmanager
def embedding_bar(catalog: Catalog) -> Iterator[Progress]:
    """Show, in a terminal, how many items of ``catalog`` have a vector."""
    with tqdm(total=len(catalog), desc="embedding", unit=catalog.noun, disable=None) as bar:
        yield lambda done, _: bar.update(done - bar.n)


def simulate(bot: Chatbot, population: Population, n: int, seed: int) -> Iterator[Dialogue]:
    """Yield ``n`` dialogues, those of the people of seeds ``seed`` to ``seed + n - 1``."""
    for number in range(seed, seed + n):
        yield converse(bot, population.person(number), f"simulated-{number}")


def report(dialogues: Sequence[Dialogue], catalog: Catalog, seed: int) -> Report:
    """Sum up dialogues; ``seed`` also makes the resamples of the interval."""
    if not dialogues:
        raise ValueError("a report needs at least one dialogue")
    found = np.array([metrics.success(dialogue) for dialogue in dialogues])
    seconds = [turn.seconds for dialogue in dialogues for turn in dialogue.turns]
    counted: dict[str, Callable[[Dialogue], int]] = {
        "turns": metrics.turns,
        "questions": metrics.questions,
        "recommendations": metrics.recommendations,
        "acceptances misheard": metrics.misheard,
    }
    forbidden: tuple[Callable[[Dialogue], int], ...] = (
        lambda dialogue: metrics.off_catalogue(dialogue, catalog),
        lambda dialogue: metrics.violations(dialogue, catalog),
        metrics.repeats,
    )
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return Report(
        dialogues=len(dialogues),
        seed=seed,
        success=float(found.mean()),
        success_interval=interval(found, seed),
        early_success=float(np.mean([metrics.success(dialogue, _EARLY) for dialogue in dialogues])),
        means={name: float(np.mean([count(dialogue) for dialogue in dialogues])) for name, count in counted.items()},
        totals={
            name: sum(count(dialogue) for dialogue in dialogues)
            for name, count in zip(_FORBIDDEN, forbidden, strict=True)
        },
        turn_ms=(float(p50), float(p95)),
    )


def interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of (n,) values."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (_RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def table(summary: Report) -> str:
    """Return a report as lines of text."""
    low, high = summary.success_interval
    rows = [
        ("found the target", f"{summary.success:.1%}", f"95 % interval {low:.1%} to {high:.1%}"),
        (f"... within {_EARLY} turns", f"{summary.early_success:.1%}", ""),
        *((name, f"{mean:.2f}", "per chat") for name, mean in summary.means.items()),
        *((name, f"{total}", "in all, must be 0") for name, total in summary.totals.items()),
        ("ms per turn", f"{summary.turn_ms[0]:.0f}", f"median; 95th percentile {summary.turn_ms[1]:.0f}"),
    ]
    lines = [f"{name:<22}{value:>9}  {note}".rstrip() for name, value, note in rows]
    return "\n".join([f"{summary.dialogues} simulated chats, seed {summary.seed}", *lines])


def transcript(dialogue: Dialogue, catalog: Catalog) -> dict[str, object]:
    """Return a dialogue as plain values, to be written as JSON."""
    turns = [
        {
            "person": turn.text,
            "parley": turn.reply,
            "action": type(turn.action).__name__,
            "recommended": [catalog[item_id].label for item_id in recommended(turn.action) if item_id in catalog],
            "against a dislike": metrics.violating(turn, catalog),
            "repeated": metrics.repeating(turn),
            "seconds": round(turn.seconds, 4),
        }
        for turn in dialogue.turns
    ]
    return {"target": catalog[dialogue.target].label, "success": dialogue.success, "turns": turns}


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate chats, print the report, and fail if Parley did what it must not."""
    given = _parser().parse_args(argv)
    if given.n < 1:
        raise SystemExit(f"error: {given.n} chats say nothing; ask for at least 1")
    try:
        catalog = load_catalog(given.home, given.catalog)
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    graph = AttributeGraph(catalog)
    bot = planner(graph, chat_retriever(catalog, given.home) if given.retrieval else None)
    chats = simulate(bot, Population(graph), given.n, given.seed)
    dialogues = list(tqdm(chats, total=given.n, desc="chats", unit="chat", disable=None))
    summary = report(dialogues, catalog, given.seed)
    print(table(summary))  # noqa: T201
    if given.out is not None:
        _write(given.out, summary, dialogues, catalog)
    if not summary.clean:
        raise SystemExit(1)


def _write(path: Path, summary: Report, dialogues: Sequence[Dialogue], catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    chats = [transcript(dialogue, catalog) for dialogue in dialogues]
    path.write_text(
        json.dumps({"report": vars(summary), "chats": chats}, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200, help="how many chats (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first person (default: %(default)s)")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report and every chat there, as JSON")
    parser.add_argument("--retrieval", action="store_true", help="let the sentence encoder take part")
    return parser


if __name__ == "__main__":
    main()
