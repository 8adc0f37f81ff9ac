"""Walk the graph from what was said to what fits: a posterior over items, and the paths behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from catalog.items import TITLE, parse_bound
from graph.attributes import AttributeGraph
from graph.build import ItemNode, Node, ValueNode
from graph.evidence import Evidence, Wish
from graph.person import PersonPrior
from graph.questions import Question, comparison

_About = Wish | str | tuple[str, ...]
_Parts = dict[tuple[str, _About], np.ndarray]
"""Log-likelihoods of the items, (items,), by kind of evidence and what it is about."""
_RAREST = 0.01
"""A wish that fewer items fulfil than this share is as telling as one of this share."""
_TINY = 1e-300


@dataclass(frozen=True)
class WalkConfig:
    """How strongly each kind of evidence moves the posterior."""

    fame: float = 5.0
    """Log-odds between the best known and an unknown item before anything is said."""
    slip: float = 0.02
    """The chance that someone who states a wish wants an item that does not fulfil it, for a wish that
    every item fulfils; in proportion less for rarer ones, which nobody states by accident."""
    slip_of_bounds: float = 0.002
    """The same for a bound on a number, which hardly anyone states who does not mean it."""
    likeness_floor: float = 0.02
    """Likelihood of an item wholly unlike a liked one, where the most alike has 1."""
    dislike: float = 0.7
    """How much of the likelihood an item loses that is most alike to a disliked one."""
    likeness_power: float = 3.0
    """Likelihood of an item grows with this power of its likeness to a liked one."""
    refusal: float = 0.3
    """How much of the likelihood an item loses that is most alike to one that was shown and not wanted."""
    refusals: int = 6
    """Only the last so many of those count."""
    taste: float = 0.5
    """How much of the taste that a person's history shows counts today: they came with a wish."""
    remembered: int = 10
    """Only the last so many items of a person's history count: more of them told no more of MovieLens users."""
    guess_trust: float = 0.3
    """How far a guessed facet counts for a wish: never as much as a known one."""


@dataclass(frozen=True)
class Posterior:
    """How probable it is of each item that it is the one: (items,), summing to 1, or all 0 when nothing fits."""

    probabilities: np.ndarray

    @cached_property
    def possible(self) -> int:
        """How many items are possible at all."""
        return int(np.count_nonzero(self.probabilities))

    def top(self, most: int) -> np.ndarray:
        """Return the positions of at most so many possible items, most probable first; ties in catalogue order.

        Takes time linear in the number of items.
        """
        rows = np.flatnonzero(self.probabilities)
        mass = self.probabilities[rows]
        if most < len(rows):
            least = np.partition(mass, len(rows) - most)[len(rows) - most]
            above, ties = np.flatnonzero(mass > least), np.flatnonzero(mass == least)
            kept = np.sort(np.concatenate([above, ties[: most - len(above)]]))
            rows, mass = rows[kept], mass[kept]
        return np.asarray(rows[np.argsort(-mass, kind="stable")])

    @cached_property
    def entropy(self) -> float:
        """Uncertainty in bits."""
        mass = self.probabilities[self.probabilities > 0]
        return float(-(mass * np.log2(mass)).sum())

    def fused(self, apart: "Posterior", share: float, bonus: np.ndarray) -> "Posterior":
        """Return the posterior after other evidence, ``bonus``, part of which this one holds already.

        ``apart`` is this posterior without that part, of whose log-likelihood ``share`` is left. Everything is (items,)
        in natural logarithms; what this posterior rules out stays so.
        """
        left = self.probabilities > 0
        logits = np.full(len(left), -np.inf)
        own, other = np.log(self.probabilities[left]), np.log(np.maximum(apart.probabilities[left], _TINY))
        logits[left] = share * own + (1 - share) * other + bonus[left]
        mass = np.exp(logits - logits.max(initial=-np.inf)) if left.any() else np.zeros(len(left))
        return Posterior(mass / mass.sum() if left.any() else mass)

    def answered(self, likelihood: np.ndarray) -> "Posterior":
        """Return the posterior after an answer that is as likely as this for each item, (items,)."""
        mass = self.probabilities * likelihood
        return Posterior(mass / total if (total := mass.sum()) > 0 else mass)

    def without(self, positions: np.ndarray) -> "Posterior":
        """Return the posterior once the items at these positions are known not to be the one."""
        kept = np.ones(len(self.probabilities))
        kept[positions] = 0.0
        return self.answered(kept)

    def breadth(self, share: float = 0.95) -> int:
        """Return how many items, most probable first, hold ``share`` of the posterior."""
        ranked = np.cumsum(np.sort(self.probabilities)[::-1])
        return min(int(np.searchsorted(ranked, share)) + 1, self.possible)


@dataclass(frozen=True)
class Path:
    """A walk from the person to an item, or on to a value that is asked about; every step is an edge of the graph.

    The first node is something the person stated (a value) or liked (an item), or else the candidate itself.
    """

    nodes: tuple[Node, ...]
    weight: float
    """By how much (natural log) this evidence raised the item over the average candidate, or, on the way to a question,
    by how much that answer would move the posterior."""
    via: str = ""
    """Said of a walk through people instead of its user nodes: ``12 people liked both``."""


def posterior(graph: AttributeGraph, evidence: Evidence, config: WalkConfig = WalkConfig()) -> Posterior:
    """Return the posterior over items: the prior, of fame and past taste, times the likelihood of what was said."""
    logits = config.fame * graph.popularity
    for part in _likelihoods(graph, evidence, config).values():
        logits = logits + part
    for item_id in (*evidence.excluded, *evidence.liked, *evidence.disliked, *evidence.history):
        logits[graph.catalog.position(item_id)] = -np.inf
    top = logits.max(initial=-np.inf)
    if not np.isfinite(top):
        return Posterior(np.zeros(len(graph.catalog)))
    mass = np.exp(logits - top)
    return Posterior(mass / mass.sum())


@lru_cache(maxsize=4)
def person_prior(graph: AttributeGraph) -> PersonPrior:
    """Return the prior over a graph's items for people with a history; it is made once a graph."""
    return PersonPrior(graph)


def _likelihoods(graph: AttributeGraph, evidence: Evidence, config: WalkConfig) -> _Parts:
    parts: _Parts = {}
    for wish in evidence.wanted:
        parts["wanted", wish] = _wanted(graph, wish, config)
    for wish in evidence.unwanted:
        with np.errstate(divide="ignore"):
            parts["unwanted", wish] = np.log1p(-graph.chance(wish))
    for item_id in evidence.liked:
        parts["liked", item_id] = _alike(graph, item_id, config)
    for item_id in evidence.disliked:
        parts["disliked", item_id] = np.log1p(-config.dislike * graph.likeness(item_id))
    if past := evidence.history[-config.remembered :]:
        parts["history", past] = config.taste * person_prior(graph).taste(past)
    for item_id in evidence.rejected[-config.refusals :]:
        parts["rejected", item_id] = np.log1p(-config.refusal * graph.likeness(item_id))
    everything = np.arange(len(graph.catalog))
    for pair in evidence.preferred:
        parts["preferred", pair] = np.log(comparison(graph, Question(TITLE, pair), everything)[:, 0])
    return parts


def _wanted(graph: AttributeGraph, wish: Wish, config: WalkConfig) -> np.ndarray:
    chance = graph.chance(wish)
    trusted = np.where(chance < 1, config.guess_trust * chance, chance)
    bound = any(parse_bound(value) for value in wish.values)
    slip = (config.slip_of_bounds if bound else config.slip) * max(float(chance.mean()), _RAREST)
    return np.asarray(np.log(slip + (1 - slip) * trusted))


def _alike(graph: AttributeGraph, item_id: str, config: WalkConfig) -> np.ndarray:
    floor = config.likeness_floor
    return np.asarray(config.likeness_power * np.log(floor + (1 - floor) * graph.likeness(item_id)))


def paths(
    graph: AttributeGraph, evidence: Evidence, item_id: str, config: WalkConfig = WalkConfig()
) -> tuple[Path, ...]:
    """Return the walks from what was said to ``item_id``, the one that moved the posterior most first."""
    return paths_to(graph, evidence, (item_id,), config)[0]


def paths_to(
    graph: AttributeGraph, evidence: Evidence, item_ids: Sequence[str], config: WalkConfig = WalkConfig()
) -> tuple[tuple[Path, ...], ...]:
    """Return ``paths`` for each of several items, at hardly more than the cost of one."""
    parts = _likelihoods(graph, evidence, config)
    means = {about: float(np.where(np.isfinite(part), part, 0.0).mean()) for about, part in parts.items()}
    return tuple(_paths(graph, parts, means, item_id) for item_id in item_ids)


def _paths(
    graph: AttributeGraph,
    parts: _Parts,
    means: Mapping[tuple[str, _About], float],
    item_id: str,
) -> tuple[Path, ...]:
    position = graph.catalog.position(item_id)
    found: list[Path] = []
    for (kind, about), part in parts.items():
        here = float(part[position])
        weight = (here if np.isfinite(here) else 0.0) - means[kind, about]
        if kind == "wanted" and isinstance(about, Wish):
            found += _stated(graph, about, item_id, weight)
        elif kind == "liked" and isinstance(about, str):
            found += _from_liked(graph, about, item_id, weight)
        elif kind == "preferred" and isinstance(about, tuple) and about[0] != item_id:
            found += _from_liked(graph, about[0], item_id, weight)
        elif kind == "history" and isinstance(about, tuple):
            for past, share in person_prior(graph).shares(about, position).items():
                found += _from_liked(graph, past, item_id, weight * share)
    return tuple(sorted(found, key=lambda path: -path.weight))


def _stated(graph: AttributeGraph, wish: Wish, item_id: str, weight: float) -> list[Path]:
    item = graph.catalog[item_id]
    held = [value for value in wish.values if item.has(wish.facet, value)]
    if wish.facet == TITLE:
        return []
    bounds = [value for value in held if parse_bound(value)]
    plain = [value for value in held if value not in bounds]
    end = ItemNode(item_id)
    walks = [Path((ValueNode(wish.facet, value), end), weight) for value in plain]
    return walks + [Path((end,), weight, f"{wish.facet} {value}") for value in bounds]


def _from_liked(graph: AttributeGraph, liked: str, item_id: str, weight: float) -> list[Path]:
    start, end = ItemNode(liked), ItemNode(item_id)
    shares = graph.shared(liked, item_id)
    total = sum(shares.values()) or 1.0
    ranked = sorted(shares, key=lambda node: (-shares[node], node.facet, node.value))
    walks = [Path((start, node, end), weight * shares[node] / total) for node in ranked]
    if people := graph.co_likers(liked, item_id):
        via = f"{people} {'person' if people == 1 else 'people'} liked both"
        walks.append(Path((start, end), weight / (1 + len(walks)), via))
    return walks
