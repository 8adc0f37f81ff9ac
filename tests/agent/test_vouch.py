import pytest

from agent.briefs import Brief, Job, Phrase
from agent.vouch import Vouching, faithful, spoken

HEAT = Brief(
    Job.RECOMMEND,
    (
        Phrase("asked", "a heist"),
        Phrase("is", "a tense film"),
        Phrase("by", "Michael Mann"),
        Phrase("story", "in which a thief circles a detective, and both lose"),
    ),
    ("heat",),
)
GOOD = (
    "You asked for a heist, and {1} has that: a tense film by Michael Mann, "
    "in which a thief circles a detective, and both lose."
)
LIKED = Brief(
    Job.RECOMMEND,
    (Phrase("liked", "{2}"), Phrase("shared", "revenge"), Phrase("is", "a tense film")),
    ("heat", "casino"),
)
CHOICE = Brief(Job.ASK, (Phrase("mood", "witty or tense"),))


def grown(text, brief, size=3):
    return list(spoken((text[place : place + size] for place in range(0, len(text), size)), brief))


def test_a_reply_that_says_what_its_brief_says_is_faithful():
    assert faithful(GOOD, HEAT)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("tense", "silly"),
        GOOD.replace("Michael Mann", "Michael Bay"),
        "You asked for a heist, and it's Michael Mann, {1}, a tense film.",
        GOOD.replace("{1}", "{2}"),
        GOOD.replace(", in which", " and is in which").replace("Mann and is in which", "Mann, and is in which"),
        GOOD.replace("a tense film by", "no tense film by"),
        GOOD.replace("by Michael", "with Michael"),
        GOOD.replace("for a heist", "for a tense film").replace("that: a tense film", "that: a heist"),
        GOOD.replace(".", ", from 1995."),
        GOOD.replace("that:", "that, like Mark:"),
        GOOD.replace(" by Michael Mann", ""),
        GOOD.removesuffix("."),
    ],
)
def test_a_reply_that_says_something_else_is_not(text):
    assert text != GOOD
    assert not faithful(text, HEAT)


def test_what_an_item_is_may_not_be_said_of_the_liked_one():
    assert faithful("You liked {2}, and {1} shares revenge with it: a tense film.", LIKED)
    assert not faithful("{1} shares revenge with {2}, a tense film.", LIKED)
    assert not faithful("You never liked {2}, and {1} shares revenge with it: a tense film.", LIKED)
    assert not faithful("{1} has revenge in common with {2}: a tense film.", LIKED)


def test_a_question_offers_its_options_and_asks():
    assert faithful("How should it feel, witty or tense?", CHOICE)
    assert not faithful("How should it feel, witty?", CHOICE)
    assert not faithful("It should be witty or tense.", CHOICE)
    assert not faithful("How should Heat feel, witty or tense?", CHOICE)


def test_a_recommendation_grows_once_it_says_something_of_the_item():
    texts = grown(GOOD, HEAT)
    assert texts[0] == "You asked for a heist, and {1} has that: a tense film by Michael Mann"
    assert texts[-1] == GOOD
    assert all(after.startswith(before) for before, after in zip(texts, texts[1:], strict=False))


def test_a_recommendation_ends_before_what_nobody_vouches_for():
    texts = grown(GOOD.replace("in which a thief", "in which Nicolas Cage"), HEAT)
    assert texts[-1] == "You asked for a heist, and {1} has that: a tense film by Michael Mann."


def test_a_story_may_end_at_one_of_its_clauses():
    texts = grown(GOOD.replace("and both lose", "and both are twins"), HEAT)
    assert texts[-1].endswith("in which a thief circles a detective.")


def test_a_story_that_breaks_off_is_left_out():
    assert grown(GOOD[: GOOD.index(" detective")], HEAT)[-1].endswith("a tense film by Michael Mann.")


def test_nothing_is_said_where_the_beginning_is_wrong():
    assert grown("A vampire story: {1}, a tense film.", HEAT) == []


def test_other_replies_come_whole_or_not_at_all():
    assert grown("How should it feel, witty or tense?", CHOICE) == ["How should it feel, witty or tense?"]
    assert grown("How should it feel, witty or tense or silly?", CHOICE) == []
    assert grown("How should it feel?", CHOICE) == []


def test_small_talk_has_no_numbers_and_no_names():
    talk = Brief(Job.TALK, heard="(greet) hello")
    assert faithful("Hello. What are we watching?", talk)
    assert not faithful("Hello. What are we watching, Heat?", talk)
    assert not faithful("Hello. I have 1,000 films.", talk)


@pytest.mark.parametrize("end", range(len(GOOD) + 1))
def test_a_guide_lets_a_faithful_reply_grow_letter_by_letter(end):
    assert Vouching(HEAT).may_go_on(GOOD[:end])


@pytest.mark.parametrize(
    "text",
    [
        "You asked for a heist, and Ni",
        "{1}, a tense film by Michael Be",
        "{1}, with Mich",
        "{1}, a tense film and in which a thief",
        "{2",
    ],
)
def test_a_guide_stops_within_the_word_that_nobody_vouches_for(text):
    assert not Vouching(HEAT).may_go_on(text)


def test_a_guide_waits_for_the_number_of_a_slot_within_a_phrase():
    brief = Brief(Job.WHY, (Phrase("because", "it shares revenge with {2}"),), ("heat", "casino", "alien"))
    assert Vouching(brief).may_go_on("{1} is there because it shares revenge with {")
    assert Vouching(brief).may_go_on("{1} is there because it shares revenge with {2")
    assert not Vouching(brief).may_go_on("{1} is there because it shares revenge with {3")


def test_a_guide_knows_half_of_a_name_that_parley_may_say():
    assert Vouching(Brief(Job.TALK, (), ())).may_go_on("Hello. I'm Par")


def test_a_guide_refuses_a_phrase_that_was_said_already():
    assert Vouching(HEAT).may_go_on("{1} is a tense film by Michael M")
    assert not Vouching(HEAT).may_go_on("{1} is a tense film by Michael Mann, by Michael M")


def test_a_guide_knows_the_words_the_reply_began_with():
    assert Vouching(HEAT, "{1}, a tense film").may_go_on(" by Mich")
    assert not Vouching(HEAT, "{1}, with").may_go_on(" Mich")


def test_a_reply_may_end_after_a_sentence_that_says_something_of_the_item():
    assert Vouching(HEAT, "{1} is").may_end(" a tense film.")
    assert not Vouching(HEAT, "{1} is").may_end(" a tense film")
    assert not Vouching(HEAT).may_end("You asked for a heist.")


def test_a_question_may_not_end_without_its_options():
    assert not Vouching(CHOICE).may_end("How should it feel?")
    assert Vouching(CHOICE).may_end("How should it feel, witty or tense?")
