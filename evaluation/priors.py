"""Compare ways to say how probable an item is for a person whose history is known, before anything is said.

    python -m evaluation.priors --data films --split valid --seed 0

Prints one row per prior: how it ranks the whole catalogue without what the person knows, and the bits, which are mean
-log2 P(target | person, one attribute of the target), among the unknown items with that attribute. The weights of each
prior are fitted on ``valid``; for ``valid`` itself those of each half of the people on the other half. Every number
is a mean over people, with the 95 % bootstrap interval.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from catalog.storage import default_home
from evaluation.histories import Histories, load
from evaluation.run import interval
from graph.attributes import AttributeGraph
from graph.build import GraphConfig
from graph.evidence import Evidence
from graph.person import FEATURES, STRANGER, Choices, PersonConfig, PersonPrior, fit
from graph.walk import posterior

_CHUNK = 64
"""People at a time, so that their dense features fit into memory."""
_MOST_PAIRS = 3000
"""Held-out pairs that a fit looks at, drawn at random if there are more."""
_LIKENESS_FROM = 5
"""How many items, the last that someone liked, the chat's present likelihood goes by."""
_EASE_PENALTY = 100.0
_DISLIKED_TO = 2.5
_EASE, _ALS, _LIKENESS, _DISLIKED = RIVALS = ("ease", "als", "likeness", "disliked content")
_BLEND, _FAST, _CHAT = "learned blend", "blend of the fast scores", "... with the weights of the chat"
PRIORS: Mapping[str, tuple[str, ...]] = {
    "popularity": ("popularity",),
    "item-item": ("together",),
    "user-user": ("neighbours",),
    "EASE": (_EASE,),
    "implicit ALS": (_ALS,),
    "content profile": ("content",),
    "content and item-item": ("content", "together"),
    "likeness to liked items": (_LIKENESS,),
    _BLEND: FEATURES,
    _FAST: tuple(name for name in FEATURES if name not in ("nearest", "habit", "together")),
    _CHAT: FEATURES,
    "learned blend and EASE, ALS": (*FEATURES, _EASE, _ALS),
    "learned blend and disliked content": (*FEATURES, _DISLIKED),
}
"""Rows of the table, and the scores that each of them weighs."""
METRICS = ("Recall@10", "Recall@100", "NDCG@10", "bits")

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


def gather(histories: Histories, graph: AttributeGraph, features: Features, drawn: Sequence[Draw]) -> Choices:
    """Collect what was on offer to each of ``drawn``, which come by person."""
    blocks: list[np.ndarray] = []
    chosen: list[int] = []
    people = np.unique([draw.person for draw in drawn])
    start = 0
    starts: list[int] = []
    for chunk in _chunks(people):
        values = features(chunk)
        for draw in (draw for draw in drawn if chunk[0] <= draw.person <= chunk[-1]):
            items = offered(histories, graph, draw)
            blocks.append(values[np.searchsorted(chunk, draw.person)][items])
            starts.append(start)
            chosen.append(start + int(np.searchsorted(items, draw.target)))
            start += len(items)
    return Choices(np.concatenate(blocks), np.array(starts), np.array(chosen))


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
            raise ValueError("too few held-out pairs in `valid` to learn from")
        if len(own) > _MOST_PAIRS:
            own = [own[place] for place in sorted(rng.choice(len(own), _MOST_PAIRS, replace=False))]
        found.append((gather(histories, graph, features, own), users))
    return tuple(found)


def person_logits(histories: Histories, split: str, seed: int) -> np.ndarray:
    """Return the learned log-odds of each item for each of ``histories.users``, (users, items) float32.

    Weights are learned on ``valid``, crosswise by halves of the people if ``split`` is ``valid``. What a person knows
    already is not masked.
    """
    graph = AttributeGraph(histories.catalog)
    features = partial(_personal, PersonPrior(graph), histories, histories.liked)
    logits = np.empty(histories.liked.shape, dtype=np.float32)
    for choices, users in gathered_folds(histories, graph, features, split, seed):
        weights = fit(choices).astype(np.float32)
        for chunk in _chunks(np.flatnonzero(users)):
            logits[chunk] = features(chunk) @ weights
    return logits


def _personal(prior: PersonPrior, histories: Histories, liked: sparse.csr_matrix, people: np.ndarray) -> np.ndarray:
    users = np.array([prior.users.get(histories.users[person], STRANGER) for person in people])
    return prior.features(liked[people], users)


def _chunks(people: np.ndarray) -> list[np.ndarray]:
    return [people[start : start + _CHUNK] for start in range(0, len(people), _CHUNK)]


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
        values[:, :, : len(FEATURES)] = _personal(prior, histories, liked, people)
        values[:, columns, column_of[_EASE]] = liked[people][:, columns] @ ease
        values[:, :, column_of[_ALS]] = als.recalculate_user(people, liked[people]) @ als.item_factors.T
        values[:, :, column_of[_LIKENESS]] = [_likeness(graph, recent[person]) for person in people]
        values[:, :, column_of[_DISLIKED]] = prior.features(disliked[people])[:, :, FEATURES.index("content")]
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


def measure(logits: np.ndarray, known: np.ndarray, targets: np.ndarray, offers: Sequence[np.ndarray]) -> list[float]:
    """Return METRICS for one person: logits (items,), positions of known items and of targets, and offers by target."""
    ranked = logits.copy()
    ranked[known] = -np.inf
    top = np.argsort(-ranked, kind="stable")[:100]
    hits = np.isin(top, targets)
    gains = 1 / np.log2(np.arange(2, 12))
    count = len(set(targets.tolist()))
    bits = [
        (np.logaddexp.reduce(logits[items].astype(np.float64)) - logits[target]) / np.log(2)
        for target, items in zip(targets, offers, strict=True)
    ]
    ndcg = hits[:10] @ gains[: len(hits[:10])] / gains[:count].sum()
    return [float(hits[:10].sum() / count), float(hits.sum() / count), float(ndcg), float(np.mean(bits))]


Table = dict[str, dict[str, tuple[float, float, float]]]
"""Prior to metric to (mean, lower, upper end of its interval)."""


def compare(
    histories: Histories, priors: Mapping[str, tuple[str, ...]], split: str, last: int | None, seed: int
) -> tuple[Table, dict[str, list[float]]]:
    """Return the table and the mean weights of each prior; people have their ``last`` likes for a history, or all."""
    graph, features = AttributeGraph(histories.catalog), scores(histories, last, seed)
    drawn: dict[int, list[Draw]] = {}
    for draw in draws(histories, graph, split, seed):
        drawn.setdefault(draw.person, []).append(draw)
    names = (*FEATURES, *RIVALS)
    columns = {prior: [names.index(name) for name in chosen] for prior, chosen in priors.items()}
    found: dict[str, list[list[float]]] = {prior: [] for prior in priors}
    learned: dict[str, list[np.ndarray]] = {prior: [] for prior in priors}
    for choices, users in gathered_folds(histories, graph, features, split, seed):
        for prior in tqdm(priors, desc="fits", unit="prior", disable=None):
            fixed = np.array(astuple(PersonConfig())) if prior == _CHAT else None
            learned[prior].append(fit(choices.only(columns[prior])) if fixed is None else fixed)
        for chunk in _chunks(np.array([person for person in drawn if users[person]])):
            values = features(chunk)
            for own, person in zip(values, chunk, strict=True):
                known, targets = histories.known[person].indices, np.array([draw.target for draw in drawn[person]])
                offers = [offered(histories, graph, draw) for draw in drawn[person]]
                for prior in priors:
                    logits = own[:, columns[prior]] @ learned[prior][-1].astype(np.float32)
                    found[prior].append(measure(logits, known, targets, offers))
    table = {
        prior: {
            metric: (float(values.mean()), *interval(values, seed))
            for metric, values in zip(METRICS, np.array(rows).T, strict=True)
        }
        for prior, rows in found.items()
    }
    return table, {prior: np.mean(weights, axis=0).tolist() for prior, weights in learned.items()}


def markdown(table: Table) -> str:
    """Return the table as Markdown."""
    lines = [f"| prior | {' | '.join(METRICS)} |", "|---" * (len(METRICS) + 1) + "|"]
    for prior, row in table.items():
        cells = [f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in row.values()]
        lines.append(f"| {prior} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Compare the priors and print the table."""
    given = _parser().parse_args(argv)
    without = {f"blend without {name}": tuple(kept for kept in FEATURES if kept != name) for name in FEATURES}
    try:
        histories = load(given.data, given.home)
        priors = {**PRIORS, **without} if given.ablate else PRIORS
        table, weights = compare(histories, priors, given.split, given.last, given.seed)
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    print(f"{given.data}, {given.split}, {len(histories.pairs(given.split))} pairs, seed {given.seed}\n")  # noqa: T201
    print(markdown(table))  # noqa: T201
    for blend in (_BLEND, _FAST):
        learned = zip(priors[blend], weights[blend], strict=True)
        print(f"\n{blend}: " + ", ".join(f"{name}={weight:.2f}" for name, weight in learned))  # noqa: T201
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps({"table": table, "weights": weights}, indent=1), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, metavar="DIR|NAME", help="benchmark folder, or an ingested catalogue")
    parser.add_argument("--split", default="valid", choices=("valid", "test"), help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of all chance (default: %(default)s)")
    parser.add_argument("--last", type=int, metavar="N", help="let people have only their last N likes for a history")
    parser.add_argument("--ablate", action="store_true", help="add a row without each feature of the blend")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table and all weights there, as JSON")
    return parser


if __name__ == "__main__":
    main()
