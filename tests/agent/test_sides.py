import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sides import sides

FACETS = ("decade", "runtime", "language", "genre")


def said(text, facets=FACETS):
    return {(mention.facet, *mention.values) for mention in sides(text, facets)}


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("seventies or after", ">=1970"),
        ("the 80s onwards", ">=1980"),
        ("a courtroom picture, sixties at the latest", "<=1969"),
        ("1950s or earlier", "<=1959"),
        ("before the sixties", "<=1959"),
        ("pre 70s", "<=1969"),
        ("after the '90s", ">=2000"),
        ("from the eighties on", ">=1980"),
        ("since the 2010s", ">=2010"),
    ],
)
def test_a_decade_with_its_side_is_a_bound(text, bound):
    assert said(text) == {("year", bound)}


@pytest.mark.parametrize(
    "text",
    [
        "from the 80s",
        "a film from the eighties",
        "the nineties",
        "born in the 60s",
        "my parents are in their seventies and up for anything",
    ],
)
def test_a_decade_alone_has_no_side(text):
    assert not said(text)


@pytest.mark.parametrize(
    "text",
    [
        "an old western",
        "one of the old drawn ones",
        "old musicals, happy ones",
        "a good old-fashioned love story",
        "old, but in colour",
        "something old please",
        "got an earlier one?",
    ],
)
def test_what_is_called_old_is_of_before_1980(text):
    assert said(text) == {("year", "<=1979")}


@pytest.mark.parametrize(
    "text",
    [
        "an old man and a boy",
        "the old house on the hill",
        "my 5 year old likes trains",
        "I'm too old for canvas",
        "an old friend",
        "old films bore me",
        "old films are slow",
        "my 8 year old loves cartoons",
        "how old is that film?",
        "same old comedies every week",
        "I feel really old",
        "call me old fashioned but films should be funny",
        "Tarantino's early films",
        "Earlier, I watched Alien",
    ],
)
def test_old_people_and_things_are_about_no_year(text):
    assert not said(text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("not too long", "<=120"),
        ("nothing long", "<=120"),
        ("far too long for me", "<=100"),
        ("half the length", "<=100"),
        ("something long", ">=130"),
        ("westerns, the looong ones", ">=130"),
        ("long, please", ">=130"),
    ],
)
def test_what_is_said_of_the_length_is_a_bound(text, bound):
    assert said(text) == {("runtime", bound)}


@pytest.mark.parametrize(
    "text",
    [
        "how long is it",
        "a long day",
        "not long ago",
        "too long ago",
        "as long as it's fun",
        "it's been too long!",
        "Long, hard day. Something funny",
        "I only caught half of that",
    ],
)
def test_other_long_things_are_about_no_length(text):
    assert not said(text)


@pytest.mark.parametrize(
    "text",
    [
        "no subtitles",
        "I don't do subtitles",
        "my partner hates subtitles",
        "subtitles are a dealbreaker",
        "can't read subs at this hour",
        "no reading",
        "subs no",
    ],
)
def test_who_refuses_subtitles_wants_english(text):
    assert said(text) == {("language", "English")}


@pytest.mark.parametrize(
    "text",
    [
        "subtitles fine",
        "are there subtitles?",
        "subtitles no problem",
        "subtitles are no problem",
        "no reading list",
        "I don't hate subtitles",
    ],
)
def test_who_does_not_mind_subtitles_wants_no_language(text):
    assert not said(text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("made before I was born (1961)", "<=1960"),
        ("nothing made after I was born and I was born in '71", ">=1972"),
        ("nothing older than my daughter and she was born in 2001", "<=2000"),
    ],
)
def test_the_year_of_a_birth_is_a_bound(text, bound):
    assert said(text) == {("year", bound)}


def test_the_year_of_something_else_is_none():
    assert not said("since my husband died in 2019 I can't do sad ones")
    assert not said("before I saw Psycho (1960) I liked showers")


def test_a_catalogue_without_decades_or_languages_hears_neither():
    assert not said("an old one from before the sixties, no subtitles", ("genre",))


@given(st.lists(st.sampled_from("old long films the subtitles no before 80s seventies or later , . too not".split())))
def test_what_is_found_stands_in_the_text_and_does_not_overlap(words):
    text = " ".join(words)
    found = sorted(sides(text, FACETS), key=lambda mention: mention.start)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in found)
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))
