"""Simulated people: an item in mind, things they cannot stand, and a way to behave."""

import random
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from catalog.items import TITLE, Item
from graph.attributes import AttributeGraph
from graph.evidence import Wish

_COMMON = 0.005
"""Dislikes are about values that at least this share of the items has of which the facet is known."""
CRITICISED = ("genre", "mood", "theme")
"""Facets about which people have dislikes and critiques, where a catalogue has them."""
_NEVER_WISHED = ("runtime", "writer")
_SIMILAR = 8


@dataclass(frozen=True)
class PersonConfig:
    """How people behave: the rates are chances between 0 and 1, the weights count against each other."""

    turns: int = 12
    """Gives up after this many turns."""
    hello: float = 0.1
    small_talk: float = 0.04
    opens_with_liked: float = 0.35
    opens_with_dislike: float = 0.5
    indifferent: float = 0.08
    """Does not care about a question that could be answered."""
    asks_back: float = 0.06
    """Wants to know why a question is asked."""
    undo: float = 0.06
    """Takes back what was just said."""
    less: float = 3.0
    """Weights of the reactions to items that are not the target, from here on."""
    more: float = 3.0
    reject: float = 2.0
    reject_all: float = 1.0
    seen: float = 2.0
    why: float = 1.0
    next: float = 1.0


@dataclass(frozen=True)
class Person:
    """Someone with an item in mind."""

    target: Item
    liked: Item | None
    """Something similar that the person begins with."""
    dislikes: tuple[Wish, ...]
    """Values that the target is known not to have."""
    seed: int
    config: PersonConfig = PersonConfig()

    @property
    def wishes(self) -> tuple[tuple[str, str], ...]:
        """(facet, value) pairs of the target that the person may ask for."""
        return wishable(self.target)


@dataclass(frozen=True)
class Record:
    """What a person has said and not taken back: what Parley is held to."""

    dislikes: tuple[Wish, ...] = ()
    seen: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    wishes: frozenset[tuple[str, str]] = frozenset()
    """(facet, value) pairs asked for; a liked item stands under the facet ``title``."""
    preferred: frozenset[tuple[str, str]] = frozenset()
    """Pairs of ids: the target is more like the first than like the second."""

    def disliking(self, *wishes: Wish) -> "Record":
        """Return the record after more dislikes were stated."""
        return replace(self, dislikes=tuple(dict.fromkeys((*self.dislikes, *wishes))))

    def wishing(self, *pairs: tuple[str, str]) -> "Record":
        """Return the record after more values were asked for."""
        return replace(self, wishes=self.wishes | set(pairs))

    def preferring(self, better: str, worse: str) -> "Record":
        """Return the record after an item was found nearer to the target than another."""
        return replace(self, preferred=self.preferred | {(better, worse)})

    def adds_to(self, earlier: "Record") -> bool:
        """Tell whether this record holds something that the earlier one does not."""
        return bool(
            set(self.dislikes) - set(earlier.dislikes)
            or self.seen - earlier.seen
            or self.rejected - earlier.rejected
            or self.wishes - earlier.wishes
            or self.preferred - earlier.preferred
        )


class Population:
    """People for one catalogue, each made by a seed."""

    def __init__(self, graph: AttributeGraph, config: PersonConfig = PersonConfig()) -> None:
        """Look for targets among the items of ``graph``: the better known ones have more seekers."""
        self._graph = graph
        self._config = config
        self._targets = [item for item in graph.catalog if wishable(item)]
        if not self._targets:
            raise ValueError(f"no item of catalogue {graph.catalog.name!r} has a facet that people could ask for")
        self._chances = list(accumulate(item.popularity + 0.01 for item in self._targets))
        self._common = {facet: self._common_values(facet) for facet in CRITICISED if facet in graph.catalog.facets}

    def person(self, seed: int) -> Person:
        """Return the person of a seed; equal seeds give equal people."""
        rng = random.Random(seed)
        target = rng.choices(self._targets, cum_weights=self._chances)[0]
        liked = self._similar(target, rng) if rng.random() < self._config.opens_with_liked else None
        return Person(target, liked, self._dislikes(target, rng), seed, self._config)

    def _common_values(self, facet: str) -> tuple[list[str], list[int]]:
        known = sum(facet in item.facets for item in self._graph.catalog)
        counts = self._graph.catalog.values(facet)
        values = [value for value, count in counts.items() if count >= _COMMON * known and clear(facet, value)]
        return values, [counts[value] for value in values]

    def _similar(self, target: Item, rng: random.Random) -> Item:
        near = self._graph.likeness(target.id) * (0.2 + self._graph.popularity)
        near[self._graph.catalog.position(target.id)] = -1.0
        return self._graph.catalog.items[int(rng.choice(np.argsort(-near, kind="stable")[:_SIMILAR].tolist()))]

    def _dislikes(self, target: Item, rng: random.Random) -> tuple[Wish, ...]:
        """Return up to three common values that the target is known not to have."""
        facets = [facet for facet in self._common if facet in target.facets and self._common[facet][0]]
        found: list[Wish] = []
        for facet in rng.choices(facets, k=3) if facets else []:
            values, counts = self._common[facet]
            value = rng.choices(values, counts)[0]
            if value not in target.facets[facet]:
                found.append(Wish(facet, (value,)))
        return tuple(dict.fromkeys(found))


def clear(facet: str, value: str) -> bool:
    """Tell whether people can name a value in a critique: "no 1980s" is not about a theme."""
    return facet in CRITICISED and not value[:1].isdigit()


def wishable(item: Item) -> tuple[tuple[str, str], ...]:
    """Return the (facet, value) pairs of an item that people would ask for, the first three of each facet."""
    return tuple(
        (facet, value)
        for facet, values in item.facets.items()
        if facet not in (*_NEVER_WISHED, TITLE)
        for value in values[:3]
        if facet not in CRITICISED or clear(facet, value)
    )
