from dataclasses import replace

import pytest

from agent.actions import Pick, Recommend, Reply, ReplyKind
from evaluation.consistency import consistency
from evaluation.people import Preference, Record
from evaluation.transcripts import Dialogue, Exchange
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


def turn(record, *item_ids):
    action = Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids)) if item_ids else Reply(ReplyKind.GREET)
    return Exchange("text", record, action, "Words.", 0.01)


def dialogue(*turns, wanted=("heat",), behaviour="target", **more):
    return Dialogue("any", behaviour, "parley", 0, wanted, turns, **more)


HEIST = Record().wishing(("theme", "heist"), ("title", "casino"))
SLIPPED = HEIST.wishing(("genre", "Comedy"))
RIGHT = HEIST.disliking(Wish("genre", ("Comedy",)))
WRONG = RIGHT.disliking(Wish("mood", ("tense",)))


def test_who_says_only_what_is_so_of_their_target_is_consistent():
    assert consistency(dialogue(turn(Record()), turn(HEIST), turn(RIGHT)), CATALOG) == 1.0


@pytest.mark.parametrize("last", [SLIPPED, WRONG, replace(HEIST, required=(Wish("year", (">=2000",)),))])
def test_a_turn_that_says_something_untrue_counts_once_though_it_stands(last):
    assert consistency(dialogue(turn(HEIST), turn(last), turn(last), turn(last)), CATALOG) == 0.75


def test_of_several_wanted_items_one_that_fits_is_enough():
    held = dialogue(turn(Record().wishing(("genre", "Comedy"))), turn(SLIPPED), wanted=("heat", "up"))
    assert consistency(held, CATALOG) == 1.0
    assert consistency(replace(held, wanted=("alien", "up")), CATALOG) == 0.5


def test_what_goes_against_a_preference_is_untrue():
    likes = (Preference("genre", "Crime", 1.0), Preference("mood", "tense", -1.0))
    wishes = dialogue(turn(Record().wishing(("mood", "tense"))), preferences=likes)
    dislikes = dialogue(turn(Record().disliking(Wish("genre", ("Crime",)))), wanted=("up",), preferences=likes)
    assert consistency(wishes, CATALOG) == consistency(dislikes, CATALOG) == 0.0
    assert consistency(replace(wishes, preferences=()), CATALOG) == 1.0


def test_people_who_are_meant_to_contradict_themselves_are_left_out():
    assert consistency(dialogue(turn(SLIPPED), behaviour="contradictory"), CATALOG) is None


def test_without_an_item_or_a_turn_there_is_nothing_to_say():
    assert consistency(dialogue(turn(HEIST), wanted=("made-up",)), CATALOG) is None
    assert consistency(dialogue(), CATALOG) is None


def test_of_several_visits_the_last_counts():
    first = (turn(Record().wishing(("genre", "Comedy")), "up"), turn(Record().wishing(("genre", "Comedy"))))
    back = Record(seen=frozenset(("up",)))
    held = dialogue(
        *first,
        turn(back.wishing(("theme", "heist")), "heat"),
        turn(back.wishing(("theme", "heist"), ("theme", "toys"))),
        behaviour="returning",
        taken="heat",
        earlier=("up",),
    )
    assert consistency(held, CATALOG) == 0.5
    assert consistency(replace(held, taken=None), CATALOG) is None
