from dataclasses import replace

import pytest

from catalog import films
from catalog.items import Catalog, Item, ItemError
from catalog.saved import added_path, keep_items, load_catalog
from tests.catalogs import tiny_catalog


@pytest.fixture
def builds(monkeypatch):
    """The builds of the film catalogue that took place; twelve films stand for all."""
    calls = []

    def build():
        calls.append(True)
        return replace(tiny_catalog(), name="films", source=films.fingerprint()), None

    monkeypatch.setattr(films, "build", build)
    return calls


@pytest.fixture
def home(tmp_path):
    """A home that holds a catalogue that somebody ingested."""
    replace(tiny_catalog(), name="shop").save(tmp_path / "catalogs" / "shop")
    return tmp_path


def test_a_catalogue_is_found_by_its_name(home):
    assert load_catalog(home, "shop") == replace(tiny_catalog(), name="shop")


def test_the_films_are_built_once_and_then_read(home, builds):
    assert load_catalog(home) == load_catalog(home) == load_catalog(home, "films")
    assert len(builds) == 1


def test_films_that_were_saved_by_other_code_or_data_are_built_again(home, builds, monkeypatch):
    load_catalog(home)
    monkeypatch.setattr(films, "fingerprint", lambda: "of the next release")
    load_catalog(home)
    load_catalog(home)
    assert len(builds) == 2


@pytest.mark.parametrize("name", ["catalog.json", "items.jsonl", "ratings.parquet"])
@pytest.mark.parametrize("content", [b"", b"garbage", b"[]", b"{}", b"\xff"])
def test_damaged_films_are_built_again(home, builds, name, content):
    whole = load_catalog(home)
    (home / "catalogs" / "films" / name).write_bytes(content)
    assert load_catalog(home) == whole
    assert len(builds) == 2
    assert Catalog.load(home / "catalogs" / "films") == whole


@pytest.mark.parametrize("name", ["catalog.json", "items.jsonl", "ratings.parquet"])
@pytest.mark.parametrize("content", [None, b"", b"garbage", b"[]", b"{}", b"\xff"])
def test_another_damaged_catalogue_is_named_with_the_way_out(home, name, content):
    path = home / "catalogs" / "shop" / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="'shop'.* (is damaged .*; ingest it again|make one with)"):
        load_catalog(home, "shop")


def test_an_unknown_catalogue_is_named_with_those_there_are(home):
    with pytest.raises(ValueError, match="no catalogue 'shoes' among films, shop; make one with `python -m"):
        load_catalog(home, "shoes")


def test_a_new_home_knows_the_films(tmp_path):
    with pytest.raises(ValueError, match="no catalogue 'shoes' among films;"):
        load_catalog(tmp_path / "nowhere", "shoes")


NEW = (Item("ronin", "Ronin", 1998, {"genre": ("Action",)}), Item("sep", "A\u2028B", description="line\nbreak"))


@pytest.mark.parametrize("name", ["films", "shop"])
def test_items_that_are_kept_are_there_at_every_later_load(home, builds, name):
    grown = keep_items(home, load_catalog(home, name), NEW[:1])
    grown = keep_items(home, grown, NEW[1:])
    assert load_catalog(home, name) == load_catalog(home, name) == grown
    assert grown.items[-2:] == NEW
    assert load_catalog(home, name).digest == grown.digest


def test_added_items_stay_when_the_films_are_built_again(home, builds, monkeypatch):
    grown = keep_items(home, load_catalog(home), NEW)
    monkeypatch.setattr(films, "fingerprint", lambda: "of the next release")
    assert load_catalog(home) == grown
    assert len(builds) == 2


def test_what_a_catalogue_made_again_says_of_an_added_item_counts(home):
    shop = load_catalog(home, "shop")
    keep_items(home, shop, NEW)
    replace(shop, items=(*shop.items, Item("ronin", "Ronin, restored"))).save(home / "catalogs" / "shop")
    assert [item.title for item in load_catalog(home, "shop")][-2:] == ["Ronin, restored", "A\u2028B"]


def test_a_refused_item_leaves_no_trace(home):
    with pytest.raises(ItemError, match="the id 'heat'"):
        keep_items(home, load_catalog(home, "shop"), [*NEW, Item("heat", "Other")])
    assert not added_path(home, "shop").exists()


def test_a_last_line_without_a_break_does_not_swallow_the_next(home):
    keep_items(home, load_catalog(home, "shop"), NEW[:1])
    path = added_path(home, "shop")
    path.write_bytes(path.read_bytes().rstrip())
    keep_items(home, load_catalog(home, "shop"), NEW[1:])
    assert load_catalog(home, "shop").items[-2:] == NEW


@pytest.mark.parametrize("line", [b"garbage", b"[]", b"{}", b"\xff", b'{"id": 1, "title": "A", "facets": {}}', b""])
def test_a_damaged_line_of_added_items_is_named_with_the_way_out(home, line):
    keep_items(home, load_catalog(home, "shop"), NEW[:1])
    path = added_path(home, "shop")
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(ValueError, match=r"line 2 of .*shop\.added\.jsonl is damaged .*; correct or remove"):
        load_catalog(home, "shop")
