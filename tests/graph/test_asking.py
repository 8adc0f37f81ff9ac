from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from graph import asking
from graph.asking import QuestionConfig, information
from graph.attributes import AttributeGraph
from graph.evidence import Evidence
from graph.questions import Form, Shortlist
from graph.walk import Posterior, posterior
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world

CHOICES = QuestionConfig(forms=frozenset({Form.CHOICE}))
YES_NO = QuestionConfig(forms=frozenset({Form.YES_NO}))
RANGES = QuestionConfig(forms=frozenset({Form.RANGE}))
COMPARISONS = QuestionConfig(forms=frozenset({Form.COMPARISON}))


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


def questions(graph, believed, settled=(), config=CHOICES, considered=1500):
    rows = believed.top(considered)
    mass = believed.probabilities[rows]
    return asking.questions(Shortlist(graph, rows, mass / mass.sum()), settled, config)


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
    easy, hard = replace(CHOICES, easy_vocabulary=8), replace(CHOICES, easy_vocabulary=2)
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
    assert len(questions(graph, even(6), config=replace(CHOICES, options=2))[0].options) == 2


def test_a_settled_option_is_not_offered_again():
    graph = catalog_of(genre=["a", "b", "c", "d"])
    (question,) = questions(graph, even(4), [("genre", "b"), ("mood", "a")])
    assert "b" not in question.options
    assert "a" in question.options


def test_a_facet_with_one_open_option_is_not_asked_about():
    assert questions(catalog_of(genre=["a", "b", "c"]), even(3), [("genre", "a"), ("genre", "b")]) == ()


def test_there_is_nothing_to_ask_about_one_item():
    assert questions(catalog_of(genre=["a", "b"]), Posterior(np.array([1.0, 0.0])), config=QuestionConfig()) == ()


def test_only_items_that_are_still_possible_are_asked_about(graph):
    crime = frozenset(item.id for item in graph.catalog if "Crime" not in item.facets["genre"])
    for question in questions(graph, posterior(graph, Evidence(excluded=crime))):
        for option in question.options:
            assert any(item.has(question.facet, option) for item in graph.catalog if item.id not in crime)


def test_only_the_most_probable_items_take_part():
    graph = catalog_of(genre=["a", "b", "c", "d"])
    (question,) = questions(graph, Posterior(np.array([0.3, 0.3, 0.2, 0.2])), considered=2)
    assert set(question.options) == {"a", "b"}


def test_a_facet_of_which_people_have_no_answer_is_not_asked_about():
    graph = catalog_of(genre=["a", "a", "b", "b"], colour=["x", "y", "x", "y"])
    found = questions(graph, even(4), config=QuestionConfig(eases={"genre": 0.0, "title": 0.0}))
    assert {question.facet for question in found} == {"colour"}


def test_yes_or_no_is_asked_about_the_value_that_half_of_the_items_have():
    graph = catalog_of(genre=["a", "a", "b", "c"])
    first, second = questions(graph, even(4), config=YES_NO)
    assert (first.options, first.gain) == (("a",), pytest.approx(1))
    assert second.gain < 1


def test_a_value_that_was_asked_about_is_followed_by_the_next_best():
    graph = catalog_of(genre=["a", "a", "b", "c"])
    assert questions(graph, even(4), [("genre", "a")], config=replace(YES_NO, most_of_facet=1))[0].options == ("b",)


def test_noise_makes_an_answer_worth_less():
    graph = catalog_of(genre=["a", "a", "b", "b"])
    (noisy, _) = questions(graph, even(4), config=replace(YES_NO, noise=0.1))
    assert noisy.gain == pytest.approx(1 - 0.469, abs=0.001)
    assert questions(graph, even(4), config=replace(CHOICES, noise=0.1))[0].gain < 1


def dated(*years, **numbers):
    """Return a graph over items of these years and numbers."""
    items = tuple(
        Item(f"item{row}", "Item", year, numbers={name: amounts[row] for name, amounts in numbers.items()})
        for row, year in enumerate(years)
    )
    return AttributeGraph(Catalog("dated", items))


def test_a_number_is_asked_about_by_a_round_cut_near_the_middle():
    (question,) = questions(dated(1951, 1962, 1987, 1993, 1998, 2004), even(6), config=RANGES)
    assert (question.facet, question.form) == ("year", Form.RANGE)
    assert question.options == ("<=1989", ">=1990")
    assert question.gain == pytest.approx(1)


def test_amounts_that_are_no_whole_numbers_meet_at_the_cut():
    (question,) = questions(dated(None, None, None, None, price=[1.5, 2.25, 9.0, 12.5]), even(4), config=RANGES)
    assert question.facet == "price"
    assert question.options[0].removeprefix("<=") == question.options[1].removeprefix(">=")


def test_a_number_that_all_items_share_is_not_asked_about():
    assert questions(dated(1990, 1990, 1990), even(3), config=RANGES) == ()


def test_a_number_of_which_something_was_said_is_not_asked_about():
    graph = dated(1951, 1962, 1987, 1993, 1998, 2004)
    assert questions(graph, even(6), [("year", ">=1990")], config=RANGES) == ()
    assert questions(graph, even(6), [("decade", "1990s")], config=RANGES) == ()


def test_a_facet_that_cuts_a_number_into_bands_is_asked_about_by_range():
    items = tuple(
        Item(f"item{row}", "Item", 1980 + row, {"decade": (decade,), "runtime": (band,)}, {"runtime": 80.0 + row})
        for row, (decade, band) in enumerate([("1980s", "short"), ("1980s", "long")] * 5)
    )
    graph = AttributeGraph(Catalog("bands", items))
    found = questions(graph, even(10), config=QuestionConfig())
    assert {question.form for question in found if question.facet in ("decade", "runtime", "year")} == {Form.RANGE}


def test_yes_or_no_is_not_asked_about_what_hardly_any_likely_item_has():
    graph = catalog_of(genre=["a"] * 30 + ["b"])
    assert questions(graph, even(31), config=YES_NO) == ()


def test_well_known_items_are_compared():
    (question,) = questions(graph_of_tiny(), even(12), config=COMPARISONS)
    assert question.form is Form.COMPARISON
    assert question.gain > 0
    known = sorted(tiny_catalog(), key=lambda item: -item.popularity)[: COMPARISONS.compared]
    assert set(question.options) <= {item.id for item in known}


def test_items_that_were_compared_are_not_compared_again():
    (first,) = questions(graph_of_tiny(), even(12), config=COMPARISONS)
    (second,) = questions(
        graph_of_tiny(), even(12), [("title", item_id) for item_id in first.options], config=COMPARISONS
    )
    assert not set(first.options) & set(second.options)


def graph_of_tiny():
    return AttributeGraph(tiny_catalog())


@in_any_world(st.lists(st.sampled_from([("genre", "comedy"), ("genre", "crime"), ("mood", "dark")])))
def test_questions_come_best_first_with_open_options_and_no_negative_gain(world, asked):
    graph, evidence = world
    believed = posterior(graph, evidence)
    if not believed.possible:
        return
    found = questions(graph, believed, asked, config=QuestionConfig())
    worths = [question.worth for question in found]
    assert worths == sorted(worths, reverse=True)
    assert all(question.gain >= -1e-9 for question in found)
    assert len({(question.form, question.options, question.facet) for question in found}) == len(found)
    for question in found:
        assert len(set(question.options)) == len(question.options) <= 3
        assert not {(question.facet, option) for option in question.options} & set(asked)
