import pytest

from catalog.items import Item
from evaluation.clauses import Manner, sentences
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
HEAT, ALIEN, CASINO, UP = (CATALOG[item_id] for item_id in ("heat", "alien", "casino", "up"))


def read(reply, subjects=(HEAT,), others=(CASINO,)):
    return list(sentences(reply, subjects, others))


def stretches(text):
    (sentence,) = read(text)
    return [(sentence.text[one.start : one.end].strip(), one.manner) for one in sentence.stretches()]


def test_titles_are_masked_so_that_their_words_name_nothing():
    (sentence,) = read("Heat beats Casino.")
    assert sentence.text == "____ beats ______."
    assert [(mark.start, mark.end, mark.item_id) for mark in sentence.marks] == [(0, 4, "heat"), (11, 17, "casino")]


def test_a_title_is_only_a_whole_word_with_its_capital():
    assert read("Heated Heats and heat.")[0].marks == ()


def test_of_two_titles_the_longer_is_masked_first():
    sequel = Item("alien2", "Alien Resurrection")
    (sentence,) = read("Alien Resurrection follows Alien.", (ALIEN, sequel))
    assert [mark.item_id for mark in sentence.marks] == ["alien2", "alien"]


def test_a_year_tells_which_of_two_items_of_one_title_is_meant():
    remake = Item("heat2", "Heat", 2030)
    (sentence,) = read("Heat (2030) remakes Heat (1995).", (HEAT, remake))
    assert [mark.item_id for mark in sentence.marks] == ["heat2", "heat"]


def test_without_a_year_the_items_of_one_title_are_named_in_their_order():
    remake = Item("heat2", "Heat", 2030)
    found = read("Heat is tense. Heat is dark.", (HEAT, remake))
    assert [sentence.about(0) for sentence in found] == ["heat", "heat2"]


@pytest.mark.parametrize(
    "reply",
    [
        "It has J. K. Simmons and Robert Downey Jr. and others. It is long.",
        "Directed by M. Night Shyamalan, starring Dr. Dre and St. Vincent. It is long.",
        "It costs 3.50. It is long.",
    ],
)
def test_initials_and_short_forms_end_no_sentence(reply):
    assert [sentence.text for sentence in read(reply)][-1] == "It is long."
    assert len(read(reply)) == 2


def test_a_full_stop_in_a_title_ends_no_sentence():
    film = Item("luck", "Good Night, and Good Luck.")
    assert len(read("Good Night, and Good Luck. is tense. It is short.", (film,))) == 2


def test_words_are_about_the_item_named_last_before_them_else_the_first_after():
    (sentence,) = read("Heat if tense, Alien if scary.", (HEAT, ALIEN))
    assert sentence.about(sentence.text.index("tense")) == "heat"
    assert sentence.about(sentence.text.index("scary")) == "alien"
    (sentence,) = read("In 1979 came Alien.", (HEAT, ALIEN))
    assert sentence.about(0) == "alien"


def test_a_sentence_without_a_title_goes_on_about_the_one_before():
    assert [one.about(0) for one in read("Heat is tense. It is long.")] == ["heat", "heat"]


def test_words_before_the_first_title_are_about_nothing_unless_a_single_item_is_all_there_is():
    assert [one.about(0) for one in read("Good choice. Heat is tense.")] == ["", "heat"]
    assert [one.about(0) for one in read("Good choice.")] == ["heat"]
    assert [one.about(0) for one in read("Good choice.", (HEAT, ALIEN))] == [""]


def test_an_item_that_the_turn_is_not_about_is_only_named():
    (sentence,) = read("You like Casino, and Heat is tense.")
    assert sentence.about(len(sentence.text)) == "heat"
    assert sentence.named_after(0, "heat") == "casino"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("You asked for a heist, and Heat is tense.", "a heist"),
        (
            "You asked for a heist, a drama and under 110 minutes, and Heat has that.",
            "a heist, a drama and under 110 minutes",
        ),
        ("Since you like Al Pacino, try Heat.", "Al Pacino"),
        ("You asked for a heist, so here is Heat.", "a heist"),
        ("Heat is a heist film, just as you wanted, directed by Michael Mann.", ""),
        ("You've asked for a heist and it is one.", "a heist"),
    ],
)
def test_what_is_said_of_the_person_ends_where_the_item_begins(text, asked):
    assert stretches(text) == [(asked, Manner.ASKED)]


def test_what_the_person_may_like_is_not_what_they_asked_for():
    assert stretches("You will like the mood of Heat, and you'll love Al Pacino.") == []


def test_what_the_person_does_not_want():
    assert stretches("You don't want horror, and Heat has none.") == [("horror", Manner.AVOIDED)]


def test_what_two_items_share():
    (sentence,) = read("Heat shares a tense mood and a heist with Casino.")
    (stretch,) = sentence.stretches()
    assert sentence.text[stretch.start : stretch.end].strip() == "a tense mood and a heist"
    assert (stretch.manner, stretch.other) == (Manner.SHARED, "casino")


def test_what_an_item_lacks_is_no_wish_though_the_words_are_there():
    assert stretches("As far as I know, it misses what else you wished for: witty.") == [
        ("misses what else you wished for: witty.", Manner.LACKING)
    ]


@pytest.mark.parametrize(
    ("text", "denied"),
    [("Heat is not a comedy.", True), ("Heat has no comedy.", True), ("Heat is a comedy.", False)],
)
def test_a_denial_stands_right_before(text, denied):
    (sentence,) = read(text)
    assert sentence.denies(sentence.text.index("comedy")) is denied
