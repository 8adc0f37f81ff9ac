"""What each column of a table is for: by what the user says, else by its header, else by what it holds."""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from catalog.cleaning import Cell, parse_list, parse_number, parse_year
from catalog.items import TITLE, YEAR
from catalog.tables import IngestError

SINGLE_ROLES = ("title", "id", "description", "year", "popularity")
SEPARATORS = ("|", ";", ",")
"""Signs between the values of one cell, tried in this order."""
LIST = "list"
"""Stands for a separator where the cells hold lists."""

_THING = (
    "item|product|movie|film|book|game|song|track|recipe|course|restaurant|hotel|podcast|anime|show|series|wine|beer"
    "|album|app|artwork|event|venue|place|dish|toy"
)
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", f"({_THING})_?(title|name)", "(primary|full|display|short|original)_(title|name)")
    + (_THING, "titel", "titre", "titulo", "titolo", "nome", "nombre", "nom"),
    "id": ("id", f"({_THING})_?id", "sku", "(parent_)?asin", "isbn(_?1[03])?", "ean(_?13)?", "gtin", "upc")
    + ("(imdb|tmdb)_?id", "tconst", "uuid", "guid", "uniq(ue)?_id", "article_(number|no)", r"\w+_id"),
    "description": (f"(({_THING}|long|full|short)_)?(description|desc|summary)", "(plot_)?(summary|synopsis)", "plot")
    + ("overview", "abstract", "blurb", "about", "text", "details", "content", "beschreibung", "descripcion"),
    "year": (
        f"({_THING}_)?year(_of_(release|publication))?",
        "(original_)?(release|publication|publish|start|pub)_year",
    )
    + ("(original_)?(release|publication|publish|first_published)_?date", "released?", "(first_)?published", "date")
    + ("premiered", "vintage", "jahr", "annee", "ano"),
    "popularity": ("popularity", "(num|number_of|n|total)_?(ratings|votes|reviews|sales|(user_)?voted_users)")
    + ("(ratings?|reviews?|votes?|sales|play|view|download|user_ratings)_?counts?", "work_(text_)?ratings_count")
    + ("votes", "reviews", "(units_)?(sales|sold)", "downloads", "(play|view|listener|purchase|member|order)s"),
}
"""Role to the header names that mean it, as patterns, the surest first."""
_KNOWN_FACETS = re.compile(
    "genres?|brands?|maker|manufacturer|colou?rs?|categor(y|ies)|(sub|main|product)_?categor(y|ies)|types?|tags?|moods?"
    "|keywords?|authors?|artists?|directors?|cast|actors?|stars|countr(y|ies)|languages?|materials?|sizes?|styles?"
    "|publishers?|studios?|platforms?|cuisines?|ingredients?|topics?|subjects?|seasons?|themes?|departments?|writers?"
    "|genders?|audience|flavou?rs?|decade|labels?|developers?|series"
)
_KNOWN_NUMBERS = re.compile(
    r"(\w+_)?(price|cost|runtime|duration|length|weight|height|width|rating|score|pages)(_\w+)?"
)
_IDENTIFIER = re.compile(r"(\w+_)?(ids?|isbn(_?1[03])?|ean|upc|gtin|asin|sku|uuid|phone|zip|postcode|index)|column_\d+")
_LINK = re.compile(r"(https?:|ftp:|www\.|data:|s3:|//)|\S+\.(jpe?g|png|gif|webp|svg|mp4|pdf|html?)$", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b")
_SENTENCE = re.compile(r"[a-z]{3}[.!?]\s*$")
_SAMPLE = 500
_LONGEST_LOOK = 20_000
_LONG_TEXT = 60
_REPEATING = 0.9


@dataclass(frozen=True)
class GivenColumns:
    """Roles that the user gives by column name; None leaves the choice to the guess, and "" or () means no column."""

    title: str | None = None
    id: str | None = None
    description: str | None = None
    year: str | None = None
    popularity: str | None = None
    facets: tuple[str, ...] | None = None
    numbers: tuple[str, ...] | None = None
    separator: str | None = None
    """Stands between the values of a facet cell, in every facet; "" keeps each cell whole."""


@dataclass(frozen=True)
class Roles:
    """What each column is for; every column is in exactly one place."""

    title: str
    id: str | None = None
    description: str | None = None
    year: str | None = None
    popularity: str | None = None
    facets: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Column to the reason."""
    separators: Mapping[str, str] = field(default_factory=dict)
    """Facet to the sign between the values of a cell, or to LIST; a facet that is not here has one value a cell."""

    def in_words(self) -> dict[str, str]:
        """Return column to role, as a person reads it."""
        words = {column: role for role in SINGLE_ROLES if (column := getattr(self, role)) is not None}
        for facet in self.facets:
            separator = self.separators.get(facet)
            split = "" if separator is None else ", from lists" if separator == LIST else f", split at {separator!r}"
            words[facet] = f"facet{split}"
        words |= dict.fromkeys(self.numbers, "number")
        return words | {column: f"ignored ({why})" for column, why in self.ignored.items()}


@dataclass(frozen=True)
class _Guess:
    """What a column without a role looks like: "facet", "number", "prose", or "ignored" and why."""

    role: str
    why: str = ""


def guess_roles(cells: pd.DataFrame, given: GivenColumns | None = None) -> Roles:
    """Return what each column of a table (see ``Table.cells``) is for; what is ``given`` stands.

    Raise IngestError when a given column does not exist or no column is the title.
    """
    given = _resolved(list(cells.columns), given or GivenColumns())
    samples = {column: _sample(cells[column].tolist()) for column in cells.columns}
    single = _single_roles(cells, samples, given)
    rest = [column for column in cells.columns if column not in _used(given) and column not in single.values()]
    guesses = {column: _guess(column, samples[column], cells[column].tolist()) for column in rest}
    prose = [column for column in rest if guesses[column].role == "prose"]
    if prose and given.description is None and single["description"] is None:
        single["description"] = max(prose, key=lambda column: _median_length(samples[column]))
        del guesses[single["description"]]
    facets = _chosen("facet", given.facets, guesses)
    used = {*single.values(), *facets, *_chosen("number", given.numbers, guesses)}
    ignored = {column: _reason(guess) for column, guess in guesses.items() if column not in used}
    return Roles(
        **{role: column for role, column in single.items() if column},
        facets=facets,
        numbers=_chosen("number", given.numbers, guesses),
        ignored=ignored,
        separators=_separators(samples, facets, given.separator),
    )


def _resolved(columns: Sequence[str], given: GivenColumns) -> GivenColumns:
    """Return ``given`` with the columns' own spelling; raise IngestError on one that is absent or given twice."""
    listed = ", ".join(map(repr, columns))

    def find(option: str, name: str) -> str:
        alike = [name] if name in columns else [column for column in columns if _plain(column) == _plain(name)]
        if len(alike) != 1:
            raise IngestError(f"--{option} {name!r}: no such column; the columns are {listed}")
        return alike[0]

    single = {role: name and find(role, name) for role in SINGLE_ROLES if (name := getattr(given, role)) is not None}
    several: dict[str, Any] = {
        role: tuple(dict.fromkeys(find(role, name) for name in names if name))
        for role in ("facets", "numbers")
        if (names := getattr(given, role)) is not None
    }
    found = replace(given, **(several | single))
    for column, count in Counter(_used(found)).items():
        if count > 1:
            raise IngestError(f"column {column!r} is given {count} roles; give it one")
    for option, reserved in (("facets", TITLE), ("numbers", YEAR)):
        if reserved in several.get(option, ()):
            raise IngestError(f"--{option} {reserved!r}: this name has its own meaning here; rename the column")
    return found


def _used(given: GivenColumns) -> tuple[str, ...]:
    single = (getattr(given, role) for role in SINGLE_ROLES)
    return (*filter(None, single), *(given.facets or ()), *(given.numbers or ()))


def _single_roles(
    cells: pd.DataFrame, samples: Mapping[str, Sequence[Cell]], given: GivenColumns
) -> dict[str, str | None]:
    single: dict[str, str | None] = {role: getattr(given, role) for role in SINGLE_ROLES}
    for role in SINGLE_ROLES:
        if single[role] is None:
            free = [column for column in cells.columns if column not in {*_used(given), *single.values()}]
            fits = (
                column
                for spelling in _SPELLINGS[role]
                for column in free
                if re.fullmatch(spelling, _plain(column)) and _suits(role, spelling, samples[column], cells[column])
            )
            single[role] = next(fits, None)
    if not single["title"]:
        listed = ", ".join(map(repr, cells.columns))
        raise IngestError(f"no title column among {listed}; say which one names an item: `--title COLUMN`")
    return single


def _suits(role: str, spelling: str, sample: Sequence[Cell], cells: Iterable[Cell]) -> bool:
    """Tell whether a column's cells can play the role that its header promises."""
    texts = [cell for cell in sample if isinstance(cell, str)]
    if role == "year":
        return _share(parse_year(text) is not None for text in texts) >= 0.5
    if role == "popularity":
        return _share(parse_number(text) is not None for text in texts) >= 0.5
    if role == "id" and spelling == r"\w+_id":
        everything = list(cells)
        return all(everything) and len(set(everything)) == len(everything)
    return role == "title" or len(texts) > 0


def _guess(column: str, sample: Sequence[Cell], cells: Sequence[Cell]) -> _Guess:
    texts = [cell for cell in sample if isinstance(cell, str)]
    name = _plain(column)
    if not sample:
        return _Guess("ignored", "empty")
    if name in (TITLE, YEAR):
        return _Guess("ignored", "its name has its own meaning here")
    if _share(_LINK.match(text) is not None for text in texts) > 0.5:
        return _Guess("ignored", "links or files")
    if _IDENTIFIER.fullmatch(name):
        return _Guess("ignored", "identifiers")
    if _share(_DATE.match(text) is not None for text in texts) > 0.5:
        return _Guess("ignored", "dates")
    needed = 0.5 if _KNOWN_NUMBERS.fullmatch(name) else 0.9
    if _share(parse_number(text) is not None for text in texts) >= needed:
        return _Guess("number")
    if _KNOWN_FACETS.fullmatch(name) or separator_of(column, sample):
        return _Guess("facet")
    filled = [cell for cell in cells if cell]
    repeating = len(set(filled)) <= _REPEATING * len(filled)
    if _median_length(sample) > _LONG_TEXT:
        return _Guess("ignored", "long text that repeats") if repeating else _Guess("prose")
    return _Guess("facet") if repeating else _Guess("ignored", "nearly every value differs")


def _reason(guess: _Guess) -> str:
    role = {"facet": "not among --facets", "number": "not among --numbers", "prose": "a second long text"}
    return guess.why or role[guess.role]


def _chosen(role: str, given: tuple[str, ...] | None, guesses: Mapping[str, _Guess]) -> tuple[str, ...]:
    return given if given is not None else tuple(column for column, guess in guesses.items() if guess.role == role)


def _separators(samples: Mapping[str, Sequence[Cell]], facets: Sequence[str], separator: str | None) -> dict[str, str]:
    found = {facet: separator_of(facet, samples[facet]) if separator is None else separator for facet in facets}
    return {facet: sign for facet, sign in found.items() if sign}


def separator_of(column: str, sample: Sequence[Cell]) -> str | None:
    """Return the sign between the values of a cell, LIST where cells are lists already, or None for single values.

    Between "|" and ";" anything short is a value. A comma also stands in "Tolkien, J.R.R.", so it counts only under
    a plural header or where the parts come back in other cells and their number varies.
    """
    if _share(not isinstance(cell, str) or parse_list(cell) is not None for cell in sample) >= 0.5:
        return LIST
    texts = {cell for cell in sample if isinstance(cell, str)}
    if _share(_SENTENCE.search(text) is not None for text in texts) > 0.3:
        return None
    for separator in SEPARATORS:
        parted = [parts for text in texts if len(parts := _parts(text, separator)) > 1]
        lengths = [len(part) for parts in parted for part in parts]
        if len(parted) < 0.02 * len(texts) or not lengths or statistics.median(lengths) > 30:
            continue
        if separator != "," or _plural(column) or _parts_come_back(texts):
            return separator
    return None


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _parts_come_back(texts: Iterable[str]) -> bool:
    split = [_parts(text, ",") for text in texts]
    cells_with = Counter(part for parts in split for part in parts)
    among = [part for parts in split if len(parts) > 1 for part in parts]
    return _share(cells_with[part] > 1 for part in among) > 0.6 and len({len(parts) for parts in split}) > 1


def _plural(column: str) -> bool:
    return _plain(column).endswith("s") or _plain(column) in ("cast", "genre", "category")


def _plain(name: str) -> str:
    """Return a header name as words: ``Release Year``, ``releaseYear`` and ``release-year`` are all release_year."""
    return re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").lower()


def _sample(cells: Sequence[Cell]) -> list[Cell]:
    """Return some hundred filled cells from all over the column, each cut to a length that is quick to look at."""
    filled = [cell for cell in cells if (cell.strip() if isinstance(cell, str) else cell)]
    step = max(1, len(filled) // _SAMPLE)
    return [cell[:_LONGEST_LOOK] for cell in filled[::step]]


def _median_length(sample: Sequence[Cell]) -> float:
    return statistics.median(len(cell) if isinstance(cell, str) else 0 for cell in sample)


def _share(truths: Iterable[bool]) -> float:
    counted = list(truths)
    return sum(counted) / len(counted) if counted else 0.0
