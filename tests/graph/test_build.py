from collections import Counter

import networkx as nx
import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from graph.build import GraphConfig, ItemNode, UserNode, ValueNode, build, main
from tests.catalogs import tiny_catalog


def kinds(graph):
    return Counter(type(node).__name__ for node in graph)


def test_every_item_value_and_person_who_liked_something_is_a_node():
    catalog = tiny_catalog()
    graph = build(catalog)
    values = sum(len(catalog.values(facet)) for facet in catalog.facets)
    assert kinds(graph) == {"ItemNode": 12, "ValueNode": values, "UserNode": 6}


def test_an_item_has_an_edge_to_each_of_its_values_named_by_the_facet():
    graph = build(tiny_catalog())
    heat = graph[ItemNode("heat")]
    assert heat[ValueNode("director", "Michael Mann")] == {"relation": "director"}
    assert heat[ValueNode("genre", "Crime")] == {"relation": "genre"}
    assert ValueNode("genre", "Comedy") not in heat


def test_only_a_rating_of_four_or_more_is_an_edge():
    graph = build(tiny_catalog())
    liked = {node.id for node in graph[UserNode("cat")]}
    assert liked == {"toys", "up", "groundhog"}
    assert graph[UserNode("cat")][ItemNode("up")] == {"relation": "liked"}


def test_what_counts_as_liked_is_a_choice():
    generous = build(tiny_catalog(), GraphConfig(liked_from=1.0))
    assert sum(relation == "liked" for _, _, relation in generous.edges(data="relation")) == 21


def test_edges_join_items_with_values_or_people_and_nothing_else():
    for first, second in build(tiny_catalog()).edges:
        assert {type(first), type(second)} in ({ItemNode, ValueNode}, {ItemNode, UserNode})


def test_an_item_a_value_and_a_person_of_one_name_are_three_nodes():
    ratings = pd.DataFrame([("heat", "heat", 5.0, 0)], columns=list(RATING_COLUMNS))
    catalog = Catalog("odd", (Item("heat", "Heat", facets={"heat": ("heat",)}),), ratings=ratings)
    graph = build(catalog)
    assert kinds(graph) == {"ItemNode": 1, "ValueNode": 1, "UserNode": 1}
    assert nx.is_bipartite(graph)


def test_one_value_under_two_facets_is_two_nodes():
    catalog = Catalog("odd", (Item("a", "A", facets={"actor": ("Woody Allen",), "director": ("Woody Allen",)}),))
    assert kinds(build(catalog))["ValueNode"] == 2


def test_a_rating_of_something_outside_the_catalogue_is_left_out():
    ratings = pd.DataFrame([("ann", "matrix", 5.0, 0)], columns=list(RATING_COLUMNS))
    graph = build(Catalog("one", (Item("heat", "Heat"),), ratings=ratings))
    assert set(graph) == {ItemNode("heat")}


def test_a_catalogue_without_facets_and_ratings_is_a_graph_of_lone_items():
    graph = build(Catalog("bare", (Item("a", "A"), Item("b", "B"))))
    assert set(graph) == {ItemNode("a"), ItemNode("b")}
    assert graph.number_of_edges() == 0


def test_the_command_prints_the_number_of_nodes_and_edges_by_kind(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    tiny_catalog().save(tmp_path / "catalogs" / "tiny")
    main(["--catalog", "tiny"])
    counts = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert counts["ItemNode"] == "12"
    assert counts["UserNode"] == "6"
    assert counts["mood"] == "13"


def test_the_command_names_a_missing_catalogue_and_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    with pytest.raises(SystemExit, match="no catalogue 'shoes' among films; make one with `python -m catalog.ingest"):
        main(["--catalog", "shoes"])
