"""Items just shown that are meant by what they are: ``the submarine one``, or why one of them is taken."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.acts import Act, Likes
from agent.mention import Mention
from catalog.items import TITLE, Catalog

_THE = re.compile(
    r"\b(?:the|that|this)(?: (?!best|perfect|classic|greatest|ultimate|right|only|odd)\w+)? $", re.IGNORECASE
)
_ONE = re.compile(
    r"^ (?P<noun>one|film|movie|flick|picture)\b(?! (?:where|in which|with|about|from|by|noir|genre)\b)", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because|bc|cos|cuz|since|has|it'?s|loves?|likes?|adores?|fan|favou?rite|in it|is in)\b", re.IGNORECASE
)
_WANTS = re.compile(
    r"\b(?:some|any)thing\b|"
    r"\b(?:more|another|instead|else|give|show|find|got|want|need|looking|fancy|make)\b|"
    r"\b(?:but|also|unless|please|pls|and then)\b",
    re.IGNORECASE,
)
"""Words with which more is asked for than what is shown."""


def pointed_out(text: str, found: Sequence[Mention], shown: Sequence[str], catalog: Catalog) -> tuple[Mention, ...]:
    """Return the mentions with the item in place of the value that tells it from the others ``shown``.

    "The tense one" is no wish for something tense, be it that several are.
    """
    kept = []
    for mention in found:
        points = _THE.search(text[: mention.start]) and _ONE.match(text[mention.end :])
        having = [
            item_id for item_id in shown if any(catalog[item_id].has(mention.facet, value) for value in mention.values)
        ]
        if mention.facet == TITLE or not points or not having:
            kept.append(mention)
        elif len(having) == 1:
            kept.append(replace(mention, facet=TITLE, values=(having[0],)))
        elif points["noun"].lower() != "one":
            kept.append(mention)
    return tuple(dict.fromkeys(kept))


def wants_more(text: str) -> bool:
    """Tell whether the words ask for something beside what is shown."""
    return bool(_WANTS.search(text))


def reasons(text: str, acts: Sequence[Act], taken: Sequence[str], catalog: Catalog) -> list[Act]:
    """Return the wishes that only say why an item is ``taken``: ``the first, it has Heath Ledger``."""
    if wants_more(text) or not _REASON.search(text):
        return []
    return [
        act
        for act in acts
        if isinstance(act, Likes)
        and act.wish.facet != TITLE
        and any(catalog[item_id].has(act.wish.facet, value) for item_id in taken for value in act.wish.values)
    ]
