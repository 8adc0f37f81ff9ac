import pytest

from evaluation.gold import FACETS
from evaluation.near import NEAR_SYNONYMS, Bound, Said, Stated, bound, near

NAMED = [name for names in NEAR_SYNONYMS for name in names]


def test_no_value_stands_in_two_classes():
    assert sorted(set(NAMED)) == sorted(NAMED)
    assert all(len(names) > 1 for names in NEAR_SYNONYMS)
    assert [name.casefold() for name in NAMED] == NAMED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Said("genre", "Comedy"), Said("mood", "silly")),
        (Said("mood", "silly"), Said("mood", "witty")),
        (Said("mood", "scary"), Said("genre", "Horror")),
        (Said("mood", "tense"), Said("mood", "suspenseful")),
        (Said("genre", "Sci-Fi"), Said("genre", "Science fiction")),
        (Said("country", "Japan"), Said("language", "Japanese")),
        (Said("country", "Japan"), Said("theme", "japan")),
        (Said("director", "Clint Eastwood"), Said("actor", "Clint Eastwood")),
        (Said("decade", "1970s"), Said("theme", "1970s")),
        (Said("title", "The Godfather"), Said("title", "godfather")),
        (Said("title", "Léon"), Said("title", "Leon: The Professional")),
        (Said("title", "Cape Fear (1962)"), Said("title", "Cape Fear")),
        (Said("title", "Star Wars: Episode IV – A New Hope"), Said("title", "Star Wars")),
        (Said("runtime", "<=120"), Said("runtime", "<=110")),
        (Said("runtime", "short"), Said("runtime", "<=90")),
        (Said("runtime", "shorter"), Said("runtime", "<=150")),
        (Said("runtime", "long"), Said("runtime", ">120")),
        (Said("runtime", "long"), Said("runtime", "over two hours")),
        (Said("decade", ">=2000s"), Said("decade", ">=2005")),
        (Said("decade", "older"), Said("decade", "<=1970s")),
    ],
)
def test_near_synonyms_are_equal_both_ways(first, second):
    assert near(first, second)
    assert near(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Said("genre", "Comedy"), Said("genre", "Drama")),
        (Said("mood", "dark"), Said("mood", "violent")),
        (Said("genre", "Crime"), Said("theme", "heist")),
        (Said("title", "Casino"), Said("theme", "casino")),
        (Said("title", "Alien"), Said("title", "Aliens")),
        (Said("title", "Iron Man: One"), Said("title", "Iron Man: Two")),
        (Said("runtime", "<=120"), Said("runtime", "<=90")),
        (Said("runtime", "<=120"), Said("runtime", ">=120")),
        (Said("decade", "1990s"), Said("decade", ">=1990s")),
        (Said("decade", ">=1990s"), Said("decade", ">=2000s")),
        (Said("decade", "older"), Said("decade", "newer")),
        (Said("decade", "newer"), Said("runtime", "longer")),
    ],
)
def test_what_only_goes_together_is_not_equal(first, second):
    assert not near(first, second)
    assert not near(second, first)


def test_only_running_times_and_open_decades_are_bounds():
    assert bound(Said("runtime", "<=95")) == Bound("runtime", "<=", 95)
    assert bound(Said("decade", "<=1979")) == Bound("decade", "<=", 1970)
    assert bound(Said("decade", "older")) == Bound("decade", "<=", None)
    assert bound(Said("decade", "1990s")) is None
    assert bound(Said("theme", "<=95")) is None
    assert "runtime" in FACETS


def test_to_dislike_one_side_of_a_number_is_to_want_the_other():
    assert Stated(False, Said("runtime", "long")).near(Stated(True, Said("runtime", "<=100")))
    assert Stated(True, Said("decade", ">=2000s")).near(Stated(False, Said("decade", "<=1990s")))
    assert not Stated(False, Said("runtime", "long")).near(Stated(True, Said("runtime", ">=150")))
    assert not Stated(False, Said("decade", "1990s")).near(Stated(True, Said("decade", ">=2000s")))


def test_a_liked_value_is_not_a_disliked_one():
    assert not Stated(True, Said("mood", "dark")).near(Stated(False, Said("mood", "dark")))
