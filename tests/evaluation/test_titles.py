import pytest

from catalog.items import Catalog, Item
from evaluation.titles import Titles
from tests.catalogs import tiny_catalog

FILMS = (
    Item("first", "The Lamp", 1950, popularity=0.2),
    Item("second", "The Lamp", 1998, popularity=0.9),
    Item("part", "Comets: The First Light", 2001, popularity=0.5),
    Item("other", "Comets: The Return", 2004, popularity=0.3),
    Item("undated", "Slow Boat", None, popularity=0.1),
)
TITLES = Titles(Catalog("lamps", FILMS, "film"))


@pytest.mark.parametrize(
    ("name", "item_id"),
    [
        ("Heat (1995)", "heat"),
        ("Heat  (1996)", "heat"),
        ("heat", "heat"),
        ("The Godfather (1972 film)", "godfather"),
        ("Godfather, The (1972)", "godfather"),
        ("Amelie (2001)", "amelie"),
        ("Airplane%21 (1980)", "airplane"),
    ],
)
def test_a_film_is_found_by_the_names_that_people_and_databases_give_it(name, item_id):
    assert Titles(tiny_catalog()).find(name) == item_id


@pytest.mark.parametrize("name", ["Heat (1999)", "Hea (1995)", "", "(1995)"])
def test_another_film_is_not_found(name):
    assert Titles(tiny_catalog()).find(name) is None


def test_the_year_tells_films_of_one_title_apart():
    assert [TITLES.find(f"The Lamp ({year})") for year in (1950, 1951, 1998)] == ["first", "first", "second"]


def test_a_name_without_a_year_means_the_best_known_film():
    assert TITLES.find("the lamp") == "second"
    assert TITLES.find("Comets") == "part"


def test_what_follows_a_colon_may_be_left_out_but_then_the_year_must_be_right():
    assert TITLES.find("Comets (2004)") == "other"
    assert TITLES.find("Comets (2005)") is None


def test_a_film_without_a_year_is_found_only_without_one():
    assert TITLES.find("Slow Boat") == "undated"
    assert TITLES.find("Slow Boat (1)") is None
    assert TITLES.find("Slow Boat (1901)") is None
