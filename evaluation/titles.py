"""Which film of a catalogue a name such as ``Man on Wire (2008)`` means."""

import re
import unicodedata
from urllib.parse import unquote

from catalog.items import Catalog, Item

_DATED = re.compile(r"\s*\((?:[^()]*\s)?(\d{4})[^()]*\)\s*$")
_ARTICLES = ("the", "a", "an")


class Titles:
    """Finds films by the names that people and databases give them."""

    def __init__(self, catalog: Catalog) -> None:
        """Know the titles of ``catalog``, and what stands in them before a colon."""
        self._whole: dict[str, list[Item]] = {}
        self._begun: dict[str, list[Item]] = {}
        # The best known first: without a year that one is meant.
        for item in sorted(catalog, key=lambda item: -item.popularity):
            self._whole.setdefault(_plain(item.title), []).append(item)
            head, colon, _ = item.title.partition(":")
            if colon:
                self._begun.setdefault(_plain(head), []).append(item)

    def find(self, name: str) -> str | None:
        """Return the id of the film, or None for one that the catalogue does not have.

        Databases differ by a year on when a film came out. A name without a year means the best known film of that
        title, and what follows a colon may be left out.
        """
        title, year = _named(unquote(name))
        for table, slack in ((self._whole, 0), (self._whole, 1), (self._begun, 0)):
            for film in table.get(title, ()):
                if year is None or (film.year is not None and abs(film.year - year) <= slack):
                    return film.id
        return None


def _named(name: str) -> tuple[str, int | None]:
    """Return the plain words of a title and the year that stands in brackets behind it."""
    dated = _DATED.search(name)
    return _plain(_DATED.sub("", name)), int(dated[1]) if dated else None


def _plain(title: str) -> str:
    """Return the words of a title without case, accents, signs, and the article at its beginning or end."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    words = re.findall(r"\w+", bare.casefold().replace("&", " and ").replace("'", "").replace("’", ""))
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    elif len(words) > 1 and words[-1] in _ARTICLES:
        words = words[:-1]
    return " ".join(words)
