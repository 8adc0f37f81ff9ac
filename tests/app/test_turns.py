import threading
import uuid

import pytest

from agent.chatbot import Update
from agent.state import DialogueState
from app.turns import TurnError, Turns
from tests.app.fakes import FakeBot, tiny_catalog


class Gated:
    """A chatbot whose words wait until they are let out."""

    catalog = tiny_catalog()

    def __init__(self):
        self.began = threading.Event()
        self.gate = threading.Event()
        self.states = {}
        self.together = 0
        self.most_together = 0

    def state(self, conversation):
        return self.states.get(conversation, DialogueState())

    def talk(self, conversation, text, pressed=None):
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        state = self.state(conversation).heard(text, ())
        yield Update(state)
        yield Update(state, "One")
        self.began.set()
        self.gate.wait(5)
        self.states[conversation] = state.said("One two")
        self.together -= 1
        yield Update(self.states[conversation], "One two", final=True)


def drain(turns, conversation):
    end = threading.Event()
    seen = []

    def read():
        seen.extend(turns.take(conversation, "hello"))
        end.set()

    threading.Thread(target=read, daemon=True).start()
    return end, seen


def test_updates_arrive_in_order_and_end_with_the_final_one():
    turns = Turns(FakeBot(tiny_catalog()))
    updates = list(turns.take("a", "Heat"))
    assert updates[-1].final
    assert all(early.text == late.text[: len(early.text)] for early, late in zip(updates, updates[1:], strict=False))


def test_a_stopped_turn_lets_its_reader_go_and_still_comes_to_its_end():
    bot = Gated()
    turns = Turns(bot)
    end, seen = drain(turns, "a")
    assert bot.began.wait(5)
    turns.stop("a")
    assert end.wait(5)
    assert not any(update.final for update in seen)
    assert turns.state("a").turns[-1].reply == "One"
    bot.gate.set()
    assert list(turns.take("a", "next"))[-1].final
    assert [turn.reply for turn in bot.states["a"].turns] == ["One two", "One two"]


def test_a_new_turn_waits_for_the_one_it_interrupts():
    bot = Gated()
    turns = Turns(bot)
    end, _ = drain(turns, "a")
    assert bot.began.wait(5)
    threading.Timer(0.2, bot.gate.set).start()
    assert list(turns.take("a", "more"))[-1].final
    assert end.wait(5)
    assert bot.most_together == 1
    assert len(bot.states["a"].turns) == 2


def test_other_conversations_do_not_wait():
    bot = Gated()
    turns = Turns(bot)
    drain(turns, "a")
    assert bot.began.wait(5)
    first = next(turns.take("b", "hello"))
    assert len(first.state.turns) == 1
    bot.gate.set()


@pytest.mark.parametrize("error", [OSError("disk"), RuntimeError("memory"), TypeError("a mistake")])
def test_whatever_goes_wrong_is_the_cause_of_one_error(error):
    turns = Turns(FakeBot(tiny_catalog(), error=error))
    with pytest.raises(TurnError, match="Heat") as caught:
        list(turns.take(str(uuid.uuid4()), "Heat"))
    assert caught.value.__cause__ is error


def test_stopping_where_nothing_goes_on_leaves_the_next_turn_alone():
    turns = Turns(FakeBot(tiny_catalog()))
    conversation = str(uuid.uuid4())
    turns.stop(conversation)
    assert list(turns.take(conversation, "Heat"))[-1].final
