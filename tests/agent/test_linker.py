from dataclasses import replace

import pytest

from agent.lexicon import Lexicon
from agent.linker import Linker
from catalog.items import Catalog, Item
from tests.catalogs import tiny_catalog

LINKER = Linker(Lexicon(tiny_catalog()))


def linked(text, near=()):
    return {(mention.facet, value) for mention in LINKER.mentions(text, near) for value in mention.values}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("something like Heat but funnier", {("title", "heat"), ("genre", "Comedy")}),
        ("a comedy by Harold Ramis", {("genre", "Comedy"), ("director", "Harold Ramis")}),
        ("with al pacino please", {("actor", "Al Pacino")}),
        ("a heist from the 1990s", {("theme", "heist"), ("decade", "1990s")}),
        ("eighties horror", {("decade", "1980s"), ("genre", "Horror")}),
        ("I loved Amelie", {("title", "amelie")}),
        ("I love blade runer", {("title", "runner")}),
        ("dark and tense", {("mood", "dark"), ("mood", "tense")}),
    ],
)
def test_names_and_words_are_linked(text, expected):
    assert linked(text) == expected


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("under 95 minutes", "<=95"),
        ("100 mins tops", "<=100"),
        ("less than two hours", "<=120"),
        ("over 2 hours", ">=120"),
        ("an hour and a half max", "<=90"),
    ],
)
def test_running_times_are_bounds(text, bound):
    assert linked(text) == {("runtime", bound)}


@pytest.mark.parametrize(
    ("text", "bound"), [("after 2000", ">=2001"), ("before 1980", "<=1979"), ("since 1990", ">=1990")]
)
def test_years_are_bounds(text, bound):
    assert linked(text) == {("year", bound)}


@pytest.mark.parametrize("text", ["it is up to you", "turn up the heat of the moment", "no idea", "so what's up"])
def test_ordinary_words_are_not_titles(text):
    assert not {facet for facet, _ in linked(text)} & {"title"}


def test_a_title_in_quotation_marks_needs_no_capital():
    assert linked('more like "up"') == {("title", "up")}


def test_a_name_in_quotation_marks_is_not_taken_apart():
    assert linked('have you got "The Heat of Casablanca Nights"') == set()


def test_part_of_a_title_is_enough_for_what_was_just_shown():
    assert linked("groundhog it is", near=("groundhog",)) == {("title", "groundhog")}
    assert linked("groundhog it is") == set()


def test_of_two_films_of_one_name_the_people_and_the_year_decide_and_the_mood_does_not():
    old = Item("heat-1972", "Heat", 1972, {"genre": ("Comedy",), "director": ("Paul Morrissey",)}, popularity=0.1)
    linker = Linker(Lexicon(replace(tiny_catalog(), items=(*tiny_catalog().items, old))))

    def film(text):
        return [mention.values[0] for mention in linker.mentions(text) if mention.facet == "title"]

    assert film("I loved Heat") == ["heat"]
    assert film("something like Heat but funnier") == ["heat"]
    assert film("I loved Heat by Paul Morrissey") == ["heat-1972"]
    assert film("I loved Heat (1972)") == ["heat-1972"]


def test_a_day_of_the_week_is_a_film_only_when_it_is_named_as_one():
    film = Item("sunday-1997", "Sunday", 1997, {"genre": ("Drama",)}, popularity=0.6)
    linker = Linker(Lexicon(replace(tiny_catalog(), items=(*tiny_catalog().items, film))))
    assert not linker.mentions("something for a rainy Sunday")
    assert [mention.values for mention in linker.mentions("I loved Sunday")] == [("sunday-1997",)]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("about two hours", {">=105", "<=135"}),
        ("nearly three hours", {">=155", "<=180"}),
        ("two and a half hours at least", {">=150"}),
        ("2 hours 40 or more", {">=160"}),
        ("an hour and three quarters tops", {"<=105"}),
        ("two hours and a bit", {">=120", "<=145"}),
        ("not even 75 minutes long", {"<=75"}),
        ("we talk for an hour in the pub", set()),
        ("two hours at the most", {"<=120"}),
        ("two hours is the absolute limit", {"<=120"}),
        ("it can't go past ninety minutes", {"<=90"}),
        ("he nods off at the hundred minute mark", {"<=100"}),
        ("not less than two hours", {">=120"}),
        ("I won't settle for less than 150 minutes", {">=150"}),
        ("anything less than 90 minutes", {"<=90"}),
    ],
)
def test_a_running_time_is_read_as_roughly_as_it_is_said(text, bounds):
    assert linked(text) == {("runtime", bound) for bound in bounds}


@pytest.mark.parametrize("text", ["a heist from 1994", "1994 film about a heist"])
def test_a_year_by_itself_is_that_year_give_or_take_one(text):
    assert linked(text) - {("theme", "heist")} == {("year", ">=1993"), ("year", "<=1995")}


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1990 or newer", {">=1990"}),
        ("2000 at the earliest", {">=2000"}),
        ("it should be 1945 or older", {"<=1945"}),
        ("1965 is the cut-off", {"<=1965"}),
        ("somewhere between 1945 and 1965", {">=1945", "<=1965"}),
    ],
)
def test_a_year_with_its_side_is_a_bound(text, bounds):
    assert linked(text) == {("year", bound) for bound in bounds}


def _with_people(**people):
    items = [
        Item(f"i{number}-{place}", f"Film {number} {place}", 2000, {"actor": (name, "Ann Bell")}, popularity=fame)
        for place, (name, fame) in enumerate(people.items())
        for number in range(10)
    ]
    return Linker(Lexicon(replace(tiny_catalog(), items=(*tiny_catalog().items, *items))))


def test_an_everyday_word_is_no_last_name():
    linker = _with_people(**{"John Hurt": 1.0})
    assert not linker.mentions("hardly anyone gets hurt")
    assert [mention.values for mention in linker.mentions("with john hurt")] == [("John Hurt",)]


def test_a_famous_name_of_everyday_words_needs_no_capitals():
    linker = _with_people(**{"Ice Cube": 1.0, "Holly Wood": 0.1})
    assert [mention.values for mention in linker.mentions("ice cube in a car")] == [("Ice Cube",)]
    assert not linker.mentions("a holly wood in winter")


def test_a_title_of_an_everyday_word_counts_where_the_text_makes_it_over():
    film = Item("frank-1994", "Frankenstein", 1994, {"genre": ("Horror",)}, popularity=0.6)
    linker = Linker(Lexicon(replace(tiny_catalog(), items=(*tiny_catalog().items, film))))
    assert [mention.values for mention in linker.mentions("frankenstein but funny")][0] == ("frank-1994",)
    assert not linker.mentions("they look like a frankenstein")
    assert not linker.mentions("dolls and frankenstein on a table")


def test_a_number_in_a_title_just_shown_is_no_length():
    catalog = tiny_catalog()
    film = Item("thirty", "30 Minutes or Less", 2011, {"genre": ("Comedy",)}, popularity=0.5)
    linker = Linker(Lexicon(replace(catalog, items=(*catalog.items, film))))
    found = linker.mentions("like 30 Minutes or Less but sillier", ("thirty",))
    assert [(mention.facet, mention.values) for mention in found if mention.facet != "mood"] == [("title", ("thirty",))]


def test_a_year_in_brackets_is_no_title():
    catalog = tiny_catalog()
    film = Item("end", "2012", 2009, {"genre": ("Action",)}, popularity=0.9)
    linker = Linker(Lexicon(replace(catalog, items=(*catalog.items, film))))
    assert {mention.values for mention in linker.mentions("I liked Heat (2012)")} == {("heat",)}
    assert {mention.values for mention in linker.mentions("I liked 2012")} == {("end",)}


def test_a_value_of_two_words_is_no_part_of_a_title_just_shown():
    film = Item("gangs", "Gangs of New York", 2002, {"theme": ("new york",)}, popularity=0.5)
    linker = Linker(Lexicon(replace(tiny_catalog(), items=(*tiny_catalog().items, film))))
    assert [mention.values for mention in linker.mentions("enough of new york", ("gangs",))] == [("new york",)]
    assert [mention.values for mention in linker.mentions("not Gangs", ("gangs",))] == [("gangs",)]


def _with_films(*films):
    catalog = tiny_catalog()
    items = [Item(title, title, 2000, {"genre": ("Drama",)}, popularity=fame) for title, fame in films]
    return Linker(Lexicon(replace(catalog, items=(*catalog.items, *items))))


@pytest.mark.parametrize(
    "text", ["seen it like nine times", "watched 10 things", "things w 4 legs", "liked g and that"]
)
def test_a_number_that_counts_and_a_letter_are_no_titles(text):
    assert not _with_films(("Nine", 0.9), ("10", 0.9), ("W.", 0.9), ("G", 0.9)).mentions(text)


@pytest.mark.parametrize(("text", "title"), [("I loved Nine", "Nine"), ("something like 10", "10"), ("I saw W.", "W.")])
def test_a_number_or_a_letter_is_a_title_where_the_clause_ends_with_it(text, title):
    linker = _with_films(("Nine", 0.9), ("10", 0.9), ("W.", 0.9))
    assert [mention.values for mention in linker.mentions(text)] == [(title,)]


def test_a_well_known_title_is_called_by_what_no_other_title_has():
    others = [(f"Tale {number}", 0.1) for number in range(1000)]
    linker = _with_films(("The Shawshank Redemption", 0.9), ("The Lesser Wobblestone Affair", 0.1), *others)
    shawshank = ("The Shawshank Redemption",)
    assert [mention.values for mention in linker.mentions("we have seen shawshank twice")] == [shawshank]
    assert [mention.values for mention in linker.mentions("Shawshank redemption vibes")] == [shawshank]
    assert not linker.mentions("we have seen wobblestone twice")


def _made_by(people):
    """Return a linker that knows so many films of each of some people, by facet and name."""
    catalog = tiny_catalog()
    items = [
        Item(f"{name} {number}", f"Film {name} {number}", 2000, {facet: (name, "Ann Bell")}, popularity=1.0)
        for (facet, name), count in people.items()
        for number in range(count)
    ]
    return Linker(Lexicon(replace(catalog, items=(*catalog.items, *items))))


def test_a_last_name_is_the_directors_where_a_busier_actor_has_it_too():
    linker = _made_by({("actor", "John Lynch"): 18, ("director", "David Lynch"): 6})
    assert [mention.values for mention in linker.mentions("more Lynch")] == [("David Lynch",)]
    assert [mention.values for mention in linker.mentions("with Lynch")] == [("John Lynch",)]


def test_a_part_of_a_title_needs_more_than_a_capital():
    others = [(f"Tale {number}", 0.1) for number in range(1000)]
    assert not _with_films(("The Da Vinci Code", 0.9), *others).mentions("a film about Leonardo da Vinci")


def test_a_saying_within_a_title_is_none():
    linker = _with_films(("My Neighbor Totoro", 0.9))
    assert [mention.values for mention in linker.mentions("my neighbor totoro")] == [("My Neighbor Totoro",)]
    assert not linker.mentions("my neighbor is loud")


SHORT_NAMES = Catalog(
    "films",
    tuple(
        Item(f"{number}", f"Film {number}", facets={"actor": (name,), "director": ("Mike Leigh",)})
        for number, name in enumerate(("Meryl Streep", "Keanu Reeves", "James Stewart", "Tilda Swinton"))
    ),
)


def named(text):
    found = Linker(Lexicon(SHORT_NAMES)).mentions(text)
    return {value for mention in found for value in mention.values}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("meryl being mean", "Meryl Streep"),
        ("no keanu please", "Keanu Reeves"),
        ("Jimmy Stewart being decent", "James Stewart"),
        ("anything with Tilda", "Tilda Swinton"),
    ],
)
def test_some_people_are_known_by_less_than_their_names(text, name):
    assert named(text) == {name}


@pytest.mark.parametrize(
    "text",
    [
        "my friend Tilda wants a comedy",
        "hi, Meryl here",
        "Tilda is my cat",
        "Keanu Smith",
        "I'm Meryl",
        "Tilda says no",
    ],
)
def test_friends_of_the_same_first_name_are_not_meant(text):
    assert not named(text)


def test_a_word_in_scare_quotes_or_shouted_is_no_title():
    assert not linked('anything described as "up"')
    assert not linked("you ALWAYS look UP and down")


def test_an_elided_will_is_no_underworld():
    hell = Catalog("films", (Item("1", "Film", facets={"theme": ("hell",)}),))
    assert not Linker(Lexicon(hell)).mentions("he'll like it")
    assert Linker(Lexicon(hell)).mentions("a film about hell")


@pytest.mark.parametrize(
    ("text", "bound"),
    [("keep it under 100", "<=100"), ("hundred, tops", "<=100"), ("90 max please", "<=90"), ("90ish minutes", "<=90")],
)
def test_minutes_need_no_unit(text, bound):
    assert linked(text) == {("runtime", bound)}


@pytest.mark.parametrize(
    "text",
    [
        "budget under 100 million",
        "everybody under 80 loves it",
        "I made it 20 minutes",
        "not two hours of jail cells",
        "two hours late for dinner",
        "been at work five hours",
    ],
)
def test_other_numbers_and_times_are_no_running_times(text):
    assert not linked(text)
