import numpy as np
import pytest

from agent.actions import Ask, Pick, Recommend
from agent.acts import Accepts, Asks, Dislikes, Likes, Rejects, Reset, Seen, SmallTalk, Talk, Topic, Undo
from agent.hearing import (
    CHOICE,
    STANDS,
    Candidate,
    Heard,
    HearingConfig,
    Hint,
    Implied,
    agreed,
    candidates,
    hearing_text,
    reheard,
    tagged_text,
)
from agent.kinds import KINDS
from agent.mention import Mention
from agent.state import DialogueState
from agent.understand import Understander
from evaluation.systems import Silent
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
NOTHING = DialogueState()
ASKED = NOTHING.heard("hi", ()).decided(Ask(Question("mood", ("dark", "witty")))).said("Dark or witty?")
SHOWN = NOTHING.heard("", ()).decided(Recommend((Pick("heat", 0.5), Pick("alien", 0.4)))).said("Heat, or Alien.")
DARK, WITTY = Wish("mood", ("dark",)), Wish("mood", ("witty",))


class Hears:
    """A model that hears what it is told to."""

    def __init__(self, stands=(), kind="request", near=(), sure=0.97):
        self._stands, self._kind, self._near, self._sure, self.texts = stands, kind, near, sure, []

    def near(self, text):
        return self._near

    def hear(self, text):
        self.texts.append(text)
        return told(self._stands, self._kind, self._sure)


def told(stands, kind, sure=0.97):
    rows = np.full((len(stands), 3), 0.05)
    for place, stand in enumerate(stands):
        rows[place, STANDS.index(stand)] = 0.9
    kinds = np.full(len(KINDS), (1 - sure) / 11)
    kinds[KINDS.index(kind)] = sure
    return Heard(rows, kinds)


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


def test_what_is_heard_replaces_what_the_rules_understood():
    about = (
        Candidate("mood", ("dark",), Hint.LIKED),
        Candidate("mood", ("witty",), Hint.NEAR),
        Candidate("theme", ("heist",), Hint.NAMED),
    )
    acts = (Likes(DARK), Asks(Topic.RECOMMEND))
    heard = told(("dislikes", "likes", "none"), "just_recommend")
    every = HearingConfig(turn=0.7, near=0.5)
    assert reheard(acts, about, heard, every) == (Dislikes(DARK), Asks(Topic.RECOMMEND), Likes(WITTY))


def test_what_is_refused_stays_refused_and_what_is_only_near_is_not_believed():
    about = (
        Candidate("mood", ("dark",), Hint.DISLIKED),
        Candidate("mood", ("witty",), Hint.NEAR),
        Candidate("theme", ("heist",), Hint.LIKED),
        Candidate("genre", ("Crime",), Hint.NAMED),
    )
    acts = (Dislikes(DARK), Likes(Wish("theme", ("heist",))))
    heard = told(("none", "likes", "none", "likes"), "request")
    assert reheard(acts, about, heard) == (Dislikes(DARK), Likes(Wish("genre", ("Crime",))))


def test_a_mood_is_dropped_that_is_not_meant_and_a_name_never():
    wishes = (DARK, Wish("actor", ("Al Pacino",)))
    about = tuple(Candidate(wish.facet, wish.values, Hint.LIKED) for wish in wishes)
    acts, heard = tuple(Likes(wish) for wish in wishes), told(("none", "none"), "request")
    assert reheard(acts, about, heard, HearingConfig(drop=0.8)) == acts[1:]


def test_an_implied_side_of_numbers_is_no_wish():
    about = (Candidate("runtime", ("short",), Hint.IMPLIED),)
    assert reheard((), about, told(("likes",), "request"), HearingConfig(implied=0.5)) == ()


def test_what_is_likely_implied_is_believed_sooner_than_what_is_only_near():
    about = (Candidate("mood", ("dark",), Hint.IMPLIED), Candidate("mood", ("witty",), Hint.NEAR))
    heard = told(("likes", "likes"), "request")
    assert reheard((), about, heard, HearingConfig(implied=0.8, near=1.1)) == (Likes(DARK),)


def test_an_utterance_is_tagged_after_what_parley_said():
    assert tagged_text("the  second", ASKED) == "Dark or witty? > the second"
    assert tagged_text("dark", NOTHING) == "dark"


@pytest.mark.parametrize(
    ("acts", "kind", "state", "expected"),
    [
        ((), "reset", SHOWN, (Reset(),)),
        ((), "reset", NOTHING, ()),
        ((Likes(DARK),), "reset", SHOWN, (Likes(DARK),)),
        ((), "undo", SHOWN, (Undo(),)),
        ((Asks(Topic.RECOMMEND),), "accept", SHOWN, (Asks(Topic.RECOMMEND),)),
        ((Dislikes(DARK),), "undo", SHOWN, (Dislikes(DARK),)),
        ((), "just_recommend", ASKED, (Asks(Topic.RECOMMEND),)),
        ((), "why", SHOWN, (Asks(Topic.WHY_ITEM, "heat"),)),
        ((), "why", ASKED, (Asks(Topic.WHY_QUESTION),)),
        ((), "accept", SHOWN, (Accepts("heat"),)),
        ((Asks(Topic.ABOUT, "alien"),), "accept", SHOWN, (Accepts("alien"),)),
        ((), "accept", NOTHING, ()),
        ((SmallTalk(Talk.THANKS),), "accept", SHOWN, (SmallTalk(Talk.THANKS),)),
        ((), "reject", SHOWN, (Rejects("heat"), Rejects("alien"))),
        ((Accepts("heat"),), "reject", SHOWN, (Rejects("heat"), Rejects("alien"))),
        ((Seen("alien"), Accepts("heat")), "reject", SHOWN, (Seen("alien"),)),
        ((), "thanks", SHOWN, (SmallTalk(Talk.THANKS),)),
        ((Likes(DARK),), "offtopic", NOTHING, (Likes(DARK),)),
        ((Accepts("heat"),), "critique", SHOWN, ()),
        ((Rejects("heat"), SmallTalk(Talk.THANKS)), "critique", SHOWN, (Rejects("heat"),)),
    ],
)
def test_acts_are_made_to_agree_with_what_is_heard(acts, kind, state, expected):
    other = "greet" if kind != "greet" else "why"
    assert agreed(acts, told((), kind), other, state) == expected


def test_what_the_rules_saw_stays_where_the_model_is_unsure_or_of_one_mind():
    acts = (Accepts("heat"),)
    assert agreed(acts, told((), "reject", sure=0.5), "accept", SHOWN) == acts
    assert agreed(acts, told((), "accept"), "accept", SHOWN) == acts


def test_an_understander_with_a_model_says_what_the_model_hears():
    hears = Hears(("none", "none"), "offtopic", near=[Implied("theme", "heist", 0.1)])
    reading = Understander(CATALOG, Silent(), hears).read("my dark secret is that I like tea", NOTHING)
    assert (reading.acts, reading.kind) == ((SmallTalk(Talk.OFFTOPIC),), "offtopic")
    assert "+ dark:" in hears.texts[0]
    assert "? heist:" in hears.texts[0]


@pytest.mark.parametrize("text", ["hmm", "Oh... well", "let me think!", "maybe", "I don't know"])
def test_who_hesitates_takes_nothing(text):
    reading = Understander(CATALOG, Silent(), Hears(("none", "none"), "accept", sure=0.99)).read(text, SHOWN)
    assert not any(isinstance(act, Accepts) for act in reading.acts)


def test_what_is_shown_is_taken_only_where_the_model_is_very_sure():
    assert agreed((), told((), "accept", sure=0.9), "critique", SHOWN) == ()
    assert agreed((), told((), "accept", sure=0.97), "critique", SHOWN) == (Accepts("heat"),)


def test_without_a_model_the_rules_stand():
    reading = Understander(CATALOG, Silent()).read("something dark", NOTHING)
    assert (reading.acts, reading.kind) == ((Likes(DARK),), "request")


def test_no_model_is_asked_about_nothing():
    hears = Hears()
    Understander(CATALOG, Silent(), hears).read("  ", NOTHING)
    assert hears.texts == []
