import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from evaluation.people import (
    PersonConfig,
    Population,
    Record,
    Step,
    drawn,
    fulfilling,
    gives_away,
    wishable,
)
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
PEOPLE = [Population(GRAPH).person(seed) for seed in range(60)]
PAIRS = st.tuples(st.sampled_from(("genre", "mood")), st.sampled_from(("a", "b", "c")))


def test_equal_seeds_give_equal_people():
    assert [Population(GRAPH).person(seed) for seed in range(60)] == PEOPLE


def test_people_differ_in_what_they_look_for():
    assert len({person.target.id for person in PEOPLE}) > 8


def test_nobody_dislikes_what_their_target_has_or_may_have():
    for person in PEOPLE:
        for wish in person.dislikes:
            assert wish.known_for(person.target)
            assert not wish.holds_for(person.target)
    assert any(person.dislikes for person in PEOPLE)


def test_the_similar_item_that_someone_begins_with_is_not_the_target():
    liked = [person for person in PEOPLE if person.liked is not None]
    assert liked
    assert all(person.liked.id != person.target.id for person in liked)


def test_the_config_reaches_the_person():
    assert Population(GRAPH, PersonConfig(turns=3)).person(0).config.turns == 3


def test_people_ask_for_three_values_of_a_facet_at_most_and_never_for_a_writer():
    item = Item("a", "A", facets={"genre": ("x", "y", "z", "w"), "writer": ("Ann Ink",)})
    assert wishable(item) == (("genre", "x"), ("genre", "y"), ("genre", "z"))


def test_nobody_names_a_theme_that_sounds_like_a_decade():
    item = Item("a", "A", facets={"theme": ("1980s", "heist"), "decade": ("2010s",)})
    assert wishable(item) == (("theme", "heist"), ("decade", "2010s"))


def test_nobody_asks_for_a_value_that_is_the_title_of_their_target():
    lincoln = Item("a", "Lincoln", facets={"theme": ("abraham lincoln", "slavery")})
    assert replace(PEOPLE[0], target=lincoln).wishes == (("theme", "slavery"),)


def test_a_catalogue_without_facets_has_no_people():
    with pytest.raises(ValueError, match="'bare'"):
        Population(AttributeGraph(Catalog("bare", (Item("a", "A"), Item("b", "B")))))


def test_someone_wants_their_target_and_what_would_do_as_well():
    person = replace(PEOPLE[0], target=CATALOG["heat"], also=("up", "casino"))
    assert person.wanted == ("casino", "heat", "up")


def test_someone_spares_what_they_will_want_when_they_come_back():
    third = replace(PEOPLE[0], target=CATALOG["up"])
    second = replace(PEOPLE[0], target=CATALOG["alien"], later=(third,))
    first = replace(PEOPLE[0], target=CATALOG["heat"], later=(second, third))
    assert first.spared == {"heat", "alien", "up"}
    assert second.spared == {"alien", "up"}


@pytest.mark.parametrize(
    ("words", "title", "given_away"),
    [
        ("The Godfather", "The Godfather", True),
        ("the godfather!", "Godfather", True),
        ("The Godfather Part II", "The Godfather", True),
        ("abraham lincoln", "Lincoln", True),
        ("Aliens", "Alien", True),
        ("Casablanka", "Casablanca", True),
        ("Groundhog", "Groundhog Day", True),
        ("War", "War Horse", False),
        ("comedy", "The King of Comedy", False),
        ("Grown Ups", "Up", False),
        ("heist", "Heat", False),
        ("", "Heat", False),
    ],
)
def test_words_give_a_title_away_when_they_hold_it_or_are_nearly_it(words, title, given_away):
    assert gives_away(words, title) == given_away


def test_the_better_known_of_two_items_is_drawn_more_often():
    rng = random.Random(0)
    items = (CATALOG["godfather"], CATALOG["airplane"])
    ids = [drawn(items, rng).id for _ in range(600)]
    assert 300 < ids.count("godfather") < 500


def test_items_fulfil_all_of_the_wishes_and_none_of_the_dislikes():
    dislikes = (Wish("mood", ("whimsical",)),)
    assert fulfilling(CATALOG, (("genre", "Comedy"), ("genre", "Romance")), dislikes) == ("groundhog",)


def test_a_step_holds_for_what_has_one_of_its_values_each():
    step = Step("", (Wish("genre", ("Horror", "Crime")),), (Wish("year", ("<=1980",)),), (Wish("mood", ("dark",)),))
    assert [item.id for item in CATALOG if step.holds_for(item)] == ["alien", "shining"]


def test_a_step_that_names_a_liked_item_asks_for_no_other_than_that():
    step = Step("I loved Heat", (Wish("title", ("heat",)), Wish("genre", ("Comedy",))))
    assert step.holds_for(CATALOG["airplane"])


def test_a_record_keeps_each_dislike_once():
    wish = Wish("mood", ("dark",))
    assert Record().disliking(wish).disliking(wish).dislikes == (wish,)


def test_a_record_adds_to_another_only_by_something_new():
    fuller = Record().wishing(("mood", "dark"))
    assert fuller.adds_to(Record())
    assert not Record().adds_to(fuller)
    assert not fuller.adds_to(fuller)
    assert Record().requiring(Wish("year", (">=1990",))).adds_to(Record())


def test_of_two_things_said_of_a_value_the_later_stands():
    wish = Wish("mood", ("dark", "tense"))
    record = Record().wishing(("mood", "dark")).disliking(wish)
    assert record == Record(dislikes=(wish,))
    assert record.wishing(("mood", "dark")) == Record((Wish("mood", ("tense",)),), wishes=frozenset({("mood", "dark")}))


@given(st.lists(st.tuples(st.booleans(), PAIRS)))
def test_no_value_is_wished_for_and_disliked_at_once(said):
    record = Record()
    for liked, (facet, value) in said:
        record = record.wishing((facet, value)) if liked else record.disliking(Wish(facet, (value,)))
    disliked = {(wish.facet, value) for wish in record.dislikes for value in wish.values}
    assert not disliked & record.wishes
    assert disliked | record.wishes == {pair for _, pair in said}


def test_who_comes_back_has_seen_what_they_took_turned_down_and_knew():
    record = Record().marking("up").marking("toys", seen=True).wishing(("mood", "dark"))
    assert record.afresh("heat") == Record(seen=frozenset({"up", "toys", "heat"}))
