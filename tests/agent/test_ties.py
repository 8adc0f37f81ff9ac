import pytest

from agent.ties import Chosen, Enjoyed, Nearer, aside, said_first, standing, worse_than
from graph.build import ItemNode, ValueNode
from graph.walk import Path


@pytest.mark.parametrize(
    ("ties", "said", "beside"),
    [
        ({}, "like Heat", ""),
        ({"heat": Enjoyed()}, "went for Heat before", ", which you went for before"),
        ({"heat": Chosen()}, "chose Heat", ", which you chose"),
        ({"heat": Nearer("up")}, "said closer to Heat than to Up", ", which you found closer than Up"),
    ],
)
def test_every_way_to_know_an_item_has_its_words(ties, said, beside):
    assert standing(ties, "heat", str.capitalize) == said
    assert aside(ties, "heat", str.capitalize) == beside


def test_only_an_item_that_was_compared_is_nearer_than_another():
    ties = {"heat": Nearer("up"), "alien": Enjoyed()}
    assert [worse_than(ties, item_id) for item_id in ("heat", "alien", "toys")] == ["up", None, None]


def test_what_was_said_now_is_a_reason_before_what_was_enjoyed_unless_it_speaks_against_the_item():
    end = ItemNode("casino")
    before, chosen, liked = (Path((ItemNode(start), end), 2.0) for start in ("heat", "up", "alien"))
    asked, against = Path((ValueNode("mood", "dark"), end), 1.0), Path((ItemNode("toys"), end), -1.0)
    ties = {"heat": Enjoyed(), "up": Chosen()}
    assert said_first((before, chosen, liked, asked, against), ties) == [liked, asked, before, chosen, against]
