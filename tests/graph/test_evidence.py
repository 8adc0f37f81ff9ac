import pytest

from catalog.items import TITLE
from graph.evidence import Wish
from tests.catalogs import tiny_catalog


def test_any_one_value_of_a_wish_will_do():
    heat = tiny_catalog()["heat"]
    assert Wish("genre", ("Comedy", "Crime")).holds_for(heat)
    assert not Wish("genre", ("Comedy",)).holds_for(heat)
    assert Wish("runtime", ("<=90", ">=160")).holds_for(heat)


def test_a_wish_without_values_is_refused():
    with pytest.raises(ValueError, match="a wish about 'mood' needs at least one value"):
        Wish("mood", ())


def test_a_wish_is_known_for_an_item_whose_facet_or_number_the_catalogue_holds():
    catalog = tiny_catalog()
    assert Wish("mood", ("dark",)).known_for(catalog["heat"])
    assert not Wish("mood", ("dark",)).known_for(catalog["shining"])
    assert Wish("runtime", ("<=90",)).known_for(catalog["heat"])
    assert not Wish("runtime", ("<=90",)).known_for(catalog["casablanca"])
    assert Wish("year", (">=1990",)).known_for(catalog["casablanca"])
    assert Wish(TITLE, ("alien",)).known_for(catalog["heat"])
