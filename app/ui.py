"""The page: a conversation, what can be answered, and what Parley believes; handlers are thin.

Every browser holds the id of its conversation, which cannot be guessed; everything shown is read from
the stored conversation of that id, never from what a browser sends back.
"""

import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from gradio.events import api

from agent.actions import Ask, Recommend
from agent.state import DialogueState
from app.adding import AddingEndpoint, Additions
from app.panel import panel
from app.presses import UNDO, Said, pressed
from app.thread import View, live, past, waiting
from app.turns import Bot, TurnError, Turns
from app.words import clean, option_name, path_line
from catalog.items import Catalog
from graph.questions import Form, Question

MAX_MESSAGE = 2000
"""Characters in one message."""
_FAILED = "Sorry, something went wrong on my side and I could not answer. Your words are back in the box: try again."
_TOO_LONG = f"That was longer than {MAX_MESSAGE:,} characters. Your words are back in the box: please shorten them."
_HEADER = '<header class="masthead"><h1>Parley</h1><p>finds you a {noun}, and says why</p></header>'
_log = logging.getLogger(__name__)
_Page = tuple[Any, ...]


class _Parts(NamedTuple):
    """The components that a turn changes."""

    conversation: gr.State
    remembered: gr.BrowserState
    past: gr.HTML
    live: gr.HTML
    panel: gr.HTML
    box: gr.Textbox


def build(bot: Bot, additions: Additions | None = None) -> gr.Blocks:
    """Return the page; with ``additions``, whoever reaches it can add items to the catalogue through the API.

    ``app.server.serve`` gives it its looks, which Gradio takes at launch only.
    """
    handlers = Handlers(Turns(bot))
    page = gr.Blocks(title="Parley", fill_width=True, analytics_enabled=False)
    with page:
        parts, (said, send, stop, undo, new) = _layout(bot.catalog)
        _wire(page, handlers, parts, (said, send, stop, undo, new))
        api(handlers.chat, api_name="chat", concurrency_id="turn")
        if additions is not None:
            # Of its own: turns do not wait for an addition, which takes seconds.
            api(AddingEndpoint(additions).add, api_name="add", concurrency_id="add", concurrency_limit=1)
    page.queue(max_size=64, default_concurrency_limit=8)
    return page


def _layout(catalog: Catalog) -> tuple[_Parts, tuple[gr.Textbox, gr.Button, gr.Button, gr.Button, gr.Button]]:
    script = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
    conversation = gr.State(None)
    remembered = gr.BrowserState(None, storage_key=f"parley-{catalog.name}", secret="parley")
    with gr.Row(elem_id="bar"):
        gr.HTML(_HEADER.format(noun=catalog.noun), apply_default_css=False, js_on_load=None, elem_id="masthead")
        undo = gr.Button("Undo", elem_id="undo", size="sm", min_width=0, scale=0)
        new = gr.Button("New chat", elem_id="new", size="sm", min_width=0, scale=0)
    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="talk", scale=1, min_width=0):
            before = gr.HTML("", apply_default_css=False, js_on_load=script, elem_id="past")
            now = gr.HTML("", apply_default_css=False, js_on_load=script, elem_id="live")
            with gr.Row(elem_id="composer"):
                box = gr.Textbox(
                    label="Message to Parley",
                    placeholder=f"What {catalog.noun} do you feel like?",
                    show_label=False,
                    container=False,
                    max_lines=6,
                    max_length=MAX_MESSAGE,
                    autofocus=True,
                    elem_id="say",
                    scale=1,
                    min_width=0,
                )
                send = gr.Button("Send", elem_id="send", variant="primary", min_width=0, scale=0)
                stop = gr.Button("Stop", elem_id="stop", min_width=0, scale=0)
        with gr.Column(elem_id="side", scale=0, min_width=0):
            beliefs = gr.HTML("", apply_default_css=False, js_on_load=script, elem_id="panel")
    said = gr.Textbox(visible=False)
    return _Parts(conversation, remembered, before, now, beliefs, box), (said, send, stop, undo, new)


def _wire(page: gr.Blocks, handlers: "Handlers", parts: _Parts, controls: tuple[Any, ...]) -> None:
    """Connect events to handlers; none of them is offered to clients."""
    said, send, stop, undo, new = controls
    who = [parts.conversation, parts.remembered]
    turn: dict[str, Any] = {
        "outputs": list(parts),
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "concurrency_id": "turn",
        "concurrency_limit": 8,
    }
    quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    page.load(handlers.resume, who, list(parts), **quick)
    # The box is emptied in the page itself: what is typed while the server wakes up is not lost.
    typed = gr.on(
        [parts.box.submit, send.click], None, parts.box, [said, parts.box], js="(text) => [text, '']", **quick
    )
    typed.then(handlers.say, [said, *who], **turn)
    gr.on([parts.past.click, parts.live.click, parts.panel.click], handlers.press, who, **turn)
    undo.click(handlers.undo, who, **turn)
    stop.click(handlers.stop, who, None, **quick)
    new.click(handlers.begin, None, list(parts), **quick)


class Handlers:
    """What the page does on each event."""

    def __init__(self, turns: Turns) -> None:
        """Serve one chatbot."""
        self._turns = turns

    @property
    def _catalog(self) -> Catalog:
        return self._turns.catalog

    def resume(self, held: str | None, remembered: object) -> _Page:
        """Show the conversation that this browser was in, or begin one."""
        conversation = _identified(held, remembered)
        return self._page(conversation, View(self._turns.state(conversation)))

    def begin(self) -> _Page:
        """Begin a new conversation."""
        return self._page(_new_id(), View(DialogueState()))

    def stop(self, held: str | None, remembered: object) -> None:
        """Stop waiting for the words of the turn under way."""
        self._turns.stop(_identified(held, remembered))

    def say(self, text: str, held: str | None, remembered: object) -> Iterator[_Page]:
        """Take a turn with typed words."""
        words = clean(text) if isinstance(text, str) else ""
        conversation = _identified(held, remembered)
        if len(words) > MAX_MESSAGE:
            state = self._turns.state(conversation)
            yield self._page(conversation, View(state, trouble=_TOO_LONG), words)
        elif words:
            yield from self._turn(conversation, Said(words))
        else:
            yield gr.skip()

    def press(self, held: str | None, remembered: object, event: gr.EventData) -> Iterator[_Page]:
        """Take a turn with a button; one that no longer means anything only brings the page up to date."""
        conversation = _identified(held, remembered)
        state = self._turns.state(conversation)
        said = pressed(event._data, state, self._catalog)
        if said is None or len(said.text) > MAX_MESSAGE:
            yield self._page(conversation, View(state))
        else:
            yield from self._turn(conversation, said)

    def undo(self, held: str | None, remembered: object) -> Iterator[_Page]:
        """Take back the last turn that changed what Parley believes."""
        yield from self._turn(_identified(held, remembered), UNDO)

    def chat(self, message: str, conversation: str | None = None) -> dict[str, Any]:
        """Say one message in a conversation and return Parley's answer.

        Leave ``conversation`` out to begin one, and pass the id that comes back to go on. The answer
        holds ``conversation``, ``text``, ``action`` ("ask", "recommend" or "reply"), ``items`` (id,
        title, year and why) and ``options``, the values that a question offers.
        """
        words = clean(message) if isinstance(message, str) else ""
        if not words or len(words) > MAX_MESSAGE:
            raise gr.Error(f"A message has 1 to {MAX_MESSAGE:,} characters; this one has {len(words):,}.")
        if conversation is not None and not _is_id(conversation):
            raise gr.Error("That is no conversation id; leave it out to begin a new conversation.")
        identity = conversation or _new_id()
        try:
            *_, last = self._turns.take(identity, words)
        except TurnError:
            _log.exception("a turn failed")
            raise gr.Error("Something went wrong on this side; the log says what.") from None
        return _answer(self._catalog, identity, last.state)

    def _turn(self, conversation: str, said: Said) -> Iterator[_Page]:
        view = waiting(self._turns.state(conversation), said.text)
        yield self._page(conversation, view)
        try:
            for update in self._turns.take(conversation, said.text, said.acts):
                undecided = view.state.turns[-1].action is None
                view = View(update.state, busy=True).growing(update.text)
                yield self._page(conversation, view) if undecided else self._words(view)
        except TurnError:
            _log.exception("a turn failed")
            failed = replace(view, busy=False, trouble=_FAILED)
            yield self._page(conversation, failed, None if said.acts else said.text)
        else:
            yield self._page(conversation, replace(view, busy=False))

    def _words(self, view: View) -> _Page:
        """Return a page on which nothing but the words of the last turn has changed."""
        same = gr.skip()
        return (same, same, same, live(self._catalog, view), same, same)

    def _page(self, conversation: str, view: View, kept: str | None = None) -> _Page:
        """Return the values of ``_Parts``; ``kept`` is put back into the box."""
        return (
            conversation,
            conversation,
            past(self._catalog, view),
            live(self._catalog, view),
            panel(self._catalog, view.state),
            kept if kept else gr.skip(),
        )


def _answer(catalog: Catalog, conversation: str, state: DialogueState) -> dict[str, Any]:
    action = state.turns[-1].action
    picks = action.picks if isinstance(action, Recommend) else ()
    items = [
        {
            "id": pick.item_id,
            "title": catalog[pick.item_id].title,
            "year": catalog[pick.item_id].year,
            "why": [path_line(catalog, path, state.ties) for path in pick.paths],
        }
        for pick in picks
    ]
    return {
        "conversation": conversation,
        "text": state.turns[-1].reply,
        "action": type(action).__name__.lower(),
        "items": items,
        "options": _options(catalog, action.question) if isinstance(action, Ask) else [],
    }


def _options(catalog: Catalog, question: Question) -> list[str]:
    """Return what a question offers, each option such that saying it answers the question."""
    if question.form is Form.CHOICE:
        return list(question.options)
    return [option_name(catalog, question, option) for option in question.options]


def _identified(*claims: object) -> str:
    """Return the first claim that is a conversation id, or a new one."""
    return next((claim for claim in claims if isinstance(claim, str) and _is_id(claim)), None) or _new_id()


def _is_id(claim: str) -> bool:
    try:
        found = uuid.UUID(claim)
    except ValueError:
        return False
    return found.version == 4 and str(found) == claim


def _new_id() -> str:
    return str(uuid.uuid4())
