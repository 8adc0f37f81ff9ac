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
_HALF_SLOT = re.compile(r"\{(\d?)$")
_CAPITALS = ("I", "Parley", "English")
_IN_WORD = re.compile(r"[^\W_]['’]?$")
_ENDS = (".", "!", "?")
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


class Cut(Enum):
    """Where a text breaks off."""

    NOWHERE = "it is whole"
    CLAUSE = "after a clause"
    WORD = "anywhere, within a word even"


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
    verdict, found = _judged(text, brief, Cut.NOWHERE)
    return verdict is Verdict.TRUE and _complete(text, brief, found)


class Vouching:
    """Guides a model to what its brief vouches for: says of a reply as it grows whether it may go on, or end."""

    def __init__(self, brief: Brief, begun: str = "") -> None:
        """Guide what is said after ``begun``."""
        self._brief = brief
        self._begun = begun

    def may_go_on(self, text: str) -> bool:
        """Tell whether a text that breaks off anywhere can still become what the brief says."""
        text = f"{self._begun}{text}"
        slot = _HALF_SLOT.search(text)
        if not slot:
            return _judged(text, self._brief, Cut.WORD)[0] is not Verdict.FALSE
        places = [slot[1]] if slot[1] else [str(place) for place in range(1, len(self._brief.items) + 1)]
        whole = (f"{text[: slot.start()]}{{{place}}}" for place in places)
        return any(_judged(one, self._brief, Cut.WORD)[0] is not Verdict.FALSE for one in whole)

    def may_end(self, text: str) -> bool:
        """Tell whether a reply may end here."""
        text = f"{self._begun}{text}".strip()
        verdict, found = _judged(text, self._brief, Cut.NOWHERE)
        if verdict is not Verdict.TRUE:
            return False
        if self._brief.job in _ABOUT_ITEMS:
            return _enough(text, found) and text.endswith(_ENDS)
        return _complete(text, self._brief, found)


def spoken(pieces: Iterable[str], brief: Brief) -> Iterator[str]:
    """Yield a reply as it grows, as far as its brief vouches for it; nothing where that is not enough.

    Recommendations grow clause by clause and may end early; other replies come whole or not at all.
    """
    text, good = "", ""
    for text in _clauses(pieces):
        verdict, found = _judged(text, brief, Cut.CLAUSE)
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
        yield good if good.endswith(_ENDS) else f"{good}."


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
    ends = text.rstrip().endswith(_ENDS)
    asks = brief.job is not Job.ASK or "?" in text
    return said == set(brief.phrases) and slots and ends and asks


def _judged(text: str, brief: Brief, cut: Cut) -> tuple[Verdict, list[_Found]]:
    """Return what a text comes to, and the phrases in it, the one last in which it breaks off."""
    units, found = _units(text), list[_Found]()
    left = {phrase: [unit.form for unit in _units(phrase.text)] for phrase in brief.phrases}
    half = cut is Cut.WORD and bool(_IN_WORD.search(text))
    verdict, place = Verdict.TRUE, 0
    while place < len(units):
        ahead = [unit.form for unit in units[place:]]
        phrase = next((one for one in _longest_first(left) if ahead[: len(left[one])] == left[one]), None)
        if phrase:
            found.append(_Found(phrase, units[place].start, units[place + len(left[phrase]) - 1].end))
            place += len(left.pop(phrase))
            continue
        begun = _begun(left, ahead, half)
        part = _Found(begun, units[place].start, len(text)) if begun else None
        # What breaks off may yet be another word: "a" is the beginning of many a phrase.
        if part and (cut is Cut.NOWHERE or _fits(part, text, brief)):
            found.append(part)
            verdict = _broken_off(part.phrase, len(ahead), cut)
            break
        if not _is_voice(units[place], text, brief, half and place == len(units) - 1):
            return Verdict.FALSE, found
        place += 1
    return (verdict if all(_fits(one, text, brief) for one in found) else Verdict.FALSE), found


def _broken_off(phrase: Phrase, count: int, cut: Cut) -> Verdict:
    """Return what a text comes to that breaks off after the first ``count`` words of a phrase."""
    if cut is Cut.NOWHERE:
        return Verdict.FALSE
    clause = cut is Cut.CLAUSE and phrase.label == _STORY and _at_clause(phrase.text, count)
    return Verdict.TRUE if clause else Verdict.OPEN


def _begun(left: dict[Phrase, list[str]], ahead: Sequence[str], half: bool) -> Phrase | None:
    """Return the phrase that a text breaks off in; of its last word there may be but ``half``."""
    if not half:
        return next((one for one, forms in left.items() if forms[: len(ahead)] == ahead), None)
    *whole, last = ahead
    for one, forms in left.items():
        if forms[: len(whole)] == whole and len(forms) > len(whole) and forms[len(whole)].startswith(last):
            return one
    return None


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


def _is_voice(unit: _Unit, text: str, brief: Brief, half: bool = False) -> bool:
    """Tell whether a word outside the phrases, or ``half`` of it, is one of Parley's own, or a slot with an item."""
    if slot := _SLOT.fullmatch(unit.form):
        return 1 <= int(slot[1]) <= len(brief.items)
    word = text[unit.start : unit.end]
    begins = not text[: unit.start].rstrip(' "“') or text[: unit.start].rstrip(' "“')[-1] in ".!?:"
    name = word.split("'")[0].split("’")[0]
    known_name = any(one.startswith(name) if half else one == name for one in _CAPITALS)
    if word[0].isupper() and not begins and not known_name:
        return False
    echoed = _ECHOED & {token.norm for token in tokenize(brief.heard)}
    if half:
        return any(known.startswith(unit.form) for known in (*VOICE[brief.job], *echoed))
    return unit.form in echoed or unit.form in VOICE[brief.job]


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
