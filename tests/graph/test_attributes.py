import numpy as np
import pytest

from catalog.items import TITLE, Catalog, Item, UnknownItemError
from graph.attributes import AttributeGraph
from graph.build import ValueNode
from graph.evidence import Wish
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world


@pytest.fixture(scope="module")
def graph():
    return AttributeGraph(tiny_catalog())


def chances(graph, facet, *values):
    """Return the chance of each item by its id."""
    ids = [item.id for item in graph.catalog]
    return dict(zip(ids, graph.chance(Wish(facet, values)).tolist(), strict=True))


def test_the_matrix_holds_a_one_for_each_value_of_each_item(graph):
    dense = graph.incidence.toarray()
    for row, item in enumerate(graph.catalog):
        held = {(node.facet, node.value) for node in (graph.values[column] for column in np.flatnonzero(dense[row]))}
        assert held == {(facet, value) for facet, values in item.facets.items() for value in values}
    assert set(np.unique(dense)) == {0.0, 1.0}


def test_each_facet_has_its_block_of_columns_and_knows_which_items_have_it(graph):
    assert graph.blocks["mood"].shape == (12, len(graph.catalog.values("mood")))
    assert [item.id for item, known in zip(graph.catalog, graph.known["mood"], strict=True) if not known] == ["shining"]
    assert graph.known["genre"].all()


def test_a_known_value_has_chance_one_or_zero(graph):
    chance = chances(graph, "genre", "Crime")
    assert {item_id for item_id, amount in chance.items() if amount == 1} == {"godfather", "heat", "casino"}
    assert set(chance.values()) == {0.0, 1.0}


def test_any_of_several_values_will_do(graph):
    chance = chances(graph, "director", "Michael Mann", "Ridley Scott")
    assert {item_id for item_id, amount in chance.items() if amount == 1} == {"heat", "alien", "runner"}


def test_a_title_is_held_by_its_item_alone(graph):
    chance = chances(graph, TITLE, "heat")
    assert chance.pop("heat") == 1
    assert set(chance.values()) == {0.0}


def test_a_bound_is_held_by_items_of_such_a_number_and_perhaps_by_those_of_unknown_number(graph):
    chance = chances(graph, "runtime", "<=95")
    assert 0 < chance.pop("casablanca") < 1
    assert {item_id for item_id, amount in chance.items() if amount == 1} == {"toys", "airplane"}
    assert set(chance.values()) == {0.0, 1.0}


def test_a_bound_includes_its_number(graph):
    assert chances(graph, "runtime", "<=88")["airplane"] == 1
    assert chances(graph, "runtime", ">=88")["airplane"] == 1
    assert chances(graph, "runtime", "<=87")["airplane"] == 0


def test_a_value_that_nothing_has_is_held_by_nothing(graph):
    assert set(chances(graph, "mood", "sleepy").values()) == {0.0}
    assert set(chances(graph, "colour", "red").values()) == {0.0}


def test_an_unknown_value_is_guessed_from_items_that_resemble(graph):
    """The Shining has no mood; the other horror film is tense and none is heartwarming."""
    tense, heartwarming = chances(graph, "mood", "tense"), chances(graph, "mood", "heartwarming")
    assert 0 < heartwarming["shining"] < tense["shining"] < 1


def test_without_a_facet_to_resemble_on_the_guess_is_the_share_among_known_items():
    items = (Item("a", "A", facets={"mood": ("dark",)}), Item("b", "B", facets={"mood": ("light",)}), Item("c", "C"))
    chance = chances(AttributeGraph(Catalog("small", items)), "mood", "dark")
    assert chance == {"a": 1.0, "b": 0.0, "c": 0.5}


@in_any_world()
def test_a_chance_is_certain_where_the_catalogue_knows_and_open_where_it_does_not(world):
    graph, evidence = world
    for wish in (*evidence.wanted, *evidence.unwanted):
        for item, chance in zip(graph.catalog, graph.chance(wish), strict=True):
            assert 0 <= chance <= 1
            if wish.known_for(item):
                assert chance == wish.holds_for(item)


@in_any_world()
def test_a_guess_is_never_certain(world):
    graph, evidence = world
    for wish in (*evidence.wanted, *evidence.unwanted):
        if any(ValueNode(wish.facet, value) in graph.columns for value in wish.values):
            for item, chance in zip(graph.catalog, graph.chance(wish), strict=True):
                assert wish.known_for(item) or 0 < chance < 1


@in_any_world()
def test_another_value_never_makes_a_wish_less_likely(world):
    graph, evidence = world
    for wish in evidence.wanted:
        if wish.facet == "genre":
            wider = graph.chance(Wish("genre", (*wish.values, "horror")))
            assert (wider >= graph.chance(wish) - 1e-12).all()


def test_an_item_is_most_like_those_that_share_rare_values_and_admirers(graph):
    alike = dict(zip((item.id for item in graph.catalog), graph.likeness("godfather"), strict=True))
    assert max(alike, key=alike.get) == "casino"
    assert alike["heat"] > alike["airplane"]
    assert alike["godfather"] == 0


def test_sharing_a_rare_value_says_more_than_sharing_a_common_one(graph):
    rarity = {node: weight for node, weight in zip(graph.values, graph.rarity, strict=True)}
    assert (
        rarity[ValueNode("theme", "heist")] > rarity[ValueNode("theme", "mafia")] > rarity[ValueNode("genre", "Comedy")]
    )


def test_people_alone_make_items_alike():
    catalog = tiny_catalog()
    bare = Catalog("bare", tuple(Item(item.id, item.title) for item in catalog), ratings=catalog.ratings)
    alike = dict(zip((item.id for item in bare), AttributeGraph(bare).likeness("godfather"), strict=True))
    assert alike["casino"] > 0
    assert alike["heat"] > 0
    assert alike["airplane"] == 0


def test_a_facet_with_many_values_counts_no_more_than_one_with_few():
    """Ten shared actors of ten do not outweigh a shared director and theme."""
    cast = tuple(f"actor {number}" for number in range(10))
    items = (
        Item("liked", "Liked", facets={"actor": cast, "director": ("d",), "theme": ("t",)}),
        Item("cast", "Same cast", facets={"actor": cast, "director": ("e",), "theme": ("u",)}),
        Item("makers", "Same makers", facets={"actor": ("x",), "director": ("d",), "theme": ("t",)}),
        *(Item(f"other{number}", "Other", facets={"actor": (f"y{number}",)}) for number in range(5)),
    )
    alike = AttributeGraph(Catalog("casts", items)).likeness("liked")
    assert alike[2] > alike[1] > 0


@in_any_world()
def test_likeness_lies_between_zero_and_one_and_is_zero_for_the_item_itself(world):
    graph, _ = world
    for position, item in enumerate(graph.catalog):
        alike = graph.likeness(item.id)
        assert alike.shape == (len(graph.catalog),)
        assert ((alike >= 0) & (alike <= 1)).all()
        assert alike[position] == 0
        assert alike.max() in (0.0, pytest.approx(1.0))


def test_likeness_to_an_unknown_item_is_refused(graph):
    with pytest.raises(UnknownItemError, match="no item 'matrix'"):
        graph.likeness("matrix")


@pytest.mark.parametrize(
    ("first", "second", "people"), [("godfather", "heat", 2), ("up", "toys", 1), ("up", "heat", 0)]
)
def test_people_who_like_both_are_counted(graph, first, second, people):
    assert graph.co_likers(first, second) == people
    assert graph.co_likers(second, first) == people


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_catalogue_of_bare_items_has_a_graph(count):
    graph = AttributeGraph(Catalog("bare", tuple(Item(str(number), "Same") for number in range(count))))
    assert graph.popularity.tolist() == [0.0] * count
    assert graph.chance(Wish("genre", ("Crime",))).tolist() == [0.0] * count
    for item in graph.catalog:
        assert graph.likeness(item.id).tolist() == [0.0] * count
