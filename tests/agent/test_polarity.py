import pytest

from agent.lexicon import Lexicon
from agent.linker import Linker
from agent.polarity import unwanted
from tests.catalogs import tiny_catalog

LINKER = Linker(Lexicon(tiny_catalog()))


def read(text):
    mentions = LINKER.mentions(text)
    flags = unwanted(text, mentions)
    return {value: flag for mention, flag in zip(mentions, flags, strict=True) for value in mention.values}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a comedy", {"Comedy": False}),
        ("no horror", {"Horror": True}),
        ("nothing dark or tense", {"dark": True, "tense": True}),
        ("no horror, crime or romance", {"Horror": True, "Crime": True, "Romance": True}),
        ("a comedy but not silly", {"Comedy": False, "silly": True}),
        ("not dark but funny", {"dark": True, "Comedy": False}),
        ("anything but horror", {"Horror": True}),
        ("I don't want something dark", {"dark": True}),
        ("not in the mood for romance, something tense", {"Romance": True, "tense": False}),
        ("horror bores me", {"Horror": True}),
        ("I can't stand musicals. A thriller please", {"Thriller": False}),
        ("tense without being dark", {"tense": False, "dark": True}),
        ("whimsical over silly", {"whimsical": False, "silly": True}),
        ("too dark", {"dark": True}),
        ("not only funny", {"Comedy": False}),
        ("I don't mind horror", {"Horror": False}),
        ("less tense, more funny", {"tense": True, "Comedy": False}),
    ],
)
def test_negation_has_a_scope(text, expected):
    assert read(text) == expected
