from dataclasses import replace

import pytest

from agent.actions import Ask, Note, Pick, Recommend, Reply, ReplyKind
from agent.acts import Accepts, Asks, Dislikes, Indifferent, Likes, Mentions, Rejects, Seen, SmallTalk, Talk, Topic
from agent.policy import PolicyConfig, decide
from agent.state import DialogueState
from catalog.items import TITLE
from graph.asking import QuestionConfig
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.lookahead import LookaheadConfig
from graph.paths import holds
from graph.planner import PlannerConfig
from graph.questions import Question
from graph.walk import posterior
from tests.catalogs import tiny_catalog

GRAPH = AttributeGraph(tiny_catalog())
EAGER = QuestionConfig(ease=1.0, eases={})


def showing(count):
    """Return a policy that asks rather than guesses, everything being answered and only one film being good enough."""
    return PolicyConfig(planner=PlannerConfig(lookahead=LookaheadConfig(10, count, haste=0.0), questions=EAGER))


CAUTIOUS = showing(1)
START = DialogueState()


def decided(state, config=CAUTIOUS):
    return decide(GRAPH, state, posterior(GRAPH, state.evidence()), config)


def shown(*item_ids):
    return START.heard("", ()).decided(Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids)))


def test_a_vague_opening_is_answered_with_a_question():
    action = decided(START.heard("hm", ()))
    assert isinstance(action, Ask)
    assert action.candidates > 1


def test_a_question_carries_paths_that_exist():
    action = decided(START.heard("a comedy", (Likes(Wish("genre", ("Comedy",))),)))
    assert isinstance(action, Ask)
    assert action.paths
    assert all(holds(GRAPH, path) for path in action.paths)
    assert [path.weight for path in action.paths] == sorted((path.weight for path in action.paths), reverse=True)


def test_once_a_film_stands_out_it_is_recommended():
    wishes = (Likes(Wish("director", ("Michael Mann",))), Likes(Wish("genre", ("Crime",))))
    action = decided(START.heard("", wishes))
    assert isinstance(action, Recommend)
    assert action.picks[0].item_id == "heat"


def test_questions_give_way_to_films_as_the_turns_run_out():
    state = START.heard("hm", ())
    for _ in range(CAUTIOUS.planner.lookahead.turns):
        action = decided(state)
        if isinstance(action, Recommend):
            break
        state = state.decided(action).heard("hm", ())
    assert isinstance(action, Recommend)


def test_after_a_slate_that_missed_a_question_may_follow():
    state = shown("heat").heard("no", (Rejects("heat"),))
    assert isinstance(decided(state), Ask)


def test_the_same_facet_is_not_asked_about_again_and_again():
    state, facets = START.heard("hm", ()), []
    weary = replace(CAUTIOUS, patience_with_facet=0.0)
    while isinstance(action := decided(state, weary), Ask):
        facets.append(action.question.facet)
        state = state.decided(action).heard("hm", ())
    assert facets
    assert len(set(facets)) == len(facets)


def test_patience_with_questions_ends():
    state = START.heard("hm", ())
    first = decided(state)
    assert isinstance(first, Ask)
    assert isinstance(decided(state.decided(first).heard("hm", ()), replace(CAUTIOUS, patience=0.0)), Recommend)


def test_turns_are_counted_anew_once_a_film_was_taken():
    state = START
    for _ in range(12):
        state = state.heard("next", ()).decided(Recommend(()))
    assert isinstance(
        decided(state.heard("that one", (Accepts("alien"),)).decided(Reply(ReplyKind.CONFIRM)).heard("hm", ())), Ask
    )


def test_asking_for_a_recommendation_gets_one():
    assert isinstance(decided(START.heard("just pick", (Asks(Topic.RECOMMEND),))), Recommend)


def test_a_facet_of_no_interest_is_not_asked_about_again():
    state = START.heard("", ())
    first = decided(state)
    after = state.decided(first).heard("don't care", (Indifferent(first.question.facet),))
    second = decided(after, replace(CAUTIOUS, patience_unanswered=1.0))
    assert isinstance(second, Ask)
    assert second.question.facet != first.question.facet


def test_whoever_does_not_answer_is_shown_something():
    state = START.heard("", ())
    asked = state.decided(decided(state))
    assert isinstance(decided(asked.heard("hm", ())), Recommend)
    assert isinstance(decided(asked.heard("hm", ()), replace(CAUTIOUS, patience_unanswered=1.0)), Ask)


def test_seen_rejected_and_disliked_films_are_not_recommended():
    told = (Seen("heat"), Rejects("casino"), Dislikes(Wish("genre", ("Horror",))), Asks(Topic.RECOMMEND))
    action = decided(START.heard("", told), showing(12))
    ids = {pick.item_id for pick in action.picks}
    assert ids
    assert not ids & {"heat", "casino", "alien", "shining"}


def test_what_was_shown_comes_back_only_when_nothing_fresh_is_left():
    state = shown("toys", "up").heard("more", (Asks(Topic.MORE),))
    assert not {pick.item_id for pick in decided(state).picks} & {"toys", "up"}


def test_picks_come_with_the_paths_that_led_to_them():
    wish = Wish("theme", ("heist",))
    action = decided(START.heard("", (Likes(wish), Likes(Wish(TITLE, ("casino",))), Asks(Topic.RECOMMEND))))
    assert action.picks[0].item_id == "heat"
    starts = {path.nodes[0] for path in action.picks[0].paths}
    assert len(starts) == 2


def test_wishes_that_no_pick_fulfils_are_admitted():
    told = (Likes(Wish("theme", ("heist",))), Likes(Wish("mood", ("whimsical",))), Likes(Wish("genre", ("Western",))))
    action = decided(START.heard("", told), showing(3))
    assert [remark.about for remark in action.remarks if remark.note == Note.CLOSEST] == ["a Western"]


def test_when_nothing_fits_the_costliest_dislike_is_named_and_kept():
    everything = tuple(Seen(item.id) for item in GRAPH.catalog if item.id != "alien")
    action = decided(START.heard("", (*everything, Dislikes(Wish("genre", ("Horror",))))))
    assert isinstance(action, Reply)
    assert action.kind == ReplyKind.NOTHING_FITS
    assert (action.relaxation.wish, action.relaxation.regained) == (Wish("genre", ("Horror",)), 1)


@pytest.mark.parametrize(
    ("talk", "kind"),
    [(Talk.GREET, ReplyKind.GREET), (Talk.THANKS, ReplyKind.THANKS), (Talk.OFFTOPIC, ReplyKind.OFFTOPIC)],
)
def test_small_talk_gets_small_talk(talk, kind):
    assert decided(START.heard("", (SmallTalk(talk),))).kind == kind


def test_taking_a_film_is_confirmed():
    action = decided(shown("heat").heard("yes", (Accepts("heat"),)))
    assert (action.kind, action.pick.item_id) == (ReplyKind.CONFIRM, "heat")


def test_why_is_answered_for_the_film_and_for_the_question():
    action = decided(shown("heat").heard("why", (Asks(Topic.WHY_ITEM, "heat"),)))
    assert (action.kind, action.pick.item_id) == (ReplyKind.WHY_ITEM, "heat")
    asked = START.heard("", ()).decided(Ask(Question("mood", ("dark", "tense"), 1.0), 12))
    assert decided(asked.heard("why", (Asks(Topic.WHY_QUESTION),))).asked.candidates == 12


def test_an_unknown_title_is_remarked_on():
    action = decided(START.heard("", (Mentions("Zardoz"),)))
    assert [(remark.note, remark.about) for remark in action.remarks] == [(Note.UNKNOWN, "Zardoz")]


def test_a_question_about_a_film_is_not_taken_for_anything_else():
    action = decided(shown("heat").heard("how long is the first one?", (Asks(Topic.ABOUT, "heat"),)))
    assert (action.kind, action.pick.item_id) == (ReplyKind.ABOUT, "heat")


def test_what_was_shown_returns_when_it_alone_fits_a_new_wish():
    state = shown("toys", "up", "groundhog").heard("", (Likes(Wish("genre", ("Animation",))),))
    narrowed = state.heard("shorter", (Likes(Wish("runtime", ("<=85",))),))
    action = decided(narrowed)
    assert action.picks[0].item_id == "toys"
    assert not any(remark.note == Note.CLOSEST for remark in action.remarks)


def test_what_was_passed_over_does_not_return_by_itself():
    wished = shown("heat").heard("tense please", (Likes(Wish("mood", ("tense",))), Likes(Wish("theme", ("heist",)))))
    passed = wished.decided(decided(wished)).heard("nope", (Rejects("casino"), Asks(Topic.RECOMMEND)))
    assert "heat" not in {pick.item_id for pick in decided(passed, showing(1)).picks}
