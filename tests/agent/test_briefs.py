import pytest

from agent.actions import Relaxation, ReplyKind
from agent.acts import Dislikes, Likes, Prefers
from agent.briefs import (
    Brief,
    Job,
    Phrase,
    confirm_brief,
    question_brief,
    relax_brief,
    such_phrase,
    talk_brief,
    taste_brief,
    unknown_brief,
)
from agent.state import DialogueState
from catalog.items import TITLE
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
START = DialogueState()


@pytest.mark.parametrize(
    ("question", "notes"),
    [
        (Question("mood", ("tense", "dark", "witty")), "mood: tense, dark or witty"),
        (Question("theme", ("heist",)), "yes or no: about a heist"),
        (Question("runtime", ("<=94", ">=95")), "minutes: 95"),
        (Question("year", ("<=1989", ">=1990")), "year: 1990"),
        (Question(TITLE, ("heat", "up")), "closer to: {1}\nor to: {2}"),
    ],
)
def test_every_form_of_question_has_notes(question, notes):
    brief = question_brief(question, CATALOG)
    assert brief is not None
    assert brief.job is Job.ASK
    assert brief.notes == notes


def test_a_number_that_has_no_words_of_its_own_is_asked_for_plainly():
    assert question_brief(Question("price", ("<=9", ">=10")), CATALOG) is None


def test_titles_are_slots_in_the_order_of_their_ids():
    brief = question_brief(Question(TITLE, ("heat", "up")), CATALOG)
    assert brief is not None
    assert brief.items == ("heat", "up")


@pytest.mark.parametrize(
    ("facet", "value", "words"),
    [
        ("mood", "tense", "that is tense"),
        ("actor", "Al Pacino", "with Al Pacino"),
        ("decade", "1990s", "from the 1990s"),
        ("runtime", "over two hours", ""),
    ],
)
def test_a_value_follows_something(facet, value, words):
    assert such_phrase(facet, value) == words


def test_notes_name_the_slot_that_no_phrase_names():
    assert confirm_brief(CATALOG["heat"]).notes == "film: {1}\nminutes: 170"
    assert confirm_brief(CATALOG["casablanca"]).notes == "film: {1}"
    assert unknown_brief().notes == "not in the catalogue: {1}"


def test_taste_names_items_by_slots():
    told = (Likes(Wish(TITLE, ("heat",))), Likes(Wish("mood", ("tense",))), Dislikes(Wish("theme", ("heist",))))
    brief = taste_brief(START.heard("", told), CATALOG)
    assert brief == Brief(
        Job.TASTE, (Phrase("likes", "{1} and something tense"), Phrase("dislikes", "a heist")), ("heat",)
    )


def test_taste_beyond_likes_and_dislikes_is_said_plainly():
    assert taste_brief(START, CATALOG) is None
    leaning = START.heard("", (Likes(Wish("mood", ("tense",))), Prefers("heat", "up")))
    assert taste_brief(leaning, CATALOG) is None


def test_the_way_out_has_its_number():
    brief = relax_brief(Relaxation(Wish("mood", ("dark",)), 1412), CATALOG)
    assert brief is not None
    assert brief.notes == "ruled out: dark\nwould bring back: 1,412"


def test_small_talk_is_one_short_line():
    heard = f"bye\n{'x' * 500}"
    notes = talk_brief(ReplyKind.GOODBYE, heard, chosen=True).notes
    assert notes.startswith("said: (goodbye) bye xxx")
    assert len(notes) < 250
    assert "nothing is chosen" in talk_brief(ReplyKind.THANKS, "ta", chosen=False).notes
