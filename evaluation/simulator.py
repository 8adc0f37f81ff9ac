"""A simulated person talks to Parley in plain words, with one item of the catalogue in mind.

The person answers truthfully about the target, states dislikes of values that the target does not
have, and keeps a record of what was said, against which Parley can be judged.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from agent.actions import Action, Ask, Recommend, Reply, ReplyKind
from agent.chatbot import Chatbot
from agent.language import Message
from catalog.items import TITLE, Catalog
from evaluation.answers import answered
from evaluation.people import CRITICISED, Person, Record, clear
from evaluation.wording import about_place, about_value, named, phrase
from graph.attributes import AttributeGraph
from graph.evidence import Wish


class Silent:
    """A language model with nothing to say: decisions are judged, and the words are Parley's plain ones."""

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = ()) -> Iterator[str]:
        """Yield nothing."""
        return iter(())

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Find all options equally likely."""
        return (0.0,) * len(options)


@dataclass(frozen=True)
class Exchange:
    """One turn: what the person said, what the person holds Parley to from here on, and what Parley did."""

    text: str
    record: Record
    action: Action
    reply: str
    seconds: float


@dataclass(frozen=True)
class Dialogue:
    """A whole conversation."""

    target: str
    turns: tuple[Exchange, ...]
    success: bool
    """The target was recommended, and the person took it."""


@dataclass(frozen=True)
class _Scene:
    """What a person sees when it is their turn to speak."""

    person: Person
    graph: AttributeGraph
    turns: tuple[Exchange, ...]
    rng: random.Random

    @property
    def catalog(self) -> Catalog:
        return self.graph.catalog

    @property
    def record(self) -> Record:
        return self.turns[-1].record if self.turns else Record()

    @property
    def offered(self) -> bool:
        """Whether the target was recommended just now."""
        return bool(self.turns) and self.person.target.id in recommended(self.turns[-1].action)

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the items on the table: of the last recommendation, unless a question followed."""
        actions = [turn.action for turn in reversed(self.turns) if not isinstance(turn.action, Reply)]
        return recommended(actions[0]) if actions else ()


_Saying = tuple[str, Record]
"""Words, and the record once they are said."""


def recommended(action: Action) -> tuple[str, ...]:
    """Return the ids of the items that an action recommends."""
    return tuple(pick.item_id for pick in action.picks) if isinstance(action, Recommend) else ()


def converse(bot: Chatbot, person: Person, conversation: str) -> Dialogue:
    """Let a person talk to Parley until the target is taken or the person gives up."""
    rng = random.Random(person.seed)
    turns: tuple[Exchange, ...] = ()
    while len(turns) < person.config.turns:
        scene = _Scene(person, bot.graph, turns, rng)
        text, record = _say(scene)
        begin = time.perf_counter()
        *_, last = bot.talk(conversation, text)
        seconds = time.perf_counter() - begin
        action = last.state.turns[-1].action
        if action is None:
            raise ValueError(f"Parley did nothing about {text!r}")
        turns = (*turns, Exchange(text, record, action, last.text, seconds))
        if scene.offered:
            return Dialogue(person.target.id, turns, success=True)
    return Dialogue(person.target.id, turns, success=False)


def _say(scene: _Scene) -> _Saying:
    """Choose what to say next."""
    person, rng, config = scene.person, scene.rng, scene.person.config
    if not scene.turns and rng.random() < config.hello:
        return phrase(rng, "hello"), Record()
    if not scene.turns or (len(scene.turns) == 1 and scene.record == Record()):
        return _opening(scene)
    if scene.offered:
        return about_place(rng, "accept", person.target.title, scene.shown.index(person.target.id)), scene.record
    action = scene.turns[-1].action
    before = scene.turns[-2].record if len(scene.turns) > 1 else Record()
    misled = isinstance(action, Reply) and action.kind is ReplyKind.CONFIRM
    if scene.record.adds_to(before) and (misled or rng.random() < config.undo):
        return phrase(rng, "undo"), before
    if rng.random() < config.small_talk:
        return phrase(rng, "small_talk"), scene.record
    match action:
        case Ask() | Reply(ReplyKind.WHY_QUESTION, asked=Ask()):
            return _answer(scene, action if isinstance(action, Ask) else action.asked)
        case Reply(ReplyKind.NOTHING_FITS) if scene.record.dislikes:
            return _withdrawal(scene)
    return _reaction(scene)


def _opening(scene: _Scene) -> _Saying:
    """Begin with something similar or with one to three wishes, and perhaps a dislike."""
    person, rng = scene.person, scene.rng
    if person.liked is not None:
        parts = [phrase(rng, "liked", title=person.liked.title)]
        record = Record().wishing((TITLE, person.liked.id))
    else:
        by_facet = {facet: (facet, value) for facet, value in reversed(person.wishes)}
        count = min(len(by_facet), rng.choice((1, 2, 2, 3)))
        pairs = rng.sample(list(by_facet.values()), count)
        parts = [about_value(rng, "wish", facet, value) for facet, value in pairs]
        record = Record().wishing(*pairs)
    if person.dislikes and rng.random() < person.config.opens_with_dislike:
        wish = person.dislikes[0]
        parts.append(about_value(rng, "dislike", wish.facet, wish.values[0]))
        record = record.disliking(wish)
    return _sentences(parts), record


def _sentences(parts: Sequence[str]) -> str:
    """Join parts into sentences: a part that has its own stop keeps it."""
    return " ".join(
        part if part[-1] in ".!?" else f"{part}." for part in (part[0].upper() + part[1:] for part in parts)
    )


def _answer(scene: _Scene, ask: Ask | None) -> _Saying:
    """Answer a question, or ask why it was asked."""
    if ask is None:
        return _reaction(scene)
    rng = scene.rng
    if isinstance(scene.turns[-1].action, Ask) and rng.random() < scene.person.config.asks_back:
        return phrase(rng, "why_question"), scene.record
    return answered(ask.question, scene.person, scene.record, scene.graph, rng)


def _withdrawal(scene: _Scene) -> _Saying:
    """Make room when nothing fits: take back the last dislike."""
    wish = scene.record.dislikes[-1]
    text = phrase(scene.rng, "forget", x=named(wish.facet, wish.values[0]))
    return text, replace(scene.record, dislikes=scene.record.dislikes[:-1])


def _reaction(scene: _Scene) -> _Saying:
    """React to items that are not the target, in one of the ways that are possible now."""
    config = scene.person.config
    ways: list[tuple[Callable[[_Scene], _Saying | None], float]] = [
        (_less, config.less),
        (_more, config.more),
        (_reject, config.reject),
        (_reject_all, config.reject_all),
        (_seen, config.seen),
        (_why, config.why),
        (_next, config.next),
    ]
    while ways:
        way = scene.rng.choices(range(len(ways)), [weight for _, weight in ways])[0]
        react, _ = ways.pop(way)
        saying = react(scene)
        if saying is not None:
            return saying
    return phrase(scene.rng, "next"), scene.record


def _less(scene: _Scene) -> _Saying | None:
    """Criticise a value that a shown item has and the target has not, or state a dislike that was kept back."""
    target, rng = scene.person.target, scene.rng
    found = [
        Wish(facet, (value,))
        for item_id in scene.shown
        for facet in CRITICISED
        if facet in target.facets
        for value in scene.catalog[item_id].facets.get(facet, ())
        if value not in target.facets[facet] and clear(facet, value)
    ]
    open_to_say = [wish for wish in (*found, *scene.person.dislikes) if wish not in scene.record.dislikes]
    if not open_to_say:
        return None
    wish = rng.choice(open_to_say)
    act = "less" if wish in found else "dislike"
    return about_value(rng, act, wish.facet, wish.values[0]), scene.record.disliking(wish)


def _more(scene: _Scene) -> _Saying | None:
    """Ask for something else that the target has."""
    rest = [pair for pair in scene.person.wishes if pair not in scene.record.wishes]
    if not rest:
        return None
    pair = scene.rng.choice(rest)
    return about_value(scene.rng, "more" if scene.shown else "wish", *pair), scene.record.wishing(pair)


def _reject(scene: _Scene) -> _Saying | None:
    if not scene.shown:
        return None
    item_id = scene.rng.choice(scene.shown)
    text = about_place(scene.rng, "reject", scene.catalog[item_id].title, scene.shown.index(item_id))
    return text, replace(scene.record, rejected=scene.record.rejected | {item_id})


def _reject_all(scene: _Scene) -> _Saying | None:
    if len(scene.shown) < 2:
        return None
    return phrase(scene.rng, "reject_all"), replace(scene.record, rejected=scene.record.rejected | set(scene.shown))


def _seen(scene: _Scene) -> _Saying | None:
    if not scene.shown:
        return None
    item_id = scene.rng.choice(scene.shown)
    text = about_place(scene.rng, "seen", scene.catalog[item_id].title, scene.shown.index(item_id))
    return text, replace(scene.record, seen=scene.record.seen | {item_id})


def _why(scene: _Scene) -> _Saying | None:
    if not scene.shown or isinstance(scene.turns[-1].action, Reply):
        return None
    return phrase(scene.rng, "why", title=scene.catalog[scene.rng.choice(scene.shown)].title), scene.record


def _next(scene: _Scene) -> _Saying | None:
    return (phrase(scene.rng, "next"), scene.record) if scene.shown else None
