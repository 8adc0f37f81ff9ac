"""Requests in plain words with the films that answer them, to train the embedder on.

Three kinds: those written for this project (finetune/data/requests.jsonl), those made of what people liked one after
another, and those of ReDial, where the data is at hand.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.items import Catalog
from evaluation.histories import last_likes
from evaluation.queries import held_out
from graph.build import GraphConfig

WRITTEN = Path(__file__).parent / "data" / "requests.jsonl"
DEV = Path(__file__).parent / "data" / "requests_dev.jsonl"
DEV_POOL = Path(__file__).parent / "data" / "dev_pool.txt"
"""Films of the development set; none of them is a positive or a negative of training."""
_LAST = 3
"""How many likes in a row make a request."""
_WORDS, _FEWEST = 60, 4
"""Of what a seeker said at most the last so many words, and more than so few."""
MENTION = re.compile(r"@(\d+)")
"""A film in the text of a ReDial message."""
_DATED = re.compile(r"\s*\((\d{4})\)\s*$")


@dataclass(frozen=True)
class Request:
    """A text that someone could type, and what is known of the films that answer it."""

    text: str
    kind: str
    relevant: frozenset[str]
    """Item ids."""
    wrong: frozenset[str] = frozenset()
    """Item ids that a careless reader would take."""
    spared: frozenset[str] = frozenset()
    """Item ids of which nothing is known, so that they count neither way."""
    judged: frozenset[str] | None = None
    """The item ids among which ``relevant`` is complete; None: all but those spared."""


def written(path: Path = WRITTEN) -> tuple[Request, ...]:
    """Read the written requests; each was judged against the films of its own list."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    lists: dict[int, set[str]] = {}
    for row in rows:
        lists.setdefault(row["list"], set()).update(row["relevant"])
    judged = {number: frozenset(ids) for number, ids in lists.items()}
    return tuple(
        Request(
            row["query"], row["kind"], frozenset(row["relevant"]), frozenset(row["wrong"]), judged=judged[row["list"]]
        )
        for row in rows
    )


def liked_in_order(catalog: Catalog) -> list[list[str]]:
    """Return the ids of what each person liked, oldest first, as far as ``last_likes`` keeps it for training."""
    ratings = last_likes(catalog).catalog.ratings
    likes = ratings[ratings["rating"] >= GraphConfig.liked_from].sort_values(["user", "seconds"], kind="stable")
    return [rows["item"].tolist() for _, rows in likes.groupby("user")]


def likes_in_a_row(catalog: Catalog) -> tuple[Request, ...]:
    """Return requests that name what someone liked, answered by what they liked next.

    Only what ``last_likes`` keeps for training is used, and no film that is held out. What else the person liked is
    neither right nor wrong.
    """
    found = []
    for history in liked_in_order(catalog):
        ids = [item_id for item_id in history if not held_out(item_id)]
        for place in range(_LAST, len(ids), _LAST):
            titles = [catalog[item_id].title for item_id in ids[place - _LAST : place]]
            text = f"I liked {', '.join(titles[:-1])} and {titles[-1]}"
            found.append(Request(text, "liked", frozenset({ids[place]}), spared=frozenset(ids)))
    return tuple(found)


def redial(path: Path, catalog: Catalog) -> tuple[Request, ...]:
    """Read dialogues in the format of ReDial: what the seeker said until a film they liked was suggested.

    Films that the catalogue does not have, or that are held out, are no answers.
    """
    found = []
    for told in suggestions(path, catalog):
        words = _spoken(told).split()[-_WORDS:]
        if len(words) > _FEWEST:
            found.append(Request(" ".join(words), "redial", told.liked, spared=told.liked))
    return tuple(found)


def _spoken(told: "Suggestion") -> str:
    return MENTION.sub(lambda match: told.names.get(match[1], "a film"), told.said)


@dataclass(frozen=True)
class Suggestion:
    """A turn of a ReDial dialogue in which a film is suggested that the seeker liked."""

    said: str
    """By the seeker until then, films as ``@number``."""
    item_id: str
    """What is suggested."""
    liked: frozenset[str]
    """All that is suggested and liked in the dialogue."""
    names: Mapping[str, str]
    """Titles of the films of the dialogue, in lower case, by number."""
    ids: Mapping[str, str]
    """Item ids of those that the catalogue has, by number."""


def suggestions(path: Path, catalog: Catalog) -> Iterator[Suggestion]:
    """Read dialogues in the format of ReDial; films that the catalogue does not have, or holds out, are left out."""
    known = {_key(item.title, item.year): item.id for item in catalog}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield from _dialogue(json.loads(line), known)


def _dialogue(row: Mapping[str, object], known: Mapping[tuple[str, int | None], str]) -> Iterator[Suggestion]:
    mentions = row["movieMentions"] or {}
    names = {number: _named(str(name)) for number, name in mentions.items()}  # type: ignore[attr-defined]
    ids = {number: known[name] for number, name in names.items() if name in known}
    forms = row["respondentQuestions"] or {}
    liked = {
        number: ids[number]
        for number, form in forms.items()  # type: ignore[attr-defined]
        if form.get("suggested") == 1 and form.get("liked") == 1 and number in ids
    }
    answers = frozenset(item_id for item_id in liked.values() if not held_out(item_id))
    titles = {number: title for number, (title, _) in names.items()}
    said: list[str] = []
    for message in row["messages"]:  # type: ignore[attr-defined]
        if message["senderWorkerId"] == row["initiatorWorkerId"]:
            said.append(message["text"])
            continue
        for number in MENTION.findall(message["text"]):
            if liked.get(number) in answers:
                yield Suggestion(" . ".join(said), liked[number], answers, titles, ids)


def _named(name: str) -> tuple[str, int | None]:
    year = _DATED.search(name)
    return _key(_DATED.sub("", name), int(year[1]) if year else None)


def _key(title: str, year: int | None) -> tuple[str, int | None]:
    return " ".join(re.findall(r"\w+", title.lower())), year


def for_training(item_id: str, dev: frozenset[str]) -> bool:
    """Tell whether a film may be seen in training: it is neither held out nor of the development set."""
    return not held_out(item_id) and item_id not in dev


def dev_pool(path: Path = DEV_POOL) -> frozenset[str]:
    """Return the ids of the films of the development set."""
    return frozenset(path.read_text(encoding="utf-8").split())
