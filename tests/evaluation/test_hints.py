import numpy as np
import pytest

from evaluation.corpora import Film, Said
from evaluation.hints import Hints, Traits, spoken
from evaluation.situations import Situation, all_situations
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said

CATALOG = tiny_catalog()
TRAITS = Traits(CATALOG, np.eye(12)).values


def learned():
    pairs = [(one, [CATALOG.position(film.key) for film in one.targets]) for one in all_situations(lessons(40))]
    return Hints.learn(TRAITS, pairs)


def values(text):
    found = learned().of(Situation("new", (said(True, text),), ()))
    return {item.id: found[CATALOG.position(item.id)] for item in CATALOG}


def test_traits_are_one_row_an_item():
    assert TRAITS.shape[0] == 12
    assert np.isfinite(TRAITS).all()


def test_words_point_to_films_like_those_that_were_named_after_them():
    scary, kids = values("so scary"), values("what for the kids")
    assert scary["shining"] > scary["up"]
    assert kids["up"] > kids["shining"]
    assert scary["alien"] > scary["toys"], "what was learned of one horror film holds for another"


def test_words_that_were_never_heard_say_nothing():
    assert not any(values("zyzzyva").values())


def test_words_said_in_every_dialogue_say_nothing():
    assert np.ptp(list(values("like").values())) == pytest.approx(0.0, abs=1e-6)


def test_titles_are_no_words_and_the_speakers_are_told_apart():
    film = Film("Alien (1979)", "alien")
    turns = (Said(True, "like Alien (1979)", (film,)), Said(False, "scary"))
    assert set(spoken(Situation("a", turns, ()))) == {
        "seeker like",
        "seeker filmname",
        "seeker like filmname",
        "recommender scary",
    }


def test_words_of_earlier_turns_count_less():
    turns = (said(True, "old both"), said(False, "x"), said(True, "new both"))
    weights = spoken(Situation("a", turns, ()))
    assert weights["seeker old"] < weights["seeker new"] == weights["seeker both"] == 1.0
