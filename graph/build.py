"""Build the attribute graph of a catalogue and print its size.

Nodes are items, facet values and the people who rated; edges say "has" and "liked":

    python -m graph.build --catalog films
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import networkx as nx

from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home


class ItemNode(NamedTuple):
    """An item of the catalogue."""

    id: str
    kind: Literal["item"] = "item"


class ValueNode(NamedTuple):
    """A value of a facet."""

    facet: str
    value: str
    kind: Literal["value"] = "value"


class UserNode(NamedTuple):
    """Someone who rated items."""

    id: str
    kind: Literal["user"] = "user"


Node = ItemNode | ValueNode | UserNode


@dataclass(frozen=True)
class GraphConfig:
    """What becomes an edge."""

    liked_from: float = 4.0
    """A rating of at least this much says that the person liked the item."""


def build(catalog: Catalog, config: GraphConfig = GraphConfig()) -> nx.Graph:
    """Return the graph: item-value edges with ``relation=<facet>``, user-item edges with ``relation="liked"``."""
    graph = nx.Graph()
    graph.add_nodes_from(ItemNode(item.id) for item in catalog)
    for item in catalog:
        for facet, values in item.facets.items():
            graph.add_edges_from(((ItemNode(item.id), ValueNode(facet, value)) for value in values), relation=facet)
    pairs = liked_pairs(catalog, config)
    graph.add_edges_from(((UserNode(user), ItemNode(item)) for user, item in pairs), relation="liked")
    return graph


def liked_pairs(catalog: Catalog, config: GraphConfig = GraphConfig()) -> Iterator[tuple[str, str]]:
    """Yield (user, item id) for every rating that says the person liked the item."""
    liked = catalog.ratings[catalog.ratings["rating"] >= config.liked_from]
    return ((user, item) for user, item in zip(liked["user"], liked["item"], strict=True) if item in catalog)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the number of nodes and edges by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", default="films", help="a catalogue that was ingested before")
    try:
        graph = build(load_catalog(default_home(), parser.parse_args(argv).catalog))
    except ValueError as error:
        raise SystemExit(f"error: {error}") from None
    nodes = Counter(type(node).__name__ for node in graph)
    edges = Counter(relation for _, _, relation in graph.edges(data="relation"))
    for kind, count in (*nodes.most_common(), *edges.most_common()):
        print(f"{kind:12} {count:8}")  # noqa: T201


if __name__ == "__main__":
    main()
