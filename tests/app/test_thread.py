import re
from dataclasses import replace

import pytest

from agent.actions import Ask, Pick, Recommend, Relaxation, Reply, ReplyKind
from agent.acts import Accepts, Dislikes, Likes, Prefers, Reset, Seen, Undo
from agent.state import DialogueState
from app.panel import panel
from app.thread import View, chips, live, openers, past, waiting
from catalog.items import Catalog, Item
from graph.evidence import Wish
from graph.questions import Question
from tests.app.fakes import tiny_catalog

CATALOG = tiny_catalog()
ASK = Ask(Question("mood", ("tense", "funny", "<b>odd</b>"), 1.0), candidates=7)
ASKED = DialogueState().heard("hello", ()).decided(ASK).said("Tense or funny?")
SHOWN = ASKED.heard("tense", (Likes(Wish("mood", ("tense",))),)).decided(Recommend((Pick("heat", 0.5),)))


def presses(markup):
    return re.findall(r'data-press="([^"]*)"', markup)


def test_before_any_turn_there_is_a_greeting_with_four_openers():
    markup = live(CATALOG, View(DialogueState()))
    assert presses(markup) == ["say"] * 4
    assert "Something like Heat, but funnier" in markup


def test_openers_of_another_catalogue_come_from_its_items():
    items = (Item("a", "Dune", facets={"genre": ("SF",)}, popularity=1.0), Item("b", "Emma", facets={"genre": ("SF",)}))
    assert openers(Catalog("books", items)) == ("Something like Dune", "Something like Emma", "I feel like: SF")


def test_a_question_comes_with_its_answers_once_it_is_said():
    options = ["option"] * 3 + ["either", "neither", "whatever", "recommend", "why-question"]
    assert presses(live(CATALOG, View(ASKED))) == options
    assert presses(live(CATALOG, View(ASKED, busy=True))) == []
    assert "<b>" not in live(CATALOG, View(ASKED))


@pytest.mark.parametrize(
    ("question", "offered", "words"),
    [
        (Question("mood", ("tense",)), ["yes", "no", "whatever"], ["Yes", "No", "Doesn’t matter"]),
        (
            Question("year", ("<=1989", ">=1990")),
            ["option", "option", "whatever"],
            ["before 1990", "1990 or later", "Doesn’t matter"],
        ),
        (
            Question("title", ("heat", "ronin")),
            ["option", "option", "neither", "unsure"],
            ["Heat", "Ronin", "Neither", "Can’t say"],
        ),
    ],
)
def test_every_form_of_question_has_its_answers(question, offered, words):
    markup = chips(CATALOG, DialogueState().heard("hello", ()).decided(Ask(question)))
    assert presses(markup) == [*offered, "recommend", "why-question"]
    assert re.findall(r">([^<]+)</button>", markup) == [*words, "Just recommend", "Why this question?"]


@pytest.mark.parametrize(
    ("question", "summary"),
    [
        (Question("mood", ("tense",)), "The answer tells apart tense and the rest."),
        (
            Question("year", ("<=1989", ">=1990")),
            "The answer about the year tells apart before 1990 and 1990 or later.",
        ),
        (Question("title", ("heat", "ronin")), "The answer tells apart what is like Heat and what is like Ronin."),
    ],
)
def test_every_form_of_question_is_drawn_when_it_is_explained(question, summary):
    ask = Ask(question, candidates=7)
    state = DialogueState().heard("hello", ()).decided(ask)
    assert summary in live(CATALOG, View(state.heard("why", ()).decided(Reply(ReplyKind.WHY_QUESTION, asked=ask))))


def test_a_question_about_films_that_are_gone_can_still_be_shown():
    state = DialogueState().heard("hello", ()).decided(Ask(Question("title", ("heat", "gone"))))
    assert ">gone</button>" in chips(CATALOG, state)


def test_a_preference_stands_in_the_panel_and_can_be_taken_back():
    state = DialogueState().heard("Heat", (Prefers("heat", "ronin"),))
    markup = panel(CATALOG, state)
    assert "More like Heat (1995) than Ronin (1998)" in markup
    assert presses(markup) == ["forget"]


def test_cards_stand_before_the_words_so_that_growing_words_move_nothing():
    markup = live(CATALOG, View(SHOWN, busy=True).growing("Try Heat"))
    assert markup.index('class="slate"') < markup.index("Try Heat")


def test_a_screen_reader_hears_a_reply_once_and_whole():
    heard = [re.search(r'role="status">([^<]*)<', live(CATALOG, view))[1] for view in (
        waiting(ASKED, "tense"), View(SHOWN, busy=True).growing("Try"), View(SHOWN).growing("Try Heat"))]  # fmt: skip
    assert heard == ["Parley is thinking", "", "Try Heat"]


def test_earlier_turns_keep_their_cards_but_not_their_answers():
    state = SHOWN.heard("why?", ()).decided(Reply(ReplyKind.GREET))
    markup = past(CATALOG, View(state))
    assert "Tense or funny?" in markup
    assert set(presses(markup)) == {"like", "reject", "seen", "more"}


def test_a_turn_that_was_taken_back_is_marked():
    state = SHOWN.heard("undo", (Undo(),)).decided(Reply(ReplyKind.GREET))
    assert "taken back" in past(CATALOG, View(state))


def test_why_a_question_is_drawn():
    state = ASKED.heard("why", ()).decided(Reply(ReplyKind.WHY_QUESTION, asked=ASK))
    markup = live(CATALOG, View(state))
    assert "still possible: 7 films" in markup
    assert "why-question" not in presses(markup)


def test_why_an_item_is_drawn():
    state = SHOWN.heard("why", ()).decided(Reply(ReplyKind.WHY_ITEM, pick=Pick("heat", 0.5)))
    assert 'class="inset"' in live(CATALOG, View(state))


def test_when_nothing_fits_the_way_out_is_a_button():
    unwanted = Wish("mood", ("bleak",))
    state = ASKED.heard("nothing bleak", (Dislikes(unwanted),))
    state = state.decided(Reply(ReplyKind.NOTHING_FITS, relaxation=Relaxation(unwanted, 12)))
    markup = live(CATALOG, View(state))
    assert presses(markup) == ["forget"]
    assert "brings back 12 films" in markup


def test_what_went_wrong_is_said_and_the_words_of_the_person_stay():
    view = replace(waiting(ASKED, "a <i>crime</i> film"), busy=False, trouble="Sorry.")
    markup = live(CATALOG, view)
    assert "a &lt;i&gt;crime&lt;/i&gt; film" in markup
    assert 'role="alert">Sorry.' in markup


def test_every_belief_can_be_removed_and_what_was_seen_is_listed():
    acts = (
        Likes(Wish("title", ("heat",))),
        Seen("heat"),
        Seen("ronin"),
        Dislikes(Wish("mood", ("bleak",))),
        Likes(Wish("runtime", ("<=100",))),
    )
    markup = panel(CATALOG, DialogueState().heard("", acts))
    assert presses(markup) == ["forget"] * 3
    for words in ("Heat (1995)", "Ronin (1998)", "bleak", "at most 100 minutes", "You have seen"):
        assert words in markup
    assert 'aria-label="Forget: does not want bleak"' in markup


def test_without_beliefs_the_panel_says_what_it_is_for():
    assert "Nothing yet" in panel(CATALOG, DialogueState())


def test_what_was_enjoyed_before_has_its_own_group_with_a_button_for_each():
    took = DialogueState().heard("", (Accepts("heat"), Accepts("ronin")))
    assert "You went for before" not in panel(CATALOG, took)
    markup = panel(CATALOG, took.heard("start over", (Reset(),)))
    group = re.search(r"<section><h3>You went for before</h3>(.*?)</section>", markup)[1]
    assert presses(group) == presses(markup) == ["forget"] * 2
    assert re.findall(r'aria-label="(Forget[^"]*)"', group) == [
        "Forget: went for Heat (1995)",
        "Forget: went for Ronin (1998)",
    ]
    assert '<span class="count">2</span>' in markup
