"""How probable each item is for someone of whom we know what they liked, before anything is said."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from graph.attributes import AttributeGraph
from graph.build import liked_pairs

_HABIT_PRIOR = 10.0
"""Liked items of average taste that everyone is credited with before their own taste counts."""
_LIFT_PRIOR = 1.0
"""Likewise, in units of squared cosine: as much as one neighbour who liked exactly the same."""
_COMPANY_SCALE = 10.0
_SHRINKAGE = 10.0
"""Admirers that a liked item is credited with on top of its own, who like nothing else."""
STRANGER = -1
"""The row of someone who is not among the users of the graph."""
_TINY = 1e-9


@dataclass(frozen=True)
class PersonConfig:
    """Weight of each feature in the log-odds of an item (natural log).

    The first four are about the item alone; the others are 0 for someone without a history. The defaults are what
    ``python -m evaluation.priors --data films --last 3`` learns on valid from the scores that are fast.
    """

    popularity: float = 5.6
    """Of the item's popularity, 0 to 1: all that is known of fame where nobody rated anything."""
    likes_squared: float = -0.11
    """Of log(1 + number of people who liked it), squared: what all like is what people have seen already."""
    unheard: float = -0.75
    """Of an item that nobody is known to have liked."""
    breadth: float = -1.13
    """Of log(1 + number of the item's values): who has many values is met under each of them."""
    content: float = 7.5
    """Of the cosine between the item's profile and the sum of the liked ones."""
    nearest: float = 0.0
    """Of the cosine with the liked item that is most alike."""
    habit: float = 0.0
    """Of the log-odds that this person rather than anybody likes the item's values."""
    together: float = 0.0
    """Of log(1 + 10 times the summed shares of people who liked it together with each of the liked items)."""
    neighbours: float = 1.4
    """Of log(1 + 10 times the summed cosines of the people who liked it with this person)."""
    lift: float = 1.1
    """Of the log-ratio between the item's share of likes among like-minded people and among all."""


FEATURES: tuple[str, ...] = tuple(field.name for field in fields(PersonConfig))


class PersonPrior:
    """Features and log-odds of every item for people with a history.

    Everything is sparse but the answer: the cost is linear in the non-zeros of the graph's matrices.
    """

    def __init__(self, graph: AttributeGraph, config: PersonConfig = PersonConfig()) -> None:
        """Look at people through ``graph``; nothing is computed before it is asked for."""
        self.graph = graph
        self.config = config

    def features(self, liked: sparse.csr_matrix, users: np.ndarray | None = None) -> np.ndarray:
        """Return the features of each item for each person, (people, items, features), float32.

        ``liked`` holds their histories, (people, items) of 0 and 1. Who is among the graph's users must not count as
        their own neighbour: ``users`` (people,) tells their rows in ``graph.likes``, -1 for strangers.
        """
        liked = liked.tocsr().astype(np.float32)
        users = np.full(liked.shape[0], STRANGER) if users is None else users
        values = np.empty((*liked.shape, len(FEATURES)), dtype=np.float32)
        for place, column in enumerate((*self._of_items, *self._of_people(liked, users))):
            values[:, :, place] = column
        return values

    def logits(self, liked: Sequence[str]) -> np.ndarray:
        """Return the log-odds of each item, (items,), for a stranger who likes the items of these ids."""
        weights = dict(zip(FEATURES, astuple(self.config), strict=True))
        weighty = [name for name, weight in weights.items() if weight]
        personal = self._of_people(self._row(liked), np.array([STRANGER]), weighty)
        total = np.zeros(len(self.graph.catalog))
        for weight, column in zip(weights.values(), (*self._of_items, *personal), strict=True):
            total += weight * np.ravel(column)
        return total

    def taste(self, liked: Sequence[str]) -> np.ndarray:
        """Return what the history of a stranger adds to the log-odds of each item, (items,)."""
        return np.asarray(self.logits(liked) - self.logits(()))

    def shares(self, liked: Sequence[str], position: int) -> dict[str, float]:
        """Return by how much each liked item supports the item at ``position``; not negative, summing to 1.

        Support is likeness of profile, and people who liked both; each counts with its weight in the configuration.
        With no support at all, all have the same share. Raises UnknownItemError for an id outside the catalogue.
        """
        ids = tuple(dict.fromkeys(liked))
        if not ids:
            return {}
        rows = [self.graph.catalog.position(item_id) for item_id in ids]
        alike = (self._profiles[rows] @ self._profiles[[position]].T).toarray().ravel()
        alike /= max(float(linalg.norm(self._row(ids) @ self._profiles)), _TINY)
        together = (self._unit_likers[rows] @ self._likes[:, [position]]).toarray().ravel()
        together /= np.sqrt(len(ids))
        support = max(self.config.content + self.config.nearest, 0.0) * alike
        if (total := together.sum()) > 0:
            support += max(self.config.neighbours, 0.0) * np.log1p(_COMPANY_SCALE * total) * together / total
        if not support.sum() > 0:
            support = np.ones(len(ids))
        return dict(zip(ids, (support / support.sum()).tolist(), strict=True))

    def _row(self, liked: Sequence[str]) -> sparse.csr_matrix:
        columns = [self.graph.catalog.position(item_id) for item_id in dict.fromkeys(liked)]
        shape = (1, len(self.graph.catalog))
        return sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), ([0] * len(columns), columns)), shape=shape)

    @cached_property
    def users(self) -> dict[str, int]:
        """The row in ``graph.likes`` of everyone who likes anything."""
        users = dict.fromkeys(user for user, _ in liked_pairs(self.graph.catalog))
        return {user: row for row, user in enumerate(users)}

    @cached_property
    def _likes(self) -> sparse.csr_matrix:
        return sparse.csr_matrix(self.graph.likes, dtype=np.float32)

    @cached_property
    def _admirers(self) -> np.ndarray:
        """How many people like each item, (items,)."""
        return np.asarray(self._likes.sum(axis=0)).ravel()

    @cached_property
    def _profiles(self) -> sparse.csr_matrix:
        return self.graph.profiles.tocsr().astype(np.float32)

    @cached_property
    def _by_value(self) -> sparse.csr_matrix:
        """Profiles on their side, (values, items)."""
        return self._profiles.T.tocsr()

    @cached_property
    def _values_by_item(self) -> sparse.csr_matrix:
        """Incidence on its side, (values, items)."""
        return self.graph.incidence.T.tocsr()

    @cached_property
    def _unit_likers(self) -> sparse.csr_matrix:
        """Users' likes as rows of unit length, on their side: (items, users)."""
        return _unit_rows(self._likes).T.tocsr()

    @cached_property
    def _breadth(self) -> np.ndarray:
        """Return how many values each item has, (items,)."""
        return np.asarray(np.diff(self.graph.incidence.indptr), dtype=np.float32)

    @cached_property
    def _base(self) -> np.ndarray:
        """Return the share of items that have each value, (values,)."""
        degree = np.asarray(self.graph.incidence.sum(axis=0)).ravel()
        return np.asarray(degree / max(len(self.graph.catalog), 1))

    @cached_property
    def _of_items(self) -> tuple[np.ndarray, ...]:
        """What is the same for everybody: the first features, (items,) each."""
        count = self._admirers
        return self.graph.popularity, np.log1p(count) ** 2, count == 0, np.log1p(self._breadth)

    def _of_people(
        self, liked: sparse.csr_matrix, users: np.ndarray, names: Collection[str] = FEATURES
    ) -> tuple[np.ndarray, ...]:
        """Return the other features, (people, items) each; the slow ones are 0 where ``names`` lacks them."""
        content = (_unit_rows(liked @ self._profiles) @ self._by_value).toarray()
        nearest = self._nearest(liked) if "nearest" in names else np.zeros_like(content)
        habit = self._habit(liked) if "habit" in names else np.zeros_like(content)
        together = self._together(liked, users) if "together" in names else np.zeros_like(content)
        return content, nearest, habit, together, *self._company(liked, users)

    def _nearest(self, liked: sparse.csr_matrix) -> np.ndarray:
        nearest = np.zeros(liked.shape, dtype=np.float32)
        for person in range(liked.shape[0]):
            items = liked.indices[liked.indptr[person] : liked.indptr[person + 1]]
            if len(items):
                nearest[person] = (self._profiles[items] @ self._by_value).max(axis=0).toarray().ravel()
        return nearest

    def _habit(self, liked: sparse.csr_matrix) -> np.ndarray:
        """Return how much the items' values are this person's rather than anybody's: (people, items).

        The sum of the values' log-ratios over the root of their number, as of sums of independent steps. Values that
        the person never liked share one log-ratio, so that only the liked ones need be stored.
        """
        met = (liked @ self.graph.incidence).tocsr()
        met.data = np.log1p(met.data / (_HABIT_PRIOR * self._base[met.indices])).astype(np.float32)
        size = np.asarray(liked.sum(axis=1))
        unmet = np.log(_HABIT_PRIOR / (size + _HABIT_PRIOR))
        total = (met @ self._values_by_item).toarray() + unmet * self._breadth
        return np.asarray(total / np.sqrt(np.maximum(self._breadth, 1)))

    def _together(self, liked: sparse.csr_matrix, users: np.ndarray) -> np.ndarray:
        """Return how often items are liked with the liked ones, shrunk where few like them: (people, items)."""
        known = sparse.diags(1.0 / np.sqrt(self._admirers + _SHRINKAGE))
        people = _without_themselves(liked @ known @ self._likes.T, users)
        shares = people @ self._likes @ sparse.diags(1.0 / np.sqrt(self._admirers + 1.0))
        return np.asarray(np.log1p(_COMPANY_SCALE * shares.toarray()))

    def _company(self, liked: sparse.csr_matrix, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ``neighbours`` and ``lift``, (people, items) each: walks from liked items to users to items."""
        near = _without_themselves(_unit_rows(liked) @ self._unit_likers, users)
        neighbours = np.log1p(_COMPANY_SCALE * (near @ self._likes).toarray())
        near.data **= 2
        share = self._admirers / max(self._likes.shape[0], 1)
        expected = (np.asarray(near.sum(axis=1)) + _LIFT_PRIOR) * share
        found = (near @ self._likes).toarray() + _LIFT_PRIOR * share
        return neighbours, np.where(share > 0, np.log(found / np.maximum(expected, _TINY) + (share == 0)), 0.0)


def _without_themselves(near: sparse.csr_matrix, users: np.ndarray) -> sparse.csr_matrix:
    """Leave out of (people, users) what each person has to do with their own row among the users."""
    pairs = near.tocoo()
    others = pairs.col != users[pairs.row]
    return sparse.csr_matrix((pairs.data[others], (pairs.row[others], pairs.col[others])), shape=near.shape)


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, _TINY)) @ matrix).tocsr()
