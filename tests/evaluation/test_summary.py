import random
from dataclasses import replace

import numpy as np
import pytest

from evaluation import summary as module
from evaluation.corpus import CorpusMetric
from evaluation.figures import report_json
from evaluation.people import Record
from evaluation.summary import broken, figure, numbers, passes, summary
from tests.evaluation.talks import ASKED, CONTEXT, failed, found, shown, talk

SEEN = Record(seen=frozenset({"heat"}))


def one(dialogues):
    return summary({"parley": dialogues}, CONTEXT).systems["parley"]


def test_means_have_an_interval_and_say_of_how_many_dialogues():
    success = one([found(seed) for seed in range(8)] + [failed(8), failed(9)]).figures["success"]
    assert (success.mean, success.n) == (0.8, 10)
    assert 0.4 < success.low < 0.8 < success.high <= 1.0


def test_equal_dialogues_give_an_equal_report_however_long_they_took():
    dialogues = [found(seed) for seed in range(6)] + [failed(6)]
    slower = [
        replace(dialogue, turns=tuple(replace(turn, seconds=9.0) for turn in dialogue.turns)) for dialogue in dialogues
    ]
    systems = ({"parley": held, "random": held[:5]} for held in (dialogues, slower))
    assert len({report_json(summary(held, CONTEXT)) for held in systems}) == 1


def test_a_dialogue_of_which_a_metric_says_nothing_is_left_out():
    assert figure(np.array([1.0, np.nan, 3.0])).mean == 2.0
    assert figure(np.array([1.0, np.nan, 3.0])).n == 2
    assert figure(np.array([np.nan])) == figure(np.array([]))
    assert figure(np.array([])).mean is None


def test_ten_of_ten_is_no_certainty():
    always = figure(np.ones(10), share=True)
    assert (always.mean, always.high) == (1.0, 1.0)
    assert always.low == pytest.approx(0.025 ** (1 / 10))
    assert figure(np.ones(10)).low == 1.0


def test_what_must_not_happen_is_counted_with_an_upper_end():
    bad = talk(0, shown("heat", record=SEEN))
    report = one([bad, *(found(seed) for seed in range(1, 10))])
    assert (report.forbidden["repeats"].total, report.forbidden["repeats"].dialogues) == (1, 1)
    assert report.forbidden["violations"].total == 0
    assert report.forbidden["violations"].at_most == pytest.approx(1 - 0.025 ** (1 / 10))
    assert broken(numbers([bad, found(1)], CONTEXT)).tolist() == [2.0, 0.0]  # a repeat, of an item that was seen


def test_dialogues_are_told_apart_by_behaviour_and_by_group():
    report = one(
        [
            found(0, behaviour="impatient", groups={"activity": "low"}),
            failed(1, behaviour="target", groups={"activity": "high"}),
            failed(2, behaviour="target"),
        ]
    )
    assert {name: part.n for name, part in report.behaviours.items()} == {"impatient": 1, "target": 2}
    assert report.behaviours["impatient"].figures["success"].mean == 1.0
    assert {name: part.figures["success"].mean for name, part in report.groups["activity"].items()} == {
        "high": 0.0,
        "low": 1.0,
    }


def test_success_by_turn_counts_what_was_shown_by_then():
    report = one([found(0), talk(1, shown("heat")), failed(2), failed(3)])
    assert [figure.mean for figure in report.by_turn] == [0.25, 0.5, 0.5]


def test_calibration_sets_what_was_promised_beside_what_came_true():
    dialogues = [talk(seed, shown("heat", "alien", probability=0.5)) for seed in range(4)]
    dialogues.append(failed(4))  # casino and runner at 0.25
    low, high = one(dialogues).calibration
    assert (low.promised, low.wanted, low.n) == (0.25, 0.0, 2)
    assert (low.low, low.high) == (0.0, pytest.approx(0.975))  # both picks are of one dialogue
    assert (high.promised, high.wanted, high.n) == (0.5, 0.5, 8)


def test_people_who_would_take_several_items_say_nothing_of_calibration():
    assert one([replace(found(0), wanted=("alien", "heat"))]).calibration == ()


def test_scenarios_pass_when_all_their_checks_hold():
    assert passes(found(0)) and not passes(failed(0))
    assert passes(failed(0, checks={"no-repeats": True}))
    assert not passes(found(0, checks={"success": True, "within-3": False}))


def test_pass_k_is_the_chance_that_k_tries_in_a_row_pass():
    held = [found(0), found(2), found(4), failed(6)]
    trials = one([replace(one, checks={"success": one.success}) for one in held]).scenarios["scenario-0"]
    assert (trials.n, trials.passed, trials.checks) == (4, 3, {"success": 3})
    assert trials.reliability == {"1": 0.75, "2": 0.5, "3": 0.25, "4": 0.0}


def test_exposure_is_by_tenths_of_the_catalogue_the_best_known_last():
    exposure = one([talk(0, shown("godfather", "airplane", "nowhere"), wanted="godfather", taken=None)]).exposure
    assert exposure.n == 2
    assert (exposure.shown[0], exposure.shown[-1], exposure.wanted[-1]) == (0.5, 0.5, 1.0)


def test_a_number_of_all_dialogues_has_the_interval_of_the_jackknife(monkeypatch):
    share = CorpusMetric("share", lambda held, _: sum(one.success for one in held) / len(held), "of successes", 1)
    nothing = CorpusMetric("nothing", lambda held, _: None, "says nothing")
    monkeypatch.setattr(module, "_TIMELESS_CORPUS", (share, nothing))
    dialogues = [(found if seed < 80 else failed)(seed) for seed in range(100)]
    random.Random(0).shuffle(dialogues)
    figures = one(dialogues).figures
    assert figures["share"].mean == 0.8
    assert figures["share"].low == pytest.approx(0.72, abs=0.03)
    assert figures["share"].high == pytest.approx(0.88, abs=0.03)
    assert figures["nothing"].mean is None
    assert one([found(0)]).figures["share"].low is None


def test_blocks_of_the_jackknife_keep_scenarios_whole_where_there_are_many():
    dialogues = [found(seed, scenario=f"s{seed % 12}") for seed in range(48)]
    for rest in module._without_a_block(dialogues):
        counts = {name: sum(one.scenario == name for one in rest) for name in {one.scenario for one in rest}}
        assert set(counts.values()) == {4}
        assert len(counts) == 11


def test_others_are_compared_with_the_first_system():
    systems = {
        "parley": [found(seed) for seed in range(12)],
        "random": [(failed if seed < 9 else found)(seed, system="random") for seed in range(12)],
    }
    report = summary(systems, CONTEXT)
    assert {(one.system, one.against) for one in report.comparisons} == {("random", "parley")}
    assert {one.metric: one.difference.mean for one in report.comparisons}["success"] == -0.75


def test_a_report_needs_dialogues():
    for nothing in ({}, {"parley": []}):
        with pytest.raises(ValueError, match="at least one"):
            summary(nothing, CONTEXT)


def test_a_dialogue_cut_short_by_nobody_counts_all_its_turns():
    assert one([talk(0, ASKED, taken=None)]).figures["AT"].mean == 1.0
