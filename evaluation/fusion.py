"""Learn how what was linked, the meaning of the words and the words themselves are weighed against each other.

    python -m evaluation.fusion --queries finetune/data/requests_dev.jsonl --candidates finetune/data/dev_pool.txt

Prints each alone, their reciprocal-rank fusion (Cormack et al., SIGIR 2009) and the learned sum, whose weights are
those of a conditional logit; for the table, each query is ranked with weights learned from the other four fifths. The
weights learned from all queries are those that agent.retrieve.RetrieverConfig should hold: ``fame`` is
WalkConfig.fame minus the one printed, the others are as they are.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.chatbot import Chatbot
from agent.retrieve import Retriever
from agent.state import DialogueState
from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.choices import Choices, fit
from evaluation.intervals import interval
from evaluation.queries import Query, load_candidates, load_queries
from evaluation.rankers import Scope, nearest
from evaluation.ranking_metrics import ndcg
from evaluation.systems import chat_retriever, planner
from graph.attributes import AttributeGraph
from graph.walk import WalkConfig
from retrieval.embed import TrainedEmbedder
from retrieval.words import WordIndex

FEATURES = ("linked", "fame", "meaning", "words")
_FOLDS = 5
_FLOOR = -25.0
"""No item is held to be less likely than this, in natural logarithms, so that one misreading is not all that counts."""
_RRF = 60


@dataclass(frozen=True)
class Seen:
    """A query, its candidates and what speaks for each of them."""

    query: Query
    candidates: tuple[str, ...]
    features: np.ndarray
    """(candidates, FEATURES)."""

    @property
    def relevant(self) -> np.ndarray:
        """Which candidates answer it, (candidates,) of bool."""
        return np.array([item_id in self.query.gains for item_id in self.candidates])

    def quality(self, scores: np.ndarray) -> float:
        """Return the nDCG@10 of the candidates ranked by (candidates,) scores."""
        order = np.argsort(-scores, kind="stable")[:10]
        return ndcg([self.candidates[place] for place in order], self.query.gains)


class Evidence:
    """Everything that speaks for the items of a catalogue when a conversation begins with a text."""

    def __init__(self, scope: Scope) -> None:
        """Put the parts together as the chat has them, but without the index."""
        self._scope = scope
        self._bot: Chatbot = planner(AttributeGraph(scope.catalog))
        self._retriever: Retriever = chat_retriever(scope.catalog, scope.home)
        self._words = WordIndex(scope.catalog)
        self._meaning = nearest(scope, TrainedEmbedder(scope.home))
        self._fame = np.array([item.popularity for item in scope.catalog])

    def of(self, query: Query) -> Seen:
        """Return what speaks for each candidate that is not excluded."""
        left = tuple(item_id for item_id in self._scope.candidates if item_id not in query.exclude)
        rows = [self._scope.catalog.position(item_id) for item_id in left]
        state = DialogueState().heard(query.text, self._bot.understood(query.text))
        text = self._retriever.query(state) or query.text
        believed = np.log(np.maximum(self._bot.believed(query.text).probabilities, 1e-300))
        linked = believed - WalkConfig.fame * self._fame
        columns = (linked - linked.max(), self._fame, self._meaning.scores(text), self._words.scores(text))
        features = np.stack([column[rows] for column in columns], axis=1)
        features[:, 0] = np.maximum(features[:, 0], _FLOOR)
        return Seen(query, left, features)


def weights(seen: Sequence[Seen]) -> np.ndarray:
    """Return the weights, (FEATURES,), that make the relevant candidates most probable among the others."""
    blocks, starts, chosen, size = [], [], [], 0
    for one in seen:
        others = one.features[~one.relevant]
        for row in one.features[one.relevant]:
            starts.append(size)
            chosen.append(size)
            blocks += [row[None], others]
            size += 1 + len(others)
    return fit(Choices(np.concatenate(blocks).astype(np.float32), np.array(starts), np.array(chosen)))


def reciprocal_ranks(features: np.ndarray) -> np.ndarray:
    """Return the fusion of the rankings by each column but fame, (candidates,)."""
    ranked = features[:, [FEATURES.index(name) for name in FEATURES if name != "fame"]]
    places = np.argsort(np.argsort(-ranked, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray((1.0 / (_RRF + 1 + places)).sum(axis=1))


def compared(seen: Sequence[Seen]) -> Mapping[str, np.ndarray]:
    """Return the nDCG@10 of each query by each part alone and by both fusions."""
    fold = np.arange(len(seen)) % _FOLDS
    learned = [weights([one for one, part in zip(seen, fold, strict=True) if part != out]) for out in range(_FOLDS)]
    alone = {
        "what was linked, with fame": [one.features[:, 0] + WalkConfig.fame * one.features[:, 1] for one in seen],
        "meaning": [one.features[:, 2] for one in seen],
        "words": [one.features[:, 3] for one in seen],
    }
    fused = {
        "reciprocal ranks": [reciprocal_ranks(one.features) for one in seen],
        "learned sum": [one.features @ learned[part] for one, part in zip(seen, fold, strict=True)],
    }
    return {
        name: np.array([one.quality(score) for one, score in zip(seen, scores, strict=True)])
        for name, scores in (alone | fused).items()
    }


def table(seen: Sequence[Seen], found: Mapping[str, np.ndarray]) -> str:
    """Return the means with their intervals, over all queries and by kind, as a Markdown table."""
    kinds = sorted({one.query.kind for one in seen})
    lines = [f"| ranked by | nDCG@10 | {' | '.join(kinds)} |", "| --- " * (2 + len(kinds)) + "|"]
    for name, values in found.items():
        low, high = interval(values, 0)
        parts = [np.mean([v for v, one in zip(values, seen, strict=True) if one.query.kind == kind]) for kind in kinds]
        cells = " | ".join(f"{part:.2f}" for part in parts)
        lines.append(f"| {name} | {values.mean():.3f} ({low:.3f} to {high:.3f}) | {cells} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Compare and print, and say which weights to use."""
    given = _parser().parse_args(argv)
    try:
        catalog: Catalog = load_catalog(given.home, given.catalog)
        candidates = load_candidates(given.candidates, catalog)
        queries = load_queries(given.queries, catalog, frozenset(candidates))
        evidence = Evidence(Scope(catalog, given.home, candidates))
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    seen = [evidence.of(query) for query in tqdm(queries, disable=None)]
    print(table(seen, compared(seen)))  # noqa: T201
    found = dict(zip(FEATURES, weights(seen).tolist(), strict=True))
    print("\nweights: " + ", ".join(f"{name} {weight:.2f}" for name, weight in found.items()))  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE", help="as in evaluation.retrieval")
    parser.add_argument("--candidates", type=Path, required=True, metavar="FILE", help="item ids to rank, one a line")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    return parser


if __name__ == "__main__":
    main()
