"""Whether what is named is wanted or unwanted: negation and its scope, by rules."""

import re
from collections.abc import Sequence

from agent.linker import Mention

_NEGATORS = re.compile(
    r"\b(?:not in the mood for|not looking for|no interest in|don'?t (?:want|need|like|fancy)|dont (?:want|like)|anything but|everything but|all but|no more|nothing|nobody|no one|noone|no|not|never|without|w/o|minus|"
    r"sans|except(?: for)?|hates?|hated|hating|dislikes?|disliked|despise[sd]?|loathe[sd]?|avoid(?:ing)?|skip(?:ping)?|"
    r"less|fewer|(?:sick|tired|bored|weary) (?:of|by|with)|fed up (?:with|of)|can'?t (?:stand|bear|do|handle|take|abide)|"
    r"cannot (?:stand|bear|do|handle|take|abide)|don'?t|dont|doesn'?t|doesnt|isn'?t|isnt|aren'?t|arent|wasn'?t|won'?t|"
    r"wont|enough of|had (?:my fill|enough) of|leave out|cut out|lose the|losing the|lose|drop the|ditch|hard pass on|"
    r"pass on|bored of|rather than|instead of|allergic to|over (?=the [a-z]+ thing)|zero|neither|nor|too|vetoed|vetoes|"
    r"banned|minus the|aside from|apart from|so over|hold the|easy on the|off the|scared of|afraid of|overrated)(?=\W|$)",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:not only|not just|no problem with|don'?t mind|dont mind|doesn'?t have to|nothing but|can'?t get enough(?: of)?|"
    r"cant get enough(?: of)?|no idea|not sure|don'?t know|dont know|why not|not yet|never seen|haven'?t seen|"
    r"havent seen|if not|no matter|no worries|not bad|wouldn'?t mind|don'?t care|dont care|never gets? old|"
    r"can'?t go wrong with|not been|too many times|me too|no pressure|couldn'?t hurt|not against|no rush|"
    r"no,? (?=something|i want|i'd|give|make)|not that(?= i)|too(?= please)|too[.!,]|no[,.!])",
    re.IGNORECASE,
)
_RESTORERS = re.compile(
    r"\b(?:but|however|instead(?! of)|just|though|i want|i'?d like|i'?d love|id like|i like|i love|love|loved|give me|"
    r"gimme|prefer(?:ably)?|please make|make it|make me|more|something|need|maybe|only|am fine with|is fine|are fine|"
    r"ok with|okay with|so (?=something|a |let)|show me|looking for|in the mood)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;:\n—–()]| - ")
_AFTER = re.compile(
    r"^(?:(?!\bbut\b)[^.!?;,]){0,30}?\b(?:no\b(?! \w)|nope|(?:is|are|'?s|'?re) (?:out|overrated|off the table|banned|not (?:for me|my thing|"
    r"an option))|aren'?t(?: for me| my thing)?(?=[,.!?]|$)|isn'?t(?: for me| my thing)?(?=[,.!?]|$)|not my (?:thing|cup)|"
    r"bore[sd]? me|scares? me|annoys? me|makes? me (?:sick|dizzy|uncomfortable|feel ill|want to leave|queasy|sleepy)|"
    r"puts? me (?:to sleep|off)|gives? (?:me|him|her|us|my \w+) (?:nightmares|a headache|the creeps)|leaves? me cold|"
    r"does nothing for (?:me|us)|did nothing for (?:me|us)|no thanks|no thank you|i'?m out|count me out|not tonight|"
    r"not (?:today|again)|was (?:boring|awful|terrible|rubbish|too \w+|overrated))",
    re.IGNORECASE,
)
_PREFERRED_TO = re.compile(r"^\s*(?:>|over|rather than|instead of|not)\s+$", re.IGNORECASE)
_LIST_LINK = re.compile(r"^\s*(?:,|/|,?\s*(?:and|or|nor|&))\s*(?:any |the |a |too )?$", re.IGNORECASE)


def unwanted(text: str, mentions: Sequence[Mention]) -> tuple[bool, ...]:
    """Tell for each mention, in the order of the text, whether the person does not want it.

    A negating word holds until the sentence ends, or a word such as "but" turns it round; after a comma
    it holds on only along a list.
    """
    harmless = [match.span() for match in _HARMLESS.finditer(text)]
    marks = [(match.start(), match.end(), True) for match in _NEGATORS.finditer(text)]
    marks = [mark for mark in marks if not _inside(mark, harmless, mentions)]
    negators = list(marks)
    marks += [
        (match.start(), match.end(), False)
        for pattern in (_RESTORERS, _SENTENCE_END)
        for match in pattern.finditer(text)
        if not any(_part_of(text, match, start, end) for start, end, _ in negators)
    ]
    flags: list[bool] = []
    for place, mention in enumerate(mentions):
        flag = _governed(text, mention, marks, mentions, flags)
        flags.append(flag or _dismissed_after(text, mention, place, mentions))
    return tuple(flags)


def _part_of(text: str, restorer: re.Match[str], start: int, end: int) -> bool:
    """Tell whether a restoring word belongs to a negator: the "but" of "anything but", "don't want something"."""
    if start <= restorer.start() < end:
        return True
    turning = restorer[0].lower() in ("but", "however", "though", "instead", "just", "only")
    return not turning and 0 <= restorer.start() - end <= 3 and "," not in text[end : restorer.start()]


def _inside(mark: tuple[int, int, bool], harmless: list[tuple[int, int]], mentions: Sequence[Mention]) -> bool:
    """Tell whether a negator is part of a harmless phrase or of something named."""
    within = any(start <= mark[0] < end for start, end in harmless)
    return within or any(mention.start <= mark[0] < mention.end for mention in mentions)


def _governed(
    text: str,
    mention: Mention,
    marks: list[tuple[int, int, bool]],
    mentions: Sequence[Mention],
    flags: list[bool],
) -> bool:
    before = [mark for mark in marks if mark[1] <= mention.start]
    if not before:
        return False
    last = max(before, key=lambda mark: (mark[0], mark[1]))
    if not last[2]:
        return False
    between = text[last[1] : mention.start]
    if "," not in between:
        return True
    # Along a list every gap between neighbours is a comma or an "or"; a comma that opens a new thought is not.
    earlier = [(other, flag) for other, flag in zip(mentions, flags, strict=False) if other.start >= last[1]]
    if not earlier:
        return bool(re.match(r"^[^,]*,\s*(?:\w+\s*){0,1}$", between)) and len(between) < 25
    neighbour, flag = earlier[-1]
    return flag and bool(_LIST_LINK.match(text[neighbour.end : mention.start]))


def _dismissed_after(text: str, mention: Mention, place: int, mentions: Sequence[Mention]) -> bool:
    """Tell whether the words after a mention dismiss it: ``musicals bore me``, ``nightmares no``."""
    end = mentions[place + 1].start if place + 1 < len(mentions) else len(text)
    if place > 0 and _PREFERRED_TO.match(text[mentions[place - 1].end : mention.start]):
        return True
    match = _AFTER.match(text[mention.end :])
    return match is not None and mention.end + match.end() <= max(end, mention.end)
