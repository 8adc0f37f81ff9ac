from dataclasses import replace

import pytest

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
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
