import numpy as np
import pytest

from evaluation.comparisons import comparisons
from tests.evaluation.talks import found


def held(seeds, numbers):
    return [found(seed) for seed in seeds], {"m": np.array(numbers, dtype=np.float64)}


def compare(first, other):
    pairs = {"first": first, "other": other}
    dialogues = {name: talks for name, (talks, _) in pairs.items()}
    (result,) = comparisons(dialogues, {name: values for name, (_, values) in pairs.items()}, ("m",))
    return result


def test_only_people_that_both_systems_had_are_compared():
    result = compare(held([0, 1, 2], [5, 1, 1]), held([2, 1, 7], [2, 3, 9]))
    assert (result.difference.n, result.difference.mean) == (2, 1.5)


def test_people_of_whom_one_number_is_unknown_are_left_out():
    result = compare(held([0, 1], [1, 1]), held([0, 1], [np.nan, 2]))
    assert (result.difference.n, result.difference.mean) == (1, 1.0)


def test_without_common_people_there_is_nothing_to_say():
    result = compare(held([0], [1]), held([1], [1]))
    assert (result.difference.n, result.difference.mean, result.p, result.adjusted) == (0, None, None, None)


def test_the_test_is_exact_for_few_people():
    result = compare(held(range(5), [0] * 5), held(range(5), [1] * 5))
    assert result.p == pytest.approx(2 / 2**5)


def test_chance_alone_makes_no_difference():
    result = compare(held(range(40), [0, 1] * 20), held(range(40), [1, 0] * 20))
    assert result.p > 0.9
    assert compare(held(range(4), [1] * 4), held(range(4), [1] * 4)).p == 1.0


def test_p_is_adjusted_for_all_comparisons_together():
    talks = [found(seed) for seed in range(10)]
    values = {
        "first": {"m": np.zeros(10), "same": np.zeros(10)},
        "other": {"m": np.ones(10), "same": np.zeros(10)},
    }
    better, same = comparisons({"first": talks, "other": talks}, values, ("m", "same"))
    assert better.adjusted == pytest.approx(2 * better.p)
    assert same.adjusted == 1.0
