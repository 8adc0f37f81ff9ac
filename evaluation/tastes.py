"""Tastes: what someone likes who has no single item in mind, learnt from a few items that they liked."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.items import Item
from evaluation.people import CRITICISED, Preference, clear, gives_away
from graph.attributes import AttributeGraph
from graph.build import ValueNode
from graph.evidence import Wish

_TASTED = ("genre", "mood", "theme", "director", "actor", "decade")
"""Facets in which people have tastes, where a catalogue has them."""
_NAMES = ("director", "actor")
_KNOWN_BY = 2
"""People like a name that so many of the items they liked have in common."""
_KEPT = 24
"""Values that matter most to someone, on either side."""
_COMPARED = 20
"""Liked items, drawn by chance, that others are compared with."""
_COMMON = 0.02
"""Someone dislikes values that at least this share of the items has and none of those they liked."""
_GOOD_ENOUGH = 0.02
"""Share of the items known to at least a few people that someone would take."""
_WEIGHT_OF_DISLIKE = -1.0


@dataclass(frozen=True)
class Taste:
    """What someone likes, dislikes and would take."""

    preferences: tuple[Preference, ...]
    """The most important first."""
    dislikes: tuple[Wish, ...]
    wanted: tuple[str, ...]
    """Ids of the items that are good enough, best first."""
    utilities: Mapping[str, float]
    """By id, how much each item would be liked."""


def taste(
    graph: AttributeGraph,
    liked: Sequence[str],
    target: Item,
    rng: random.Random,
    known: Collection[str] = (),
    dislikes: Sequence[Wish] | None = None,
) -> Taste:
    """Learn the taste of someone who liked a few items and would like ``target``.

    They take nothing that they ``known``, the liked ones included, and nothing that has what they dislike; unless
    ``dislikes`` says what that is, it is common and none of what they like has it.
    """
    weights = _weights(graph, liked)
    if dislikes is None:
        dislikes = _missed(graph, weights, [graph.catalog[item_id] for item_id in liked], target, rng)
    for wish in dislikes:
        weights |= {(wish.facet, value): _WEIGHT_OF_DISLIKE for value in wish.values}
    utility = _utility(graph, weights, liked, rng)
    wanted = _good_enough(graph, utility, {*known, *liked} - {target.id}, dislikes)
    preferences = sorted(
        (Preference(facet, value, round(weight, 4)) for (facet, value), weight in weights.items()),
        key=lambda preference: (-abs(preference.weight), preference.facet, preference.value),
    )
    utilities = dict(zip((item.id for item in graph.catalog), utility.tolist(), strict=True))
    ids = tuple(dict.fromkeys((*wanted, target.id)))
    return Taste(tuple(preferences[:_KEPT]), tuple(dislikes), ids, utilities)


def strong(preferences: Sequence[Preference], least: float = 0.15) -> tuple[tuple[str, str], ...]:
    """Return the (facet, value) pairs that someone likes so much that they would ask for them, best first."""
    return tuple(
        (each.facet, each.value)
        for each in preferences
        if each.weight >= least and (each.facet not in CRITICISED or clear(each.facet, each.value))
    )


def _weights(graph: AttributeGraph, liked: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return by how much more often the liked items have each value than the items at large; shares of 1."""
    rows = [graph.catalog.position(item_id) for item_id in liked]
    found = {}
    for facet in _TASTED:
        if facet not in graph.blocks:
            continue
        block, known = graph.blocks[facet], graph.known[facet]
        usual = np.asarray(block.sum(axis=0)).ravel() / max(int(known.sum()), 1)
        if not known[rows].any():
            continue
        counts = np.asarray(block[rows].sum(axis=0)).ravel()
        if facet in _NAMES:
            counts[counts < _KNOWN_BY] = 0
        theirs = counts / int(known[rows].sum())
        for place in np.flatnonzero((theirs > 0) | (usual >= _COMMON)):
            node = graph.values[graph.facet_columns[facet][place]]
            found[facet, node.value] = float(theirs[place] - usual[place])
    return found


def _missed(
    graph: AttributeGraph,
    weights: Mapping[tuple[str, str], float],
    liked: Sequence[Item],
    target: Item,
    rng: random.Random,
) -> tuple[Wish, ...]:
    """Draw up to three common values that nothing liked has, nor the target; the commoner, the likelier."""
    absent = [
        (pair, -weight)
        for pair, weight in weights.items()
        if weight < 0
        and clear(*pair)
        and not gives_away(pair[1], target.title)
        and not any(item.has(*pair) for item in (*liked, target))
    ]
    if not absent:
        return ()
    drawn = rng.choices([pair for pair, _ in absent], [weight for _, weight in absent], k=3)
    return tuple(dict.fromkeys(Wish(facet, (value,)) for facet, value in drawn))


def _utility(
    graph: AttributeGraph, weights: Mapping[tuple[str, str], float], liked: Sequence[str], rng: random.Random
) -> np.ndarray:
    """Return how much each item would be liked, (items,): the weights of its values, and its likeness to the liked."""
    by_column = np.zeros(len(graph.values))
    for pair, weight in weights.items():
        column = graph.columns.get(ValueNode(*pair))
        if column is not None:
            by_column[column] = weight
    compared = rng.sample(list(liked), min(len(liked), _COMPARED))
    near = sum((graph.likeness(item_id) for item_id in compared), np.zeros(len(graph.catalog)))
    return np.asarray(graph.incidence @ by_column + near / max(len(compared), 1))


def _good_enough(
    graph: AttributeGraph, utility: np.ndarray, known: Collection[str], dislikes: Sequence[Wish]
) -> tuple[str, ...]:
    """Return the ids of the best items, best first, among those that at least a few people know."""
    heard_of = graph.popularity >= np.median(graph.popularity)
    count = max(1, int(np.ceil(_GOOD_ENOUGH * heard_of.sum())))
    found: list[str] = []
    for place in np.argsort(-utility, kind="stable"):
        item = graph.catalog.items[place]
        if len(found) == count:
            break
        if heard_of[place] and item.id not in known and not any(wish.holds_for(item) for wish in dislikes):
            found.append(item.id)
    return tuple(found)
