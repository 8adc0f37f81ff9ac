"""Whether what is named is wanted or unwanted: negation and its scope, by rules."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from agent.mention import Mention

_PATTERNS = json.loads((Path(__file__).parent / "data" / "polarity_patterns.json").read_text(encoding="utf-8"))


_WHO = r"(?:me|us|him|her|them|everyone|(?:my|our|the) \w+)"
"""Stands for ``<who>`` in the patterns."""


def _any(name: str, before: str = r"\b", after: str = "") -> re.Pattern[str]:
    patterns = "|".join(_PATTERNS[name]).replace("<who>", _WHO)
    return re.compile(f"{before}(?:{patterns}){after}", re.IGNORECASE)


_NEGATORS = _any("negators", after=r"(?=\W|$)")
_HARMLESS = _any("harmless")
_RESTORERS = _any("restorers", after=r"\b")
_REASON = (
    r"but|that|which|who|where|when|never(?! (?:fail|cease)s? to)|because|cos|since|as|so|once|now|before|after|if|"
    r"to (?:make|send|give|wind|calm|keep|take|put|drive|do)"
)
"""What follows these is said of something else: "a comedy because work is a bore"."""
_AFTER = _any("dismissals", before=rf"^(?:(?!\b(?:{_REASON})\b)[^.!?;,]){{0,30}}?(?:\b|(?<=\w)(?=['’]))")
_NEXT = _any(
    "dismissals_next",
    before=r"^(?:\s*(?:films?|movies?|stuff|ones?|things?))?\s*(?:\s[-–—]|[,.!?…—–])+\s*"
    r"(?:(?:me|him|us|her|oh|god|well|sorry|h+m+|um|er|eh|thanks|personally|literally)\W+){0,2}",
    after=r"(?=\W*$|\s*[.,!?;…—–)]|\s+but\b)",
)
"""A dismissal in the sentence after: "boxing? me? no thank you"."""
_FACE = re.compile(r"^(?:\s*(?:films?|movies?|stuff|ones?|things?))?\W{0,3}[🥱🤮🤢🙄👎🚫😒]+(?!\W*(?:love|yes|please))")
_RIGHT_AFTER = _any("right_after", before=r"^\s*,?\s*")
_SWAP = re.compile(
    r"(?<!'d )(?<!not )(?<!never )\b(?:swap|trade)(?: (?:the|all|his|her|this|that|every|my))*\s+$", re.IGNORECASE
)
_SWAPPED = re.compile(r"^(?:\s+\w+){0,2}\s+for\b", re.IGNORECASE)
"""Before and after what is to be replaced: "swap the romance for a car chase"."""
_AGAIN = re.compile(
    r"^(?:\s+(?:films?|movies?|ones?|stuff))?\s+again\?(?![^!?]*\b(?:go on|play|take|yes|yeah|sure|ok|please|why not|"
    r"nice|perfect|great|love|lovely|fine|cool|absolutely|of course|count me in|i'm in|would be)\b)",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:^|[.!?;:\n—–])\W*(?:(?:more|another|the|an?|oh|what)\W+){0,2}$", re.IGNORECASE)
"""Before what is sighed at: "vampires again? my neck's tired" and not "can we have vampires again?"."""
_LEAVING = _any("leaving", before=r"^(?:(?!\b(?:but|or)\b)[^.!?;]){0,30}?\b")
_IF = re.compile(
    r"\b(?:if|when|whenever|once|the (?:second|moment|minute))\b(?:(?!\b(?:want|give|fancy|need|love)\b)[^.!?;])*$",
    re.IGNORECASE,
)
"""Before a mention at which someone leaves: "if Michael Bay's name pops up I'm off"."""
_UNLESS = re.compile(r"\bunless\b[^.!?;]*$", re.IGNORECASE)
"""Before a mention without which someone leaves: "unless it's got robots I'm out"."""
_SOUND = re.compile(
    r"^\W*(?:u+gh+|uff+|urgh|e+w+|yu+c?k|bleh|blech|ick|gross(?=\W*[,!.]))\W+(?:(?:more|another|an?|the)\W+)?$",
    re.IGNORECASE,
)
"""Before a mention, and nothing else: "ew, guts"."""
_SENTENCE_END = re.compile(r"[.!?;:\n—–()]| - ")
_PREFERRED_TO = re.compile(r"^\s*(?:>|over|rather than|instead of|not)\s+$", re.IGNORECASE)
_TITLE_MARK = re.compile(r"^[!?](?= [a-z])")
"""The mark at the end of a title, where the sentence goes on: "Airplane! isn't for me"."""
_CLAUSE_END = re.compile(r",|\b(?:but|however|although|though|instead|rather)\b", re.IGNORECASE)
_ANY = re.compile(r"^\s+(?:(?:want|need|take|do|watch) )?any\s+$", re.IGNORECASE)
"""Between a negator and "more": ``don't want any more``."""
_PLEASE = re.compile(r"^\W{0,2}(?:please|instead)\b", re.IGNORECASE)
_REACH = 5
"""Words over which a negator reaches without a doubt."""
_NEAR = 25
"""Characters over which it reaches past a comma."""
_SOFT = frozenset(("genre", "mood", "theme"))
"""Facets whose words may describe what is wanted as well as what is not."""
_LIST_END = re.compile(r"^\s*(?:,\s*)?(?:and|or|nor|&)\b", re.IGNORECASE)
_LIST_LINK = re.compile(
    r"^\s*(?:(?:,|/|,?\s*(?:and|or|nor|&))\s*(?:any |the |a |too )?|,?\s*(?:or|nor) anything (?:with |about )?)$",
    re.IGNORECASE,
)
_MISSAID = re.compile(r"\b(?:i|you|did i|did you) (?:just |only )?(?:sai?d|say|wrote|typed|put)\W*$", re.IGNORECASE)
_MEANT = re.compile(
    r"^[^.!?]{0,25}?[,.?!;:–—-]*\s*(?:but |no |sorry,? |well,? )?(?:i|you) (?:actually |really |obviously )?"
    r"(?:meant|mean)\b(?! (?:it|that|what|every)\b|\W*$)",
    re.IGNORECASE,
)
"""Before and after a slip of the tongue: "I said eighties, I meant nineties"."""
_CORRECTED = re.compile(
    r"^(?: (?:films?|movies?|ones?))?\W+(?:(?:no|wait|sorry|oops|actually|hang on|er|um)\W+){0,3}"
    r"(?:no,? (?:wait|sorry|actually)|wait,? no|sorry,? no|actually,? no|scratch that|make that|or rather)"
    r"[,.!:;…–—-]*\s+(?:(?:the|an?|some|maybe|make it|i meant?)\s+)*$",
    re.IGNORECASE,
)
"""Between a slip of the tongue and what was meant: "horror, no wait, comedy"."""
_UNNAMED = re.compile(r"^\s*,\s*(?:[\w'’-]+\s*){1,2},?\s*\b(?:or|nor)\s*(?:any |the |a )?$", re.IGNORECASE)
"""Between two links of a list of which one in between is not named here: "no clowns, dolls, or Adam Sandler"."""
_EXCEPTS = ("unless", "except", "apart from", "aside from")
_BELOW = re.compile(
    r"\b(?:hates?|hated|dislikes?|avoid|no|can'?t (?:stand|be doing with)|skip|no-?gos?|deal-?breakers?|"
    r"don'?t (?:like|want))\s*:(?P<list>[^.!?;:\n]*)|"
    r"^(?P<all>[^.!?:]+)[.!?]\s*(?:none of (?:it|them|that|those)|no to all)\b",
    re.IGNORECASE,
)
"""A list that is refused as a whole: "we hate: vampires, sequels", "musicals, weddings. None of it"."""


def unwanted(text: str, mentions: Sequence[Mention]) -> tuple[bool | None, ...]:
    """Tell for each mention, in the order of the text, whether the person does not want it; None where that is unsure.

    A negating word holds until the sentence ends, or a word such as "but" turns it round; after a comma
    it holds on only along a list. Further than a few words away it may be about something else.
    """
    # The "not just" of "not Just like Heaven" is no phrase.
    spans = [match.span() for match in _HARMLESS.finditer(text)]
    harmless = [span for span in spans if not any(m.start < span[1] and span[0] < m.end for m in mentions)]
    marks = [(match.start(), match.end(), True) for match in _NEGATORS.finditer(text)]
    marks = [mark for mark in marks if not _inside(mark, harmless, mentions)]
    negators = list(marks)
    marks += [
        (match.start(), match.end(), False)
        for pattern in (_RESTORERS, _SENTENCE_END)
        for match in pattern.finditer(text)
        if not any(_part_of(text, match, start, end) for start, end, _ in negators)
    ]
    below = [match.span(name) for match in _BELOW.finditer(text) for name in ("list", "all")]
    flags: list[bool | None] = []
    for place, mention in enumerate(mentions):
        if any(start <= mention.start < end for start, end in below):
            flags.append(True)
            continue
        flag = _governed(text, place, marks, mentions, flags)
        slip = is_slip(text, mention, mentions)
        flags.append(None if slip else _dismissed_after(text, mention, place, mentions) or flag)
    return tuple(flags)


def is_slip(text: str, mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Tell whether something was named by a slip of the tongue that the next words take back."""
    if _MISSAID.search(text[: mention.start]) and _MEANT.match(text[mention.end :]):
        return True
    alike = _SOFT if mention.facet in _SOFT else {mention.facet}
    later = [other for other in mentions if other.facet in alike and other.start >= mention.end][:1]
    return any(_CORRECTED.match(text[mention.end : other.start]) for other in later)


def _part_of(text: str, restorer: re.Match[str], start: int, end: int) -> bool:
    """Tell whether a restoring word belongs to a negator: the "but" of "anything but", "don't want something"."""
    if start <= restorer.start() < end:
        return True
    if not restorer[0][0].isalpha():
        return False
    turning = restorer[0].lower() in ("but", "however", "though", "instead", "just", "only")
    between = text[end : restorer.start()]
    return not turning and (
        (0 <= len(between) <= 3 and restorer.start() >= end and "," not in between) or bool(_ANY.match(between))
    )


def _inside(mark: tuple[int, int, bool], harmless: list[tuple[int, int]], mentions: Sequence[Mention]) -> bool:
    """Tell whether a negator is part of a harmless phrase or of something named."""
    within = any(start <= mark[0] < end for start, end in harmless)
    return within or any(mention.start <= mark[0] < mention.end for mention in mentions)


def _governed(
    text: str,
    place: int,
    marks: list[tuple[int, int, bool]],
    mentions: Sequence[Mention],
    flags: list[bool | None],
) -> bool | None:
    mention = mentions[place]
    if _NEGATORS.match(text, mention.start):
        return False
    before = [mark for mark in marks if mark[1] <= mention.start]
    if _SOUND.match(text[: mention.start]) and not re.search(r"\w", text[mention.end :]):
        return True
    if not before:
        return False
    last = max(before, key=lambda mark: (mark[0], mark[1]))
    if not last[2] or _but_for(text, last, before):
        return False
    between = text[last[1] : mention.start]
    if "," not in between:
        linked = any(other.start >= last[1] for other in mentions[:place])
        return True if linked or len(between.split()) <= _REACH else None
    return _listed(text, place, last[1], mentions, flags)


def _but_for(text: str, last: tuple[int, int, bool], before: list[tuple[int, int, bool]]) -> bool:
    """Tell whether a negator makes an exception of what is refused: ``no sports, unless it's chess``."""
    earlier = [mark for mark in before if mark[1] <= last[0]]
    return text[last[0] : last[1]].lower().startswith(_EXCEPTS) and bool(earlier) and max(earlier)[2]


def _listed(text: str, place: int, negated: int, mentions: Sequence[Mention], flags: list[bool | None]) -> bool | None:
    """Tell whether a negator that ends at ``negated`` holds past a comma: ``no horror, crime or romance``.

    Along a list every gap between neighbours is a comma or an "or". A list that no "or" or "and" closes may be
    a list of what is wanted: ``no horror, funny``.
    """
    mention = mentions[place]
    if _PLEASE.match(text[mention.end :]):
        return False
    following = mentions[place + 1] if place + 1 < len(mentions) else None
    closes = following is not None and bool(_LIST_END.match(text[mention.end : following.start]))
    doubt = None if mention.facet in _SOFT else False
    if not any(other.start >= negated for other in mentions[:place]):
        near = re.match(r"^[^,]*,\s*(?:\w+\s*){0,1}$", text[negated : mention.start])
        closes = closes or bool(_LIST_END.match(text[mention.end :]))
        return closes or doubt if near and mention.start - negated < _NEAR else False
    gap = text[mentions[place - 1].end : mention.start]
    if mention.facet == "runtime" != mentions[place - 1].facet and gap.strip(" ,") == "and":
        # "a blind spot for horror, and about ninety minutes" lists what there is.
        return False
    if flags[place - 1] is False or not (_LIST_LINK.match(gap) or _UNNAMED.match(gap)):
        return False
    if _LIST_END.match(gap) or closes or _UNNAMED.match(gap):
        return flags[place - 1]
    return doubt


def _dismissed_after(text: str, mention: Mention, place: int, mentions: Sequence[Mention]) -> bool:
    """Tell whether the words after a mention dismiss it: ``musicals bore me``, ``nightmares no``."""
    # One word may name several things: a documentary is a genre and a theme.
    end = next((other.start for other in mentions[place + 1 :] if other.start >= mention.end), len(text))
    if place > 0 and _PREFERRED_TO.match(text[mentions[place - 1].end : mention.start]):
        return True
    before, after = text[: mention.start], text[mention.end :]
    if (_SWAP.search(before) and _SWAPPED.match(after)) or (_ALONE.search(before) and _AGAIN.match(after)):
        return True
    # "horror's off the table" is linked with its "'s".
    start = mention.end - 2 * text[mention.start : mention.end].endswith("'s")
    rest = _TITLE_MARK.sub(" ", text[start:])
    match = (
        _NEXT.match(text[start:])
        or _RIGHT_AFTER.match(rest)
        or _FACE.match(rest)
        or (None if _UNLESS.search(before) else _AFTER.match(rest))
    )
    match = match or (_LEAVING.match(rest) if _IF.search(before) else None)
    return match is not None and start + match.end() <= max(end, mention.end)


def without_refusals(text: str) -> str:
    """Return a text without what follows a negator, up to a comma, the end of the sentence or a word such as "but".

    A text that is nothing but refusals stays as it is.
    """
    whole = text
    text = _BELOW.sub(" ", text)
    left, end = [], 0
    for negator in _NEGATORS.finditer(text):
        if negator.start() < end:
            continue
        left.append(text[end : negator.start()])
        after = [
            match.start() for pattern in (_CLAUSE_END, _SENTENCE_END) if (match := pattern.search(text, negator.end()))
        ]
        end = min(after, default=len(text))
    left.append(text[end:])
    return " ".join(" ".join(left).split()).strip(" ,;") or whole
