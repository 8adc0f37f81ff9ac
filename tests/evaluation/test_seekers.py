import random
from dataclasses import replace

from agent.actions import Ask, Reply, ReplyKind
from evaluation.people import Preference, Record, Slip
from evaluation.seekers import Contradictor, Returner, TargetSeeker, TasteSeeker, one_a_facet
from graph.evidence import Wish
from graph.questions import Question
from tests.evaluation.stage import CATALOG, PLAIN, person, scene, slate

HORROR = Wish("genre", ("Horror",))


def said(simulator, where, times=40):
    return [simulator.say(replace(where, rng=random.Random(seed))) for seed in range(times)]


def test_the_first_thing_shown_that_would_do_is_taken():
    who = person("heat", also=("casino",))
    assert TargetSeeker().takes(scene(who, ("x", Record(), slate("up", "casino", "heat")))) == "casino"
    assert TargetSeeker().takes(scene(who, ("x", Record(), slate("up")))) is None
    assert TargetSeeker().takes(scene(who)) is None


def test_someone_begins_with_something_liked_or_with_what_the_target_has():
    for text, record in said(TargetSeeker(), scene(person("heat", liked=CATALOG["casino"]))):
        assert "Casino" in text
        assert record.wishes == {("title", "casino")}
    for _, record in said(TargetSeeker(), scene(person("heat"))):
        assert all(CATALOG["heat"].has(*pair) for pair in record.wishes)
        assert 1 <= len(record.wishes) <= 3


def test_who_only_greets_says_next_what_they_want():
    greeting = person("heat", config=replace(PLAIN, hello=1.0))
    text, record = TargetSeeker().say(scene(greeting))
    assert record == Record()
    _, record = TargetSeeker().say(scene(greeting, (text, record, Reply(ReplyKind.GREET))))
    assert record.wishes


def test_given_first_words_are_said_as_they_are_and_once():
    who = person("heat", opening="two men in a diner, was it?")
    assert TargetSeeker().say(scene(who)) == ("two men in a diner, was it?", Record())
    where = scene(who, (who.opening, Record(), Ask(Question("genre", ("Crime",)))))
    assert all(record.wishes == {("genre", "Crime")} for _, record in said(TargetSeeker(), where))


def test_a_dislike_said_by_mistake_is_taken_back_after_two_turns_or_when_nothing_is_left():
    who, wrong = person("alien"), Record().disliking(HORROR)
    question = Ask(Question("mood", ("dark",)))
    fresh = scene(who, ("no", wrong, question))
    assert all(record.dislikes != () for _, record in said(TargetSeeker(), fresh))
    old = scene(who, ("no", wrong, question), ("no", wrong, question))
    stuck = scene(who, ("no", wrong, Reply(ReplyKind.NOTHING_FITS)))
    for where in (old, stuck):
        for text, record in said(TargetSeeker(), where):
            assert "horror" in text
            assert record == Record()


def test_a_taking_that_was_not_meant_is_undone():
    after = scene(person("alien"), ("space", Record().wishing(("theme", "space")), Reply(ReplyKind.CONFIRM)))
    assert all(record == Record() for _, record in said(TargetSeeker(), after))


def test_when_nothing_fits_the_last_dislike_goes_and_without_any_they_wonder():
    record = Record().disliking(Wish("mood", ("silly",)))
    where = scene(person("alien"), ("x", Record(), slate("up")), ("not silly", record, Reply(ReplyKind.NOTHING_FITS)))
    assert all(after == Record() for _, after in said(TargetSeeker(), where))
    bare = scene(
        person("alien"), ("x", Record(), Reply(ReplyKind.NOTHING_FITS)), ("?", Record(), Reply(ReplyKind.NOTHING_FITS))
    )
    assert all(after == Record() for _, after in said(TargetSeeker(), bare))


TASTER = person(
    "up",
    also=("toys", "groundhog"),
    liked=CATALOG["amelie"],
    dislikes=(HORROR,),
    asks=(("genre", "Comedy"), ("mood", "heartwarming")),
    tastes=(Preference("genre", "Horror", -1.0), Preference("genre", "Comedy", 0.5)),
)


def test_someone_with_tastes_begins_with_a_favourite_or_strong_preferences():
    records = [record for _, record in said(TasteSeeker(), scene(TASTER))]
    assert {record.wishes <= {*TASTER.asks, ("title", "amelie")} for record in records} == {True}
    assert len({record.wishes for record in records}) > 2


def test_someone_with_tastes_chooses_what_they_like_best_and_refuses_only_what_they_dislike():
    def answers(*options):
        where = scene(TASTER, ("x", Record(), slate("heat")), ("x", Record(), Ask(Question("genre", options))))
        return {record for _, record in said(TasteSeeker(), where)}

    assert answers("Crime", "Comedy") == {Record(wishes=frozenset({("genre", "Comedy")}))}
    assert answers("Horror") == {Record((HORROR,))}
    assert answers("Crime", "Drama") == {Record()}
    assert answers("Crime", "Horror") == {Record()}


def test_a_slip_is_said_at_first_and_put_right_within_three_turns():
    for slip in (Slip("genre", "Comedy", wished=True), Slip("genre", "Horror", wished=False)):
        who = person("alien", slip=slip)
        text, record = Contradictor().say(scene(who))
        assert ("genre", "Comedy") in record.wishes or HORROR in record.dislikes
        turn = (text, record, slate("up"))
        assert all(_stands(after, slip) for _, after in said(Contradictor(), scene(who, turn)))
        two = [_stands(after, slip) for _, after in said(Contradictor(), scene(who, turn, turn))]
        assert {True, False} == set(two)
        three = said(Contradictor(), scene(who, turn, turn, turn))
        assert not any(_stands(after, slip) for _, after in three)
        assert len({words for words, _ in three}) > 5


def _stands(record, slip):
    return ("genre", slip.value) in record.wishes if slip.wished else HORROR in record.dislikes


def test_a_slip_that_leaves_nothing_is_put_right_at_once():
    who = person("alien", slip=Slip("genre", "Horror", wished=False))
    where = scene(who, ("no horror", Record().disliking(HORROR), Reply(ReplyKind.NOTHING_FITS)))
    assert all(record == Record() for _, record in said(Contradictor(), where))


def test_who_has_nothing_to_put_right_is_like_anybody_else():
    where = scene(person("alien"))
    assert said(Contradictor(), where) == said(TargetSeeker(), where)


def test_who_comes_back_says_so_and_may_say_at_once_what_they_want():
    start = Record(seen=frozenset({"up"}))
    records = [record for _, record in said(Returner(), scene(person("heat"), start=start, last="up"))]
    assert all(record.seen == {"up"} for record in records)
    assert {bool(record.wishes) for record in records} == {True, False}


def test_who_only_says_that_they_are_back_says_next_what_they_want():
    start = Record(seen=frozenset({"up"}))
    where = scene(person("heat"), ("I'm back", start, Reply(ReplyKind.GREET)), start=start, last="up")
    assert all(record.wishes and record.seen == {"up"} for _, record in said(Returner(), where))


def test_who_is_taken_back_to_last_time_starts_over_in_plain_words():
    start = Record(seen=frozenset({"up"}))
    later = start.wishing(("genre", "Crime"))
    for kind in (ReplyKind.CONFIRM, ReplyKind.NOTHING_FITS):
        where = scene(person("heat"), ("back, crime please", later, Reply(kind)), start=start, last="up")
        records = [record for _, record in said(Returner(), where)]
        assert start in records
        assert all(record.seen == start.seen for record in records)
        assert any(record.wishes for record in records)
        first_time = scene(person("heat"), ("crime please", later, Reply(kind)))
        assert said(Returner(), first_time) == said(TargetSeeker(), first_time)


def test_who_starts_over_has_still_seen_and_turned_down_what_they_had():
    later = Record(seen=frozenset({"up"})).marking("toys").wishing(("genre", "Crime"))
    where = scene(person("heat"), ("not that one", later, Reply(ReplyKind.CONFIRM)), last="up")
    assert all(record.seen == {"up", "toys"} for _, record in said(Returner(), where))


def test_the_first_value_of_each_facet_comes_first():
    for seed in range(20):
        assert one_a_facet(scene(person("godfather"), seed=seed), 9).count(("genre", "Crime")) == 1
