import pytest

from agent.actions import Ask, Recommend, Reply
from agent.acts import (
    Dislikes,
    Likes,
    Prefers,
    Rejects,
)
from evaluation.gold import Spoken
from evaluation.listening import Chat, LinkerAlone, heard
from evaluation.near import Said
from graph.evidence import Wish
from graph.questions import Form
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
CHAT = Chat(CATALOG)
DARK = Wish("mood", ("dark",))


def parley(text, *items):
    return Spoken("parley", text, items)


def action(*context):
    return CHAT.state_after(context).turns[-1].action


def test_a_text_with_items_shows_them():
    shown = action(parley("{1} is a heist, {2} is a monster.", "heat", "alien"))
    assert isinstance(shown, Recommend)
    assert CHAT.state_after([parley("{1}.", "heat")]).slate == ("heat",)


@pytest.mark.parametrize(
    ("text", "facet", "options", "form"),
    [
        ("Dark or witty? It decides the evening.", "mood", ("dark", "witty"), Form.CHOICE),
        ("Noted. Eighties or nineties?", "decade", ("1980s", "1990s"), Form.CHOICE),
        ("Would you take a comedy?", "genre", ("Comedy",), Form.YES_NO),
        ("Al Pacino or Robert De Niro?", "actor", ("Al Pacino", "Robert De Niro"), Form.CHOICE),
        ("A comedy, or something dark?", "genre", ("Comedy", "dark"), Form.CHOICE),
        ("Heat or Casino?", "title", ("heat", "casino"), Form.COMPARISON),
    ],
)
def test_a_text_that_asks_is_a_question_of_what_it_names(text, facet, options, form):
    asked = action(parley(text))
    assert isinstance(asked, Ask)
    assert (asked.question.facet, asked.question.options, asked.question.form) == (facet, options, form)


def test_two_items_that_are_compared_are_a_question_and_two_that_are_offered_are_shown():
    assert isinstance(action(parley("More {1} or more {2}?", "heat", "alien")), Ask)
    assert isinstance(action(parley("Shall it be {1} or {2}?", "heat", "alien")), Recommend)


@pytest.mark.parametrize("text", ["How long have you got?", "Noted.", "Funny or live action?"])
def test_a_text_that_names_no_two_things_neither_asks_nor_shows(text):
    assert isinstance(action(parley(text)), Reply)


def test_a_title_in_plain_words_is_shown_even_where_it_opens_the_text_as_an_ordinary_word():
    assert CHAT.state_after([parley("I would put on Blade Runner.")]).slate == ("runner",)
    assert CHAT.state_after([parley("Up is a house with balloons.")]).slate == ("up",)


def test_what_the_person_said_before_is_believed():
    state = CHAT.state_after([Spoken("user", "no horror"), parley("Dark or witty?")])
    assert state.evidence().unwanted == (Wish("genre", ("Horror",)),)
    assert state.open_question is not None


def test_chat_reads_an_answer_in_the_words_of_gold():
    read = CHAT.hear([parley("Dark or witty?")], "the second")
    assert (read.intent, read.likes) == ("answer", (Said("mood", "witty"),))


def test_chat_reads_a_verdict_by_place():
    read = CHAT.hear([parley("{1} or {2}.", "heat", "alien")], "seen the second one")
    assert (read.intent, read.seen) == ("reject", ("Alien",))


def test_an_answer_to_a_question_that_names_nothing_is_an_answer():
    assert CHAT.hear([parley("How long have you got?")], "under two hours").intent == "answer"
    assert CHAT.hear([parley("How about {1}?", "heat")], "something witty").intent == "critique"


def test_the_linker_alone_likes_all_that_is_named():
    read = LinkerAlone(CATALOG).hear([], "not Heat, and nothing dark")
    assert read.intent == "request"
    assert read.likes == (Said("title", "Heat"), Said("mood", "dark"))


def test_ids_become_titles_and_years_decades():
    acts = [
        Likes(Wish("title", ("heat",))),
        Likes(Wish("year", (">=2001",))),
        Dislikes(Wish("runtime", (">=120",))),
        Rejects("up"),
        Prefers("alien", "runner"),
    ]
    read = heard(acts, "reject", CATALOG)
    assert read.likes == (Said("title", "Heat"), Said("decade", ">=2000s"), Said("title", "Alien"))
    assert read.dislikes == (Said("runtime", ">=120"),)
    assert read.rejects == ("Up",)


def test_two_years_of_one_decade_are_the_decade():
    acts = [Likes(Wish("year", (">=1993",))), Likes(Wish("year", ("<=1995",)))]
    assert heard(acts, "request", CATALOG).likes == (Said("decade", "1990s"),)


def test_to_refuse_all_other_languages_is_to_want_english():
    subtitles = Wish("language", ("French", "German", "Hindi", "Korean"))
    english = (Said("language", "English"),)
    assert heard([Dislikes(subtitles)], "request", CATALOG).likes == english
    assert heard([Likes(subtitles)], "request", CATALOG).dislikes == english
    assert heard([Dislikes(subtitles)], "request", CATALOG).dislikes == ()
