"""Poisoned ratings: how far fake people can push a film that hardly anybody knows.

A shilling attack (Lam and Riedl, WWW 2004) adds people who rate the attacked item 5 and, so as to look real, thirty of
the best known ones: around the mean of all ratings (``random``), each at its own mean (``average``), or 5
(``bandwagon``). What the attack does is read off the posterior of people who named two favourites, or whose history is
known, and whose own ratings were taken out, so that they are strangers.

To save time, several items are attacked at once, each by fake people of its own; of five films that were attacked
together and alone, mean ranks after differed by less than 2 %.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from tqdm import tqdm

from catalog.items import RATING_COLUMNS, Catalog
from evaluation.estimates import Cell, Row, mean
from graph.attributes import AttributeGraph
from graph.build import GraphConfig
from graph.evidence import Evidence
from graph.walk import Posterior, posterior

KINDS = ("random", "average", "bandwagon")
_LIKED = GraphConfig.liked_from
_TOP, _STEP = 5.0, 0.5
"""The highest rating, and what ratings are multiples of."""
_LEAST_LIKES = 5

Ranks = Mapping[tuple[str, str], np.ndarray]
"""1-based ranks, (people, items), by where popularity comes from and how people tell of themselves."""


@dataclass(frozen=True)
class PoisonConfig:
    """How large the attacks are, and on what they are tried."""

    shares: tuple[float, ...] = (0.01, 0.03, 0.05)
    """Fake people as a share of the real ones."""
    targets: int = 20
    at_once: int = 5
    """Attacked together."""
    people: int = 50
    fillers: int = 30
    known: int = 100
    """Fillers are drawn from so many items with the most ratings."""
    obscure: int = 5
    """Attacked are items of less than median popularity that fewer people than this rated."""
    slate: int = 10


@dataclass(frozen=True)
class Stranger:
    """Someone whose ratings the catalogue does not hold."""

    favourites: tuple[str, ...]
    """Ids of the two items rated best, of equals the latest."""
    history: tuple[str, ...]
    """Ids of all liked items, oldest first."""

    @property
    def evidence(self) -> dict[str, Evidence]:
        """What they say of themselves, by the way in which they do."""
        return {"two favourites": Evidence(liked=self.favourites), "history": Evidence(history=self.history)}


def counted(catalog: Catalog) -> Catalog:
    """Return the catalogue with popularity counted from its ratings alone: the logarithm, scaled to 1 at the top."""
    counts = catalog.ratings["item"].value_counts().to_dict()
    top = np.log1p(max(counts.values()))
    return replace(
        catalog,
        items=tuple(replace(item, popularity=float(np.log1p(counts.get(item.id, 0)) / top)) for item in catalog),
    )


def strangers(catalog: Catalog, count: int, rng: np.random.Generator) -> tuple[tuple[Stranger, ...], Catalog]:
    """Draw people with at least five likes, and return them and the catalogue without their ratings.

    Raises ValueError if there are too few.
    """
    ratings = catalog.ratings[catalog.ratings["item"].isin([item.id for item in catalog])]
    ratings = ratings.sort_values(["user", "seconds", "item"], kind="stable")
    likes = ratings[ratings["rating"] >= _LIKED]
    eager = sorted(user for user, liked in likes["user"].value_counts().items() if liked >= _LEAST_LIKES)
    if len(eager) < count:
        raise ValueError(f"{len(eager)} people of catalogue {catalog.name!r} liked enough; {count} are needed")
    chosen = sorted(rng.choice(eager, count, replace=False).tolist())
    people = []
    for user in chosen:
        own = likes[likes["user"] == user]
        best = own.sort_values("rating", kind="stable")["item"].tolist()[-2:]
        people.append(Stranger(tuple(best), tuple(own["item"])))
    return tuple(people), replace(catalog, ratings=ratings[~ratings["user"].isin(chosen)])


def targets(
    catalog: Catalog, config: PoisonConfig, rng: np.random.Generator, known: Collection[str]
) -> tuple[str, ...]:
    """Draw the ids of the items to attack, none of which are ``known`` to those who are asked."""
    counts = catalog.ratings["item"].value_counts().to_dict()
    middle = float(np.median([item.popularity for item in catalog]))
    obscure = [
        item.id
        for item in catalog
        if item.popularity < middle and counts.get(item.id, 0) < config.obscure and item.id not in known
    ]
    if len(obscure) < config.targets:
        raise ValueError(f"{len(obscure)} items of catalogue {catalog.name!r} are obscure; {config.targets} are needed")
    return tuple(sorted(rng.choice(sorted(obscure), config.targets, replace=False).tolist()))


def poisoned(
    catalog: Catalog, attacked: Sequence[str], kind: str, count: int, config: PoisonConfig, rng: np.random.Generator
) -> Catalog:
    """Return the catalogue after ``count`` fake people for each of ``attacked`` rated it and their fillers."""
    ratings = catalog.ratings.groupby("item")["rating"].agg(["size", "mean"])
    best = ratings.sort_values("size", ascending=False, kind="stable").index
    known = [item_id for item_id in best if item_id not in attacked][: config.known]
    own, everyone = ratings["mean"].to_dict(), catalog.ratings["rating"]
    rows: list[tuple[str, str, float, int]] = []
    for target, number in product(attacked, range(count)):
        fillers = sorted(rng.choice(known, min(config.fillers, len(known)), replace=False).tolist())
        stars = {
            "random": rng.normal(everyone.mean(), everyone.std(), len(fillers)),
            "average": np.array([own[filler] for filler in fillers]),
            "bandwagon": np.full(len(fillers), _TOP),
        }[kind]
        given = np.clip(np.round(stars / _STEP) * _STEP, _STEP, _TOP)
        user = f"fake {number} for {target}"
        rows.append((user, target, _TOP, 0))
        rows += [(user, filler, float(star), 0) for filler, star in zip(fillers, given, strict=True)]
    more = pd.DataFrame(rows, columns=list(RATING_COLUMNS))
    return replace(catalog, ratings=pd.concat([catalog.ratings, more], ignore_index=True))


def rank(believed: Posterior, position: int) -> int:
    """Return the 1-based rank of the item at a position; ties are in catalogue order."""
    own, all_of_them = believed.probabilities[position], believed.probabilities
    return 1 + int((all_of_them > own).sum() + (all_of_them[:position] == own).sum())


def ranks(catalog: Catalog, people: Sequence[Stranger], item_ids: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the rank of each item for each person, (people, items), by the way in which they tell of themselves."""
    graph = AttributeGraph(catalog)
    places = [catalog.position(item_id) for item_id in item_ids]
    ways = people[0].evidence
    found = {way: [posterior(graph, person.evidence[way]) for person in people] for way in ways}
    return {
        way: np.array([[rank(believed, place) for place in places] for believed in each]) for way, each in found.items()
    }


def measured(catalog: Catalog, people: Sequence[Stranger], item_ids: Sequence[str]) -> Ranks:
    """Return the ranks of items with popularity as it is, and as if it were counted from the ratings alone."""
    fames = {"kept": catalog, "counted": counted(catalog)}
    return {(fame, way): found for fame, one in fames.items() for way, found in ranks(one, people, item_ids).items()}


def audit(catalog: Catalog, seed: int, config: PoisonConfig = PoisonConfig()) -> dict[str, list[Row]]:
    """Return one table by its title: what each attack reaches."""
    if catalog.ratings.empty:
        raise ValueError(f"catalogue {catalog.name!r} has no ratings that could be poisoned")
    rng = np.random.default_rng(seed)
    people, rest = strangers(catalog, config.people, rng)
    attacked = targets(rest, config, rng, frozenset(item_id for person in people for item_id in person.history))
    before = measured(rest, people, attacked)
    real = rest.ratings["user"].nunique()
    rows: list[Row] = []
    for kind, share in tqdm([(kind, share) for kind in KINDS for share in config.shares], unit="attack", disable=None):
        count = max(1, round(share * real))
        each = [
            measured(poisoned(rest, some, kind, count, config, rng), people, some)
            for some in (attacked[start : start + config.at_once] for start in range(0, len(attacked), config.at_once))
        ]
        after = {setting: np.hstack([one[setting] for one in each]) for setting in before}
        rows += [
            {"attack": kind, "fake people": f"{share:.0%} ({count})", "popularity": fame, "person tells of": way}
            | _change(before[fame, way], after[fame, way], config.slate, seed)
            for fame, way in before
        ]
    together = f"{len(attacked)} obscure items, {config.at_once} attacked at once"
    return {f"{together}, for {len(people)} people; intervals are over items": rows}


def _change(before: np.ndarray, after: np.ndarray, slate: int, seed: int) -> dict[str, Cell]:
    """Return the figures of (people, targets) ranks."""
    gained = (before - after).mean(axis=0)
    return {
        "n": before.size,
        f"hit@{slate} before": float((before <= slate).mean()),
        f"hit@{slate} after": mean((after <= slate).mean(axis=0), seed),
        "mean rank before": round(float(before.mean())),
        "mean rank after": round(float(after.mean())),
        "places gained": mean(gained, seed, digits=0),
    }
