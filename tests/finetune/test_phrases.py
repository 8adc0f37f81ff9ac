"""The phrasings of self-play: many for each act, and none of those that evaluation speaks in."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "finetune" / "data").glob("phrases_*.json"))
LEAST = 60


def lists(found, name=""):
    if isinstance(found, list):
        yield name, found
        return
    for key, part in found.items():
        yield from lists(part, f"{name} {key}".strip())


def plain(phrase):
    return " ".join(re.findall(r"\w+", re.sub(r"\{\w+\}", "X", phrase).lower()))


def texts(found):
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for part in found.values() if isinstance(found, dict) else found:
            yield from texts(part)


PHRASES = [
    (file.stem, name, phrases)
    for file in FILES
    for name, phrases in lists(json.loads(file.read_text(encoding="utf-8")))
]


def test_there_are_phrasings():
    assert len(PHRASES) > 100


@pytest.mark.parametrize(("file", "name", "phrases"), PHRASES, ids=[f"{file} {name}" for file, name, _ in PHRASES])
def test_an_act_has_many_phrasings_that_differ(file, name, phrases):
    assert len({plain(phrase) for phrase in phrases}) == len(phrases) >= LEAST


def test_no_phrasing_is_one_of_evaluation():
    words = json.loads((ROOT / "evaluation" / "data" / "person_words.json").read_text(encoding="utf-8"))
    heard = {plain(text) for text in texts(words) if len(text.split()) > 1}
    assert [phrase for _, _, phrases in PHRASES for phrase in phrases if plain(phrase) in heard] == []
