"""The words of simulated people: many phrasings for each thing that a person can say."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_WORDS: Mapping[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "person_words.json").read_text(encoding="utf-8")
)
_NEAT = 0.6
"""How often people write whole sentences."""


def phrase(rng: random.Random, act: str, **slots: str) -> str:
    """Return one of the phrasings of an act that stands on its own, its slots filled."""
    return _filled(rng, _WORDS[act], **slots)


def about_value(rng: random.Random, act: str, facet: str, value: str) -> str:
    """Return one of the phrasings of ``wish``, ``dislike``, ``less`` or ``more`` for a value of a facet."""
    phrasings = _WORDS[act]
    kind = _kind(facet, value)
    if facet in phrasings and (kind == "adjective") == (facet in _WORDS["adjective"]):
        kind = facet
    return _filled(rng, phrasings.get(kind, phrasings.get("any")), x=named(facet, value))


def about_place(rng: random.Random, act: str, title: str, place: int) -> str:
    """Return a phrasing of an act upon an item that was shown, by title or by 0-based place, by chance."""
    if rng.random() < 0.5 or place >= len(_WORDS["positions"]):
        return phrase(rng, act, title=title)
    return at_place(rng, act, place)


def at_place(rng: random.Random, act: str, place: int, **slots: str) -> str:
    """Return a phrasing of an act upon an item that was shown by its 0-based place, which is below 3."""
    return phrase(rng, f"{act}_place", place=_WORDS["positions"][place], number=str(place + 1), **slots)


def compared(rng: random.Random, title: str, place: int, change: str) -> str:
    """Ask for something like an item that was shown, by title or by 0-based place, but for a change."""
    if rng.random() < 0.5 or place >= len(_WORDS["positions"]):
        return phrase(rng, "compare", title=title, x=change)
    return at_place(rng, "compare", place, x=change)


def change_of_value(rng: random.Random, more: bool, facet: str, value: str) -> str:
    """Return a change for the more or the less of a value: ``less violent``, ``without the war``."""
    kind = _kind(facet, value)
    word = value if kind == "noun" and facet not in _WORDS["proper"] else named(facet, value)
    return _filled(rng, _WORDS["than_more" if more else "than_less"][kind], x=_plain(facet, word))


def change_of_number(rng: random.Random, above: bool, name: str) -> str:
    """Return a change for a higher or a lower number: ``newer``, ``a bit shorter``, ``with a lower price``."""
    phrasings = _WORDS["than_above" if above else "than_below"]
    return _filled(rng, phrasings.get(name, phrasings["any"]), x=name.replace("_", " "))


def chosen(rng: random.Random, facet: str, options: Sequence[str], held: Sequence[str]) -> str:
    """Return the choice of some of the options, by name or, for one of them, by place."""
    place = options.index(held[0])
    if len(held) == 1 and rng.random() < 0.4 and place < len(_WORDS["positions"]):
        return phrase(rng, "pick_place", place=_WORDS["positions"][place], number=str(place + 1))
    return phrase(rng, "pick", x=" or ".join(_plain(facet, value) for value in held))


def side(rng: random.Random, facet: str, bounds: Sequence[str], held: str) -> str:
    """Return the choice of one of two sides of a number, ``held``, in words or by place."""
    place = bounds.index(held)
    if rng.random() < 0.2:
        return phrase(rng, "pick_place", place=_WORDS["positions"][place], number=str(place + 1))
    phrasings = _WORDS[("below", "above")[place]]
    return _filled(rng, phrasings.get(facet, phrasings["any"]), x=bounds[1].removeprefix(">="))


def named(facet: str, value: str) -> str:
    """Return a value as a person would call it: ``musicals``, ``violent``, ``Al Pacino``."""
    known = _WORDS["names"].get(facet, {}).get(value)
    return str(known) if known else _plain(facet, value)


def sentences(rng: random.Random, parts: Sequence[str]) -> str:
    """Join what is said at once as people type it: neatly with capitals and stops, or casually."""
    if rng.random() < _NEAT:
        capital = (part[0].upper() + part[1:] for part in parts)
        return " ".join(part if part[-1] in ".!?" else f"{part}." for part in capital)
    joined = parts[0]
    for part in parts[1:]:
        link = " " if joined[-1] in ".!?" else rng.choice((", ", " - ", ". ")) if part[0].islower() else ". "
        joined += link + part
    return joined


def uncapitalised(words: str) -> str:
    """Return words as they stand within a sentence: without a capital or a stop of their own."""
    bare = words.strip().rstrip(".!")
    first = bare.split(maxsplit=1)[0] if bare else ""
    keeps = first[:2] in ("I", "I'") or not first[1:].islower()
    return bare if keeps else bare[0].lower() + bare[1:]


def _plain(facet: str, value: str) -> str:
    return value if facet in _WORDS["proper"] else value.lower()


def _kind(facet: str, value: str) -> str:
    """Return whether the value is spoken of as an adjective or as a noun."""
    renamed = value in _WORDS["names"].get(facet, {})
    return "adjective" if facet in _WORDS["adjective"] and not renamed else "noun"


def _filled(rng: random.Random, phrasings: Sequence[str], **slots: str) -> str:
    return rng.choice(phrasings).format(**slots)
