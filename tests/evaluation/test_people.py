import pytest

from catalog.items import Catalog, Item
from evaluation.people import PersonConfig, Population, Record, wishable
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

GRAPH = AttributeGraph(tiny_catalog())
PEOPLE = [Population(GRAPH).person(seed) for seed in range(60)]


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


def test_a_catalogue_without_facets_has_no_people():
    with pytest.raises(ValueError, match="'bare'"):
        Population(AttributeGraph(Catalog("bare", (Item("a", "A"), Item("b", "B")))))


def test_a_record_keeps_each_dislike_once():
    wish = Wish("mood", ("dark",))
    assert Record().disliking(wish).disliking(wish).dislikes == (wish,)


def test_a_record_adds_to_another_only_by_something_new():
    fuller = Record().wishing(("mood", "dark"))
    assert fuller.adds_to(Record())
    assert not Record().adds_to(fuller)
    assert not fuller.adds_to(fuller)
