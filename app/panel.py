"""What Parley believes about the person, each belief with a button that takes it back."""

from collections.abc import Iterable, Sequence

from agent.acts import Stance
from agent.state import Belief, DialogueState
from app.markup import button, icon, text
from app.presses import belief_key
from app.words import belief_name, facet_name, item_name, wish_name
from catalog.items import TITLE, Catalog

_EMPTY = (
    '<p class="empty">Nothing yet. What I pick up while we talk will appear here, and you can take any of it back.</p>'
)


def panel(catalog: Catalog, state: DialogueState) -> str:
    """Return the panel: a side column on wide pages, a sheet behind a button on narrow ones."""
    count = len(state.withdrawable)
    return (
        '<button type="button" class="open-panel" popovertarget="beliefs">What Parley believes about you'
        f'<span class="count">{count}</span></button>'
        '<aside id="beliefs" popover class="panel" aria-labelledby="beliefs-title">'
        '<div class="sheet-head"><h2 id="beliefs-title" tabindex="-1">What Parley believes about you</h2>'
        '<button type="button" class="close" popovertarget="beliefs" popovertargetaction="hide" '
        f'aria-label="Close">{icon("forget")}</button></div>'
        f"{_groups(catalog, state) or _EMPTY}</aside>"
    )


def _groups(catalog: Catalog, state: DialogueState) -> str:
    wanted = [belief for belief in state.beliefs if belief.stance == Stance.LIKES and belief.wish.facet != TITLE]
    liked = [belief for belief in state.beliefs if belief.stance == Stance.LIKES and belief.wish.facet == TITLE]
    unwanted = [belief for belief in state.beliefs if belief.stance == Stance.DISLIKES]
    preferred = [belief for belief in state.withdrawable if belief.stance == Stance.PREFERS]
    named = {value for belief in (*liked, *state.remembered) for value in belief.wish.values}
    seen = [item_id for item_id in state.seen if item_id not in named]
    return "".join(
        (
            _beliefs("You want", wanted, catalog),
            _beliefs("You like", liked, catalog),
            _beliefs("You went for before", state.remembered, catalog, state.remembered),
            _beliefs("You lean towards", preferred, catalog),
            _beliefs("You do not want", unwanted, catalog),
            _facts("Does not matter", sorted(facet_name(facet) for facet in state.indifferent)),
            _facts("You chose", (item_name(catalog, item_id) for item_id in state.accepted)),
            _facts("You have seen", (item_name(catalog, item_id) for item_id in seen)),
            _facts("Not to be shown again", (item_name(catalog, item_id) for item_id in state.rejected)),
        )
    )


def _beliefs(heading: str, beliefs: Iterable[Belief], catalog: Catalog, remembered: Sequence[Belief] = ()) -> str:
    rows = "".join(_belief(belief, catalog, remembered) for belief in beliefs)
    return f'<section><h3>{heading}</h3><ul class="beliefs">{rows}</ul></section>' if rows else ""


def _belief(belief: Belief, catalog: Catalog, remembered: Sequence[Belief]) -> str:
    kind = catalog.noun if belief.wish.facet == TITLE else facet_name(belief.wish.facet)
    says = f"Forget: {belief_name(catalog, belief, remembered)}"
    remove = button("forget", icon("forget"), says=says, kind="remove", belief=belief_key(belief))
    what = wish_name(catalog, belief.wish)
    if belief.stance == Stance.PREFERS:
        better, worse = (item_name(catalog, item_id) for item_id in belief.wish.values)
        what = f"More like {better} than {worse}"
    words = f'<span class="what">{text(what)}</span><span class="kind">{text(kind)}</span>'
    return f'<li class="{belief.stance}"><span>{words}</span>{remove}</li>'


def _facts(heading: str, facts: Iterable[str]) -> str:
    rows = "".join(f"<li>{text(fact)}</li>" for fact in facts)
    return f'<section><h3>{heading}</h3><ul class="facts">{rows}</ul></section>' if rows else ""
