import pandas as pd
import pytest

from catalog.columns import LIST, GivenColumns, guess_roles, separator_of
from catalog.tables import IngestError


def frame(**columns):
    return pd.DataFrame(columns, dtype=object)


def shop(rows=20):
    return frame(
        sku=[f"{row:03}" for row in range(rows)],
        product_name=[f"Shoe {row}" for row in range(rows)],
        brand=["Asics", "Nike"] * (rows // 2),
        colour=["red|blue", "green"] * (rows // 2),
        price=["£12.50", "n/a", "£1,299.00", "£5", "£7"] * (rows // 5),
        photo=[f"https://x.example/{row}.jpg" for row in range(rows)],
        product_description=["Light and quick."] * rows,
        units_sold=[str(row) for row in range(rows)],
        released=["1995-06-01"] * rows,
    )


def test_the_roles_of_a_shop_are_found():
    roles = guess_roles(shop())
    assert (roles.title, roles.id, roles.description) == ("product_name", "sku", "product_description")
    assert (roles.year, roles.popularity) == ("released", "units_sold")
    assert roles.facets == ("brand", "colour")
    assert roles.separators == {"colour": "|"}
    assert roles.numbers == ("price",)
    assert roles.ignored == {"photo": "links or files"}


def test_every_column_has_exactly_one_role_and_says_it():
    words = guess_roles(shop()).in_words()
    assert sorted(words) == sorted(shop().columns)
    assert words["colour"] == "facet, split at '|'"
    assert words["photo"] == "ignored (links or files)"


@pytest.mark.parametrize(
    ("role", "header"),
    [
        ("title", "Name"),
        ("title", "primaryTitle"),
        ("title", "Product Name"),
        ("title", "book"),
        ("id", "parent_asin"),
        ("id", "IMDb ID"),
        ("id", "isbn13"),
        ("description", "Plot"),
        ("description", "about"),
        ("year", "releaseYear"),
        ("year", "original_publication_year"),
        ("popularity", "ratings_count"),
        ("popularity", "numVotes"),
    ],
)
def test_headers_are_known_in_several_spellings(role, header):
    columns = {"title": ["a", "b"], header: ["1995", "1996"]}
    if role == "title":
        del columns["title"]
    assert getattr(guess_roles(frame(**columns)), role) == header


def test_a_table_without_a_title_is_refused_with_its_columns():
    with pytest.raises(IngestError, match="no title column among 'a', 'b'; .*`--title COLUMN`"):
        guess_roles(frame(a=["1"], b=["2"]))


def test_an_option_overrules_the_guess():
    roles = guess_roles(shop(), GivenColumns(title="brand", facets=("product_name",), numbers=("units_sold",), year=""))
    assert roles.title == "brand"
    assert roles.facets == ("product_name",)
    assert roles.numbers == ("units_sold",)
    assert roles.year is None
    assert roles.popularity is None
    assert roles.ignored["colour"] == "not among --facets"
    assert roles.ignored["price"] == "not among --numbers"


def test_a_given_column_is_found_in_another_spelling():
    assert guess_roles(shop(), GivenColumns(title="Product Name")).title == "product_name"


def test_an_option_that_names_no_column_is_refused_with_those_there_are():
    with pytest.raises(IngestError, match="--facets 'colr': no such column; the columns are 'title', 'colour'"):
        guess_roles(frame(title=["a"], colour=["red"]), GivenColumns(facets=("colr",)))


def test_one_column_in_two_roles_is_refused():
    with pytest.raises(IngestError, match="column 'x' is given 2 roles; give it one"):
        guess_roles(frame(title=["a"], x=["red"]), GivenColumns(facets=("x",), numbers=("x",)))


@pytest.mark.parametrize(("given", "name"), [({"facets": ("title",)}, "title"), ({"numbers": ("year",)}, "year")])
def test_a_name_that_items_use_themselves_is_refused_as_a_facet_or_number(given, name):
    with pytest.raises(IngestError, match=f"'{name}': this name has its own meaning here; rename the column"):
        guess_roles(frame(name=["a"], title=["Dr"], year=["1"]), GivenColumns(title="name", **given))


def test_a_column_where_nearly_every_value_differs_is_a_facet_only_when_given():
    cells = frame(title=["a", "b", "c"], motto=["x", "y", "z"])
    assert guess_roles(cells).ignored == {"motto": "nearly every value differs"}
    assert guess_roles(cells, GivenColumns(facets=("motto",))).facets == ("motto",)


def test_a_known_facet_is_one_even_in_a_table_of_two_rows():
    assert guess_roles(frame(title=["a", "b"], brand=["x", "y"])).facets == ("brand",)


def test_long_text_that_differs_is_the_description_when_no_header_says_so():
    story = [f"Once upon a time number {row} went out to see the world and found it large. " * 2 for row in range(3)]
    cells = frame(title=["a", "b", "c"], notes=story)
    assert guess_roles(cells).description == "notes"
    assert guess_roles(cells, GivenColumns(description="")).ignored == {"notes": "a second long text"}


def test_a_year_column_without_years_is_no_year():
    assert guess_roles(frame(title=["a", "b"], date=["soon", "soon"])).year is None


def test_a_column_with_a_few_unreadable_prices_is_still_a_number():
    assert guess_roles(frame(title=list("abcd"), price=["1", "2", "3", "cheap"])).numbers == ("price",)


def test_identifiers_dates_and_empty_columns_are_ignored_with_the_reason():
    cells = frame(
        id=["1", "2"], title=["a", "b"], imdb_id=["tt1", "tt2"], added=["2020-01-01", "2020-01-02"], none=["", " "]
    )
    assert guess_roles(cells).ignored == {"imdb_id": "identifiers", "added": "dates", "none": "empty"}


@pytest.mark.parametrize(
    ("column", "cells", "separator"),
    [
        ("genre", ["Crime, Drama", "Comedy"], ","),
        ("tag", ["a|b", "c"], "|"),
        ("tag", ["a; b", "c"], ";"),
        ("mood", ["Calm, Warm", "Calm", "Warm, Odd", "Odd, Calm, Warm"], ","),
        ("author", ["Tolkien, J.R.R.", "Tolkien, Christopher", "Le Guin, Ursula"], None),
        ("city", ["London, UK", "Leeds, UK", "Paris, France"], None),
        ("tags", ['["a", "b"]', "[]"], LIST),
        ("tags", [("a", "b"), ("c",)], LIST),
        ("notes", ["It is long, sad, and good.", "Short, sweet."], None),
        ("brand", ["Asics", "Nike"], None),
    ],
)
def test_the_separator_of_a_column_is_found(column, cells, separator):
    assert separator_of(column, cells) == separator


def test_a_given_separator_holds_for_every_facet():
    roles = guess_roles(
        frame(title=["a"], brand=["x/y"], tag=["p|q"]), GivenColumns(facets=("brand", "tag"), separator="/")
    )
    assert roles.separators == {"brand": "/", "tag": "/"}


def test_an_empty_separator_keeps_cells_whole():
    cells = frame(title=["a", "b"], authors=["Tolkien, J.R.R.", "Le Guin, Ursula"])
    assert guess_roles(cells).separators == {"authors": ","}
    assert guess_roles(cells, GivenColumns(separator="")).separators == {}
