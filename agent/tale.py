"""Which of the words that could be wishes are only part of a story that is told: fewer and surer links.

"a man who burns the french toast" wants no film from France. What is left out here still counts: the nearness of
whole sentences in the vector index reads it.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from agent.mention import Mention
from catalog.items import TITLE

_PATTERNS = json.loads((Path(__file__).parent / "data" / "reading_patterns.json").read_text(encoding="utf-8"))
_SAYINGS = re.compile(rf"\b(?:{'|'.join(_PATTERNS['sayings'])})\b", re.IGNORECASE)
_WISHES, _TELLER, _PEOPLE = (
    re.compile(rf"\b(?:{_PATTERNS[name]})\b", re.IGNORECASE) for name in ("wishes", "teller", "people")
)
_COMPANY_BEFORE, _COMPANY_AFTER = (
    re.compile(_PATTERNS[name], re.IGNORECASE) for name in ("company_before", "company_after")
)
_NEEDS_COMPANY, _NEEDS_COMPANY_IN_A_SCENE = (
    {facet: frozenset(words) for facet, words in _PATTERNS[name].items()}
    for name in ("needs_company", "needs_company_in_a_scene")
)
_IN_A_STORY = frozenset(("mood", "country", "language"))
"""Facets whose words describe people and things of a story as often as films."""
_NAMED_TITLE = re.compile(
    r"\b(?:lov(?:e|ed)|liked?|enjoyed|seen|saw|watched|similar to|than|called|hated?)\s+(?:the )?$", re.IGNORECASE
)
_TELLS = 9
"""A story is told in at least so many words; a wish for a value may take fewer."""
_BRIEF = 3


def sayings(text: str) -> list[tuple[int, int]]:
    """Return where phrases stand whose words name nothing: ``old fashioned``, ``french toast``."""
    return [match.span() for match in _SAYINGS.finditer(text)]


def wished(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions that are more than words of a story."""
    words = len(text.split())
    scene = not _WISHES.search(text)
    story = words >= _TELLS and bool(_TELLER.search(text))
    kept = []
    for mention in mentions:
        if mention.facet == TITLE:
            keep = not story or _names_a_title(text, mention)
        else:
            doubtful = _needs_company(text, mention, scene) or (scene and story and mention.facet in _IN_A_STORY)
            keep = words <= _BRIEF or not doubtful or _in_company(text, mention, mentions)
        if keep:
            kept.append(mention)
    return tuple(kept)


def _needs_company(text: str, mention: Mention, scene: bool) -> bool:
    word = text[mention.start : mention.end].lower()
    unasked = scene and word in _NEEDS_COMPANY_IN_A_SCENE.get(mention.facet, ())
    return unasked or word in _NEEDS_COMPANY.get(mention.facet, ())


def _in_company(text: str, mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Tell whether the words around speak of a film: ``something sad``, ``french film``, ``tender comedy``."""
    before, after = text[: mention.start], text[mention.end :]
    if _COMPANY_BEFORE.search(before) or _COMPANY_AFTER.search(after):
        return True
    return any(
        other.facet == "genre" and text[mention.end : other.start].strip(" -") == ""
        for other in mentions
        if other.start > mention.start
    )


def _names_a_title(text: str, mention: Mention) -> bool:
    """Tell whether a title is written or used as one: with capitals, in quotation marks, first, or after "loved"."""
    name, before = text[mention.start : mention.end], text[: mention.start]
    quoted = before.endswith(('"', "“", "'"))
    return quoted or not name.islower() or not before.strip() or bool(_NAMED_TITLE.search(before))
