from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.lookahead import Answers, LookaheadConfig, outlook, utilities, value

PAIRS = LookaheadConfig(turns=5, slate_size=1, haste=0.0, least_left=1)


def even(count):
    return np.full(count, 1 / count)


def yes_no(*has, ease=1.0):
    """Return the answers to one question for each row of 0 and 1."""
    columns = [column for row in has for column in (np.array(row, float), 1 - np.array(row, float))]
    return Answers(np.column_stack(columns), np.repeat(np.arange(len(has)), 2), np.full(len(has), ease))


def test_the_first_action_is_worth_most_and_none_is_worth_nothing():
    for haste in (0.0, 0.5, 1.0):
        worth = utilities(replace(PAIRS, haste=haste))
        assert worth[0] == 1
        assert (np.diff(worth) < 0).all()
        assert worth[-1] > 0


def test_haste_makes_a_late_success_after_the_first_worth_less():
    assert utilities(replace(PAIRS, haste=1.0))[1] < utilities(replace(PAIRS, haste=0.0))[1]


def test_an_item_that_is_certain_is_recommended():
    certain = outlook(np.array([1.0, 0.0]), yes_no([1, 0]), 0, PAIRS)
    assert certain.best is None
    assert certain.recommend == pytest.approx(1)


def test_a_question_that_halves_many_items_is_asked():
    halves = yes_no([1, 0] * 8)
    assert outlook(even(16), halves, 0, PAIRS).best == 0


def test_the_question_that_splits_evenly_is_preferred():
    assert outlook(even(8), yes_no([1] + [0] * 7, [1, 0] * 4), 0, PAIRS).best == 1


def test_a_question_that_tells_nothing_is_not_asked():
    assert outlook(even(8), yes_no([1] * 8), 0, PAIRS).best is None


def test_in_the_last_turn_the_slate_is_shown():
    assert outlook(even(16), yes_no([1, 0] * 8), PAIRS.turns - 1, PAIRS).best is None


def test_a_question_that_people_hardly_ever_answer_is_not_asked():
    assert outlook(even(16), yes_no([1, 0] * 8, ease=0.01), 0, PAIRS).best is None


def test_a_slate_is_shown_earlier_where_a_refusal_tells_something():
    mass = np.array([0.3] + [0.1] * 7)
    asked = outlook(mass, yes_no([1, 0] * 4), 0, PAIRS)
    told = outlook(mass, yes_no([1, 0] * 4), 0, replace(PAIRS, critique=3.0))
    assert told.recommend > asked.recommend
    assert told.asks[0] - told.recommend < asked.asks[0] - asked.recommend


def test_where_many_items_please_the_slate_is_shown():
    halves = yes_no([1, 0] * 8)
    assert outlook(even(16), halves, 0, replace(PAIRS, equivalents=12.0)).best is None


def test_with_nothing_to_ask_the_slate_is_worth_what_it_hits_and_no_question_is_left():
    found = outlook(np.array([0.6, 0.4]), None, 0, PAIRS)
    assert (found.asks, found.best) == ((), None)
    assert found.recommend == pytest.approx(0.6)


def test_without_information_every_slate_reaches_one_rank_further():
    joint = np.array([0.5, 0.3, 0.2])[:, None]
    worth = utilities(PAIRS)
    assert value(joint, 5, 0.0, PAIRS)[0] == pytest.approx(0.5 * worth[0] + 0.3 * worth[1] + 0.2 * worth[2])


def test_one_bit_of_information_makes_the_slates_that_follow_reach_twice_as_far():
    after_one = utilities(PAIRS)[1:].sum() * 2 / 8
    assert value(even(8)[:, None], 5, 1.0, PAIRS)[0] == pytest.approx(after_one)
    assert after_one > utilities(PAIRS).sum() / 8


def test_no_turn_left_is_worth_nothing():
    assert value(even(4)[:, None], 0, 1.0, PAIRS).tolist() == [0.0]


def test_gains_are_measured_in_bits():
    assert yes_no([1, 0] * 4, [1] * 8).gains(even(8)) == pytest.approx([1, 0])


@given(st.integers(2, 12), st.integers(0, 13), st.floats(0, 1), st.data())
def test_utilities_lie_between_0_and_1_and_a_question_never_hurts_but_for_its_turn(items, turn, ease, data):
    weights = np.sort(data.draw(st.lists(st.floats(0.001, 1), min_size=items, max_size=items)))[::-1]
    has = data.draw(st.lists(st.integers(0, 1), min_size=items, max_size=items))
    config = LookaheadConfig(slate_size=1)
    found = outlook(weights / weights.sum(), yes_no(has, ease=ease), turn, config)
    assert 0 <= found.recommend <= 1 + 1e-9
    assert all(0 <= ask <= 1 + 1e-9 for ask in found.asks)


@given(st.integers(1, 40), st.integers(1, 14), st.floats(0, 1.5))
def test_more_turns_and_more_information_are_never_worth_less(items, left, bits):
    joint = np.arange(items, 0, -1.0)[:, None] / (items * (items + 1) / 2)
    config = LookaheadConfig(slate_size=2, haste=0.0)
    worth = value(joint, left, bits, config)[0]
    assert value(joint, left - 1, bits, config)[0] <= worth + 1e-9
    assert worth <= value(joint, left, bits + 0.2, config)[0] + 1e-9
