"""Other ways to say what someone will like next, to measure the learned prior against."""

from collections.abc import Sequence

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from evaluation.histories import Histories
from evaluation.personal import Features, personal
from graph.attributes import AttributeGraph
from graph.build import GraphConfig
from graph.evidence import Evidence
from graph.person import FEATURES, PersonPrior
from graph.walk import posterior

_LIKENESS_FROM = 5
"""How many items, the last that someone liked, the chat's present likelihood goes by."""
_EASE_PENALTY = 100.0
_DISLIKED_TO = 2.5
EASE, ALS, LIKENESS, DISLIKED = RIVALS = ("ease", "als", "likeness", "disliked content")
"""Names of the scores."""


def scores(histories: Histories, last: int | None, seed: int) -> Features:
    """Return the function that gives all scores compared here, FEATURES and then RIVALS, by the last likes or all."""
    catalog, graph = histories.catalog, AttributeGraph(histories.catalog)
    prior, recent = PersonPrior(graph), _recent(histories, last)
    liked = _matrix(histories, [(person, item) for person, items in enumerate(recent) for item in items])
    low = catalog.ratings[catalog.ratings["rating"] <= _DISLIKED_TO]
    row = {user: place for place, user in enumerate(histories.users)}
    pairs = zip(low["user"], low["item"], strict=True)
    disliked = _matrix(histories, [(row[user], catalog.position(item)) for user, item in pairs])
    (columns, ease), als = _ease(histories.liked), _als(histories.liked, seed)
    column_of = {name: place for place, name in enumerate((*FEATURES, *RIVALS))}

    def of(people: np.ndarray) -> np.ndarray:
        values = np.zeros((len(people), len(catalog), len(column_of)), dtype=np.float32)
        values[:, :, : len(FEATURES)] = personal(prior, histories, liked, people)
        values[:, columns, column_of[EASE]] = liked[people][:, columns] @ ease
        values[:, :, column_of[ALS]] = als.recalculate_user(people, liked[people]) @ als.item_factors.T
        values[:, :, column_of[LIKENESS]] = [_likeness(graph, recent[person]) for person in people]
        values[:, :, column_of[DISLIKED]] = prior.features(disliked[people])[:, :, FEATURES.index("content")]
        return values

    return of


def _recent(histories: Histories, last: int | None) -> list[list[int]]:
    """Return what each person liked, the last ``last`` or all, oldest first."""
    ratings = histories.catalog.ratings.sort_values("seconds", kind="stable")
    likes = ratings[ratings["rating"] >= GraphConfig.liked_from]
    by_user = {user: items.tolist()[-(last or 0) :] for user, items in likes.groupby("user")["item"]}
    return [[histories.catalog.position(item) for item in by_user.get(user, ())] for user in histories.users]


def _matrix(histories: Histories, pairs: Sequence[tuple[int, int]]) -> sparse.csr_matrix:
    rows, columns = [person for person, _ in pairs], [item for _, item in pairs]
    return sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=histories.liked.shape)


def _ease(train: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return the items that occur in training, (n,), and the weights of one for another, (n, n), by EASE."""
    columns = np.flatnonzero(np.asarray(train.sum(axis=0)).ravel())
    gram = (train[:, columns].T @ train[:, columns]).toarray().astype(np.float64)
    inverse = np.linalg.inv(gram + _EASE_PENALTY * np.eye(len(columns)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return columns, weights.astype(np.float32)


def _als(train: sparse.csr_matrix, seed: int) -> AlternatingLeastSquares:
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=64, regularization=0.1, alpha=10.0, random_state=seed, num_threads=1)
        model.fit(train, show_progress=False)
    return model


def _likeness(graph: AttributeGraph, liked: Sequence[int]) -> np.ndarray:
    """Return what the chat makes of the last liked items without a learned prior: log-probabilities, (items,)."""
    ids = [item.id for item in graph.catalog]
    evidence = Evidence(liked=tuple(ids[item] for item in liked[-_LIKENESS_FROM:]))
    return np.asarray(np.log(np.maximum(posterior(graph, evidence).probabilities, 1e-30)))
