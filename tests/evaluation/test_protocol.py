import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.items import Catalog, Item
from evaluation.protocol import SLATE, TURNS, Person, Played, hold
from graph.attributes import AttributeGraph
from graph.build import ValueNode
from graph.questions import Question, Shortlist

GRAPH = AttributeGraph(
    Catalog(
        "letters", tuple(Item(letter, letter, facets={"attribute": (letter, "any")}) for letter in "abcdefghijklmnop")
    )
)


def person(target, seed=0, noise=0.0):
    row = np.array([GRAPH.catalog.position(target)])
    return Person(Shortlist(GRAPH, row, np.ones(1)), np.random.default_rng(seed), noise)


class Scripted:
    """Makes the moves it is given, and remembers what it was told."""

    def __init__(self, *moves):
        self.moves = moves
        self.told = []

    def begin(self, user, volunteered):
        self.told.append((user, volunteered))
        return 0

    def move(self, state, turn):
        assert state == turn
        return self.moves[turn] if turn < len(self.moves) else ()

    def answered(self, state, question, answer):
        self.told.append((question, answer))
        return state + 1

    def refused(self, state, slate):
        self.told.append(slate)
        return state + 1


A, B = Question("attribute", ("a",)), Question("attribute", ("b",))


def test_what_is_volunteered_is_true_and_the_only_thing_said_unasked():
    player = Scripted(A, B, ("c",), ("a",))
    played = hold(player, person("a"), "ann")
    (user, volunteered), *rest = player.told
    assert (user, volunteered.value in ("a", "any")) == ("ann", True)
    assert rest == [(A, 0), (B, 1), ("c",)]
    assert played == Played(turns=4, rank=1, questions=2, recommendations=2)


def test_a_failure_counts_fifteen_turns_after_fourteen_actions():
    player = Scripted(*[("b",)] * 99)
    played = hold(player, person("a"), "ann")
    assert played == Played(TURNS, 0, 0, 14)
    assert (played.success, played.hdcg) == (False, 0.0)


def test_a_success_in_the_last_action_counts_fourteen_turns():
    assert hold(Scripted(*[("b",)] * 13, ("a",)), person("a"), "ann").turns == 14


def test_a_slate_holds_no_more_than_ten():
    with pytest.raises(ValueError, match="a slate of 11 items"):
        hold(Scripted(tuple("abcdefghijk")), person("a"), "ann")
    assert hold(Scripted(tuple("bcdefghija")), person("a"), "ann").rank == SLATE


def test_an_empty_slate_is_no_move():
    with pytest.raises(ValueError, match="a slate of 0 items"):
        hold(Scripted(()), person("a"), "ann")


def test_the_rank_is_that_in_the_slate():
    assert hold(Scripted(("c", "b", "a")), person("a"), "ann").rank == 3


def test_hdcg_by_hand():
    assert Played(1, 1, 0, 1).hdcg == pytest.approx(1.0)
    assert Played(2, 1, 0, 1).hdcg == pytest.approx(0.63093, abs=1e-5)
    assert Played(1, 3, 0, 1).hdcg == pytest.approx((1 + 0.63093) / 2, abs=1e-5)


def test_answers_are_wrong_as_often_as_the_noise_says():
    asked = person("a", noise=0.1)
    wrong = np.mean([asked.answer(A) == 1 for _ in range(2000)])
    assert 0.07 < wrong < 0.13
    sure = person("a")
    assert all(sure.answer(A) == 0 and sure.answer(B) == 1 for _ in range(50))


def test_who_has_several_options_in_mind_names_each_now_and_then():
    asked = person("a")
    given = {asked.answer(Question("attribute", ("a", "any", "b"))) for _ in range(50)}
    assert given == {0, 1}


def test_an_item_without_values_cannot_be_asked_for():
    bare = AttributeGraph(Catalog("bare", (Item("x", "X"), Item("y", "Y", facets={"attribute": ("a",)}))))
    nameless = Person(Shortlist(bare, np.array([0]), np.ones(1)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="X has no values"):
        nameless.volunteer()


@given(st.integers(0, 2**32))
def test_what_is_volunteered_holds_of_the_item(seed):
    value = person("d", seed).volunteer()
    assert value in (ValueNode("attribute", "d"), ValueNode("attribute", "any"))
