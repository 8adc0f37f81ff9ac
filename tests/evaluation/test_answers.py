import random
from dataclasses import replace

import pytest

from agent.actions import Ask
from agent.acts import Act, Asks, Dislikes, Indifferent, Likes, Prefers
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE
from evaluation.answers import answered, held_by_tastes, held_by_wishes
from evaluation.people import PersonConfig, Population, Preference, Record
from evaluation.systems import Silent
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


def test_a_noisy_person_says_what_is_not_so_and_the_record_holds_it():
    noisy = replace(CARING, target=CATALOG["alien"], config=replace(CARING.config, noise=1.0))

    def records(*question):
        return {answered(Question(*question), noisy, Record(), GRAPH, random.Random(seed))[1] for seed in range(60)}

    assert records("genre", ("Horror",)) == {Record((Wish("genre", ("Horror",)),))}
    assert records("genre", ("Comedy",)) == {Record(wishes=frozenset({("genre", "Comedy")}))}
    assert records("year", ("<=1989", ">=1990")) == {Record(wishes=frozenset({("year", ">=1990")}))}
    assert records(TITLE, ("runner", "up")) == {Record(preferred=frozenset({("up", "runner")}))}
    choices = records("genre", ("Horror", "Comedy", "Crime"))
    assert choices == {Record(wishes=frozenset({("genre", value)})) for value in ("Comedy", "Crime")}
    both = records("genre", ("Horror", "Science fiction"))
    assert both == {Record((Wish("genre", ("Horror",)), Wish("genre", ("Science fiction",))))}


def test_someone_who_is_asked_about_their_target_does_not_name_it():
    person = replace(CARING, target=CATALOG["up"])
    question = Question(TITLE, ("up", "alien"))
    said = [answered(question, person, Record(), GRAPH, random.Random(seed)) for seed in range(60)]
    assert not any("Up" in text for text, _ in said)
    assert all(record.preferred == {("up", "alien")} for _, record in said)


def test_a_taste_chooses_the_best_option_the_usual_side_and_the_better_item():
    tastes = (
        Preference("genre", "Horror", -0.3),
        Preference("genre", "Comedy", 0.3),
        Preference("genre", "Crime", 0.1),
    )
    taster = replace(
        CARING,
        target=CATALOG["groundhog"],
        also=("toys", "airplane", "up"),
        dislikes=(Wish("genre", ("Horror",)),),
        tastes=tastes,
        utilities={"up": 1.0, "heat": 0.5, "casino": 0.49},
    )

    def held(facet, *options):
        return held_by_tastes(Question(facet, options), taster, GRAPH)

    assert held("genre", "Crime", "Comedy") == ("Comedy",)
    assert held("genre", "Drama", "Romance") is None
    assert held("genre", "Horror") == ()
    assert held("runtime", "<=109", ">=110") == ("<=109",)
    assert held("year", "<=1994", ">=1995") is None
    assert held(TITLE, "heat", "up") == ("up",)
    assert held(TITLE, "heat", "casino") is None


def test_a_few_wishes_decide_only_what_they_speak_of():
    wishes = (Wish("genre", ("Comedy", "Romance")), Wish("runtime", ("<=100",)), Wish("decade", ("1990s",)))
    dislikes = (Wish("mood", ("dark", "tense")),)

    def held(facet, *options):
        return held_by_wishes(Question(facet, options), wishes, dislikes)

    assert held("genre", "Crime", "Romance") == ("Romance",)
    assert held("genre", "Crime") is None
    assert held("mood", "tense") == ()
    assert held("mood", "tense", "silly") is None
    assert held("runtime", "<=109", ">=110") == ("<=109",)
    assert held("runtime", "<=89", ">=90") is None
    assert held("year", "<=1989", ">=1990") == (">=1990",)
    assert held("year", "<=1994", ">=1995") is None
    assert held("price", "<=9", ">=10") is None
    assert held(TITLE, "heat", "up") is None
