import time

import pytest

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from agent.respond import Respondent
from agent.state import DialogueState
from evaluation.claims import NAME, PEOPLE, STORY, Checker
from evaluation.clauses import Manner
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph
from graph.build import ItemNode, ValueNode
from graph.evidence import Evidence, Wish
from graph.questions import Question
from graph.walk import Path, paths
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
CHECKER = Checker(GRAPH)
HEIST = Record().wishing(("theme", "heist"))


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


def turn(reply, action=None, record=HEIST, text="text"):
    return Exchange(text, record, action or slate("heat"), reply, 0.01)


def read(reply, action=None, record=HEIST, earlier=()):
    """Return (facet, value, truth) of every claim."""
    return [(one.facet, one.value, one.true) for one in CHECKER.claims(turn(reply, action, record), earlier)]


def dialogue(*turns):
    return Dialogue("any", "target", "parley", 0, ("heat",), turns)


def test_each_value_is_a_claim_of_its_own():
    assert read("Heat is a tense thriller directed by Michael Mann, starring Al Pacino. It runs 170 minutes.") == [
        ("mood", "tense", True),
        ("genre", "Thriller", True),
        ("director", "Michael Mann", True),
        ("actor", "Al Pacino", True),
        ("runtime", "170 minutes", True),
    ]


@pytest.mark.parametrize(
    ("reply", "facet", "value"),
    [
        ("Heat is directed by Ridley Scott.", "director", "Ridley Scott"),
        ("Heat is directed by Michael Bay.", NAME, "michael bay"),
        ("Heat is directed by Al Pacino.", "actor", "Al Pacino"),
        ("Heat stars Tom Hanks.", "actor", "Tom Hanks"),
        ("Heat won an Oscar.", NAME, "oscar"),
        ("Heat (1996) is good.", "year", "1996"),
        ("Heat runs 100 minutes.", "runtime", "100 minutes"),
        ("Heat is a comedy.", "genre", "Comedy"),
        ("It is about gambling.", "theme", "gambling"),
    ],
)
def test_an_invention_is_false(reply, facet, value):
    assert read(reply) == [(facet, value, False)]


def test_what_is_denied_is_true_if_it_is_not_so():
    assert read("Heat is not a comedy and no thriller.") == [("genre", "Comedy", True), ("genre", "Thriller", False)]


def test_a_title_makes_no_claim():
    assert read("Heat it is. Enjoy it.") == []
    assert read("How about Toy Story?", slate("toys")) == []


def test_facts_are_about_the_item_that_was_named_last():
    reply = "Heat is by Michael Mann. It is tense. Alien is by Ridley Scott. It is tense, too."
    claims = CHECKER.claims(turn(reply, slate("heat", "alien")))
    assert [(one.item_id, one.true) for one in claims] == [("heat", True)] * 2 + [("alien", True)] * 2


def test_what_is_told_of_a_liked_item_must_be_true_of_that_one():
    liked = Record().wishing(("title", "up"))
    assert read("Up is a tense film, like Heat.", record=liked) == [("mood", "tense", False)]
    assert read("Up, a tense film, and Heat, a tense film.", record=liked) == [
        ("mood", "tense", False),
        ("mood", "tense", True),
    ]
    assert read("Because of Up I'd suggest Heat, a tense film.", record=liked) == [("mood", "tense", True)]


def test_what_the_person_asked_for_is_held_against_their_words():
    reply = "You asked for a comedy and a heist, and Heat is tense."
    claims = CHECKER.claims(turn(reply))
    assert [(one.value, one.true, one.manner) for one in claims] == [
        ("Comedy", False, Manner.ASKED),
        ("heist", True, Manner.ASKED),
        ("tense", True, None),
    ]


def test_who_made_an_item_was_not_asked_for_because_it_follows_what_was():
    assert read("If you'd like a heist, Michael Mann has Heat, a tense film.") == [
        ("theme", "heist", True),
        ("director", "Michael Mann", True),
        ("mood", "tense", True),
    ]
    both = read("If you'd like a heist, Michael Mann and Al Pacino made Heat.")
    assert both == [("theme", "heist", True), ("director", "Michael Mann", True), ("actor", "Al Pacino", True)]


def test_that_an_item_has_what_was_asked_for_is_a_claim_too():
    record = HEIST.wishing(("genre", "Comedy"))
    assert read("You asked for a comedy, and Heat has that.", record=record) == [
        ("genre", "Comedy", True),
        ("genre", "Comedy", False),
    ]


def test_what_the_person_does_not_want_must_be_what_they_said():
    record = HEIST.disliking(Wish("genre", ("Horror",)))
    reply = "You don't want a horror film, and you don't like a comedy; Heat is a thriller."
    assert read(reply, record=record) == [
        ("genre", "Horror", True),
        ("genre", "Comedy", False),
        ("genre", "Thriller", True),
    ]
    assert read("You want no horror film, so here is Heat.", record=record) == [("genre", "Horror", True)]


def test_what_is_shared_must_be_so_of_both():
    record = HEIST.wishing(("title", "casino"))
    reply = "Heat shares a thriller and Robert De Niro with Casino."
    assert read(reply, record=record) == [("genre", "Thriller", False), ("actor", "Robert De Niro", True)]


def test_what_an_item_is_said_to_lack_it_must_lack():
    reply = "Heat is good. As far as I know, it misses what else you wished for: witty and tense."
    assert read(reply) == [("mood", "witty", True), ("mood", "tense", False)]


@pytest.mark.parametrize(
    ("words", "true"),
    [
        ("2 people liked both it and The Godfather", True),
        ("12 people liked both it and The Godfather", False),
        ("people who liked The Godfather like Heat", True),
    ],
)
def test_people_who_liked_two_items_are_counted(words, true):
    record = Record().wishing(("title", "godfather"))
    assert read(f"Heat is good, and {words}.", record=record)[0][2] is true
    assert read(f"Heat is good, and {words}.", record=record)[0][0] == PEOPLE


def test_nobody_liked_two_items_that_no_person_has_in_common():
    assert read("People who loved Up loved Heat.", slate("heat"), Record().wishing(("title", "amelie"))) == []
    assert read("People who loved Amélie loved Heat.", record=Record().wishing(("title", "amelie")))[0][2] is False


def test_a_liked_item_must_have_been_named_by_the_person():
    path = Path((ItemNode("casino"), ItemNode("heat")), 1.0)
    action = Recommend((Pick("heat", 0.1, (path,)),))
    reply = "You like Casino, and Heat is tense."
    assert read(reply, action, Record().wishing(("title", "casino")))[0] == ("title", "casino", True)
    assert read(reply, action)[0] == ("title", "casino", False)


def test_a_comparison_must_be_the_one_that_was_made():
    record = Record().preferring("casino", "alien")
    assert read("You said closer to Casino than to Alien, and Heat is tense.", record=record)[0][2]
    assert not read("You said closer to Alien than to Casino, and Heat is tense.", record=record)[0][2]
    assert read("You found it closer than Alien.", record=Record().preferring("heat", "alien"))[0][2]


def test_an_item_that_was_taken_was_gone_for():
    shown, taken = turn("Up.", slate("up")), turn("Up it is.", Reply(ReplyKind.CONFIRM, Pick("up", 0.0)))
    reply = "You went for Up before, and Heat is tense."
    assert read(reply, earlier=(shown, taken))[0] == ("title", "up", True)
    assert read(reply, earlier=(shown,))[0] == ("title", "up", False)


def test_a_description_word_for_word_is_one_claim():
    assert read("Heat is tense, in which a crime film about heist.") == [
        (STORY, "a crime film about heist", True),
        ("mood", "tense", True),
    ]


def test_the_description_of_another_item_is_none_of_its_own():
    assert ("theme", "monster", False) in read("Heat is tense. A horror film about monster.")


def test_an_answer_to_why_a_question_is_asked_is_checked_by_option():
    question = Question("mood", ("tense", "silly"), 1.0)
    walks = tuple(
        Path((ItemNode(first), ValueNode("mood", mood)), 1.0) for first, mood in (("heat", "tense"), ("up", "silly"))
    )
    reply = Reply(ReplyKind.WHY_QUESTION, asked=Ask(question, 12, paths=walks))
    assert read("My first thought would be Heat if tense or Up if silly.", reply) == [
        ("mood", "tense", True),
        ("mood", "silly", False),
    ]


def test_a_turn_about_no_item_claims_nothing():
    assert read("What would suit you: tense or witty?", Ask(Question("mood", ("tense", "witty"), 1.0))) == []
    assert read("I don't have “Zardoz” in my catalogue. Heat is tense.") == [("mood", "tense", True)]


@pytest.mark.parametrize("item_id", [item.id for item in CATALOG])
@pytest.mark.parametrize("kind", [ReplyKind.ABOUT, ReplyKind.WHY_ITEM, ReplyKind.CONFIRM, None])
def test_whatever_is_built_from_the_catalogue_is_true(item_id, kind):
    evidence = Evidence(wanted=(Wish("theme", ("heist",)), Wish("genre", ("Comedy",))), liked=("casino",))
    pick = Pick(item_id, 0.5, paths(GRAPH, evidence, item_id))
    action = Reply(kind, pick) if kind else Recommend((pick, Pick("up", 0.1)))
    state = DialogueState().heard("x", ()).decided(action)
    record = HEIST.wishing(("genre", "Comedy"), ("title", "casino"))
    *_, reply = Respondent(CATALOG, Scripted()).words(state)
    false = [one for one in CHECKER.claims(turn(reply, action, record)) if not one.true]
    assert false == [], reply


def test_factuality_is_the_share_of_true_claims():
    held = dialogue(turn("Heat is a tense comedy."), turn("Heat stars Al Pacino and Tom Hanks."), turn("Enjoy."))
    assert CHECKER.factuality(held) == 0.5
    assert len(CHECKER.of(held)) == 4
    assert CHECKER.factuality(dialogue(turn("Enjoy."))) is None


def test_aspects_are_those_that_were_wished_for_and_no_others():
    record = HEIST.wishing(("actor", "Al Pacino"), ("genre", "Comedy"), ("runtime", ">=100"))
    held = dialogue(turn("You asked for a heist, and Heat is a tense film by Michael Mann.", record=record))
    precision, recall = 1 / 3, 1 / 2
    assert CHECKER.aspects(held) == pytest.approx(2 * precision * recall / (precision + recall))


def test_a_reply_that_names_no_reason_misses_those_that_were_wished_for():
    assert CHECKER.aspects(dialogue(turn("How about Heat?"))) == 0.0
    assert CHECKER.aspects(dialogue(turn("How about Heat?", record=Record()))) is None
    assert CHECKER.aspects(dialogue(turn("Heat it is.", Reply(ReplyKind.CONFIRM, Pick("heat", 0.0))))) is None


def test_a_reply_is_checked_in_no_time():
    held = turn("You asked for a heist, and Heat is a tense film directed by Michael Mann. It has Al Pacino.")
    CHECKER.claims(held)
    begin = time.perf_counter()
    for _ in range(50):
        CHECKER.claims(held)
    assert (time.perf_counter() - begin) / 50 < 0.05
