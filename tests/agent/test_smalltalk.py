import numpy as np
import pytest

from agent.actions import ReplyKind
from agent.briefs import talk_brief
from agent.smalltalk import SmallTalk, exchanges
from agent.vouch import faithful

HEARD = [one.heard for one in exchanges()]


def encode(texts):
    """Equal words, equal vectors; whatever else is said lies in one more direction of its own."""
    rows = np.zeros((len(texts), len(HEARD) + 1), dtype=np.float32)
    for place, text in enumerate(texts):
        rows[place, HEARD.index(text) if text in HEARD else -1] = 1
    return rows


TALK = SmallTalk(encode)


@pytest.mark.parametrize("heard", ["are you human", "lol", "hi", "bye", "thank you so much"])
def test_what_was_answered_once_is_answered_so_again(heard):
    found = {one.reply for one in exchanges() if one.heard == heard}
    (kind,) = {one.kind for one in exchanges() if one.heard == heard}
    assert set(TALK.replies(talk_brief(ReplyKind(kind), heard, chosen=True))) <= found
    assert TALK.replies(talk_brief(ReplyKind(kind), heard, chosen=True))


def test_nothing_is_answered_to_what_is_like_nothing_that_was_ever_said():
    assert TALK.replies(talk_brief(ReplyKind.OFFTOPIC, "gluons", chosen=False)) == ()


def test_thanks_are_answered_as_what_they_are_thanks_for_stands():
    early = {one.heard for one in exchanges() if one.kind == "thanks, but nothing is chosen yet"}
    only_early = sorted(early - {one.heard for one in exchanges() if one.kind == "thanks"})[0]
    assert TALK.replies(talk_brief(ReplyKind.THANKS, only_early, chosen=False))
    assert TALK.replies(talk_brief(ReplyKind.THANKS, only_early, chosen=True)) == ()


def test_a_pizza_is_mentioned_to_nobody_who_has_none():
    alike = SmallTalk(lambda texts: np.ones((len(texts), 1), dtype=np.float32))
    brief = talk_brief(ReplyKind.GREET, "evening", chosen=False)
    found = alike.replies(brief)
    assert len(found) > 20
    assert not [reply for reply in found if " pizza" in reply]
    assert all(faithful(reply, brief) for reply in found)
    with_one = alike.replies(talk_brief(ReplyKind.GREET, "me and my pizza", chosen=False))
    assert [reply for reply in with_one if " pizza" in reply]
