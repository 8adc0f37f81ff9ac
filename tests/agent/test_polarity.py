import pytest

from agent.lexicon import Lexicon
from agent.linker import Linker
from agent.mention import Mention
from agent.polarity import unwanted, without_refusals
from tests.catalogs import tiny_catalog

LINKER = Linker(Lexicon(tiny_catalog()))


def read(text):
    mentions = LINKER.mentions(text)
    flags = unwanted(text, mentions)
    return {value: flag for mention, flag in zip(mentions, flags, strict=True) for value in mention.values}


def test_of_a_word_that_names_two_things_both_are_refused():
    mentions = [Mention(4, 15, facet, ("documentary",)) for facet in ("genre", "theme")]
    assert unwanted("the documentary left out", mentions) == (True, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a comedy", {"Comedy": False}),
        ("no horror except comedies", {"Horror": True, "Comedy": False}),
        ("nothing except horror", {"Horror": False}),
        ("any of those but horror", {"Horror": True}),
        ("either, but a comedy would do", {"Comedy": False}),
        ("anything except horror", {"Horror": True}),
        ("my wife loves horror, I don't", {"Horror": True}),
        ("my wife loves horror, I don't mind it", {"Horror": False}),
        ("horror isn't ok but comedy is", {"Horror": True, "Comedy": False}),
        ("horror is ok", {"Horror": False}),
        ("horror, no wait, comedy", {"Horror": None, "Comedy": False}),
        ("a crime film. scratch that, a comedy", {"Crime": None, "Comedy": False}),
        ("dark, or rather tense", {"dark": None, "tense": False}),
        ("no horror, crime or anything over two hours", {"Horror": True, "Crime": True, ">=120": True}),
        ("no horror, and about ninety minutes", {"Horror": True, ">=80": False, "<=100": False}),
        ("no horror", {"Horror": True}),
        ("nothing dark or tense", {"dark": True, "tense": True}),
        ("no horror, crime or romance", {"Horror": True, "Crime": True, "Romance": True}),
        ("a comedy but not silly", {"Comedy": False, "silly": True}),
        ("not dark but funny", {"dark": True, "Comedy": False}),
        ("anything but horror", {"Horror": True}),
        ("I don't want something dark", {"dark": True}),
        ("not in the mood for romance, something tense", {"Romance": True, "tense": False}),
        ("horror bores me", {"Horror": True}),
        ("I can't stand musicals. A thriller please", {"Thriller": False}),
        ("tense without being dark", {"tense": False, "dark": True}),
        ("whimsical over silly", {"whimsical": False, "silly": True}),
        ("too dark", {"dark": True}),
        ("not only funny", {"Comedy": False}),
        ("I don't mind horror", {"Horror": False}),
        ("could you keep crime and horror out of it", {"Crime": True, "Horror": True}),
        ("leave the tense stuff out", {"tense": True}),
        ("comedies can wait", {"Comedy": True}),
        ("I don't need any more dark things", {"dark": True}),
        ("keep it funny", {"Comedy": False}),
        ("I dont care for horror films", {"Horror": True}),
        ("less tense, more funny", {"tense": True, "Comedy": False}),
        ("swap the horror for comedy", {"Horror": True, "Comedy": False}),
        ("funny but not too much romance", {"Comedy": False, "Romance": True}),
        ("we hate: horror, musicals, crime. we like: comedy", {"Horror": True, "Crime": True, "Comedy": False}),
        ("Horror, crime, romance. None of it", {"Horror": True, "Crime": True, "Romance": True}),
        ("no horror, clowns, or romance", {"Horror": True, "Romance": True}),
        ("no horror, nice and funny", {"Horror": True, "Comedy": False}),
        ("zero interest in romance, unless it's funny", {"Romance": True, "Comedy": False}),
        ("I'm open unless it's horror", {"Horror": True}),
        ("never not in the mood for horror", {"Horror": False}),
        ("I've nothing against romance", {"Romance": False}),
        ("none of that crime stuff", {"Crime": True}),
        ("cut the romance and you've got me", {"Romance": True}),
        ("too dark for a tuesday", {"dark": True}),
        ("I said horror, I meant comedy", {"Horror": None, "Comedy": False}),
        ("I said horror and I meant it", {"Horror": False}),
        ("not brave enough for horror", {"Horror": True}),
    ],
)
def test_negation_has_a_scope(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no horror, funny", {"Horror": True, "Comedy": None}),
        ("no horror, crime and romance", {"Horror": True, "Crime": True, "Romance": True}),
        ("no swearing, under 100 mins", {"<=100": False}),
        ("nothing soppy, Al Pacino", {"Al Pacino": False}),
    ],
)
def test_a_list_that_nothing_closes_may_go_on_to_what_is_wanted(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ugh, horror. hard pass",
        "horror? me? no thank you",
        "Horror? nah, not for me",
        "horror gives me hives",
        "horror's off the table",
        "horror makes my sister walk out",
        "horror can stay on the shelf",
        "horror and I don't get on",
        "suspense yes, horror absolutely not",
        "sick to the back teeth of horror",
        "I can't stomach horror any more",
        "anything bar horror",
        "he's anti horror on principle",
        "stop suggesting horror",
        "unless it's horror",
        "we fall asleep at horror",
        "no time for horror",
        "rien avec horror",
        "aber kein horror bitte",
    ],
)
def test_there_are_many_ways_to_say_no(text):
    assert read(text)["Horror"] is True


@pytest.mark.parametrize(
    "text",
    [
        "unless it's horror I'm out",
        "unless it's horror I'm not interested",
        "I'd never say no to horror",
        "if not horror, what?",
        "horror. definitely not a romance",
        "horror, not in the mood for anything heavy",
        "horror, pass on the romance",
        "any new horror films out?",
        "horror or not, doesn't matter",
        "a horror film that terrifies me",
        "a horror film where everything can go wrong",
        "horror can stay",
        "horror is a no brainer for me",
        "when it's raining I want horror, I'm off work today",
        "I want to fall asleep to horror",
        "I haven't had enough horror lately",
        "wouldn't refuse horror",
        "an anti-war horror film",
    ],
)
def test_there_are_ways_to_say_yes_that_look_like_no(text):
    assert read(text)["Horror"] is False


def test_who_leaves_when_something_comes_up_wants_it_not_and_who_leaves_without_it_does():
    assert read("if there's any horror I'll snore")["Horror"] is True
    assert read("when it's horror, I'm leaving")["Horror"] is True
    assert read("it must be horror or I'll be asleep")["Horror"] is False
    assert read("under ninety minutes or I'll be asleep on the rug") == {"<=90": False}
    assert read("he nods off at the hundred minute mark, so below that") == {"<=100": False}


def test_far_from_its_negator_a_word_is_in_doubt():
    assert read("I can't stand him but for the way he walks") == {}
    assert read("nobody at the grand old place by the lake is tense") == {"tense": None}


@pytest.mark.parametrize(
    "text",
    ["it never stops being funny", "a groundhog except it is a comedy", "people who hate comedy", "not all comedy"],
)
def test_phrases_with_a_negator_that_refuse_nothing(text):
    assert read(text)["Comedy"] is False


def test_what_comes_after_and_it_has_is_wanted_again():
    assert read("not about romance and it has a heist") == {"Romance": True, "heist": False}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("war film without a love story", "war film"),
        ("no horror, something funny", "something funny"),
        ("not american please but european", "but european"),
        ("cosy mystery. no blood", "cosy mystery."),
        ("a comedy, nothing with talking animals, under 90 mins", "a comedy, , under 90 mins"),
        ("no blood", "no blood"),
        ("a quiet film", "a quiet film"),
    ],
)
def test_refusals_can_be_left_out_of_a_text(text, left):
    assert without_refusals(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "there is no such thing as too much horror",
        "never met a horror I didn't like",
        "can't get through a week without horror",
        "refuses anything that isn't horror",
        "sick of everything except horror",
        "why is there no horror in my life",
        "horror never bored me",
        "nothing beats horror",
        "horror? at my age? oh go on, please",
    ],
)
def test_words_that_deny_may_ask_for_more(text):
    assert read(text) == {"Horror": False}


@pytest.mark.parametrize(
    "text",
    [
        "horror? at my age?",
        "horror. yawn",
        "horror 🥱",
        "ew, horror",
        "horror again? my nerves",
        "horror makes me feel like a child",
        "horror feels like homework",
        "enough horror, i have sisters",
        "turn the horror down",
        "horror I loathe",
        "dial down the horror",
        "oh lovely, more horror",
        "you lost me at horror",
        "I'd rather laugh than horror",
        "swap the horror for anything",
        "horror has had its day",
        "horror does my head in",
    ],
)
def test_people_refuse_without_a_no(text):
    assert read(text)["Horror"] is True


@pytest.mark.parametrize(
    "text",
    [
        "horror makes me feel alive",
        "ew, no. horror for me",
        "I've seen a lot of horror and I love it",
        "horror because work is tiring",
        "horror hands down",
        "horror, I'd rather be scared",
        "horror? with a good score?",
        "can we watch a horror again?",
        "as far as horror goes, more",
        "horror now the baby has had his bottle",
        "enough horror in it to keep me awake",
        "oh great, more horror please",
        "give me yet another horror",
    ],
)
def test_what_sounds_like_a_refusal_may_be_none(text):
    assert read(text) == {"Horror": False}


def test_a_list_that_is_refused_is_left_out_of_what_is_searched_for():
    assert without_refusals("we hate: vampires, sequels. something with boats") == "we . something with boats"
    assert without_refusals("clowns, dolls. none of it") == "clowns, dolls. none of it"
