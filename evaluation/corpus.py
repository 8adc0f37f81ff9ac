"""Numbers that only many dialogues have: how evenly items are shown, how varied the words are, how sure success is.

All dialogues are those of one system.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import comb

import numpy as np

from agent.actions import Recommend
from agent.lexicon import tokenize
from evaluation.metrics import Context, success, turns
from evaluation.slates import known
from evaluation.transcripts import Dialogue

_HEAD = 0.1
"""Share of the catalogue that counts as popular."""
_BINS = 10


@dataclass(frozen=True)
class CorpusMetric:
    """A number of all dialogues together, and how to read it."""

    name: str
    number: Callable[[Sequence[Dialogue], Context], float | None]
    """None: these dialogues do not say."""
    meaning: str
    better: int = 0
    """1 if more is better, -1 if less is, 0 if neither."""
    percent: bool = False
    digits: int = 2
    timing: bool = False
    """Differs between runs with equal dialogues."""


@dataclass(frozen=True)
class Promise:
    """Recommended items of about the same probability: what was promised, and what came true."""

    promised: float
    """Mean probability that the item is the wanted one."""
    wanted: float
    """Share of the items that were."""
    count: int


def exposure(dialogues: Sequence[Dialogue], context: Context) -> np.ndarray:
    """Return how often each item was recommended, (items,) in catalogue order."""
    catalog = context.catalog
    rows = [
        catalog.position(item.id) for dialogue in dialogues for turn in dialogue.turns for item in known(turn, catalog)
    ]
    return np.bincount(rows, minlength=len(catalog)).astype(np.float64)


def gini(counts: np.ndarray) -> float | None:
    """Return how unevenly (items,) counts are spread: 0 if all are equal, near 1 if one item has it all."""
    total, n = counts.sum(), len(counts)
    if not total:
        return None
    return float(2 * (np.arange(1, n + 1) * np.sort(counts)).sum() / (n * total) - (n + 1) / n)


def coverage(dialogues: Sequence[Dialogue], context: Context) -> float:
    """Return the share of the catalogue that was recommended at least once."""
    return float((exposure(dialogues, context) > 0).mean())


def distinct(dialogues: Sequence[Dialogue], n: int) -> float | None:
    """Return how many different runs of ``n`` words the replies hold, as a share of all their runs.

    Words, and not characters; a share of the runs, and not of the replies, so that it is at most 1. It falls with the
    number of dialogues: compare systems on equally many.
    """
    runs: list[tuple[str, ...]] = []
    for dialogue in dialogues:
        for turn in dialogue.turns:
            words = _words(turn.reply)
            runs += zip(*(words[start:] for start in range(n)), strict=False)
    return len(set(runs)) / len(runs) if runs else None


@cache
def _words(reply: str) -> tuple[str, ...]:
    """Return the words of a reply; intervals ask for the same replies again and again."""
    return tuple(token.norm for token in tokenize(reply))


def reliability(dialogues: Sequence[Dialogue], k: int) -> float | None:
    """Return pass^k: the chance that ``k`` dialogues of one scenario all succeed, averaged over scenarios.

    Without bias for ``n`` dialogues of which ``c`` succeed: C(c, k) / C(n, k). Scenarios of fewer than ``k`` dialogues
    say nothing.
    """
    results: dict[str, list[bool]] = defaultdict(list)
    for dialogue in dialogues:
        results[dialogue.scenario].append(dialogue.success)
    chances = [comb(sum(found), k) / comb(len(found), k) for found in results.values() if len(found) >= k]
    return sum(chances) / len(chances) if chances else None


def success_by_turn(dialogues: Sequence[Dialogue], most: int = 0) -> tuple[float, ...]:
    """Return the share of dialogues that succeeded within one turn, two, and so on up to ``most`` or the longest."""
    last = most or max((turns(dialogue) for dialogue in dialogues), default=0)
    return tuple(sum(success(dialogue, turn) for dialogue in dialogues) / len(dialogues) for turn in range(1, last + 1))


def promises(dialogues: Sequence[Dialogue]) -> np.ndarray:
    """Return (picks, 2): the probability given to each recommended item, and whether it was the wanted one.

    Only of people who want a single item, since that is what the probability is of, and of systems that give one.
    """
    pairs = [
        (pick.probability, float(pick.item_id in dialogue.wanted))
        for dialogue in dialogues
        if len(dialogue.wanted) == 1
        for turn in dialogue.turns
        if isinstance(turn.action, Recommend)
        for pick in turn.action.picks
        if pick.probability > 0
    ]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def calibration(dialogues: Sequence[Dialogue], bins: int = _BINS) -> tuple[Promise, ...]:
    """Return what was promised and what came true, in bins of equally many picks, the least probable first."""
    pairs = promises(dialogues)
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    parts = [part for part in np.array_split(ordered, bins) if len(part)]
    return tuple(Promise(float(part[:, 0].mean()), float(part[:, 1].mean()), len(part)) for part in parts)


def calibration_error(dialogues: Sequence[Dialogue]) -> float | None:
    """Return the expected calibration error: how far apart promise and truth are in a bin, weighted by its picks."""
    found = calibration(dialogues)
    total = sum(part.count for part in found)
    return sum(abs(part.promised - part.wanted) * part.count for part in found) / total if total else None


def head_shown(dialogues: Sequence[Dialogue], context: Context) -> float | None:
    """Return the share of the recommended items that are among the most popular tenth of the catalogue."""
    counts = exposure(dialogues, context)
    return float(counts[_head(context)].sum() / counts.sum()) if counts.any() else None


def head_wanted(dialogues: Sequence[Dialogue], context: Context) -> float | None:
    """Return the share of what the people want that is among the most popular tenth; every person counts the same."""
    head = {context.catalog.items[row].id for row in _head(context)}
    shares = [
        sum(item_id in head for item_id in dialogue.wanted) / len(dialogue.wanted)
        for dialogue in dialogues
        if dialogue.wanted
    ]
    return sum(shares) / len(shares) if shares else None


def _head(context: Context) -> np.ndarray:
    size = max(round(_HEAD * len(context.catalog)), 1)
    return np.argsort(-context.graph.popularity, kind="stable")[:size]


def popularity_bias(dialogues: Sequence[Dialogue], context: Context) -> float | None:
    """Return by how much popular items are shown more often than they are wanted, as a difference of shares."""
    shown, wanted = head_shown(dialogues, context), head_wanted(dialogues, context)
    return None if shown is None or wanted is None else shown - wanted


def latency(dialogues: Sequence[Dialogue], percentile: float) -> float | None:
    """Return a percentile of the system's seconds for a turn."""
    seconds = [turn.seconds for dialogue in dialogues for turn in dialogue.turns]
    return float(np.percentile(seconds, percentile)) if seconds else None


def _gini_shown(dialogues: Sequence[Dialogue], context: Context) -> float | None:
    counts = exposure(dialogues, context)
    return gini(counts[counts > 0])


_share = partial(CorpusMetric, percent=True, digits=1)
_timing = partial(CorpusMetric, better=-1, digits=3, timing=True)


def _pass(k: int) -> CorpusMetric:
    return _share(f"pass^{k}", lambda ds, _: reliability(ds, k), f"chance that {k} tries of a scenario all succeed", 1)


CORPUS: tuple[CorpusMetric, ...] = (
    *(_pass(k) for k in (1, 2, 4, 8)),
    CorpusMetric("Gini", lambda ds, c: gini(exposure(ds, c)), "how unevenly the catalogue is shown, 0 to 1", -1),
    CorpusMetric("Gini of shown", _gini_shown, "how unevenly items are shown that are shown at all", -1),
    _share("catalogue coverage", coverage, "share of the catalogue that was shown", 1),
    CorpusMetric(
        "distinct-1", lambda ds, _: distinct(ds, 1), "different words among all words of the replies", 1, digits=3
    ),
    CorpusMetric("distinct-2", lambda ds, _: distinct(ds, 2), "the same for pairs of words", 1, digits=3),
    CorpusMetric("calibration error", lambda ds, _: calibration_error(ds), "promise against truth", -1, digits=3),
    _share("popular shown", head_shown, "share of recommended items among the best known tenth"),
    _share("popular wanted", head_wanted, "share of wanted items among them"),
    _share("popularity bias", popularity_bias, "difference of the two"),
    _timing("latency p50", lambda ds, _: latency(ds, 50), "median seconds for a turn"),
    _timing("latency p95", lambda ds, _: latency(ds, 95), "95th percentile of the seconds for a turn"),
)
