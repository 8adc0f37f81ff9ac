"""Rankers of a catalogue by a text: an embedder alone, BM25, and the chat as a whole."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from agent.chatbot import Chatbot
from catalog.items import Catalog
from evaluation.systems import chat_retriever, embedding_bar, planner
from graph.attributes import AttributeGraph
from retrieval.build import catalog_vectors
from retrieval.embed import ABOUT, BaseEmbedder, Embedder, MiniLM, Parted, TrainedEmbedder, item_text
from retrieval.words import WordIndex


class Ranker(Protocol):
    """Scores the items of a catalogue by a text."""

    def scores(self, text: str) -> np.ndarray:
        """Return how well each item answers ``text``, (items,) in catalogue order; higher is better."""
        ...


class Nearest:
    """By the cosine between the vectors of the text and of each item, without an index."""

    def __init__(self, vectors: np.ndarray, embedder: Embedder, dimensions: int | None = None) -> None:
        """Compare with (items, dimensions) unit vectors that ``embedder`` made, or with so many of their dimensions."""
        self._vectors = _cut(vectors, dimensions)
        self._embedder = embedder
        self._dimensions = dimensions

    def scores(self, text: str) -> np.ndarray:
        """Return the cosines, (items,)."""
        return np.asarray(self._vectors @ _cut(self._embedder.encode([text]), self._dimensions)[0])


def _cut(vectors: np.ndarray, dimensions: int | None) -> np.ndarray:
    """Return the first of the dimensions of (n, dimensions), scaled to length 1; rows of zeros stay so."""
    first = vectors[:, :dimensions]
    return np.asarray(first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12))


class System:
    """By what the chat believes once the text is all that was said: understanding, walk and vector index together."""

    def __init__(self, bot: Chatbot) -> None:
        """Ask ``bot``; no conversation is kept."""
        self._bot = bot

    def scores(self, text: str) -> np.ndarray:
        """Return the posterior, (items,); what is ruled out has 0."""
        return self._bot.believed(text).probabilities


@dataclass(frozen=True)
class Scope:
    """What is ranked."""

    catalog: Catalog
    home: Path
    """The folder of all data."""
    candidates: tuple[str, ...]
    """The item ids that matter: an embedder need not look at the others."""
    dimensions: int | None = None
    """How many of an embedder's dimensions are used; None: all."""


def nearest(scope: Scope, embedder: Embedder) -> Nearest:
    """Return the ranker by an embedder; vectors that ship or were kept by an index build are not made again."""
    catalog = scope.catalog
    chosen = replace(catalog, items=tuple(catalog[item_id] for item_id in scope.candidates))
    with embedding_bar(chosen) as progress:
        found = catalog_vectors(chosen, scope.home, embedder, progress)
    vectors = np.zeros((len(catalog), found.shape[1]), dtype=np.float32)
    vectors[[catalog.position(item_id) for item_id in scope.candidates]] = found
    return Nearest(vectors, embedder, scope.dimensions)


def system(scope: Scope) -> System:
    """Return the ranker by the chat, whose rules read the text without the language model."""
    return System(planner(AttributeGraph(scope.catalog), chat_retriever(scope.catalog, scope.home)))


RANKERS: Mapping[str, Callable[[Scope], Ranker]] = {
    "default": lambda scope: nearest(scope, TrainedEmbedder(scope.home)),
    "minilm": lambda scope: nearest(scope, MiniLM()),
    "minilm-parts": lambda scope: nearest(scope, Parted(MiniLM())),
    "base": lambda scope: nearest(scope, BaseEmbedder(scope.home)),
    "bm25": lambda scope: WordIndex(scope.catalog, item_text),
    "words": lambda scope: WordIndex(scope.catalog),
    "system": system,
}
"""How each ranker is made; ``default`` is what the chat embeds with."""


def ranker(name: str, scope: Scope) -> Ranker:
    """Return the ranker of a name, or of the folder of an embedder that was trained."""
    if name in RANKERS:
        return RANKERS[name](scope)
    if (Path(name) / ABOUT).exists():
        return nearest(scope, TrainedEmbedder(scope.home, Path(name)))
    raise ValueError(f"no embedder {name!r}; choose {', '.join(RANKERS)}, or the folder of one that was trained")


def ranking(
    scores: np.ndarray, catalog: Catalog, candidates: Sequence[str], exclude: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the ``candidates`` but those excluded, best first by the (items,) ``scores``.

    Ties are in the order of ``candidates``.
    """
    left = [item_id for item_id in candidates if item_id not in exclude]
    best = np.argsort(-scores[[catalog.position(item_id) for item_id in left]], kind="stable")
    return tuple(left[place] for place in best)
