"""Whether what is named is wanted, given what was asked: "any actor to avoid?" turns the answer round."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from agent.actions import Recommend
from agent.mention import Mention
from agent.polarity import unwanted
from agent.state import DialogueState
from catalog.items import TITLE
from graph.questions import Form, Question

_PATTERNS = json.loads((Path(__file__).parent / "data" / "stance_patterns.json").read_text(encoding="utf-8"))


def _any(name: str, frame: str = r"\b(?:{})\b") -> re.Pattern[str]:
    return re.compile(frame.replace("{}", "|".join(_PATTERNS[name])), re.IGNORECASE)


_AVERSE = _any("averse", r"\b(?:{})\b[^?.!]*\?[^?]*$")
"""A question for what somebody does not want."""
_WANTS = _any("wants")
"""Before what is wanted all the same."""
_WELCOME = _any("welcome")
"""After what is wanted all the same."""
_NOTHING = re.compile(r"^\W*(?:no(?: one|body)?|nope|nah|not (?:really|much)|nothing|none)\b", re.IGNORECASE)
_OPENS = _any("opens", r"^\W*(?:(?:{})\W+){0,2}$")
"""Before a choice with which an answer opens."""
_CHOSEN = re.compile(
    r"^(?:\s*(?:films?|movies?|please|tonight|thanks|ones?|then))*\s*(?:[.,;:!…–—(]|-\s)", re.IGNORECASE
)
"""After a choice that ends its clause."""
_CLAUSE_END = re.compile(r"[.,;:!?…–—(]|\s-\s")
_JOINS = _any("joins")
"""Before another option that is wanted besides the choice."""
_ADDED = _any("added")
"""Beside such an option."""
_ARTICLE = re.compile(r"\b(?:the|an?|my|me)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:^|[.,!;?…—–-]\s*|\b(?:but|and|so|wait|ok|okay|um|hmm+|oh)\s+)"
    r"(?:(?:is|was|are|does|do|did|will|has) (?:it|that|this|they|both|either|he|she|the (?:\w+ )?one|the \w+)"
    r"|how(?! about\b))\b(?:(?!\b(?:like|rather|want)\b)[^.?!;,]){0,30}$",
    re.IGNORECASE,
)
_RATHER_NOT = re.compile(
    r"\b(?:can'?t (?:do|take|face|handle)|not (?:in the mood|tonight|today|this week)|rather not|no thanks|"
    r"(?:doesn'?t|don'?t|didn'?t) (?:want|like|do)|avoid|hates?|gentler|nightmares)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(r"\b(?:enough|hope|please|i (?:want|like|love))\b", re.IGNORECASE)
"""A question about an item, what turns it into a refusal, and what makes it a wish: "is it scary enough?"."""


def stances(text: str, found: Sequence[Mention], state: DialogueState) -> tuple[bool | None, ...]:
    """Tell of each mention, as ``agent.polarity.unwanted``, whether it is unwanted, given what Parley just said."""
    flags = unwanted(text, found)
    question = state.open_question
    if question is not None:
        return _beside_the_choice(text, found, flags, question) if question.form is Form.CHOICE else flags
    last = state.turns[-1] if state.turns else None
    if last and state.slate:
        flags = tuple(_asked(text, mention, flag) for flag, mention in zip(flags, found, strict=True))
    if not last or isinstance(last.action, Recommend) or _NOTHING.match(text) or not _AVERSE.search(last.reply):
        return flags
    return tuple(
        flag or (flag is False and not _wished(text, mention)) for flag, mention in zip(flags, found, strict=True)
    )


def _asked(text: str, mention: Mention, flag: bool | None) -> bool | None:
    """Take what is only asked of items just shown as no wish, and as refused where that follows: "is it sad? can't"."""
    if flag is not False or mention.facet == TITLE or not _ASKS.search(text[: mention.start]):
        return flag
    clause, _, rest = re.sub(r"[.!?]", "?", text[mention.end :]).partition("?")
    if _RATHER_NOT.search(rest):
        return True
    return flag if _LEANS.search(clause) else None


def _wished(text: str, mention: Mention) -> bool:
    """Tell whether something is wished for in answer to a question for what is not."""
    return bool(_WANTS.search(text[: mention.start]) or _WELCOME.search(re.split(r"[.,;!?]", text[mention.end :])[0]))


def _beside_the_choice(
    text: str, found: Sequence[Mention], flags: tuple[bool | None, ...], question: Question
) -> tuple[bool | None, ...]:
    """Take an option on which something is remarked once another is chosen as unwanted: "80s. the fifties smell"."""
    places = [place for place, mention in enumerate(found) if set(mention.values) & set(question.options)]
    chosen = found[places[0]] if places else None
    if chosen is None or flags[places[0]] is not False or not _OPENS.match(text[: chosen.start]):
        return flags
    turned = list(flags)
    for place in places[1:]:
        other = found[place]
        gap, remark = text[chosen.end : other.start], re.split(r"[.;!?]", text[other.end :])[0]
        before = _CLAUSE_END.split(gap)[-1]
        if flags[place] is not False or set(other.values) & set(chosen.values) or not _CHOSEN.match(gap):
            continue
        remarked = len(re.findall(r"\w+", remark)) > 1 and not re.search(r"\w", _ARTICLE.sub("", before))
        turned[place] = remarked and not _JOINS.search(before) and not _ADDED.search(before + remark)
    return tuple(turned)
