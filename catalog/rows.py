"""Rows of a table as items, each with the names of the rules that changed it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from catalog.cleaning import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    Cell,
    Cleaned,
    clean_text,
    clean_values,
    parse_number,
    parse_year,
)
from catalog.columns import Roles
from catalog.items import Item, decade_of

DECADE = "decade"
REPEATED = "dropped, the same as an earlier row"
NO_TITLE = "dropped, no title"


@dataclass(frozen=True)
class Entry:
    """A row on its way into the catalogue."""

    place: int
    """Its line or row in the file."""
    item: Item | None
    """None once the row is dropped; the id is "" until one is made."""
    changes: tuple[str, ...] = ()

    def dropped(self, why: str) -> "Entry":
        """Return this row without its item."""
        return Entry(self.place, None, (*self.changes, why))


def read_rows(cells: pd.DataFrame, roles: Roles) -> list[Entry]:
    """Return one entry for each row, in order; a row without a title or equal to an earlier one is dropped."""
    popularity = _popularity(cells[roles.popularity].tolist()) if roles.popularity else [0.0] * len(cells)
    columns = {column: cells[column].tolist() for column in cells.columns}
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    repeated = cells.duplicated().tolist()
    return [
        Entry(place, None, (REPEATED,)) if repeat else _entry(place, row, roles, known)
        for place, row, repeat, known in zip(cells.index.tolist(), rows, repeated, popularity, strict=True)
    ]


def _popularity(cells: Sequence[Cell]) -> list[float]:
    """Return log(1 + count) over that of the largest count, so that 1 is the best known and 0 is unknown."""
    counts = [max(0.0, parse_number(_text(cell, TITLE_LIMIT).text) or 0.0) for cell in cells]
    top = math.log1p(max(counts)) or 1.0
    return [round(math.log1p(count) / top, 6) for count in counts]


def _entry(place: int, row: Mapping[str, Cell], roles: Roles, popularity: float) -> Entry:
    changes: list[str] = []

    def text(column: str | None, limit: int) -> str:
        cleaned = _text(row[column], limit) if column else Cleaned("")
        changes.extend(f"{rule} in {column!r}" for rule in cleaned.changes)
        return cleaned.text

    title = text(roles.title, TITLE_LIMIT)
    if not title:
        return Entry(place, None, (f"{NO_TITLE} in {roles.title!r}",))
    year, numbers, unread = _quantities(row, roles)
    facets, cleaned = _facets(row, roles)
    if year is not None and DECADE not in roles.facets:
        facets[DECADE] = (decade_of(year),)
    item = Item(
        id=text(roles.id, TITLE_LIMIT),
        title=title,
        year=year,
        facets=facets,
        numbers=numbers,
        description=text(roles.description, DESCRIPTION_LIMIT),
        popularity=popularity,
    )
    return Entry(place, item, (*changes, *cleaned, *unread))


def _quantities(row: Mapping[str, Cell], roles: Roles) -> tuple[int | None, dict[str, float], list[str]]:
    """Return the year, the numbers by column, and the rules for what could not be read."""
    unread: list[str] = []

    def read(column: str, parse: Callable[[str], float | None], sought: str) -> float | None:
        written = _text(row[column], TITLE_LIMIT).text
        found = parse(written)
        if written and found is None:
            unread.append(f"no {sought} found in {column!r}, left empty")
        return found

    year = read(roles.year, parse_year, "year") if roles.year else None
    if roles.popularity:
        read(roles.popularity, parse_number, "number")
    numbers = {column: read(column, parse_number, "number") for column in roles.numbers}
    found = {column: number for column, number in numbers.items() if number is not None}
    return None if year is None else int(year), found, unread


def _facets(row: Mapping[str, Cell], roles: Roles) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the values by facet, without facets that have none, and the rules that changed them."""
    read = {facet: clean_values(row[facet], roles.separators.get(facet)) for facet in roles.facets}
    facets = {facet: found.values for facet, found in read.items() if found.values}
    return facets, [f"{rule} in {facet!r}" for facet, found in read.items() for rule in found.changes]


def _text(cell: Cell, limit: int) -> Cleaned:
    return clean_text(cell if isinstance(cell, str) else ", ".join(cell), limit)
