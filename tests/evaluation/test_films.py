"""The promises that are kept over the film catalogue that ships."""

from evaluation import metrics
from evaluation.linking import Linking, linking
from evaluation.people import Population
from evaluation.run import simulate


def test_title_director_and_themes_of_a_film_are_linked(film_graph):
    found = linking(film_graph.catalog, n=50, seed=0)
    assert found.facts == 200
    assert found.share >= 0.95, found.missed


def test_the_share_is_of_all_facts():
    assert Linking(4, (("Heat", "I loved it"),)).share == 0.75


def test_two_hundred_simulated_chats_keep_every_promise(film_graph, film_planner):
    catalog = film_graph.catalog
    found = 0.0
    for dialogue in simulate(film_planner, Population(film_graph), n=200, seed=0):
        said = [turn.text for turn in dialogue.turns]
        assert metrics.off_catalogue(dialogue, catalog) == 0, said
        assert metrics.violations(dialogue, catalog) == 0, said
        assert metrics.repeats(dialogue) == 0, said
        found += metrics.success(dialogue)
    assert found / 200 > 0.75
