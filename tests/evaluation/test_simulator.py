from dataclasses import replace

import pytest

from agent.actions import Ask, Recommend, Reply, ReplyKind
from agent.state import DialogueState
from catalog.items import TITLE
from evaluation import metrics
from evaluation.people import PersonConfig, Population, Record
from evaluation.run import planner, simulate
from evaluation.simulator import Silent, converse, recommended
from graph.attributes import AttributeGraph
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
POPULATION = Population(GRAPH)


@pytest.fixture(scope="module")
def dialogues():
    return list(simulate(planner(GRAPH), POPULATION, n=60, seed=0))


def steps(dialogues):
    """Yield each turn with the person, the turn before it and the record before it."""
    for seed, dialogue in enumerate(dialogues):
        before = None
        for turn in dialogue.turns:
            yield POPULATION.person(seed), before, turn
            before = turn


def test_equal_seeds_make_equal_dialogues(dialogues):
    again = list(simulate(planner(GRAPH), Population(GRAPH), n=10, seed=0))
    assert [[(turn.text, turn.reply, turn.action) for turn in dialogue.turns] for dialogue in again] == [
        [(turn.text, turn.reply, turn.action) for turn in dialogue.turns] for dialogue in dialogues[:10]
    ]


def test_different_seeds_make_different_dialogues(dialogues):
    assert len({tuple(turn.text for turn in dialogue.turns) for dialogue in dialogues}) > 50


def test_among_twelve_films_nearly_everybody_finds_theirs(dialogues):
    assert sum(dialogue.success for dialogue in dialogues) >= 50


def test_success_means_that_the_target_was_on_the_table(dialogues):
    for dialogue in dialogues:
        offers = [turn for turn in dialogue.turns if dialogue.target in recommended(turn.action)]
        assert bool(offers) >= dialogue.success
        if dialogue.success:
            assert offers == [dialogue.turns[-2]]


def test_people_give_up_after_their_turns(dialogues):
    short = replace(POPULATION.person(0), config=PersonConfig(turns=1))
    assert len(converse(planner(GRAPH), short, "short").turns) == 1
    assert all(len(dialogue.turns) <= PersonConfig.turns for dialogue in dialogues)


def test_people_ask_only_for_what_their_target_has(dialogues):
    for person, _, turn in steps(dialogues):
        for facet, value in turn.record.wishes:
            assert person.target.has(facet, value) or (facet == TITLE and value == person.liked.id)


def test_people_state_no_dislike_of_what_their_target_has(dialogues):
    for person, _, turn in steps(dialogues):
        assert not any(wish.holds_for(person.target) for wish in turn.record.dislikes)


def test_people_reject_or_have_seen_only_what_was_shown_and_never_their_target(dialogues):
    for dialogue in dialogues:
        shown = {item_id for turn in dialogue.turns for item_id in recommended(turn.action)}
        marked = dialogue.turns[-1].record.seen | dialogue.turns[-1].record.rejected
        assert marked <= shown - {dialogue.target}


def test_a_question_about_what_the_catalogue_does_not_know_does_not_matter(dialogues):
    for person, before, turn in steps(dialogues):
        if before and isinstance(before.action, Ask) and before.action.question.facet not in person.target.facets:
            assert not turn.record.adds_to(before.record)


def test_everything_that_people_do_happens(dialogues):
    records = [(before.record if before else Record(), turn) for _, before, turn in steps(dialogues)]
    assert any(set(turn.record.dislikes) - set(before.dislikes) for before, turn in records)
    assert any(turn.record.seen - before.seen for before, turn in records)
    assert any(turn.record.rejected - before.rejected for before, turn in records)
    assert any(before.adds_to(turn.record) for before, turn in records)
    actions = [turn.action for _, turn in records]
    assert any(isinstance(action, Recommend) for action in actions)
    assert any(isinstance(action, Reply) and action.kind is ReplyKind.WHY_ITEM for action in actions)


def test_parley_keeps_to_the_catalogue_and_to_what_it_was_told(dialogues):
    for dialogue in dialogues:
        assert metrics.off_catalogue(dialogue, CATALOG) == 0
        assert metrics.violations(dialogue, CATALOG) == 0, [turn.text for turn in dialogue.turns]
        assert metrics.repeats(dialogue) == 0, [turn.text for turn in dialogue.turns]


def test_an_untold_chatbot_that_does_nothing_is_an_error():
    class Idle:
        catalog = CATALOG
        graph = GRAPH

        def talk(self, conversation, text):
            from agent.chatbot import Update

            yield Update(DialogueState().heard(text, ()))

    with pytest.raises(ValueError, match="did nothing"):
        converse(Idle(), POPULATION.person(0), "idle")


def test_a_silent_model_says_nothing_and_prefers_nothing():
    assert list(Silent().stream((), 10)) == []
    assert Silent().score((), ("a", "b")) == (0.0, 0.0)
