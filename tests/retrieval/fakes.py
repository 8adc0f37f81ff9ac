"""An embedder without weights."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from catalog.items import Item
from retrieval.embed import item_text

DIMENSIONS = 64


class WordEmbedder:
    """Gives each word a direction of its own; texts that share words are near. Remembers what it was asked."""

    def __init__(self, version: int = 1) -> None:
        self.id = f"words-{version}"
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        vectors = np.array([sum(map(self._direction, words(text))) for text in texts], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        return self.encode([item_text(item) for item in items])

    def _direction(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(f"{self.id} {word}".encode()).digest()[:8], "big")
        return np.random.default_rng(seed).normal(size=DIMENSIONS)


def words(text: str) -> list[str]:
    """Return the words of a text; one without any has the empty word."""
    return re.findall(r"\w+", text.lower()) or [""]


def told(steps: list[tuple[int, int]]):
    """Return a progress function that writes down what it is told."""
    return lambda done, total: steps.append((done, total))


def silent(done: int, total: int) -> None:
    """Take progress without a word."""
