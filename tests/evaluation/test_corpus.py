from dataclasses import replace

import numpy as np
import pytest

from agent.actions import Pick, Recommend
from evaluation import corpus
from evaluation.corpus import CORPUS
from evaluation.metrics import METRICS, Context
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
CONTEXT = Context(CATALOG, AttributeGraph(CATALOG))


def turn(*picks, reply="Words.", seconds=0.01):
    """Return a turn that shows items, each an id or an id with its probability."""
    pairs = [pick if isinstance(pick, tuple) else (pick, 0.0) for pick in picks]
    action = Recommend(tuple(Pick(item_id, probability) for item_id, probability in pairs))
    return Exchange("text", Record(), action, reply, seconds)


def dialogue(*turns, scenario="any", taken=None, wanted=("heat",)):
    return Dialogue(scenario, "target", "parley", 0, wanted, turns, taken)


def saying(*replies):
    return dialogue(*[turn("heat", reply=reply) for reply in replies])


def won(turns, scenario="any"):
    """Return a dialogue that succeeds after so many turns."""
    return dialogue(*[turn("heat")] * turns, turn(), scenario=scenario, taken="heat")


def lost(turns, scenario="any"):
    return dialogue(*[turn("up")] * turns, scenario=scenario)


def test_exposure_counts_every_recommendation_of_an_item_of_the_catalogue():
    counts = corpus.exposure([dialogue(turn("heat", "up"), turn("heat", "made-up")), dialogue(turn("heat"))], CONTEXT)
    assert counts.sum() == 4
    assert counts[CATALOG.position("heat")] == 3


@pytest.mark.parametrize(
    ("counts", "value"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([3, 1], 0.25), ([5], 0.0)],
)
def test_gini_of_counts_worked_out_by_hand(counts, value):
    assert corpus.gini(np.array(counts, dtype=float)) == pytest.approx(value)


def test_gini_of_nothing_is_nothing():
    assert corpus.gini(np.zeros(3)) is None
    assert corpus.gini(np.array([])) is None


def test_coverage_is_the_share_of_the_catalogue_that_was_shown():
    assert corpus.coverage([dialogue(turn("heat", "up")), dialogue(turn("heat"))], CONTEXT) == pytest.approx(2 / 12)


def characters_per_reply(replies, n):
    """Count as CRSLab does: the characters of joined text, by the number of replies."""
    text = "".join(replies)
    return len({text[start : start + n] for start in range(len(text) - n + 1)}) / len(replies)


def test_distinct_counts_words_and_not_characters():
    """A count of characters by replies is above 1, and finds two equal replies as varied as two that differ."""
    same, other = ("A tense film.", "A tense film."), ("A tense film.", "Fine: ten smiles at me.")
    assert corpus.distinct([saying(*same)], 1) == pytest.approx(3 / 6)
    assert corpus.distinct([saying(*same)], 2) == pytest.approx(2 / 4)
    assert corpus.distinct([saying(*other)], 1) == pytest.approx(8 / 8)
    assert characters_per_reply(same, 1) > 1
    ours = corpus.distinct([saying(*same)], 1) / corpus.distinct([saying(*other)], 1)
    assert abs(characters_per_reply(same, 1) / characters_per_reply(other, 1) - ours) > 0.2


def test_distinct_is_a_share_of_words_so_that_it_does_not_depend_on_how_they_are_parted_into_replies():
    assert corpus.distinct([saying("one two three four")], 1) == corpus.distinct([saying("one two", "three four")], 1)


def test_pairs_of_words_do_not_reach_from_one_reply_into_the_next():
    assert corpus.distinct([saying("a b", "a b")], 2) == 0.5
    assert corpus.distinct([saying("a", "b")], 2) is None


def test_capitals_and_punctuation_make_no_new_word():
    assert corpus.distinct([saying("Heat, heat. HEAT!")], 1) == pytest.approx(1 / 3)


def test_reliability_is_the_chance_that_tries_of_one_scenario_all_succeed():
    held = [won(1, "a"), won(1, "a"), won(1, "a"), lost(1, "a"), won(1, "b"), lost(1, "b")]
    assert corpus.reliability(held, 1) == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert corpus.reliability(held, 2) == pytest.approx((3 / 6 + 0 / 1) / 2)
    assert corpus.reliability(held, 3) == pytest.approx(1 / 4)
    assert corpus.reliability(held, 4) == 0.0
    assert corpus.reliability(held, 5) is None


def test_the_power_of_the_success_rate_would_promise_too_much():
    held = [won(1), won(1), lost(1), lost(1)]
    assert corpus.reliability(held, 2) == pytest.approx(1 / 6)
    assert corpus.reliability(held, 2) < corpus.reliability(held, 1) ** 2


def test_success_grows_with_the_turns():
    held = [won(1), won(3), lost(4)]
    assert corpus.success_by_turn(held) == pytest.approx((1 / 3, 1 / 3, 2 / 3, 2 / 3))
    assert corpus.success_by_turn(held, most=2) == pytest.approx((1 / 3, 1 / 3))
    assert corpus.success_by_turn([]) == ()


PROMISED = dialogue(turn(("heat", 0.8), ("up", 0.1)), turn(("heat", 0.6), ("toys", 0.1), ("alien", 0.0)))


def test_calibration_holds_promises_against_the_truth():
    low, high = corpus.calibration([PROMISED], bins=2)
    assert (low.promised, low.wanted, low.count) == pytest.approx((0.1, 0.0, 2))
    assert (high.promised, high.wanted, high.count) == pytest.approx((0.7, 1.0, 2))


def test_the_calibration_error_is_the_mean_distance_of_promise_and_truth():
    assert corpus.calibration_error([PROMISED]) == pytest.approx((0.1 + 0.1 + 0.2 + 0.4) / 4)
    surely = dialogue(turn(("heat", 1.0)))
    assert corpus.calibration_error([surely]) == 0.0


def test_nobody_is_held_to_a_promise_that_was_not_made():
    assert corpus.calibration_error([dialogue(turn("heat"))]) is None
    assert corpus.calibration_error([replace(PROMISED, wanted=("heat", "up"))]) is None
    assert corpus.calibration([]) == ()


def test_popularity_bias_is_what_is_shown_over_what_is_wanted():
    held = [
        dialogue(turn("godfather", "up"), turn("godfather", "heat")),
        dialogue(turn("up"), wanted=("godfather", "up")),
    ]
    assert corpus.head_shown(held, CONTEXT) == pytest.approx(2 / 5)
    assert corpus.head_wanted(held, CONTEXT) == pytest.approx((0 + 1 / 2) / 2)
    assert corpus.popularity_bias(held, CONTEXT) == pytest.approx(2 / 5 - 1 / 4)


def test_where_nothing_is_shown_or_wanted_there_is_no_bias():
    assert corpus.popularity_bias([dialogue()], CONTEXT) is None
    assert corpus.head_wanted([dialogue(wanted=())], CONTEXT) is None


def test_latency_is_that_of_turns():
    held = [dialogue(turn(seconds=0.1), turn(seconds=0.2)), dialogue(turn(seconds=0.9))]
    assert corpus.latency(held, 50) == pytest.approx(0.2)
    assert corpus.latency([], 50) is None


@pytest.mark.parametrize("metric", CORPUS, ids=lambda metric: metric.name)
def test_every_number_is_finite_or_nothing(metric):
    for held in ([PROMISED, won(2)], [dialogue()]):
        value = metric.number(held, CONTEXT)
        assert value is None or np.isfinite(value)


def test_no_two_metrics_have_one_name():
    names = [metric.name for metric in (*METRICS, *CORPUS)]
    assert len(names) == len(set(names))
