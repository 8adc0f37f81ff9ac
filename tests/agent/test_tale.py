import pytest

from agent.mention import Mention
from agent.tale import sayings, wished


def kept(text, **facets):
    """Return the words of ``text`` that are kept as wishes, each given with its facet."""
    mentions = [
        Mention(text.index(word), text.index(word) + len(word), facet, (word,)) for word, facet in facets.items()
    ]
    return [text[mention.start : mention.end] for mention in wished(text, mentions)]


def test_a_mood_or_country_in_a_story_that_is_told_is_no_wish():
    text = "she burns the french bread and her lonely father eats it all"
    assert kept(text, french="country", lonely="mood") == []


def test_a_theme_of_a_story_that_is_told_still_counts():
    assert kept("the girl he marries leaves him after their wedding in a prison", prison="theme") == ["prison"]


def test_a_mood_counts_where_someone_says_what_they_want():
    text = "i want something lonely about a man who drives his car"
    assert kept(text, lonely="mood") == ["lonely"]


@pytest.mark.parametrize(
    "text", ["french film about a man who leaves his wife and kids", "a french drama he never saw"]
)
def test_a_country_beside_a_word_for_films_is_a_wish(text):
    assert kept(text, french="country") == ["french"]


def test_a_family_is_a_genre_only_beside_a_word_for_films():
    assert kept("love and the business of one family", family="genre") == []
    assert kept("a nice family film", family="genre") == ["family"]
    assert kept("family please", family="genre") == ["family"]


def test_a_prop_is_a_theme_where_something_is_asked_for():
    assert kept("two men push a car up a hill", car="theme") == []
    assert kept("I'd like something with a car in it", car="theme") == ["car"]


def test_a_title_in_a_story_needs_capitals_or_a_cue():
    assert kept("he has tea with frankenstein while they rob the bank", frankenstein="title") == []
    assert kept("he has tea with Frankenstein while they rob the bank", Frankenstein="title") == ["Frankenstein"]
    assert kept("who made the ones like that, I loved heat and the rest", heat="title") == ["heat"]


def test_the_words_of_a_saying_name_nothing():
    assert [*sayings("an old fashioned hot dog")] == [(3, 16), (17, 24)]
    assert sayings("a dog at a fashion show") == []
