"""The learned prior for people with a history: the few weights of ``graph.person``, fitted on held-out pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from evaluation.choices import Choices, Products, fit
from evaluation.histories import Histories
from graph.attributes import AttributeGraph
from graph.person import STRANGER, PersonPrior

_CHUNK = 32
"""People at a time, so that their dense features fit into memory."""
_MOST_PAIRS = 6000
"""Held-out pairs that a fit looks at, drawn at random if there are more."""
_ALTERNATIVES = 150
"""Items on offer that a fit looks at beside the chosen one, drawn at random if there are more: weights of a conditional
logit stay consistent under such a sample (McFadden 1978)."""

Features = Callable[[np.ndarray], np.ndarray]
"""Rows of people to (people, items, features)."""


@dataclass(frozen=True)
class Draw:
    """A held-out pair as positions, with one attribute of the target that the person names."""

    person: int
    target: int
    value: int


def draws(histories: Histories, graph: AttributeGraph, split: str, seed: int) -> tuple[Draw, ...]:
    """Let each held-out pair name one attribute at random; targets without attributes, or known, are left out."""
    rng = np.random.default_rng(seed)
    row = {user: place for place, user in enumerate(histories.users)}
    found = []
    for pair in histories.pairs(split):
        target = histories.catalog.position(pair.target)
        held = graph.incidence.indices[graph.incidence.indptr[target] : graph.incidence.indptr[target + 1]]
        if len(held) and not histories.known[row[pair.user], target]:
            found.append(Draw(row[pair.user], target, int(rng.choice(held))))
    return tuple(sorted(found, key=lambda draw: draw.person))


def offered(histories: Histories, graph: AttributeGraph, draw: Draw) -> np.ndarray:
    """Return the positions of the items that have the named attribute and are new to the person."""
    items, known = graph.by_value, histories.known
    holders = items.indices[items.indptr[draw.value] : items.indptr[draw.value + 1]]
    return np.setdiff1d(holders, known.indices[known.indptr[draw.person] : known.indptr[draw.person + 1]])


def gather(
    histories: Histories, graph: AttributeGraph, features: Features, drawn: Sequence[Draw], rng: np.random.Generator
) -> Choices:
    """Collect a sample of what was on offer to each of ``drawn``, which come by person."""
    blocks: list[np.ndarray] = []
    chosen: list[int] = []
    people = np.unique([draw.person for draw in drawn])
    start = 0
    starts: list[int] = []
    for chunk in chunks(people):
        values = features(chunk)
        for draw in (draw for draw in drawn if chunk[0] <= draw.person <= chunk[-1]):
            items = _sampled(offered(histories, graph, draw), draw.target, rng)
            blocks.append(values[np.searchsorted(chunk, draw.person)][items])
            starts.append(start)
            chosen.append(start + int(np.searchsorted(items, draw.target)))
            start += len(items)
    return Choices(np.concatenate(blocks), np.array(starts), np.array(chosen))


def _sampled(items: np.ndarray, target: int, rng: np.random.Generator) -> np.ndarray:
    """Return the target and a few of the other items, in ascending order."""
    others = items[items != target]
    if len(others) > _ALTERNATIVES:
        others = rng.choice(others, _ALTERNATIVES, replace=False)
    return np.sort(np.append(others, target))


def folds(users: int, split: str, seed: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return pairs of (people to fit on, people to use the fit for), as masks (users,).

    For ``valid`` these are halves, each for the other: nobody's held-out items bear on their own prior.
    """
    if split != "valid":
        return ((np.ones(users, dtype=bool), np.ones(users, dtype=bool)),)
    half = np.random.default_rng(seed).permutation(users) % 2 == 0
    return ((half, ~half), (~half, half))


def gathered_folds(
    histories: Histories, graph: AttributeGraph, features: Features, split: str, seed: int
) -> tuple[tuple[Choices, np.ndarray], ...]:
    """Return for each fold the choices to fit on, and the mask of people to use the fit for."""
    drawn = draws(histories, graph, "valid", seed)
    rng = np.random.default_rng(seed)
    found = []
    for teachers, users in folds(len(histories.users), split, seed):
        own = [draw for draw in drawn if teachers[draw.person]]
        if not own:
            raise ValueError("no held-out pairs in `valid` to learn the prior's weights from")
        if len(own) > _MOST_PAIRS:
            own = [own[place] for place in sorted(rng.choice(len(own), _MOST_PAIRS, replace=False))]
        found.append((gather(histories, graph, features, own, rng), users))
    return tuple(found)


def person_logits(histories: Histories, split: str, seed: int) -> np.ndarray:
    """Return the learned log-odds of each item for each of ``histories.users``, (users, items) float32.

    They weigh the features of ``graph.person`` and the products of each two. Weights are learned on ``valid``,
    crosswise by halves of the people if ``split`` is ``valid``. What a person knows already is not masked.
    """
    graph = AttributeGraph(histories.catalog)
    features = partial(personal, PersonPrior(graph), histories, histories.liked)
    logits = np.empty(histories.liked.shape, dtype=np.float32)
    for choices, users in gathered_folds(histories, graph, features, split, seed):
        products = Products.of(choices)
        weights = fit(products.seen(choices)).astype(np.float32)
        for chunk in chunks(np.flatnonzero(users)):
            logits[chunk] = products(features(chunk)) @ weights
    return logits


def personal(prior: PersonPrior, histories: Histories, liked: sparse.csr_matrix, people: np.ndarray) -> np.ndarray:
    """Return the features of ``graph.person`` for some of ``histories.users``, (people, items, features)."""
    users = np.array([prior.users.get(histories.users[person], STRANGER) for person in people])
    return prior.features(liked[people], users)


def chunks(people: np.ndarray) -> list[np.ndarray]:
    """Cut people into as many at a time as fit into memory."""
    return [people[start : start + _CHUNK] for start in range(0, len(people), _CHUNK)]
