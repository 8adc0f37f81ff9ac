"""Small talk: what people say besides, answered with what was once written in answer to something alike."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from agent.briefs import Brief
from agent.vouch import faithful

Encode = Callable[[Sequence[str]], np.ndarray]
"""Maps n texts to (n, dimensions) of unit vectors."""
_LABELLED = re.compile(r"\((?P<kind>[^)]*)\) (?P<text>.*)")
_ALIKE = 0.5
"""Cosine of what was said and what was answered once; below that, the answer need not fit."""
_NEARLY = 0.05
"""Within this of the nearest, an answer is as good."""


@dataclass(frozen=True)
class Exchange:
    """Something that a person says, and what Parley says to it."""

    kind: str
    heard: str
    reply: str


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return the written small talk."""
    path = Path(__file__).parent / "data" / "talk.jsonl"
    return tuple(Exchange(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


class SmallTalk:
    """Finds answers by what they answer; meant for talk about films."""

    def __init__(self, encode: Encode) -> None:
        """Compare what people say by the vectors of ``encode``."""
        self._encode = encode

    def replies(self, brief: Brief) -> tuple[str, ...]:
        """Return answers to what was heard, the likeliest first; none where nothing alike was ever answered.

        An answer that mentions what this person did not is none: a cat, an exam.
        """
        said = _LABELLED.fullmatch(brief.heard)
        if said is None:
            return ()
        alike = self._vectors @ self._encode([said["text"]])[0]
        found = [
            (float(alike[place]), one.reply)
            for place, one in enumerate(exchanges())
            if one.kind == said["kind"] and alike[place] >= _ALIKE and faithful(one.reply, brief)
        ]
        best = max((cosine for cosine, _ in found), default=0.0)
        return tuple(reply for cosine, reply in sorted(found, reverse=True) if cosine >= best - _NEARLY)

    def ready(self) -> None:
        """Compute what takes a second or two, ahead of the first small talk."""
        _ = self._vectors

    @cached_property
    def _vectors(self) -> np.ndarray:
        return self._encode([one.heard for one in exchanges()])
