"""What is to be said of an item that is recommended: what led to it, what it is, who made it, and its story."""

import re
from collections.abc import Collection, Sequence

from agent.actions import Pick, Recommend
from agent.acts import Act, Dislikes, Likes
from agent.briefs import Brief, Job, Phrase, Slots
from agent.phrases import (
    article,
    asked_phrase,
    description_sentence,
    is_thing,
    listed,
    says_what_it_is,
    shared_phrase,
    value_phrase,
)
from agent.state import DialogueState
from agent.ties import Ties, aside, said_first, worse_than
from catalog.items import TITLE, Catalog, Item
from graph.build import ItemNode, ValueNode
from graph.walk import Path

_NOUN_GENRES = ("Comedy", "Thriller", "Western", "Documentary", "Musical")
"""Genres that say what kind of thing an item is: "a tense thriller"."""
_NAMELESS = frozenset("A An The Two Three Four Five Six Seven Eight Nine Ten Strangers Scientists Residents".split())
"""First words of stories that begin with no name: small letters once something stands before them."""
_ADVERBIAL = frozenset("In On At After When As Over With To During While Across Between Under Aboard".split())
_SHARED = ("director", "actor", "theme", "mood")
"""Facets of which two items have something in common that is worth a word."""
_MOST_SHARED = _MOST_CHANGES = 2


def recommended_brief(pick: Pick, state: DialogueState, catalog: Catalog) -> Brief | None:
    """Return how to recommend the first item of the last turn: after a critique, or with what led to it.

    None where what led to it takes words of its own: an item that was taken before, or only found nearer.
    """
    brief = pick_brief(pick, state.ties, catalog)
    shown_before = len(state.turns) > 1 and isinstance(state.turns[-2].action, Recommend)
    changes = changes_of(state.turns[-1].acts, catalog[pick.item_id]) if shown_before else ""
    return critique_brief(brief, changes) if brief and changes else brief


def pick_brief(pick: Pick, ties: Ties, catalog: Catalog) -> Brief | None:
    """Return how to recommend an item: what led to it, what it is, who made it and its story; None as above."""
    slots = Slots([pick.item_id])
    reason = _reason(pick, ties, slots)
    if reason is None:
        return None
    told = {node.value for walk in pick.paths[:2] for node in walk.nodes if isinstance(node, ValueNode)}
    facts = _facts(catalog[pick.item_id], catalog.noun, told)
    return Brief(Job.RECOMMEND, (*reason, *facts), tuple(slots.ids))


def second_brief(pick: Pick, catalog: Catalog) -> Brief:
    """Return how to name an item besides another."""
    item = catalog[pick.item_id]
    made = f" by {makers}" if (makers := makers_of(item)) else ""
    return Brief(Job.SECOND, (Phrase("is", f"{kind_of(item, catalog.noun)}{made}"),), (item.id,))


def critique_brief(brief: Brief, changes: str) -> Brief:
    """Return how to recommend anew after ``changes`` were asked for."""
    facts = tuple(phrase for phrase in brief.phrases if phrase.label in ("is", "by", "story"))
    return Brief(Job.CRITIQUE, (Phrase("now", changes), *facts), brief.items[:1])


def changes_of(acts: Sequence[Act], item: Item) -> str:
    """Return the new wishes that an item fulfils: ``no horror film and something tense``; empty for none, or many."""
    found: list[str] = []
    for act in acts:
        if not isinstance(act, Likes | Dislikes) or act.wish.facet == TITLE:
            continue
        facet, values = act.wish.facet, act.wish.values
        if isinstance(act, Likes):
            found += [asked_phrase(facet, value) for value in values if item.has(facet, value)][:1]
        elif act.wish.known_for(item) and not act.wish.holds_for(item) and facet in ("mood", "theme", "genre"):
            found += [_without(facet, value) for value in values]
    return listed(found) if all(found) and 0 < len(found) <= _MOST_CHANGES else ""


def _without(facet: str, value: str) -> str:
    phrase = value_phrase(facet, value)
    if facet == "theme" and says_what_it_is(value):
        return ""
    bare = re.sub(r"^(?:an?|the) ", "", phrase)
    return f"no {bare}" if is_thing(phrase) or facet != "mood" else f"nothing {bare}"


def kind_of(item: Item, noun: str, told: Collection[str] = ()) -> str:
    """Return what kind of item it is, with a mood or a year that is not ``told``: ``a tense thriller``."""
    moods, genres = item.facets.get("mood", ()), item.facets.get("genre", ())
    kind = genres[0].lower() if genres and genres[0] in _NOUN_GENRES else noun
    mood = next((mood for mood in moods if mood not in told), None)
    trait = mood or (str(item.year) if item.year else "")
    return article(f"{trait} {kind}".strip())


def makers_of(item: Item, told: Collection[str] = ()) -> str:
    """Return who made an item, whoever was ``told`` of first: an anthology has more directors than are named."""
    directors = sorted(item.facets.get("director", ()), key=lambda name: name not in told)
    return listed(directors[:2]) if directors else ""


def _facts(item: Item, noun: str, told: Collection[str] = ()) -> tuple[Phrase, ...]:
    """Return what an item is, by whom, and its story; without one, who is in it."""
    what, makers, story = kind_of(item, noun, told), makers_of(item, told), told_story(item)
    if story:
        return (Phrase("is", what), *([Phrase("by", makers)] if makers else []), Phrase("story", story))
    made = f" by {makers}" if makers else ""
    cast = f" with {listed(names)}" if (names := item.facets.get("actor", ())[:2]) else ""
    return (Phrase("is", f"{what}{made}{cast}"),)


def told_story(item: Item) -> str:
    """Return the first sentence of a description after "in which"; empty where it would not follow."""
    first, _, rest = description_sentence(item).rstrip(".").partition(" ")
    if first in _ADVERBIAL and "," in rest:
        return f"in which, {first.lower()} {rest}"
    return f"in which {first.lower()} {rest}" if first in _NAMELESS else ""


def _reason(pick: Pick, ties: Ties, slots: Slots) -> tuple[Phrase, ...] | None:
    """Return what led to a pick; nothing if nothing did, None if that takes words of its own."""
    walks = said_first(pick.paths, ties)
    if worse_than(ties, pick.item_id):
        return None
    for walk in walks:
        start = walk.nodes[0]
        if isinstance(start, ValueNode):
            return (Phrase("asked", asked_phrase(start.facet, start.value)),)
        if isinstance(start, ItemNode) and start.id != pick.item_id:
            return None if start.id in ties else _liked(start, walks, slots)
    return ()


def _liked(liked: ItemNode, walks: Sequence[Path], slots: Slots) -> tuple[Phrase, ...] | None:
    shared = _values(liked, walks)
    if not shared:
        return None
    return (Phrase("liked", slots.of(liked.id)), Phrase("shared", listed(shared)))


def _values(liked: ItemNode, walks: Sequence[Path]) -> list[str]:
    """Return what an item shares with one that walks begin with."""
    nodes = [node for walk in walks if walk.nodes[0] == liked for node in walk.nodes]
    values = [node for node in nodes if isinstance(node, ValueNode) and node.facet in _SHARED][:_MOST_SHARED]
    # "its director Michael Mann and Al Pacino" would make a director of both.
    return list(
        dict.fromkeys(shared_phrase(node) for node in sorted(values, key=lambda node: node.facet == "director"))
    )


def why_brief(pick: Pick, ties: Ties) -> Brief | None:
    """Return why an item was recommended; None if nothing that was said led to it."""
    slots = Slots([pick.item_id])
    asked = [asked_of(walk) for walk in pick.paths if isinstance(walk.nodes[0], ValueNode) or len(walk.nodes) == 1]
    parts = [f"you asked for {listed(asked)}, and it has that"] if asked else []
    for liked in dict.fromkeys(walk.nodes[0] for walk in said_first(pick.paths, ties)):
        if isinstance(liked, ItemNode) and liked.id != pick.item_id:
            if not (shared := _values(liked, pick.paths)):
                return None
            parts.append(f"it shares {listed(shared)} with {slots.of(liked.id)}{aside(ties, liked.id, slots.of)}")
    if not parts or worse_than(ties, pick.item_id):
        return None
    return Brief(Job.WHY, (Phrase("because", "; ".join(parts)),), tuple(slots.ids))


def asked_of(walk: Path) -> str:
    """Return what was asked for that a walk begins with; a bound is told by the walk's only step."""
    start = walk.nodes[0]
    if isinstance(start, ValueNode):
        return asked_phrase(start.facet, start.value)
    return asked_phrase(*walk.via.rsplit(" ", 1))
