import pytest

from agent.actions import Ask, Pick, Recommend
from agent.acts import (
    Accepts,
    Asks,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Mentions,
    Rejects,
    Reset,
    Seen,
    SmallTalk,
    Stance,
    Talk,
    Topic,
    Undo,
)
from agent.kinds import kind_of
from agent.state import DialogueState
from graph.evidence import Wish
from graph.questions import Question

NOTHING = DialogueState()
ASKED = NOTHING.heard("", ()).decided(Ask(Question("mood", ("dark", "witty"))))
SHOWN = NOTHING.heard("", ()).decided(Recommend((Pick("heat", 0.5), Pick("alien", 0.4))))
DARK = Wish("mood", ("dark",))


@pytest.mark.parametrize(
    ("acts", "state", "kind"),
    [
        ([Reset()], NOTHING, "reset"),
        ([Undo()], SHOWN, "undo"),
        ([Forget(Stance.LIKES, DARK)], SHOWN, "undo"),
        ([Forget(Stance.LIKES, DARK), Likes(Wish("mood", ("witty",)))], NOTHING, "critique"),
        ([Accepts("heat")], SHOWN, "accept"),
        ([Seen("heat"), Likes(DARK)], SHOWN, "reject"),
        ([Rejects("heat")], NOTHING, "reject"),
        ([Rejects("heat"), Likes(DARK)], NOTHING, "request"),
        ([Asks(Topic.MORE)], SHOWN, "reject"),
        ([Asks(Topic.WHY_ITEM, "heat")], SHOWN, "why"),
        ([Asks(Topic.RECOMMEND)], NOTHING, "just_recommend"),
        ([Indifferent("mood"), Asks(Topic.RECOMMEND)], ASKED, "just_recommend"),
        ([Indifferent("mood")], ASKED, "answer"),
        ([Dislikes(DARK)], ASKED, "answer"),
        ([Dislikes(DARK)], SHOWN, "critique"),
        ([Dislikes(DARK)], NOTHING, "request"),
        ([SmallTalk(Talk.GREET), Likes(DARK)], NOTHING, "request"),
        ([SmallTalk(Talk.GOODBYE)], NOTHING, "thanks"),
        ([SmallTalk(Talk.OFFTOPIC)], ASKED, "offtopic"),
        ([Mentions("Zorblax")], NOTHING, "request"),
        ([], NOTHING, "request"),
    ],
)
def test_acts_come_to_a_kind(acts, state, kind):
    assert kind_of(acts, state) == kind


def test_a_wish_after_an_open_question_of_any_form_is_an_answer():
    assert kind_of([Likes(DARK)], NOTHING, asked=True) == "answer"
    assert kind_of([], NOTHING, asked=True) == "answer"
