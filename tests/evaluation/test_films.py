"""The promises that are kept over the film catalogue that ships."""

from evaluation import metrics
from evaluation.linking import Linking, linking
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.simulator import hold
from evaluation.systems import Parley


def test_title_director_and_themes_of_a_film_are_linked(film_graph):
    found = linking(film_graph.catalog, n=50, seed=0)
    assert found.facts == 200
    assert found.share >= 0.95, found.missed


def test_the_share_is_of_all_facts():
    assert Linking(4, (("Heat", "I loved it"),)).share == 0.75


def test_two_hundred_simulated_chats_keep_every_promise(film_graph, film_planner):
    catalog, world = film_graph.catalog, World(film_graph.catalog)
    found = 0.0
    for seed in range(200):
        dialogue = hold(Parley(film_planner), "planner-only", Scenario("anyone", "target"), seed, world)
        said = [turn.text for turn in dialogue.turns]
        assert metrics.off_catalogue(dialogue, catalog) == 0, said
        assert metrics.violations(dialogue, catalog) == 0, said
        assert metrics.repeats(dialogue) == 0, said
        found += metrics.success(dialogue)
    assert found / 200 > 0.75
