"""A benchmark folder small enough to know by heart."""

import json

import numpy as np

from evaluation.histories import from_folder
from evaluation.planners import World
from graph.attributes import AttributeGraph

_ITEMS = 64


def rows(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def write_folder(folder):
    """Write 64 items that differ in six yes-or-no attributes, all of them "music", and two people."""
    folder.mkdir(parents=True, exist_ok=True)
    rows(
        folder / "attributes.jsonl",
        [{"attribute": place, "name": f"bit{place}"} for place in range(6)] + [{"attribute": 6, "name": "music"}],
    )
    items = [
        {"item": number, "name": f"Item {number}", "attributes": [6, *(bit for bit in range(6) if number >> bit & 1)]}
        for number in range(_ITEMS)
    ]
    rows(folder / "items.jsonl", items)
    rows(folder / "train.jsonl", [{"user": 0, "items": [1, 3, 5]}, {"user": 1, "items": [2, 4]}])
    rows(folder / "valid.jsonl", [{"user": 0, "items": [7, 9, 11]}, {"user": 1, "items": [6, 8, 10]}])
    return folder


def indifferent_world(folder):
    """Return the world of the folder in which training says nothing of anybody."""
    histories = from_folder(folder)
    users = {user: row for row, user in enumerate(histories.users)}
    known = [histories.known[[row]].indices for row in users.values()]
    return World(AttributeGraph(histories.catalog), users, np.zeros((len(users), len(histories.catalog))), known)
