"""The words of simulated people: many phrasings for each thing that a person can say."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_WORDS: Mapping[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "person_words.json").read_text(encoding="utf-8")
)


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
    by_place = f"{act}_place"
    if rng.random() < 0.5 or place >= len(_WORDS["positions"]):
        return phrase(rng, act, title=title)
    return phrase(rng, by_place, place=_WORDS["positions"][place], number=str(place + 1))


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


def _plain(facet: str, value: str) -> str:
    return value if facet in _WORDS["proper"] else value.lower()


def _kind(facet: str, value: str) -> str:
    """Return whether the value is spoken of as an adjective or as a noun."""
    renamed = value in _WORDS["names"].get(facet, {})
    return "adjective" if facet in _WORDS["adjective"] and not renamed else "noun"


def _filled(rng: random.Random, phrasings: Sequence[str], **slots: str) -> str:
    return rng.choice(phrasings).format(**slots)
