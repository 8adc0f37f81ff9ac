import random
from dataclasses import replace

import pytest

from agent.actions import Ask, Reply, ReplyKind
from evaluation import scene as ways
from evaluation.people import Record, Slip
from graph.evidence import Wish
from tests.evaluation.stage import QUESTIONS, person, scene, slate

AMELIE = person("amelie", dislikes=(Wish("genre", ("Horror",)),))
SHOWN = scene(AMELIE, ("hello", Record(), slate("alien", "shining", "up")))


def all_of(way, where, times=60):
    """Return what a way makes of a scene in many attempts."""
    return [way(replace(where, rng=random.Random(seed))) for seed in range(times)]


def test_what_was_recommended_lies_on_the_table_until_a_question_follows():
    said = ("x", Record(), slate("alien", "up"))
    assert scene(AMELIE, said).shown == ("alien", "up")
    assert scene(AMELIE, said, ("why?", Record(), Reply(ReplyKind.WHY_ITEM))).shown == ("alien", "up")
    assert scene(AMELIE, said, ("no", Record(), Ask(QUESTIONS[0]))).shown == ()


def test_an_id_that_no_item_has_means_nothing():
    assert scene(AMELIE, ("x", Record(), slate("nonsense", "up"))).shown == ("up",)


def test_the_record_is_what_the_person_came_with_until_they_speak():
    start = Record(seen=frozenset({"up"}))
    assert scene(AMELIE, start=start).record == start
    assert scene(AMELIE, ("x", Record(), slate("up")), start=start).before == start


def test_a_critique_is_about_a_value_that_something_shown_has_and_the_target_has_not():
    for text, record in all_of(ways.less, SHOWN):
        (wish,) = record.dislikes
        assert not wish.holds_for(AMELIE.target), text
    assert len({text for text, _ in all_of(ways.less, SHOWN)}) > 10


def test_nothing_is_criticised_that_anything_wanted_has():
    both = replace(AMELIE, also=("alien",), dislikes=())
    for text, record in all_of(ways.less, replace(SHOWN, person=both)):
        assert not any(wish.holds_for(SHOWN.catalog["alien"]) for wish in record.dislikes), text


def test_someone_with_tastes_complains_of_what_they_dislike_alone():
    said = all_of(ways.complain, SHOWN)
    assert {record.dislikes for _, record in said} == {(Wish("genre", ("Horror",)),)}
    assert ways.complain(replace(SHOWN, person=person("amelie"))) is None


def test_a_slip_is_not_said_once_more_by_the_way():
    slipping = replace(AMELIE, dislikes=(), slip=Slip("genre", "Comedy", wished=False))
    asked = {pair for _, record in all_of(ways.more, replace(SHOWN, person=slipping)) for pair in record.wishes}
    assert asked
    assert ("genre", "Comedy") not in asked


def test_only_what_was_shown_is_turned_down_and_nothing_that_will_be_wanted():
    returning = replace(AMELIE, later=(person("shining"),))
    where = replace(SHOWN, person=returning)
    assert {item_id for _, record in all_of(ways.reject, where) for item_id in record.rejected} == {"alien", "up"}
    assert {item_id for _, record in all_of(ways.seen, where) for item_id in record.seen} == {"alien", "up"}
    assert ways.reject_all(where) is None
    assert ways.reject_all(SHOWN)[1].rejected == {"alien", "shining", "up"}


def test_of_whom_it_is_told_what_they_know_has_seen_nothing_else():
    informed = replace(SHOWN, person=replace(AMELIE, known=frozenset({"up", "heat"})))
    assert {record.seen for _, record in all_of(ways.seen, informed)} == {frozenset({"up"})}
    assert ways.seen(replace(informed, person=replace(AMELIE, known=frozenset({"heat"})))) is None


def test_a_title_that_gives_the_target_away_is_replaced_by_its_place():
    like_it = person("alien")
    like_it = replace(like_it, target=replace(like_it.target, id="alien2", title="Aliens"))
    where = scene(like_it, ("x", Record(), slate("alien", "up")))
    assert not any("Alien" in where.about("reject", "alien") for _ in range(60))
    assert not any("Alien" in text for text, _ in all_of(ways.why, where))


@pytest.mark.parametrize("way", [ways.reject, ways.reject_all, ways.seen, ways.why, ways.others])
def test_with_nothing_on_the_table_nothing_can_be_said_of_it(way):
    assert way(scene(AMELIE)) is None


def test_where_no_way_is_left_something_else_is_asked_for():
    first = {ways.react(scene(AMELIE, seed=seed), ((ways.reject, 1.0), (ways.why, 1.0))) for seed in range(40)}
    assert ("any suggestions?", Record()) in first
    assert ("anything else?", Record()) not in first
    then = {ways.react(replace(SHOWN, rng=random.Random(seed)), ()) for seed in range(40)}
    assert ("anything else?", Record()) in then


def test_what_is_taken_back_is_gone_from_the_record():
    record = Record().disliking(Wish("mood", ("tense",)), Wish("genre", ("Horror",)))
    where = scene(AMELIE, ("x", record, Reply(ReplyKind.NOTHING_FITS)))
    text, after = ways.withdraw(where)
    assert "horror" in text
    assert after == Record().disliking(Wish("mood", ("tense",)))
    assert ways.withdraw(scene(AMELIE)) is None
