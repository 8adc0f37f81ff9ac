"""Turns that run beside the page: one at a time a conversation, stoppable, each carried to its end.

A turn goes on when nobody reads it any more, because a half-finished turn would leave the stored
conversation without Parley's words; stopping only means that the page does not wait for the rest.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from agent.acts import Act
from agent.state import DialogueState
from catalog.items import Catalog

if TYPE_CHECKING:
    from agent.chatbot import Update

WORKERS = 8
"""Conversations that move at the same time; with more, each would be too slow to read along."""


class TurnError(RuntimeError):
    """A turn that could not be carried out; its cause says why."""


class Bot(Protocol):
    """What the window needs of a chatbot."""

    @property
    def catalog(self) -> Catalog:
        """What can be recommended now; it may grow."""
        ...

    def talk(self, conversation: str, text: str, pressed: tuple[Act, ...] | None = None) -> "Iterator[Update]":
        """Take a turn, yielding what it has come to: first the decision, then the words as they grow."""
        ...

    def state(self, conversation: str) -> DialogueState:
        """Return where a conversation stands."""
        ...


@dataclass
class _Running:
    """A turn under way."""

    updates: "SimpleQueue[Update | None]" = field(default_factory=SimpleQueue)
    """Ends with None."""
    done: "Future[None]" = field(default_factory=Future)
    last: "Update | None" = None


class Turns:
    """Takes turns of a chatbot in threads of its own."""

    def __init__(self, bot: Bot) -> None:
        """Serve the conversations of ``bot``."""
        self._bot = bot
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="turn")
        self._guard = threading.Lock()
        self._running: dict[str, _Running] = {}

    @property
    def catalog(self) -> Catalog:
        """What the chatbot can recommend now."""
        return self._bot.catalog

    def take(self, conversation: str, text: str, pressed: tuple[Act, ...] | None = None) -> "Iterator[Update]":
        """Yield the updates of a turn, the newest when several wait; ends early when the turn is stopped.

        Whatever goes wrong in the turn is the cause of a TurnError raised here. A turn that is still
        under way in the same conversation is stopped, and this one begins when that one has ended.
        """
        turn = _Running()
        with self._guard:
            former = self._running.get(conversation)
            self._running[conversation] = turn
            if former:
                former.updates.put(None)
            turn.done = self._pool.submit(self._run, conversation, (text, pressed), turn, former)
        turn.done.add_done_callback(lambda _: turn.updates.put(None))
        while (update := _newest(turn.updates)) is not None:
            yield update
        if turn.done.done() and (error := turn.done.exception()) is not None:
            raise TurnError(f"the turn {text[:80]!r} failed") from error

    def stop(self, conversation: str) -> None:
        """Let the reader of the turn under way go, if there is one."""
        with self._guard:
            turn = self._running.get(conversation)
        if turn:
            turn.updates.put(None)

    def state(self, conversation: str) -> DialogueState:
        """Return where a conversation stands, a turn under way included as far as it has come."""
        with self._guard:
            turn = self._running.get(conversation)
        if turn and turn.last:
            return turn.last.state.said(turn.last.text)
        return self._bot.state(conversation)

    def _run(
        self, conversation: str, said: tuple[str, tuple[Act, ...] | None], turn: _Running, former: _Running | None
    ) -> None:
        # The pool starts turns in order, so the former one has a thread already and this wait ends.
        if former:
            former.done.exception()
        try:
            for update in self._bot.talk(conversation, *said):
                turn.last = update
                turn.updates.put(update)
        finally:
            with self._guard:
                if self._running.get(conversation) is turn:
                    del self._running[conversation]


def _newest(updates: "SimpleQueue[Update | None]") -> "Update | None":
    """Wait for an update and return the last one before the end, leaving the end in place."""
    newest = updates.get()
    while newest is not None and not updates.empty():
        following = updates.get()
        if following is None:
            updates.put(None)
            break
        newest = following
    return newest
