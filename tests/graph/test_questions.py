import numpy as np
import pytest
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from graph.attributes import AttributeGraph
from graph.questions import Form, Question, Shortlist, likelihoods
from graph.walk import posterior
from tests.graph.worlds import in_any_world

FILMS = Catalog(
    "four",
    (
        Item("slapstick", "Slapstick", 1950, {"genre": ("comedy",), "mood": ("silly",)}, {"runtime": 80.0}),
        Item("caper", "Caper", 1970, {"genre": ("comedy", "crime"), "mood": ("tense",)}, {"runtime": 100.0}),
        Item("heist", "Heist", 1995, {"genre": ("crime",), "mood": ("tense",)}, {"runtime": 120.0}),
        Item("lost", "Lost", None, {"genre": ("war",)}),
    ),
)
GRAPH = AttributeGraph(FILMS)
ALL = Shortlist(GRAPH, np.arange(4), np.full(4, 0.25))


def answers(*questions, noise=0.0):
    return likelihoods(ALL, questions, noise)[0].tolist()


@pytest.mark.parametrize(
    ("question", "form"),
    [
        (Question("genre", ("comedy",)), Form.YES_NO),
        (Question("genre", ("comedy", "crime")), Form.CHOICE),
        (Question("year", ("<=1979", ">=1980")), Form.RANGE),
        (Question("title", ("caper", "heist")), Form.COMPARISON),
    ],
)
def test_the_form_of_a_question_follows_from_its_options(question, form):
    assert question.form is form


def test_yes_or_no_is_answered_by_whether_the_item_has_the_value():
    assert answers(Question("genre", ("comedy",))) == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_a_wrong_answer_comes_with_the_chance_of_noise():
    assert answers(Question("genre", ("comedy",)), noise=0.1)[0] == pytest.approx([0.9, 0.1])
    assert answers(Question("genre", ("comedy", "crime")), noise=0.1)[0] == pytest.approx([0.9, 0.05, 0.05])


def test_who_has_both_options_in_mind_names_either():
    assert answers(Question("genre", ("comedy", "crime"))) == [[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]]


def test_a_number_lies_on_one_side():
    sides = answers(Question("year", ("<=1979", ">=1980")))
    assert sides[:3] == [[1, 0], [1, 0], [0, 1]]


def test_an_item_of_which_nothing_is_known_gets_the_answers_of_the_others():
    assert answers(Question("mood", ("tense",)))[3] == pytest.approx([2 / 3, 1 / 3])
    assert answers(Question("year", ("<=1979", ">=1980")))[3] == pytest.approx([2 / 3, 1 / 3])


def test_an_item_is_more_like_itself_and_like_what_it_shares_values_with():
    like_first = [row[0] for row in answers(Question("title", ("slapstick", "heist")))]
    assert like_first[0] > 0.7
    assert like_first[2] < 0.3
    assert like_first[3] == pytest.approx(0.5)


def test_the_answers_of_several_questions_stand_side_by_side():
    matrix, owner = likelihoods(ALL, [Question("genre", ("comedy", "crime")), Question("mood", ("silly",))])
    assert owner.tolist() == [0, 0, 0, 1, 1]
    assert matrix.shape == (4, 5)


def test_many_yes_or_no_questions_at_once_are_answered_as_one_by_one():
    several = [Question("genre", (value,)) for value in ("comedy", "crime", "war")]
    together, owner = likelihoods(ALL, several, 0.2)
    assert owner.tolist() == [0, 0, 1, 1, 2, 2]
    mixed = np.concatenate(
        [likelihoods(ALL, [question, Question("mood", ("silly",))], 0.2)[0][:, :2] for question in several], axis=1
    )
    assert np.allclose(together, mixed)


def test_a_bound_that_cannot_be_read_is_named():
    with pytest.raises(ValueError, match="'recent' is no bound"):
        answers(Question("year", ("<=1979", "recent")))


@in_any_world(st.floats(0, 0.4))
def test_the_answers_to_a_question_sum_to_one_for_every_item(world, noise):
    graph, evidence = world
    believed = posterior(graph, evidence)
    rows = believed.top(99)
    ids = [item.id for item in graph.catalog]
    asked = [
        *(Question(facet, tuple(graph.catalog.values(facet))[:2]) for facet in graph.catalog.facets),
        *(Question(facet, tuple(graph.catalog.values(facet))[:1]) for facet in graph.catalog.facets),
        *(Question(name, ("<=100", ">=101")) for name in graph.numbers),
        Question("title", (ids[0], ids[-1])),
    ]
    matrix, owner = likelihoods(Shortlist(graph, rows, believed.probabilities[rows]), asked, noise)
    for place in range(len(asked)):
        assert np.allclose(matrix[:, owner == place].sum(axis=1), 1)
    assert (matrix >= 0).all()
