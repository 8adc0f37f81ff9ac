import json

import pytest

from evaluation.timing import timing, timing_json, timing_table
from tests.evaluation.talks import found, shown, talk

TALKS = [talk(seed, *(shown("heat", seconds=0.001 * number) for number in range(1, 11)), taken=None) for seed in (0, 1)]


def test_times_are_of_turns_and_have_an_interval():
    p50 = timing(TALKS).p50_ms
    assert (p50.mean, p50.n) == (5.5, 20)
    assert p50.low < 5.5 < p50.high
    assert timing(TALKS).p95_ms.mean == pytest.approx(10.0)


def test_tokens_cost_what_they_cost():
    spent = timing(TALKS, price=2.0)
    assert (spent.tokens, spent.tokens_per_dialogue) == (100, 50.0)
    assert spent.cost_per_1000 == pytest.approx(0.1)


def test_a_single_turn_has_no_interval_and_none_no_time():
    assert timing([talk(0, shown("heat"), taken=None)]).p50_ms.low is None
    assert timing([talk(0, taken=None)]).p95_ms.mean is None


def test_times_are_written_and_shown_by_system():
    timings = {"parley": timing([found(0)]), "silent": timing([talk(0, taken=None)])}
    assert set(json.loads(timing_json(timings))["parley"]) >= {"p50_ms", "p95_ms", "tokens", "cost_per_1000"}
    assert [row[0].text for row in timing_table(timings).rows] == ["parley", "silent"]
    assert timing_table(timings).rows[1][1].text == "–"
