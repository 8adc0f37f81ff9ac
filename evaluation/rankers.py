"""Rankers of a catalogue by a text: the sentence encoder alone, BM25, and the chat as a whole."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from agent.chatbot import Chatbot
from agent.lexicon import tokenize
from catalog.items import Catalog
from evaluation.run import chat_retriever, embedding_bar, planner
from graph.attributes import AttributeGraph
from retrieval.build import catalog_vectors
from retrieval.embed import Embedder, MiniLM, item_text


class Ranker(Protocol):
    """Scores the items of a catalogue by a text."""

    def scores(self, text: str) -> np.ndarray:
        """Return how well each item answers ``text``, (items,) in catalogue order; higher is better."""
        ...


class Nearest:
    """By the cosine between the vectors of the text and of each item, without an index."""

    def __init__(self, vectors: np.ndarray, embedder: Embedder) -> None:
        """Compare with (items, dimensions) unit vectors that ``embedder`` made."""
        self._vectors = vectors
        self._embedder = embedder

    def scores(self, text: str) -> np.ndarray:
        """Return the cosines, (items,)."""
        return np.asarray(self._vectors @ self._embedder.encode([text])[0])


class BM25:
    """By the words that the text shares with what is embedded of an item (Lucene's BM25, k1 1.5, b 0.75).

    Words lose their accents, apostrophes and English endings (Snowball); words such as "the" do not count.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Index the texts of all items."""
        self._stem = Stemmer.Stemmer("english").stemWord
        self._index = bm25s.BM25()
        self._index.index([self._words(item_text(item)) for item in catalog], show_progress=False)

    def scores(self, text: str) -> np.ndarray:
        """Return the sums of the weights of the words shared, (items,)."""
        known = self._index.get_tokens_ids(self._words(text))
        return np.asarray(self._index.get_scores_from_ids(known))

    def _words(self, text: str) -> list[str]:
        return [self._stem(token.norm) for token in tokenize(text) if token.norm not in STOPWORDS_EN]


class System:
    """By what the chat believes once the text is all that was said: understanding, walk and vector index together."""

    def __init__(self, bot: Chatbot) -> None:
        """Ask ``bot``; no conversation is kept."""
        self._bot = bot

    def scores(self, text: str) -> np.ndarray:
        """Return the posterior, (items,); what is ruled out has 0."""
        return self._bot.believed(text).probabilities


def minilm(catalog: Catalog, home: Path) -> Nearest:
    """Return the ranker by MiniLM; vectors that ship or were kept by an index build are not made again."""
    embedder = MiniLM()
    with embedding_bar(catalog) as progress:
        return Nearest(catalog_vectors(catalog, home, embedder, progress), embedder)


def system(catalog: Catalog, home: Path) -> System:
    """Return the ranker by the chat, whose rules read the text without the language model."""
    return System(planner(AttributeGraph(catalog), chat_retriever(catalog, home)))


RANKERS: Mapping[str, Callable[[Catalog, Path], Ranker]] = {
    "default": minilm,
    "minilm": minilm,
    "bm25": lambda catalog, _: BM25(catalog),
    "system": system,
}
"""How each ranker is made for a catalogue and the folder of all data; ``default`` is what the chat embeds with."""


def ranking(
    scores: np.ndarray, catalog: Catalog, candidates: Sequence[str], exclude: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the ``candidates`` but those excluded, best first by the (items,) ``scores``.

    Ties are in the order of ``candidates``.
    """
    left = [item_id for item_id in candidates if item_id not in exclude]
    best = np.argsort(-scores[[catalog.position(item_id) for item_id in left]], kind="stable")
    return tuple(left[place] for place in best)
