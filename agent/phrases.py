"""Values, wishes and items in plain words: sentences that are true because they are built from the catalogue."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from catalog.items import TITLE, YEAR, Catalog, Item, parse_bound
from graph.build import ValueNode
from graph.evidence import Wish

_WORDS = json.loads((Path(__file__).parent / "data" / "film_phrases.json").read_text(encoding="utf-8"))
_THINGS, _CAPITAL = frozenset(_WORDS["thing"]), frozenset(_WORDS["capital"])
_PLAIN: dict[str, str] = _WORDS["plain"]
_IS: dict[str, str] = _WORDS["is"]
"""Themes that say what an item is rather than what it is about: ``set in Rome``, ``based on a novel``."""
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[DMJS]r)(?<!\bMrs)(?<!\bSt)\. ")
"""Not at an initial or a title: "the U.S. Open", "Dr. Jones"."""
_ARTICLES = ("a ", "an ")
_THE_COUNTRIES = frozenset(
    ("United States", "United Kingdom", "Netherlands", "Philippines", "Czech Republic", "Soviet Union")
)
_UNITS = {"runtime": " minutes"}
_PROSE = {
    "genre": "It is {}.",
    "mood": "It is {}.",
    "director": "It is directed by {}.",
    "actor": "It has {}.",
    "writer": "It is written by {}.",
    "theme": "It is about {}.",
    "country": "It comes from {}.",
    "language": "It is in {}.",
    "decade": "It is from the {}.",
    "runtime": "It runs {}.",
}


def article(phrase: str) -> str:
    """Put ``a`` or ``an`` before a phrase."""
    start = phrase.lower()
    vowel = start.startswith(("a", "e", "i", "o", "u", "8", "11", "18")) and not start.startswith(
        ("uni", "eu", "one", "us ")
    )
    return f"{'an' if vowel else 'a'} {phrase}"


def listed(phrases: Sequence[str], word: str = "and") -> str:
    """Join phrases: ``a, b and c``."""
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} {word} {phrases[-1]}"


def counted(phrases: Sequence[str], most: int = 3) -> str:
    """Join the last ``most`` phrases and count the others: ``b, c, d and 1 other``."""
    others = len(phrases) - most
    return listed([*phrases[-most:], *([f"{others} other{'' if others == 1 else 's'}"] if others > 0 else [])])


def value_phrase(facet: str, value: str) -> str:
    """Return a value as it stands in a sentence: ``a heist``, ``sci-fi``, ``the 1990s``, ``under 95 minutes``."""
    bound = parse_bound(value)
    if bound is not None:
        return _bound_phrase(facet, *bound)
    if facet == "theme":
        return _theme_phrase(value)
    if facet == "country" and value in _THE_COUNTRIES:
        return f"the {value}"
    return f"the {value}" if facet == "decade" else _WORDS.get(facet, {}).get(value, value)


def _bound_phrase(facet: str, sign: str, amount: float) -> str:
    if facet == YEAR:
        return f"from {amount:.0f} on" if sign == ">=" else f"before {amount + 1:.0f}"
    if facet in _UNITS and sign == "<=" and amount % 10 == 9:
        return f"under {amount + 1:g}{_UNITS[facet]}"
    bound = f"{'at most' if sign == '<=' else 'at least'} {amount:g}{_UNITS.get(facet, '')}"
    return bound if facet in _UNITS else f"{facet.replace('_', ' ')} {bound}"


def is_thing(phrase: str) -> bool:
    """Tell whether a value's phrase names a thing of its own: ``a comedy``, unlike ``tense``."""
    return phrase.startswith(_ARTICLES)


def says_what_it_is(theme: str) -> bool:
    """Tell whether a theme says what an item is, rather than what it is about: ``set in Rome``, ``a whodunit``."""
    return theme in _IS


def _theme_phrase(value: str) -> str:
    if value in _IS or value in _PLAIN:
        return _IS.get(value) or _PLAIN[value]
    named = " ".join(word.capitalize() for word in value.split()) if value in _CAPITAL else value
    return article(named) if value in _THINGS else named


def asked_phrase(facet: str, value: str) -> str:
    """Return what was asked for as the object of "you asked for": ``a heist``, ``something tense``."""
    phrase = value_phrase(facet, value)
    if parse_bound(value):
        return f"something {'from ' if phrase.startswith('before') else ''}{phrase}" if facet == YEAR else phrase
    if is_thing(phrase) or facet in ("actor", "genre"):
        return phrase
    if facet == "theme":
        return f"something {phrase}" if value in _IS else f"something about {phrase}"
    if facet in ("mood", "language"):
        return f"something {phrase}"
    if facet in ("director", "writer"):
        return f"something by {phrase}"
    return f"something from {phrase}" if facet in ("decade", "country") else f"{facet.replace('_', ' ')} {phrase}"


def wish_phrase(wish: Wish, catalog: Catalog) -> str:
    """Return a wish in words; items are named by their titles."""
    if wish.facet == TITLE:
        return listed([catalog[value].title for value in wish.values], "or")
    return listed([value_phrase(wish.facet, value) for value in wish.values], "or")


def shared_phrase(node: ValueNode) -> str:
    """Return a value that two items have in common: ``its director Michael Mann``, ``a tense mood``."""
    phrase = value_phrase(node.facet, node.value)
    if node.facet in ("actor", "theme", "genre", "decade"):
        return phrase
    return article(f"{node.value} mood") if node.facet == "mood" else f"its {node.facet.replace('_', ' ')} {phrase}"


def fact_sentence(facet: str, value: str) -> str:
    """Return one fact about an item as a sentence that begins with ``It``."""
    if facet in _PROSE:
        if facet == "theme" and value in _IS:
            return f"It is {_IS[value]}."
        return _PROSE[facet].format(value if facet == "decade" else value_phrase(facet, value))
    return f"Its {facet.replace('_', ' ')} is {value_phrase(facet, value)}."


def description_sentence(item: Item) -> str:
    """Return the first sentence of an item's description, whole."""
    first = _SENTENCE_END.split(item.description)[0].strip().rstrip(".")
    return f"{first}." if first else ""
