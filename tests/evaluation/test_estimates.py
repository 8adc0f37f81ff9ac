import json

import numpy as np
import pytest

from evaluation.estimates import Estimate, difference, markdown, mean, plain, ratio


def test_an_estimate_shows_its_interval():
    assert str(Estimate(0.5, 0.412, 0.6)) == "0.50 (0.41 to 0.60)"
    assert str(Estimate(1234.4, 1000, 1500, digits=0)) == "1234 (1000 to 1500)"


def test_values_that_are_all_the_same_leave_no_doubt():
    assert mean(np.ones(9), seed=0) == Estimate(1, 1, 1)
    assert ratio(np.full(9, 2.0), np.ones(9), seed=0) == Estimate(2, 2, 2)
    assert difference(np.ones(9), np.zeros(5), seed=0) == Estimate(1, 1, 1)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    assert ratio(np.array([1.0, 9.0]), np.array([1.0, 1.0]), seed=0).value == 5
    assert ratio(np.array([1.0, 1.0]), np.array([1.0, 9.0]), seed=0).value == pytest.approx(0.2)


def test_places_where_both_sums_are_nothing_do_not_matter_and_resamples_of_them_alone_are_left_out():
    found = ratio(np.array([3.0, 0.0]), np.array([1.0, 0.0]), seed=0)
    assert (found.value, found.low, found.high) == (3, 3, 3)


def test_an_interval_holds_what_it_is_about_and_is_the_same_for_the_same_seed():
    values = np.random.default_rng(1).normal(3.0, 1.0, 400)
    for make in (lambda seed: mean(values, seed), lambda seed: ratio(values, np.ones(400), seed)):
        assert make(7) == make(7)
        assert make(7).low < 3 < make(7).high
        assert make(7).high - make(7).low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_lines_become_a_table():
    rows = [{"group": "a", "n": 20, "share": 0.125, "gap": Estimate(1, 0.5, 2)}]
    assert markdown(rows).splitlines() == [
        "| group | n | share | gap |",
        "| --- | --- | --- | --- |",
        "| a | 20 | 0.125 | 1.00 (0.50 to 2.00) |",
    ]


def test_lines_become_plain_values_for_a_file():
    rows = [{"group": "a", "n": 20, "share": 0.123456, "gap": Estimate(1, 0.5, 2)}]
    assert json.loads(json.dumps(plain(rows))) == [
        {"group": "a", "n": 20, "share": 0.1235, "gap": {"value": 1, "low": 0.5, "high": 2}}
    ]
