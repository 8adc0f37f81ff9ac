import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.adding import described_item
from catalog.items import Catalog, Item, ItemError
from tests.catalogs import tiny_catalog

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def described(item_id="keeper", title="Signal Rock", year=None, facets=None, description=""):
    return described_item(tiny_catalog(), item_id, title, year, {} if facets is None else facets, description)


def test_what_was_said_makes_the_item():
    item = described(year=2019, facets={"genre": ["Drama"], "director": ["Una Quill"]}, description="A foghorn.")
    assert (item.id, item.title, item.year, item.description) == ("keeper", "Signal Rock", 2019, "A foghorn.")
    assert item.facets == {"genre": ("Drama",), "director": ("Una Quill",), "decade": ("2010s",)}


def test_values_are_spelt_as_the_catalogue_spells_them():
    item = described(facets={"genre": ["science FICTION", "Science fiction", "Opera"], "mood": ["Tense"]})
    assert item.facets == {"genre": ("Science fiction", "Opera"), "mood": ("tense",)}


def test_texts_are_cleaned_like_those_of_a_table():
    item = described(title="Signal\n <b>Rock</b>", facets={"theme": [" fog&amp;horn ", ""], "mood": [""]})
    assert item.title == "Signal Rock"
    assert item.facets == {"theme": ("fog&horn",)}


def test_a_decade_that_was_given_stays_and_a_catalogue_without_decades_gets_none():
    assert described(year=2019, facets={"decade": ["2020s"]}).facets == {"decade": ("2020s",)}
    bare = Catalog("bare", (Item("a", "A"),))
    assert described_item(bare, "b", "B", 2019, {}, "").facets == {}


def test_it_is_as_well_known_as_the_typical_item_that_is_described_like_it():
    items = tuple(Item(str(place), "T", description="d" * (place > 2), popularity=place / 9) for place in range(10))
    catalog = Catalog("any", items)
    assert described_item(catalog, "x", "X", None, {}, "").popularity == pytest.approx(1 / 9)
    assert described_item(catalog, "x", "X", None, {}, "said").popularity == pytest.approx(6 / 9)
    assert described_item(Catalog("none", ()), "x", "X", None, {}, "").popularity == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"item_id": ""}, "the id '' is empty"),
        ({"title": " <b> "}, "the title ' <b> ' is empty"),
        ({"title": None}, "the title None is no text"),
        ({"title": "x" * 301}, r"the title 'x+… has 301 characters; give at most 300"),
        ({"description": "x" * 4001}, "has 4,001 characters; give at most 4,000"),
        ({"year": 99}, "99 is no year; give a number from 1000 to 2099, or null"),
        ({"year": 3000}, "3000 is no year"),
        ({"year": True}, "True is no year"),
        ({"year": "1995"}, "'1995' is no year"),
        ({"facets": ["Drama"]}, r"the facets \['Drama'\] are no object of lists"),
        ({"facets": {"themes": ["sea"]}}, "no facet 'themes' in catalogue 'tiny', which has genre, mood, theme"),
        ({"facets": {"theme": "sea"}}, "the value 'sea' of 'theme' is no list"),
        ({"facets": {"theme": [7]}}, "the theme value 7 is no text"),
        ({"facets": {"theme": ["x" * 81]}}, "has 81 characters; give at most 80"),
        ({"facets": {"theme": ["sea"] * 101}}, "'theme' has 101 values from 'sea' on; give at most 100"),
    ],
)
def test_what_cannot_be_is_named(wrong, words):
    with pytest.raises(ItemError, match=words):
        described(**wrong)


@given(JSON, JSON, JSON, JSON, JSON)
@settings(max_examples=150)
def test_whatever_is_sent_it_is_an_item_that_can_be_kept_or_a_refusal(item_id, title, year, facets, description):
    try:
        item = described_item(tiny_catalog(), item_id, title, year, facets, description)
    except ItemError:
        return
    assert json.dumps(item.title, ensure_ascii=False).encode()
    assert len(tiny_catalog().with_items([item])) == 13
