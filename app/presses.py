"""What a press of a button means: the acts it stands for, and what the transcript shows of it.

What arrives comes from a browser and may be anything; a press that fits neither the catalogue nor the
conversation means nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from agent.acts import (
    Act,
    Asks,
    Forget,
    Likes,
    Rejects,
    Seen,
    Topic,
    Undo,
)
from agent.answers import chosen, declined, undecided
from agent.state import Belief, DialogueState
from app.words import belief_name, clean, facet_name, option_name
from catalog.items import TITLE, Catalog
from graph.evidence import Wish
from graph.questions import Form, Question


@dataclass(frozen=True)
class Said:
    """A turn of the person's: ``acts`` are None when the words are to be understood."""

    text: str
    acts: tuple[Act, ...] | None = None


_FIRST_PERSON = {"likes": "like", "went": "went", "dislikes": "dislike", "wants": "want", "does": "do"}

UNDO = Said("Take that back", (Undo(),))


def pressed(facts: object, state: DialogueState, catalog: Catalog) -> Said | None:
    """Return what a press says, or None when it means nothing here and now."""
    if not isinstance(facts, Mapping):
        return None
    given = {str(name): value for name, value in facts.items() if isinstance(value, str)}
    press = given.get("press", "")
    if press == "say":
        words = clean(given.get("text", ""))
        return Said(words) if words else None
    if press == "recommend":
        return Said("Just recommend something", (Asks(Topic.RECOMMEND),))
    if press == "forget":
        return _forget(given, state, catalog)
    if given.get("item", "") in catalog and "item" in given:
        return _about_item(press, given["item"], catalog)
    return _answer(press, given, state.last_ask.question, catalog) if state.last_ask else None


def _about_item(press: str, item_id: str, catalog: Catalog) -> Said | None:
    label = catalog[item_id].label
    likes = Likes(Wish(TITLE, (item_id,)))
    match press:
        case "like":
            return Said(f"I like {label}", (likes, Seen(item_id)))
        case "reject":
            return Said(f"Not {label}", (Rejects(item_id),))
        case "seen":
            return Said(f"I have seen {label}", (Seen(item_id),))
        case "more":
            return Said(f"More like {label}", (likes, Asks(Topic.MORE)))
    return None


def _answer(press: str, given: Mapping[str, str], question: Question, catalog: Catalog) -> Said | None:
    if press == "why-question":
        return Said("Why do you ask?", (Asks(Topic.WHY_QUESTION),))
    if press not in answer_presses(question):
        return None
    if press == "option":
        value = given.get("value", "")
        offered = value in question.options and given.get("facet") == question.facet
        return Said(option_name(catalog, question, value), chosen(question, value)) if offered else None
    said: dict[str, tuple[str, tuple[Act, ...]]] = {
        "yes": ("Yes", chosen(question, question.options[0])),
        "no": ("No", declined(question)),
        "either": (either(question), (Likes(Wish(question.facet, question.options)),)),
        "neither": (neither(question), declined(question)),
        "unsure": ("I can’t say", undecided(question)),
        "whatever": (_no_matter(question), undecided(question)),
    }
    return Said(*said[press])


def _no_matter(question: Question) -> str:
    subject = "It" if question.form is Form.YES_NO else f"The {facet_name(question.facet)}"
    return f"{subject} does not matter"


def answer_presses(question: Question) -> tuple[str, ...]:
    """Return the presses that answer a question."""
    match question.form:
        case Form.YES_NO:
            return ("yes", "no", "whatever")
        case Form.RANGE:
            return ("option", "whatever")
        case Form.COMPARISON:
            return ("option", "neither", "unsure")
        case Form.CHOICE:
            return ("option", "either", "neither", "whatever")


def either(question: Question) -> str:
    """Return the answer that takes any option."""
    return "Either" if len(question.options) == 2 else "Any of these"


def neither(question: Question) -> str:
    """Return the answer that takes no option."""
    return "Neither" if len(question.options) == 2 else "None of these"


def _forget(given: Mapping[str, str], state: DialogueState, catalog: Catalog) -> Said | None:
    belief = next((belief for belief in state.withdrawable if belief_key(belief) == given.get("belief")), None)
    if belief is None:
        return None
    verb, _, rest = belief_name(catalog, belief, state.remembered).partition(" ")
    return Said(f"Forget that I {_FIRST_PERSON[verb]} {rest}", (Forget(belief.stance, belief.wish),))


def belief_key(belief: Belief) -> str:
    """Return a belief as a string that stands for it in the page."""
    return json.dumps([belief.stance, belief.wish.facet, *belief.wish.values])
