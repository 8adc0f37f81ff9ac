"""Source bias: whether items whose texts were written for the project are shown more than their share.

Neural retrievers have been found to prefer machine-written texts (Dai et al., KDD 2024). Some items carry a layer of
such texts (moods, themes, a description, memories), the others plain facts. Neutral requests name facts that items of
both kinds have. Exposure counts the items that fulfil a request among the first ten, each discounted by the log2 of
its rank; merit is the share of each kind among all that fulfil it. Written items are better known, so that kinds are
also compared within narrow bands of popularity; only where both compete does anything count.

The counterfactual takes the layer away from half of the written items and asks again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from tqdm import tqdm

from catalog.items import Catalog, Item
from evaluation.estimates import Cell, Estimate, Row, ratio
from evaluation.rankers import Ranker

LAYER = ("mood", "theme")
"""Facets that were written with the descriptions."""
_ASKED: Mapping[tuple[str, ...], str] = {
    ("genre", "decade"): "any {0} {noun} from the {1}",
    ("director",): "any {noun} by {0}",
    ("actor",): "any {noun} with {0}",
}
"""Facets that requests name, and in which words."""
WORDINGS: Mapping[str, str] = {
    "short": "{}",
    "long": "My friends and I want to see {}, which one would you choose?",
}
"""Long ones say more than what is linked in them, so that the chat looks at vectors and words too."""
_WIDE, _NARROW = 0.1, 0.02
"""Bands of popularity that are shown, and those within which items are compared."""
_BAND = "popularity"
_FEW = 20
"""Bands in which fewer requests have items of both kinds are not shown."""

Rankers = Callable[[Catalog], Mapping[str, Ranker]]
"""Makes the rankers of a catalogue, by name."""


@dataclass(frozen=True)
class SourceConfig:
    """Which requests are made."""

    slate: int = 10
    least: int = 3
    """A request is neutral if at least this many items of each kind fulfil it, and more than ``slate`` in all."""
    most: int = 100
    """Requests about the same facets; those with the most items of the rarer kind are taken."""


@dataclass(frozen=True)
class Request:
    """Facts that items of both kinds have."""

    words: str
    fulfilling: np.ndarray
    """Positions of the items that have them, ascending."""


@dataclass(frozen=True)
class Balance:
    """What each kind is shown over what it would be shown by merit: 1 is fair."""

    requests: int
    due: float
    """The share of exposure that written items would have by merit."""
    written: Estimate
    plain: Estimate


def written(item: Item) -> bool:
    """Tell whether an item carries the layer."""
    return bool(item.description or item.memories or any(facet in item.facets for facet in LAYER))


def bare(item: Item) -> Item:
    """Return an item without the layer."""
    facts = {facet: values for facet, values in item.facets.items() if facet not in LAYER}
    return replace(item, facets=facts, description="", memories=())


def drawn(item: Item) -> bool:
    """Tell whether an item belongs to the half of the written ones that loses the layer."""
    return written(item) and hashlib.sha256(item.id.encode()).digest()[-1] % 2 == 0


def requests(catalog: Catalog, config: SourceConfig = SourceConfig()) -> tuple[Request, ...]:
    """Return the neutral requests; ValueError if there are none."""
    kind = np.array([written(item) for item in catalog])
    found = tuple(request for facets in _ASKED for request in _about(catalog, facets, kind, config))
    if not found:
        raise ValueError(f"no request of catalogue {catalog.name!r} is fulfilled by items of both kinds")
    return found


def _about(catalog: Catalog, facets: tuple[str, ...], kind: np.ndarray, config: SourceConfig) -> Iterator[Request]:
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, item in enumerate(catalog):
        for values in product(*(item.facets.get(facet, ()) for facet in facets)):
            holders[values].append(place)
    rarer = {values: min(int(kind[places].sum()), int((~kind[places]).sum())) for values, places in holders.items()}
    neutral = [values for values in holders if rarer[values] >= config.least and len(holders[values]) > config.slate]
    for values in sorted(neutral, key=lambda values: (-rarer[values], values))[: config.most]:
        yield Request(_ASKED[facets].format(*values, noun=catalog.noun), np.array(holders[values]))


def exposure(ranker: Ranker, asked: Sequence[Request], wording: str, slate: int) -> np.ndarray:
    """Return how much each item is seen in answer to each request that it fulfils, (requests, items) float32."""
    rows = []
    for request in tqdm(asked, desc=wording, unit="request", disable=None):
        scores = ranker.scores(WORDINGS[wording].format(request.words))
        top = np.argsort(-scores, kind="stable")[:slate]
        seen = np.zeros(len(scores), dtype=np.float32)
        seen[top] = 1.0 / np.log2(np.arange(len(top)) + 2)
        seen[np.setdiff1d(top, request.fulfilling)] = 0.0
        rows.append(seen)
    return np.stack(rows)


def balance(
    shown: np.ndarray, asked: Sequence[Request], kind: np.ndarray, bands: np.ndarray, seed: int
) -> Balance | None:
    """Weigh (requests, items) of exposure against merit; None where items of both kinds never compete.

    ``kind`` says of each item whether it is written, ``bands`` (items,) of int among which it is compared; those below
    0 are left out.
    """
    given, due = np.zeros((len(asked), 2)), np.zeros((len(asked), 2))
    for row, request in enumerate(asked):
        own = bands[request.fulfilling]
        for band in np.unique(own[own >= 0]):
            places = request.fulfilling[own == band]
            parts = (places[kind[places]], places[~kind[places]])
            if all(map(len, parts)):
                given[row] += [shown[row, part].sum(dtype=float) for part in parts]
                due[row] += shown[row, places].sum(dtype=float) * np.array([len(part) / len(places) for part in parts])
    used = due.sum(axis=1) > 0
    if not used.any():
        return None
    share = float(due[:, 0].sum() / due.sum())
    of_written, of_plain = (ratio(given[used, side], due[used, side], seed) for side in (0, 1))
    return Balance(int(used.sum()), share, of_written, of_plain)


def audit(catalog: Catalog, rankers: Rankers, seed: int, config: SourceConfig = SourceConfig()) -> dict[str, list[Row]]:
    """Return two tables by title: the balance of each ranker, and what the layer itself is worth."""
    asked = requests(catalog, config)
    kind = np.array([written(item) for item in catalog])
    changed = replace(catalog, items=tuple(bare(item) if drawn(item) else item for item in catalog))
    before, after = (_exposures(rankers(one), asked, config.slate) for one in (catalog, changed))
    balances: list[Row] = [
        _balance_row(name, among, found)
        for name, shown in before.items()
        for among, bands in _comparisons(catalog).items()
        if (found := balance(shown, asked, kind, bands, seed)) is not None
        and (found.requests >= _FEW or not among.startswith(_BAND))
    ]
    lost = np.array([drawn(item) for item in catalog])
    groups = {"written, layer taken away": lost, "written, layer kept": kind & ~lost, "plain": ~kind}
    effects: list[Row] = [
        {"ranker": name, "items": f"{group} ({int(mask.sum())})"} | _effect(shown, after[name], asked, mask, seed)
        for name, shown in before.items()
        for group, mask in groups.items()
        if shown[:, mask].any()
    ]
    return {"exposure over merit": balances, "exposure once half of the written items have lost the layer": effects}


def _exposures(rankers: Mapping[str, Ranker], asked: Sequence[Request], slate: int) -> dict[str, np.ndarray]:
    return {
        f"{name}, {wording} requests": exposure(ranker, asked, wording, slate)
        for name, ranker in rankers.items()
        for wording in WORDINGS
    }


def _comparisons(catalog: Catalog) -> dict[str, np.ndarray]:
    """Return the bands of each comparison, by what it is among."""
    popularity = np.array([item.popularity for item in catalog])
    wide, narrow = (np.floor(popularity / width + 1e-9).astype(int) for width in (_WIDE, _NARROW))
    found = {"all": np.zeros(len(catalog), dtype=int), "equally popular": narrow}
    for band in np.unique(wide):
        low, high = band * _WIDE, (band + 1) * _WIDE
        found[f"{_BAND} {low:.1f} to {high:.1f}"] = np.where(wide == band, narrow, -1)
    return found


def _balance_row(ranker: str, among: str, found: Balance) -> Row:
    return {
        "ranker": ranker,
        "items": among,
        "n requests": found.requests,
        "merit of written": found.due,
        "written: exposure / merit": found.written,
        "plain: exposure / merit": found.plain,
    }


def _effect(
    before: np.ndarray, after: np.ndarray, asked: Sequence[Request], mask: np.ndarray, seed: int
) -> dict[str, Cell]:
    """Return what the items of ``mask`` (items,) have of two exposures (requests, items), and what merit gives them."""
    was, became = (shown[:, mask].sum(axis=1, dtype=float) for shown in (before, after))
    due = before.sum(axis=1, dtype=float) @ np.array([mask[request.fulfilling].mean() for request in asked])
    return {
        "n requests": int(np.count_nonzero(was)),
        "by merit": round(float(due)),
        "before": round(float(was.sum())),
        "after": round(float(became.sum())),
        "after / before": ratio(became, was, seed),
    }
