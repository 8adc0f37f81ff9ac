"""What a simulated person sees when it is their turn, and what they can do about it."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.actions import Action, Reply
from catalog.items import TITLE, Catalog, Item
from evaluation.people import CRITICISED, Person, Record, clear, gives_away
from evaluation.transcripts import Exchange, recommended
from evaluation.wording import about_place, about_value, at_place, named, phrase
from graph.attributes import AttributeGraph
from graph.evidence import Wish

Saying = tuple[str, Record]
"""Words, and the record once they are said."""
_PLACES = 3
"""Items that can be pointed at by their place."""


@dataclass(frozen=True)
class Scene:
    """What a person sees when it is their turn to speak."""

    person: Person
    graph: AttributeGraph
    turns: tuple[Exchange, ...]
    """Since the person came, or came back."""
    rng: random.Random
    start: Record = Record()
    """With which the person came: someone who was here before has seen things."""
    last: str | None = None
    """Id of what they took before they came back."""

    @property
    def catalog(self) -> Catalog:
        """All that there is."""
        return self.graph.catalog

    @property
    def record(self) -> Record:
        """What was said and stands."""
        return self.turns[-1].record if self.turns else self.start

    @property
    def before(self) -> Record:
        """What stood before the person last spoke."""
        return self.turns[-2].record if len(self.turns) > 1 else self.start

    @property
    def action(self) -> Action | None:
        """What the system did last."""
        return self.turns[-1].action if self.turns else None

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the items on the table: of the last recommendation, unless a question followed.

        Ids that the catalogue does not hold mean nothing to the person.
        """
        actions = [turn.action for turn in reversed(self.turns) if not isinstance(turn.action, Reply)]
        return tuple(item_id for item_id in recommended(actions[0]) if item_id in self.catalog) if actions else ()

    @property
    def shown_items(self) -> tuple[Item, ...]:
        """The items on the table."""
        return tuple(self.catalog[item_id] for item_id in self.shown)

    @property
    def refusable(self) -> tuple[str, ...]:
        """Ids of the items on the table that the person may turn down."""
        return tuple(item_id for item_id in self.shown if item_id not in self.person.spared)

    def about(self, act: str, item_id: str) -> str:
        """Return words of an act upon an item on the table, by title or by place; no title gives the target away."""
        title, place = self.catalog[item_id].title, self.shown.index(item_id)
        if place < _PLACES and item_id not in self.person.wanted and gives_away(title, self.person.target.title):
            return at_place(self.rng, act, place)
        return about_place(self.rng, act, title, place)


Way = Callable[[Scene], Saying | None]
"""To react; None where that is not possible now."""


def react(scene: Scene, ways: Iterable[tuple[Way, float]]) -> Saying:
    """React in one of the ways that are possible now, by their weights."""
    left = list(ways)
    while left:
        place = scene.rng.choices(range(len(left)), [weight for _, weight in left])[0]
        way, _ = left.pop(place)
        saying = way(scene)
        if saying is not None:
            return saying
    return phrase(scene.rng, "next" if scene.shown else "suggest"), scene.record


def less(scene: Scene) -> Saying | None:
    """Criticise a value that a shown item has and the target has not, or state a dislike that was kept back."""
    target = scene.person.target
    found = [
        Wish(facet, (value,))
        for item in scene.shown_items
        for facet in CRITICISED
        if facet in target.facets
        for value in item.facets.get(facet, ())
        if value not in target.facets[facet] and clear(facet, value) and not gives_away(value, target.title)
    ]
    return _criticism(scene, [wish for wish in found if never_wanted(scene, wish)])


def complain(scene: Scene) -> Saying | None:
    """Criticise a value of a shown item that the person dislikes, or state a dislike that was kept back."""
    return _criticism(
        scene, [wish for wish in scene.person.dislikes if any(wish.holds_for(item) for item in scene.shown_items)]
    )


def _criticism(scene: Scene, found: Sequence[Wish]) -> Saying | None:
    slip = scene.person.slip
    open_to_say = [
        wish
        for wish in (*found, *scene.person.dislikes)
        if wish not in scene.record.dislikes and not (slip and (slip.facet, slip.value) == (wish.facet, wish.values[0]))
    ]
    if not open_to_say:
        return None
    wish = scene.rng.choice(open_to_say)
    act = "less" if wish in found else "dislike"
    return about_value(scene.rng, act, wish.facet, wish.values[0]), scene.record.disliking(wish)


def never_wanted(scene: Scene, wish: Wish) -> bool:
    """Tell whether nothing that the person would take is known to have a value."""
    return not any(wish.holds_for(scene.catalog[item_id]) for item_id in scene.person.wanted)


def more(scene: Scene) -> Saying | None:
    """Ask for something else that the person likes, unless it is what they wrongly refused."""
    slip = scene.person.slip
    rest = [
        pair
        for pair in scene.person.wishes
        if pair not in scene.record.wishes and not (slip and pair == (slip.facet, slip.value))
    ]
    if not rest:
        return None
    pair = scene.rng.choice(rest)
    return about_value(scene.rng, "more" if scene.shown else "wish", *pair), scene.record.wishing(pair)


def reject(scene: Scene) -> Saying | None:
    """Turn one of the items down."""
    if not scene.refusable:
        return None
    item_id = scene.rng.choice(scene.refusable)
    return scene.about("reject", item_id), scene.record.marking(item_id)


def reject_all(scene: Scene) -> Saying | None:
    """Turn all of the items down."""
    if len(scene.shown) < 2 or scene.refusable != scene.shown:
        return None
    return phrase(scene.rng, "reject_all"), scene.record.marking(*scene.shown)


def seen(scene: Scene) -> Saying | None:
    """Know one of the items: any, or of someone of whom that is told, one that they do know."""
    known = [item_id for item_id in scene.refusable if not scene.person.known or item_id in scene.person.known]
    if not known:
        return None
    item_id = scene.rng.choice(known)
    return scene.about("seen", item_id), scene.record.marking(item_id, seen=True)


def why(scene: Scene) -> Saying | None:
    """Want to know why an item is there."""
    if not scene.shown or isinstance(scene.action, Reply):
        return None
    titles = [
        item.title
        for item in scene.shown_items
        if item.id in scene.person.wanted or not gives_away(item.title, scene.person.target.title)
    ]
    return (phrase(scene.rng, "why", title=scene.rng.choice(titles)), scene.record) if titles else None


def others(scene: Scene) -> Saying | None:
    """Ask for something else."""
    return (phrase(scene.rng, "next"), scene.record) if scene.shown else None


def take(scene: Scene, item_id: str) -> Saying:
    """Take one of the items."""
    return scene.about("accept", item_id), scene.record


def withdraw(scene: Scene) -> Saying | None:
    """Make room when nothing fits: take back the last dislike."""
    if not scene.record.dislikes:
        return None
    wish = scene.record.dislikes[-1]
    return forget(scene, wish.facet, wish.values[0])


def forget(scene: Scene, facet: str, value: str) -> Saying:
    """Take back what was said of a value."""
    return phrase(scene.rng, "forget", x=named(facet, value)), scene.record.without((facet, value))


def liking(item: Item, record: Record) -> Record:
    """Return the record after an item was named as liked."""
    return record.wishing((TITLE, item.id))
