"""What is known of each item as numbers, which the item adapter turns into soft tokens: its text, and who liked it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy import sparse
from scipy.sparse import linalg

from catalog.items import Catalog
from catalog.storage import fresh_folder
from graph.build import liked_pairs
from retrieval.build import catalog_vectors
from retrieval.embed import Embedder

_WEIGHTS, _IDS = "collaborative.safetensors", "collaborative.json"
_LIKES = 3
"""An item that fewer people liked is cold: its place among the others would be chance."""
_DENSE = 2000
"""With no more people or items than this, all singular vectors are computed: that is exact and always the same, even
where several are equally strong."""


@dataclass(frozen=True)
class Collaborative:
    """Where items stand in the taste of people: items that the same people liked lie near each other."""

    ids: tuple[str, ...]
    """Items with a vector; all others are cold."""
    vectors: np.ndarray
    """(items with a vector, dimensions) of float32, each of length 1."""

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Item id to its row."""
        return {item_id: row for row, item_id in enumerate(self.ids)}

    def save(self, folder: Path) -> None:
        """Write the vectors as float16, replacing ``folder`` in one step."""
        with fresh_folder(folder) as building:
            save_file({"vectors": self.vectors.astype(np.float16)}, building / _WEIGHTS)
            (building / _IDS).write_text(json.dumps(self.ids), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Collaborative":
        """Read what ``save`` wrote; raise ValueError where it is missing or damaged."""
        try:
            ids = tuple(json.loads((folder / _IDS).read_text(encoding="utf-8")))
            vectors = load_file(folder / _WEIGHTS)["vectors"].astype(np.float32)
        except (FileNotFoundError, json.JSONDecodeError, SafetensorError, KeyError) as error:
            raise ValueError(f"no collaborative vectors in {folder} ({error})") from error
        if len(ids) != len(vectors):
            raise ValueError(f"{len(vectors)} collaborative vectors in {folder}, but {len(ids)} ids")
        return cls(ids, _unit(vectors))


def collaborative(catalog: Catalog, dimensions: int = 64) -> Collaborative:
    """Return the vectors of the items of ``catalog`` that three people or more liked, in catalogue order.

    They are the right singular vectors of the matrix of who liked what, times the roots of their singular values. Each
    like is divided by the roots of how much the person and the item are liked altogether, so that the best known
    items do not fill the first dimensions. The same ratings always give the same vectors.
    """
    pairs = sorted(set(liked_pairs(catalog)))
    counts: dict[str, int] = {}
    for _, item_id in pairs:
        counts[item_id] = counts.get(item_id, 0) + 1
    ids = tuple(item.id for item in catalog if counts.get(item.id, 0) >= _LIKES)
    column = {item_id: place for place, item_id in enumerate(ids)}
    people = {person: row for row, person in enumerate(sorted({person for person, _ in pairs}))}
    kept = [(people[person], column[item_id]) for person, item_id in pairs if item_id in column]
    if not kept:
        return Collaborative((), np.zeros((0, dimensions), dtype=np.float32))
    rows, columns = zip(*kept, strict=True)
    likes = sparse.csr_matrix((np.ones(len(kept)), (rows, columns)), shape=(len(people), len(ids)))
    return Collaborative(ids, _singular(_balanced(likes), dimensions))


def _balanced(likes: sparse.csr_matrix) -> sparse.csr_matrix:
    of_people, of_items = (np.asarray(likes.sum(axis=axis)).ravel() for axis in (1, 0))
    return sparse.diags(of_people.clip(1) ** -0.5) @ likes @ sparse.diags(of_items**-0.5)


def _singular(matrix: sparse.csr_matrix, dimensions: int) -> np.ndarray:
    """Return (columns, dimensions) of unit vectors, the strongest dimension first and zeros where there are too few."""
    if min(matrix.shape) <= max(_DENSE, dimensions):
        _, strengths, found = np.linalg.svd(matrix.toarray(), full_matrices=False)
    else:
        _, strengths, found = linalg.svds(matrix, k=dimensions, v0=np.ones(min(matrix.shape)))
    order = np.argsort(-strengths, kind="stable")[:dimensions]
    vectors = found[order].T * np.sqrt(strengths[order])
    # A singular vector and its opposite are equally good; the largest entry shall be positive.
    largest = np.abs(vectors).round(6).argmax(axis=0)
    vectors *= np.where(vectors[largest, np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
    padded = np.zeros((len(vectors), dimensions), dtype=np.float32)
    padded[:, : vectors.shape[1]] = vectors
    return _unit(padded)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12), dtype=np.float32)


@dataclass(frozen=True)
class ItemFeatures:
    """What the adapter is told of the items of a catalogue, in catalogue order."""

    ids: tuple[str, ...]
    matrix: np.ndarray
    """(items, text_dim + collaborative_dim + 1) of float32: the text's vector, the collaborative one, and 1 where the
    item has that, or 0 and a vector of zeros where it is cold."""
    collaborative: Collaborative

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Item id to its row."""
        return {item_id: row for row, item_id in enumerate(self.ids)}

    @property
    def text_dim(self) -> int:
        """Return the length of a text's vector."""
        return int(self.matrix.shape[1]) - self.collaborative.dimensions - 1

    @property
    def cold(self) -> np.ndarray:
        """Return which items have no collaborative vector, (items,) of bool."""
        return np.asarray(self.matrix[:, -1] == 0)

    def with_items(self, ids: Sequence[str], texts: np.ndarray) -> "ItemFeatures":
        """Return the features with more items at their end, whose texts have the (items, text_dim) vectors ``texts``.

        One that has no vector in the collaborative part is cold.
        """
        matrix = np.concatenate([self.matrix, _joined(ids, texts, self.collaborative)])
        return replace(self, ids=(*self.ids, *ids), matrix=matrix)


def features(catalog: Catalog, texts: np.ndarray, collaborative: Collaborative) -> ItemFeatures:
    """Return the features of the items of ``catalog``, whose texts have the (items, text_dim) vectors ``texts``."""
    ids = tuple(item.id for item in catalog)
    return ItemFeatures(ids, _joined(ids, texts, collaborative), collaborative)


def ready_features(catalog: Catalog, home: Path, embedder: Embedder, collaborative: Collaborative) -> ItemFeatures:
    """Return the features of ``catalog``; texts whose vectors ship or lie below ``home`` are not embedded again."""
    return features(catalog, catalog_vectors(catalog, home, embedder, lambda done, count: None), collaborative)


def _joined(ids: Sequence[str], texts: np.ndarray, known: Collaborative) -> np.ndarray:
    if len(ids) != len(texts):
        raise ValueError(f"{len(ids)} items, but the vectors of {len(texts)} texts")
    liked = np.zeros((len(ids), known.dimensions + 1), dtype=np.float32)
    for place, item_id in enumerate(ids):
        if item_id in known.rows:
            liked[place, :-1] = known.vectors[known.rows[item_id]]
            liked[place, -1] = 1.0
    return np.concatenate([np.asarray(texts, dtype=np.float32), liked], axis=1)
