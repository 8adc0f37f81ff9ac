from dataclasses import replace
from math import log2

import pytest

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from evaluation import metrics
from evaluation.metrics import METRICS, Context
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
CONTEXT = Context(CATALOG, AttributeGraph(CATALOG), {"patient": 10}, price=2.0)
NOTHING_SAID = Record()
NO_COMEDIES = NOTHING_SAID.disliking(Wish("genre", ("Comedy",)))
ASK = Ask(Question("mood", ("tense", "dark"), 1.0))
BY_NAME = {metric.name: metric for metric in METRICS}


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


def turn(action, record=NOTHING_SAID, reply="Words.", seconds=0.01, tokens=0):
    return Exchange("text", record, action, reply, seconds, tokens)


def dialogue(*turns, success=False, scenario="any"):
    return Dialogue(scenario, "target", "parley", 0, ("heat",), turns, "heat" if success else None)


def confirmed(item_id):
    return turn(Reply(ReplyKind.CONFIRM, Pick(item_id, 0.0)))


FOUND = dialogue(turn(ASK), turn(slate("alien", "heat")), confirmed("heat"), success=True)


def number(name, held):
    return BY_NAME[name].number(held, CONTEXT)


def test_success_counts_the_turns_up_to_the_recommendation():
    assert metrics.turns(FOUND) == 2
    assert metrics.success(FOUND) == 1.0
    assert metrics.success(FOUND, within=2) == 1.0
    assert metrics.success(FOUND, within=1) == 0.0
    assert [number(name, FOUND) for name in ("SR@1", "SR@3", "SR@5", "SR@10", "success", "AT")] == [0, 1, 1, 1, 1, 2]


def test_a_dialogue_in_vain_has_no_success_however_long():
    lost = dialogue(turn(ASK), turn(slate("alien")))
    assert metrics.turns(lost) == 2
    assert metrics.success(lost, within=99) == 0.0


def test_who_takes_something_unwanted_has_not_succeeded():
    assert metrics.success(replace(FOUND, taken="alien")) == 0.0
    assert metrics.turns(replace(FOUND, taken="alien")) == 3


def test_a_failure_that_was_left_early_counts_all_turns_that_were_to_be_had():
    """Turns held would make a system better for driving people away: here 1 turn, and 2 for a success."""
    left = dialogue(turn(slate("alien")), scenario="patient")
    assert metrics.turns(left) == 1
    assert number("AT", left) == 10 > number("AT", FOUND)
    assert number("AT", replace(FOUND, scenario="patient")) == 2


def test_the_turns_of_a_failure_are_never_fewer_than_were_held():
    assert metrics.turns(dialogue(*[turn(ASK)] * 5), most=3) == 5


@pytest.mark.parametrize(("before", "value"), [(0, 1.0), (1, 1 / log2(3)), (2, 1 / 2)])
def test_hdcg_of_the_first_place_is_the_discount_of_the_turn(before, value):
    held = dialogue(*[turn(ASK)] * before, turn(slate("heat", "up")), confirmed("heat"), success=True)
    assert metrics.hdcg(held) == pytest.approx(value)


def test_hdcg_of_the_second_place_in_the_second_turn_worked_out_by_hand():
    low, high = 1 / log2(4), 1 / log2(3)
    assert metrics.hdcg(FOUND) == pytest.approx(low + (high - low) / log2(3))


def test_hdcg_of_a_failure_is_nothing_though_the_item_was_shown():
    assert metrics.hdcg(dialogue(turn(slate("heat")))) == 0.0


def test_questions_slates_and_items_are_counted():
    assert metrics.questions(FOUND) == 1
    assert metrics.recommendations(FOUND) == 1
    assert number("shown", FOUND) == 2


def test_acceptance_is_the_share_of_recommendations_from_which_something_is_taken():
    assert metrics.acceptance(FOUND) == 1.0
    assert metrics.acceptance(replace(FOUND, turns=(turn(slate("up")), *FOUND.turns))) == 0.5
    assert metrics.acceptance(dialogue(turn(slate("up")))) == 0.0
    assert metrics.acceptance(dialogue(turn(ASK))) is None


def test_what_was_taken_in_earlier_visits_was_accepted_too():
    twice = (turn(slate("up")), confirmed("up"), turn(slate("toys")), turn(slate("heat")), confirmed("heat"))
    assert metrics.acceptance(replace(dialogue(*twice, success=True), earlier=("up",))) == pytest.approx(2 / 3)


def test_an_unknown_id_is_off_the_catalogue():
    assert metrics.off_catalogue(FOUND, CATALOG) == 0
    assert metrics.off_catalogue(dialogue(turn(slate("heat", "made-up"))), CATALOG) == 1


@pytest.mark.parametrize("reply", ["", "  ", "{1} is a tense film."])
def test_a_reply_without_its_words_or_titles_is_off_the_catalogue(reply):
    assert metrics.off_catalogue(dialogue(turn(slate("heat"), reply=reply)), CATALOG) == 1


def test_an_item_with_a_disliked_value_is_a_violation():
    offending = dialogue(turn(slate("heat", "airplane"), NO_COMEDIES), turn(slate("up", "toys"), NO_COMEDIES))
    assert metrics.violations(offending, CATALOG) == 3
    assert metrics.violating(offending.turns[0], CATALOG) == ("airplane",)


def test_a_dislike_binds_from_the_turn_in_which_it_is_stated_until_it_is_taken_back():
    fair = dialogue(turn(slate("airplane")), turn(slate("heat"), NO_COMEDIES), turn(slate("airplane")))
    assert metrics.violations(fair, CATALOG) == 0


def test_an_item_of_unknown_mood_violates_no_dislike_of_a_mood():
    record = Record().disliking(Wish("mood", ("scary",)))
    assert metrics.violations(dialogue(turn(slate("shining"), record)), CATALOG) == 0


def test_an_item_that_is_known_to_break_a_condition_does():
    record = Record(required=(Wish("runtime", ("<=100",)), Wish("genre", ("Comedy", "Horror"))))
    held = dialogue(turn(slate("heat", "up", "shining", "made-up"), record))
    assert metrics.breaking(held.turns[0], CATALOG) == ("heat", "shining")
    assert metrics.broken(held, CATALOG) == 2


def test_an_item_of_unknown_length_breaks_no_condition_on_its_length():
    record = Record(required=(Wish("runtime", ("<=100",)),))
    assert metrics.broken(dialogue(turn(slate("casablanca"), record)), CATALOG) == 0


def test_an_item_that_was_seen_or_rejected_is_a_repeat():
    record = Record(seen=frozenset(("heat",)), rejected=frozenset(("up",)))
    repeated = dialogue(turn(slate("heat", "up", "alien"), record), turn(slate("heat"), record))
    assert metrics.repeats(repeated) == 3
    assert metrics.repeating(repeated.turns[0]) == ("heat", "up")
    assert metrics.seen(repeated) == 2


def test_an_item_shown_before_without_a_verdict_is_no_repeat():
    assert metrics.repeats(dialogue(turn(slate("heat")), turn(slate("heat")))) == 0


def test_an_acceptance_is_misheard_when_something_else_is_confirmed():
    wrong = dialogue(turn(slate("heat")), confirmed("up"), success=True)
    ignored = dialogue(turn(slate("heat")), turn(slate("up")), success=True)
    assert metrics.misheard(FOUND) == 0
    assert metrics.misheard(wrong) == metrics.misheard(ignored) == 1
    assert metrics.misheard(dialogue(turn(slate("up")))) == 0


def test_time_is_a_mean_of_turns_and_tokens_are_a_sum_with_a_price():
    held = dialogue(turn(ASK, seconds=0.1, tokens=300), turn(ASK, seconds=0.3, tokens=200))
    assert number("seconds", held) == pytest.approx(0.2)
    assert number("tokens", held) == 500
    assert number("cost", held) == pytest.approx(0.001)


def test_only_the_seconds_differ_between_equal_runs():
    assert [metric.name for metric in METRICS if metric.timing] == ["seconds"]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_gives_a_number_or_nothing_for_any_dialogue(metric):
    assert metric.meaning
    assert metric.better in (-1, 0, 1)
    for held in (FOUND, dialogue(), dialogue(turn(slate("made-up"), NO_COMEDIES, reply=""))):
        value = metric.number(held, CONTEXT)
        assert value is None or (isinstance(value, int | float) and value == value)


def test_the_names_of_metrics_differ():
    assert len(BY_NAME) == len(METRICS)


def test_what_must_never_happen_does_not_happen_in_a_fair_dialogue():
    forbidden = [metric for metric in METRICS if metric.must_be_zero]
    assert {metric.name: metric.number(FOUND, CONTEXT) for metric in forbidden} == {
        "off-catalogue": 0,
        "violations": 0,
        "broken conditions": 0,
        "repeats": 0,
        "seen items": 0,
        "leaks": 0,
    }
