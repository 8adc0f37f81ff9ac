"""What a reply is to say: a job, and the phrases for it, which are true because they were built from the catalogue.

Titles are slots, ``{1}``, ``{2}``: no phrase spells one.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.actions import Relaxation, ReplyKind
from agent.acts import Stance
from agent.phrases import (
    asked_phrase,
    listed,
    says_what_it_is,
    value_phrase,
    wish_phrase,
)
from agent.questioning import option_phrase
from agent.state import DialogueState
from catalog.items import TITLE, YEAR, Catalog, Item, parse_bound
from graph.evidence import Wish
from graph.questions import Form, Question

NOUN = "film"
"""What the items are called of which a taught model has learnt to speak."""

_MOST_HEARD = 200
"""Characters of someone's small talk that an answer needs."""


class Job(StrEnum):
    """A kind of reply."""

    ASK = "ask"
    RECOMMEND = "recommend"
    SECOND = "second"
    """Name another item besides."""
    CRITIQUE = "critique"
    """Recommend anew after a critique."""
    WHY = "why"
    CONFIRM = "confirm"
    TALK = "talk"
    UNKNOWN = "unknown"
    """The catalogue does not have it."""
    RELAX = "relax"
    """Nothing fits, but for one wish."""
    CLOSEST = "closest"
    TASTE = "taste"


@dataclass(frozen=True)
class Phrase:
    """Something that may be said in these words."""

    label: str
    """What it is about: ``asked``, ``story``, the name of a facet."""
    text: str


@dataclass(frozen=True)
class Brief:
    """A job and the phrases for it."""

    job: Job
    phrases: tuple[Phrase, ...] = ()
    """All of them are to be said."""
    items: tuple[str, ...] = ()
    """Ids of the items in the slots, in order; empty for a name that is no item's."""
    heard: str = ""
    """What the person said, where the reply answers that."""

    @property
    def notes(self) -> str:
        """The phrases as lines of text, which name every slot."""
        lines = [f"{phrase.label}: {phrase.text}" for phrase in self.phrases]
        if self.items and "{1}" not in "".join(lines):
            lines = ["film: {1}", *lines]
        return "\n".join([*lines, *([f"said: {self.heard}"] if self.heard else [])])


@dataclass
class Slots:
    """Gives out slots to items, one each, in order."""

    ids: list[str] = field(default_factory=list)

    def of(self, item_id: str) -> str:
        """Return the slot of an item; a new one comes after the others."""
        if item_id not in self.ids:
            self.ids.append(item_id)
        return f"{{{self.ids.index(item_id) + 1}}}"


def question_brief(question: Question, catalog: Catalog) -> Brief | None:
    """Return what a question asks; None for one that is best asked plainly."""
    options = [option_phrase(question, option, catalog) for option in question.options]
    facet = question.facet.replace("_", " ")
    match question.form:
        case Form.CHOICE:
            return Brief(Job.ASK, (Phrase(facet, listed(options, "or")),))
        case Form.YES_NO:
            such = such_phrase(question.facet, question.options[0])
            return Brief(Job.ASK, (Phrase("yes or no", such),)) if such else None
        case Form.COMPARISON:
            titles = {catalog[item_id].title for item_id in question.options}
            halves = (Phrase("closer to", "{1}"), Phrase("or to", "{2}"))
            return Brief(Job.ASK, halves, question.options) if len(titles) == len(question.options) else None
    return _range_brief(question)


def _range_brief(question: Question) -> Brief | None:
    low, high = (parse_bound(option) for option in question.options)
    unit = {"runtime": "minutes", YEAR: "year"}.get(question.facet)
    if not (unit and low and high) or low[1] == high[1]:
        return None
    return Brief(Job.ASK, (Phrase(unit, f"{high[1]:g}"),))


def such_phrase(facet: str, value: str) -> str:
    """Return a value as it follows "something": ``about revenge``, ``that is tense``; empty where nothing would."""
    phrase = value_phrase(facet, value)
    before = {
        "director": "directed by",
        "writer": "written by",
        "actor": "with",
        "country": "from",
        "decade": "from",
        "language": "in",
    }
    if facet in before:
        return f"{before[facet]} {phrase}"
    if facet == "theme":
        return f"that is {phrase}" if says_what_it_is(value) else f"about {phrase}"
    return f"that is {phrase}" if facet in ("mood", "genre") and NOUN not in phrase else ""


def confirm_brief(item: Item) -> Brief:
    """Return how to let someone go with an item."""
    runtime = item.numbers.get("runtime")
    return Brief(Job.CONFIRM, (Phrase("minutes", f"{runtime:.0f}"),) if runtime else (), (item.id,))


def talk_brief(kind: ReplyKind, heard: str, chosen: bool) -> Brief:
    """Return what small talk to answer; ``chosen`` tells whether the person has taken something."""
    label = "thanks, but nothing is chosen yet" if kind is ReplyKind.THANKS and not chosen else kind.value
    return Brief(Job.TALK, (), (), f"({label}) {' '.join(heard.split())[:_MOST_HEARD]}")


def unknown_brief() -> Brief:
    """Return how to say that the catalogue does not have what stands in the slot."""
    return Brief(Job.UNKNOWN, (Phrase("not in the catalogue", "{1}"),), ("",))


def relax_brief(relaxation: Relaxation, catalog: Catalog) -> Brief | None:
    """Return the way out when nothing fits."""
    if relaxation.wish.facet == TITLE:
        return None
    wish = wish_phrase(relaxation.wish, catalog)
    return Brief(Job.RELAX, (Phrase("ruled out", wish), Phrase("would bring back", f"{relaxation.regained:,}")))


def closest_brief(missing: str) -> Brief:
    """Return what no item has."""
    return Brief(Job.CLOSEST, (Phrase("missing", missing),))


def taste_brief(state: DialogueState, catalog: Catalog) -> Brief | None:
    """Return what is believed of the person; None where nothing is, or more than likes and dislikes."""
    slots = Slots()
    wished = _wishes(state, Stance.LIKES, catalog, slots)
    refused = _wishes(state, Stance.DISLIKES, catalog, slots)
    if not wished or state.history or state.preferred:
        return None
    likes = (Phrase("likes", listed(wished)),)
    dislikes = (Phrase("dislikes", listed(refused)),) if refused else ()
    return Brief(Job.TASTE, (*likes, *dislikes), tuple(slots.ids))


def _wishes(state: DialogueState, stance: Stance, catalog: Catalog, slots: Slots) -> list[str]:
    return [_wished(belief.wish, catalog, slots) for belief in state.beliefs if belief.stance == stance]


def _wished(wish: Wish, catalog: Catalog, slots: Slots) -> str:
    if wish.facet == TITLE:
        return listed([slots.of(item_id) for item_id in wish.values], "or")
    if len(wish.values) == 1 and wish.facet in ("mood", "runtime", YEAR):
        return asked_phrase(wish.facet, wish.values[0])
    return wish_phrase(wish, catalog)
