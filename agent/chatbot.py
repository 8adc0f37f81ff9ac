"""One turn of the conversation as a LangGraph graph, checkpointed in SQLite per conversation.

    understand -> believe -> walk -> retrieve -> decide -> respond

The order is fixed and every node is deterministic but the last, in which the language model speaks.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.channels import UntrackedValue
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from agent import actions, acts, state
from agent.actions import Action, Pick, Recommend, Reply, ReplyKind
from agent.acts import Act
from agent.policy import PolicyConfig, decide
from agent.respond import Respondent
from agent.retrieve import Support
from agent.state import DialogueState, Turn, replay
from agent.understand import Understander
from catalog.items import Catalog
from graph import build, evidence, questions, walk
from graph.attributes import AttributeGraph
from graph.walk import Posterior, posterior

_STORED_TYPES = [
    (module.__name__, name)
    for module in (actions, acts, state, build, evidence, questions, walk)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__
]
"""The only types that a checkpoint may hold: nothing else is made from what is read back."""


@dataclass(frozen=True)
class Update:
    """What a turn has come to so far."""

    state: DialogueState
    text: str = ""
    """Parley's words so far; every update holds all of them."""
    final: bool = False


class _Turning(TypedDict, total=False):
    text: str
    given: tuple[Act, ...] | None
    heard: tuple[Act, ...]
    turns: tuple[Turn, ...]
    dialogue: Annotated[DialogueState, UntrackedValue]
    believed: Annotated[Posterior, UntrackedValue]


class _Steps:
    """The steps of a turn over one catalogue, and the LangGraph graph that takes them."""

    def __init__(
        self,
        graph: AttributeGraph,
        understander: Understander,
        retriever: Support,
        respondent: Respondent,
        config: PolicyConfig,
        saver: SqliteSaver,
    ) -> None:
        self.graph = graph
        self._understander = understander
        self._retriever = retriever
        self._respondent = respondent
        self._config = config
        self.flow = self._compile(saver)

    def _compile(self, saver: SqliteSaver) -> Any:  # noqa: ANN401  (LangGraph's types stay in this file)
        flow: Any = StateGraph(_Turning)
        steps = (self._understand, self._believe, self._walk, self._retrieve, self._decide, self._respond)
        names = [step.__name__.strip("_") for step in steps]
        for name, step in zip(names, steps, strict=True):
            flow.add_node(name, step)
        for before, after in zip([START, *names], [*names, END], strict=True):
            flow.add_edge(before, after)
        return flow.compile(checkpointer=saver)

    def believed(self, text: str) -> Posterior:
        """Return what a first turn of ``text`` would come to believe."""
        turning: _Turning = {"text": text}
        for step in (self._understand, self._believe, self._walk, self._retrieve):
            turning |= step(turning)
        return turning["believed"]

    def understood(self, text: str) -> tuple[Act, ...]:
        """Return what a first turn of ``text`` would say."""
        return self._understand({"text": text})["heard"]

    def _understand(self, turning: _Turning) -> _Turning:
        given = turning.get("given")
        so_far = replay(_frozen(turning.get("turns", ())))
        heard = given if given is not None else self._understander.acts(turning["text"], so_far)
        return {"heard": heard, "dialogue": so_far}

    def _believe(self, turning: _Turning) -> _Turning:
        return {
            "dialogue": turning["dialogue"].heard(turning["text"], turning["heard"], turning.get("given") is not None)
        }

    def _walk(self, turning: _Turning) -> _Turning:
        return {"believed": posterior(self.graph, turning["dialogue"].evidence(), self._config.walk)}

    def _retrieve(self, turning: _Turning) -> _Turning:
        heard, believed = self._retriever.heard(turning["dialogue"]), turning["believed"]
        if heard is None:
            return {"believed": believed}
        apart = posterior(self.graph, heard.apart(turning["dialogue"].evidence()), self._config.walk)
        return {"believed": believed.fused(apart, heard.linked, heard.bonus)}

    def _decide(self, turning: _Turning) -> _Turning:
        action = decide(self.graph, turning["dialogue"], turning["believed"], self._config)
        dialogue = turning["dialogue"].decided(self._explained(action, turning["dialogue"]))
        get_stream_writer()(Update(dialogue))
        return {"dialogue": dialogue}

    def _explained(self, action: Action, dialogue: DialogueState) -> Action:
        """Say of the items to which no walk led what brought them up."""
        match action:
            case Recommend(picks):
                return replace(action, picks=tuple(self._brought(pick, dialogue) for pick in picks))
            case Reply(ReplyKind.WHY_ITEM, Pick() as pick):
                return replace(action, pick=self._brought(pick, dialogue))
        return action

    def _brought(self, pick: Pick, dialogue: DialogueState) -> Pick:
        return pick if pick.paths else replace(pick, nearest=self._retriever.nearest(dialogue, pick.item_id))

    def _respond(self, turning: _Turning) -> _Turning:
        write, dialogue, text = get_stream_writer(), turning["dialogue"], ""
        for text in self._respondent.words(dialogue):
            write(Update(dialogue, text))
        dialogue = dialogue.said(text)
        write(Update(dialogue, text, final=True))
        return {"turns": dialogue.turns}


class Chatbot:
    """Conversations over one catalogue; safe to use from several threads, one turn a conversation at a time."""

    def __init__(
        self,
        graph: AttributeGraph,
        understander: Understander,
        retriever: Support,
        respondent: Respondent,
        checkpoints: Path | None = None,
        config: PolicyConfig = PolicyConfig(),
    ) -> None:
        """Put the parts of a turn together; without a ``checkpoints`` file conversations live in memory."""
        self._config = config
        if checkpoints is not None:
            checkpoints.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(checkpoints or ":memory:", check_same_thread=False)
        self._saver = SqliteSaver(self._database, serde=JsonPlusSerializer(allowed_msgpack_modules=_STORED_TYPES))
        self.renew(graph, understander, retriever, respondent)

    def renew(
        self, graph: AttributeGraph, understander: Understander, retriever: Support, respondent: Respondent
    ) -> None:
        """Go on with parts for a catalogue that has grown; a turn under way ends with those that it began with.

        The catalogue must hold every item that it held before, since conversations keep the ids.
        """
        # One assignment: whoever reads it has all of the old parts or all of the new.
        self._steps = _Steps(graph, understander, retriever, respondent, self._config, self._saver)

    @property
    def graph(self) -> AttributeGraph:
        """The attribute graph that the next turn walks."""
        return self._steps.graph

    @property
    def catalog(self) -> Catalog:
        """What the next turn can recommend."""
        return self.graph.catalog

    def talk(self, conversation: str, text: str, pressed: tuple[Act, ...] | None = None) -> Iterator[Update]:
        """Take a turn, yielding what it has come to: first the decision, then the words as they grow.

        ``pressed`` are the acts of a button; ``text`` is then only what the transcript shows of it.
        """
        start = {"text": text, "given": pressed}
        yield from self._steps.flow.stream(start, _thread(conversation), stream_mode="custom", durability="exit")

    def state(self, conversation: str) -> DialogueState:
        """Return where a conversation stands; an unknown one has not begun."""
        values = self._steps.flow.get_state(_thread(conversation)).values
        return replay(_frozen(values.get("turns", ())))

    def believed(self, text: str) -> Posterior:
        """Return what Parley would believe of the items if a conversation began with ``text``; none is begun."""
        return self._steps.believed(text)

    def understood(self, text: str) -> tuple[Act, ...]:
        """Return what Parley would understand if a conversation began with ``text``; none is begun."""
        return self._steps.understood(text)

    def close(self) -> None:
        """Release the checkpoint file."""
        self._database.close()


def _thread(conversation: str) -> dict[str, dict[str, str]]:
    return {"configurable": {"thread_id": conversation}}


def _frozen(value: Any) -> Any:  # noqa: ANN401  (whatever a checkpoint holds)
    """Make tuples of the lists that msgpack makes of tuples, all the way down."""
    if isinstance(value, list):
        return tuple(_frozen(part) for part in value)
    if isinstance(value, tuple):
        parts = [_frozen(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{entry.name: _frozen(getattr(value, entry.name)) for entry in fields(value)})
    return value
