"""The closed vocabularies in which gold names moods and themes, and what finer values come under.

The films carry hundreds of themes besides, most of them on one or two films: gore, golf, selkies. To the chat they are
values like others; gold says violent, sports and nothing.
"""

import json
from collections.abc import Set
from functools import cache
from pathlib import Path

from evaluation.near import NEAR_SYNONYMS, Said

_FILMS = Path(__file__).parents[1] / "catalog" / "data"
_BROADER = Path(__file__).parent / "data" / "broader_themes.json"


@cache
def _values(facet: str) -> Set[str]:
    """Return the vocabulary of a facet and what counts as equal to its values; empty for those that have none."""
    path = _FILMS / f"{facet}s.txt"
    if not path.exists():
        return set()
    return frozenset(
        (*path.read_text(encoding="utf-8").splitlines(), *(name for names in NEAR_SYNONYMS for name in names))
    )


@cache
def _broader() -> dict[str, str]:
    found: dict[str, str] = json.loads(_BROADER.read_text(encoding="utf-8"))
    return found


def in_vocabulary(said: Said) -> Said | None:
    """Return a value as gold would name it, None where its vocabulary has no word for it."""
    if not _values(said.facet) or said.value.casefold() in _values(said.facet):
        return said
    if broader := _broader().get(said.value.casefold()):
        return Said("theme" if broader in _values("theme") else "mood", broader)
    return None
