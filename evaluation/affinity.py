"""Which items go with items that were named: by people, by dialogues, by what they share, by year."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import sparse

from catalog.items import Catalog
from graph.build import GraphConfig

_SMOOTHING = 0.1
"""So often is every item taken to have occurred beside what was counted."""
_YEARS = 5.0
"""Within so many years the nearness of two items falls to 1/e."""
_LEAST_NEAR = 0.02


class Affinity(Protocol):
    """Knows how well every item goes with given ones."""

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the sum over the items at ``rows``, by their ``weights``, of how well each item goes with them."""
        ...


class Lift:
    """By how much (natural log) likelier an item is in the company of another than it is anyway."""

    def __init__(self, baskets: sparse.csr_matrix, doubt: float) -> None:
        """Count companies in (baskets, items) of 0 and 1.

        An item that was met in the company of so many others as ``doubt`` says is trusted by half.
        """
        together = (baskets.T @ baskets).tocsr()
        counts = together.diagonal()
        together.setdiag(0)
        together.eliminate_zeros()
        share = (counts + _SMOOTHING) / (counts + _SMOOTHING).sum()
        company = np.asarray(together.sum(axis=1)).ravel()
        self._alone = np.log(doubt / (company + doubt))
        together.data = np.log1p(together.data / (doubt * share[together.indices]))
        self._together = together

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the weighted sums, (items,)."""
        return np.asarray(self._together[rows].T @ weights + weights @ self._alone[rows])


class Shared:
    """By the values of a facet that two items share: rare values count more, and items with many values less."""

    def __init__(self, catalog: Catalog, facet: str) -> None:
        """Take the values of ``facet``."""
        values = {value: column for column, value in enumerate(sorted(catalog.values(facet)))}
        pairs = [(row, values[value]) for row, item in enumerate(catalog) for value in item.facets.get(facet, ())]
        places = np.array(pairs, dtype=int).reshape(-1, 2).T
        held = sparse.csr_matrix((np.ones(len(pairs)), (places[0], places[1])), shape=(len(catalog), len(values)))
        weighed = held @ sparse.diags(1 / np.log(2 + np.asarray(held.sum(axis=0)).ravel()))
        lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
        self._held = (sparse.diags(1 / (1 + lengths)) @ weighed).tocsr()

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the weighted sums, (items,)."""
        return np.asarray(self._held @ (self._held[rows].T @ weights))


class Near:
    """By the cosine of vectors, of which the mean over all items is taken away first."""

    def __init__(self, vectors: np.ndarray) -> None:
        """Take (items, dimensions)."""
        centred = vectors - vectors.mean(axis=0)
        self._vectors = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the weighted sums, (items,)."""
        # In the type of the vectors: a wider one would copy all of them.
        return np.asarray(self._vectors @ (weights.astype(self._vectors.dtype) @ self._vectors[rows]))


class Contemporary:
    """By the years: the log of how near they are on average; 0 where there is nothing to compare with."""

    def __init__(self, catalog: Catalog) -> None:
        """Take the years of the items; an item without one is as far from all others as can be."""
        years = np.array([item.year or 0 for item in catalog])
        known, self._places = np.unique(years, return_inverse=True)
        self._nearness = np.exp(-np.abs(known[:, None] - known) / _YEARS) * ((known > 0)[:, None] & (known > 0))

    def of(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the logs, (items,)."""
        if not len(rows):
            return np.zeros(len(self._places))
        near = weights @ self._nearness[self._places[rows]]
        return np.asarray(np.log(near + _LEAST_NEAR)[self._places])


def indicators(baskets: Sequence[Sequence[int]], items: int) -> sparse.csr_matrix:
    """Return (baskets, items): 1 where a basket holds an item."""
    sizes = [len(basket) for basket in baskets]
    columns = np.concatenate([np.array(basket, dtype=int) for basket in baskets]) if baskets else np.zeros(0, int)
    places = (np.repeat(np.arange(len(baskets)), sizes), columns)
    return sparse.csr_matrix((np.ones(len(columns)), places), shape=(len(baskets), items))


def liked_together(catalog: Catalog) -> sparse.csr_matrix:
    """Return (people, items): 1 where somebody liked an item."""
    likes = catalog.ratings[catalog.ratings["rating"] >= GraphConfig.liked_from]
    baskets = [[catalog.position(one) for one in dict.fromkeys(rows)] for _, rows in likes.groupby("user")["item"]]
    return indicators(baskets, len(catalog))
