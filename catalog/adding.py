"""An item as somebody describes it, made into one that a catalogue can take."""

from statistics import median

from catalog.cleaning import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    VALUE_LIMIT,
    VALUES_LIMIT,
    clean_text,
    clean_values,
    parse_year,
)
from catalog.items import Catalog, Item, ItemError, decade_of
from catalog.rows import DECADE

_SHOWN = 40
"""Characters of a wrong value that an error repeats."""


def described_item(
    catalog: Catalog, item_id: object, title: object, year: object, facets: object, description: object
) -> Item:
    """Return the item that was described for ``catalog``; raise ItemError, which names the value, where it cannot be.

    Texts are cleaned like those of a table, values are spelt as the catalogue spells them, and a year brings its
    decade where the catalogue has decades.
    """
    given = _facets(catalog, facets)
    dated = _year(year)
    if dated is not None and DECADE in catalog.facets:
        given.setdefault(DECADE, (decade_of(dated),))
    told = _text("description", description, DESCRIPTION_LIMIT)
    known = _typical_popularity(catalog, described=bool(told))
    return Item(_needed("id", item_id), _needed("title", title), dated, given, {}, told, known)


def _typical_popularity(catalog: Catalog, described: bool) -> float:
    """Return the median among items with a description, or among those without; 0 where there are none."""
    alike = [item.popularity for item in catalog if bool(item.description) == described]
    return median(alike) if alike else 0.0


def _needed(what: str, given: object) -> str:
    text = _text(what, given, TITLE_LIMIT)
    if not text:
        raise ItemError(f"the {what} {given!r} is empty; give one of 1 to {TITLE_LIMIT} characters")
    return text


def _text(what: str, given: object, limit: int) -> str:
    if not isinstance(given, str):
        raise ItemError(f"the {what} {_short(given)} is no text; put it between quotation marks")
    if len(given) > limit:
        raise ItemError(f"the {what} {_short(given)} has {len(given):,} characters; give at most {limit:,}")
    return clean_text(given, limit).text


def _year(given: object) -> int | None:
    if given is None:
        return None
    year = parse_year(str(given)) if isinstance(given, int) and len(str(given)) == 4 else None
    if year is None:
        raise ItemError(f"{_short(given)} is no year; give a number from 1000 to 2099, or null")
    return year


def _facets(catalog: Catalog, given: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise ItemError(f'the facets {_short(given)} are no object of lists; write them like {{"genre": ["Drama"]}}')
    found = {}
    for facet, listed in given.items():
        if facet not in catalog.facets:
            have = ", ".join(catalog.facets) or "none at all"
            raise ItemError(f"no facet {_short(facet)} in catalogue {catalog.name!r}, which has {have}")
        if values := _values(facet, listed, {value.casefold(): value for value in catalog.values(facet)}):
            found[facet] = values
    return found


def _values(facet: str, listed: object, spellings: dict[str, str]) -> tuple[str, ...]:
    if not isinstance(listed, list | tuple):
        raise ItemError(f"the value {_short(listed)} of {facet!r} is no list; put it between [ and ]")
    if len(listed) > VALUES_LIMIT:
        raise ItemError(
            f"{facet!r} has {len(listed):,} values from {_short(listed[0])} on; give at most {VALUES_LIMIT}"
        )
    texts = tuple(_text(f"{facet} value", value, VALUE_LIMIT) for value in listed)
    cleaned = clean_values(texts, None).values
    return tuple(dict.fromkeys(spellings.get(value.casefold(), value) for value in cleaned))


def _short(given: object) -> str:
    whole = repr(given)
    return whole if len(whole) <= _SHOWN else whole[: _SHOWN - 1] + "…"
