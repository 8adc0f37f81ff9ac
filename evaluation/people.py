"""Simulated people: an item in mind, things they cannot stand, and a way to behave."""

import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz

from catalog.items import TITLE, Item
from graph.attributes import AttributeGraph
from graph.evidence import Wish

_COMMON = 0.005
"""Dislikes are about values that at least this share of the items has of which the facet is known."""
CRITICISED = ("genre", "mood", "theme")
"""Facets about which people have dislikes and critiques, where a catalogue has them."""
_NEVER_WISHED = ("runtime", "writer")
_SIMILAR = 8
_NEARLY = 85.0
"""Titles that are so alike, in percent, are taken for each other."""


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
    noise: float = 0.0
    """Answers a question wrongly."""
    less: float = 3.0
    """Weights of the reactions to items that are not the target, from here on."""
    more: float = 3.0
    reject: float = 2.0
    reject_all: float = 1.0
    seen: float = 2.0
    why: float = 1.0
    next: float = 1.0


@dataclass(frozen=True)
class Preference:
    """A value that a person likes to see in an item, or not."""

    facet: str
    value: str
    weight: float
    """How much it matters; below 0 for what they do not like."""


@dataclass(frozen=True)
class Slip:
    """Something said early on that is not so."""

    facet: str
    value: str
    wished: bool
    """Asked for although the target has it not; otherwise refused although the target has it."""


@dataclass(frozen=True)
class Step:
    """One step of a script: words, and what they say."""

    words: str
    likes: tuple[Wish, ...] = ()
    required: tuple[Wish, ...] = ()
    dislikes: tuple[Wish, ...] = ()

    def holds_for(self, item: Item) -> bool:
        """Tell whether an item is known to be all that was asked for and not to be what was refused."""
        asked = (wish for wish in (*self.likes, *self.required) if wish.facet != TITLE)
        return all(wish.holds_for(item) for wish in asked) and not any(wish.holds_for(item) for wish in self.dislikes)


@dataclass(frozen=True)
class Person:
    """Someone with an item in mind."""

    target: Item
    """What they look for; of several items that would do, the one they would like best."""
    liked: Item | None
    """Something that the person begins with."""
    dislikes: tuple[Wish, ...]
    """Values that none of the items which they would take is known to have."""
    seed: int
    config: PersonConfig = PersonConfig()
    also: tuple[str, ...] = ()
    """Ids of other items that would do as well."""
    known: frozenset[str] = frozenset()
    """Ids of items that they have seen before, as far as that is told of them."""
    asks: tuple[tuple[str, str], ...] = ()
    """(facet, value) pairs that they may ask for, the most important first; empty: those of the target."""
    tastes: tuple[Preference, ...] = ()
    """What they like and do not like, the most important first; those who look for one item have none."""
    utilities: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)
    """By id, how much they would like each item, for those with tastes."""
    slip: Slip | None = None
    script: tuple[Step, ...] = ()
    opening: str = ""
    """Their first words; empty: from phrasings."""
    later: tuple["Person", ...] = ()
    """Who they are each time they come back after taking something."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Kinds of people and items that they belong to."""

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Ids of the items that they would take, in alphabetical order."""
        return tuple(sorted({self.target.id, *self.also}))

    @cached_property
    def spared(self) -> frozenset[str]:
        """Ids of the items that they will not turn down: what they would take now or when they come back."""
        return frozenset(self.wanted).union(*(person.wanted for person in self.later))

    @property
    def wishes(self) -> tuple[tuple[str, str], ...]:
        """(facet, value) pairs that the person may ask for; none that gives the target away."""
        pairs = self.asks or wishable(self.target)
        return tuple(pair for pair in pairs if not gives_away(pair[1], self.target.title))


@dataclass(frozen=True)
class Record:
    """What a person has said and not taken back: what a system is held to."""

    dislikes: tuple[Wish, ...] = ()
    required: tuple[Wish, ...] = ()
    """Wishes said to be conditions: whatever is recommended must fulfil them."""
    seen: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    wishes: frozenset[tuple[str, str]] = frozenset()
    """(facet, value) pairs asked for; a liked item stands under the facet ``title``."""
    preferred: frozenset[tuple[str, str]] = frozenset()
    """Pairs of ids: the target is more like the first than like the second."""

    def disliking(self, *wishes: Wish) -> "Record":
        """Return the record after more dislikes were stated; who dislikes a value asks for it no longer."""
        refused = {(wish.facet, value) for wish in wishes for value in wish.values}
        dislikes = tuple(dict.fromkeys((*self.dislikes, *wishes)))
        return replace(self, dislikes=dislikes, wishes=self.wishes - refused)

    def wishing(self, *pairs: tuple[str, str]) -> "Record":
        """Return the record after more values were asked for; who asks for a value dislikes it no longer."""
        return replace(self.without(*pairs), wishes=self.wishes | set(pairs))

    def requiring(self, *wishes: Wish) -> "Record":
        """Return the record after more conditions were stated."""
        return replace(self, required=tuple(dict.fromkeys((*self.required, *wishes))))

    def without(self, *pairs: tuple[str, str]) -> "Record":
        """Return the record after all that was said of a few values was taken back."""
        kept = []
        for wish in self.dislikes:
            rest = tuple(value for value in wish.values if (wish.facet, value) not in pairs)
            kept += [replace(wish, values=rest)] if rest else []
        return replace(self, dislikes=tuple(kept), wishes=self.wishes - set(pairs))

    def marking(self, *item_ids: str, seen: bool = False) -> "Record":
        """Return the record after items were turned down, or were said to have been seen."""
        if seen:
            return replace(self, seen=self.seen.union(item_ids))
        return replace(self, rejected=self.rejected.union(item_ids))

    def afresh(self, taken: str) -> "Record":
        """Return the record with which someone comes back: what was shown, and taken or turned down, stays known."""
        return Record(seen=self.seen | self.rejected | {taken})

    def preferring(self, better: str, worse: str) -> "Record":
        """Return the record after an item was found nearer to the target than another."""
        return replace(self, preferred=self.preferred | {(better, worse)})

    def adds_to(self, earlier: "Record") -> bool:
        """Tell whether this record holds something that the earlier one does not."""
        return bool(
            set(self.dislikes) - set(earlier.dislikes)
            or set(self.required) - set(earlier.required)
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
        self.targets = tuple(item for item in graph.catalog if wishable(item))
        """What people look for: items with a facet that can be asked for."""
        if not self.targets:
            raise ValueError(f"no item of catalogue {graph.catalog.name!r} has a facet that people could ask for")
        self._common = {facet: self._common_values(facet) for facet in CRITICISED if facet in graph.catalog.facets}

    def person(self, seed: int) -> Person:
        """Return the person of a seed; equal seeds give equal people."""
        rng = random.Random(seed)
        return self.seeker(drawn(self.targets, rng), seed, rng)

    def seeker(self, target: Item, seed: int, rng: random.Random) -> Person:
        """Return someone who looks for an item."""
        liked = self.similar(target, rng) if rng.random() < self._config.opens_with_liked else None
        return Person(target, liked, self.lacking(target, rng), seed, self._config)

    def _common_values(self, facet: str) -> tuple[list[str], list[int]]:
        known = sum(facet in item.facets for item in self._graph.catalog)
        counts = self._graph.catalog.values(facet)
        values = [value for value, count in counts.items() if count >= _COMMON * known and clear(facet, value)]
        return values, [counts[value] for value in values]

    def similar(self, target: Item, rng: random.Random, among: int = _SIMILAR) -> Item | None:
        """Return one of the well known items that are most like another, and whose title does not give it away."""
        near = self._graph.likeness(target.id) * (0.2 + self._graph.popularity)
        near[self._graph.catalog.position(target.id)] = -1.0
        items = (self._graph.catalog.items[place] for place in np.argsort(-near, kind="stable")[:among])
        fitting = [item for item in items if item != target and not gives_away(item.title, target.title)]
        return rng.choice(fitting) if fitting else None

    def lacking(self, target: Item, rng: random.Random) -> tuple[Wish, ...]:
        """Return up to three common values that an item is known not to have."""
        facets = [facet for facet in self._common if facet in target.facets and self._common[facet][0]]
        found: list[Wish] = []
        for facet in rng.choices(facets, k=3) if facets else []:
            values, counts = self._common[facet]
            value = rng.choices(values, counts)[0]
            if value not in target.facets[facet] and not gives_away(value, target.title):
                found.append(Wish(facet, (value,)))
        return tuple(dict.fromkeys(found))


def drawn(items: Sequence[Item], rng: random.Random) -> Item:
    """Return one of a few items by chance: the better known, the likelier."""
    return rng.choices(items, [item.popularity + 0.01 for item in items])[0]


def fulfilling(
    items: Iterable[Item], pairs: Collection[tuple[str, str]], dislikes: Collection[Wish]
) -> tuple[str, ...]:
    """Return the ids of the items that have all the values and are not known to have what is disliked."""
    return tuple(
        item.id
        for item in items
        if all(item.has(*pair) for pair in pairs) and not any(wish.holds_for(item) for wish in dislikes)
    )


def gives_away(words: str, title: str) -> bool:
    """Tell whether words are as good as a title: they hold it, are much of it, or are nearly the same."""
    said, name = _bare(words), _bare(title)
    if not said or not name:
        return False
    held = f" {name} " in f" {said} "
    short = f" {said} " in f" {name} " and 2 * len(said) >= len(name)
    return held or short or fuzz.ratio(said, name) >= _NEARLY


def _bare(title: str) -> str:
    words = re.findall(r"\w+", title.casefold())
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


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
