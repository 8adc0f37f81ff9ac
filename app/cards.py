"""Recommended items as cards, and the answer to "why this one?" behind each of them."""

from collections.abc import Sequence

from agent.actions import Pick
from agent.acts import Stance
from agent.state import DialogueState
from agent.ties import NO_TIES, Ties, said_first, worse_than
from app.figures import path_figure, strongest
from app.markup import button, icon, text
from app.words import facet_name, item_name, path_line, reason, wish_name
from catalog.items import TITLE, Catalog, Item
from graph.build import ItemNode

_MAKERS = ("director", "author", "artist", "designer", "brand")
_CAST = ("actor", "performer")
_SELDOM_SHOWN = (*_MAKERS, *_CAST, "writer", "country", "language", "decade", "runtime")
_NAMES_SHOWN = 3
_TAGS_SHOWN = 3
_REASONS_SHOWN = 3


def slate(catalog: Catalog, picks: Sequence[Pick], state: DialogueState, turn: int) -> str:
    """Return the cards of a recommendation; ``turn`` keeps ids of different slates apart."""
    known = [pick for pick in picks if pick.item_id in catalog]
    cards = "".join(card(catalog, pick, state, f"{turn}-{place}") for place, pick in enumerate(known))
    return f'<ul class="slate" aria-label="Suggestions">{cards}</ul>' if cards else ""


def card(catalog: Catalog, pick: Pick, state: DialogueState, key: str) -> str:
    """Return one item with why it was chosen and what can be said about it; ``key`` is unique on the page."""
    item, ties = catalog[pick.item_id], state.ties
    year = f' <span class="year">{item.year}</span>' if item.year else ""
    return (
        f'<li class="card"><article aria-labelledby="title-{key}">'
        f'<h3 id="title-{key}">{text(item.title)}{year}</h3>{_credits(item)}'
        f"{_line('premise', item.description)}{_tags(item)}{_reasons(catalog, pick, ties)}"
        f"{_why_button(catalog, item, key)}{_buttons(item, state)}</article>{_why(catalog, pick, key, ties)}</li>"
    )


def _credits(item: Item) -> str:
    makers = next((item.facets[facet] for facet in _MAKERS if facet in item.facets), ())
    cast = next((item.facets[facet] for facet in _CAST if facet in item.facets), ())
    minutes = item.number("runtime")
    first = [", ".join(makers[:2]), f"{minutes:g}\N{NO-BREAK SPACE}min" if minutes else ""]
    return _line("maker", " · ".join(part for part in first if part)) + _line("cast", ", ".join(cast[:_NAMES_SHOWN]))


def _line(kind: str, words: str) -> str:
    return f'<p class="{kind}">{text(words)}</p>' if words else ""


def _tags(item: Item) -> str:
    """Return the first values of the item's facets that are no names, one facet after the other."""
    groups = [values for facet, values in item.facets.items() if facet not in _SELDOM_SHOWN]
    ordered = [values[place] for place in range(_TAGS_SHOWN) for values in groups if place < len(values)]
    tags = "".join(f"<li>{text(value)}</li>" for value in list(dict.fromkeys(ordered))[:_TAGS_SHOWN])
    return f'<ul class="tags" aria-label="In short">{tags}</ul>' if tags else ""


def _reasons(catalog: Catalog, pick: Pick, ties: Ties) -> str:
    """Return the best reasons: likeness to a liked item is among them, however much was asked for."""
    paths = strongest(pick.paths)
    alike = [path for path in paths if len(path.nodes) > 1 and isinstance(path.nodes[0], ItemNode)]
    stated = [path for path in paths if path not in alike][: _REASONS_SHOWN - 1]
    most = _REASONS_SHOWN if stated else _REASONS_SHOWN - 1
    chosen = [*stated, *said_first(alike, ties)][:most]
    shown = dict.fromkeys(words for path in chosen if (words := reason(catalog, path, ties)))
    known = [*shown, f"Closest to your words: {_marked(pick)}"] if pick.nearest else shown
    return _nearer(catalog, pick, ties) + "".join(_line("reason", words) for words in known) + _unmet(catalog, pick)


def _marked(pick: Pick) -> str:
    """Return what comes closest to the person's words; the story stands on the card already."""
    return "its story" if pick.nearest.endswith(".") else pick.nearest


def _nearer(catalog: Catalog, pick: Pick, ties: Ties) -> str:
    """Return that an item was found nearer to what is wanted than another, if it was."""
    worse = worse_than(ties, pick.item_id)
    return _line("reason", f"Closer than {item_name(catalog, worse)}, as you said") if worse else ""


def _unmet(catalog: Catalog, pick: Pick) -> str:
    """Return the wishes that an item misses, and those of which the catalogue does not tell."""
    item = catalog[pick.item_id]
    missed = [wish_name(catalog, wish) for wish in pick.unmet if wish.known_for(item)]
    unknown = [facet_name(wish.facet) for wish in pick.unmet if not wish.known_for(item)]
    return _line("unmet", f"Misses: {', '.join(missed)}" if missed else "") + _line(
        "unmet", f"Its {' and '.join(dict.fromkeys(unknown))} is not known" if unknown else ""
    )


def _why_button(catalog: Catalog, item: Item, key: str) -> str:
    opens = f'popovertarget="why-{key}" aria-label="{text(f"Why {item.label}?")}"'
    return f'<button type="button" class="link" {opens}>Why this {text(catalog.noun)}?</button>'


def _buttons(item: Item, state: DialogueState) -> str:
    """Return what can be said about an item; what was said already is marked and cannot be said again."""
    liked = any(
        belief.stance == Stance.LIKES and belief.wish.facet == TITLE and item.id in belief.wish.values
        for belief in state.beliefs
    )
    choices = (
        ("like", "Like", "Liked", liked),
        ("reject", "Not this", "Not this", item.id in state.rejected),
        ("seen", "Seen it", "Seen", item.id in state.seen and not liked),
        ("more", "More like this", "More like this", False),
    )
    drawn = "".join(_choice(item, *choice) for choice in choices)
    return f'<div class="actions" role="group" aria-label="{text(item.label)}">{drawn}</div>'


def _choice(item: Item, press: str, before: str, after: str, done: bool) -> str:
    if done:
        return f'<span class="done">{icon(press)}<span>{after}</span></span>'
    return button(press, f"{icon(press)}<span>{before}</span>", says=f"{before}: {item.label}", item=item.id)


def _why(catalog: Catalog, pick: Pick, key: str, ties: Ties) -> str:
    """Return the sheet that a card's "why" opens."""
    item = catalog[pick.item_id]
    return (
        f'<div popover id="why-{key}" class="sheet" role="dialog" aria-labelledby="why-title-{key}">'
        f'<div class="sheet-head"><h3 id="why-title-{key}">Why {text(item.label)}?</h3>'
        f'<button type="button" class="close" popovertarget="why-{key}" popovertargetaction="hide" autofocus '
        f'aria-label="Close">{icon("forget")}</button></div>{explanation(catalog, pick, ties)}</div>'
    )


def explanation(catalog: Catalog, pick: Pick, ties: Ties = NO_TIES) -> str:
    """Return the paths that led to an item, as a drawing and in words."""
    shown = strongest(pick.paths)
    lines = [path_line(catalog, path, ties) for path in shown]
    nearer = _nearer(catalog, pick, ties)
    if not lines and nearer:
        return nearer + _unmet(catalog, pick)
    if not lines:
        brought = "your words as a whole, or how well known it is, brought it up."
        if pick.nearest:
            brought = f"what comes closest to your words is {_marked(pick)}."
        return _line("note", f"No single thing you named points to it: {brought}") + _unmet(catalog, pick)
    figure = path_figure(catalog, pick.item_id, shown, "; ".join(lines), ties)
    listed = "".join(f"<li>{text(line)}</li>" for line in lines)
    drawn = f'<figure>{figure}<figcaption><ol class="paths">{listed}</ol></figcaption></figure>'
    return nearer + drawn + _unmet(catalog, pick)
