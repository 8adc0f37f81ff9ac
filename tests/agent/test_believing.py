import pytest

from agent.actions import Ask, Pick, Recommend
from agent.acts import Accepts, Asks, Dislikes, Likes, Rejects, Reset, Seen, SmallTalk, Talk, Topic, Undo
from agent.believing import HearingConfig, agreed, reheard, without_asides
from agent.hearing import Candidate, Hearing, Hint
from agent.state import DialogueState
from agent.understand import Understander
from evaluation.systems import Silent
from graph.evidence import Wish
from graph.questions import Question
from tests.agent.hears import Hears, told
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
NOTHING = DialogueState()
ASKED = NOTHING.heard("hi", ()).decided(Ask(Question("mood", ("dark", "witty")))).said("Dark or witty?")
SHOWN = NOTHING.heard("", ()).decided(Recommend((Pick("heat", 0.5), Pick("alien", 0.4)))).said("Heat, or Alien.")
DARK, WITTY = Wish("mood", ("dark",)), Wish("mood", ("witty",))


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


def test_an_implied_side_of_numbers_must_be_likely_and_is_never_refused():
    about = (Candidate("runtime", ("<=100",), Hint.IMPLIED),)
    short = Likes(Wish("runtime", ("<=100",)))
    assert reheard((), about, told(("likes",), "request"), HearingConfig(side=0.5)) == (short,)
    assert reheard((), about, told(("likes",), "request"), HearingConfig(side=1.1)) == ()
    assert reheard((), about, told(("dislikes",), "request"), HearingConfig(side=0.5)) == ()


def test_what_is_likely_implied_is_believed_sooner_than_what_is_only_near():
    about = (Candidate("mood", ("dark",), Hint.IMPLIED), Candidate("mood", ("witty",), Hint.NEAR))
    heard = told(("likes", "likes"), "request")
    assert reheard((), about, heard, HearingConfig(implied=0.8, near=1.1)) == (Likes(DARK),)


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


@pytest.mark.parametrize("text", ["hmm", "Oh... well", "let me think!", "maybe", "I don't know"])
def test_who_hesitates_takes_nothing(text):
    reading = Understander(CATALOG, Silent(), Hears(("none", "none"), "accept", sure=0.99)).read(text, SHOWN)
    assert not any(isinstance(act, Accepts) for act in reading.acts)


def test_what_is_shown_is_taken_only_where_the_model_is_very_sure():
    assert agreed((), told((), "accept", sure=0.9), "critique", SHOWN) == ()
    assert agreed((), told((), "accept", sure=0.97), "critique", SHOWN) == (Accepts("heat"),)


def test_what_is_taken_in_words_is_taken_unless_the_model_is_very_sure_that_it_is_not():
    acts = (Accepts("heat"),)
    assert agreed(acts, told((), "critique", sure=0.9), "accept", SHOWN) == acts
    assert agreed(acts, told((), "critique", sure=0.97), "accept", SHOWN) == ()


LEDGER = Wish("actor", ("Heath Ledger",))


def said(text, *acts, taken=()):
    return Hearing(acts, "request", (), "", text, taken)


@pytest.mark.parametrize("kind", ["accept", "why", "thanks", "offtopic", "undo"])
def test_in_utterances_that_wish_for_nothing_what_is_named_is_no_wish(kind):
    acts = (Likes(LEDGER), Dislikes(DARK), Accepts("heat"))
    text = said("ah, Heath Ledger", *acts)
    assert without_asides(text, acts, told((), kind), SHOWN) == acts[1:]
    assert without_asides(text, acts, told((), kind, sure=0.6), SHOWN) == acts


def test_a_side_of_the_numbers_is_a_wish_whatever_the_kind():
    acts = (Likes(Wish("runtime", ("<=100",))),)
    text = said("he nods off at the hundred minute mark", *acts)
    assert without_asides(text, acts, told((), "accept"), SHOWN) == acts


def test_who_refuses_what_is_shown_complains_of_moods_and_may_wish_for_people():
    acts = (Likes(LEDGER), Likes(DARK))
    assert without_asides(said("so dark", *acts), acts, told((), "reject"), SHOWN) == acts[:1]
    assert without_asides(said("so dark", *acts), acts, told((), "reject"), ASKED) == acts


@pytest.mark.parametrize("text", ["no. unless it's dark I'm out", "not these, something dark", "nah, give me dark"])
def test_who_asks_for_something_wishes_for_it_whatever_the_kind(text):
    acts = (Likes(DARK),)
    assert without_asides(said(text, *acts), acts, told((), "reject"), SHOWN) == acts


def test_an_aside_keeps_nobody_from_taking_a_film():
    acts, accepts = (Likes(LEDGER),), told((), "accept", sure=0.8)
    taking = said("the second then, Heath Ledger is in it", *acts, taken=("alien",))
    assert without_asides(taking, acts, accepts, SHOWN) == (Accepts("alien"),)
    assert without_asides(said("Heath Ledger is in it", *acts), acts, accepts, SHOWN) == ()


def test_wishes_stay_wishes():
    acts = (Likes(DARK),)
    assert without_asides(said("dark", *acts), acts, told((), "critique"), SHOWN) == acts
