import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cleaning import (
    BOUND,
    CONTROL,
    EMPTY_MARK,
    FORMULA,
    HTML,
    SPACES,
    VALUE_LIMIT,
    VALUES_LIMIT,
    clean_text,
    clean_values,
    cut_to,
    parse_list,
    parse_number,
    parse_year,
)
from catalog.items import Item

ANY_CHARACTER = st.characters(exclude_categories=())
MARKUP = st.sampled_from(
    ["<b>", "</b>", "<br/>", "<", ">", "&", "&amp;", "amp;", "&lt;", "&#60;", "lt;", "<script>", "</script>", "<!--"]
    + ["-->", "=", "@SUM(", "+cmd|'", "!", "=A1", '="', '"', " ", "\t", "\n", "\x00", "\ud800", "e\u0301", "\u037e"]
)
TEXTS = st.lists(st.one_of(MARKUP, st.text(ANY_CHARACTER, max_size=5)), max_size=20).map("".join)


@given(TEXTS, st.integers(1, 60))
def test_cleaning_twice_is_cleaning_once(text, limit):
    once = clean_text(text, limit).text
    assert clean_text(once, limit).text == once


@given(TEXTS, st.integers(1, 60))
def test_a_cleaned_text_has_no_control_characters_and_no_lone_surrogates_and_fits(text, limit):
    cleaned = clean_text(text, limit).text
    assert not [letter for letter in cleaned if unicodedata.category(letter) in ("Cc", "Cs")]
    assert len(cleaned) <= limit
    assert cleaned == " ".join(cleaned.split())


@given(TEXTS)
def test_a_text_that_comes_out_different_says_by_which_rule(text):
    cleaned = clean_text(text, 300)
    assert cleaned.changes or cleaned.text == unicodedata.normalize("NFC", text)


@given(st.one_of(TEXTS, st.lists(TEXTS, max_size=4).map(tuple), st.lists(TEXTS, max_size=4).map(repr)))
def test_any_cell_gives_facet_values_that_are_short_and_differ(cell):
    values = clean_values(cell, "|").values
    assert len(set(values)) == len(values)
    assert all(0 < len(value) <= VALUE_LIMIT for value in values)


@given(TEXTS)
def test_any_text_is_a_number_or_not_without_raising(text):
    assert parse_number(text) is None or isinstance(parse_number(text), float)
    assert parse_year(text) is None or 1000 <= parse_year(text) < 2100


@pytest.mark.parametrize(
    "title", ["a < b", "I <3 you", "AT&T", "<harmony/>", "Q&A; more", "x &notes; y", "if a<b and b>c"]
)
def test_signs_that_are_no_markup_stay(title):
    assert clean_text(title, 300).text == title


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("R&amp;B", "R&B"),
        ("<p>One<br/>two</p>", "One two"),
        ("H<sub>2</sub>O", "H2O"),
        ("&amp;lt;b&amp;gt;bold", "bold"),
        ("<a href='x>y' title=\"z\">link</a>", "link"),
        ("<script>alert('x')</script>Heat<!-- seen -->", "Heat"),
    ],
)
def test_html_becomes_plain_text_and_is_named(raw, plain):
    cleaned = clean_text(raw, 300)
    assert cleaned.text == plain
    assert HTML in cleaned.changes


@pytest.mark.parametrize("title", ["@midnight", "+1", "=Love", "-", "@Home (again)", "+44", "=", "-30-", "@ SUM"])
def test_titles_that_only_begin_like_formulas_stay(title):
    assert clean_text(title, 300).text == title


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ('=HYPERLINK("http://x.example","y")', 'HYPERLINK("http://x.example","y")'),
        ("=A1", "A1"),
        ("=1+1", "1+1"),
        ("@SUM(1)", "SUM(1)"),
        ("+cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("==cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ('="007"', "007"),
    ],
)
def test_formulas_lose_their_sign_and_are_named(raw, plain):
    cleaned = clean_text(raw, 300)
    assert cleaned.text == plain
    assert cleaned.changes == (FORMULA,)


def test_each_rule_that_changed_a_text_is_named():
    cleaned = clean_text("  <b>He\x00at</b> " + "x" * 100, 20)
    assert cleaned.text == "Heat xxxxxxxxxxxxxx…"
    assert cleaned.changes == (CONTROL, HTML, SPACES, cut_to(20))


@pytest.mark.parametrize("hostile", ["<" * 9 + "b>" * 9, "&" + "amp;" * 99 + "lt;b>", "<b <b <b", "<script>" * 99])
def test_markup_within_markup_comes_to_an_end(hostile):
    once = clean_text(hostile, 4000).text
    assert clean_text(once, 4000).text == once


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("£1,299.00", 1299.0),
        ("12 min", 12.0),
        ("1 299,50", 1299.5),
        ("1\u00a0299,50 €", 1299.5),
        ("1.299,00", 1299.0),
        ("1,299", 1299.0),
        ("1.299", 1.299),
        ("12,5", 12.5),
        ("0,299", 0.299),
        ("1.2M", 1_200_000.0),
        ("US$ 5", 5.0),
        ("-5", -5.0),
        ("1e3", 1000.0),
        ("96.0", 96.0),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "n/a", "10-20", "1h 30m", "3.5/5", "A4", "inf", "nan", "1e999", "1,2,3"])
def test_what_is_no_single_number_is_none(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["1995", "1995-06-01", "(1995)", "1995.0", "June 1995", "06/01/1995"])
def test_a_year_is_found_in_a_date(text):
    assert parse_year(text) == 1995


@pytest.mark.parametrize("text", ["", "95", "19950601", "soon", "9999"])
def test_what_holds_no_year_is_none(text):
    assert parse_year(text) is None


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("Crime|Drama| Crime ", ("Crime", "Drama")),
        ('["R&amp;B", "Soul"]', ("R&B", "Soul")),
        ("['it\\'s', 'b']", ("it's", "b")),
        ("[{'id': 28, 'name': 'Action'}]", ("Action",)),
        ('[7.0, null, "x"]', ("7", "x")),
        (("a", "", "a"), ("a",)),
        ("[]", ()),
        ("[REC]", ("[REC]",)),
        ("R&amp;B|Soul", ("R&B", "Soul")),
        ("", ()),
    ],
)
def test_a_facet_cell_gives_its_values_once_and_in_order(cell, values):
    assert clean_values(cell, "|").values == values


def test_an_empty_mark_is_no_value_but_none_and_na_are():
    found = clean_values("n/a|none|NA|NULL", "|")
    assert found.values == ("none", "NA")
    assert found.changes == (EMPTY_MARK,)


def test_a_value_that_looks_like_a_bound_stays_a_value():
    found = clean_values("<=95", None)
    assert found.changes == (BOUND,)
    assert Item("1", "x", facets={"size": found.values}, numbers={"size": 1.0}).has("size", found.values[0])


def test_too_many_values_are_cut_and_named():
    found = clean_values("|".join(map(str, range(1000))), "|")
    assert len(found.values) == VALUES_LIMIT
    assert found.changes == (f"cut to {VALUES_LIMIT} values",)


def test_brackets_nested_beyond_reason_are_text():
    assert parse_list("[" * 100_000 + "]" * 100_000) is None
