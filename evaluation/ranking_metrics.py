"""Metrics of a ranking: one ranking in, one number out.

A ranking holds each item once, best first; ``gains`` gives the relevant items and how much each is worth.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log2


def ndcg(ranked: Sequence[str], gains: Mapping[str, int], k: int = 10) -> float:
    """Return the gain of the first ``k`` items, a rank's discounted by its log2, as a share of the most possible.

    The most is reached by a ranking that begins with all of ``gains``, the greatest first.
    """
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    return _discounted(gains.get(item_id, 0) for item_id in ranked[:k]) / best


def recall(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Return the share of ``relevant`` among the first ``k`` items; of more than ``k``, that many make 1."""
    return len(set(ranked[:k]).intersection(relevant)) / min(k, len(relevant))


def hit(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Return 1.0 when a relevant item is among the first ``k``, else 0.0."""
    return float(any(item_id in relevant for item_id in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Return 1 / (1-based rank of the first relevant item), or 0.0 when none is among the first ``k``; its mean is MRR.

    A later relevant item changes nothing.
    """
    return next((1 / rank for rank, item_id in enumerate(ranked[:k], 1) if item_id in relevant), 0.0)


def _discounted(gains: Iterable[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
