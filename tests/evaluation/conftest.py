import pytest

from catalog import films
from evaluation.systems import planner
from graph.attributes import AttributeGraph


@pytest.fixture(scope="session")
def film_graph():
    """The film catalogue that ships, built once."""
    return AttributeGraph(films.build()[0])


@pytest.fixture(scope="session")
def film_planner(film_graph):
    return planner(film_graph)
