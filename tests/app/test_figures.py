import xml.etree.ElementTree as ET

import pytest

from agent.actions import Ask
from agent.ties import Chosen, Enjoyed, Nearer
from app.figures import MAX_LANES, path_figure, question_figure, strongest
from graph.build import ItemNode, ValueNode
from graph.questions import Question
from graph.walk import Path
from tests.app.fakes import NASTY, tiny_catalog

CATALOG = tiny_catalog(*NASTY)
HEAT, COLLATERAL = ItemNode("heat"), ItemNode("collateral")
PATHS = (
    Path((HEAT, ValueNode("director", "Michael Mann"), COLLATERAL), 2.0),
    Path((ValueNode("mood", "tense"), COLLATERAL), 1.5),
    Path((HEAT, ValueNode("genre", "Crime"), COLLATERAL), 1.0),
    Path((HEAT, COLLATERAL), 0.5, "12 people liked both"),
    Path((COLLATERAL,), 0.2, "runtime <=120"),
)


def boxes(drawing):
    tree = ET.fromstring(drawing)
    return ["".join(group.find("title").itertext()) for group in tree.iter("g")]


def test_every_node_is_drawn_once_and_named():
    assert sorted(boxes(path_figure(CATALOG, "collateral", PATHS, "why"))) == [
        "directed by: Michael Mann",
        "genre: Crime",
        "others: 12 people liked both",
        "suggested: Collateral (2004)",
        "you like: Heat (1995)",
        "you want · mood: tense",
        "you want: at most 120 minutes",
    ]


def test_a_stronger_path_has_a_thicker_line():
    edges = list(ET.fromstring(path_figure(CATALOG, "collateral", PATHS, "why")).iter("path"))
    thickness = [float(edge.get("stroke-width")) for edge in edges]
    assert max(thickness) == 3.2
    assert thickness[0] == 3.2


def test_a_drawing_says_in_words_what_it_shows():
    assert ET.fromstring(path_figure(CATALOG, "collateral", PATHS, 'a "b" <c>')).get("aria-label") == 'a "b" <c>'


def test_titles_cannot_break_a_drawing():
    for item in NASTY:
        assert "<script" not in path_figure(CATALOG, item.id, [Path((HEAT, ItemNode(item.id)), 1.0, "</svg>")], "x")


def test_paths_that_spoke_against_an_item_are_left_out_unless_there_is_no_other():
    against = Path((HEAT, COLLATERAL), -1.0, "1 people liked both")
    assert strongest((*PATHS[:2], against)) == PATHS[:2]
    assert strongest((against,)) == (against,)
    assert len(strongest(PATHS * 3)) == MAX_LANES


def test_without_paths_nothing_is_drawn():
    assert path_figure(CATALOG, "collateral", (), "why") == ""


def test_a_question_is_drawn_as_the_answers_that_split_what_is_possible():
    ask = Ask(Question("mood", ("tense", "funny"), 1.0), candidates=1234)
    assert boxes(question_figure(CATALOG, ask, "why")) == [
        "still possible: 1,234 films",
        "mood: tense",
        "mood: funny",
        "mood: something else",
    ]


def test_an_answer_is_drawn_with_the_film_that_it_would_favour():
    walks = (Path((HEAT, ValueNode("mood", "tense")), 1.0),)
    ask = Ask(Question("mood", ("tense", "funny"), 1.0), 7, paths=walks)
    drawn = boxes(question_figure(CATALOG, ask, "why"))
    assert drawn.count("such as: Heat (1995)") == 1
    assert drawn.index("such as: Heat (1995)") == drawn.index("mood: tense") + 1


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        (Question("mood", ("tense",)), ["yes · mood: tense", "no · mood: not tense"]),
        (Question("year", ("<=1989", ">=1990")), ["year: before 1990", "year: 1990 or later"]),
        (Question("title", ("heat", "ronin")), ["more like: Heat", "more like: Ronin"]),
    ],
)
def test_every_form_of_question_is_drawn_by_its_answers(question, answers):
    assert boxes(question_figure(CATALOG, Ask(question, 7), "why")) == ["still possible: 7 films", *answers]


@pytest.mark.parametrize(
    ("tie", "caption"), [(Nearer("ronin"), "you said nearer"), (Enjoyed(), "you went for"), (Chosen(), "you chose")]
)
def test_a_film_that_is_not_liked_now_is_drawn_as_such(tie, caption):
    drawn = path_figure(CATALOG, "collateral", PATHS, "why", {"heat": tie})
    assert f"{caption}: Heat (1995)" in boxes(drawn)
    assert "you like: Heat (1995)" not in boxes(drawn)


def test_what_an_item_has_in_common_with_itself_is_no_reason():
    assert strongest((Path((HEAT, ValueNode("mood", "tense"), HEAT), 1.0),)) == ()
