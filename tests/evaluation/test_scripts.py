import random
from dataclasses import replace

from agent.actions import Ask, Reply, ReplyKind
from evaluation.people import Record, Step
from evaluation.scripts import ScriptSeeker
from graph.evidence import Wish
from graph.questions import Question
from tests.evaluation.stage import PLAIN, person, scene, slate

ANIMATED = Step("Something animated", likes=(Wish("genre", ("Animation",)),))
SHORT = Step("Not over 90 minutes.", required=(Wish("runtime", ("<=90",)),))
KIND = Step("and nothing scary", dislikes=(Wish("genre", ("Horror",)), Wish("mood", ("tense",))))
PARENT = person("toys", script=(ANIMATED, SHORT, KIND))
FIRST = Record().wishing(("genre", "Animation"))
SECOND = FIRST.requiring(*SHORT.required)
ALL = SECOND.disliking(*KIND.dislikes)
DONE = (("a", FIRST, slate("heat")), ("b", SECOND, slate("heat")), ("c", ALL, slate("up", "alien")))


def said(where, times=40):
    return [ScriptSeeker().say(replace(where, rng=random.Random(seed))) for seed in range(times)]


def test_each_turn_says_the_next_step_and_the_record_holds_it():
    assert ScriptSeeker().say(scene(PARENT)) == ("Something animated", FIRST)
    assert ScriptSeeker().say(scene(PARENT, *DONE[:1])) == ("Not over 90 minutes.", SECOND)
    assert ScriptSeeker().say(scene(PARENT, *DONE[:2])) == ("and nothing scary", ALL)


def test_first_words_of_the_scenario_come_before_the_script():
    polite = replace(PARENT, opening="Good evening")
    assert ScriptSeeker().say(scene(polite)) == ("Good evening", Record())
    assert ScriptSeeker().say(scene(polite, ("Good evening", Record(), slate("up")))) == (ANIMATED.words, FIRST)


def test_a_question_is_answered_from_what_is_still_to_come_and_the_script_goes_on():
    asked = scene(PARENT, ("a", FIRST, Ask(Question("runtime", ("<=109", ">=110")))))
    for text, record in said(asked):
        assert "ot over 90 minutes" in text
        assert record == SECOND.wishing(("runtime", "<=109"))


def test_what_the_script_does_not_speak_of_does_not_matter():
    for question in (
        Question("mood", ("dark",)),
        Question("genre", ("Horror", "Comedy")),
        Question("year", ("<=1", ">=2")),
    ):
        assert {record for _, record in said(scene(PARENT, ("a", FIRST, Ask(question))))} == {SECOND}


def test_what_the_script_refuses_is_refused():
    asked = scene(PARENT, ("a", FIRST, Ask(Question("genre", ("Horror",)))))
    assert {record for _, record in said(asked)} == {SECOND.disliking(Wish("genre", ("Horror",)))}


def test_what_breaks_a_condition_is_told_in_its_words_and_not_twice_in_a_row():
    texts = [text for text, record in said(scene(PARENT, *DONE)) if record == ALL]
    assert any("not over 90 minutes" in text for text in texts)
    again = scene(PARENT, *DONE, ("But I told you: not over 90 minutes", ALL, slate("up")))
    assert not any("not over 90" in text for text, _ in said(again))


def test_conditions_stay_when_nothing_fits():
    stuck = scene(PARENT, *DONE, ("x", ALL, Reply(ReplyKind.NOTHING_FITS)))
    assert {record for _, record in said(stuck)} == {ALL}


def test_small_talk_after_the_script_changes_nothing():
    chatty = replace(PARENT, config=replace(PLAIN, small_talk=1.0))
    assert {record for _, record in said(scene(chatty, *DONE))} == {ALL}


def test_a_wrong_answer_is_taken_back_once_the_script_is_done():
    wrong = ALL.disliking(Wish("genre", ("Animation",)))
    turn = ("x", wrong, slate("up"))
    for text, record in said(scene(PARENT, *DONE, turn, turn)):
        assert "animation" in text
        assert Wish("genre", ("Animation",)) not in record.dislikes
