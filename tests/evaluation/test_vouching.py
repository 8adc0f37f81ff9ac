import pytest

from agent.actions import Pick, Reply, ReplyKind
from evaluation.people import Record
from evaluation.statements import Reader
from evaluation.transcripts import Exchange
from evaluation.vouching import Hearing, Voucher
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
READER = Reader(CATALOG)
VOUCHER = Voucher(READER)
HEAT = CATALOG["heat"]


NOTHING_SAID = Record()
HELLO = Reply(ReplyKind.GREET)


def turn(text="text", record=NOTHING_SAID, action=HELLO):
    return Exchange(text, record, action, "Words.", 0.01)


def has(text, item=HEAT):
    (statement,) = READER.statements(text)
    return VOUCHER.has(item, statement, text)


def asked(text, record, said="text"):
    (statement,) = READER.statements(text)
    return VOUCHER.asked(Hearing(turn(said, record)), statement, text)


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("tense", True),
        ("heartwarming", False),
        ("starring Al Pacino", True),
        ("directed by Al Pacino", False),
        ("with Michael Mann", True),
        ("in 1995", True),
        ("in 1996", False),
        ("170 minutes", True),
        ("171 minutes", False),
        ("at least 100 minutes", True),
        ("by Zork Blibber", False),
    ],
)
def test_the_catalogue_vouches_for_what_an_item_has(text, true):
    assert has(text) is true


def test_a_description_vouches_for_its_own_words():
    assert has("a film about madness", CATALOG["shining"])
    assert has("a film about some heists")


def test_of_an_item_of_unknown_length_no_length_is_true():
    assert not has("102 minutes", CATALOG["casablanca"])


def test_a_value_in_several_words_vouches_for_the_one_that_was_read():
    assert has("set in a time loop", CATALOG["groundhog"])
    assert [phrase.form for phrase in VOUCHER.phrases(CATALOG["groundhog"], "a time loop, over and over")] == [
        "time loop"
    ]


def test_a_person_asked_for_what_is_on_record():
    record = Record(required=(Wish("mood", ("tense",)),)).wishing(("theme", "heist"), ("director", "Michael Mann"))
    assert asked("a heist", record)
    assert asked("something tense", record)
    assert asked("something by Michael Mann", record)
    assert not asked("a comedy", record)


def test_a_name_counts_whatever_it_was_asked_for_as():
    assert asked("something directed by Al Pacino", Record().wishing(("actor", "Al Pacino")))


def test_a_bound_may_be_rounded():
    assert asked("under 110 minutes", Record().wishing(("runtime", "<=109")))
    assert not asked("under 120 minutes", Record().wishing(("runtime", "<=109")))
    assert not asked("at least 110 minutes", Record().wishing(("runtime", "<=109")))


def test_the_words_of_the_person_count_where_the_record_is_silent():
    assert asked("a heist", Record(), said="a heist, I'd say")
    assert not asked("a heist", Record(), said="hello")


def test_words_of_what_they_do_not_want_are_no_wish():
    assert not asked("a comedy", Record().disliking(Wish("genre", ("Comedy",))), said="spare me comedies")
    assert not asked("at least 110 minutes", Record(), said="nothing over 110 minutes")


def test_a_bound_in_their_words_counts_if_they_set_one_to_that_side():
    said = "at most 130 minutes"
    assert asked(said, Record().wishing(("runtime", "<=120")), said)
    assert not asked(said, Record().wishing(("runtime", ">=120")), said)


def test_a_name_that_nobody_has_was_asked_for_if_it_was_said():
    assert asked("something by Zork Blibber", Record(), said="anything by Zork Blibber?")
    assert not asked("something by Zork Blibber", Record())


def test_what_the_person_does_not_want_is_on_record():
    (statement,) = READER.statements("horror")
    assert VOUCHER.avoided(Hearing(turn(record=Record().disliking(Wish("genre", ("Horror",))))), statement)
    assert not VOUCHER.avoided(Hearing(turn()), statement)


def test_items_are_liked_that_were_named_as_such_or_taken():
    confirmed = turn(action=Reply(ReplyKind.CONFIRM, Pick("up", 0.0)))
    liking = turn(record=Record().wishing(("title", "casino")))
    assert Hearing(turn(), (confirmed, liking)).liked == {"up", "casino"}


def test_a_title_in_their_words_counts_if_it_can_mean_nothing_else():
    said = Hearing(turn("something like Blade Runner but at the heat of the day, up to an hour"))
    assert VOUCHER.likes(said, "runner")
    assert not VOUCHER.likes(said, "heat")
    assert not VOUCHER.likes(said, "up")
    assert not VOUCHER.likes(Hearing(turn("Blade Runner? No.", Record(rejected=frozenset(("runner",))))), "runner")
