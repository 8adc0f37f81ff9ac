"""Real dialogues about films, read from the formats in which they are published.

ReDial (Li et al., NeurIPS 2018) is JSON lines in which films stand as ``@12345``; INSPIRED (Hayati et al., EMNLP 2020)
is a table with tabs, one utterance a row. Which of them a file holds is seen from its first line.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any

from evaluation.titles import Titles

_NUMBERED = re.compile(r"@(\d+)")
_REDIAL = ("messages", "movieMentions", "initiatorWorkerId")
_INSPIRED = ("dialog_id", "speaker", "text", "movies")
_SPEAKERS = {"SEEKER": True, "RECOMMENDER": False}
_QUOTATION_MARK = "QUOTATION_MARK"


@dataclass(frozen=True)
class Film:
    """A film as a dialogue names it."""

    name: str
    item_id: str | None = None
    """Its id in the catalogue, if it is there."""

    @property
    def key(self) -> str:
        """What is the same for every name of one film, as far as that is known."""
        return self.item_id or " ".join(re.findall(r"\w+", self.name.casefold()))


@dataclass(frozen=True)
class Said:
    """What somebody said in one turn: all messages until the other spoke."""

    seeker: bool
    text: str
    """With the titles of the films in it."""
    films: tuple[Film, ...] = ()
    """In the order in which they are named, each once."""


@dataclass(frozen=True)
class Conversation:
    """One dialogue between somebody who looks for a film and somebody who recommends."""

    id: str
    turns: tuple[Said, ...]


def load_conversations(path: Path, titles: Titles) -> tuple[Conversation, ...]:
    """Read the dialogues of a file; what is wrong is said with its line or row.

    A film that ``titles`` does not know keeps its name and has no id.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        first = lines.readline()
        lines.seek(0)
        table = first.startswith(_INSPIRED[0] + "\t")
        if not table and not first.lstrip().startswith("{"):
            raise ValueError(
                f"{path} begins with {first[:40]!r}: neither ReDial (JSON lines) nor INSPIRED (a table with tabs)"
            )
        found = tuple(_inspired(path, lines, titles) if table else _redial(path, lines, titles))
    if not found:
        raise ValueError(f"{path} holds no dialogues")
    return found


def _redial(path: Path, lines: Iterable[str], titles: Titles) -> Iterator[Conversation]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if missing := [key for key in _REDIAL if key not in row]:
                raise ValueError(f"no {missing[0]!r}")
            # A dialogue in which no film is named has a list in the place of the table of names.
            names = {key: _tidy(str(name)) for key, name in dict(row["movieMentions"] or {}).items()}
            messages = [
                (message["senderWorkerId"] == row["initiatorWorkerId"], str(message["text"]))
                for message in row["messages"]
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: not a dialogue of ReDial ({error})") from None
        films = {key: Film(name, titles.find(name)) for key, name in names.items()}
        parts = [(seeker, _spoken(text, names), _named(text, films)) for seeker, text in messages]
        yield Conversation(str(row.get("conversationId", number)), _turns(parts))


def _spoken(text: str, names: Mapping[str, str]) -> str:
    return unescape(_NUMBERED.sub(lambda match: names.get(match[1], "a film"), text))


def _named(text: str, films: Mapping[str, Film]) -> list[Film]:
    return [films[number] for number in _NUMBERED.findall(text) if number in films]


def _inspired(path: Path, lines: Iterable[str], titles: Titles) -> Iterator[Conversation]:
    # Quotation marks are words in these texts and delimit nothing.
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if missing := [name for name in _INSPIRED if name not in (rows.fieldnames or ())]:
        raise ValueError(f"{path} has no column {missing[0]!r}")
    numbered = ((row, number) for number, row in enumerate(rows, 1))
    for dialogue, group in groupby(numbered, lambda entry: entry[0]["dialog_id"]):
        yield Conversation(dialogue, _turns([_uttered(path, row, number, titles) for row, number in group]))


def _uttered(path: Path, row: Mapping[str, Any], number: int, titles: Titles) -> tuple[bool, str, list[Film]]:
    speaker = row["speaker"]
    if speaker not in _SPEAKERS or row["movies"] is None:
        raise ValueError(f"{path}, row {number}: the speaker {speaker!r} is none of {', '.join(_SPEAKERS)}")
    names = [_tidy(name) for name in row["movies"].split(";") if name.strip()]
    films = [Film(name, titles.find(name)) for name in names]
    return _SPEAKERS[speaker], row["text"].replace(_QUOTATION_MARK, '"'), films


def _turns(parts: Sequence[tuple[bool, str, list[Film]]]) -> tuple[Said, ...]:
    """Join what one of the two said in several messages."""
    turns = []
    for seeker, group in groupby(parts, lambda part: part[0]):
        said = list(group)
        films = {film.key: film for _, _, named in said for film in named}
        turns.append(Said(seeker, "\n".join(text.strip() for _, text, _ in said), tuple(films.values())))
    return tuple(turns)


def _tidy(name: str) -> str:
    return " ".join(name.split())
