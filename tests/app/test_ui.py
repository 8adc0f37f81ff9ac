import logging
import uuid

import gradio as gr
import pytest

from agent.actions import Ask
from app.turns import Turns
from app.ui import MAX_MESSAGE, Handlers
from graph.questions import Question
from tests.app.fakes import FakeBot, tiny_catalog

ME = str(uuid.uuid4())
YOU = str(uuid.uuid4())


def handlers(error=None):
    bot = FakeBot(tiny_catalog(), error=error)
    return Handlers(Turns(bot))


def event(**facts):
    return gr.EventData(None, facts)


def last(pages):
    *_, page = pages
    return page


def test_a_turn_first_shows_the_words_of_the_person_and_last_the_reply():
    pages = list(handlers().say("Something like Heat", ME, None))
    assert "Something like Heat" in pages[0][3]
    assert "turn live busy" in pages[0][3]
    assert "would you rather" in pages[-1][3]
    assert "turn live busy" not in pages[-1][3]


def test_only_the_words_are_sent_again_while_they_grow():
    pages = list(handlers().say("Something like Heat", ME, None))
    assert all(page[2] == gr.skip() for page in pages[2:-1])


def test_a_button_is_a_turn_of_its_own():
    page = handlers()
    last(page.say("Heat", ME, None))
    liked = last(page.press(ME, None, event(press="like", item="ronin")))
    assert "I like Ronin (1998)" in liked[3]
    assert "Ronin (1998)" in liked[4]


def test_a_stale_button_only_brings_the_page_up_to_date():
    page = handlers()
    said = last(page.say("Heat", ME, None))
    pages = list(page.press(ME, None, event(press="option", facet="genre", value="Western")))
    assert [shown[3] for shown in pages] == [said[3]]


def test_two_conversations_share_nothing():
    page = handlers()
    last(page.say("Heat", ME, None))
    theirs = page.resume(YOU, None)
    assert "Heat (1995)" not in "".join(theirs[2:5])


def test_a_reload_shows_the_conversation_again():
    page = handlers()
    said = last(page.say("Heat", ME, None))
    assert page.resume(None, ME)[2:5] == said[2:5]


@pytest.mark.parametrize(
    "claim", ["", "me", "../../etc", str(uuid.uuid1()), ME.upper(), f"{{{ME}}}", 7, None, {"id": ME}]
)
def test_what_is_no_random_id_gets_a_new_conversation(claim):
    found = handlers().resume(None, claim)[0]
    assert found != claim
    assert uuid.UUID(found).version == 4


def test_a_new_chat_begins_empty_under_another_id():
    page = handlers()
    last(page.say("Heat", ME, None))
    begun = page.begin()
    assert begun[0] == begun[1] != ME
    assert begun[2] == ""


def test_undo_takes_a_belief_back():
    page = handlers()
    last(page.say("Heat", ME, None))
    assert "Nothing yet" in last(page.undo(ME, None))[4]


def test_a_message_that_is_too_long_is_refused_and_kept():
    words = "x" * (MAX_MESSAGE + 1)
    shown = last(handlers().say(words, ME, None))
    assert "longer than 2,000 characters" in shown[3]
    assert shown[5] == words


def test_an_empty_message_changes_nothing():
    assert list(handlers().say(" \ud800 ", ME, None)) == [gr.skip()]


@pytest.mark.parametrize("error", [OSError("disk"), RuntimeError("memory"), KeyError("a mistake")])
def test_when_a_turn_fails_one_sentence_is_shown_and_the_words_are_kept(error, caplog):
    with caplog.at_level(logging.ERROR):
        shown = last(handlers(error).say("Something like Heat", ME, None))
    assert "something went wrong" in shown[3]
    assert shown[3].count("Something like Heat") == 1
    assert shown[5] == "Something like Heat"
    assert str(error) in caplog.text


def test_the_api_answers_with_what_the_page_would_show():
    page = handlers()
    asked = page.chat("Heat")
    assert asked["action"] == "ask"
    assert len(asked["options"]) >= 2
    shown = page.chat(asked["options"][0], asked["conversation"])
    assert shown["action"] == "recommend"
    assert shown["conversation"] == asked["conversation"]
    assert {"id", "title", "year", "why"} == set(shown["items"][0])


@pytest.mark.parametrize(
    ("message", "conversation", "words"),
    [("", None, "1 to 2,000"), ("x" * 2001, None, "this one has 2,001"), ("hi", "mine", "no conversation id")],
)
def test_the_api_says_what_it_refuses(message, conversation, words):
    with pytest.raises(gr.Error, match=words):
        handlers().chat(message, conversation)


def test_the_api_hides_what_went_wrong_inside():
    with pytest.raises(gr.Error, match="Something went wrong") as caught:
        handlers(OSError("/secret/path")).chat("Heat")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("question", "options"),
    [
        (Question("mood", ("tense", "funny")), ["tense", "funny"]),
        (Question("mood", ("tense",)), ["tense"]),
        (Question("year", ("<=1989", ">=1990")), ["before 1990", "1990 or later"]),
        (Question("title", ("heat", "ronin")), ["Heat", "Ronin"]),
    ],
)
def test_the_api_offers_what_can_be_said(question, options):
    class Asking(FakeBot):
        def _decide(self, state):
            return Ask(question)

    assert Handlers(Turns(Asking(tiny_catalog()))).chat("hello")["options"] == options
