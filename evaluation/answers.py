"""How a simulated person answers a question: truthfully about the target, in varied words."""

import random

from evaluation.people import Person, Record, clear
from evaluation.wording import about_place, about_value, chosen, phrase, side
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.questions import Form, Question

_NAMES_THE_VALUE = 0.3
"""How often people name the value in place of yes or no."""
_ALIKE = 0.08
"""Items less alike than this are not alike at all; nine in ten pairs of films are less alike than 0.15."""
_CLEARLY = 1.25
"""How many times as alike the nearer of two items must be for people to say which it is."""


def answered(
    question: Question, person: Person, record: Record, graph: AttributeGraph, rng: random.Random
) -> tuple[str, Record]:
    """Return what a person answers, and the record after that.

    What the catalogue does not know of the target does not matter to the person.
    """
    if question.form is Form.COMPARISON:
        return _nearer(question, person, record, graph, rng)
    known = Wish(question.facet, question.options).known_for(person.target)
    if not known or rng.random() < person.config.indifferent:
        return phrase(rng, "indifferent"), record
    held = [value for value in question.options if person.target.has(question.facet, value)]
    match question.form:
        case Form.YES_NO:
            return _yes_or_no(question, bool(held), record, rng)
        case Form.RANGE:
            return _side(question, held, record, rng)
    return _choice(question, held, record, rng)


def _choice(question: Question, held: list[str], record: Record, rng: random.Random) -> tuple[str, Record]:
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


def _side(question: Question, held: list[str], record: Record, rng: random.Random) -> tuple[str, Record]:
    """Choose the side of a number on which the target lies; one that lies on both leaves it open."""
    if len(held) != 1:
        return phrase(rng, "indifferent"), record
    return side(rng, question.facet, question.options, held[0]), record.wishing((question.facet, held[0]))


def _nearer(
    question: Question, person: Person, record: Record, graph: AttributeGraph, rng: random.Random
) -> tuple[str, Record]:
    """Name the item that is more like the target, if one clearly is; nothing is more like it than itself."""
    near = graph.likeness(person.target.id)
    alike = {item_id: float(near[graph.catalog.position(item_id)]) for item_id in question.options}
    alike |= {item_id: 2.0 for item_id in question.options if item_id == person.target.id}
    worse, better = sorted(question.options, key=lambda item_id: alike[item_id])
    if alike[better] < _ALIKE or alike[better] < _CLEARLY * alike[worse]:
        return phrase(rng, "unsure"), record
    words = about_place(rng, "prefer", graph.catalog[better].title, question.options.index(better))
    return words, record.preferring(better, worse)
