import random

from agent.briefs import Brief, Job, Phrase
from evaluation.personas import World
from finetune.beginnings import passes, played_briefs, unmanaged
from finetune.speaking import all_openings, openings
from tests.catalogs import tiny_catalog

TENSE = Brief(Job.SECOND, (Phrase("is", "a tense film"),), ("heat",))


class Ending:
    """Goes on from anything in the same words."""

    taught = True

    def __init__(self, words):
        self._words = words

    def stream(self, messages, max_tokens, stop=(), guide=None):
        yield self._words

    def score(self, messages, options):
        raise AssertionError("nothing is scored")


def test_an_opening_passes_if_all_that_follows_is_let_through():
    assert passes(Ending(" a tense film."), TENSE, "Or take {1},")
    assert not passes(Ending(" a tense film, with Nicolas Cage."), TENSE, "Or take {1},")
    assert not passes(Ending(" a film."), TENSE, "Or take {1},")


def test_openings_after_which_most_fails_are_not_managed():
    briefs = {"second: is": [TENSE]}
    good = [fails for _, _, fails in unmanaged(Ending(" a tense film."), briefs, 2, random.Random(0))]
    assert good.count(False) > 20
    assert all(fails for _, _, fails in unmanaged(Ending(" Cage."), briefs, 2, random.Random(0)))


def test_what_is_not_managed_is_left_out_of_the_chat():
    kept, every = openings(), all_openings()
    assert kept.keys() == every.keys()
    assert all(set(texts) <= set(every[key]) for key, texts in kept.items())
    assert all(texts for texts in kept.values())


def test_briefs_are_told_apart_by_what_they_say():
    found = played_briefs(World(tiny_catalog()), random.Random(0))
    assert {"second: is", "confirm: minutes"} <= set(found)
    assert all(brief.job is Job.SECOND for brief in found["second: is"])
