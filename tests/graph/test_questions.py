import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from graph.attributes import AttributeGraph
from graph.evidence import Evidence
from graph.questions import QuestionConfig, information, questions
from graph.walk import Posterior, posterior
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world


def catalog_of(**facets):
    """Return a graph over as many items as each facet has values; None is no value."""
    count = len(next(iter(facets.values())))
    items = tuple(
        Item(f"item{row}", "Item", facets={name: (values[row],) for name, values in facets.items() if values[row]})
        for row in range(count)
    )
    return AttributeGraph(Catalog("halves", items))


def even(count):
    return Posterior(np.full(count, 1 / count))


@pytest.fixture(scope="module")
def graph():
    return AttributeGraph(tiny_catalog())


@pytest.mark.parametrize("count", [2, 4, 10])
def test_a_perfect_half_split_is_worth_one_bit(count):
    has = np.arange(count)[:, None] % 2 == 0
    assert information(has, np.full(count, 1 / count)) == pytest.approx(1)
    assert information(np.hstack([has, ~has]), np.full(count, 1 / count)) == pytest.approx(1)


def test_a_split_into_four_is_worth_two_bits():
    assert information(np.eye(4, dtype=bool), np.full(4, 0.25)) == pytest.approx(2)
    assert information(np.eye(4, dtype=bool)[:, :3], np.full(4, 0.25)) == pytest.approx(2)


@pytest.mark.parametrize("has", [np.ones((4, 1)), np.zeros((4, 1)), np.ones((4, 2)), np.zeros((4, 3))])
def test_a_question_whose_answer_is_known_or_a_toss_is_worth_nothing(has):
    assert information(has.astype(bool), np.full(4, 0.25)) == pytest.approx(0)


def test_an_uneven_split_is_worth_less_than_an_even_one():
    assert 0 < information(np.array([[True], [False], [False], [False]]), np.full(4, 0.25)) < 1


@given(st.integers(1, 6), st.integers(1, 3), st.data())
def test_an_answer_tells_no_more_than_there_is_to_know(items, options, data):
    cells = st.lists(st.booleans(), min_size=items * options, max_size=items * options)
    has = np.array(data.draw(cells)).reshape(items, options)
    weights = np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=items, max_size=items)))
    mass = weights / weights.sum()
    bits = information(has, mass)
    assert -1e-9 <= bits <= min(Posterior(mass).entropy, np.log2(options + 1)) + 1e-9


def test_the_gain_of_a_question_that_halves_equal_items_is_one_bit():
    (question,) = questions(catalog_of(genre=["a", "a", "b", "b"]), even(4))
    assert question.facet == "genre"
    assert set(question.options) == {"a", "b"}
    assert question.gain == pytest.approx(1)


def test_a_facet_that_all_items_share_is_not_asked_about():
    assert questions(catalog_of(genre=["a", "a", "a"], colour=["x", "y", "z"]), even(3))[0].facet == "colour"
    assert questions(catalog_of(genre=["a", "a", "a"]), even(3)) == ()


def test_the_more_informative_facet_comes_first():
    graph = catalog_of(genre=["a", "a", "a", "a", "a", "b"], colour=["x", "x", "x", "y", "y", "y"])
    assert [question.facet for question in questions(graph, even(6))] == ["colour", "genre"]


def test_a_facet_known_of_few_items_is_worth_less():
    full, sparse = catalog_of(genre=["a", "b"] * 4), catalog_of(genre=["a", "b"] + [None] * 6)
    assert questions(full, even(8))[0].gain > questions(sparse, even(8))[0].gain


def test_people_answer_more_gladly_about_a_mood():
    graph = catalog_of(genre=["a", "a", "b", "b"], mood=["x", "y", "x", "y"], language=["p", "q", "q", "p"])
    assert [question.facet for question in questions(graph, even(4))] == ["mood", "genre", "language"]


def test_a_facet_of_very_many_values_is_worth_less():
    shades = [f"shade {number}" for number in range(8)]
    graph = catalog_of(colour=shades * 2)
    easy, hard = QuestionConfig(easy_vocabulary=8), QuestionConfig(easy_vocabulary=2)
    assert questions(graph, even(16), config=easy)[0].worth > questions(graph, even(16), config=hard)[0].worth


def test_the_likeliest_option_is_offered_first():
    graph = catalog_of(genre=["a", "b", "c", "d", "e"])
    (question,) = questions(graph, Posterior(np.array([0.1, 0.4, 0.25, 0.15, 0.1])))
    assert question.options == ("b", "c", "d")


def test_a_value_that_hardly_any_likely_item_has_is_not_offered():
    graph = catalog_of(genre=["a", "b", "c"])
    (question,) = questions(graph, Posterior(np.array([0.5, 0.49, 0.01])))
    assert question.options == ("a", "b")


def test_no_more_options_are_offered_than_allowed():
    graph = catalog_of(genre=list("abcdef"))
    assert len(questions(graph, even(6))[0].options) == 3
    assert len(questions(graph, even(6), config=QuestionConfig(options=2))[0].options) == 2


def test_a_settled_option_is_not_offered_again():
    graph = catalog_of(genre=["a", "b", "c", "d"])
    (question,) = questions(graph, even(4), [("genre", "b"), ("mood", "a")])
    assert "b" not in question.options
    assert "a" in question.options


def test_a_facet_with_one_open_option_is_not_asked_about():
    assert questions(catalog_of(genre=["a", "b", "c"]), even(3), [("genre", "a"), ("genre", "b")]) == ()


@pytest.mark.parametrize("chances", [[0.0, 0.0], [1.0, 0.0]])
def test_there_is_nothing_to_ask_about_fewer_than_two_items(chances):
    assert questions(catalog_of(genre=["a", "b"]), Posterior(np.array(chances))) == ()


def test_only_items_that_are_still_possible_are_asked_about(graph):
    crime = frozenset(item.id for item in graph.catalog if "Crime" not in item.facets["genre"])
    for question in questions(graph, posterior(graph, Evidence(excluded=crime))):
        for option in question.options:
            assert any(item.has(question.facet, option) for item in graph.catalog if item.id not in crime)


def test_only_the_most_probable_items_take_part():
    graph = catalog_of(genre=["a", "b", "c", "d"])
    (question,) = questions(
        graph, Posterior(np.array([0.3, 0.3, 0.2, 0.2])), config=QuestionConfig(considered=2, options=4)
    )
    assert set(question.options) == {"a", "b"}


@in_any_world(st.lists(st.sampled_from([("genre", "comedy"), ("genre", "crime"), ("mood", "dark")])))
def test_questions_are_about_different_facets_best_first_with_open_options(world, asked):
    graph, evidence = world
    found = questions(graph, posterior(graph, evidence), asked)
    worths = [question.worth for question in found]
    assert worths == sorted(worths, reverse=True)
    assert all(question.gain >= -1e-9 for question in found)
    assert len({question.facet for question in found}) == len(found)
    for question in found:
        assert 2 <= len(set(question.options)) == len(question.options) <= 3
        assert set(question.options) <= set(graph.catalog.values(question.facet))
        assert not {(question.facet, option) for option in question.options} & set(asked)
