import pytest

from agent.actions import Ask, Pick, Recommend
from agent.lexicon import Lexicon
from agent.linker import Linker
from agent.stances import stances
from agent.state import DialogueState
from graph.questions import Question
from tests.catalogs import tiny_catalog

LINKER = Linker(Lexicon(tiny_catalog()))
NOTHING = DialogueState()
CHOICE = NOTHING.heard("hi", ()).decided(Ask(Question("genre", ("Horror", "Romance")))).said("Horror or romance?")

SHOWN = NOTHING.heard("hi", ()).decided(Recommend((Pick("heat", 0.5),))).said("Heat?")


def read(text, state):
    found = LINKER.mentions(text)
    flags = stances(text, found, state)
    return {value: flag for mention, flag in zip(found, flags, strict=True) for value in mention.values}


@pytest.mark.parametrize("text", ["romance. horror gives my dog ideas", "Romance, horror has had me up all week"])
def test_an_option_remarked_on_after_the_choice_is_turned_down(text):
    assert read(text, CHOICE) == {"Romance": False, "Horror": True}


@pytest.mark.parametrize(
    "text",
    ["romance, horror", "romance and horror, why not", "romance, but I like horror as well", "romance. maybe horror"],
)
def test_options_that_are_added_to_the_choice_are_wanted_too(text):
    assert read(text, CHOICE) == {"Romance": False, "Horror": False}


def test_the_same_words_without_a_question_are_two_wishes():
    assert read("romance. horror, for when my sister visits", NOTHING) == {"Romance": False, "Horror": False}


@pytest.mark.parametrize("asked", ["Anything I should keep out?", "Any genre you can't stand?", "What to avoid?"])
def test_what_answers_a_question_for_aversions_is_unwanted(asked):
    state = NOTHING.heard("hi", ()).said(asked)
    assert read("horror, and my landlord", state) == {"Horror": True}


@pytest.mark.parametrize("text", ["nope, give me horror", "horror is fine", "nothing. horror please"])
def test_who_is_asked_for_aversions_may_name_what_is_wanted(text):
    state = NOTHING.heard("hi", ()).said("Anything to avoid?")
    assert read(text, state) == {"Horror": False}


@pytest.mark.parametrize("text", ["romance. No, make it horror", "romance is fine, horror is better"])
def test_who_changes_their_mind_takes_the_other_option(text):
    assert read(text, CHOICE)["Horror"] is False


@pytest.mark.parametrize("text", ["is it scary? I can't do horror this week", "does it get dark? rather not"])
def test_what_is_asked_of_an_item_and_then_declined_is_unwanted(text):
    assert set(read(text, SHOWN).values()) == {True}


@pytest.mark.parametrize("text", ["but is it tense", "how dark is it?", "are they both heartwarming?"])
def test_what_is_only_asked_of_an_item_is_no_wish(text):
    assert set(read(text, SHOWN).values()) == {None}


@pytest.mark.parametrize(
    "text", ["is it tense enough?", "do you have something tense?", "something tense, is that all?"]
)
def test_a_question_that_wishes_for_something_is_a_wish(text):
    assert set(read(text, SHOWN).values()) == {False}


def test_where_nothing_is_shown_a_question_is_a_wish():
    assert read("is it too much to ask for a romance?", NOTHING) == {"Romance": False}
