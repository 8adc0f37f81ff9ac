"""The paths behind a question, and the check that a path exists.

A question's path leads from what was said over the likeliest candidate to the value that is asked about: stated theme
-> candidate -> mood. Its weight says how far that answer would move the posterior.
"""

import re

import numpy as np

from catalog.items import TITLE, parse_bound
from graph.attributes import AttributeGraph
from graph.build import ItemNode, Node, ValueNode
from graph.evidence import Evidence
from graph.questions import Question, Shortlist, likelihoods
from graph.walk import Path, Posterior, WalkConfig, paths_to

_CANDIDATES = 200
_CO_LIKED = re.compile(r"(\d+) (?:person|people) liked both")


def question_paths(
    graph: AttributeGraph,
    evidence: Evidence,
    believed: Posterior,
    question: Question,
    config: WalkConfig = WalkConfig(),
) -> tuple[Path, ...]:
    """Return a walk to each option of a question, the one that would move the posterior most first.

    The weight is the Kullback-Leibler divergence, in natural log, from the posterior to what that answer would make
    of it, over the 200 most probable items. An option that none of these has leads nowhere.
    """
    rows = believed.top(_CANDIDATES)
    mass = believed.probabilities[rows] / believed.probabilities[rows].sum()
    answer, _ = likelihoods(Shortlist(graph, rows, mass), (question,))
    ends: list[tuple[str, str, float]] = []
    for place, option in enumerate(question.options):
        after = mass * answer[:, place]
        has = [graph.catalog.items[row].has(question.facet, option) for row in rows]
        if (after * has).any() or question.facet == TITLE:
            likeliest = graph.catalog.items[rows[int(np.argmax(after * has))]].id
            candidate = option if question.facet == TITLE else likeliest
            ends.append((option, candidate, _divergence(after / after.sum(), mass)))
    reasons = paths_to(graph, evidence, [candidate for _, candidate, _ in ends], config)
    found = [_walk(walks, question.facet, *end) for walks, end in zip(reasons, ends, strict=True)]
    return tuple(sorted(found, key=lambda path: -path.weight))


def holds(graph: AttributeGraph, path: Path) -> bool:
    """Tell whether a path exists: each step an edge of the graph, and what it says of its end true.

    What ``via`` says of the end is a bound on a number of it, or how many people liked it and the item before.
    """
    nodes, network = path.nodes, graph.graph
    co_liked = _CO_LIKED.fullmatch(path.via)
    steps = list(zip(nodes, nodes[1:], strict=False))
    if not nodes or not all(node in network for node in nodes):
        return False
    if co_liked:
        *steps, (first, last) = steps or [(nodes[0], nodes[0])]
        if not (isinstance(first, ItemNode) and isinstance(last, ItemNode)):
            return False
        if graph.co_likers(first.id, last.id) != int(co_liked[1]):
            return False
    elif path.via and not _bound_holds(graph, nodes[-1], path.via):
        return False
    return all(network.has_edge(first, second) for first, second in steps)


def _bound_holds(graph: AttributeGraph, end: Node, via: str) -> bool:
    facet, _, bound = via.partition(" ")
    return isinstance(end, ItemNode) and parse_bound(bound) is not None and graph.catalog[end.id].has(facet, bound)


def _divergence(after: np.ndarray, before: np.ndarray) -> float:
    moved = after > 0
    return float((after[moved] * np.log(after[moved] / before[moved])).sum())


def _walk(reasons: tuple[Path, ...], facet: str, option: str, candidate: str, weight: float) -> Path:
    """Lead from the strongest reason for the candidate, if there is one, to the option."""
    start = next((path.nodes for path in reasons if not path.via), (ItemNode(candidate),))
    if parse_bound(option):
        return Path(start, weight, f"{facet} {option}")
    return Path(start if facet == TITLE else (*start, ValueNode(facet, option)), weight)
