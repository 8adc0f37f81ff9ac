import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.items import (
    RATING_COLUMNS,
    TITLE,
    YEAR,
    Catalog,
    Item,
    ItemError,
    UnknownItemError,
    decade_of,
    ordered_unique,
    parse_bound,
)
from catalog.report import IngestReport
from tests.catalogs import tiny_catalog

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ITEMS = st.builds(
    Item,
    id=TEXT,
    title=TEXT,
    year=st.none() | st.integers(1, 3000),
    facets=st.dictionaries(TEXT, st.lists(TEXT, min_size=1, max_size=3, unique=True).map(tuple), max_size=3),
    numbers=st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    description=TEXT,
    popularity=st.floats(0, 1),
)
CATALOGS = st.lists(ITEMS, max_size=5, unique_by=lambda item: item.id).map(lambda items: Catalog("any", tuple(items)))


@pytest.fixture
def saved(tmp_path):
    tiny_catalog().save(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_the_label_of_an_item_shows_its_year_when_it_has_one():
    assert Item("heat", "Heat", 1995).label == "Heat (1995)"
    assert Item("heat", "Heat").label == "Heat"


def test_the_year_counts_as_a_number():
    heat = tiny_catalog()["heat"]
    assert heat.number(YEAR) == 1995
    assert heat.number("runtime") == 170
    assert heat.number("price") is None


def test_an_item_has_its_values_its_own_id_as_title_and_the_bounds_its_numbers_satisfy():
    heat = tiny_catalog()["heat"]
    assert heat.has("genre", "Crime")
    assert not heat.has("genre", "Comedy")
    assert not heat.has("colour", "red")
    assert heat.has(TITLE, "heat")
    assert not heat.has(TITLE, "alien")
    assert heat.has("runtime", "<=170")
    assert heat.has("runtime", ">=170")
    assert not heat.has("runtime", "<=169.5")
    assert heat.has(YEAR, ">=1990")


def test_an_unknown_number_satisfies_no_bound():
    casablanca = tiny_catalog()["casablanca"]
    assert not casablanca.has("runtime", "<=10000")
    assert not casablanca.has("runtime", ">=0")


@given(st.sampled_from(["<=", ">="]), st.integers(-10_000, 10_000))
def test_a_bound_is_read_back_from_its_text(sign, amount):
    assert parse_bound(f"{sign}{amount}") == (sign, amount)
    assert parse_bound(f"{sign}{amount}.5") == (sign, float(f"{amount}.5"))


@pytest.mark.parametrize("plain", ["", "95", "<95", "<=", "<=x", "=<95", "<=95 minutes", " <=95", "<=95\n"])
def test_other_texts_are_no_bounds(plain):
    assert parse_bound(plain) is None


def test_a_catalogue_keeps_its_order_and_finds_items_by_id():
    catalog = tiny_catalog()
    assert len(catalog) == 12
    assert [item.id for item in catalog][:2] == ["godfather", "heat"]
    assert catalog["heat"].title == "Heat"
    assert catalog.position("heat") == 1
    assert "heat" in catalog
    assert "matrix" not in catalog
    assert None not in catalog


def test_an_unknown_id_is_named_with_the_catalogue():
    with pytest.raises(UnknownItemError) as caught:
        tiny_catalog()["matrix"]
    assert str(caught.value) == "no item 'matrix' among the 12 of catalogue 'tiny'"


def test_facets_come_in_order_of_first_appearance_with_the_counts_of_their_values():
    catalog = tiny_catalog()
    assert catalog.facets == ("genre", "mood", "theme", "director", "actor", "decade", "runtime")
    assert catalog.values("mood")["heartwarming"] == 4
    assert catalog.values("director")["Ridley Scott"] == 2
    assert not catalog.values("colour")


def test_a_saved_catalogue_is_read_back_equal(saved):
    catalog = Catalog.load(saved)
    assert catalog == tiny_catalog()
    assert catalog.noun == "film"
    assert catalog.digest == tiny_catalog().digest
    pd.testing.assert_frame_equal(catalog.ratings, tiny_catalog().ratings)


@settings(deadline=None, max_examples=40)
@given(CATALOGS)
def test_any_catalogue_is_read_back_equal(tmp_path_factory, catalog):
    folder = tmp_path_factory.mktemp("catalogs") / "any"
    catalog.save(folder)
    read = Catalog.load(folder)
    assert read == catalog
    assert read.digest == catalog.digest
    assert list(read.ratings.columns) == list(RATING_COLUMNS)


@settings(deadline=None)
@given(CATALOGS, CATALOGS)
def test_digests_are_equal_exactly_when_the_items_are(first, second):
    assert (first.digest == second.digest) == (first.items == second.items)


def test_the_digest_sees_the_order_and_every_field():
    catalog = tiny_catalog()
    reordered = Catalog("tiny", catalog.items[::-1])
    retitled = Catalog("tiny", (Item("godfather", "Godfather"), *catalog.items[1:]))
    assert len({catalog.digest, reordered.digest, retitled.digest}) == 3


def test_the_digest_is_the_same_on_every_machine():
    catalog = Catalog("one", (Item("heat", "Heat", 1995, {"genre": ("Crime",)}, {"runtime": 170.0}, "Amélie", 0.5),))
    assert catalog.digest == "886d22911a421e6c38a71a3af62dda240f964816ad2e206dadfee50e73e53501"


def test_a_catalogue_of_another_format_is_refused_with_the_way_out(saved):
    about = json.loads((saved / "catalog.json").read_text())
    (saved / "catalog.json").write_text(json.dumps(about | {"format": 99}))
    with pytest.raises(ValueError, match="has format 99, not .*; ingest it again"):
        Catalog.load(saved)


def test_a_catalogue_that_lost_lines_is_refused(saved):
    lines = (saved / "items.jsonl").read_text().splitlines(keepends=True)
    (saved / "items.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(ValueError, match="holds 11 items, not 12; ingest it again"):
        Catalog.load(saved)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("catalog.json", "[]"),
        ("catalog.json", "{"),
        ("catalog.json", '{"format": 1}'),
        ("items.jsonl", "{}\n" * 12),
        ("items.jsonl", "null\n" * 12),
        ("items.jsonl", '{"facets": {}, "colour": "red"}\n' * 12),
        ("ratings.parquet", "no parquet"),
    ],
)
def test_a_damaged_catalogue_is_refused_as_a_value_error(saved, name, content):
    (saved / name).write_text(content)
    with pytest.raises(ValueError):
        Catalog.load(saved)


def test_a_catalogue_with_an_altered_line_is_refused(saved):
    lines = (saved / "items.jsonl").read_text()
    (saved / "items.jsonl").write_text(lines.replace('"Heat"', '"Heap"'))
    with pytest.raises(ValueError):
        Catalog.load(saved)


@given(st.integers(1000, 9999))
def test_a_year_lies_in_its_decade(year):
    decade = decade_of(year)
    assert decade.endswith("0s")
    assert 0 <= year - int(decade[:-1]) <= 9


@given(st.lists(st.sampled_from(["", "a", "b", "c"])))
def test_unique_values_keep_the_order_of_first_appearance(values):
    unique = ordered_unique(values)
    assert set(unique) == set(values) - {""}
    assert list(unique) == sorted(unique, key=values.index)
    assert len(unique) == len(set(unique))


def test_a_report_says_every_count_in_words():
    report = IngestReport(3, 2, {"empty titles dropped": 1, "cells cut": 2}, {"name": "title"})
    assert str(report).splitlines() == [
        "3 rows read, 2 items kept",
        "  column 'name': title",
        "  empty titles dropped: 1 row",
        "  cells cut: 2 rows",
    ]


def test_a_grown_catalogue_has_the_new_items_at_its_end_and_the_old_one_stays():
    old = tiny_catalog()
    ronin = Item("ronin", "Ronin", 1998)
    grown = old.with_items([ronin])
    assert grown.items == (*old.items, ronin)
    assert grown["ronin"] == ronin
    assert (grown.name, grown.noun, grown.source) == (old.name, old.noun, old.source)
    assert grown.ratings is old.ratings
    assert grown.digest != old.digest
    assert "ronin" not in old


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([Item("heat", "Other")], r"the id 'heat' of 'Other' belongs to 'Heat \(1995\)'; give it another"),
        ([Item("a", "A"), Item("a", "B")], "the id 'a' of 'B' belongs to 'A'"),
        ([Item("a", " ")], "this has the id 'a', the title ' '"),
        ([Item("", "A")], "the id '', the title 'A'"),
    ],
)
def test_an_item_that_a_catalogue_cannot_take_is_named(more, words):
    with pytest.raises(ItemError, match=words):
        tiny_catalog().with_items(more)
