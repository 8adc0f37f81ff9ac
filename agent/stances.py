"""Whether what is named is wanted, given what was asked: "any actor to avoid?" turns the answer round."""

import re
from collections.abc import Sequence

from agent.mention import Mention
from agent.polarity import unwanted
from agent.state import DialogueState
from graph.questions import Form, Question

_AVERSE = re.compile(
    r"\b(?:avoid|keep (?:\w+ ){0,3}?(?:off|out|away)|(?:steer|stay) (?:clear|away)|leave out|skip|rule out|allergic|"
    r"can'?t (?:you )?(?:stand|stomach|bear|face)|cannot (?:stand|stomach|bear)|hate|dislike|rather not|rather i kept|"
    r"(?:don'?t|not) (?:you )?(?:want|like)|off the (?:menu|table)|no-go|spare you|deal-?breakers?)\b[^?.!]*\?[^?]*$",
    re.IGNORECASE,
)
_WANTS = re.compile(r"\b(?:but|love|loves|like|want|fine|ok|okay|only|instead|give|gimme|fancy|need)\b", re.IGNORECASE)
_OPENS = re.compile(
    r"^\W*(?:(?:the|oh|um+|er+|well|definitely|always|some|ok|okay|please|more)\W+){0,2}$", re.IGNORECASE
)
_NEW_CLAUSE = re.compile(r"[.,;:!?…–—(]|\s-\s|\b(?:because|cause|cos|since)\b", re.IGNORECASE)
_JOINS = re.compile(
    r"\b(?:and|or|plus|also|then|maybe|perhaps|with|either|both|even|if|but|though|ideally|bonus)\b", re.IGNORECASE
)
"""Between the choice and another option that is wanted as well."""
_WELCOMES = re.compile(
    r"\b(?:i(?:'d| would)? (?:also )?(?:like|love|want|enjoy|take)|fine|ok|okay|too(?=\W*$)|as well|also|welcome|bonus|"
    r"please)\b",
    re.IGNORECASE,
)


def stances(text: str, found: Sequence[Mention], state: DialogueState) -> tuple[bool | None, ...]:
    """Tell of each mention, as ``agent.polarity.unwanted``, whether it is unwanted, given what Parley just said."""
    flags = unwanted(text, found)
    reply = state.turns[-1].reply if state.turns else ""
    question = state.open_question
    if question is not None and question.form is Form.CHOICE:
        return _beside_the_choice(text, found, flags, question)
    if _AVERSE.search(reply):
        return tuple(
            flag is False and not _WANTS.search(text[: mention.start]) or flag
            for flag, mention in zip(flags, found, strict=True)
        )
    return flags


def _beside_the_choice(
    text: str, found: Sequence[Mention], flags: tuple[bool | None, ...], question: Question
) -> tuple[bool | None, ...]:
    """Take an option on which something is remarked once another is chosen as unwanted: "80s. the fifties smell"."""
    places = [place for place, mention in enumerate(found) if set(mention.values) & set(question.options)]
    chosen = next(iter(places), None)
    if chosen is None or flags[chosen] is not False or not _OPENS.match(text[: found[chosen].start]):
        return flags
    turned = list(flags)
    for place in places[1:]:
        gap = text[found[chosen].end : found[place].start]
        before = _NEW_CLAUSE.split(gap)[-1]
        remark = re.split(r"[.;!?]", text[found[place].end :])[0]
        if set(found[place].values) & set(found[chosen].values) or not _NEW_CLAUSE.search(gap):
            continue
        told = len(re.findall(r"\w+", before + remark)) > 1
        if flags[place] is False and told and not _JOINS.search(before) and not _WELCOMES.search(before + remark):
            turned[place] = True
    return tuple(turned)
