from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from graph.asking import QuestionConfig
from graph.attributes import AttributeGraph
from graph.lookahead import LookaheadConfig
from graph.planner import PlannerConfig, plan
from graph.questions import Form
from graph.walk import Posterior, posterior
from tests.graph.worlds import in_any_world

SIXTEEN = AttributeGraph(
    Catalog(
        "sixteen",
        tuple(
            Item(
                f"item{number}",
                "Item",
                facets={f"bit{place}": ("one" if number >> place & 1 else "nought",) for place in range(4)},
            )
            for number in range(16)
        ),
    )
)
CONFIG = PlannerConfig(
    lookahead=LookaheadConfig(turns=8, slate_size=1, least_left=1),
    questions=QuestionConfig(forms=frozenset({Form.YES_NO}), ease=1.0),
)


def even():
    return Posterior(np.full(16, 1 / 16))


def found_after(target):
    """Return how many questions and slates of one item it takes to find an item among the sixteen."""
    believed, settled = even(), set()
    for turn in range(CONFIG.lookahead.turns):
        question = plan(SIXTEEN, believed, turn, settled, config=CONFIG).question
        if question is None:
            (row,) = believed.top(1)
            if row == target:
                return turn + 1
            believed = believed.without(np.array([row]))
        else:
            (value,) = question.options
            settled.add((question.facet, value))
            has = np.array([item.has(question.facet, value) for item in SIXTEEN.catalog])
            believed = believed.answered(has == has[target])
    return CONFIG.lookahead.turns


def test_sixteen_items_are_searched_by_halves_until_guessing_is_quicker():
    assert plan(SIXTEEN, even(), 0, config=CONFIG).question is not None
    turns = [found_after(target) for target in range(16)]
    assert max(turns) < CONFIG.lookahead.turns
    # Two questions leave four items, which one guess after the other finds after 2.5 turns on average.
    assert np.mean(turns) == 4.5


def test_what_was_considered_can_be_looked_at():
    planned = plan(SIXTEEN, even(), 0, config=CONFIG)
    assert len(planned.considered) == len(planned.outlook.asks) > 1
    assert planned.question == planned.considered[int(np.argmax(planned.outlook.asks))]


def test_one_item_that_is_left_is_recommended_without_more_questions():
    only = np.zeros(16)
    only[3] = 1.0
    planned = plan(SIXTEEN, Posterior(only), 0, config=CONFIG)
    assert planned.question is None
    assert planned.considered == ()


def test_nothing_is_asked_once_all_is_settled_or_nothing_matters():
    settled = [(f"bit{place}", value) for place in range(4) for value in ("one", "nought")]
    assert plan(SIXTEEN, even(), 0, settled, config=CONFIG).question is None
    silent = replace(CONFIG, questions=replace(CONFIG.questions, ease=0.0))
    assert plan(SIXTEEN, even(), 0, config=silent).question is None


def test_a_long_conversation_may_still_be_asked_about():
    patient = replace(CONFIG, lookahead=replace(CONFIG.lookahead, least_left=4))
    assert plan(SIXTEEN, even(), 50, config=patient).question is not None
    assert plan(SIXTEEN, even(), 50, config=CONFIG).question is None


def test_among_few_candidates_a_slate_is_no_certain_success_though_many_would_please():
    lenient = replace(CONFIG, lookahead=replace(CONFIG.lookahead, equivalents=20.0))
    planned = plan(SIXTEEN, even(), 0, config=lenient)
    assert planned.considered
    assert planned.outlook.recommend < 0.9


def test_nothing_possible_is_no_reason_to_ask():
    assert plan(SIXTEEN, Posterior(np.zeros(16)), 0, config=CONFIG).question is None


@in_any_world(st.integers(0, 20))
def test_a_plan_depends_on_nothing_but_what_it_is_given(world, turn):
    graph, evidence = world
    believed = posterior(graph, evidence)
    first = plan(graph, believed, turn)
    assert first == plan(AttributeGraph(graph.catalog), believed, turn)
    assert first.question is None or first.question in first.considered
