"""Measure how well the next film that somebody rates is foretold from those before it.

    python -m evaluation.next_item --vectors parley=retrieval/data/films.safetensors --seeds 0 1 2

Every rating is an interaction, as in the papers on SASRec (``--likes``: only high ones). Those of a second are ordered
by item id. All items of the catalogue are ranked but those that the person met before; an item with the same score as
the target counts as ranked before it. Splits:

last      everybody's last interaction is the target of test, the last but one of valid, the rest is training.
temporal  the ratings are cut at the moments when 80 % and 90 % of them had been given. Training ends at the first.
          Targets are the interactions between the cuts (valid) and after them (test), the "successive" ones of Gusak
          et al. (RecSys 2025, arXiv 2507.16289): at most 20 a person, evenly spread, whether training knows the person
          or not. The history is all that came before, and nothing is trained again.

A target follows at least 3 interactions of the same person.
``--cold`` adds each split without a quarter of the films (by a hash of their id) in training and histories; only people
for whom such a film is the target count. What needs choosing is chosen by NDCG@10 on valid. Metrics are means over a
person's targets, then over people, seeds averaged, with 95 % bootstrap intervals over people. ``--tune`` tries the
settings of TRIED with the first seed, for each system the same.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.intervals import interval
from evaluation.queries import held_out
from evaluation.sasrec import SASRecConfig, Score, Source, fit, sources
from graph.build import GraphConfig

LAST, TEMPORAL = SPLITS = ("last", "temporal")
PENALTIES = (10.0, 30.0, 100.0, 300.0, 1000.0)
"""Of EASE."""
UNSEEN = (0.0, 1.0, 3.0, 10.0, 30.0)
"""As popular as an item with so many ratings may SASRec take one that training does not know."""
TRIED = (SASRecConfig(), SASRecConfig(dropout=0.5), SASRecConfig(adapter=256))
_CUTS = (0.8, 0.9)
_EARLIER, _TARGETS = 3, 20
_K, _CHUNK = 10, 256

Scorer = Callable[[Sequence[np.ndarray]], np.ndarray]
"""Histories, each items oldest first, to (histories, items): higher is better."""


@dataclass(frozen=True)
class Case:
    """Somebody at a moment; items are positions in the catalogue."""

    user: str
    met: np.ndarray
    """All items so far, which are not ranked."""
    history: np.ndarray
    """Those of them that may be looked at, oldest first."""
    target: int


@dataclass(frozen=True)
class Split:
    """What may be learned from, and what is to be foretold."""

    name: str
    items: int
    train: tuple[np.ndarray, ...]
    """Each person's items, oldest first, at least two."""
    valid: tuple[Case, ...]
    test: tuple[Case, ...]


@dataclass(frozen=True)
class Result:
    """What one system reached on one split."""

    split: str
    system: str
    setting: str
    values: np.ndarray
    """Recall@10 and NDCG@10 on test, (people, 2)."""
    valid: float
    """NDCG@10 there, with the first seed."""

    def row(self, seed: int) -> dict[str, object]:
        """Return the figures by name, as they are written to a file."""
        figures = {"split": self.split, "system": self.system, "setting": self.setting, "n": len(self.values)}
        for name, values in zip(("recall@10", "ndcg@10"), self.values.T, strict=True):
            ends = [round(end, 4) for end in interval(values, seed)]
            figures |= {name: round(float(values.mean()), 4), f"{name} interval": ends}
        return {**figures, "valid ndcg@10": round(self.valid, 4)}


def split_of(catalog: Catalog, name: str, likes: bool = False) -> Split:
    """Return a split of the ratings by name; raise ValueError when they leave nothing to foretell."""
    ratings = catalog.ratings[catalog.ratings["item"].isin([item.id for item in catalog])]
    ratings = ratings[ratings["rating"] >= GraphConfig.liked_from] if likes else ratings
    ratings = ratings.sort_values(["user", "seconds", "item"], kind="stable")
    cuts = ratings["seconds"].quantile(list(_CUTS), interpolation="lower").to_numpy()
    train: list[np.ndarray] = []
    held: tuple[list[Case], list[Case]] = ([], [])
    for user, rows in ratings.groupby("user"):
        items = np.array([catalog.position(item) for item in rows["item"]])
        ends = np.searchsorted(rows["seconds"].to_numpy(), cuts) if name == TEMPORAL else len(items) - np.array([2, 1])
        train.append(items[: max(0, ends[0])])
        for cases, start, end in zip(held, ends, (*ends[1:], len(items)), strict=True):
            for place in _spread(max(start, _EARLIER), end):
                cases.append(Case(str(user), items[:place], items[:place], int(items[place])))
    if not held[0] or not held[1]:
        raise ValueError(f"{len(ratings)} ratings leave nothing to foretell in split {name!r}")
    return Split(name, len(catalog), tuple(items for items in train if len(items) > 1), tuple(held[0]), tuple(held[1]))


def _spread(start: int, end: int) -> list[int]:
    """Return the places from ``start`` to before ``end``, or the most that are allowed, evenly spread."""
    count = min(_TARGETS, max(0, end - start))
    return [int(place) for place in np.linspace(start, end - 1, count).round()]


def cold(split: Split, catalog: Catalog) -> Split:
    """Take cold items from training and histories, and keep the cases whose target is one."""
    hidden = np.array([held_out(item.id) for item in catalog])
    warm = (items[~hidden[items]] for items in split.train)
    train = tuple(items for items in warm if len(items) > 1)
    valid, test = (
        tuple(replace(case, history=case.met[~hidden[case.met]]) for case in cases if hidden[case.target])
        for cases in (split.valid, split.test)
    )
    if not valid or not test:
        raise ValueError(f"no cold item is a target in split {split.name!r}")
    return Split(f"{split.name}, cold", split.items, train, valid, test)


def ranks(score: Scorer, cases: Sequence[Case]) -> np.ndarray:
    """Return the 1-based rank of each target among the items that are new to the person, (cases,)."""
    found = []
    for start in range(0, len(cases), _CHUNK):
        chunk = cases[start : start + _CHUNK]
        for values, case in zip(score([case.history for case in chunk]), chunk, strict=True):
            target = values[case.target]
            rivals = values >= target
            rivals[[*case.met, case.target]] = False
            found.append(1 + int(rivals.sum()))
    return np.array(found)


def by_user(values: np.ndarray, cases: Sequence[Case]) -> np.ndarray:
    """Return each person's mean of (cases,) values, people in order of first appearance."""
    _, first, group = np.unique([case.user for case in cases], return_index=True, return_inverse=True)
    means = np.bincount(group, values) / np.bincount(group)
    return np.asarray(means[np.argsort(first)])


def measure(score: Scorer, cases: Sequence[Case]) -> np.ndarray:
    """Return each person's Recall@10 and NDCG@10, (people, 2); with one target the latter is 1 / log2(1 + rank)."""
    found = ranks(score, cases)
    gains = np.where(found <= _K, 1 / np.log2(found + 1.0), 0.0)
    return np.stack([by_user((found <= _K).astype(float), cases), by_user(gains, cases)], axis=1)


def quality(score: Scorer, split: Split) -> float:
    """Return NDCG@10 on valid, by which everything is chosen."""
    return float(measure(score, split.valid)[:, 1].mean())


def popularity(split: Split) -> Scorer:
    """Score items by their interactions in training."""
    counts = np.bincount(np.concatenate(split.train), minlength=split.items).astype(float)
    return lambda histories: np.tile(counts, (len(histories), 1))


def ease(split: Split, penalty: float) -> Scorer:
    """Score items by EASE (Steck, WWW 2019, arXiv 1905.03375).

    Its item by item inverse is had from one over people (Woodbury), of which there are fewer.
    """
    train = _indicators(split.train, split.items)
    weighted = np.linalg.solve(train @ train.T + penalty * np.eye(len(train)), train)
    diagonal = 1 - (train * weighted).sum(axis=0)

    def score(histories: Sequence[np.ndarray]) -> np.ndarray:
        given = _indicators(histories, split.items)
        return np.asarray(given - (given - (given @ train.T) @ weighted) / diagonal)

    return score


def _indicators(sequences: Sequence[np.ndarray], items: int) -> np.ndarray:
    found = np.zeros((len(sequences), items))
    for row, sequence in enumerate(sequences):
        found[row, sequence] = 1.0
    return found


def baselines(split: Split) -> list[Result]:
    """Return what popularity and EASE reach."""
    first, penalty = popularity(split), max(PENALTIES, key=lambda one: quality(ease(split, one), split))
    second = ease(split, penalty)
    return [
        Result(split.name, "popularity", "", measure(first, split.test), quality(first, split)),
        Result(split.name, "EASE", f"penalty {penalty:g}", measure(second, split.test), quality(second, split)),
    ]


def learned(split: Split, system: str, source: Source, tried: Sequence[SASRecConfig], seeds: Sequence[int]) -> Result:
    """Return what SASRec reaches with the best of the ``tried`` settings, the mean over seeds for each person."""
    fits = [_learn(split, source, config, seeds[0]) for config in tried]
    best = int(np.argmax([valid for _, valid, _ in fits]))
    scorer, valid, unseen = fits[best]
    scorers = [scorer, *(_learn(split, source, tried[best], seed)[0] for seed in seeds[1:])]
    changed = sorted(f"{name} {value:g}" for name, value in vars(tried[best]).items() - vars(SASRecConfig()).items())
    values = np.mean([measure(score, split.test) for score in scorers], axis=0)
    return Result(split.name, system, ", ".join([*changed, f"unseen as {unseen:g}"]), values, valid)


def _learn(split: Split, source: Source, config: SASRecConfig, seed: int) -> tuple[Scorer, float, float]:
    """Train, and return the scorer with its quality and how popular it takes unseen items to be."""

    def best(score: Score) -> tuple[float, float]:
        return max((quality(partial(score, unseen=unseen), split), -unseen) for unseen in UNSEEN)

    score = fit(source, split.train, lambda score: best(score)[0], config, seed).score
    valid, unseen = best(score)
    return partial(score, unseen=-unseen), valid, -unseen


def table(results: Sequence[Result], seed: int) -> str:
    """Return results as a Markdown table: means with their intervals."""
    lines = ["| split | system | people | recall@10 | NDCG@10 | chosen on valid |", "|" + " --- |" * 6]
    for result in results:
        cells = []
        for values in result.values.T:
            low, high = interval(values, seed)
            cells.append(f"{values.mean():.3f} [{low:.3f}, {high:.3f}]")
        cells = [result.split, result.system, str(len(result.values)), *cells, result.setting or "-"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and measure every system on every split, and print the table."""
    given = _parser().parse_args(argv)
    try:
        catalog = load_catalog(given.home, given.catalog)
        known = sources(len(catalog), dict(given.vectors))
        splits = [split_of(catalog, name, given.likes) for name in given.splits]
        splits += [cold(split, catalog) for split in splits] if given.cold else []
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    results = []
    with threadpool_limits(1), tqdm(total=len(splits) * (1 + len(known)), unit="system", disable=None) as bar:
        for split in splits:
            results += baselines(split)
            bar.update()
            for name, source in known.items():
                bar.set_description(f"{split.name}, {name}")
                results.append(learned(split, name, source, TRIED if given.tune else TRIED[:1], given.seeds))
                bar.update()
    print(table(results, given.seeds[0]))  # noqa: T201
    if given.out is not None:
        rows = [result.row(given.seeds[0]) | {"seeds": given.seeds} for result in results]
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", nargs="+", type=_named, default=[], metavar="NAME=FILE", help="of the items")
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=list(SPLITS), help="one or both")
    parser.add_argument("--cold", action="store_true", help="add the splits with films that training does not know")
    parser.add_argument("--likes", action="store_true", help="count only high ratings as interactions")
    parser.add_argument("--tune", action="store_true", help="try the settings anew")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help="of the training runs")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return parser


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    return name, Path(path)


if __name__ == "__main__":
    main()
