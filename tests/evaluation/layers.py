"""Films of which every other one has texts that were written for it, and rankers that do or do not care."""

import numpy as np

from catalog.items import Catalog, Item

COUNT = 48


def film(number, popularity=0.5):
    """Return a film; the even ones carry the layer."""
    facets = {"genre": ("Comedy", "Drama"), "decade": ("1990s",), "director": (f"Director {number % 3}",)}
    title = f"Film {number}"
    if number % 2:
        return Item(f"f{number:02}", title, 1995, facets, popularity=popularity)
    told = "Some people go through a lot of things together."
    facets |= {"mood": ("warm",), "theme": ("friendship",)}
    return Item(f"f{number:02}", title, 1995, facets, {}, told, popularity, ("a long evening",))


def layered():
    """Return films that all fulfil the same requests and are all as well known."""
    return Catalog("layered", tuple(film(number) for number in range(COUNT)), "film")


class ByLength:
    """Prefers long descriptions."""

    def __init__(self, catalog):
        self._lengths = np.array([len(item.description) for item in catalog], dtype=float)

    def scores(self, text):
        return self._lengths


class Fair:
    """Shows both kinds in turn; plain films come first in every other request."""

    def __init__(self, catalog):
        self._rows = np.arange(len(catalog))

    def scores(self, text):
        return -(self._rows ^ ("Drama" in text)).astype(float)


class ByFame:
    """Goes by popularity, and shows the equally popular as a fair one would."""

    def __init__(self, catalog):
        self._fame = np.array([item.popularity for item in catalog])
        self._fair = Fair(catalog)

    def scores(self, text):
        return self._fame + 1e-6 * self._fair.scores(text)
