"""Compare ways to say how probable an item is for a person whose history is known, before anything is said.

    python -m evaluation.priors --data films --split valid --seed 0

Prints one row per prior: how it ranks the whole catalogue without what the person knows, and the bits, which are mean
-log2 P(target | person, one attribute of the target), among the unknown items with that attribute. The weights of each
prior are fitted on ``valid``; for ``valid`` itself those of each half of the people on the other half. The weights of
the chat were once learned on all of the films' ``valid``, so that its row there is no fair one. Every number is a mean
over people, with the 95 % bootstrap interval.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog.storage import default_home
from evaluation.choices import Choices, Products, fit
from evaluation.histories import Histories, load
from evaluation.intervals import interval
from evaluation.personal import Draw, chunks, draws, gathered_folds, offered
from evaluation.rivals import ALS, DISLIKED, EASE, LIKENESS, RIVALS, scores
from graph.attributes import AttributeGraph
from graph.person import FEATURES, PersonConfig

_BLEND, _FAST, _CHAT = "learned blend", "blend of the fast scores", "... with the weights of the chat"
_PRODUCTS = "learned blend with products"
PRIORS: Mapping[str, tuple[str, ...]] = {
    "popularity": ("popularity",),
    "item-item": ("together",),
    "user-user": ("neighbours",),
    "EASE": (EASE,),
    "implicit ALS": (ALS,),
    "content profile": ("content",),
    "content and item-item": ("content", "together"),
    "likeness to liked items": (LIKENESS,),
    _PRODUCTS: FEATURES,
    _BLEND: FEATURES,
    _FAST: tuple(name for name in FEATURES if name not in ("nearest", "habit", "together")),
    _CHAT: FEATURES,
    "learned blend and EASE, ALS": (*FEATURES, EASE, ALS),
    "learned blend and disliked content": (*FEATURES, DISLIKED),
}
"""Rows of the table, and the scores that each of them weighs."""
METRICS = ("Recall@10", "Recall@100", "NDCG@10", "bits")


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


def _as_it_is(features: np.ndarray) -> np.ndarray:
    return features


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
    bases: dict[str, Callable[[np.ndarray], np.ndarray]] = {}
    for choices, users in gathered_folds(histories, graph, features, split, seed):
        for prior in tqdm(priors, desc="fits", unit="prior", disable=None):
            own_choices = choices.only(columns[prior])
            bases[prior] = Products.of(own_choices).__call__ if prior == _PRODUCTS else _as_it_is
            seen = Choices(bases[prior](own_choices.features), choices.starts, choices.chosen)
            learned[prior].append(np.array(astuple(PersonConfig())) if prior == _CHAT else fit(seen))
        for chunk in chunks(np.array([person for person in drawn if users[person]])):
            values = features(chunk)
            for own, person in zip(values, chunk, strict=True):
                known, targets = histories.known[person].indices, np.array([draw.target for draw in drawn[person]])
                offers = [offered(histories, graph, draw) for draw in drawn[person]]
                for prior in priors:
                    logits = bases[prior](own[:, columns[prior]]) @ learned[prior][-1].astype(np.float32)
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
