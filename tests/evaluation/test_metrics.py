import pytest

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from evaluation import metrics
from evaluation.people import Record
from evaluation.simulator import Dialogue, Exchange
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
NOTHING_SAID = Record()
NO_COMEDIES = NOTHING_SAID.disliking(Wish("genre", ("Comedy",)))
ASK = Ask(Question("mood", ("tense", "dark"), 1.0))


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


def turn(action, record=NOTHING_SAID, reply="Words."):
    return Exchange("text", record, action, reply, 0.01)


def dialogue(*turns, success=False):
    return Dialogue("heat", turns, success)


FOUND = dialogue(
    turn(ASK), turn(slate("alien", "heat")), turn(Reply(ReplyKind.CONFIRM, Pick("heat", 0.0))), success=True
)


def test_success_counts_the_turns_up_to_the_recommendation():
    assert metrics.turns(FOUND) == 2
    assert metrics.success(FOUND) == 1.0
    assert metrics.success(FOUND, within=2) == 1.0
    assert metrics.success(FOUND, within=1) == 0.0


def test_a_dialogue_in_vain_has_no_success_however_long():
    lost = dialogue(turn(ASK), turn(slate("alien")))
    assert metrics.turns(lost) == 2
    assert metrics.success(lost, within=99) == 0.0


def test_questions_and_slates_are_counted():
    assert metrics.questions(FOUND) == 1
    assert metrics.recommendations(FOUND) == 1


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


def test_an_item_that_was_seen_or_rejected_is_a_repeat():
    record = Record(seen=frozenset(("heat",)), rejected=frozenset(("up",)))
    repeated = dialogue(turn(slate("heat", "up", "alien"), record), turn(slate("heat"), record))
    assert metrics.repeats(repeated) == 3
    assert metrics.repeating(repeated.turns[0]) == ("heat", "up")


def test_an_item_shown_before_without_a_verdict_is_no_repeat():
    assert metrics.repeats(dialogue(turn(slate("heat")), turn(slate("heat")))) == 0


def test_an_acceptance_is_misheard_when_something_else_is_confirmed():
    wrong = dialogue(turn(slate("heat")), turn(Reply(ReplyKind.CONFIRM, Pick("up", 0.0))), success=True)
    ignored = dialogue(turn(slate("heat")), turn(slate("up")), success=True)
    assert metrics.misheard(FOUND) == 0
    assert metrics.misheard(wrong) == metrics.misheard(ignored) == 1
    assert metrics.misheard(dialogue(turn(slate("up")))) == 0
