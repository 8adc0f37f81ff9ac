"""Hold a taught model to its brief: whole replies of its own, in which every fact is a phrase of the brief.

Between the phrases stand words that Parley says anyway (``data/voice.json``, by kind of reply), which state nothing of
an item. Numbers and names stand in phrases only.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from agent.briefs import Brief, Job, Phrase
from agent.lexicon import tokenize

VOICE: dict[str, frozenset[str]] = {
    job: frozenset(words)
    for job, words in json.loads((Path(__file__).parent / "data" / "voice.json").read_text(encoding="utf-8")).items()
}
"""Kind of reply to the words in which it may be said, in normal form; ``echoed`` ones if the person said them."""
_ECHOED = VOICE["echoed"]
_SLOT = re.compile(r"\{(\d)\}")
_END = re.compile(r"(?<!\b[A-Z])(?<!\b[DMJS]r)(?<!\bSt)(?<!\bMrs)[,;:.!?](?=\s)")
_STORY, _LIKED = "story", "liked"
_OF_ITEM = ("is", "by", _STORY)
_ABOUT_ITEMS = (Job.RECOMMEND, Job.SECOND, Job.CRITIQUE)
"""Kinds of replies that tell of items, and of which a part says something already."""
_OF_PERSON = re.compile(
    r"\byou(?:['’](?:ve|d|re))?(?: (?:have|had|also|just|really|are|were))? (?:ask(?:ed)? for|want(?:ed)?|like[d]?|"
    r"enjoy(?:ed)?|love[d]?|prefer(?:red)?|wish(?:ed)? for|mention(?:ed)?|said|need(?:ed)?|after)\b[^{},;:.!?]*$",
    re.IGNORECASE,
)
"""What is said of the person: what an item is does not follow it in the same breath."""
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|without|hardly|neither|nor|nothing)|n['’]t)(?: [\w'’]+){0,2} $", re.IGNORECASE
)
_IS_ONE = re.compile(r"\b(?:it|that|this|which|\{1\})(?:['’]s| is| was)\s+$")
"""Before who made an item: "it's Michael Mann" is not what anyone would say of a film."""
_OTHER_ROLE = re.compile(r"\b(?:with|starring|stars|featuring|written by) $", re.IGNORECASE)
_AFTER_LIKED = re.compile(
    r"^[,:]? ?(?:(?:is|was|has|being|a|an|which|that|by|from|in|directed|made) ?)*$", re.IGNORECASE
)


class Verdict(Enum):
    """What a text comes to that may go on."""

    TRUE = "says only what its brief says"
    OPEN = "may become true: it breaks off within a phrase"
    FALSE = "says something else"


@dataclass(frozen=True)
class _Unit:
    """A word or a slot."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class _Found:
    """A phrase of a brief in a text."""

    phrase: Phrase
    start: int
    end: int


def faithful(text: str, brief: Brief) -> bool:
    """Tell whether a whole reply says all that its brief says, and nothing else."""
    verdict, found = _judged(text, brief, whole=True)
    return verdict is Verdict.TRUE and _complete(text, brief, found)


def spoken(pieces: Iterable[str], brief: Brief) -> Iterator[str]:
    """Yield a reply as it grows, as far as its brief vouches for it; nothing where that is not enough.

    Recommendations grow clause by clause and may end early; other replies come whole or not at all.
    """
    text, good = "", ""
    for text in _clauses(pieces):
        verdict, found = _judged(text, brief)
        if verdict is Verdict.FALSE:
            break
        if verdict is Verdict.TRUE and brief.job in _ABOUT_ITEMS and _enough(text, found):
            good = text
            yield good.rstrip(" ,;:")
    else:
        if faithful(text := text.strip(), brief):
            yield text
            return
    if good:
        good = good.strip().rstrip(" ,;:")
        yield good if good.endswith((".", "!", "?")) else f"{good}."


def _clauses(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text up to the end of each clause, and at last all of it."""
    text, end = "", 0
    for piece in pieces:
        text += piece
        while match := _END.search(text, end):
            end = match.end()
            yield text[:end]
    if text.strip():
        yield text


def _enough(text: str, found: Sequence[_Found]) -> bool:
    return "{1}" in text and any(one.phrase.label in _OF_ITEM for one in found)


def _complete(text: str, brief: Brief, found: Sequence[_Found]) -> bool:
    said = {one.phrase for one in found}
    slots = all(f"{{{place}}}" in text for place in range(1, len(brief.items) + 1))
    ends = text.rstrip().endswith((".", "!", "?"))
    asks = brief.job is not Job.ASK or "?" in text
    return said == set(brief.phrases) and slots and ends and asks


def _judged(text: str, brief: Brief, whole: bool = False) -> tuple[Verdict, list[_Found]]:
    """Return what a text comes to, and the phrases in it; a ``whole`` one does not go on."""
    units, found = _units(text), list[_Found]()
    left = {phrase: [unit.form for unit in _units(phrase.text)] for phrase in brief.phrases}
    place = 0
    while place < len(units):
        ahead = [unit.form for unit in units[place:]]
        phrase = next((one for one in _longest_first(left) if ahead[: len(left[one])] == left[one]), None)
        if phrase:
            found.append(_Found(phrase, units[place].start, units[place + len(left[phrase]) - 1].end))
            place += len(left.pop(phrase))
        elif begun := next((one for one in left if left[one][: len(ahead)] == ahead), None):
            if not whole and not (begun.label == _STORY and _at_clause(begun.text, len(ahead))):
                return Verdict.OPEN, found
            return (Verdict.FALSE if whole else Verdict.TRUE), [*found, _Found(begun, units[place].start, len(text))]
        elif not _is_voice(units[place], text, brief):
            return Verdict.FALSE, found
        else:
            place += 1
    return (Verdict.TRUE if all(_fits(one, text, brief) for one in found) else Verdict.FALSE), found


def _longest_first(left: dict[Phrase, list[str]]) -> list[Phrase]:
    return sorted(left, key=lambda phrase: -len(left[phrase]))


def _at_clause(text: str, count: int) -> bool:
    """Tell whether the first ``count`` words of a text are whole clauses."""
    units = _units(text)
    return count < len(units) and text[units[count - 1].end] in ",;:"


def _units(text: str) -> list[_Unit]:
    found, start = list[_Unit](), 0
    for match in [*_SLOT.finditer(text), None]:
        end = match.start() if match else len(text)
        words = tokenize(text[start:end])
        found += [_Unit(token.norm, start + token.start, start + token.end) for token in words]
        if match:
            found.append(_Unit(match[0], *match.span()))
            start = match.end()
    return found


def _is_voice(unit: _Unit, text: str, brief: Brief) -> bool:
    """Tell whether a word outside the phrases is one of Parley's own, or a slot that has an item."""
    if slot := _SLOT.fullmatch(unit.form):
        return 1 <= int(slot[1]) <= len(brief.items)
    word = text[unit.start : unit.end]
    begins = not text[: unit.start].rstrip(' "“') or text[: unit.start].rstrip(' "“')[-1] in ".!?:"
    small = not word[0].isupper() or begins or word.split("'")[0].split("’")[0] in ("I", "Parley", "English")
    echoed = unit.form in _ECHOED and unit.form in {token.norm for token in tokenize(brief.heard)}
    return small and (echoed or unit.form in VOICE[brief.job])


def _fits(found: _Found, text: str, brief: Brief) -> bool:
    """Tell whether a phrase is said of what it is true of."""
    if brief.job not in _ABOUT_ITEMS:
        return True
    before, label = text[: found.start], found.phrase.label
    if _DENIED.search(before):
        return False
    if label not in _OF_ITEM:
        return True
    if _OF_PERSON.search(before):
        return False
    if label == _STORY and not before.rstrip().endswith(","):
        return False
    if label == "by" and (_OTHER_ROLE.search(before) or _IS_ONE.search(before)):
        return False
    liked = next((phrase.text for phrase in brief.phrases if phrase.label == _LIKED), None)
    return liked is None or liked not in before or not _AFTER_LIKED.match(before.rpartition(liked)[2])
