import random

import pytest

from catalog.items import Item
from finetune.wishes import Wishes

GENRES, MOODS, PEOPLE = ("Comedy", "Crime", "Horror"), ("tense", "silly", "sweet"), ("Ann Lee", "Bo Ray", "Cy Moe")


def item(number, bare=False):
    facets = {
        "genre": (GENRES[number % 3],),
        "mood": () if bare else (MOODS[number // 3 % 3],),
        "director": (PEOPLE[number // 9 % 3],),
        "decade": ("1990s" if number % 2 else "1970s",),
        "country": ("France" if number % 5 else "Japan",),
        "runtime": ("over two hours",),
    }
    return Item(str(number), f"Film {number}", facets={facet: values for facet, values in facets.items() if values})


ITEMS = tuple(item(number, bare=number >= 90) for number in range(100))
BY_ID = {item.id: item for item in ITEMS}


@pytest.fixture(scope="module")
def drawn():
    wishes, rng = Wishes(ITEMS), random.Random(0)
    return [wishes.draw(rng) for _ in range(300)]


def test_every_request_has_an_answer_and_says_something(drawn):
    assert all(request.relevant and request.text.strip() for request in drawn)


def test_a_request_that_names_one_value_is_answered_by_all_who_have_it():
    wishes = Wishes([Item("a", "A", facets={"genre": ("Western",)}), Item("b", "B", facets={"genre": ("Western",)})])
    assert wishes.draw(random.Random(0)).relevant == {"a", "b"}


def test_who_has_what_was_refused_is_wrong_and_does_not_answer(drawn):
    refusing = [request for request in drawn if request.wrong]
    assert len(refusing) > 10
    for request in refusing:
        assert not request.wrong & request.relevant


def test_nothing_is_said_of_moods_about_those_whose_moods_are_unknown(drawn):
    for request in drawn:
        if any(mood in request.text.lower() for mood in MOODS):
            assert request.judged is not None
            assert all(int(item_id) < 90 for item_id in request.judged)
            assert request.relevant <= request.judged


def test_equal_generators_draw_equal_requests():
    wishes = Wishes(ITEMS)
    first, second = ([wishes.draw(rng) for _ in range(20)] for rng in (random.Random(5), random.Random(5)))
    assert first == second


def test_requests_are_put_in_many_ways(drawn):
    assert len({request.text for request in drawn}) > 200


def test_an_item_without_facets_is_asked_for_by_its_title():
    request = Wishes([Item("a", "Heat")]).draw(random.Random(0))
    assert (request.text, request.relevant) == ("Heat", {"a"})
