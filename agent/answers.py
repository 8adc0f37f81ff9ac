"""What is said in answer to a question, for each form that a question can have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.acts import Act, Asks, Dislikes, Indifferent, Likes, Prefers, Rejects, Seen, Topic
from agent.intents import Intent, intents, spans
from agent.mention import Mention
from agent.polarity import unwanted
from agent.state import DialogueState
from agent.verdicts import PLACES, about_item, refused
from catalog.items import TITLE, YEAR, parse_bound
from graph.evidence import Wish
from graph.questions import Form, Question

_ANY = frozenset((Intent.INDIFFERENT, Intent.UNSURE, Intent.EITHER, Intent.BOTH))
_NONE = frozenset((Intent.NO, Intent.REJECT, Intent.NEITHER))
_ALL_ALIKE = frozenset((Intent.INDIFFERENT, Intent.JUST_RECOMMEND, Intent.NEITHER, Intent.EITHER, Intent.BOTH))
_ALL = frozenset((Intent.YES, Intent.ACCEPT))
_ELSEWHERE = frozenset((Intent.MORE, Intent.WHY, Intent.TASTE))
"""A "yes" before these is no answer: "ok, what else have you got?"."""
_NEGATES_ON = re.compile(r"^(?:no+|not|never|rather not|please no)$", re.IGNORECASE)
"""Words that say no by themselves, and otherwise negate what comes next."""
_NEW_THOUGHT = re.compile(
    r"^\s*(?:[,.;:!–—-]|$|(?:but|i|i'd|i'm|let'?s|give|make|just|thanks|thank you)\b)", re.IGNORECASE
)
_LOW = re.compile(
    r"\b(?:older|old|earlier|early|before|classics?|vintage|prior|shorter|short|lower|low|under|below|cheaper|cheap|"
    r"smaller|small|fewer|at most|up to|brief|until)\b",
    re.IGNORECASE,
)
_HIGH = re.compile(
    r"\b(?:newer|new|recent|later|late|after|modern|contemporary|since|onwards?|longer|long|higher|high|over|above|"
    r"bigger|larger|at least|expensive|pricier)\b|\d\s+on\b",
    re.IGNORECASE,
)
_MORE, _LESS = re.compile(r"\bmore\b", re.IGNORECASE), re.compile(r"\bless\b", re.IGNORECASE)
_TURNED = re.compile(r"(?:\b(?:not|no|nothing|never|less|too)|n't)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
"""What turns a direction round: ``nothing too`` old."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_COMES = re.compile(
    r"\b(?:loads|comes|came|goes|go|starts|opens|arrives|ends|into|at|my|your|his|her)\s+$", re.IGNORECASE
)
_OF_MORE = re.compile(r"\s+(?:in|on|two|three|blood|name|line|thought|of your|you)\b", re.IGNORECASE)
"""Before and after a place that is no option: "whichever loads first", "not those first two"."""
_RATHER = re.compile(r"\b(?:than|over|before|instead of)\b|>", re.IGNORECASE)
_CLOSER = re.compile(r"(?:closer|nearer) (?:to|than)\b", re.IGNORECASE)
_ANYONE = DialogueState()


@dataclass(frozen=True)
class Opening:
    """How an answer to a yes-or-no question opens."""

    says: bool | None = None
    end: int = 0
    """Where in the text the opening ends: what follows is a thought of its own."""


def opening(text: str, found: Sequence[Mention], state: DialogueState) -> Opening:
    """Read the "yes" or "no" with which a text opens, if one was asked for."""
    question = state.open_question
    if question is None or question.form is not Form.YES_NO:
        return Opening()
    for intent, says in ((Intent.NO, False), (Intent.YES, True)):
        for start, end in spans(intent, text):
            negates = _NEGATES_ON.match(text[:end].strip()) and not _NEW_THOUGHT.match(text[end:])
            if start == 0 and not negates and not any(mention.start < end for mention in found):
                return Opening(says, end)
    return Opening()


def wishes_among(
    text: str, found: Sequence[Mention], says: bool | None, question: Question | None
) -> tuple[Mention, ...]:
    """Return the mentions that say something beyond answering the question."""
    return tuple(mention for mention in found if question is None or not _answers(text, mention, says, question))


def _answers(text: str, mention: Mention, says: bool | None, question: Question) -> bool:
    match question.form:
        case Form.COMPARISON:
            # There is a film called "Closer", which "closer to the first" does not name.
            comparing = _CLOSER.match(text[mention.start :])
            return mention.facet == TITLE and (mention.values[0] in question.options or bool(comparing))
        case Form.RANGE:
            # "older" stands for some year; here it only points to a side.
            return mention.facet == question.facet and not _NUMBER.search(text[mention.start : mention.end])
        case Form.YES_NO:
            return says is False and mention.facet == question.facet and question.options[0] in mention.values
    return False


def answers(
    text: str, says: bool | None, flags: frozenset[Intent], found: Sequence[Mention], state: DialogueState
) -> list[Act]:
    """Read an answer to the open question; ``says`` is how it opened, ``text`` what came after that."""
    question = state.open_question
    if question is None:
        return []
    match question.form:
        case Form.CHOICE:
            return _choice(flags, found, question)
        case Form.YES_NO:
            return _yes_no(text, says, flags, found, question)
        case Form.RANGE:
            return _range(text, flags, found, question)
        case Form.COMPARISON:
            return _comparison(text, flags, found, question)


def chosen(question: Question, option: str) -> tuple[Act, ...]:
    """Return what it means to take one of the options."""
    if question.form is Form.COMPARISON:
        return (Prefers(option, next(other for other in question.options if other != option)),)
    return (Likes(Wish(question.facet, (option,))),)


def declined(question: Question) -> tuple[Act, ...]:
    """Return what it means to take none of the options; each can be taken back by itself."""
    if question.form in (Form.RANGE, Form.COMPARISON):
        return undecided(question)
    return tuple(Dislikes(Wish(question.facet, (value,))) for value in question.options)


def undecided(question: Question) -> tuple[Act, ...]:
    """Return what it means that the options do not matter or cannot be told apart.

    Of one value, or of two items, that says nothing about the others of their facet.
    """
    alone = question.form in (Form.YES_NO, Form.COMPARISON)
    return (Indifferent(question.facet, question.options if alone else ()),)


def _choice(flags: frozenset[Intent], found: Sequence[Mention], question: Question) -> list[Act]:
    named = any(value in question.options for mention in found for value in mention.values)
    if named or Intent.SEEN in flags:
        return []
    if Intent.NEITHER in flags or (Intent.REJECT in flags and Intent.INDIFFERENT not in flags and not found):
        return [*declined(question)]
    if Intent.BOTH in flags:
        return [Likes(Wish(question.facet, (value,))) for value in question.options]
    if Intent.JUST_RECOMMEND in flags:
        return [*undecided(question), Asks(Topic.RECOMMEND)]
    if flags & {Intent.INDIFFERENT, Intent.UNSURE}:
        return [*undecided(question)]
    if Intent.EITHER in flags:
        return [Likes(Wish(question.facet, question.options))]
    return []


def options_pointed_at(text: str, found: Sequence[Mention], question: Question | None) -> tuple[Mention, ...]:
    """Return mentions of the options of a choice that are meant by their places: "hated the second"."""
    if question is None or question.form is not Form.CHOICE or intents(text) & _ALL_ALIKE:
        return ()
    if any(value in question.options for mention in found for value in mention.values):
        return ()
    return tuple(
        Mention(start, end, question.facet, (question.options[place],))
        for intent, place in PLACES.items()
        if place < len(question.options)
        for start, end in spans(intent, text)
        if not any(mention.start < end and start < mention.end for mention in found)
        and not (_COMES.search(text[:start]) or _OF_MORE.match(text[end:]))
    )


def _pointed(flags: frozenset[Intent], question: Question) -> list[str]:
    """Return the options that are meant by their places: ``the former``, ``number two``."""
    options = question.options
    return [options[place] for intent, place in PLACES.items() if intent in flags and place < len(options)]


def _yes_no(
    text: str, says: bool | None, flags: frozenset[Intent], found: Sequence[Mention], question: Question
) -> list[Act]:
    value = question.options[0]
    if Intent.JUST_RECOMMEND in flags:
        return [*undecided(question), Asks(Topic.RECOMMEND)]
    if says is not False and any(mention.facet == question.facet and value in mention.values for mention in found):
        return []
    if flags & _ANY:
        whole = Intent.INDIFFERENT in flags and question.facet.replace("_", " ") in text.lower()
        return [Indifferent(question.facet)] if whole else [*undecided(question)]
    if says is None and not found and flags & (_NONE | _ALL):
        says = not flags & _NONE
    if says is None or (says and flags & _ELSEWHERE):
        return []
    return [*(chosen(question, value) if says else declined(question))]


def _range(text: str, flags: frozenset[Intent], found: Sequence[Mention], question: Question) -> list[Act]:
    pointing = [mention for mention in found if _answers(text, mention, None, question)]
    said = {mention.facet for mention in found if mention not in pointing}
    if question.facet in said or (question.facet == YEAR and "decade" in said):
        return []
    sides = _sides_of_mentions(text, pointing) or _sides(text) or _sides_of_numbers(text, found, question)
    options = [question.options[side] for side in sides] or _pointed(flags, question)
    if len(options) == 1:
        return [*chosen(question, options[0])]
    if Intent.JUST_RECOMMEND in flags:
        return [*undecided(question), Asks(Topic.RECOMMEND)]
    vague = flags & (_ANY | {Intent.NEITHER}) or (not said and flags & (_ALL | _NONE))
    return [*undecided(question)] if vague or len(options) > 1 else []


def _sides_of_mentions(text: str, pointing: Sequence[Mention]) -> set[int]:
    """Return the sides, 0 for the lower and 1 for the upper one, that words for a number point to."""
    bounds = [parse_bound(mention.values[0]) for mention in pointing]
    bad = unwanted(text, pointing)
    return {int((bound[0] == ">=") != bool(bad[place])) for place, bound in enumerate(bounds) if bound}


def _sides(text: str) -> set[int]:
    """Return the sides that directions point to: ``more recent``, ``nothing too old``."""
    for low, high in ((_LOW, _HIGH), (_LESS, _MORE)):
        found = [(match, side) for side, words in enumerate((low, high)) for match in words.finditer(text)]
        if sides := {side ^ bool(_TURNED.search(text[: match.start()])) for match, side in found}:
            return sides
    return set()


def _sides_of_numbers(text: str, found: Sequence[Mention], question: Question) -> set[int]:
    """Return the side on which a number lies that stands alone: "1985"."""
    free = [match for match in _NUMBER.finditer(text) if not any(m.start <= match.start() < m.end for m in found)]
    if len(free) != 1 or len(text.split()) > 3 or len(free[0][0]) < 2:
        return set()
    bound = parse_bound(question.options[1])
    return {int(float(free[0][0]) >= bound[1])} if bound else set()


def _comparison(text: str, flags: frozenset[Intent], found: Sequence[Mention], question: Question) -> list[Act]:
    first, second = question.options
    other = {first: second, second: first}
    acts, towards = _named(text, flags, found, other)
    if not any(mention.values[0] in other for mention in found):
        towards = _placed(text, flags, other, question)
    if len(set(towards)) == 1:
        return [*acts, *chosen(question, towards[0])]
    if Intent.SEEN in flags and Intent.BOTH in flags:
        return [Seen(first), Seen(second), *undecided(question)]
    if Intent.JUST_RECOMMEND in flags:
        return [*undecided(question), Asks(Topic.RECOMMEND)]
    if Intent.INDIFFERENT in flags and Intent.UNSURE not in flags:
        return [Indifferent(TITLE)]
    named = any(mention.values[0] in other for mention in found)
    vague = flags & (_ANY | {Intent.NEITHER}) or (not found and flags & (_ALL | _NONE))
    return [*acts, *undecided(question)] if vague or named else []


def _named(
    text: str, flags: frozenset[Intent], found: Sequence[Mention], other: Mapping[str, str]
) -> tuple[list[Act], list[str]]:
    """Return what is said of the two items besides, and the ids of those that were named as nearer."""
    acts: list[Act] = []
    towards: list[str] = []
    named = [
        (mention, bad is not False)
        for mention, bad in zip(found, unwanted(text, found), strict=True)
        if mention.facet == TITLE
    ]
    named = [(mention, bad) for mention, bad in named if mention.values[0] in other]
    for mention, bad in named:
        item_id = mention.values[0]
        read = about_item(text, mention, bad, flags, _ANYONE, len(text))
        acts += [act for act in read if isinstance(act, Seen | Dislikes)]
        if any(isinstance(act, Rejects | Dislikes) for act in read):
            towards.append(other[item_id])
        elif any(isinstance(act, Likes) for act in read):
            towards.append(item_id)
    if len(named) == 2 and _RATHER.search(text[named[0][0].end : named[1][0].start]):
        winner, bad = named[0][0].values[0], named[0][1]
        return acts, [other[winner] if bad else winner]
    return acts, towards


def _placed(text: str, flags: frozenset[Intent], other: Mapping[str, str], question: Question) -> list[str]:
    """Return the ids that are meant by their places; "not the first" is the second."""
    pairs = [(question.options[place], intent) for intent, place in PLACES.items() if intent in flags and place < 2]
    return [other[item_id] if refused(text, intent) else item_id for item_id, intent in pairs]
