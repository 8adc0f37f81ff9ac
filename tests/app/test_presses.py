import pytest

from agent.actions import Ask
from agent.acts import (
    Accepts,
    Asks,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Prefers,
    Rejects,
    Reset,
    Seen,
    Stance,
    Topic,
)
from agent.state import Belief, DialogueState
from app.presses import Said, belief_key, pressed
from graph.evidence import Wish
from graph.questions import Question
from tests.app.fakes import tiny_catalog

CATALOG = tiny_catalog()
WANTS = Wish("mood", ("tense", "bleak"))
STATE = (
    DialogueState().heard("tense or bleak", (Likes(WANTS),)).decided(Ask(Question("genre", ("Crime", "Comedy"), 1.0)))
)
HEAT = Wish("title", ("heat",))


def press(state=STATE, **facts):
    return pressed(facts, state, CATALOG)


@pytest.mark.parametrize(
    ("name", "text", "acts"),
    [
        ("like", "I like Heat (1995)", (Likes(HEAT), Seen("heat"))),
        ("reject", "Not Heat (1995)", (Rejects("heat"),)),
        ("seen", "I have seen Heat (1995)", (Seen("heat"),)),
        ("more", "More like Heat (1995)", (Likes(HEAT), Asks(Topic.MORE))),
    ],
)
def test_the_buttons_of_a_card(name, text, acts):
    assert press(press=name, item="heat") == Said(text, acts)


def test_the_answers_to_a_question():
    either = Likes(Wish("genre", ("Crime", "Comedy")))
    neither = (Dislikes(Wish("genre", ("Crime",))), Dislikes(Wish("genre", ("Comedy",))))
    assert press(press="option", facet="genre", value="Crime") == Said("Crime", (Likes(Wish("genre", ("Crime",))),))
    assert press(press="either") == Said("Either", (either,))
    assert press(press="neither") == Said("Neither", neither)
    assert press(press="whatever") == Said("The genre does not matter", (Indifferent("genre"),))
    assert press(press="recommend") == Said("Just recommend something", (Asks(Topic.RECOMMEND),))
    assert press(press="why-question") == Said("Why do you ask?", (Asks(Topic.WHY_QUESTION),))


def asking(question):
    return DialogueState().heard("hello", ()).decided(Ask(question))


YEARS, FILMS = Question("year", ("<=1989", ">=1990")), Question("title", ("heat", "collateral"))


@pytest.mark.parametrize(
    ("question", "facts", "said"),
    [
        (Question("mood", ("tense",)), {"press": "yes"}, Said("Yes", (Likes(Wish("mood", ("tense",))),))),
        (Question("mood", ("tense",)), {"press": "no"}, Said("No", (Dislikes(Wish("mood", ("tense",))),))),
        (
            Question("mood", ("tense",)),
            {"press": "whatever"},
            Said("It does not matter", (Indifferent("mood", ("tense",)),)),
        ),
        (
            YEARS,
            {"press": "option", "facet": "year", "value": "<=1989"},
            Said("before 1990", (Likes(Wish("year", ("<=1989",))),)),
        ),
        (YEARS, {"press": "whatever"}, Said("The year does not matter", (Indifferent("year"),))),
        (
            FILMS,
            {"press": "option", "facet": "title", "value": "heat"},
            Said("Heat", (Prefers("heat", "collateral"),)),
        ),
        (FILMS, {"press": "neither"}, Said("Neither", (Indifferent("title", ("heat", "collateral")),))),
        (FILMS, {"press": "unsure"}, Said("I can’t say", (Indifferent("title", ("heat", "collateral")),))),
    ],
)
def test_the_answers_to_every_form_of_question(question, facts, said):
    assert press(asking(question), **facts) == said


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        (FILMS, {"press": "option", "facet": "title", "value": "ronin"}),
        (FILMS, {"press": "whatever"}),
        (FILMS, {"press": "yes"}),
        (YEARS, {"press": "option", "facet": "year", "value": "<=1950"}),
        (YEARS, {"press": "no"}),
        (Question("mood", ("tense",)), {"press": "either"}),
    ],
)
def test_what_a_question_does_not_offer_is_no_answer_to_it(question, facts):
    assert press(asking(question), **facts) is None


def test_a_preference_is_forgotten_by_its_button():
    state = asking(FILMS).heard("Heat", (Prefers("heat", "collateral"),))
    (belief,) = state.withdrawable
    said = press(state, press="forget", belief=belief_key(belief))
    assert said.text == "Forget that I want more like Heat (1995) than Collateral (2004)"
    assert state.heard(said.text, said.acts).preferred == ()


def test_a_belief_is_forgotten_by_what_it_says():
    key = belief_key(Belief(Stance.LIKES, WANTS))
    said = Said("Forget that I want tense or bleak", (Forget(Stance.LIKES, WANTS),))
    assert press(press="forget", belief=key) == said


def test_a_film_that_was_enjoyed_before_is_forgotten_by_its_button_and_no_other_is():
    state = DialogueState().heard("Heat it is", (Accepts("heat"),)).heard("start over", (Reset(),))
    said = press(state, press="forget", belief=belief_key(Belief(Stance.LIKES, HEAT)))
    assert said == Said("Forget that I went for Heat (1995)", (Forget(Stance.LIKES, HEAT),))
    forgotten = state.heard(said.text, said.acts)
    for other in (Belief(Stance.DISLIKES, HEAT), Belief(Stance.LIKES, Wish("title", ("ronin",)))):
        assert press(state, press="forget", belief=belief_key(other)) is None
    assert press(forgotten, press="forget", belief=belief_key(Belief(Stance.LIKES, HEAT))) is None


def test_an_opener_is_understood_like_typed_words():
    assert press(press="say", text=" A 1970s thriller\ud800 ") == Said("A 1970s thriller")


@pytest.mark.parametrize(
    "facts",
    [
        None,
        "like",
        [],
        {},
        {"press": "like"},
        {"press": "like", "item": "no such film"},
        {"press": "like", "item": ["heat"]},
        {"press": "delete", "item": "heat"},
        {"press": "option", "facet": "genre", "value": "Western"},
        {"press": "option", "facet": "mood", "value": "Crime"},
        {"press": "forget", "belief": '["likes", "mood", "sweet"]'},
        {"press": "say", "text": "  "},
        {"press": "say", "text": {"path": "/etc/passwd"}},
    ],
)
def test_a_press_that_fits_nothing_means_nothing(facts):
    assert pressed(facts, STATE, CATALOG) is None


def test_an_answer_means_nothing_when_no_question_is_open():
    assert press(DialogueState(), press="either") is None
