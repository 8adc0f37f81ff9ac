"""People who say little of what they want: they compare with what they see, or cannot wait to see something."""

from collections.abc import Iterator, Sequence

from agent.actions import Ask, Recommend
from catalog.items import YEAR, Item
from evaluation.answers import ALIKE, held_by_wishes, in_words
from evaluation.people import CRITICISED, Person, Record, clear, gives_away
from evaluation.scene import (
    Saying,
    Scene,
    Way,
    complain,
    liking,
    never_wanted,
    others,
    react,
    reject,
    reject_all,
    seen,
    why,
)
from evaluation.seekers import TargetSeeker
from evaluation.wording import about_value, change_of_number, change_of_value, compared, named, phrase, sentences
from graph.evidence import Wish
from graph.questions import Question

_VAGUE = (*CRITICISED, "decade")
"""Facets with a wish about which critics begin: whoever names a director has little left to criticise."""
_SHORT = 2
"""Values of more words do not fit into a comparison."""
_ANSWERED = 1 / 3
"""How often impatient people answer a question."""
_ASKED_TOO_OFTEN = 3
"""Questions in a row after which they leave."""


class Critic(TargetSeeker):
    """Says little to begin with, and then how the target differs from what is shown."""

    def _wants(self, scene: Scene) -> tuple[list[str], Record]:
        """Begin with something liked or with one wish."""
        person, rng = scene.person, scene.rng
        if person.liked is not None:
            return [phrase(rng, "liked", title=person.liked.title)], liking(person.liked, scene.record)
        pairs = [pair for pair in person.wishes if pair[0] in _VAGUE] or list(person.wishes)
        if not pairs:
            return super()._wants(scene)
        pair = rng.choice(pairs)
        return [about_value(rng, "wish", *pair)], scene.record.wishing(pair)

    def _ways(self, person: Person) -> Sequence[tuple[Way, float]]:
        config = person.config
        return (
            (_compare, 2 * (config.less + config.more)),
            (reject, config.reject),
            (seen, config.seen),
            (why, config.why),
            (others, config.next),
        )


def _compare(scene: Scene) -> Saying | None:
    """Ask for something like the item on the table that is most like the target, with one thing changed.

    Where that item is not like the target at all, only the change is asked for.
    """
    target, record, rng = scene.person.target, scene.record, scene.rng
    fitting = [item for item in scene.shown_items if not gives_away(item.title, target.title)]
    if not fitting:
        return None
    near = scene.graph.likeness(target.id)
    item = max(fitting, key=lambda item: float(near[scene.catalog.position(item.id)]))
    changes = [change for change in _changes(scene, item) if record != change[1]]
    if not changes:
        return None
    words, changed = rng.choice(changes)
    if near[scene.catalog.position(item.id)] < ALIKE:
        return phrase(rng, "compare_bare", x=words), changed
    return compared(rng, item.title, scene.shown.index(item.id), words), liking(item, changed)


def _changes(scene: Scene, item: Item) -> Iterator[Saying]:
    """Yield all that would make an item more like the target, in words, and the record after saying so."""
    target, record, rng = scene.person.target, scene.record, scene.rng
    for name in sorted({YEAR, *item.numbers}):
        here, there = item.number(name), target.number(name)
        if here is None or there is None or here == there:
            continue
        bound = f">={here + 1:g}" if there > here else f"<={here - 1:g}"
        if target.has(name, bound):
            yield change_of_number(rng, there > here, name), record.wishing((name, bound))
    for facet in CRITICISED:
        if facet not in target.facets or facet not in item.facets:
            continue
        for value in target.facets[facet]:
            if not item.has(facet, value) and _comparable(facet, value, target):
                yield change_of_value(rng, True, facet, value), record.wishing((facet, value))
        for value in item.facets[facet]:
            wish = Wish(facet, (value,))
            if never_wanted(scene, wish) and _comparable(facet, value, target):
                yield change_of_value(rng, False, facet, value), record.disliking(wish)


def _comparable(facet: str, value: str, target: Item) -> bool:
    return clear(facet, value) and len(value.split()) <= _SHORT and not gives_away(value, target.title)


class Impatient(TargetSeeker):
    """Wants to be shown something, and takes anything that is as they said; asked again and again, they leave."""

    def say(self, scene: Scene) -> Saying | None:
        """Say what is wanted in few words; answer one question in three."""
        rng, action = scene.rng, scene.action
        if not scene.turns:
            return self._tersely(scene)
        match action:
            case Ask(question):
                last = [turn.action for turn in scene.turns[-_ASKED_TOO_OFTEN:]]
                if len(last) == _ASKED_TOO_OFTEN and all(isinstance(each, Ask) for each in last):
                    return None
                return self._answer(scene, question) if rng.random() < _ANSWERED else self._urge(scene)
            case Recommend():
                return react(scene, ((_insist, 3.0), (complain, 2.0), (others, 1.0), (reject_all, 1.0)))
        return self._urge(scene)

    def _tersely(self, scene: Scene) -> Saying:
        person, rng = scene.person, scene.rng
        parts = [person.opening] if person.opening else []
        if person.asks:
            parts.append(phrase(rng, "terse", x=", ".join(named(*pair) for pair in person.asks)))
        for wish in person.dislikes:
            parts.append(about_value(rng, "dislike", wish.facet, wish.values[0]))
        said = scene.record.wishing(*person.asks).disliking(*person.dislikes)
        return sentences(rng, parts or [phrase(rng, "just_show")]), said

    def _urge(self, scene: Scene) -> Saying:
        return phrase(scene.rng, "just_show"), scene.record

    def _answer(self, scene: Scene, question: Question) -> Saying:
        person = scene.person
        held = held_by_wishes(question, [Wish(facet, (value,)) for facet, value in person.asks], person.dislikes)
        return in_words(question, held, person, scene.record, scene.graph, scene.rng)


def _insist(scene: Scene) -> Saying | None:
    """Say again what none of the items on the table is."""
    missing = [pair for pair in scene.person.asks if not any(item.has(*pair) for item in scene.shown_items)]
    if not missing:
        return None
    pair = scene.rng.choice(missing)
    return phrase(scene.rng, "again", x=named(*pair)), scene.record.wishing(pair)
