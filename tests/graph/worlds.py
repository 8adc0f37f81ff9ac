"""Hypothesis strategies: random small catalogues, and things said about them."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.items import RATING_COLUMNS, TITLE, YEAR, Catalog, Item
from graph.attributes import AttributeGraph
from graph.evidence import Evidence, Wish

_VALUES = {"genre": ("comedy", "crime", "horror"), "mood": ("dark", "light"), "actor": ("ann", "bob", "cat", "dan")}
_BOUNDS = ("<=90", ">=90", "<=2000", ">=2000")


@st.composite
def worlds(draw):
    """Draw the graph of a catalogue of 1 to 7 items and evidence about it."""
    count = draw(st.integers(1, 7))
    items = tuple(_item(draw, f"item{number}") for number in range(count))
    ids = [item.id for item in items]
    rows = st.tuples(st.sampled_from("uvw"), st.sampled_from(ids), st.sampled_from([2.0, 4.0, 5.0]), st.just(0))
    ratings = pd.DataFrame(draw(st.lists(rows, max_size=8)), columns=list(RATING_COLUMNS))
    some = st.lists(st.sampled_from(ids), max_size=2, unique=True).map(tuple)
    wishes = st.lists(_wishes(ids), max_size=2).map(tuple)
    two = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda pair: pair[0] != pair[1])
    pairs = st.lists(two, max_size=1).map(tuple) if count > 1 else st.just(())
    rejected = draw(some)
    evidence = Evidence(
        wanted=draw(wishes),
        unwanted=draw(wishes),
        liked=draw(some),
        disliked=draw(some),
        history=draw(some),
        rejected=rejected,
        preferred=draw(pairs),
        excluded=frozenset((*draw(some), *rejected)),
    )
    return AttributeGraph(Catalog("random", items, ratings=ratings)), evidence


def in_any_world(*more):
    """Run a test with random worlds, and with what the strategies in ``more`` give."""
    return lambda test: settings(deadline=None, max_examples=40)(given(worlds(), *more)(test))


def _item(draw, item_id):
    facets = {}
    for facet, values in _VALUES.items():
        held = draw(st.lists(st.sampled_from(values), max_size=3, unique=True))
        if held:
            facets[facet] = tuple(held)
    numbers = draw(st.sampled_from([{}, {"runtime": 80.0}, {"runtime": 90.0}, {"runtime": 140.0}]))
    year = draw(st.sampled_from([None, 1990, 2010]))
    return Item(item_id, item_id.title(), year, facets, numbers, popularity=draw(st.sampled_from([0.0, 0.3, 1.0])))


def _wishes(ids):
    plain = [
        st.builds(Wish, st.just(facet), st.lists(st.sampled_from((*values, "unheard of")), min_size=1, max_size=2))
        for facet, values in _VALUES.items()
    ]
    bounds = st.builds(Wish, st.sampled_from(["runtime", YEAR]), st.sampled_from(_BOUNDS).map(lambda bound: [bound]))
    titles = st.builds(Wish, st.just(TITLE), st.sampled_from(ids).map(lambda item_id: [item_id]))
    return st.one_of(*plain, bounds, titles).map(lambda wish: Wish(wish.facet, tuple(wish.values)))
