"""Cells as people leave them, made into text, numbers, years and lists.

Every function here is total: whatever the cell holds, it returns something and never raises.
"""

import ast
import json
import math
import re
import unicodedata
import warnings
from dataclasses import dataclass
from html import unescape
from html.entities import html5

from catalog.items import ordered_unique, parse_bound

Cell = str | tuple[str, ...]
"""What a table cell holds after reading: text, or the texts of a list."""

TITLE_LIMIT = 300
"""Longest title, id and column name, in characters."""
VALUE_LIMIT = 80
"""Longest facet value, in characters."""
DESCRIPTION_LIMIT = 4000
"""Longest description, in characters."""
VALUES_LIMIT = 100
"""Most values that one cell gives to a facet."""

HTML = "HTML tags and entities resolved"
CONTROL = "control characters removed"
SPACES = "spaces and line breaks tidied"
FORMULA = "formula sign removed"
BOUND = "comparison sign respelled"
EMPTY_MARK = "left empty (n/a, nan, null and the like)"

_LIST_LIMIT = VALUES_LIMIT * VALUE_LIMIT * 10
_SLACK = 20
_PASSES = 4
_EMPTY_MARKS = frozenset({"n/a", "#n/a", "nan", "null", "<na>", "\\n", "-", "?"})

# Printable ASCII with single spaces and no sign that any rule looks for: most cells, decided at once.
_SIMPLE = re.compile(r"(?![=+@\-])(?:[!-%'-;=-~]|(?<=[!-~]) (?=[!-~]))*\Z")
# Not the joiners U+200C and U+200D, which Persian words and emoji need.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NESTED_ENTITY = re.compile(r"&(?:amp;)+")
# An attribute needs its sign: "a<b and c>d" compares.
_ATTRIBUTES = r"""(?:\s[^<>"'=]*=(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[\s/]*)"""
# The guards before each dot stop a search at the next opening, so unclosed ones cost linear time.
_UNSEEN = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<!doctype[^<>]*>|<(script|style)\b[^<>]*>(?:(?!<(?:script|style)\b).)*?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK_TAGS = "address|article|blockquote|br|dd|div|dl|dt|figure|footer|form|h[1-6]|head|header|hr|html|body|iframe|img"
_BLOCK_TAGS += "|input|li|main|nav|object|ol|option|p|pre|script|section|select|style|svg|table|tbody|td|tfoot|th"
_BLOCK_TAGS += "|thead|tr|ul|video|audio|button|meta|link"
_INLINE_TAGS = (
    "a|abbr|b|bdi|bdo|big|center|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u"
)
# Only tags of HTML: a title such as "<harmony/>" is no markup.
_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS}){_ATTRIBUTES}>", re.IGNORECASE)
_INLINE = re.compile(rf"</?(?:{_INLINE_TAGS}){_ATTRIBUTES}>", re.IGNORECASE)
# A call, a cell, a sum or a program; "=Love", "+1", "@midnight" and "-" are none of these.
_FORMULA = re.compile(
    r"[=+@-](?:[A-Z][A-Z0-9_.]*\(|\w+\|\s*['\"/]|[^|]{0,60}\|.{0,400}!)"
    r"|=\s*(?:[A-Za-z_][\w.]*\(|\(*\$?[A-Z]{1,3}\$?\d{1,7}(?!\w)|\(*[\d.]+\s*[-+*/^])",
    re.DOTALL,
)
# How spreadsheets write "007" when its zeros should stay.
_TEXT_FORMULA = re.compile(r'="([^"]*)"\Z')


@dataclass(frozen=True)
class Cleaned:
    """A text that is safe to show, and the names of the rules that changed it."""

    text: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Values:
    """The values of a facet cell, and the names of the rules that changed them."""

    values: tuple[str, ...]
    changes: tuple[str, ...] = ()


def clean_text(raw: str, limit: int) -> Cleaned:
    """Return ``raw`` without markup, control characters, formulas and stray spaces, cut to ``limit`` characters.

    Cleaning twice is cleaning once. Of a text more than 20 times the limit only that beginning is looked at.
    """
    if len(raw) <= limit and _SIMPLE.match(raw):
        return Cleaned(raw)
    text, changes = raw[: limit * _SLACK], list[str]()
    for _ in range(_PASSES):
        before, (text, done) = text, _tidy(text)
        changes += done
        if text == before:
            break
    else:
        # Markup within markup within markup: without these two signs none of it can come back.
        text, _ = _tidy(text.replace("<", "").replace("&", ""))
    if len(raw) > limit * _SLACK or len(text) > limit:
        changes.append(cut_to(limit))
        text = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    plain = _without_formula(text)
    return Cleaned(plain, ordered_unique([*changes, FORMULA if plain != text else ""]))


def cut_to(limit: int) -> str:
    """Return the name of the rule that cuts a text to ``limit`` characters."""
    return f"cut to {limit} characters"


def _tidy(text: str) -> tuple[str, list[str]]:
    """Return the text after one pass, with the names of the rules that changed it."""
    visible = _INVISIBLE.sub("", text)
    composed = unicodedata.normalize("NFC", visible)
    unmarked = _without_markup(composed)
    tidied = " ".join(unmarked.split())
    steps = ((CONTROL, text, visible), (HTML, composed, unmarked), (SPACES, unmarked, tidied))
    return tidied, [rule for rule, before, after in steps if before != after]


def _without_markup(text: str) -> str:
    if "<" in text:
        text = _INLINE.sub("", _BLOCK.sub(" ", _UNSEEN.sub(" ", text)))
    if "&" in text:
        text = _ENTITY.sub(_entity, _NESTED_ENTITY.sub("&amp;", text))
    return text


def _entity(match: re.Match[str]) -> str:
    # html.unescape alone would also take the "&not" out of "&notes;".
    return unescape(match[0]) if match[0][1] == "#" or match[0][1:] in html5 else match[0]


def _without_formula(text: str) -> str:
    while True:
        if quoted := _TEXT_FORMULA.match(text):
            text = quoted[1].strip()
        elif _FORMULA.match(text):
            text = text[1:].lstrip()
        else:
            return text


def clean_values(cell: Cell, separator: str | None) -> Values:
    """Return the values of a facet cell, each once and in order.

    They are the entries of a list, or of a text that is written like one; any other text is split at ``separator``.
    """
    listed = parse_list(cell) if isinstance(cell, str) else cell
    changes: list[str] = []
    if listed is None:
        whole = clean_text(str(cell), _LIST_LIMIT)
        listed = tuple(whole.text.split(separator)) if separator else (whole.text,)
        changes += whole.changes
    values: list[str] = []
    for raw in listed:
        cleaned = clean_text(raw.strip(), VALUE_LIMIT)
        changes += cleaned.changes
        value = cleaned.text
        if value.lower() in _EMPTY_MARKS:
            changes.append(EMPTY_MARK)
            continue
        if parse_bound(value):
            # Item.has would read "<=95" as a bound on a number and not as this value.
            value = {"<": "≤", ">": "≥"}[value[0]] + value[2:]
            changes.append(BOUND)
        values.append(value)
    kept = ordered_unique(values)
    if len(kept) > VALUES_LIMIT:
        changes.append(f"cut to {VALUES_LIMIT} values")
    return Values(kept[:VALUES_LIMIT], ordered_unique(changes))


def parse_list(text: str) -> tuple[str, ...] | None:
    """Return the entries of ``["a", "b"]`` in JSON or in Python's spelling, and None for any other text."""
    stripped = text.strip()
    if not (stripped.startswith(("[", "(", "{")) and stripped.endswith(("]", ")", "}"))):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
                parsed = parse(stripped)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        return tuple(entry_text(entry) for entry in parsed) if isinstance(parsed, list | tuple | set) else None
    return None


def entry_text(entry: object) -> str:
    """Return one entry of a list as text: nothing for null, the name of ``{"id": 28, "name": "Action"}``."""
    if isinstance(entry, dict):
        named = entry.get("name") or entry.get("title") or entry.get("value")
        return named if isinstance(named, str) else json.dumps(entry, ensure_ascii=False, default=str)
    if entry is None or (isinstance(entry, float) and math.isnan(entry)):
        return ""
    return str(int(entry)) if isinstance(entry, float) and entry.is_integer() else str(entry)


_NUMBER = re.compile(
    r"(?:(?:[A-Z]{3}|Rs\.?|kr\.?|[A-Z]{0,2}[$£€¥₹₩₽₺~#(])\s?)?(?P<sign>[-+−]?)[$£€¥₹]?\s?"
    r"(?P<digits>\d[\d.,' \u2019]*(?:[eE][-+]?\d{1,3})?|\.\d+)(?:(?P<scale>[kKM])\b)?(?:\s*[^\d\s+-]\D{0,15})?",
    re.ASCII,
)
_DIGITS = tuple(
    (re.compile(spelling, re.ASCII), grouping, decimal)
    for spelling, grouping, decimal in (
        (r"\d*\.?\d+(?:[eE][-+]?\d{1,3})?|\d+\.", "", "."),
        (r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", ",", "."),
        (r"\d{1,3}(?:[ '\u2019]\d{3})+(?:\.\d+)?", " '\u2019", "."),
        (r"\d{1,3}(?:[ '\u2019]\d{3})+,\d+", " '\u2019", ","),
        (r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", ".", ","),
        (r"\d+,\d+", "", ","),
    )
)
"""Spellings of a number, each with its signs between thousands and its decimal sign; the first that fits is meant."""
_SCALES = {None: 1.0, "k": 1e3, "K": 1e3, "M": 1e6}
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)", re.ASCII)


def parse_number(text: str) -> float | None:
    """Return the number in ``£1,299.00``, ``12 min``, ``1 299,50`` or ``1.2M``, and None where none or several stand.

    One comma before three digits parts thousands ("1,299" is 1299), one point never does ("1.299" is 1.299).
    """
    match = _NUMBER.fullmatch(" ".join(text[:100].split()))
    if not match:
        return None
    digits = match["digits"].strip()
    for spelling, grouping, decimal in _DIGITS:
        if spelling.fullmatch(digits):
            plain = digits.translate({ord(sign): None for sign in grouping}).replace(decimal, ".")
            number = float(plain) * _SCALES[match["scale"]] * (-1 if match["sign"] in ("-", "−") else 1)
            return number if math.isfinite(number) else None
    return None


def parse_year(text: str) -> int | None:
    """Return the first year from 1000 to 2099 in a date or a text, also as ``(1995)`` or ``1995.0``; else None."""
    match = _YEAR.search(text[:100])
    return int(match[1]) if match else None
