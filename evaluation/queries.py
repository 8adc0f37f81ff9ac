"""Queries in plain words with the items that answer them, one a line of a file.

    {"id": "q1", "kind": "plot", "query": "a shark terrorises a beach town", "relevant": ["tt0073195"]}

``grade2``, those of the relevant items that are worth twice as much, and ``exclude``, items that are taken out of the
ranking, may be there as well.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.items import Catalog

_TEXTS = ("id", "kind", "query")
_LISTS = ("relevant", "grade2", "exclude")


@dataclass(frozen=True)
class Query:
    """What someone wrote, and which items answer it."""

    id: str
    kind: str
    text: str
    gains: Mapping[str, int]
    """Of the relevant items, by id: 2 for those that answer it best, else 1."""
    exclude: frozenset[str] = frozenset()
    """Items that are taken out of the ranking."""


def held_out(item_id: str) -> bool:
    """Tell whether an item is kept out of everything that is trained on texts or interactions: one in four is."""
    return int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % 4 == 0


def load_queries(path: Path, catalog: Catalog, candidates: Collection[str]) -> tuple[Query, ...]:
    """Read the queries of a file; what is wrong with one is said with its line.

    Every relevant item must be among ``candidates``: one that is never ranked could not be found.
    """
    found: dict[str, Query] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                query = _query(_row(line), catalog, candidates)
                if query.id in found:
                    raise ValueError(f"a query of id {query.id!r} came before")
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from None
            found[query.id] = query
    if not found:
        raise ValueError(f"{path} holds no queries")
    return tuple(found.values())


def load_candidates(path: Path, catalog: Catalog) -> tuple[str, ...]:
    """Read item ids, one a line, and return them in catalogue order."""
    named = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            item_id = line.strip()
            if item_id and item_id not in catalog:
                raise ValueError(f"{path}, line {number}: no item {item_id!r} in catalogue {catalog.name!r}")
            named.add(item_id)
    candidates = tuple(item.id for item in catalog if item.id in named)
    if not candidates:
        raise ValueError(f"{path} names no items")
    return candidates


def _row(line: str) -> dict[str, Any]:
    """Return the values of a line, each of the type it should have."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(row, dict):
        raise ValueError(f"an object is wanted, not {line.strip()[:40]!r}")
    if unknown := sorted(row.keys() - {*_TEXTS, *_LISTS}):
        raise ValueError(f"unknown key {unknown[0]!r}; there are {', '.join((*_TEXTS, *_LISTS))}")
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise ValueError(f"{name!r} should be a text, not {row.get(name)!r}")
    for name in _LISTS:
        ids = row.setdefault(name, [])
        if not isinstance(ids, list) or not all(isinstance(item_id, str) for item_id in ids):
            raise ValueError(f"{name!r} should be a list of item ids, not {ids!r}")
    return row


def _query(row: Mapping[str, Any], catalog: Catalog, candidates: Collection[str]) -> Query:
    for name in _LISTS:
        _check_ids(name, row[name], catalog)
    if not row["relevant"]:
        raise ValueError("no relevant item")
    for item_id in row["relevant"]:
        if item_id not in candidates:
            raise ValueError(f"relevant item {item_id!r} is not among the {len(candidates)} candidates")
        if item_id in row["exclude"]:
            raise ValueError(f"relevant item {item_id!r} is excluded")
    for item_id in row["grade2"]:
        if item_id not in row["relevant"]:
            raise ValueError(f"{item_id!r} is in 'grade2' but not in 'relevant'")
    gains = {item_id: 1 + (item_id in row["grade2"]) for item_id in row["relevant"]}
    return Query(row["id"], row["kind"], row["query"], gains, frozenset(row["exclude"]))


def _check_ids(name: str, ids: Sequence[str], catalog: Catalog) -> None:
    for place, item_id in enumerate(ids):
        if item_id not in catalog:
            raise ValueError(f"no item {item_id!r} in catalogue {catalog.name!r}, but {name!r} names it")
        if item_id in ids[:place]:
            raise ValueError(f"{name!r} names {item_id!r} twice")
