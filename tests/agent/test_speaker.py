from dataclasses import replace

import pytest

from agent.actions import Ask, Note, Pick, Recommend, Relaxation, Remark, Reply, ReplyKind
from agent.acts import Accepts, Likes
from agent.respond import Respondent
from agent.state import DialogueState
from graph.attributes import AttributeGraph
from graph.evidence import Evidence, Wish
from graph.questions import Question
from graph.walk import paths
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
START = DialogueState()
HEIST = Evidence(wanted=(Wish("theme", ("heist",)),))
HEAT = Pick("heat", 0.5, paths(GRAPH, HEIST, "heat"))
HELLO = Reply(ReplyKind.GREET)
TENSE = Ask(Question("mood", ("tense", "dark", "witty"), 1.0), 100)


@pytest.fixture(autouse=True)
def unopened(monkeypatch):
    """The script is the whole reply."""
    monkeypatch.setattr("agent.speaker.opening", lambda brief: "")


def reply(action, *script, state=START, catalog=CATALOG, plain=False):
    model = Scripted(*script, taught=not plain)
    words = list(Respondent(catalog, model).words(state.heard("x", ()).decided(action)))
    return words, model.prompts


def test_a_taught_model_writes_the_whole_sentence_and_titles_are_filled_in():
    words, _ = reply(Recommend((HEAT,)), "You asked for a heist, and {1} has that: a tense film by Michael Mann.")
    assert words[-1] == "You asked for a heist, and Heat has that: a tense film by Michael Mann."


def test_a_taught_model_goes_on_as_it_is_told_to_begin(monkeypatch):
    monkeypatch.setattr("agent.speaker.opening", lambda brief: "You asked for")
    words, (prompt,) = reply(Recommend((HEAT,)), " a heist, and {1} has that: a tense film by Michael Mann.")
    assert words[-1] == "You asked for a heist, and Heat has that: a tense film by Michael Mann."
    assert (prompt[-1].role, prompt[-1].text) == ("assistant", "You asked for")


def test_small_talk_is_one_of_the_replies_to_something_alike():
    class Talk:
        def replies(self, brief):
            assert brief.heard == "(greet) x"
            return ("Evening. What will it be?",)

    words = list(Respondent(CATALOG, Scripted(taught=True), Talk()).words(START.heard("x", ()).decided(HELLO)))
    assert words == ["Evening. What will it be?"]


def test_a_taught_model_needs_no_examples():
    _, ((system, notes),) = reply(Recommend((HEAT,)))
    assert (system.role, notes.role) == ("system", "user")
    assert notes.items == ("heat",)
    assert "{1}" in notes.text
    assert "Heat" not in notes.text


def test_what_is_not_vouched_for_is_replaced_by_the_plain_sentence():
    words, _ = reply(Recommend((HEAT,)), "You asked for a heist, and {1} stars Nicolas Cage.")
    assert words == [
        "You asked for a heist, and Heat is a tense film directed by Michael Mann. A crime film about heist."
    ]


def test_a_second_item_is_named_after_the_first():
    words, prompts = reply(
        Recommend((HEAT, Pick("alien", 0.1))),
        "For a heist, try {1}, a tense film by Michael Mann.",
        "Or {1}, a tense film by Ridley Scott.",
    )
    assert words[-1].endswith("by Michael Mann. Or Alien, a tense film by Ridley Scott.")
    assert len(prompts) == 2


def test_a_reply_only_ever_grows():
    words, _ = reply(Recommend((HEAT, Pick("alien", 0.1))), "For a heist, try {1}, a tense film by Michael Mann.", "")
    assert all(after.startswith(before.rstrip(" .,")) for before, after in zip(words, words[1:], strict=False))


@pytest.mark.parametrize(
    ("action", "said", "shown"),
    [
        (TENSE, "How should it feel, tense, dark or witty?", "How should it feel, tense, dark or witty?"),
        (Reply(ReplyKind.CONFIRM, HEAT), "{1} it will be, 170 minutes of it.", "Heat it will be, 170 minutes of it."),
        (
            Reply(ReplyKind.WHY_ITEM, HEAT),
            "I suggested {1} because you asked for a heist, and it has that.",
            "I suggested Heat because you asked for a heist, and it has that.",
        ),
    ],
)
def test_other_replies_are_worded_by_a_taught_model_where_they_are_right(action, said, shown):
    assert reply(action, said)[0] == [shown]
    plain = reply(action, plain=True)[0]
    assert shown not in plain
    for invented in ("", "Nicolas Cage liked it.", f"{said} Ten of ten people agree."):
        assert reply(action, invented)[0] == plain


def test_taste_is_worded_by_a_taught_model():
    told = START.heard("", (Likes(Wish("mood", ("tense",))),))
    action = Reply(ReplyKind.TASTE)
    assert reply(action, "My notes say something tense.", state=told)[0] == ["My notes say something tense."]
    assert reply(action, "My notes say something silly.", state=told)[0] == reply(action, state=told, plain=True)[0]


def test_what_an_explained_item_lacks_is_always_said():
    pick = replace(HEAT, unmet=(Wish("mood", ("witty",)),))
    words, _ = reply(Reply(ReplyKind.WHY_ITEM, pick), "I suggested {1} because you asked for a heist, and it has that.")
    assert words[-1].endswith("it has that. As far as I know, it misses what else you wished for: witty.")


@pytest.mark.parametrize(
    "action",
    [
        Reply(ReplyKind.NOTHING_FITS, relaxation=Relaxation(Wish("mood", ("dark",)), 412)),
        Reply(ReplyKind.TASTE, remarks=(Remark(Note.UNKNOWN, "Zardoz"),)),
        Reply(ReplyKind.TASTE, remarks=(Remark(Note.CLOSEST, "witty"),)),
    ],
)
def test_what_cannot_be_had_is_said_plainly(action):
    words, prompts = reply(action, "{1} is missing.")
    assert words == reply(action, plain=True)[0]
    assert prompts == []


def test_an_item_taken_before_is_named_in_plain_words_without_asking_the_model():
    state = START.heard("that one", (Accepts("godfather"),))
    pick = Pick("casino", 0.5, paths(GRAPH, Evidence(liked=("godfather",)), "casino"))
    words, prompts = reply(Recommend((pick,)), "For {2}, try {1}, a dark film by Martin Scorsese.", state=state)
    assert words[-1].startswith("You chose The Godfather, and Casino is")
    assert prompts == []


def test_what_a_model_learnt_of_films_is_not_said_of_other_things():
    books = replace(CATALOG, noun="book")
    words, prompts = reply(Recommend((HEAT,)), " a crime film about heist.", catalog=books)
    assert words[-1].endswith(", in which a crime film about heist.")
    assert len(prompts[0]) > 2
