import pytest

from catalog.items import TITLE
from graph.attributes import AttributeGraph
from graph.build import ItemNode, ValueNode
from graph.evidence import Evidence, Wish
from graph.paths import holds, question_paths
from graph.questions import Question
from graph.walk import Path, posterior
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world

GRAPH = AttributeGraph(tiny_catalog())
CRIME = Evidence(wanted=(Wish("genre", ("Crime",)),))


def asked(question, evidence=CRIME):
    return question_paths(GRAPH, evidence, posterior(GRAPH, evidence), question)


def test_a_question_is_reached_from_what_was_said_over_a_likely_candidate():
    (path,) = asked(Question("mood", ("tense",)))
    stated, candidate, value = path.nodes
    assert (stated, value) == (ValueNode("genre", "Crime"), ValueNode("mood", "tense"))
    assert "Crime" in GRAPH.catalog[candidate.id].facets["genre"]
    assert path.weight > 0
    assert holds(GRAPH, path)


def test_before_anything_is_said_the_walk_begins_at_the_candidate():
    (path,) = asked(Question("mood", ("tense",)), Evidence())
    assert len(path.nodes) == 2
    assert holds(GRAPH, path)


def test_an_option_that_no_candidate_has_leads_nowhere():
    assert asked(Question("mood", ("unheard of",)), Evidence()) == ()


def test_a_side_of_a_number_is_said_of_the_candidate():
    for path in asked(Question("year", ("<=1994", ">=1995"))):
        assert path.via in ("year <=1994", "year >=1995")
        assert holds(GRAPH, path)


def test_compared_items_are_reached_themselves():
    first, second = GRAPH.catalog.items[0].id, GRAPH.catalog.items[1].id
    walks = asked(Question(TITLE, (first, second)))
    assert {path.nodes[-1] for path in walks} == {ItemNode(first), ItemNode(second)}
    assert all(holds(GRAPH, path) for path in walks)


@pytest.mark.parametrize(
    "path",
    [
        Path((), 1.0),
        Path((ItemNode("no such film"),), 1.0),
        Path((ValueNode("genre", "Crime"), ItemNode("paddington-2")), 1.0),
        Path((ItemNode("heat"),), 1.0, "year <=1950"),
        Path((ItemNode("heat"),), 1.0, "anything at all"),
        Path((ItemNode("heat"), ItemNode("paddington-2")), 1.0, "999 people liked both"),
        Path((ItemNode("heat"), ItemNode("paddington-2")), 1.0),
    ],
)
def test_a_path_that_does_not_exist_is_found_out(path):
    assert not holds(GRAPH, path)


@in_any_world()
def test_every_path_to_a_question_exists_strongest_first(world):
    graph, evidence = world
    believed = posterior(graph, evidence)
    if not believed.possible:
        return
    ids = [item.id for item in graph.catalog]
    questions = [Question(facet, tuple(graph.catalog.values(facet))) for facet in graph.catalog.facets]
    questions += [Question(name, ("<=1995", ">=1996")) for name in graph.numbers]
    questions += [Question(TITLE, (ids[0], ids[-1]))] if len(ids) > 1 else []
    for question in questions:
        found = question_paths(graph, evidence, believed, question)
        assert [path.weight for path in found] == sorted((path.weight for path in found), reverse=True)
        assert all(holds(graph, path) for path in found)
        assert all(path.weight >= -1e-9 for path in found)
