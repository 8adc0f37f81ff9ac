import numpy as np
import pytest

from evaluation.affinity import Contemporary, Lift, Near, Shared, indicators, liked_together
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
ONE = np.ones(1)


def row(item_id):
    return CATALOG.position(item_id)


def best(affinity, *item_ids):
    rows = np.array([row(item_id) for item_id in item_ids])
    values = affinity.of(rows, np.ones(len(rows)))
    values[rows] = -np.inf
    return CATALOG.items[int(values.argmax())].id


def test_indicators_hold_what_baskets_hold():
    np.testing.assert_array_equal(indicators([[0, 2], [], [1]], 3).toarray(), [[1, 0, 1], [0, 0, 0], [0, 1, 0]])
    assert indicators([], 3).shape == (0, 3)


def test_the_lift_is_the_log_of_how_much_likelier_company_makes_an_item():
    baskets = indicators([[0, 1], [0, 1], [2]], 3)
    share = (2 + 0.1) / (5 + 0.3)
    assert Lift(baskets, 3.0).of(np.array([0]), ONE)[1] == pytest.approx(np.log((2 + 3 * share) / (5 * share)))


def test_an_item_that_was_never_in_company_lifts_nothing():
    assert Lift(indicators([[0], [1, 2]], 3), 3.0).of(np.array([0]), ONE) == pytest.approx(np.zeros(3))


def test_the_lift_of_several_items_is_weighed():
    lift = Lift(indicators([[0, 1], [1, 2], [0, 2, 1]], 3), 3.0)
    alone = [lift.of(np.array([item]), ONE) for item in (0, 2)]
    np.testing.assert_allclose(lift.of(np.array([0, 2]), np.array([0.5, 0.2])), 0.5 * alone[0] + 0.2 * alone[1])


def test_people_who_liked_one_film_liked_the_other():
    liked = liked_together(CATALOG)
    assert liked.shape == (6, 12)
    assert best(Lift(liked, 3.0), "godfather") in ("heat", "casino")


def test_rare_shared_values_count_more():
    assert best(Shared(CATALOG, "director"), "alien") == "runner"
    assert best(Shared(CATALOG, "genre"), "amelie") == "groundhog"


def test_items_without_a_value_share_nothing():
    assert Shared(CATALOG, "mood").of(np.array([row("shining")]), ONE) == pytest.approx(np.zeros(12))


def test_nearness_is_of_vectors_without_what_all_have_in_common():
    vectors = np.array([[5.0, 1, 0], [5, 1, 0.1], [5, -1, 0], [5, -1, 0.1]])
    values = Near(vectors).of(np.array([0]), ONE)
    assert values[1] > 0 > values[2]


def test_films_of_one_time_go_together():
    assert best(Contemporary(CATALOG), "heat") in ("casino", "toys")
    assert best(Contemporary(CATALOG), "alien") in ("shining", "airplane")


@pytest.mark.parametrize(
    "affinity", [Lift(liked_together(CATALOG), 3.0), Shared(CATALOG, "genre"), Near(np.eye(12)), Contemporary(CATALOG)]
)
def test_with_nothing_to_go_by_everything_is_alike(affinity):
    assert np.ptp(affinity.of(np.zeros(0, int), np.zeros(0))) == pytest.approx(0.0)
