"""Sides of numbers and languages that are said in words of their own: ``an old western``, ``seventies or later``.

"no subtitles, my eyes are gone" -> language English
"one of the old drawn ones"      -> year <=1979
"""

import json
import re
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from agent.lexicon import names_of
from agent.mention import Mention
from catalog.items import YEAR

_PATTERNS: dict[str, dict[str, list[str]]] = json.loads(
    (Path(__file__).parent / "data" / "side_patterns.json").read_text(encoding="utf-8")
)
_SAID = {
    (facet, value): re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    for facet, values in _PATTERNS.items()
    for value, patterns in values.items()
}
_DECADES = {word: year for year in range(1920, 2010, 10) for word in names_of("decade", f"{year}s") if word.isalpha()}
"""First years by words: ``seventies``."""
_DECADE = rf"(?P<decade>['’]?(?:19|20)?\d0['’]?s|{'|'.join(_DECADES)})"
_AFTER_IT = re.compile(
    rf"\b{_DECADE},?\s+(?:(?P<later>(?:or|and) (?:after|later|newer|up|onwards?|more recent)|onwards?|at the earliest)"
    r"|(?:or|and) (?:earlier|before|older)|at the (?:very )?latest)\b"
    r"(?! (?:for|late|films?|movies?|stuff|ones|crowd)\b)",
    re.IGNORECASE,
)
_BEFORE_IT = re.compile(
    rf"\b(?P<side>before|pre|b4|older than|earlier than|prior to|after|post|newer than|later than|since|from)[- ]"
    rf"(?:the )?(?:(?:early|mid|late)[- ])?{_DECADE}"
    r"(?P<on> (?:on|onwards?|up|and (?:up|later|after)))?(?!\w| (?:film|movie)s?\b)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?P<side>(?:before|after)(?= (?:[\w'’]+ ){1,4}born\b)|(?:older|newer|younger) than)"
    r" (?:i|me|we|my|our|his|her|he|she)\b"
    r"(?:(?! (?:but|something|anything) )[^!?;]){0,45}?"
    r"(?:\bborn in |\bfrom |\bin |[(,] ?)['’]?(?P<year>(?:19|20)\d\d|(?<=['’])\d\d)\b(?!s)",
    re.IGNORECASE,
)
"""A side of the year of a birth: "nothing made after I was born, and that was in '71"."""
_AGED = re.compile(r"\b(?:my|your|his|her|our|their|its) (?:early |late |mid[- ]?)?$", re.IGNORECASE)
_LASTED = re.compile(r"\b(?:have|has|had|been|haven'?t|hasn'?t|'ve)\b[^.!?;,]*$", re.IGNORECASE)
"""Before what has gone on since some decade: "I haven't been to the pictures since the eighties"."""
_EARLIER = frozenset(("before", "pre", "b4", "older than", "earlier than", "prior to"))
_LATER = frozenset(("after", "post", "newer than", "later than"))


def sides(text: str, facets: Collection[str]) -> list[Mention]:
    """Return the values of ``facets`` that ``text`` gives in words of their own, in no order; none overlap."""
    readers: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Mention | None]]] = []
    # A catalogue with decades knows of years.
    facets = {*facets, YEAR} if "decade" in facets else facets
    if YEAR in facets:
        readers += [(_AFTER_IT, _from_behind), (_BEFORE_IT, _from_before), (_BORN, _from_event)]
    readers += [
        (pattern, partial(_stated, facet, value)) for (facet, value), pattern in _SAID.items() if facet in facets
    ]
    found: list[Mention] = []
    for pattern, read in readers:
        for match in pattern.finditer(text):
            one = read(match)
            if one and not any(one.start < other.end and other.start < one.end for other in found):
                found.append(one)
    return found


def _stated(facet: str, value: str, match: re.Match[str]) -> Mention:
    """Read a pattern; of one with a group only that is what is said, the rest is where it stands."""
    group = next((place for place, text in enumerate(match.groups(), 1) if text is not None), 0)
    return Mention(match.start(group), match.end(group), facet, (value,))


def _from_behind(match: re.Match[str]) -> Mention | None:
    """Read "seventies or later" and "sixties at the latest", and not "in their seventies and up for anything"."""
    if _AGED.search(match.string[: match.start()]):
        return None
    first = _first_year(match["decade"])
    return Mention(match.start(), match.end(), YEAR, (f">={first}" if match["later"] else f"<={first + 9}",))


def _from_before(match: re.Match[str]) -> Mention | None:
    """Read "before the sixties" and "from the 80s on"; "from the 80s" is that decade."""
    side, first = match["side"].lower(), _first_year(match["decade"])
    if side == "since" and _LASTED.search(match.string[: match.start()]):
        return None
    if side in _EARLIER:
        bound = f"<={first - 1}"
    elif side in _LATER:
        bound = f">={first + 10}"
    elif side == "since" or match["on"]:
        bound = f">={first}"
    else:
        return None
    return Mention(match.start(), match.end(), YEAR, (bound,))


def _from_event(match: re.Match[str]) -> Mention:
    """Read "before I was born (1961)"."""
    year = int(match["year"]) + (1900 if len(match["year"]) == 2 else 0)
    bound = f"<={year - 1}" if match["side"].lower() in _EARLIER else f">={year + 1}"
    return Mention(match.start(), match.end(), YEAR, (bound,))


def _first_year(decade: str) -> int:
    """Return the first year of a decade as it is said: ``'70s``, ``1970s``, ``seventies``, ``00s``."""
    digits = re.sub(r"\D", "", decade)
    if not digits:
        return _DECADES[decade.lower()]
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 20 else 1900)
