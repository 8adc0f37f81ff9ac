import pytest

from agent.actions import Ask, Note, Remark, ReplyKind
from agent.replies import remark_words, small_talk, why_question
from graph.build import ItemNode, ValueNode
from graph.questions import Question
from graph.walk import Path
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


def to(option, item_id, facet="mood"):
    return Path((ValueNode("genre", "Crime"), ItemNode(item_id), ValueNode(facet, option)), 1.0)


def test_a_question_is_explained_by_the_films_that_its_answers_would_favour():
    ask = Ask(Question("mood", ("tense", "whimsical"), 1.0), 100, paths=(to("whimsical", "up"), to("tense", "heat")))
    words = why_question(ask, CATALOG)
    assert "should leave about 50" in words
    assert words.endswith("My first thought would be Heat if tense or Up if whimsical.")


def test_without_paths_no_film_is_named():
    assert "first thought" not in why_question(Ask(Question("mood", ("tense",), 1.0), 100), CATALOG)


@pytest.mark.parametrize(
    ("question", "path", "leading"),
    [
        (Question("mood", ("tense",)), to("tense", "heat"), {"tense": "heat"}),
        (Question("year", ("<=1994", ">=1995")), Path((ItemNode("heat"),), 1.0, "year >=1995"), {">=1995": "heat"}),
        (Question("title", ("heat", "up")), Path((ValueNode("genre", "Crime"), ItemNode("heat")), 1.0), {}),
    ],
)
def test_what_leads_is_read_off_the_paths(question, path, leading):
    assert Ask(question, paths=(path,)).leading == leading


@pytest.mark.parametrize(
    ("enjoyed", "words"),
    [
        ((), "A clean slate."),
        (("Heat",), "A clean slate; I'll remember that you went for Heat."),
        (("Heat", "Up"), "A clean slate; I'll remember that you went for Heat and Up."),
        (
            ("Alien", "Heat", "Up", "Airplane!", "Casino"),
            "A clean slate; I'll remember that you went for Up, Airplane!, Casino and 2 others.",
        ),
    ],
)
def test_a_new_beginning_says_what_is_remembered(enjoyed, words):
    assert remark_words(Remark(Note.STARTED_OVER), enjoyed) == words


def test_whoever_says_thanks_before_they_chose_is_not_sent_home():
    before, after = (small_talk(ReplyKind.THANKS, "film", chosen) for chosen in (False, True))
    assert not set(before) & set(after)
    assert not any("tell me how it was" in reply for reply in before)
