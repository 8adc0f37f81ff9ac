"""The sentences of a reply: which item each is about, and which stretches of it speak of the person instead."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from catalog.items import Item

_END = re.compile(r"(?<!\b[A-Z])(?<!\b[JS]r)(?<!\b[DM]r)(?<!\bM[rs]s)(?<!\bSt)[.!?]+[\"”)]?\s+(?=[\"“(A-Z0-9À-Ý_])|\n")
_YEAR_AFTER = re.compile(r"\s*\(?((?:18|19|20)\d\d)\b")
_STATES = (
    r"(?:asked?|wish(?:ed)?|looked|were looking|are looking) for|(?:are|were) (?:in the mood for|after)|"
    r"lik(?:e|ed)|lov(?:e|ed)|enjoy(?:ed)?|want(?:ed)?|prefer(?:red)?|mention(?:ed)?|chose|went for|said|need(?:ed)?"
)
_ASKED = re.compile(
    rf"\b[Yy]ou(?:'ve| have|'d| had)?(?: also| really| just| both)? (?:{_STATES})\b|"
    r"\b[Yy]our (?:wish|request|love|liking|taste|fondness|interest) (?:for|of|in)\b"
)
_AVOIDED = re.compile(
    r"\b[Yy]ou (?:don['’]t|do not|didn['’]t|did not) (?:want|like|love|enjoy|ask for)\b|"
    r"\b[Yy]ou (?:hated?|disliked?|can['’]t stand|cannot stand|asked for no|want(?:ed)? no)\b"
)
_OVER = re.compile(
    r"[;:]|, (?:so|then|but|which|who|whose|in which|it|this|that|here|I|we|try|directed|starring|written)\b|"
    r",? and (?=_|(?:it|this|that|here|I|the film|the movie|you)\b)|"
    r", (?=(?:(?:[A-ZÀ-Ý][\w.'’-]*|and) ){1,9}(?:has|made)\b)"
)
"""Where what is said of the person ends, unless a title of the turn comes first."""
_SHARED = re.compile(r"\b(?:shares?|sharing|has in common)\b(?P<values>[^_;]*?)\bwith (?=_)")
_LACKING = re.compile(r"\bmisses what else you wished for:.*")
_DENIED = re.compile(
    r"\b(?:not|no|never|without|lacks?|isn['’]t|hardly|nothing|neither|nor)(?: \w+){0,2} ?$", re.IGNORECASE
)
_TOLD = re.compile(r" (?:is|was) |, an? ")
"""After a title: something is said of that item, whatever the turn is about."""
MASK = "_"
"""Stands for each character of a title."""


@dataclass(frozen=True)
class Mark:
    """Where a title stood."""

    start: int
    end: int
    item_id: str


class Manner(Enum):
    """How a stretch of a sentence is meant."""

    ASKED = "the person asked for it"
    AVOIDED = "the person does not want it"
    SHARED = "two items have it"
    LACKING = "the item does not have it"


@dataclass(frozen=True)
class Stretch:
    """Part of a sentence that is not plainly about its item."""

    start: int
    end: int
    manner: Manner
    other: str = ""
    """Id of the second item that has what is shared."""


@dataclass(frozen=True)
class Sentence:
    """A sentence whose titles are masked, so that their words name nothing."""

    text: str
    marks: tuple[Mark, ...]
    subjects: frozenset[str]
    """Ids of the items that the turn is about."""
    before: str
    """Id of the item that the sentence before was about; empty if there was none."""

    def about(self, place: int) -> str:
        """Return the id of the item that the words at an offset are about; empty if there is none.

        That is the last one of the turn's named before, or another that something was said of, else the first of the
        turn's named after, else the one that was spoken of before.
        """
        own = [mark for mark in self.marks if mark.item_id in self.subjects or self._is_told(mark, place)]
        earlier = [mark for mark in own if mark.start <= place]
        return earlier[-1].item_id if earlier else own[0].item_id if own else self.before

    def _is_told(self, mark: Mark, place: int) -> bool:
        return mark.end <= place and bool(_TOLD.match(self.text, mark.end))

    def named_after(self, place: int, besides: str) -> str:
        """Return the id of the first item that is named after an offset and is not ``besides``; empty if none is."""
        return next((mark.item_id for mark in self.marks if mark.start >= place and mark.item_id != besides), "")

    def denies(self, place: int) -> bool:
        """Tell whether the words before an offset say that what follows is not so."""
        return bool(_DENIED.search(self.text[:place]))

    def stretches(self) -> tuple[Stretch, ...]:
        """Return the parts that speak of the person, of two items, or of what an item lacks."""
        lacking = _LACKING.search(self.text)
        if lacking:
            return (Stretch(*lacking.span(), Manner.LACKING),)
        found = [
            Stretch(*match.span("values"), Manner.SHARED, self._at(match.end()))
            for match in _SHARED.finditer(self.text)
        ]
        for pattern, manner in ((_AVOIDED, Manner.AVOIDED), (_ASKED, Manner.ASKED)):
            found += [Stretch(match.end(), self._over(match.end()), manner) for match in pattern.finditer(self.text)]
        return tuple(found)

    def _at(self, place: int) -> str:
        return next((mark.item_id for mark in self.marks if mark.start == place), "")

    def _over(self, start: int) -> int:
        own = [mark.start for mark in self.marks if mark.item_id in self.subjects and mark.start >= start]
        over = _OVER.search(self.text, start)
        return min([*own[:1], *([over.start()] if over else []), len(self.text)])


def sentences(reply: str, subjects: Sequence[Item], others: Sequence[Item]) -> Iterator[Sentence]:
    """Yield the sentences of a reply; ``subjects`` are what the turn is about, ``others`` may be named besides."""
    text, marks = _masked(reply, (*subjects, *others))
    own = frozenset(item.id for item in subjects)
    # A reply that names none of the turn's items can only be about a single one.
    before = subjects[0].id if len(own) == 1 and not any(mark.item_id in own for mark in marks) else ""
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        inside = tuple(Mark(m.start - start, m.end - start, m.item_id) for m in marks if start <= m.start < end)
        sentence = Sentence(text[start:end].rstrip(), inside, own, before)
        if sentence.text:
            yield sentence
        before = next((mark.item_id for mark in inside if mark.item_id in own), before)
        start = end


def _masked(text: str, items: Sequence[Item]) -> tuple[str, list[Mark]]:
    """Return the text with every title masked, the longer ones first, and where they stood.

    Of several items of one title, the first is meant the first time, the second the next, unless a year tells them
    apart.
    """
    by_title: dict[str, list[Item]] = {}
    for item in items:
        by_title.setdefault(item.title, []).append(item)
    marks: list[Mark] = []
    for title in sorted(by_title, key=lambda title: (-len(title), title)):
        same = list(by_title[title])
        start = text.find(title)
        while start >= 0:
            end = start + len(title)
            if not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1])):
                meant = _meant(same, text[end:])
                marks.append(Mark(start, end, meant))
                same = [item for item in same if item.id != meant] or same
                text = text[:start] + MASK * len(title) + text[end:]
            start = text.find(title, end)
    return text, sorted(marks, key=lambda mark: mark.start)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == MASK


def _meant(items: Sequence[Item], after: str) -> str:
    """Return the id of the item of a title that has the year which follows, or of the first."""
    year = _YEAR_AFTER.match(after)
    return next((item.id for item in items if year and str(item.year) == year[1]), items[0].id)
