import random

from evaluation.people import Preference
from evaluation.tastes import strong, taste
from graph.evidence import Wish
from tests.evaluation.stage import CATALOG, GRAPH


def of(*liked, target, seed=0, **given):
    return taste(GRAPH, liked, CATALOG[target], random.Random(seed), **given)


def test_what_the_liked_items_have_more_often_than_the_others_is_liked():
    weights = {(each.facet, each.value): each.weight for each in of("toys", "airplane", target="up").preferences}
    # Five of the twelve films are comedies, both of the liked ones are.
    assert weights["genre", "Comedy"] == round(1 - 5 / 12, 4)
    assert weights["theme", "parody"] > 0
    assert ("director", "John Lasseter") not in weights


def test_a_name_is_liked_once_two_of_the_liked_items_have_it():
    found = of("godfather", "heat", target="casino").preferences
    assert ("actor", "Al Pacino") in strong(found)
    assert ("actor", "Marlon Brando") not in strong(found)


def test_the_most_important_preferences_come_first():
    weights = [abs(each.weight) for each in of("toys", "airplane", "groundhog", target="up").preferences]
    assert weights == sorted(weights, reverse=True)


def test_nothing_wanted_is_known_or_has_what_is_disliked():
    for seed in range(30):
        found = of("toys", "groundhog", target="up", seed=seed, known=("airplane",))
        assert not {"toys", "groundhog", "airplane"} & set(found.wanted)
        assert "up" in found.wanted
        for wish in found.dislikes:
            assert not any(wish.holds_for(CATALOG[item_id]) for item_id in (*found.wanted, "toys", "groundhog"))
    assert any(of("toys", "groundhog", target="up", seed=seed).dislikes for seed in range(30))


def test_given_dislikes_are_kept_and_weigh_most():
    found = of("toys", target="up", dislikes=(Wish("genre", ("Romance",)),))
    assert found.dislikes == (Wish("genre", ("Romance",)),)
    assert Preference("genre", "Romance", -1.0) in found.preferences
    assert found.utilities["airplane"] > found.utilities["casablanca"]


def test_an_item_like_the_liked_ones_is_worth_more():
    utilities = of("toys", target="up").utilities
    assert utilities["up"] > utilities["airplane"] > utilities["shining"]


def test_a_few_weak_likings_are_not_asked_for():
    preferences = (
        Preference("genre", "Horror", 0.5),
        Preference("theme", "1980s", 0.5),
        Preference("mood", "dark", 0.1),
        Preference("mood", "silly", -0.9),
    )
    assert strong(preferences) == (("genre", "Horror"),)
