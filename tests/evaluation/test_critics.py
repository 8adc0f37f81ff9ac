import random
from dataclasses import replace

from agent.actions import Ask, Reply, ReplyKind
from evaluation.critics import Critic, Impatient
from evaluation.people import Record
from graph.evidence import Wish
from graph.questions import Question
from tests.evaluation.stage import CATALOG, PLAIN, person, scene, slate

BEGUN = Record().wishing(("genre", "Crime"))
ASKED = Ask(Question("genre", ("Comedy", "Horror")))


def said(simulator, where, times=60):
    return [simulator.say(replace(where, rng=random.Random(seed))) for seed in range(times)]


def test_a_critic_opens_with_something_liked_or_with_one_wish():
    for _, record in said(Critic(), scene(person("heat"))):
        assert len(record.wishes) == 1
        assert not record.dislikes
    for _, record in said(Critic(), scene(person("heat", liked=CATALOG["casino"]))):
        assert record.wishes == {("title", "casino")}


def test_a_critic_compares_with_what_is_shown_and_everything_said_is_true_of_the_target():
    compared = person("heat", config=replace(PLAIN, reject=0.0, seen=0.0, why=0.0, next=0.0))
    where = scene(compared, ("x", BEGUN, slate("godfather", "alien")))
    kinds, shown = set(), CATALOG["godfather"]
    for text, record in said(Critic(), where):
        assert "Godfather" in text or "first" in text
        for pair in record.wishes - BEGUN.wishes - {("title", "godfather")}:
            assert compared.target.has(*pair), text
            assert not shown.has(*pair), text
            kinds.add(pair[0])
        for wish in record.dislikes:
            assert wish.holds_for(shown), text
            assert not wish.holds_for(compared.target), text
            kinds.add("dislike")
    assert {"year", "runtime", "mood", "dislike"} <= kinds


def test_what_is_nothing_like_the_target_is_not_compared_with():
    strange = person("casablanca", config=replace(PLAIN, reject=0.0, seen=0.0, why=0.0, next=0.0))
    for _, record in said(Critic(), scene(strange, ("x", BEGUN, slate("alien")))):
        assert ("title", "alien") not in record.wishes
        assert record != BEGUN


def test_a_critic_never_asks_for_more_of_their_own_accord():
    where = scene(person("heat"), ("x", BEGUN, slate("godfather")))
    for text, record in said(Critic(), where):
        named = {pair for pair in record.wishes if pair[0] in ("director", "actor", "decade", "country")}
        assert not named, text


def test_nothing_is_compared_with_an_item_whose_title_gives_the_target_away():
    where = scene(person("heat"), ("x", BEGUN, slate("heat")))
    assert {record.wishes for _, record in said(Critic(), where)} == {BEGUN.wishes}


HURRIED = person("heat", asks=(("genre", "Crime"), ("mood", "tense")), dislikes=(Wish("mood", ("silly",)),))


def test_someone_in_a_hurry_says_at_once_all_that_they_want():
    for text, record in said(Impatient(), scene(HURRIED)):
        assert record == Record(HURRIED.dislikes, wishes=frozenset(HURRIED.asks))
        assert len(text) < 90
    words, record = Impatient().say(scene(replace(HURRIED, opening="right, film night", asks=(), dislikes=())))
    assert words.rstrip(".").lower() == "right, film night"
    assert record == Record()
    assert Impatient().say(scene(person("heat")))[1] == Record()


def test_someone_in_a_hurry_leaves_two_questions_in_three_unanswered():
    wished = Record().wishing(*HURRIED.asks)
    answers = said(Impatient(), scene(HURRIED, ("x", wished, Ask(Question("genre", ("Crime", "Drama"))))), times=300)
    urged = sum("crime" not in text.lower() and "first" not in text and "1" not in text for text, _ in answers)
    assert 150 < urged < 250
    assert {record for _, record in answers} == {wished}


def test_someone_in_a_hurry_leaves_after_three_questions_in_a_row():
    turn = ("x", Record(), ASKED)
    assert Impatient().say(scene(HURRIED, turn, turn)) is not None
    assert Impatient().say(scene(HURRIED, turn, turn, turn)) is None
    assert Impatient().say(scene(HURRIED, ("x", Record(), slate("up")), turn, turn)) is not None


def test_someone_in_a_hurry_insists_on_what_nothing_shown_has():
    where = scene(HURRIED, ("x", Record(), slate("airplane", "up")))
    texts = {text for text, record in said(Impatient(), where) if record.wishes}
    assert any("tense" in text for text in texts)
    assert any("crime" in text for text in texts)


def test_someone_in_a_hurry_has_no_patience_with_talk():
    where = scene(HURRIED, ("x", Record(), Reply(ReplyKind.GREET)))
    assert {record for _, record in said(Impatient(), where)} == {Record()}
