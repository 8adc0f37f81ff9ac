import pytest

from agent.questioning import option_phrase, question_words, subject
from catalog.items import TITLE, Catalog, Item
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


@pytest.mark.parametrize(
    ("facet", "value", "words"),
    [
        ("mood", "tense", "Would you like it tense?"),
        ("mood", "tear-jerker", "Shall it be a tear-jerker?"),
        ("theme", "heist", "Should it be about a heist?"),
        ("theme", "rome", "Should it be set in Rome?"),
        ("theme", "whodunit", "Shall it be a whodunit?"),
        ("genre", "Comedy", "Shall it be a comedy?"),
        ("director", "Michael Mann", "Should it be directed by Michael Mann?"),
        ("actor", "Al Pacino", "Should Al Pacino be in it?"),
        ("writer", "Nora Ephron", "Should it be written by Nora Ephron?"),
        ("country", "United States", "Should it come from the United States?"),
        ("language", "French", "Should it be in French?"),
        ("decade", "1990s", "Should it be from the 1990s?"),
        ("brand", "Acme", "Should the brand be Acme?"),
        ("tags", "dice", "Should its tags include dice?"),
    ],
)
def test_a_value_is_asked_about_as_people_would(facet, value, words):
    assert question_words(Question(facet, (value,)), CATALOG) == words


@pytest.mark.parametrize(
    ("facet", "options", "words", "sides"),
    [
        (
            "year",
            ("<=1989", ">=1990"),
            "Should it be from before 1990, or from 1990 on?",
            ["before 1990", "1990 or later"],
        ),
        (
            "runtime",
            ("<=109", ">=110"),
            "Should it run under 110 minutes, or longer?",
            ["under 110 minutes", "110 minutes or more"],
        ),
        ("price", ("<=19", ">=20"), "Should the price be under 20, or more?", ["under 20", "20 or more"]),
        (
            "price",
            ("<=19.5", ">=19.5"),
            "Should the price be at most 19.5, or more?",
            ["at most 19.5", "more than 19.5"],
        ),
    ],
)
def test_a_number_is_asked_about_by_its_sides(facet, options, words, sides):
    question = Question(facet, options)
    assert question_words(question, CATALOG) == words
    assert [option_phrase(question, option, CATALOG) for option in options] == sides


def test_films_are_compared_by_title_and_told_apart_by_year_where_the_title_is_the_same():
    assert question_words(Question(TITLE, ("heat", "alien")), CATALOG) == (
        "Should it be more like Heat, or more like Alien?"
    )
    remakes = Catalog("films", (Item("old", "The Thing", 1951), Item("new", "The Thing", 2011)), "film")
    assert "The Thing (1951) or The Thing (2011)" in question_words(Question(TITLE, ("old", "new")), remakes, 1)


@pytest.mark.parametrize(
    "question",
    [Question("mood", ("tense",)), Question("year", ("<=1989", ">=1990")), Question(TITLE, ("heat", "alien"))],
)
def test_questions_in_a_row_do_not_sound_alike(question):
    assert len({question_words(question, CATALOG, earlier) for earlier in range(2)}) == 2
    assert all(question_words(question, CATALOG, earlier).endswith("?") for earlier in range(5))


def test_a_question_has_a_subject():
    assert subject(Question("actor", ("Al Pacino",)), CATALOG) == "the cast"
    assert subject(Question(TITLE, ("heat", "alien")), CATALOG) == "Heat and Alien"


def test_a_side_that_is_no_bound_is_refused():
    with pytest.raises(ValueError, match="'recent' is no bound"):
        question_words(Question("year", ("<=1989", "recent")), CATALOG)
