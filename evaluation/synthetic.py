"""Catalogues of any size, made up to measure how Parley's time grows: shaped like the films, about nothing."""

from dataclasses import dataclass

import numpy as np

from catalog.items import Catalog, Item
from graph.evidence import Evidence, Wish


@dataclass(frozen=True)
class _Facet:
    """Values of a facet: how many there are, and how many an item has at most."""

    name: str
    values: int
    most: int


def catalogue(size: int, seed: int = 0) -> Catalog:
    """Return a catalogue of ``size`` items with five facets, a year and a length.

    Few values and items are common and most are rare, as Zipf's law has it; people come one to ten items.
    """
    rng = np.random.default_rng(seed)
    facets = (
        _Facet("genre", 20, 3),
        _Facet("mood", 40, 3),
        _Facet("country", 100, 1),
        _Facet("theme", 1000, 5),
        _Facet("person", max(size // 10, 10), 3),
    )
    columns = {facet.name: _drawn(facet, size, rng) for facet in facets}
    years, lengths = rng.integers(1930, 2025, size), rng.integers(60, 200, size)
    popularity = np.sort(1 / (1 + rng.pareto(1.0, size)))[::-1]
    items = tuple(
        Item(
            f"item{row}",
            f"Item {row}",
            int(years[row]),
            {name: values[row] for name, values in columns.items() if values[row]},
            {"length": float(lengths[row])},
            popularity=float(popularity[row]),
        )
        for row in range(size)
    )
    return Catalog(f"synthetic-{size}", items)


def said(catalog: Catalog, rng: np.random.Generator) -> Evidence:
    """Return what someone with a random item in mind may have said after a few turns."""
    target, liked, refused = (catalog.items[place] for place in rng.integers(0, len(catalog), 3))
    pairs = [(facet, value) for facet, values in target.facets.items() for value in values]
    chosen = rng.permutation(len(pairs))[: int(rng.integers(1, 4))]
    return Evidence(
        wanted=tuple(Wish(facet, (value,)) for facet, value in (pairs[place] for place in chosen)),
        liked=(liked.id,) if rng.random() < 0.5 else (),
        rejected=(refused.id,),
        excluded=frozenset({refused.id}),
    )


def _drawn(facet: _Facet, size: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Draw up to ``most`` different values for each item; the more common ones first."""
    ranks = (facet.values ** rng.random((size, facet.most))).astype(int)
    counts = rng.integers(1, facet.most + 1, size)
    names = [f"{facet.name} {number}" for number in range(facet.values + 1)]
    return [
        tuple(names[rank] for rank in sorted(set(row[:count])))
        for row, count in zip(ranks.tolist(), counts.tolist(), strict=True)
    ]
