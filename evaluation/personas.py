"""Where simulated people come from: the catalogue, its ratings, written requests, or a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from catalog.items import TITLE, Catalog, Item
from evaluation.histories import Histories, Pair, last_likes
from evaluation.people import Population, Step, wishable
from evaluation.queries import Query, load_queries
from evaluation.scenarios import Persona
from graph.attributes import AttributeGraph
from graph.build import GraphConfig

_REQUESTS = Path(__file__).parent / "data" / "queries.jsonl"
_LIKED_FROM = GraphConfig.liked_from
_HEAD, _TAIL = 0.9, 0.5
"""Above and below which quantile of popularity an item is well known or hardly known."""
_NOBODY: dict[str, tuple[Pair, ...]] = {"valid": (), "test": ()}


@dataclass(frozen=True)
class Dislike:
    """A value that someone in a file does not like."""

    facet: str
    value: str


@dataclass(frozen=True)
class Described:
    """Someone in a file."""

    id: str
    target: str
    likes: tuple[str, ...] = ()
    dislikes: tuple[Dislike, ...] = ()


@dataclass(frozen=True)
class User:
    """Someone in the ratings: what training knows of them."""

    liked: tuple[str, ...]
    """Ids of items, in alphabetical order."""
    rated: frozenset[str]
    activity: str
    """Third of the people by how many items they rated: ``low``, ``middle`` or ``high``."""
    rarity: str
    """Third by the mean popularity of what they liked: ``niche``, ``mixed`` or ``mainstream``."""


class World:
    """Everything about a catalogue that simulated people need, made once.

    Its ratings are those for training: what people are held to like in the end is no part of them.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Hold out the last likes of everybody who rated items of ``catalog``."""
        self.histories = last_likes(catalog) if len(catalog.ratings) else Histories(catalog, _NOBODY)
        # Only the ratings are taken from there: items keep their order and fame.
        self.catalog = replace(catalog, ratings=self.histories.catalog.ratings)
        self._pools: dict[object, tuple[Item, ...]] = {}
        self._described: dict[str, tuple[Described, ...]] = {}

    @cached_property
    def graph(self) -> AttributeGraph:
        """The attribute graph of the catalogue."""
        return AttributeGraph(self.catalog)

    @cached_property
    def population(self) -> Population:
        """People who look for something in the catalogue."""
        return Population(self.graph)

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """Requests that people wrote."""
        return load_queries(_REQUESTS, self.catalog, {item.id for item in self.catalog})

    @cached_property
    def fame(self) -> tuple[float, float]:
        """Popularity below which an item is hardly known, and above which it is well known."""
        low, high = np.quantile(self.graph.popularity, (_TAIL, _HEAD))
        return float(low), float(high)

    @cached_property
    def users(self) -> Mapping[str, User]:
        """Everybody with a training like and a held-out one, by id."""
        held = {pair.user for pairs in self.histories.held_out.values() for pair in pairs}
        ratings = self.catalog.ratings[self.catalog.ratings["user"].isin(held)].sort_values(["user", "item"])
        mean = {item.id: item.popularity for item in self.catalog}
        found = {
            str(user): (tuple(rows.loc[rows["rating"] >= _LIKED_FROM, "item"]), frozenset(rows["item"]))
            for user, rows in ratings.groupby("user")
        }
        rows = {user: (liked, rated) for user, (liked, rated) in found.items() if liked}
        counts = {user: float(len(rated)) for user, (_, rated) in rows.items()}
        niches = {user: float(np.mean([mean[item_id] for item_id in liked])) for user, (liked, _) in rows.items()}
        activity = _thirds(counts, ("low", "middle", "high"))
        rarity = _thirds(niches, ("niche", "mixed", "mainstream"))
        return {user: User(liked, rated, activity[user], rarity[user]) for user, (liked, rated) in sorted(rows.items())}

    def popularity_of(self, item: Item) -> str:
        """Return whether an item is of the ``head``, the ``middle`` or the ``tail`` by popularity."""
        low, high = self.fame
        return "head" if item.popularity >= high else "tail" if item.popularity < low else "middle"

    def pool(self, persona: Persona) -> tuple[Item, ...]:
        """Return the items that people made from the catalogue may look for."""
        key = (persona.where, persona.fame, persona.item)
        if key not in self._pools:
            self._pools[key] = tuple(item for item in self.population.targets if self._suits(item, persona))
        return self._pools[key]

    def _suits(self, item: Item, persona: Persona) -> bool:
        return (
            (not persona.item or item.id == persona.item)
            and (not persona.fame or self.popularity_of(item) == persona.fame)
            and all(wish.holds_for(item) for wish in persona.where)
        )

    def pairs(self, persona: Persona) -> tuple[Pair, ...]:
        """Return the people in the ratings whom a persona is about, with what they turned out to like."""
        return tuple(
            pair
            for pair in self.histories.pairs(persona.split)
            if pair.user in self.users
            and persona.activity in ("", self.users[pair.user].activity)
            and persona.rarity in ("", self.users[pair.user].rarity)
            and wishable(self.catalog[pair.target])
        )

    def fulfilling(self, script: Sequence[Step]) -> tuple[Item, ...]:
        """Return the items that fulfil all of a script, the best known first; what it names as liked is none."""
        key = tuple(script)
        if key not in self._pools:
            liked = {value for step in key for wish in step.likes if wish.facet == TITLE for value in wish.values}
            found = [item for item in self.catalog if item.id not in liked and all(s.holds_for(item) for s in key)]
            self._pools[key] = tuple(sorted(found, key=lambda item: (-item.popularity, item.id)))
        return self._pools[key]

    def described(self, file: str) -> tuple[Described, ...]:
        """Return the people of a file; raise ValueError naming the line that is wrong."""
        if file not in self._described:
            self._described[file] = tuple(_people(Path(file), self.catalog))
        return self._described[file]


def _thirds(numbers: Mapping[str, float], names: tuple[str, str, str]) -> dict[str, str]:
    """Return for each key which third its number is in, lowest first; the boundaries belong to the third below."""
    if not numbers:
        return {}
    low, high = np.quantile(list(numbers.values()), (1 / 3, 2 / 3))
    return {key: names[int(number > low) + int(number > high)] for key, number in numbers.items()}


_DESCRIBED = TypeAdapter(Described)


def _people(file: Path, catalog: Catalog) -> Iterator[Described]:
    for number, row in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not row.strip():
            continue
        try:
            person = _DESCRIBED.validate_json(row)
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(map(str, problem["loc"]))
            raise ValueError(f"{file}, line {number}: {place}: {problem['msg']}") from None
        unknown = [item_id for item_id in (person.target, *person.likes) if item_id not in catalog]
        if unknown:
            raise ValueError(f"{file}, line {number}: no item {unknown[0]!r} in catalogue {catalog.name!r}")
        held = [each for each in person.dislikes if catalog[person.target].has(each.facet, each.value)]
        if held:
            raise ValueError(f"{file}, line {number}: the target {person.target!r} has the disliked {held[0].value!r}")
        if not wishable(catalog[person.target]):
            raise ValueError(f"{file}, line {number}: nothing can be asked of the target {person.target!r}")
        yield person
