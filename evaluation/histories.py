"""Who interacted with what: people, items with attributes, and pairs that are held out.

A folder in the format of the multi-round benchmarks (``items.jsonl``, ``attributes.jsonl``, ``train.jsonl``, and one
file a split), or the film catalogue with its ratings, of which each person's last two likes are held out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from catalog.items import RATING_COLUMNS, Catalog, Item
from catalog.saved import load_catalog
from graph.build import GraphConfig

ATTRIBUTE = "attribute"
_LIKED = GraphConfig.liked_from


@dataclass(frozen=True)
class Pair:
    """Someone and an item that they turned out to like, which training does not know."""

    user: str
    target: str


@dataclass(frozen=True)
class Histories:
    """A catalogue whose ratings and popularities hold the training interactions alone, and the pairs held out."""

    catalog: Catalog
    held_out: dict[str, tuple[Pair, ...]]
    """Split to pairs: ``valid``, and ``test`` where there is one."""

    def pairs(self, split: str) -> tuple[Pair, ...]:
        """Return the pairs of a split, or raise ValueError with the splits there are."""
        try:
            return self.held_out[split]
        except KeyError:
            raise ValueError(f"no split {split!r} here; there is {', '.join(self.held_out)}") from None

    @cached_property
    def users(self) -> tuple[str, ...]:
        """Everyone with a training interaction or a held-out pair, in alphabetical order."""
        held = {pair.user for pairs in self.held_out.values() for pair in pairs}
        return tuple(sorted(held | set(self.catalog.ratings["user"])))

    @cached_property
    def liked(self) -> sparse.csr_matrix:
        """Who liked what in training: (users, items) of 0 and 1."""
        ratings = self.catalog.ratings[self.catalog.ratings["rating"] >= _LIKED]
        return self._matrix(ratings["user"].tolist(), ratings["item"].tolist())

    @cached_property
    def known(self) -> sparse.csr_matrix:
        """Who interacted with what in training, gladly or not: (users, items) of 0 and 1."""
        return self._matrix(self.catalog.ratings["user"].tolist(), self.catalog.ratings["item"].tolist())

    def _matrix(self, users: Sequence[str], items: Sequence[str]) -> sparse.csr_matrix:
        row = {user: place for place, user in enumerate(self.users)}
        rows, columns = [row[user] for user in users], [self.catalog.position(item) for item in items]
        shape = (len(self.users), len(self.catalog))
        return sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)


def load(data: str, home: Path) -> Histories:
    """Read the folder ``data``, or the ingested catalogue of that name below ``home``."""
    if Path(data).is_dir():
        return from_folder(Path(data))
    try:
        return last_likes(load_catalog(home, data))
    except (ValueError, FileNotFoundError) as error:
        raise ValueError(f"{data!r} is no folder, and no catalogue either: {error}") from None


def from_folder(folder: Path) -> Histories:
    """Read a benchmark folder; raise ValueError naming the file that is missing or malformed."""
    try:
        names = {row["attribute"]: row["name"] for row in _rows(folder / "attributes.jsonl")}
        items = [_item(row, names) for row in _rows(folder / "items.jsonl")]
        train = [(str(row["user"]), str(item)) for row in _rows(folder / "train.jsonl") for item in row["items"]]
        held_out = {
            split: tuple(
                Pair(str(row["user"]), str(item)) for row in _rows(folder / f"{split}.jsonl") for item in row["items"]
            )
            for split in ("valid", "test")
            if (folder / f"{split}.jsonl").exists()
        }
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder} is not in the format of the multi-round benchmarks: no {error}") from None
    ratings = pd.DataFrame(
        [(user, item, 5.0, place) for place, (user, item) in enumerate(train)], columns=list(RATING_COLUMNS)
    )
    return Histories(_for_training(Catalog(folder.name, tuple(items), ratings=ratings)), held_out)


def last_likes(catalog: Catalog) -> Histories:
    """Hold out what each person liked last (test) and last but one (valid); the rest, up to then, is training.

    People with fewer than three likes only train.
    """
    ratings = catalog.ratings[catalog.ratings["item"].isin([item.id for item in catalog])]
    ratings = ratings.sort_values(["user", "seconds", "item"], kind="stable")
    likes = ratings[ratings["rating"] >= _LIKED]
    enough = likes.groupby("user").filter(lambda rows: len(rows) > 2)
    last = {
        split: enough.groupby("user").nth(place)[["user", "item", "seconds"]]
        for split, place in (("valid", -2), ("test", -1))
    }
    until = dict(zip(last["valid"]["user"], last["valid"]["seconds"], strict=True))
    held = {tuple(pair) for rows in last.values() for pair in rows[["user", "item"]].to_numpy()}
    before = [
        seconds <= until.get(user, np.inf) and (user, item) not in held
        for user, item, seconds in zip(ratings["user"], ratings["item"], ratings["seconds"], strict=True)
    ]
    pairs = {
        split: tuple(Pair(user, item) for user, item in zip(rows["user"], rows["item"], strict=True))
        for split, rows in last.items()
    }
    return Histories(_for_training(replace(catalog, ratings=ratings[before])), pairs)


def _for_training(catalog: Catalog) -> Catalog:
    """Let popularity and order say nothing of what is held out.

    Popularity becomes the logarithm of an item's training interactions, scaled to 1 at the top. Items are shuffled,
    always in the same way: films stand by fame, and the benchmarks' items in the order in which their makers met them,
    person by person, so that ties broken by order would favour the right item.
    """
    counts = catalog.ratings["item"].value_counts()
    weights = {item: np.log1p(count) for item, count in counts.items()}
    top = max(weights.values(), default=1.0)
    items = [replace(item, popularity=round(weights.get(item.id, 0.0) / top, 4)) for item in catalog]
    order = np.random.default_rng(0).permutation(len(items))
    return replace(catalog, items=tuple(items[place] for place in order))


def _item(row: dict[str, Any], names: dict[int, str]) -> Item:
    values = tuple(dict.fromkeys(names[attribute] for attribute in row["attributes"]))
    return Item(str(row["item"]), row["name"], facets={ATTRIBUTE: values} if values else {})


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        raise ValueError(f"no {file.name} in {file.parent}")
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{file}, line {number}: {error}") from None
