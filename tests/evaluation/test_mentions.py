import numpy as np
import pytest

from evaluation.mentions import AGAIN, Library, Lore, learn
from evaluation.situations import Situation, all_situations
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said, talk

CATALOG = tiny_catalog()
LIBRARY = Library(CATALOG, np.eye(12))


def ranked(scorer, *turns):
    scores = scorer.scores(Situation("new", turns, ()))
    return [CATALOG.items[row].id for row in np.argsort(-scores, kind="stable")]


def feature(lore, situation, name):
    return lore.features(situation)[:, lore.names.index(name)]


def test_features_are_one_row_an_item_and_named_once():
    lore = Lore(LIBRARY, lessons())
    assert lore.features(Situation("new", (), ())).shape == (12, len(lore.names))
    assert len(set(lore.names)) == len(lore.names)


def test_a_film_named_before_has_only_what_speaks_for_naming_it_again():
    lore = Lore(LIBRARY, lessons())
    situation = Situation("new", (said(True, "how about this?", "alien"),), ())
    alien = lore.features(situation)[CATALOG.position("alien")]
    named = dict(zip(lore.names, alien.tolist(), strict=True))
    assert {name for name, value in named.items() if value} == {"again", "just asked", "by seeker alone", "in question"}
    others = np.delete(lore.features(situation), CATALOG.position("alien"), axis=0)
    assert not others[:, -len(AGAIN) :].any()


def test_at_the_end_what_was_recommended_is_named_again():
    turns = (said(True, "hi"), said(False, "see", "heat"), said(True, "thanks, bye"))
    lore = Lore(LIBRARY, lessons())
    assert feature(lore, Situation("new", turns, ()), "at the end")[CATALOG.position("heat")] == 1.0


def test_fame_is_counted_in_dialogues():
    fame = feature(Lore(LIBRARY, lessons()), Situation("new", (), ()), "fame")
    assert fame[CATALOG.position("up")] > fame[CATALOG.position("godfather")]


def test_what_was_named_together_goes_together():
    company = feature(Lore(LIBRARY, lessons()), Situation("new", (said(True, "", "alien"),), ()), "dialogues")
    assert company.argmax() == CATALOG.position("shining")


def test_what_is_named_after_what_is_learned():
    mentions = learn(LIBRARY, lessons(60), 0)
    assert ranked(mentions, said(True, "something scary like", "alien"))[0] == "shining"
    assert ranked(mentions, said(True, "for the kids like", "toys"))[0] == "up"


def test_that_films_are_named_again_is_learned():
    ids = [CATALOG.items[number % 12].id for number in range(40)]
    again = [talk(number, ("like", one), ("yes", one)) for number, one in enumerate(ids)]
    assert ranked(learn(LIBRARY, again, 0), said(True, "like", "casino"))[0] == "casino"


def test_the_same_seed_learns_the_same():
    first, again = (learn(LIBRARY, lessons(), 3).weights for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_dialogues_without_films_teach_nothing():
    with pytest.raises(ValueError, match="8 dialogues name no film"):
        learn(LIBRARY, [talk(number, ("hi",), ("hello",)) for number in range(8)], 0)


def test_nothing_of_a_dialogue_set_aside_is_counted_for_its_own_weights(monkeypatch):
    counted = []

    class Spied(Lore):
        def __init__(self, library, taught):
            counted.append({one.id for one in taught})
            super().__init__(library, taught)

        def features(self, situation):
            assert situation.dialogue not in counted[-1]
            return super().features(situation)

    monkeypatch.setattr("evaluation.mentions.Lore", Spied)
    learn(LIBRARY, lessons(), 0)
    assert len(all_situations(lessons())) == len(counted[-1]) == 24
