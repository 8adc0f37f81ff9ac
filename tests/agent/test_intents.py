import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.intents import Intent, intents


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("why that one?", Intent.WHY),
        ("how come?", Intent.WHY),
        ("start over", Intent.RESET),
        ("I take that back", Intent.UNDO),
        ("just pick something", Intent.JUST_RECOMMEND),
        ("neither", Intent.NEITHER),
        ("either is fine", Intent.EITHER),
        ("don't care", Intent.INDIFFERENT),
        ("the second one", Intent.SECOND),
        ("seen it", Intent.SEEN),
        ("sounds good", Intent.ACCEPT),
        ("nope", Intent.REJECT),
        ("hello there", Intent.GREET),
        ("thanks!", Intent.THANKS),
        ("what's the weather like", Intent.OFFTOPIC),
        ("what else have you got", Intent.MORE),
        ("what do you know about me?", Intent.TASTE),
    ],
)
def test_the_wording_gives_an_intent_away(text, intent):
    assert intent in intents(text)


def test_a_plain_wish_has_none():
    assert intents("a tense heist film with Al Pacino") == frozenset()


@given(st.text())
def test_no_text_breaks_the_patterns(text):
    assert intents(text) <= set(Intent)
