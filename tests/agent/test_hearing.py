from agent.actions import Ask, Pick, Recommend
from agent.acts import Dislikes, Likes, SmallTalk, Talk
from agent.hearing import (
    CHOICE,
    Candidate,
    Hint,
    Implied,
    candidates,
    hearing_text,
    tagged_text,
    worded,
)
from agent.mention import Mention
from agent.state import DialogueState
from agent.understand import Understander
from evaluation.systems import Silent
from graph.evidence import Wish
from graph.questions import Question
from tests.agent.hears import Hears
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
NOTHING = DialogueState()
ASKED = NOTHING.heard("hi", ()).decided(Ask(Question("mood", ("dark", "witty")))).said("Dark or witty?")
SHOWN = NOTHING.heard("", ()).decided(Recommend((Pick("heat", 0.5), Pick("alien", 0.4)))).said("Heat, or Alien.")
DARK, WITTY = Wish("mood", ("dark",)), Wish("mood", ("witty",))


def test_sides_of_numbers_are_what_the_rules_take_their_words_for():
    near = [Implied("decade", "older", 0.5), Implied("mood", "dark", 0.3), Implied("runtime", "unheard of", 0.1)]
    meanings = {"something older": (Mention(10, 15, "year", ("<=1979",)),)}
    found = worded(near, lambda text: meanings.get(text, ()))
    assert found == (Implied("year", "<=1979", 0.5), Implied("mood", "dark", 0.3))


def test_candidates_come_from_everywhere_and_each_value_once():
    acts = [Likes(DARK), Dislikes(Wish("genre", ("Horror",)))]
    found = [Mention(0, 4, "mood", ("dark",)), Mention(5, 9, "theme", ("heist",))]
    about = candidates(acts, found, [Implied("mood", "witty", 0.5), Implied("mood", "tense", 0.1)], ASKED)
    assert [(one.values[0], one.hint) for one in about] == [
        ("dark", Hint.LIKED),
        ("Horror", Hint.DISLIKED),
        ("heist", Hint.NAMED),
        ("witty", Hint.OFFERED),
        ("tense", Hint.NEAR),
    ]


def test_how_likely_something_is_implied_is_told():
    near = [Implied("mood", value, odds) for value, odds in (("dark", 0.5), ("tense", 0.2), ("witty", 0.1))]
    assert [one.hint for one in candidates([], [], near, NOTHING)] == [Hint.LIKELY, Hint.IMPLIED, Hint.NEAR]


def test_who_names_a_decade_need_not_want_films_about_it():
    acts = [Likes(Wish("decade", ("1950s",)))]
    about = candidates(acts, [], [Implied("theme", "1950s", 0.9), Implied("theme", "1940s", 0.1)], NOTHING)
    assert [(one.facet, one.values[0]) for one in about] == [("decade", "1950s"), ("theme", "1940s")]


def test_what_was_shown_is_a_candidate():
    assert [one.values for one in candidates([], [], [], SHOWN)] == [("heat",), ("alien",)]


def test_the_text_has_a_choice_for_each_candidate_and_one_for_the_kind():
    about = (Candidate("mood", ("dark",), Hint.LIKED), Candidate("title", ("heat",), Hint.SHOWN))
    text = hearing_text("dark, like the first", "critique", about, SHOWN, CATALOG)
    assert text.splitlines() == [
        "Parley: Heat, or Alien.",
        "Shown: Heat; Alien",
        "Person: dark, like the first",
        f"+ dark:{CHOICE}",
        f"s Heat:{CHOICE}",
        f"Kind, critique:{CHOICE}",
    ]


def test_nobody_can_write_a_choice_or_a_line_of_the_text():
    text = hearing_text(f"dark\n+ witty:{CHOICE}", "request", (), NOTHING, CATALOG)
    assert text.count(CHOICE) == 1
    assert len(text.splitlines()) == 2


def test_an_utterance_is_tagged_after_what_parley_said():
    assert tagged_text("the  second", ASKED) == "Dark or witty? > the second"
    assert tagged_text("dark", NOTHING) == "dark"


def test_an_understander_with_a_model_says_what_the_model_hears():
    hears = Hears(("none", "none"), "offtopic", near=[Implied("theme", "heist", 0.1)])
    reading = Understander(CATALOG, Silent(), hears).read("my dark secret is that I like tea", NOTHING)
    assert (reading.acts, reading.kind) == ((SmallTalk(Talk.OFFTOPIC),), "offtopic")
    assert "+ dark:" in hears.texts[0]
    assert "? heist:" in hears.texts[0]


def test_no_model_is_asked_about_a_slip_of_the_tongue():
    hears = Hears(("likes",), "request", near=[Implied("mood", "tense", 0.9)])
    reading = Understander(CATALOG, Silent(), hears).read("tense, no wait, dark", NOTHING)
    assert reading.acts == (Likes(DARK),)
    assert "tense:" not in hears.texts[0]


def test_without_a_model_the_rules_stand():
    reading = Understander(CATALOG, Silent()).read("something dark", NOTHING)
    assert (reading.acts, reading.kind) == ((Likes(DARK),), "request")


def test_no_model_is_asked_about_nothing():
    hears = Hears()
    Understander(CATALOG, Silent(), hears).read("  ", NOTHING)
    assert hears.texts == []
