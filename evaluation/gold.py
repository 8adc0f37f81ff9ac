"""Utterances with what they say, as people wrote it down: the files, and how a reading compares with them.

    {"id": "T-001", "context": [{"role": "parley", "text": "Dark or witty?"}], "text": "witty",
     "gold": {"likes": [{"facet": "mood", "value": "witty"}], "dislikes": [], "seen": [], "rejects": [],
              "accepts": [], "intent": "answer"}}

Gold holds only what the utterance itself newly says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from agent.kinds import KINDS
from agent.kinds import Kind as Intent
from catalog.items import Catalog
from evaluation.near import Said, Stated, near

Facet = Literal["genre", "theme", "mood", "director", "actor", "decade", "country", "language", "title", "runtime"]
FACETS: tuple[str, ...] = get_args(Facet)
INTENTS: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Heard:
    """What an utterance says, by hand or as a system reads it."""

    intent: Intent
    likes: tuple[Said, ...] = ()
    dislikes: tuple[Said, ...] = ()
    seen: tuple[str, ...] = ()
    """Titles, as are the next two."""
    rejects: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()

    @property
    def stated(self) -> tuple[Stated, ...]:
        """The likes and dislikes, each once: "scary" and "Horror" for one word count as one."""
        kept: list[Stated] = []
        for liked, values in ((True, self.likes), (False, self.dislikes)):
            for said in values:
                stated = Stated(liked, said)
                if not any(stated.near(other) for other in kept):
                    kept.append(stated)
        return tuple(kept)


@dataclass(frozen=True)
class Spoken:
    """A turn before the utterance."""

    role: Literal["user", "parley"]
    text: str
    """Parley's may have slots, ``{1}``, for the items."""
    items: tuple[str, ...] = ()
    """Ids, in the order of the slots."""


@dataclass(frozen=True)
class Utterance:
    """What a person wrote, after what, and what it says."""

    id: str
    context: tuple[Spoken, ...]
    text: str
    gold: Heard


@dataclass(frozen=True)
class Agreement:
    """How a reading of one utterance compares with gold."""

    right: tuple[Stated, ...]
    """As in gold."""
    turned: tuple[Stated, ...]
    """In gold too, but liked where that is disliked, or the other way round."""
    missed: tuple[Stated, ...]
    """Of gold, those that are turned among them."""
    extra: tuple[Stated, ...]
    """Of the reading, those that are turned among them."""


def compared(gold: Heard, read: Heard | None) -> Agreement:
    """Match what is stated one to one, the same words first; of None, a reading that did not parse, all is missed."""
    missed, extra = list(gold.stated), list(read.stated if read else ())
    right = [pair[0] for same in (Stated.__eq__, Stated.near) for pair in _matched(missed, extra, same)]
    rest = list(extra)
    turned = [pair[1] for pair in _matched(list(missed), rest, _turned)]
    return Agreement(tuple(right), tuple(turned), tuple(missed), tuple(extra))


def load_utterances(path: Path, catalog: Catalog) -> tuple[Utterance, ...]:
    """Read a file of utterances about a catalogue; gold may stand under ``acts`` too.

    Raises ValueError naming the line that is none.
    """
    found: dict[str, Utterance] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            utterance = _utterance(_Line.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ValueError(f"{path}, line {number}: {place or 'the line'}: {first['msg']}") from None
        shown = [item_id for spoken in utterance.context for item_id in spoken.items]
        if unknown := [item_id for item_id in shown if item_id not in catalog]:
            raise ValueError(f"{path}, line {number}: no item {unknown[0]!r} in catalogue {catalog.name!r}")
        if utterance.id in found:
            raise ValueError(f"{path}, line {number}: an utterance of id {utterance.id!r} came before")
        found[utterance.id] = utterance
    if not found:
        raise ValueError(f"{path} holds no utterances")
    return tuple(found.values())


def _turned(first: Stated, second: Stated) -> bool:
    return first.liked != second.liked and near(first.said, second.said)


def _matched(
    gold: list[Stated], read: list[Stated], same: Callable[[Stated, Stated], bool]
) -> list[tuple[Stated, Stated]]:
    """Take from both lists what is the same in them, in the order of gold."""
    pairs = []
    for stated in tuple(gold):
        other = next((other for other in read if same(stated, other)), None)
        if other:
            gold.remove(stated)
            read.remove(other)
            pairs.append((stated, other))
    return pairs


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Value(_Strict):
    facet: Facet
    value: str = Field(min_length=1)


class _Acts(_Strict):
    likes: tuple[_Value, ...] = ()
    dislikes: tuple[_Value, ...] = ()
    seen: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    intent: Intent


class _Turn(_Strict):
    role: Literal["user", "parley"]
    text: str
    items: tuple[str, ...] = ()


class _Line(_Strict):
    id: str
    context: tuple[_Turn, ...] = ()
    text: str = Field(min_length=1)
    gold: _Acts = Field(validation_alias=AliasChoices("gold", "acts"))


def _utterance(line: _Line) -> Utterance:
    gold = line.gold
    heard = Heard(gold.intent, _said(gold.likes), _said(gold.dislikes), gold.seen, gold.rejects, gold.accepts)
    context = tuple(Spoken(turn.role, turn.text, turn.items) for turn in line.context)
    return Utterance(line.id, context, line.text, heard)


def _said(values: Sequence[_Value]) -> tuple[Said, ...]:
    return tuple(Said(value.facet, value.value) for value in values)
