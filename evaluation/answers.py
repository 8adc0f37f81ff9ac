"""How a simulated person answers a question: truthfully about what they want, in varied words.

What is so comes first: the options that hold, none of them, or None where it does not matter. Then come the words.
"""

import random
from collections.abc import Sequence

import numpy as np

from catalog.items import YEAR, Item, parse_bound
from evaluation.people import Person, Record, clear, gives_away
from evaluation.wording import about_place, about_value, at_place, chosen, phrase, side
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.questions import Form, Question

_NAMES_THE_VALUE = 0.3
"""How often people name the value in place of yes or no."""
ALIKE = 0.08
"""Items less alike than this are not alike at all; nine in ten pairs of films are less alike than 0.15."""
_CLEARLY = 1.25
"""How many times as alike the nearer of two items must be for people to say which it is."""
_STRONG = 0.05
"""A value matters to someone from this weight on."""
_MOSTLY = 0.75
"""Share of what someone would take that must lie on a side of a number for them to choose it."""
_DECADE = 10
_BY_YEAR = "decade"

Held = tuple[str, ...] | None
"""The options that hold; empty: none of them; None: it does not matter, or cannot be said."""


def answered(
    question: Question, person: Person, record: Record, graph: AttributeGraph, rng: random.Random
) -> tuple[str, Record]:
    """Return what someone who looks for one item answers, and the record after that."""
    return in_words(question, held_by_target(question, person.target, graph), person, record, graph, rng)


def held_by_target(question: Question, target: Item, graph: AttributeGraph) -> Held:
    """Return what holds of an item; what the catalogue does not know of it does not matter.

    Of two items the nearer is named, if one clearly is; nothing is more like an item than itself.
    """
    if question.form is Form.COMPARISON:
        near = graph.likeness(target.id)
        alike = {item_id: float(near[graph.catalog.position(item_id)]) for item_id in question.options}
        alike |= {item_id: 2.0 for item_id in question.options if item_id == target.id}
        worse, better = sorted(question.options, key=lambda item_id: alike[item_id])
        return None if alike[better] < ALIKE or alike[better] < _CLEARLY * alike[worse] else (better,)
    if not Wish(question.facet, question.options).known_for(target):
        return None
    return tuple(value for value in question.options if target.has(question.facet, value))


def held_by_tastes(question: Question, person: Person, graph: AttributeGraph) -> Held:
    """Return what someone with tastes but no item in mind would like best; what they only like less is no refusal."""
    options = question.options
    match question.form:
        case Form.COMPARISON:
            worse, better = sorted(options, key=lambda item_id: person.utilities.get(item_id, 0.0))
            gap = person.utilities.get(better, 0.0) - person.utilities.get(worse, 0.0)
            return (better,) if gap > _STRONG else None
        case Form.RANGE:
            numbers = [graph.catalog[item_id].number(question.facet) for item_id in person.wanted]
            known = [number for number in numbers if number is not None]
            shares = [np.mean([_within(option, number) for number in known]) if known else 0.0 for option in options]
            return next(((option,) for option, share in zip(options, shares, strict=True) if share >= _MOSTLY), None)
    weights = {taste.value: taste.weight for taste in person.tastes if taste.facet == question.facet}
    best = max(options, key=lambda value: weights.get(value, 0.0))
    if weights.get(best, 0.0) >= _STRONG:
        return (best,)
    return _none_if_disliked(question, person.dislikes)


def held_by_wishes(question: Question, wishes: Sequence[Wish], dislikes: Sequence[Wish]) -> Held:
    """Return what someone with a few wishes says; what they do not wish for is only refused if it is disliked."""
    if question.form is Form.COMPARISON:
        return None
    if question.form is Form.RANGE:
        reaches = [reach for wish in wishes if (reach := _reach(wish, question.facet))]
        sides = [option for low, high in reaches for option in question.options if _holds(option, low, high)]
        return (sides[0],) if sides else None
    asked = {value for wish in wishes if wish.facet == question.facet for value in wish.values}
    held = tuple(value for value in question.options if value in asked)
    return held or _none_if_disliked(question, dislikes)


def _none_if_disliked(question: Question, dislikes: Sequence[Wish]) -> Held:
    refused = {value for wish in dislikes if wish.facet == question.facet for value in wish.values}
    return () if refused.issuperset(question.options) else None


def _reach(wish: Wish, name: str) -> tuple[float, float] | None:
    """Return between which numbers of a name a wish keeps what fulfils it; ``1990s`` is about the year."""
    bounds = [parse_bound(value) for value in wish.values]
    if wish.facet == name and len(bounds) == 1 and bounds[0]:
        sign, number = bounds[0]
        return (-np.inf, number) if sign == "<=" else (number, np.inf)
    years = [value.removesuffix("s") for value in wish.values]
    if (name, wish.facet) == (YEAR, _BY_YEAR) and all(year.isdigit() for year in years):
        return float(min(years, key=int)), float(max(years, key=int)) + _DECADE - 1
    return None


def _holds(option: str, low: float, high: float) -> bool:
    return _within(option, low) and _within(option, high)


def _within(option: str, number: float) -> bool:
    bound = parse_bound(option)
    return bound is not None and (number <= bound[1] if bound[0] == "<=" else number >= bound[1])


def in_words(
    question: Question, held: Held, person: Person, record: Record, graph: AttributeGraph, rng: random.Random
) -> tuple[str, Record]:
    """Put an answer into words; now and then people do not care, and those who are noisy say what is not so.

    The record holds what was said.
    """
    if question.form is Form.COMPARISON:
        return _nearer(question, _said(question, held, person, rng), person, record, graph, rng)
    if held is None or rng.random() < person.config.indifferent:
        return phrase(rng, "indifferent"), record
    held = _said(question, held, person, rng) or ()
    match question.form:
        case Form.YES_NO:
            return _yes_or_no(question, bool(held), record, rng)
        case Form.RANGE:
            return _side(question, held, record, rng)
    return _choice(question, held, record, rng)


def _said(question: Question, held: Held, person: Person, rng: random.Random) -> Held:
    """Return what is said to hold: by chance another option than those that do, or the contrary."""
    if held is None or rng.random() >= person.config.noise:
        return held
    rest = [value for value in question.options if value not in held]
    return (rng.choice(rest),) if rest else ()


def _choice(question: Question, held: Sequence[str], record: Record, rng: random.Random) -> tuple[str, Record]:
    facet, options = question.facet, question.options
    if not held:
        return phrase(rng, "neither"), record.disliking(*(Wish(facet, (value,)) for value in options))
    record = record.wishing(*((facet, value) for value in held))
    if len(held) == len(options):
        return phrase(rng, "either"), record
    return chosen(rng, facet, options, held), record


def _yes_or_no(question: Question, holds: bool, record: Record, rng: random.Random) -> tuple[str, Record]:
    """Say yes or no, in these words or by naming the value."""
    facet, value = question.facet, question.options[0]
    by_name = rng.random() < _NAMES_THE_VALUE and clear(facet, value)
    if holds:
        text = about_value(rng, "wish", facet, value) if by_name else phrase(rng, "yes")
        return text, record.wishing((facet, value))
    text = about_value(rng, "dislike", facet, value) if by_name else phrase(rng, "no")
    return text, record.disliking(Wish(facet, (value,)))


def _side(question: Question, held: Sequence[str], record: Record, rng: random.Random) -> tuple[str, Record]:
    """Choose the side of a number on which the target lies; one that lies on both leaves it open."""
    if len(held) != 1:
        return phrase(rng, "indifferent"), record
    return side(rng, question.facet, question.options, held[0]), record.wishing((question.facet, held[0]))


def _nearer(
    question: Question, held: Held, person: Person, record: Record, graph: AttributeGraph, rng: random.Random
) -> tuple[str, Record]:
    """Name the item that is nearer, by place alone where its title would give the target away."""
    if not held:
        return phrase(rng, "unsure"), record
    (better,) = held
    worse = next(item_id for item_id in question.options if item_id != better)
    title, place = graph.catalog[better].title, question.options.index(better)
    if gives_away(title, person.target.title):
        return at_place(rng, "prefer", place), record.preferring(better, worse)
    return about_place(rng, "prefer", title, place), record.preferring(better, worse)
