"""Items and the catalogue that holds them.

An item is anything that can be recommended: an id, a title, facets ("genre" -> ("Comedy",)) and
numbers ("runtime" -> 96.0). A catalogue is an ordered, immutable set of items with the ratings
people gave them.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from catalog.storage import fresh_folder

TITLE = "title"
"""The facet name under which items themselves are liked or disliked; its values are item ids."""

YEAR = "year"
RATING_COLUMNS = ("user", "item", "rating", "seconds")
_FORMAT = 3
_BOUND = re.compile(r"(<=|>=)(-?\d+(?:\.\d+)?)")


class UnknownItemError(KeyError):
    """An id that the catalogue does not hold."""

    def __str__(self) -> str:
        """Return the message without the quotes that KeyError puts around it."""
        return str(self.args[0])


class ItemError(ValueError):
    """An item that a catalogue cannot take."""


@dataclass(frozen=True)
class Item:
    """Something that can be recommended."""

    id: str
    title: str
    year: int | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facet name to values, most characteristic first."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Quantities by name in their usual unit: runtime in minutes, price in the shop's currency."""
    description: str = ""
    popularity: float = 0.0
    """Between 0 (unknown) and 1 (the best known of its catalogue)."""
    memories: tuple[str, ...] = ()
    """What people remember of it, and how it feels. Search alone reads these: they are never
    shown, since they may give things away."""

    @property
    def label(self) -> str:
        """Return the title with its year, as in ``Heat (1995)``."""
        return f"{self.title} ({self.year})" if self.year else self.title

    def number(self, name: str) -> float | None:
        """Return a quantity by name; ``year`` counts as one."""
        return self.year if name == YEAR else self.numbers.get(name)

    def has(self, facet: str, value: str) -> bool:
        """Tell whether ``value`` holds: a facet value, this item's id under ``title``, or a bound.

        A bound is written ``<=95`` or ``>=2000`` and compares the number of the same name. An item
        whose number is unknown satisfies no bound.
        """
        if facet == TITLE:
            return value == self.id
        bound = parse_bound(value)
        if bound is None:
            return value in self.facets.get(facet, ())
        number = self.number(facet)
        if number is None:
            return False
        return number <= bound[1] if bound[0] == "<=" else number >= bound[1]


def parse_bound(value: str) -> tuple[str, float] | None:
    """Return ``("<=", 95.0)`` for ``"<=95"``, and None for a plain value."""
    match = _BOUND.fullmatch(value)
    return (match[1], float(match[2])) if match else None


@dataclass(frozen=True)
class Catalog:
    """Items in a fixed order, and the ratings that people gave them."""

    name: str
    items: tuple[Item, ...]
    noun: str = "item"
    """What one item is called in a sentence."""
    ratings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RATING_COLUMNS)), compare=False)
    """Columns ``user`` (str), ``item`` (item id), ``rating`` (higher is better), ``seconds`` (since 1970)."""
    source: str = field(default="", compare=False)
    """A digest of what the catalogue was made from, where that may change while a saved copy stays."""

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        """Iterate over the items in catalogue order."""
        return iter(self.items)

    def __contains__(self, item_id: object) -> bool:
        """Tell whether the catalogue holds an item of this id."""
        return item_id in self._positions

    def __getitem__(self, item_id: str) -> Item:
        """Return the item of this id, or raise UnknownItemError."""
        return self.items[self.position(item_id)]

    def position(self, item_id: str) -> int:
        """Return the 0-based place of an item in catalogue order, or raise UnknownItemError."""
        try:
            return self._positions[item_id]
        except KeyError:
            raise UnknownItemError(f"no item {item_id!r} among the {len(self)} of catalogue {self.name!r}") from None

    def with_items(self, more: Iterable[Item]) -> "Catalog":
        """Return the catalogue with more items at its end.

        Raises ItemError for one without an id or a title, and for an id that is known already.
        """
        taken = {item.id: item for item in self.items}
        added = tuple(more)
        for item in added:
            if not item.id.strip() or not item.title.strip():
                raise ItemError(
                    f"an item needs an id and a title; this has the id {item.id!r}, the title {item.title!r}"
                )
            if item.id in taken:
                holder = taken[item.id].label
                raise ItemError(f"the id {item.id!r} of {item.label!r} belongs to {holder!r}; give it another")
            taken[item.id] = item
        return replace(self, items=(*self.items, *added))

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {item.id: position for position, item in enumerate(self.items)}

    @cached_property
    def facets(self) -> tuple[str, ...]:
        """Facet names, in order of first appearance."""
        return tuple(dict.fromkeys(facet for item in self.items for facet in item.facets))

    def values(self, facet: str) -> Counter[str]:
        """Return how many items carry each value of ``facet``."""
        return Counter(value for item in self.items for value in item.facets.get(facet, ()))

    @cached_property
    def digest(self) -> str:
        """The sha256 of the items, in hexadecimal: equal digests mean equal items in equal order."""
        lines = hashlib.sha256()
        for item in self.items:
            lines.update(item_line(item).encode() + b"\n")
        return lines.hexdigest()

    def save(self, folder: Path) -> None:
        """Write the catalogue to ``folder``, replacing what was there in one step."""
        with fresh_folder(folder) as building:
            with (building / "items.jsonl").open("w", encoding="utf-8") as lines:
                lines.writelines(item_line(item) + "\n" for item in self.items)
            self.ratings.to_parquet(building / "ratings.parquet", index=False)
            about = {"format": _FORMAT, "name": self.name, "noun": self.noun, "items": len(self)}
            about |= {"digest": self.digest, "source": self.source}
            (building / "catalog.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Catalog":
        """Read a catalogue that ``save`` wrote; raise ValueError when it is damaged or of another format."""
        about = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
        if not isinstance(about, dict) or about.get("format") != _FORMAT:
            given = about.get("format") if isinstance(about, dict) else about
            raise ValueError(f"catalogue {folder} has format {given!r}, not {_FORMAT}; ingest it again")
        try:
            with (folder / "items.jsonl").open(encoding="utf-8") as lines:
                items = tuple(item_of_line(line) for line in lines)
            ratings = pd.read_parquet(folder / "ratings.parquet")
            catalog = cls(about["name"], items, about["noun"], ratings, about["source"])
            count, digest = about["items"], about["digest"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"catalogue {folder} is damaged ({error!r}); ingest it again") from error
        if len(catalog) != count:
            raise ValueError(f"catalogue {folder} holds {len(catalog)} items, not {count}; ingest it again")
        if catalog.digest != digest:
            raise ValueError(f"catalogue {folder} was changed since it was saved; ingest it again")
        return catalog


_FIELDS = tuple(entry.name for entry in fields(Item))


def item_line(item: Item) -> str:
    """Return an item as one line of JSON."""
    row = {name: getattr(item, name) for name in _FIELDS}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def item_of_line(line: str) -> Item:
    """Return the item of a line; one that is damaged raises ValueError, KeyError, TypeError or AttributeError."""
    row = json.loads(line)
    row["facets"] = {facet: tuple(values) for facet, values in row["facets"].items()}
    row["memories"] = tuple(row["memories"])
    return Item(**row)


def decade_of(year: int) -> str:
    """Return the decade of a year, as in ``1990s``."""
    return f"{year // 10 * 10}s"


def ordered_unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return ``values`` without blanks and repeats, in order of first appearance."""
    return tuple(dict.fromkeys(value for value in values if value))
