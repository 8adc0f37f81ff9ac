import random
from dataclasses import replace

import pytest

from agent.actions import Ask
from agent.acts import Act, Asks, Dislikes, Indifferent, Likes, Prefers
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE
from evaluation.answers import answered
from evaluation.people import PersonConfig, Population, Record
from evaluation.simulator import Silent
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
READER = Understander(CATALOG, Silent())
CARING = replace(Population(GRAPH).person(0), config=PersonConfig(indifferent=0.0))


def heard(target: str, question: Question) -> list[tuple[str, Record, tuple[Act, ...]]]:
    """Return what a hundred people with one target say, and what Parley makes of it."""
    person = replace(CARING, target=CATALOG[target])
    asked = DialogueState().heard("hello", ()).decided(Ask(question))
    found = []
    for seed in range(100):
        text, record = answered(question, person, Record(), GRAPH, random.Random(seed))
        found.append((text, record, READER.acts(text, asked)))
    return found


@pytest.mark.parametrize(
    ("target", "question", "act"),
    [
        ("heat", Question("theme", ("heist",)), Likes(Wish("theme", ("heist",)))),
        ("up", Question("theme", ("heist",)), Dislikes(Wish("theme", ("heist",)))),
        ("up", Question("mood", ("tense",)), Dislikes(Wish("mood", ("tense",)))),
        ("alien", Question("genre", ("Horror",)), Likes(Wish("genre", ("Horror",)))),
        ("alien", Question("actor", ("Tom Hanks",)), Dislikes(Wish("actor", ("Tom Hanks",)))),
        ("alien", Question(TITLE, ("runner", "up")), Prefers("runner", "up")),
        ("up", Question(TITLE, ("alien", "up")), Prefers("up", "alien")),
        ("shining", Question("mood", ("tense",)), Indifferent("mood", ("tense",))),
        ("casablanca", Question("runtime", ("<=109", ">=110")), Indifferent("runtime")),
    ],
)
def test_parley_understands_every_answer_as_it_was_meant(target, question, act):
    for text, _, acts in heard(target, question):
        assert acts == (act,), text


@pytest.mark.parametrize(
    ("target", "question", "place"),
    [
        ("alien", Question("year", ("<=1989", ">=1990")), 0),
        ("up", Question("year", ("<=1989", ">=1990")), 1),
        ("up", Question("runtime", ("<=109", ">=110")), 0),
        ("heat", Question("runtime", ("<=109", ">=110")), 1),
    ],
)
def test_parley_takes_the_side_on_which_the_target_lies(target, question, place):
    for text, record, acts in heard(target, question):
        (likes,) = acts
        assert likes.wish.facet == question.facet, text
        assert likes.wish.values[0][:2] == question.options[place][:2], text
        assert CATALOG[target].has(*next(iter(record.wishes)))


def test_the_record_holds_what_was_answered_and_nothing_that_was_left_open():
    assert all(record.wishes == {("theme", "heist")} for _, record, _ in heard("heat", Question("theme", ("heist",))))
    assert all(record.dislikes for _, record, _ in heard("up", Question("theme", ("heist",))))
    assert all(record.preferred for _, record, _ in heard("up", Question(TITLE, ("up", "alien"))))
    assert all(record == Record() for _, record, _ in heard("shining", Question("mood", ("tense",))))


def test_people_cannot_say_which_of_two_unlike_items_is_nearer():
    for text, record, acts in heard("casablanca", Question(TITLE, ("alien", "airplane"))):
        assert record == Record(), text
        assert all(isinstance(act, Indifferent | Asks) for act in acts), text


def test_answers_are_varied():
    for question in (
        Question("theme", ("heist",)),
        Question(TITLE, ("heat", "up")),
        Question("year", ("<=1989", ">=1990")),
    ):
        assert len({text for text, _, _ in heard("heat", question)}) >= 8
