"""Arrays over the attribute graph: who has what, as numbers fast enough for every turn."""

from collections.abc import Mapping
from functools import cached_property

import networkx as nx
import numpy as np
from scipy import sparse

from catalog.items import TITLE, YEAR, Catalog, parse_bound
from graph.build import ValueNode, build, liked_pairs
from graph.evidence import Wish

_SMALL_VOCABULARY = 64
_VALUES_WEIGHT = 0.7
"""Share of shared values in the likeness of two items; the rest is shared admirers."""
_SHRINKAGE = 10.0
"""Admirers that an item is credited with on top of its own, none of whom like the other."""
_UNKNOWN_NUMBER = 0.3
"""The chance given to an item of unknown number to satisfy a bound on it."""
_MAX_RARITY = 5.0
"""Natural logarithm of the odds; a value rarer than 1 in 150 says no more than one of 1 in 150."""


class AttributeGraph:
    """The graph with its incidence matrices.

    Rows of ``incidence`` are items in catalogue order, its columns the values in ``values``; ``blocks``
    holds the columns of one facet each, and ``known`` for each facet which items have any value of it.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Index the catalogue."""
        self.catalog = catalog
        self.columns: dict[ValueNode, int] = {}
        self.incidence = self._incidence()
        self.values: tuple[ValueNode, ...] = tuple(self.columns)
        self.facet_columns: dict[str, np.ndarray] = {
            facet: np.array([column for node, column in self.columns.items() if node.facet == facet])
            for facet in catalog.facets
        }
        self.blocks: dict[str, sparse.csr_matrix] = {
            facet: self.incidence[:, columns] for facet, columns in self.facet_columns.items()
        }
        self.known = {facet: np.diff(block.indptr) > 0 for facet, block in self.blocks.items()}

    def _incidence(self) -> sparse.csr_matrix:
        """Build the matrix (items, values), numbering the values as they appear."""
        rows, columns = [], []
        for row, item in enumerate(self.catalog):
            for facet, values in item.facets.items():
                rows += [row] * len(values)
                columns += [self.columns.setdefault(ValueNode(facet, value), len(self.columns)) for value in values]
        ones = np.ones(len(rows), dtype=np.float32)
        return sparse.csr_matrix((ones, (rows, columns)), shape=(len(self.catalog), len(self.columns)))

    @cached_property
    def graph(self) -> nx.Graph:
        """The graph itself, for the walks that explain; built when it is first asked for, in seconds."""
        return build(self.catalog)

    @cached_property
    def by_value(self) -> sparse.csc_matrix:
        """The incidence matrix (items, values) by columns."""
        return self.incidence.tocsc()

    def carriers(self, value: ValueNode) -> np.ndarray:
        """Return which items have the value, (items,) of bool; none if the catalogue does not know it."""
        found = np.zeros(len(self.catalog), dtype=bool)
        column = self.columns.get(value)
        if column is not None:
            start, end = self.by_value.indptr[column : column + 2]
            found[self.by_value.indices[start:end]] = True
        return found

    @cached_property
    def numbers(self) -> Mapping[str, np.ndarray]:
        """Quantities by name, ``year`` among them where any item has one; each (items,), NaN where it is unknown."""
        names = dict.fromkeys(name for item in self.catalog for name in item.numbers)
        dated = {YEAR: None} if any(item.year is not None for item in self.catalog) else {}
        return {
            name: np.array([item.number(name) for item in self.catalog], dtype=np.float64) for name in (dated | names)
        }

    @cached_property
    def popularity(self) -> np.ndarray:
        """Popularity of each item, (items,), between 0 and 1."""
        return np.array([item.popularity for item in self.catalog], dtype=np.float64)

    def chance(self, wish: Wish) -> np.ndarray:
        """Return for each item the chance that it fulfils ``wish``; (items,) between 0 and 1.

        0 or 1 where the catalogue knows the facet. Where it does not, the share among items that
        resemble it on the best covered small facet (genre, for films): a horror film without a mood
        is probably scary.
        """
        misses = np.ones(len(self.catalog))
        for value in wish.values:
            misses *= 1.0 - self._chance_of(wish.facet, value)
        return np.asarray(1.0 - misses)

    def _chance_of(self, facet: str, value: str) -> np.ndarray:
        if facet == TITLE:
            found = np.zeros(len(self.catalog))
            if value in self.catalog:
                found[self.catalog.position(value)] = 1.0
            return found
        if bound := parse_bound(value):
            numbers = self.numbers.get(facet, np.full(len(self.catalog), np.nan))
            within = numbers <= bound[1] if bound[0] == "<=" else numbers >= bound[1]
            return np.where(np.isnan(numbers), _UNKNOWN_NUMBER, within.astype(np.float64))
        if ValueNode(facet, value) not in self.columns:
            return np.zeros(len(self.catalog))
        has = self.carriers(ValueNode(facet, value)).astype(np.float64)
        known = self.known[facet]
        return has if known.all() else np.asarray(np.where(known, has, self._guess(has, known)))

    def _guess(self, has: np.ndarray, known: np.ndarray) -> np.ndarray:
        # Half a hit and half a miss more than were seen: a guess is never certain.
        base = (has.sum() + 0.5) / (known.sum() + 1)
        if self._anchor is None:
            return np.full(len(has), base)
        anchor = self._anchor
        rate = (anchor.T @ has + 5 * base) / (anchor.T @ known.astype(np.float64) + 5)
        count = np.asarray(anchor.sum(axis=1)).ravel()
        return np.asarray(np.where(count > 0, (anchor @ rate) / np.maximum(count, 1), base))

    @cached_property
    def _anchor(self) -> sparse.csr_matrix | None:
        """Columns of the small facet with several values an item that covers most items."""
        best, coverage = None, 0.5
        for block in self.blocks.values():
            counts = np.diff(block.indptr)
            if block.shape[1] <= _SMALL_VOCABULARY and counts.max() > 1 and (counts > 0).mean() > coverage:
                best, coverage = block, (counts > 0).mean()
        return best

    @cached_property
    def rarity(self) -> np.ndarray:
        """How much sharing a value says, (values,): the logarithm of one over its share of items, at most 5."""
        degree = np.asarray(self.incidence.sum(axis=0)).ravel()
        return np.asarray(np.minimum(np.log(len(self.catalog) / np.maximum(degree, 1)), _MAX_RARITY))

    @cached_property
    def profiles(self) -> sparse.csr_matrix:
        """Unit-length item rows, weighted by rarity; a facet with many values counts no more than one with few."""
        weighted = self.incidence.copy().tocsr().astype(np.float64)
        for facet, columns in self.facet_columns.items():
            scale = 1.0 / np.sqrt(np.maximum(np.diff(self.blocks[facet].indptr), 1))
            mask = np.zeros(len(self.values))
            mask[columns] = 1.0
            chosen = mask[weighted.indices] > 0
            rows = np.repeat(np.arange(len(self.catalog)), np.diff(weighted.indptr))
            weighted.data[chosen] *= scale[rows[chosen]]
        weighted.data *= self.rarity[weighted.indices]
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sparse.diags(1.0 / np.maximum(norms, 1e-9)) @ weighted

    @cached_property
    def likes(self) -> sparse.csr_matrix:
        """Who liked what: (users, items) of 0 and 1."""
        users: dict[str, int] = {}
        rows, columns = [], []
        for user, item_id in liked_pairs(self.catalog):
            rows.append(users.setdefault(user, len(users)))
            columns.append(self.catalog.position(item_id))
        shape = (len(users), len(self.catalog))
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    def likeness(self, item_id: str) -> np.ndarray:
        """Return how alike each item is to the given one, (items,), 1 for the most alike, 0 for itself.

        A blend of two walks of two steps: item - value - item, where rare values weigh more (cosine of
        the rarity-weighted profiles), and item - user - item (the share of an item's admirers who like
        this one too, shrunk where there are few).
        """
        position = self.catalog.position(item_id)
        by_values = np.asarray((self.profiles @ self.profiles[[position]].T).todense()).ravel()
        both = np.asarray((self.likes[:, [position]].T @ self.likes).todense()).ravel()
        by_people = both / (self._admirers + _SHRINKAGE)
        blend = np.zeros(len(self.catalog))
        for weight, alike in ((_VALUES_WEIGHT, by_values), (1 - _VALUES_WEIGHT, by_people)):
            alike[position] = 0.0
            if (top := alike.max()) > 0:
                blend += weight * alike / top
        return blend / max(float(blend.max()), 1e-9)

    def shared(self, first: str, second: str) -> dict[ValueNode, float]:
        """Return the values that two items have in common with their shares in the items' likeness."""
        rows = self.profiles[[self.catalog.position(first), self.catalog.position(second)]]
        both = rows[[0]].multiply(rows[[1]]).tocoo()
        return {self.values[column]: float(share) for column, share in zip(both.col, both.data, strict=True)}

    @cached_property
    def _admirers(self) -> np.ndarray:
        return np.asarray(self.likes.sum(axis=0)).ravel()

    def co_likers(self, first: str, second: str) -> int:
        """Return how many users liked both items."""
        return len(np.intersect1d(self._likers(first), self._likers(second)))

    def _likers(self, item_id: str) -> np.ndarray:
        start, end = self._likes_by_item.indptr[self.catalog.position(item_id) :][:2]
        return np.asarray(self._likes_by_item.indices[start:end])

    @cached_property
    def _likes_by_item(self) -> sparse.csc_matrix:
        return self.likes.tocsc()
