import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from agent.acts import Accepts, Dislikes, Forget, Indifferent, Likes, Prefers, Rejects, Reset, Seen, Stance, Undo
from agent.state import Belief, DialogueState, Turn, replay
from agent.ties import Chosen, Enjoyed, Nearer
from catalog.items import TITLE
from graph.evidence import Evidence, Wish
from graph.questions import Question

START = DialogueState()
DARK, TENSE, HORROR = Wish("mood", ("dark",)), Wish("mood", ("tense",)), Wish("genre", ("Horror",))
HEAT = Wish(TITLE, ("heat",))


def test_what_was_said_becomes_evidence():
    state = START.heard("", (Likes(DARK), Dislikes(HORROR), Likes(HEAT), Seen("up"), Rejects("alien"), Accepts("toys")))
    evidence = state.evidence()
    assert (evidence.wanted, evidence.unwanted, evidence.liked) == ((DARK,), (HORROR,), ("heat",))
    assert evidence.excluded == {"up", "alien", "toys"}


def test_hearing_leaves_the_old_state_as_it_was():
    START.heard("dark", (Likes(DARK),))
    assert START == DialogueState()


def test_a_like_replaces_the_dislike_of_the_same_value_only():
    both = START.heard("", (Dislikes(Wish("mood", ("dark", "tense"))),)).heard("", (Likes(DARK),))
    assert both.beliefs == (Belief(Stance.DISLIKES, TENSE), Belief(Stance.LIKES, DARK))


def test_a_new_bound_replaces_the_old_one():
    state = START.heard("", (Likes(Wish("runtime", ("<=120",))),)).heard("", (Likes(Wish("runtime", ("<=90",))),))
    assert state.evidence().wanted == (Wish("runtime", ("<=90",)),)


def test_undo_takes_back_the_last_thing_that_counted():
    state = START.heard("dark", (Likes(DARK),)).heard("seen Heat", (Seen("heat"),)).heard("hi", ())
    undone = state.heard("undo", (Undo(),))
    assert undone.undone
    assert undone.seen == ()
    assert undone.evidence().wanted == (DARK,)
    again = undone.heard("undo", (Undo(),))
    assert again.evidence().wanted == ()
    assert not again.heard("undo", (Undo(),)).undone


def test_undo_keeps_the_transcript():
    texts = [turn.text for turn in START.heard("dark", (Likes(DARK),)).heard("undo", (Undo(),)).turns]
    assert texts == ["dark", "undo"]


def test_starting_over_forgets_what_was_wished_for():
    state = START.heard("dark", (Likes(DARK), Seen("heat"))).heard("reset", (Reset(),))
    assert (state.beliefs, state.seen) == ((), ("heat",))


def test_one_belief_can_be_withdrawn():
    state = START.heard("", (Likes(DARK), Likes(TENSE))).heard("", (Forget(Stance.LIKES, DARK),))
    assert [belief.wish for belief in state.beliefs] == [TENSE]


def test_options_once_asked_about_are_settled():
    asked = START.heard("", ()).decided(Ask(Question("mood", ("dark", "tense"), 1.0)))
    assert asked.settled == {("mood", "dark"), ("mood", "tense")}
    assert asked.last_ask is not None


def test_a_slate_is_remembered_and_ends_the_round_of_questions():
    state = START.heard("", ()).decided(Ask(Question("mood", ("dark", "tense"), 1.0)))
    state = state.heard("", ()).decided(Recommend((Pick("heat", 0.5),)))
    assert (state.slate, state.shown, state.last_ask) == (("heat",), ("heat",), None)


def test_a_preference_is_evidence_that_can_be_turned_round_taken_back_and_withdrawn():
    state = START.heard("Heat", (Prefers("heat", "alien"),))
    assert state.evidence().preferred == (("heat", "alien"),)
    assert state.heard("Alien", (Prefers("alien", "heat"),)).preferred == (("alien", "heat"),)
    assert state.heard("undo", (Undo(),)).preferred == ()
    (belief,) = state.withdrawable
    assert state.heard("forget", (Forget(belief.stance, belief.wish),)).preferred == ()


def test_where_a_reason_came_from_is_known_after_the_preference_is_withdrawn():
    state = START.heard("Heat", (Prefers("heat", "alien"),)).heard("undo", (Undo(),))
    assert state.ties == {"heat": Nearer("alien")}
    assert state.heard("I love Heat", (Likes(HEAT),)).ties == {}


def test_a_value_that_does_not_matter_leaves_its_facet_to_be_asked_about():
    state = START.heard("", (Likes(DARK),)).heard("don't mind", (Indifferent("mood", ("tense",)),))
    assert state.indifferent == frozenset()
    assert state.heard("don't mind", (Indifferent("mood"),)).indifferent == {"mood"}
    assert state.heard("undo", (Undo(),)).evidence().wanted == (DARK,)


def test_small_talk_leaves_a_question_open_and_a_slate_closes_it():
    asked = START.heard("", ()).decided(Ask(Question("mood", ("dark",))))
    chatted = asked.heard("haha", ()).decided(Reply(ReplyKind.OFFTOPIC))
    assert asked.open_question == chatted.open_question == Question("mood", ("dark",))
    assert chatted.heard("dark", ()).decided(Recommend((Pick("heat", 0.5),))).open_question is None


RETURNED = START.heard("", (Likes(HEAT), Likes(DARK), Seen("alien"), Accepts("up"))).heard("start over", (Reset(),))
UP = Wish(TITLE, ("up",))
MET = frozenset(("up", "alien"))


def test_what_was_liked_and_what_is_known_outlasts_a_new_beginning_and_nothing_else_does():
    assert RETURNED.history == ("up", "heat")
    assert (RETURNED.beliefs, RETURNED.seen, RETURNED.accepted, len(RETURNED.turns)) == ((), ("up", "alien"), (), 1)
    assert RETURNED.evidence() == Evidence(history=("up", "heat"), excluded=MET)


def test_a_second_new_beginning_keeps_the_history_and_adds_to_it():
    assert RETURNED.heard("", (Reset(),)).history == ("up", "heat")
    assert RETURNED.heard("", (Accepts("toys"),)).heard("", (Reset(),)).history == ("up", "heat", "toys")


def test_turns_from_before_a_new_beginning_lead_to_the_same_history():
    turns = (Turn("", (Accepts("up"),)), Turn("", (Likes(HEAT),)), Turn("", (Reset(),)))
    assert replay(turns).history == ("up", "heat")
    assert replay(replay(turns).turns) == replay(turns)


def test_what_was_taken_is_taste_and_is_not_recommended_again():
    evidence = RETURNED.heard("", (Accepts("toys"),)).evidence()
    assert (evidence.history, evidence.excluded) == (("up", "heat", "toys"), MET | {"toys"})


def test_what_was_taken_and_then_refused_is_no_taste():
    state = START.heard("", (Accepts("up"),)).heard("", (Rejects("up"),))
    assert state.evidence().history == ()
    assert state.heard("", (Reset(),)).history == ()


@pytest.mark.parametrize(
    ("act", "liked", "disliked"),
    [(Forget(Stance.LIKES, UP), (), ()), (Dislikes(UP), (), ("up",)), (Likes(UP), ("up",), ())],
)
def test_what_is_forgotten_or_judged_anew_leaves_the_history_until_that_is_undone(act, liked, disliked):
    state = RETURNED.heard("", (act,))
    left = Evidence(liked=liked, disliked=disliked, history=("heat",), excluded=MET)
    assert (state.history, state.evidence()) == (("heat",), left)
    assert state.heard("undo", (Undo(),)).history == ("up", "heat")


def test_what_was_enjoyed_before_can_be_withdrawn_by_itself():
    assert RETURNED.withdrawable == RETURNED.remembered == (Belief(Stance.LIKES, UP), Belief(Stance.LIKES, HEAT))
    assert RETURNED.heard("", (Forget(Stance.DISLIKES, UP),)).history == ("up", "heat")


def test_a_new_beginning_cannot_be_undone():
    state = RETURNED.heard("undo", (Undo(),))
    assert not state.undone
    assert (state.history, state.beliefs) == (("up", "heat"), ())


def test_reasons_know_how_an_item_became_known():
    assert RETURNED.ties == {"up": Enjoyed(), "heat": Enjoyed()}
    state = RETURNED.heard("", (Accepts("toys"), Prefers("heat", "alien"), Likes(UP)))
    assert state.ties == {"heat": Nearer("alien"), "toys": Chosen()}
    assert RETURNED.heard("", (Forget(Stance.LIKES, UP),)).ties["up"] == Enjoyed()


ACTS = st.sampled_from(
    [Likes(DARK), Dislikes(DARK), Likes(HEAT), Seen("up"), Rejects("alien"), Accepts("heat"), Indifferent("mood")]
    + [Prefers("heat", "up"), Prefers("up", "heat"), Indifferent("mood", ("dark",)), Accepts("up"), Dislikes(HEAT)]
    + [Undo(), Reset(), Forget(Stance.LIKES, DARK), Forget(Stance.LIKES, HEAT), Rejects("up")]
)


@given(st.lists(st.lists(ACTS, max_size=2), max_size=8))
def test_replaying_the_turns_gives_the_state(batches):
    state = START
    for batch in batches:
        state = state.heard("", batch).decided(Recommend((Pick("heat", 0.5),))).said("words")
        evidence = state.evidence()
        known = (*evidence.liked, *evidence.disliked, *evidence.history)
        assert len(set(known)) == len(known)
    assert replay(state.turns) == state


def test_whoever_starts_over_is_not_shown_again_what_they_took_saw_or_turned_down():
    acts = (Seen("heat"), Rejects("alien"), Accepts("up"), Likes(Wish("genre", ("Comedy",))))
    state = DialogueState().heard("all of it", acts).heard("start over, no horror", (Reset(), Dislikes(HORROR)))
    assert state.evidence().excluded == {"heat", "alien", "up"}
    assert [belief.wish for belief in state.beliefs] == [HORROR]
    assert replay(state.turns) == state
    assert state.heard("and again", (Reset(),)).evidence().excluded == {"heat", "alien", "up"}
