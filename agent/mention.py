"""What a text names, and the running times, decades and years among it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RUNTIME = re.compile(
    r"\b((?:not?|nothing|(?:won|don|can|would|could)(?:'?t|n'?t)(?: \w+){1,3}) (?:less|shorter) than|"
    r"under|less than|below|max(?:imum)?(?: of)?|at most|no more than|within|"
    r"(?:not|(?:can|must|should|wo)n?'?t|cannot) (?:(?:go |run |be )?(?:over|beyond|past)|more than|longer than)|"
    r"not even|shorter than|well over|just over|over|more than|at least|longer than|"
    r"(?:just|well) under|nearly|almost|"
    r"(?:not )?quite|(?:round )?about|around|roughly|only|(?:i|we)(?:'ve)? (?:have|got)|not)?\s*(?:have |got )?"
    r"(\d{1,3}(?:\.\d)?|an?|one|two|three|four|five|ninety|eighty|sixty|a hundred|"
    r"(?:one )?hundred|an hour and a half|two and a half)(?:[ -]?(?:odd|ish))?\s*-?\s*"
    r"(minutes?|mins?|min|m|hours?|hrs?|h)"
    r"(?:(?: and)? ?(a half|(?:a|three) quarters?|ten|twenty|thirty|forty|fifty|[1-5][05])(?! films?\b))?\b"
    r"(?:,?\s*(or less|or under|or shorter|tops|max(?:imum)?|"
    r"at (?:the )?(?:very )?(?:most|longest|max(?:imum)?)|"
    r"is (?:the|my|our|his|her) (?:absolute |very |upper )?(?:limit|max(?:imum)?)|is all (?:i|we)\b|"
    r"or more|or longer|plus|upwards|and up|or so at least|at (?:the very )?least|"
    r"or so|odd|ish|and a bit)\b)?"
    r"(?!\s+(?:(?:before|until|till) (?:i|we|he|she|this) (?:fell|slept|gave|turned|switched|walked|becomes?)\b|"
    r"(?:ago|late|away|from now|walk|drive)\b))",
    re.IGNORECASE,
)
_HOURS_OF = re.compile(r"\s+of (?!it\b|this\b|that\b)", re.IGNORECASE)
"""After hours that are too many of something: "not two hours of jail cells"."""
_NO_LENGTH = re.compile(r"\b(?:made it|lasted|gave it|(?:the|its|his|her) (?:first|last)|every)\s*$", re.IGNORECASE)
"""Before a time that is no length of a film: "I made it 20 minutes"."""
_MINUTES_ALONE = re.compile(
    r"(?<!\bof )(?<!\biq )(?<!\bage )(?<!\baged )\b(?:under|below|less than|max(?:imum)?(?: of)?)\s+(?:a )?"
    r"(?P<under>[7-9]\d|1\d\d|hundred|ninety)\b(?=\W*$|\s*[,.!?;)]| (?:please|pls|plz|ideally|preferably|if|and|or|but|"
    r"would|thanks|tonight|tops|max)\b)|"
    r"(?<![$€£\d])(?<!\bof )\b(?:a )?(?P<tops>[7-9]\d|1\d\d|hundred|ninety|eighty),? (?:tops|max)\b",
    re.IGNORECASE,
)
"""A running time without its unit: "keep it under 100", "hundred, tops"."""
_PART_OF_HOUR = {
    "a half": 30, "a quarter": 15, "three quarters": 45, "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50
}  # fmt: skip
_AT_LEAST = frozenset(
    ("over", "more than", "at least", "longer than", "well over", "or more", "or longer", "plus", "upwards", "and up",
     "or so at least", "at the very least", "just over")
)  # fmt: skip
_ABOUT = frozenset(("about", "round about", "around", "roughly", "or so", "odd", "ish"))
_NEARLY = frozenset(("nearly", "almost", "quite", "not quite", "just under"))
_AN_HOUR = 60
"""To argue for an hour in the pub is no wish."""
_STEP = 5
"""Bounds that are not exact are whole multiples of so many minutes."""
_WORD_NUMBERS = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "ninety": 90.0,
    "eighty": 80.0,
    "sixty": 60.0,
    "a hundred": 100.0,
    "one hundred": 100.0,
    "hundred": 100.0,
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
_YEARS_AND_SIDE = re.compile(
    r"\b((?:19|20)\d\d),? (?:(or (?:newer|later|after|more recent|younger)|onwards?|at the earliest)|"
    r"or (?:older|earlier|before)|at the (?:very )?latest|(?:is|being) the (?:cut-?off|limit|latest))\b",
    re.IGNORECASE,
)
_YEARS_BETWEEN = re.compile(
    r"\b(?:between|from)(?: the years?)? ((?:19|20)\d\d) (?:and|to|until) ((?:19|20)\d\d)\b", re.IGNORECASE
)
_YEAR_OF = re.compile(
    r"(?:^(?=\d+(?:\W+\w+){3})|\b(?:made|released|shot) in |(?<!events )\bfrom (?:around |about )?)"
    r"((?:19[1-9]|20[0-2])\d)\b(?!['’-]|\s*(?:s|on|onwards?|to|up|or later|but|meets|with|a space)\b)",
    re.IGNORECASE,
)
"""A year that is not about to be an answer: those are fewer words."""
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
        found += [mention for mention in _decades(text) if not any(overlap(mention, other) for other in found)]
    readers = ((_YEARS, _year_bound), (_YEAR_OF, _year_of), (_YEARS_AND_SIDE, _side_of_year), (_YEARS_BETWEEN, _span))
    for pattern, read in readers:
        for match in pattern.finditer(text):
            bounds = [Mention(match.start(), match.end(), "year", (bound,)) for bound in read(match)]
            found = [other for other in found if not any(overlap(bound, other) for bound in bounds)] + bounds
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


def _year_bound(match: re.Match[str]) -> tuple[str, ...]:
    """Read "before 1980"; "from the 1990s" is a decade, and "from 1994" that year, unless "on" follows."""
    lead, year, decade, on = match[1].lower(), int(match[2]), bool(match[3]), bool(match[4])
    if lead in ("before", "b4", "pre", "until", "older than", "up to"):
        return (f"<={year - 1}",)
    if lead == "from" and not on:
        return ()
    return (f">={year + (10 if decade else 1) if lead in ('after', 'post', 'newer than') else year}",)


def _side_of_year(match: re.Match[str]) -> tuple[str, ...]:
    """Read "1990 or newer" and "1945 at the latest"."""
    return (f"{'>=' if match[2] else '<='}{match[1]}",)


def _span(match: re.Match[str]) -> tuple[str, ...]:
    """Read "between 1945 and 1965"."""
    return (f">={match[1]}", f"<={match[2]}")


def _year_of(match: re.Match[str]) -> tuple[str, ...]:
    """Read "a western from 1994": people are out by a year now and then."""
    return (f">={int(match[1]) - 1}", f"<={int(match[1]) + 1}")


def _runtimes(text: str) -> list[Mention]:
    return [
        Mention(match.start(), match.end(), "runtime", (bound,))
        for match in _RUNTIME.finditer(text)
        if not ((match[1] or "").lower() == "not" and _HOURS_OF.match(text, match.end()))
        if not _NO_LENGTH.search(text[: match.start()])
        for bound in _runtime_bounds(match)
    ] + [
        Mention(match.start(), match.end(), "runtime", (f"<={_minutes(match['under'] or match['tops']):g}",))
        for match in _MINUTES_ALONE.finditer(text)
    ]


def _minutes(number: str) -> float:
    return _WORD_NUMBERS.get(number.lower()) or float(number)


def _decades(text: str) -> list[Mention]:
    found = []
    for match in _DECADE.finditer(text):
        century = match[2] or ("20" if match[3] in ("00", "10") else "19")
        found.append(Mention(match.start(), match.end(), "decade", (f"{century}{match[3]}s",)))
    return found


def overlap(first: Mention, second: Mention) -> bool:
    """Tell whether two mentions share words."""
    return first.start < second.end and second.start < first.end


def _runtime_bounds(match: re.Match[str]) -> tuple[str, ...]:
    """Read one bound, or for "about two hours" two."""
    lead, amount, unit, part, tail = ((group or "").lower() for group in match.groups())
    number = _WORD_NUMBERS[amount] if amount in _WORD_NUMBERS else float(amount)
    hours = unit.startswith("h") or amount in ("an hour and a half", "two and a half")
    minutes = number * 60 if hours else number
    if part:
        minutes += _PART_OF_HOUR.get(part) or int(part) if hours else 0
    if not 20 <= minutes <= 500:
        return ()
    signs = {lead, tail}
    if amount in ("four", "five") and signs == {""}:
        return ()
    if signs & _AT_LEAST or lead.endswith((" less than", " shorter than")):
        return (f">={minutes:g}",)
    if signs & _ABOUT:
        return (f">={_rounded(minutes * 0.88)}", f"<={_rounded(minutes * 1.12)}")
    if tail == "and a bit":
        return (f">={minutes:g}", f"<={_rounded(minutes * 1.2)}")
    if signs & _NEARLY:
        return (f">={_rounded(minutes * 0.85)}", f"<={minutes:g}")
    if lead or tail or not hours:
        return (f"<={minutes:g}",)
    return (f"<={_rounded(minutes * 1.08)}",) if minutes > _AN_HOUR else ()


def _rounded(minutes: float) -> str:
    return f"{_STEP * round(minutes / _STEP):g}"
