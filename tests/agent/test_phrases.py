import pytest

from agent.phrases import (
    article,
    asked_phrase,
    counted,
    description_sentence,
    fact_sentence,
    listed,
    value_phrase,
    wish_phrase,
)
from catalog.items import TITLE, Item
from graph.evidence import Wish
from tests.catalogs import tiny_catalog


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("epic film", "an epic film"),
        ("tense film", "a tense film"),
        ("unique find", "a unique find"),
        ("1815 book", "an 1815 book"),
    ],
)
def test_the_article_follows_the_sound(phrase, expected):
    assert article(phrase) == expected


def test_lists_read_like_speech():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"


@pytest.mark.parametrize(
    ("facet", "value", "expected"),
    [
        ("theme", "heist", "a heist"),
        ("theme", "world war ii", "the Second World War"),
        ("theme", "los angeles", "set in Los Angeles"),
        ("theme", "based on a novel", "based on a novel"),
        ("genre", "Comedy", "a comedy"),
        ("decade", "1990s", "the 1990s"),
        ("runtime", "<=95", "at most 95 minutes"),
        ("year", ">=2000", "from 2000 on"),
        ("year", "<=1989", "before 1990"),
        ("runtime", "<=109", "under 110 minutes"),
        ("brand", "Acme", "Acme"),
    ],
)
def test_values_stand_well_in_a_sentence(facet, value, expected):
    assert value_phrase(facet, value) == expected


def test_facets_of_any_catalogue_make_a_sentence():
    assert fact_sentence("shoe_size", "42") == "Its shoe size is 42."
    assert fact_sentence("director", "Michael Mann") == "It is directed by Michael Mann."


def test_a_wish_for_items_names_their_titles():
    assert wish_phrase(Wish(TITLE, ("heat", "up")), tiny_catalog()) == "Heat or Up"


@pytest.mark.parametrize(
    ("facet", "value", "expected"),
    [
        ("theme", "heist", "a heist"),
        ("theme", "corporate greed", "something about corporate greed"),
        ("theme", "rome", "something set in Rome"),
        ("mood", "tense", "something tense"),
        ("mood", "tear-jerker", "a tear-jerker"),
        ("director", "Michael Mann", "something by Michael Mann"),
        ("decade", "1990s", "something from the 1990s"),
        ("brand", "Acme", "brand Acme"),
        ("year", "<=1989", "something from before 1990"),
        ("year", ">=1990", "something from 1990 on"),
        ("runtime", ">=110", "at least 110 minutes"),
    ],
)
def test_what_was_asked_for_reads_like_speech(facet, value, expected):
    assert asked_phrase(facet, value) == expected


def test_a_long_list_names_the_last_and_counts_the_others():
    assert counted(["a"]) == "a"
    assert counted(["a", "b", "c"]) == "a, b and c"
    assert counted(["a", "b", "c", "d"]) == "b, c, d and 1 other"


@pytest.mark.parametrize("story", ["A golfer tries to qualify for the U.S. Open.", "Dr. Jones hunts for an idol."])
def test_an_initial_ends_no_sentence(story):
    assert description_sentence(Item("a", "A", description=f"{story} Then it ends.")) == story
