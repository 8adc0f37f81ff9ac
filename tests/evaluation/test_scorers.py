import numpy as np
import pytest

from evaluation.scorers import SYSTEMS, Blend, Listener, Once, Popularity, Setting, blend, columns
from evaluation.situations import Situation, all_situations
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said, talk
from tests.retrieval.fakes import WordEmbedder

CATALOG = tiny_catalog()


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    return Setting(CATALOG, tmp_path_factory.mktemp("home"), given=WordEmbedder())


class Fixed:
    """Scores the same items whatever is said, and remembers what it was taught."""

    def __init__(self, **scores):
        self.values = np.array([scores.get(item.id, 0.0) for item in CATALOG])

    def scores(self, situation):
        return self.values


def best(scorer, *turns):
    return CATALOG.items[int(scorer.scores(Situation("new", turns, ())).argmax())].id


def score(scorer, item_id, *turns):
    return scorer.scores(Situation("new", turns, ()))[CATALOG.position(item_id)]


def test_popularity_counts_dialogues_not_mentions():
    taught = [talk(1, ("x", "up"), ("x", "up")), talk(2, ("x", "heat")), talk(3, ("x", "heat"))]
    popular = Popularity(CATALOG, taught)
    assert best(popular) == "heat"
    assert score(popular, "up") < 2


def test_without_dialogues_popularity_is_that_of_the_catalogue():
    assert best(Popularity(CATALOG, ())) == "godfather"


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_scores_every_film(setting, name):
    scorer = SYSTEMS[name](setting)(lessons())
    for situation in all_situations(lessons(2)):
        scores = scorer.scores(situation)
        assert scores.shape == (12,)
        assert np.isfinite(scores).all()


def test_the_planner_goes_by_what_was_understood(setting):
    planner = SYSTEMS["planner"](setting)(())
    assert best(planner, said(True, "I want a horror film")) in ("alien", "shining")
    assert best(planner, said(True, "hi"), said(False, "hello"), said(True, "a romance")) in ("amelie", "casablanca")


def test_the_planner_knows_what_was_shown(setting):
    planner = SYSTEMS["planner"](setting)(())
    turns = (said(True, "a horror film"), said(False, "try it", "alien"), said(True, "I have seen it"))
    assert best(planner, *turns) == "shining"
    assert score(planner, "alien", *turns) == pytest.approx(-25.0)


def test_what_was_understood_depends_on_nothing_said_in_another_dialogue():
    listener = Listener(CATALOG)
    turns = (said(True, "a horror film"), said(False, "hm"), said(True, "with robots"))
    listener.state((said(True, "a horror film"), said(False, "hm"), said(True, "no Pixar")))
    listener.state(turns[:1])
    assert listener.state(turns).evidence() == Listener(CATALOG).state(turns).evidence()


def test_the_retriever_goes_by_the_words(setting):
    search = SYSTEMS["retriever"](setting)(())
    assert best(search, said(True, "madness in a lonely hotel full of ghosts")) == "shining"
    assert not search.scores(Situation("new", (said(True, "hi"),), ())).any()


def test_a_film_named_before_counts_by_a_weight_of_its_own_unless_a_system_knows_better():
    parts = {"a": Fixed(heat=1.2), "mentions": Fixed(heat=2.4)}
    found = columns(parts, Situation("new", (said(True, "", "heat"),), ()), CATALOG)
    assert found[CATALOG.position("heat")] == pytest.approx([0.0, 2.2, 1.0])
    assert found[CATALOG.position("up")] == pytest.approx([-0.1, -0.2, 0.0])


def test_a_scorer_is_asked_once_about_a_situation():
    asked = []

    class Counted(Fixed):
        def scores(self, situation):
            asked.append(situation.dialogue)
            return super().scores(situation)

    once = Once(Counted(up=1.0))
    first, second = Situation("a", (), ()), Situation("b", (), ())
    for situation in (first, first, second, second, first):
        assert once.scores(situation)[CATALOG.position("up")] == 1.0
    assert asked == ["a", "b", "a"]


def test_a_blend_is_a_weighted_sum():
    whole = Blend({"a": Fixed(heat=1.0), "b": Fixed(up=1.0)}, np.array([1.0, 2.0, 5.0]), CATALOG)
    assert best(whole) == "up"
    assert best(whole, said(True, "", "alien")) == "alien"


def test_a_blend_learns_which_system_is_right():
    learners = {"right": lambda taught: Fixed(up=1.0, shining=1.0), "wrong": lambda taught: Fixed(heat=1.0)}
    right, wrong, _ = blend(learners, CATALOG, lessons(), 0).weights
    assert right > 0 > wrong


def test_the_weights_of_a_blend_are_learned_from_dialogues_that_its_systems_do_not_know():
    known = []

    def learner(taught):
        known.append({one.id for one in taught})

        class Spied(Fixed):
            def scores(self, situation):
                assert situation.dialogue not in known[-1]
                return super().scores(situation)

        return Spied(up=1.0)

    blend({"spied": learner}, CATALOG, lessons(), 0)
    assert len(known[-1]) == 24, "in the end all are learned from"


def test_a_blend_of_dialogues_without_films_is_refused():
    with pytest.raises(ValueError, match="name no film"):
        blend({"a": lambda taught: Fixed()}, CATALOG, [talk(1, ("hi",))] * 3, 0)
