"""When two people would write down the same wish in different words: the one table of near-synonyms, and bounds.

Values are compared whatever their facet: that ``scary`` is a mood, ``Horror`` a genre and ``wild west`` a theme is
how a catalogue files them, and who directs may act. Titles, running times and open decades are compared as such.
"""

import re
from dataclasses import dataclass

from agent.lexicon import surface
from catalog.items import TITLE

NEAR_SYNONYMS: tuple[tuple[str, ...], ...] = (
    # A genre and the mood or theme by which it is asked for.
    ("comedy", "funny", "silly", "witty"),
    ("horror", "scary", "creepy", "eerie"),
    ("romance", "romantic", "love story"),
    ("sci-fi", "science fiction"),
    ("action", "action-packed"),
    ("adventure", "adventurous"),
    ("mystery", "mysterious"),
    ("family", "family-friendly"),
    ("western", "wild west"),
    ("film-noir", "film noir"),
    ("musical", "musical numbers"),
    ("sport", "sports"),
    # One mood under two names.
    ("tense", "suspenseful"),
    ("feel-good", "heartwarming", "uplifting"),
    ("melancholic", "sad", "tear-jerker"),
    ("dark", "bleak"),
    # One theme under two names.
    ("gangsters", "organized crime", "mafia"),
    ("spies", "espionage"),
    ("assassin", "hitman"),
    ("alien contact", "alien invasion", "aliens"),
    ("outer space", "space travel", "space"),
    ("apocalypse", "post-apocalypse"),
    ("courtroom", "lawyer", "lawyers"),
    ("detective investigation", "private eye"),
    ("politics", "political intrigue"),
    ("nature", "wildlife"),
    ("parody", "spoof"),
    # A place, its language and the theme of being set there: "a Japanese film" may be any of them.
    ("france", "french"),
    ("germany", "german"),
    ("italy", "italian"),
    ("spain", "spanish"),
    ("japan", "japanese"),
    ("south korea", "korea", "korean"),
    ("china", "people's republic of china", "mandarin"),
    ("russia", "russian", "soviet union"),
    ("sweden", "swedish"),
    ("denmark", "danish"),
    ("norway", "norwegian"),
    ("iran", "persian"),
    ("brazil", "portuguese"),
    ("india", "hindi"),
    ("hong kong", "cantonese"),
)
"""Values that count as equal, in lower case; no value is in two classes, so that being equal is transitive."""

_CLASS = {value: names[0] for names in NEAR_SYNONYMS for value in names}
_NEAR_MINUTES = 15
"""Running times no further apart are the same: "an hour and a half" is 90 minutes to one and 100 to another."""
_WORDS = {
    ("runtime", "short"): ("<=", 95),
    ("runtime", "up to 90 minutes"): ("<=", 90),
    ("runtime", "shorter"): ("<=", None),
    ("runtime", "long"): (">=", 135),
    ("runtime", "over two hours"): (">=", 120),
    ("runtime", "longer"): (">=", None),
    ("decade", "older"): ("<=", None),
    ("decade", "newer"): (">=", None),
}
_OPPOSITE = {"<=": ">=", ">=": "<="}
_BOUND = re.compile(r"([<>])=?\s*(\d+)s?")
_YEAR = re.compile(r"\s*\((?:18|19|20)\d\d\)$")
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_SUBTITLE = re.compile(r":\s|\s[–—-]\s")


@dataclass(frozen=True)
class Said:
    """A value of a facet as it is written down: ``Said("genre", "Comedy")``, ``Said("runtime", "<=120")``."""

    facet: str
    value: str


@dataclass(frozen=True)
class Bound:
    """A side of a number."""

    facet: str
    sign: str
    """``<=`` or ``>=``."""
    limit: int | None
    """Minutes, or the first year of a decade; none where only the direction is said: "older"."""

    def turned(self) -> "Bound":
        """Return what who dislikes this wants."""
        sign = _OPPOSITE[self.sign]
        if self.facet == "decade" and self.limit is not None:
            return Bound(self.facet, sign, self.limit + (10 if sign == ">=" else -10))
        return Bound(self.facet, sign, self.limit)

    def near(self, other: "Bound") -> bool:
        """Tell whether two bounds say the same."""
        if (self.facet, self.sign) != (other.facet, other.sign):
            return False
        if self.limit is None or other.limit is None:
            return True
        return abs(self.limit - other.limit) <= (_NEAR_MINUTES if self.facet == "runtime" else 0)


@dataclass(frozen=True)
class Stated:
    """A value with what is thought of it."""

    liked: bool
    said: Said

    def near(self, other: "Stated") -> bool:
        """Tell whether the same wish is stated: to dislike what is long is to like what is short."""
        if self.liked == other.liked:
            return near(self.said, other.said)
        first, second = _wanted(self), _wanted(other)
        return bool(first and second and first.near(second))


def near(first: Said, second: Said) -> bool:
    """Tell whether two values count as equal."""
    if TITLE in (first.facet, second.facet):
        return first.facet == second.facet and _same_title(first.value, second.value)
    bounds = bound(first), bound(second)
    if bounds[0] and bounds[1]:
        return bounds[0].near(bounds[1])
    return _class_of(first.value) == _class_of(second.value)


def bound(said: Said) -> Bound | None:
    """Read a running time or an open decade; None for anything else, a decade such as ``1990s`` among it."""
    if word := _WORDS.get((said.facet, said.value)):
        return Bound(said.facet, *word)
    match = _BOUND.fullmatch(said.value)
    if not match or said.facet not in ("runtime", "decade"):
        return None
    limit = int(match[2])
    return Bound(said.facet, f"{match[1]}=", limit - limit % 10 if said.facet == "decade" else limit)


def _wanted(stated: Stated) -> Bound | None:
    """Return the side of a number that is wanted; a word that is disliked says no more than the direction."""
    found = bound(stated.said)
    if found is None or stated.liked:
        return found
    turned = found.turned()
    return Bound(turned.facet, turned.sign, None) if (stated.said.facet, stated.said.value) in _WORDS else turned


def _class_of(value: str) -> str:
    return _CLASS.get(value.casefold(), value.casefold())


def _same_title(first: str, second: str) -> bool:
    """Tell whether two titles are one, or one is the other's without its subtitle."""
    wholes = [_plain(first), _plain(second)]
    parts = [{_plain(part) for part in _SUBTITLE.split(title)} for title in (first, second)]
    return wholes[0] == wholes[1] or wholes[0] in parts[1] or wholes[1] in parts[0]


def _plain(title: str) -> str:
    return _ARTICLE.sub("", surface(_YEAR.sub("", title)))
