"""What an utterance does, apart from what it names: patterns for answers, verdicts and talk."""

import json
import re
from enum import StrEnum
from pathlib import Path


class Intent(StrEnum):
    """A kind of utterance that its wording gives away."""

    RESET = "reset"
    BACK = "back"
    """Comes back after a film was taken, and looks for another."""
    UNDO = "undo"
    WHY = "why"
    TASTE = "taste"
    JUST_RECOMMEND = "just_recommend"
    MORE = "more"
    NEITHER = "neither"
    EITHER = "either"
    BOTH = "both"
    INDIFFERENT = "indifferent"
    UNSURE = "unsure"
    YES = "yes"
    NO = "no"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    SEEN = "seen"
    ACCEPT = "accept"
    REJECT = "reject"
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OFFTOPIC = "offtopic"


_APOSTROPHES = re.compile(r"[’`]")
_PATTERNS = json.loads((Path(__file__).parent / "data" / "intent_patterns.json").read_text(encoding="utf-8"))
_COMPILED = {intent: re.compile("|".join(_PATTERNS[intent]), re.IGNORECASE) for intent in Intent}


def intents(text: str) -> frozenset[Intent]:
    """Return every intent whose wording the text shows; which of them count depends on the context."""
    plain = _APOSTROPHES.sub("'", text.strip())
    return frozenset(intent for intent, pattern in _COMPILED.items() if pattern.search(plain))


def spans(intent: Intent, text: str) -> tuple[tuple[int, int], ...]:
    """Return where the wording of an intent stands in the text."""
    return tuple(match.span() for match in _COMPILED[intent].finditer(_APOSTROPHES.sub("'", text)))


def after_new_start(text: str) -> str:
    """Return what follows the words with which a text starts over; what stands before them is about last time."""
    ends = [end for intent in (Intent.RESET, Intent.BACK) for _, end in spans(intent, text)]
    return text[max(ends, default=0) :].lstrip(" .,;:!?-")
