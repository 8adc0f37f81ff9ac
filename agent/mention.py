"""What a text names, and the running times, decades and years among it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RUNTIME = re.compile(
    r"\b(under|less than|below|max(?:imum)?(?: of)?|at most|no more than|within|not over|shorter than|over|more than|"
    r"at least|longer than|about|around|only)?\s*(?:have |got )?"
    r"(\d{1,3}(?:\.\d)?|an?|one|two|three|ninety|eighty|sixty|a hundred|"
    r"one hundred|an hour and a half|two and a half)\s*-?\s*(minutes?|mins?|min|m|hours?|hrs?|h)\b"
    r"(?:\s*(or less|or under|tops|max|or more|and a half))?",
    re.IGNORECASE,
)
_WORD_NUMBERS = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "ninety": 90.0,
    "eighty": 80.0,
    "sixty": 60.0,
    "a hundred": 100.0,
    "one hundred": 100.0,
    "an hour and a half": 1.5,
    "two and a half": 2.5,
}
_DECADE = re.compile(r"(?:\b(early|mid|late|pre|post)[- ]?)?['’]?\b(1[89]|20)?(\d0)['’]?s\b", re.IGNORECASE)
_YEARS = re.compile(
    r"\b(after|since|from|post|newer than|before|b4|pre|until|older than|up to)[- ](?:the )?"
    r"((?:19|20)\d\d)(s?)\b(?! film)"
    r"(?:\s*(on|onwards?|up|or later)\b)?",
    re.IGNORECASE,
)


_AMOUNT = re.compile(
    r"\b(under|less than|below|at most|no more than|up to|cheaper than|over|more than|at least|above)\s+([$€£])?\s*"
    r"(\d+(?:\.\d+)?)\s*([a-z]+)?",
    re.IGNORECASE,
)
_MEANT = {
    "money": frozenset("dollar dollars euro euros pound pounds quid bucks usd eur gbp".split()),
    "time": frozenset("minute minutes min mins".split()),
}
_NAMED = {"money": ("price", "cost"), "time": ("time", "duration", "minute", "length")}
"""What the number is called that a unit speaks of."""


@dataclass(frozen=True)
class Mention:
    """A stretch of text that names a value, a person or an item."""

    start: int
    end: int
    """Character offsets in the text."""
    facet: str
    values: tuple[str, ...]
    """Values of which any may be meant; one item id under ``title``."""


def quantities(text: str, facets: Iterable[str]) -> list[Mention]:
    """Read running times, decades and years, for a catalogue that has such ``facets``."""
    found = [*_runtimes(text)] if "runtime" in facets else []
    if "decade" in facets:
        found += [mention for mention in _decades(text) if not any(_overlap(mention, other) for other in found)]
    for match in _YEARS.finditer(text):
        if bound := _year_bound(match):
            mention = Mention(match.start(), match.end(), "year", (bound,))
            found = [*(other for other in found if not _overlap(mention, other)), mention]
    return found


def amounts(text: str, numbers: Iterable[str]) -> list[Mention]:
    """Read bounds on a catalogue's own ``numbers``: ``under 30 dollars``, ``at least 200 pages``."""
    found = []
    for match in _AMOUNT.finditer(text):
        lead, sign, unit = match[1].lower(), match[2], (match[4] or "").lower()
        kind = "money" if sign or unit in _MEANT["money"] else "time" if unit in _MEANT["time"] else unit.rstrip("s")
        names = [name for name in numbers if kind and any(word in name.lower() for word in _NAMED.get(kind, (kind,)))]
        if names:
            bound = ">=" if lead in ("over", "more than", "at least", "above") else "<="
            found.append(Mention(match.start(), match.end(), names[0], (f"{bound}{float(match[3]):g}",)))
    return found


def _year_bound(match: re.Match[str]) -> str | None:
    """Read "before 1980"; "from the 1990s" is a decade unless "on" follows."""
    lead, year, decade, on = match[1].lower(), int(match[2]), bool(match[3]), bool(match[4])
    if lead in ("before", "b4", "pre", "until", "older than", "up to"):
        return f"<={year - 1}"
    if lead == "from" and not on:
        return None if decade else f">={year}"
    return f">={year + (10 if decade else 1) if lead in ('after', 'post', 'newer than') else year}"


def _runtimes(text: str) -> list[Mention]:
    bounds = ((match, _runtime_bound(match)) for match in _RUNTIME.finditer(text))
    return [Mention(match.start(), match.end(), "runtime", (bound,)) for match, bound in bounds if bound]


def _decades(text: str) -> list[Mention]:
    found = []
    for match in _DECADE.finditer(text):
        century = match[2] or ("20" if match[3] in ("00", "10") else "19")
        found.append(Mention(match.start(), match.end(), "decade", (f"{century}{match[3]}s",)))
    return found


def _overlap(first: Mention, second: Mention) -> bool:
    return first.start < second.end and second.start < first.end


def _runtime_bound(match: re.Match[str]) -> str | None:
    lead, amount, unit, tail = ((part or "").lower() for part in match.groups())
    number = _WORD_NUMBERS[amount] if amount in _WORD_NUMBERS else float(amount)
    minutes = number * 60 if unit.startswith("h") or (amount in ("an hour and a half", "two and a half")) else number
    if tail == "and a half":
        minutes += 30
    if not 20 <= minutes <= 500:
        return None
    longer = lead in ("over", "more than", "at least", "longer than") or tail == "or more"
    return f"{'>=' if longer else '<='}{minutes:g}"
