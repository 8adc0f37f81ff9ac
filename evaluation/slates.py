"""Metrics of what was shown: one dialogue in, one number out; None where there is nothing to judge."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
from scipy import stats

from catalog.items import Catalog, Item
from evaluation.ranking_metrics import ndcg, recall, reciprocal_rank
from evaluation.transcripts import Dialogue, Exchange, recommended
from graph.attributes import AttributeGraph


def slates(dialogue: Dialogue) -> list[tuple[str, ...]]:
    """Return the ids of each recommendation, in the order of the dialogue, best first."""
    return [slate for turn in dialogue.turns if (slate := recommended(turn.action))]


def known(turn: Exchange, catalog: Catalog) -> list[Item]:
    """Return the recommended items of a turn that the catalogue holds."""
    return [catalog[item_id] for item_id in recommended(turn.action) if item_id in catalog]


def ranking(dialogue: Dialogue) -> tuple[str, ...]:
    """Return the ids that were shown, each once, in the order in which they were."""
    return tuple(dict.fromkeys(item_id for slate in slates(dialogue) for item_id in slate))


def recall_shown(dialogue: Dialogue, k: int = 10) -> float | None:
    """Return the share of the wanted items among the first ``k`` that were shown."""
    return recall(ranking(dialogue), dialogue.wanted, k) if dialogue.wanted else None


def ndcg_shown(dialogue: Dialogue, k: int = 10) -> float | None:
    """Return the NDCG of the order in which items were shown; every wanted one is worth the same."""
    return ndcg(ranking(dialogue), dict.fromkeys(dialogue.wanted, 1), k) if dialogue.wanted else None


def mrr_shown(dialogue: Dialogue, k: int = 10) -> float | None:
    """Return one over the 1-based place at which the first wanted item was shown; 0 after the first ``k``."""
    return reciprocal_rank(ranking(dialogue), dialogue.wanted, k) if dialogue.wanted else None


def reshown(dialogue: Dialogue) -> float | None:
    """Return the share of recommended items that had been shown before, whatever was said of them."""
    count = sum(map(len, slates(dialogue)))
    return 1 - len(ranking(dialogue)) / count if count else None


def satisfaction(dialogue: Dialogue, catalog: Catalog) -> float | None:
    """Return the share of the items shown while something was demanded that fulfil all of it.

    Every condition must be known to hold; no dislike may be. Items that the catalogue does not hold fulfil nothing.
    """
    bound = [turn for turn in dialogue.turns if turn.record.required or turn.record.dislikes]
    count = sum(len(recommended(turn.action)) for turn in bound)
    kept = sum(_fulfils(item, turn) for turn in bound for item in known(turn, catalog))
    return kept / count if count else None


def _fulfils(item: Item, turn: Exchange) -> bool:
    record = turn.record
    return all(wish.holds_for(item) for wish in record.required) and not any(
        wish.holds_for(item) for wish in record.dislikes
    )


def coverage(dialogue: Dialogue, catalog: Catalog) -> float | None:
    """Return the share of the weight of what the person likes that the taken item has.

    Of someone who took nothing, that of the item of the last slate that has most of it; 0 if nothing was shown.
    """
    liked = [preference for preference in dialogue.preferences if preference.weight > 0]
    if not liked:
        return None
    shown = slates(dialogue)
    last = (dialogue.taken,) if dialogue.taken is not None else shown[-1] if shown else ()
    met = [
        sum(preference.weight for preference in liked if catalog[item_id].has(preference.facet, preference.value))
        for item_id in last
        if item_id in catalog
    ]
    return max(met, default=0.0) / sum(preference.weight for preference in liked)


def diversity(dialogue: Dialogue, graph: AttributeGraph) -> float | None:
    """Return the mean, over slates of two or more items, of the mean of 1 - cosine of the profiles of two of them."""
    found = []
    for turn in dialogue.turns:
        rows = [graph.catalog.position(item.id) for item in known(turn, graph.catalog)]
        if len(rows) > 1:
            alike = (graph.profiles[rows] @ graph.profiles[rows].T).toarray()
            found.append(float(np.mean([1 - alike[pair] for pair in combinations(range(len(rows)), 2)])))
    return float(np.mean(found)) if found else None


class Fame:
    """How well known the items of a catalogue are, by popularity and by ratings."""

    def __init__(self, catalog: Catalog) -> None:
        """Rank the items of ``catalog`` and count who rated them."""
        self._catalog = catalog
        popularity = np.array([item.popularity for item in catalog])
        self._percentiles = (stats.rankdata(popularity) - 0.5) / max(len(catalog), 1)
        rated = catalog.ratings[["user", "item"]].drop_duplicates()
        raters = rated["item"].value_counts()
        self._everyone = int(rated["user"].nunique())
        counts = np.array([raters.get(item.id, 0) for item in catalog])
        # Someone who rated everything is added, so that an item without ratings has finite news.
        self._news = -np.log2((counts + 1) / (self._everyone + 1))

    def percentile(self, dialogue: Dialogue) -> float | None:
        """Return the mean share of the catalogue that is less popular than what is shown, those as popular by half."""
        return self._mean(dialogue, lambda row: float(self._percentiles[row]))

    def novelty(self, dialogue: Dialogue) -> float | None:
        """Return the mean of -log2 of the share of people who rated what is shown; None if nobody rated anything.

        The share is (n + 1) / (people + 1) for n raters: one more counts as having rated everything.
        """
        return self._mean(dialogue, lambda row: float(self._news[row])) if self._everyone else None

    def _mean(self, dialogue: Dialogue, of: Callable[[int], float]) -> float | None:
        shown = [item for turn in dialogue.turns for item in known(turn, self._catalog)]
        return float(np.mean([of(self._catalog.position(item.id)) for item in shown])) if shown else None
