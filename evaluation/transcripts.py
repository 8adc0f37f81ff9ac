"""Conversations that were held: plain values, written a line each as JSON and read back the same."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agent.actions import Action, Recommend
from evaluation.people import Preference, Record


@dataclass(frozen=True)
class Exchange:
    """One turn: what the person said, what they hold the system to from here on, and what the system did."""

    text: str
    record: Record
    action: Action
    reply: str
    seconds: float
    """The system's time for the turn."""
    tokens: int = 0
    """That a language model generated for it."""


@dataclass(frozen=True)
class Dialogue:
    """A whole conversation of a simulated person with a system."""

    scenario: str
    """Id of the scenario that it follows."""
    behaviour: str
    """Which simulator spoke."""
    system: str
    seed: int
    """Of the person."""
    wanted: tuple[str, ...]
    """Ids of the items that the person would take, in alphabetical order; a target alone, or all that are good enough.

    Of several wishes one after another, those of the last.
    """
    turns: tuple[Exchange, ...]
    taken: str | None = None
    """Id of the item that the person took."""
    preferences: tuple[Preference, ...] = ()
    """What the person likes of which they may have said nothing."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Kinds of people and items that the conversation belongs to: ``{"activity": "low", "popularity": "tail"}``."""
    checks: Mapping[str, bool] = field(default_factory=dict)
    """The scenario's own checks, and whether they hold."""
    earlier: tuple[str, ...] = ()
    """Ids of the items taken in earlier sessions of the same conversation."""

    @property
    def success(self) -> bool:
        """Whether the person took one of the items that they would take."""
        return self.taken is not None and self.taken in self.wanted


_READER = TypeAdapter(Dialogue)


def recommended(action: Action) -> tuple[str, ...]:
    """Return the ids of the items that an action recommends, best first."""
    return tuple(pick.item_id for pick in action.picks) if isinstance(action, Recommend) else ()


def line(dialogue: Dialogue) -> str:
    """Return a dialogue as one line of JSON; equal dialogues give equal lines."""
    return json.dumps(asdict(dialogue), ensure_ascii=False, default=sorted)


def read_dialogues(path: Path) -> Iterator[Dialogue]:
    """Yield the dialogues of a file; a last line that was cut off while it was written is left out.

    Raises ValueError naming the line that is no dialogue.
    """
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, text in enumerate(lines[:-1], 1):
        try:
            yield _READER.validate_json(text)
        except ValidationError as error:
            raise ValueError(f"{path}, line {number}, is no dialogue: {error.errors()[0]['msg']}") from None


def write_dialogues(path: Path, dialogues: Iterable[Dialogue]) -> None:
    """Write dialogues to a file, a line each."""
    path.write_text("".join(f"{line(dialogue)}\n" for dialogue in dialogues), encoding="utf-8")
