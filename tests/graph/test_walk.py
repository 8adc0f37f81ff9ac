from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from catalog.items import RATING_COLUMNS, TITLE, Catalog, Item, UnknownItemError
from graph.attributes import AttributeGraph
from graph.build import ItemNode, ValueNode
from graph.evidence import Evidence, Wish
from graph.paths import holds
from graph.walk import Posterior, paths, posterior
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world

CRIME = Wish("genre", ("Crime",))
SHORT = Wish("runtime", ("<=95",))
WEIGHTS = arrays(float, st.integers(1, 8), elements=st.sampled_from([0.0, 0.1, 1.0, 7.0]))


@pytest.fixture(scope="module")
def graph():
    return AttributeGraph(tiny_catalog())


def believed(graph, evidence=Evidence()):  # noqa: B008
    """Return the probability of each item by its id."""
    ids = [item.id for item in graph.catalog]
    return dict(zip(ids, posterior(graph, evidence).probabilities.tolist(), strict=True))


def best(graph, evidence):
    return graph.catalog.items[posterior(graph, evidence).top(99)[0]].id


def odds(graph, first, second, evidence=Evidence()):  # noqa: B008
    chances = believed(graph, evidence)
    return chances[first] / chances[second]


def normal(weights):
    assume(weights.sum() > 0)
    return Posterior(weights / weights.sum())


def test_before_anything_is_said_the_best_known_item_is_likeliest(graph):
    order = [graph.catalog.items[position].popularity for position in posterior(graph, Evidence()).top(99)]
    assert order == sorted(order, reverse=True)
    assert len(order) == 12


def test_a_wanted_value_raises_the_items_that_have_it(graph):
    evidence = Evidence(wanted=(CRIME,))
    for crime in ("godfather", "heat", "casino"):
        assert odds(graph, crime, "alien", evidence) > 100 * odds(graph, crime, "alien")


def test_an_item_without_a_wanted_value_stays_possible(graph):
    assert believed(graph, Evidence(wanted=(CRIME,)))["alien"] > 0


def test_two_wishes_point_to_the_item_that_has_both(graph):
    assert best(graph, Evidence(wanted=(CRIME, Wish("mood", ("tense",))))) == "heat"
    assert best(graph, Evidence(wanted=(Wish("genre", ("Comedy",)), SHORT))) == "toys"


def test_a_guessed_value_counts_less_than_a_known_one_and_more_than_a_known_absence():
    items = (
        Item("scary", "Scary", facets={"genre": ("Horror",), "mood": ("scary",)}),
        Item("scary2", "Scary too", facets={"genre": ("Horror",), "mood": ("scary",)}),
        Item("guessed", "Guessed", facets={"genre": ("Horror",)}),
        Item("sweet", "Sweet", facets={"genre": ("Romance",), "mood": ("sweet",)}),
    )
    chances = believed(AttributeGraph(Catalog("moods", items)), Evidence(wanted=(Wish("mood", ("scary",)),)))
    assert chances["scary"] > chances["guessed"] > chances["sweet"]


def test_a_bound_that_is_unwanted_removes_the_items_that_satisfy_it(graph):
    chances = believed(graph, Evidence(unwanted=(Wish("runtime", (">=120",)),)))
    assert {item_id for item_id, chance in chances.items() if chance == 0} == {
        "godfather",
        "heat",
        "casino",
        "shining",
        "amelie",
    }


def test_an_item_alike_to_a_liked_one_is_likeliest(graph):
    assert best(graph, Evidence(liked=("godfather",))) == "casino"
    assert best(graph, Evidence(liked=("up",))) == "toys"


def test_an_item_alike_to_a_disliked_one_becomes_less_likely(graph):
    assert odds(graph, "casino", "airplane", Evidence(disliked=("godfather",))) < odds(graph, "casino", "airplane")


def test_liking_moves_more_than_disliking(graph):
    plain = odds(graph, "casino", "airplane")
    up = odds(graph, "casino", "airplane", Evidence(liked=("godfather",))) / plain
    down = plain / odds(graph, "casino", "airplane", Evidence(disliked=("godfather",)))
    assert up > down > 1


def test_nothing_is_left_when_every_item_is_excluded(graph):
    nothing = posterior(graph, Evidence(excluded=frozenset(item.id for item in graph.catalog)))
    assert nothing.probabilities.tolist() == [0.0] * 12
    assert nothing.top(99).tolist() == []
    assert nothing.entropy == 0
    assert nothing.breadth() == 0


def test_an_excluded_item_outside_the_catalogue_is_named(graph):
    with pytest.raises(UnknownItemError, match="no item 'matrix'"):
        posterior(graph, Evidence(excluded=frozenset({"matrix"})))


@in_any_world()
def test_the_posterior_sums_to_one_or_is_all_zero(world):
    chances = posterior(*world).probabilities
    assert (chances >= 0).all()
    assert chances.sum() == pytest.approx(1) or not chances.any()


@in_any_world()
def test_excluded_and_already_judged_items_have_no_mass(world):
    graph, evidence = world
    chances = believed(graph, evidence)
    assert not any(chances[item_id] for item_id in (*evidence.excluded, *evidence.liked, *evidence.disliked))


@in_any_world()
def test_an_unwanted_value_leaves_no_mass_on_items_known_to_have_it(world):
    graph, evidence = world
    chances = believed(graph, evidence)
    for wish in evidence.unwanted:
        assert not any(chances[item.id] for item in graph.catalog if wish.known_for(item) and wish.holds_for(item))


@in_any_world()
def test_an_item_that_nothing_speaks_against_for_certain_keeps_some_mass(world):
    graph, evidence = world
    chances = believed(graph, evidence)
    ruled_out = {*evidence.excluded, *evidence.liked, *evidence.disliked, *evidence.history}
    for item in graph.catalog:
        unwanted = [wish for wish in evidence.unwanted if not wish.known_for(item) or wish.holds_for(item)]
        if item.id not in ruled_out and not unwanted:
            assert chances[item.id] > 0


@in_any_world()
def test_an_unwanted_value_does_not_rule_out_items_of_which_it_is_not_known(world):
    graph, evidence = world
    for wish in evidence.unwanted:
        chances = believed(graph, Evidence(unwanted=(wish,)))
        if not all(value == "unheard of" for value in wish.values):
            assert all(chances[item.id] > 0 for item in graph.catalog if not wish.known_for(item))


@in_any_world(st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_said_does_not_matter(world, random):
    graph, said = world
    wanted, unwanted, liked = list(said.wanted), list(said.unwanted), list(said.liked)
    for listed in (wanted, unwanted, liked):
        random.shuffle(listed)
    shuffled = replace(said, wanted=tuple(wanted), unwanted=tuple(unwanted), liked=tuple(liked))
    first, second = posterior(graph, said).probabilities, posterior(graph, shuffled).probabilities
    np.testing.assert_allclose(first, second, atol=1e-12)


@in_any_world()
def test_a_wish_never_favours_an_item_without_it_over_one_that_has_it(world):
    graph, evidence = world
    before = posterior(graph, replace(evidence, wanted=())).probabilities
    for wish in evidence.wanted:
        after = posterior(graph, replace(evidence, wanted=(wish,))).probabilities
        chance = graph.chance(wish)
        has, lacks = (before > 0) & (chance == 1), (before > 0) & (chance == 0)
        ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
        if has.any() and lacks.any():
            assert ratio[has].min() > ratio[lacks].max()


def test_a_wish_is_explained_by_the_edge_that_fulfils_it(graph):
    (path,) = paths(graph, Evidence(wanted=(CRIME, Wish("mood", ("silly",)))), "heat")
    assert path.nodes == (ValueNode("genre", "Crime"), ItemNode("heat"))
    assert path.weight > 0
    assert path.via == ""


def test_a_bound_is_explained_in_words(graph):
    (path,) = paths(graph, Evidence(wanted=(SHORT,)), "toys")
    assert path.nodes == (ItemNode("toys"),)
    assert path.via == "runtime <=95"


def test_a_liked_item_is_explained_by_what_both_share_rarest_first_and_by_people(graph):
    found = paths(graph, Evidence(liked=("godfather",)), "casino")
    between = [path.nodes[1:-1] for path in found]
    assert (ValueNode("theme", "mafia"),) in between
    assert (ValueNode("genre", "Crime"),) in between
    assert between.index((ValueNode("theme", "mafia"),)) < between.index((ValueNode("genre", "Crime"),))
    (people,) = [path for path in found if path.via]
    assert people.nodes == (ItemNode("godfather"), ItemNode("casino"))


def test_several_people_are_counted_in_the_explanation(graph):
    found = paths(graph, Evidence(liked=("godfather",)), "heat")
    assert [path.via for path in found if path.via] == ["2 people liked both"]


def test_one_person_is_not_called_people(graph):
    found = paths(graph, Evidence(liked=("godfather",)), "casino")
    assert [path.via for path in found if path.via] == ["1 person liked both"]


def test_nothing_that_was_said_against_an_item_explains_it(graph):
    assert paths(graph, Evidence(unwanted=(CRIME,), disliked=("godfather",)), "heat") == ()
    assert paths(graph, Evidence(wanted=(Wish(TITLE, ("heat",)),)), "heat") == ()


def test_paths_to_an_unknown_item_are_refused(graph):
    with pytest.raises(UnknownItemError, match="no item 'matrix'"):
        paths(graph, Evidence(), "matrix")


@in_any_world()
def test_every_path_is_a_walk_from_something_said_to_the_item(world):
    graph, evidence = world
    stated = {ValueNode(wish.facet, value) for wish in evidence.wanted for value in wish.values}
    known = (*evidence.liked, *evidence.history, *(better for better, _ in evidence.preferred))
    liked = {ItemNode(item_id) for item_id in known}
    bounds = {f"{wish.facet} {value}" for wish in evidence.wanted for value in wish.values}
    for item in graph.catalog:
        if item.id in (*evidence.liked, *evidence.history):
            continue
        for path in paths(graph, evidence, item.id):
            assert path.nodes[-1] == ItemNode(item.id)
            assert holds(graph, path)
            assert path.nodes[0] in stated | liked or (len(path.nodes) == 1 and path.via in bounds)


@in_any_world()
def test_the_path_that_moved_the_posterior_most_comes_first(world):
    graph, evidence = world
    for item in graph.catalog:
        weights = [path.weight for path in paths(graph, evidence, item.id)]
        assert weights == sorted(weights, reverse=True)
        assert np.isfinite(weights).all()


@in_any_world()
def test_a_wish_that_an_item_fulfils_is_always_explained(world):
    graph, evidence = world
    for item in graph.catalog:
        explained = {path.nodes[0] for path in paths(graph, evidence, item.id)}
        for wish in evidence.wanted:
            held = [value for value in wish.values if value in item.facets.get(wish.facet, ())]
            assert {ValueNode(wish.facet, value) for value in held} <= explained


@pytest.mark.parametrize(("count", "bits"), [(1, 0), (2, 1), (8, 3)])
def test_the_entropy_of_equal_items_is_the_logarithm_of_their_number(count, bits):
    assert Posterior(np.full(count, 1 / count)).entropy == pytest.approx(bits)


def test_breadth_is_the_number_of_items_that_hold_the_share():
    spread = Posterior(np.array([0.05, 0.6, 0.0, 0.35]))
    assert spread.breadth(0.5) == 1
    assert spread.breadth(0.6) == 1
    assert spread.breadth(0.9) == 2
    assert spread.breadth(1.0) == 3


def test_the_order_leaves_out_what_is_impossible_and_keeps_ties_in_catalogue_order():
    assert Posterior(np.array([0.25, 0.5, 0.0, 0.25])).top(99).tolist() == [1, 0, 3]


@given(WEIGHTS, st.floats(-2000, 2000), st.floats(0, 1))
def test_evidence_that_speaks_alike_for_every_item_changes_nothing(weights, bonus, share):
    before = normal(weights)
    after = before.fused(before, share, np.full(len(weights), bonus))
    np.testing.assert_allclose(after.probabilities, before.probabilities)


@given(WEIGHTS, st.data())
def test_more_evidence_for_an_item_makes_it_no_less_likely_and_revives_none(weights, data):
    before = normal(weights)
    position = data.draw(st.integers(0, len(weights) - 1))
    bonus = np.zeros(len(weights))
    bonus[position] = data.draw(st.floats(0, 50))
    after = before.fused(before, 1.0, bonus)
    assert after.probabilities.sum() == pytest.approx(1)
    assert after.probabilities[position] >= before.probabilities[position] - 1e-12
    assert ((after.probabilities > 0) <= (before.probabilities > 0)).all()


def test_where_nothing_is_possible_nothing_becomes_so():
    nothing = Posterior(np.zeros(2))
    assert nothing.fused(Posterior(np.array([0.5, 0.5])), 0.5, np.ones(2)).probabilities.tolist() == [0.0, 0.0]


def test_two_pieces_of_evidence_add_up():
    before = Posterior(np.array([0.2, 0.3, 0.5]))
    first, second = np.array([0.0, 1.0, 2.0]), np.array([3.0, 0.0, 1.0])
    once = before.fused(before, 1.0, first)
    twice = once.fused(once, 1.0, second)
    np.testing.assert_allclose(twice.probabilities, before.fused(before, 1.0, first + second).probabilities)


def test_a_share_of_what_was_told_twice_is_left():
    told, apart = Posterior(np.array([0.8, 0.2])), Posterior(np.array([0.5, 0.5]))
    after = told.fused(apart, 0.5, np.zeros(2))
    assert after.probabilities[0] / after.probabilities[1] == pytest.approx(4**0.5)


def test_what_was_ruled_out_stays_so_though_it_was_possible_apart():
    told, apart = Posterior(np.array([1.0, 0.0])), Posterior(np.array([0.5, 0.5]))
    assert told.fused(apart, 0.0, np.array([0.0, 50.0])).probabilities.tolist() == [1.0, 0.0]


def test_what_was_shown_and_not_wanted_lowers_items_like_it_a_little(graph):
    before, after = posterior(graph, Evidence()), posterior(graph, Evidence(rejected=("heat",)))
    near = int(np.argmax(graph.likeness("heat")))
    far = int(np.argmin(graph.likeness("heat") + (np.arange(len(graph.catalog)) == graph.catalog.position("heat"))))
    odds = [believed.probabilities[near] / believed.probabilities[far] for believed in (before, after)]
    assert 0.5 * odds[0] < odds[1] < odds[0]


def test_what_is_more_like_the_preferred_item_gains(graph):
    first, second = graph.catalog.items[0].id, graph.catalog.items[-1].id
    there = posterior(graph, Evidence(preferred=((first, second),)))
    back = posterior(graph, Evidence(preferred=((second, first),)))
    assert there.probabilities[0] > back.probabilities[0]
    assert there.probabilities[-1] < back.probabilities[-1]


def test_what_someone_liked_before_makes_likely_what_such_people_like():
    ratings = pd.DataFrame(
        [(user, item, 5.0, 0) for user in ("ann", "bob") for item in ("alien", "heat")], columns=list(RATING_COLUMNS)
    )
    graph = AttributeGraph(replace(tiny_catalog(), ratings=ratings))
    before, after = (posterior(graph, Evidence(history=past)).probabilities for past in ((), ("alien",)))
    heat = graph.catalog.position("heat")
    assert after[heat] > before[heat]
    assert after[graph.catalog.position("alien")] == 0
    (path, *_) = paths(graph, Evidence(history=("alien",)), "heat")
    assert path.nodes[0] == ItemNode("alien")
    assert holds(graph, path)


def test_a_bound_is_meant_more_strictly_than_a_wish(graph):
    alone, short = believed(graph), believed(graph, Evidence(wanted=(SHORT,)))
    tense = believed(graph, Evidence(wanted=(Wish("mood", ("tense",)),)))
    assert 0 < short["godfather"] / alone["godfather"] < tense["toys"] / alone["toys"]
