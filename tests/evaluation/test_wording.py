import json
import random
import re
from pathlib import Path

import pytest

from evaluation import wording

WORDS = json.loads((Path(wording.__file__).parent / "data" / "person_words.json").read_text(encoding="utf-8"))
LISTS = {
    f"{act} {kind}".strip(): phrasings
    for act, entry in WORDS.items()
    if act not in ("names", "adjective", "proper", "positions")
    for kind, phrasings in (entry.items() if isinstance(entry, dict) else [("", entry)])
}


@pytest.mark.parametrize("act", LISTS)
def test_every_act_has_at_least_eight_phrasings(act):
    assert len(set(LISTS[act])) >= 8


@pytest.mark.parametrize("act", LISTS)
def test_phrasings_have_no_slots_but_the_known_ones(act):
    slots = {slot for phrasing in LISTS[act] for slot in re.findall(r"{(\w*)}", phrasing)}
    assert slots <= {"x", "title", "place", "number", "words"}


@pytest.mark.parametrize(
    ("facet", "value", "words"),
    [
        ("genre", "Musical", "musicals"),
        ("genre", "Opera", "opera"),
        ("mood", "Tense", "tense"),
        ("director", "Agnès Varda", "Agnès Varda"),
    ],
)
def test_a_value_is_called_as_people_call_it(facet, value, words):
    assert wording.named(facet, value) == words


def test_moods_are_adjectives_and_genres_nouns():
    rng = random.Random(0)
    moods = {wording.about_value(rng, "dislike", "mood", "violent") for _ in range(100)}
    genres = {wording.about_value(rng, "dislike", "genre", "Musical") for _ in range(100)}
    assert "nothing violent" in moods
    assert "no musicals" in genres


def test_a_mood_that_is_a_noun_is_wished_for_as_one():
    rng = random.Random(0)
    said = {wording.about_value(rng, "wish", "mood", "tear-jerker") for _ in range(100)}
    assert "tear-jerkers, please" in said
    assert "something tear-jerkers" not in said


def test_a_facet_without_words_of_its_own_can_be_asked_for():
    assert "oak" in wording.about_value(random.Random(0), "wish", "material", "oak")


def test_an_option_is_chosen_by_name_or_by_place():
    rng = random.Random(0)
    said = {wording.chosen(rng, "mood", ("tense", "dark"), ["dark"]) for _ in range(200)}
    assert {"dark please", "the second"} <= said
    assert not any("first" in text for text in said)


def test_two_options_are_chosen_by_name():
    rng = random.Random(0)
    said = {wording.chosen(rng, "mood", ("tense", "dark", "sweet"), ["tense", "sweet"]) for _ in range(50)}
    assert all("tense or sweet" in text for text in said)


def test_a_place_beyond_the_third_is_named_by_its_title():
    rng = random.Random(0)
    assert all("Heat" in wording.about_place(rng, "accept", "Heat", 3) for _ in range(50))


@pytest.mark.parametrize(
    ("facet", "bounds", "low", "high"),
    [
        ("year", ("<=1989", ">=1990"), "before 1990", "1990 or later"),
        ("runtime", ("<=109", ">=110"), "under 110 minutes", "at least 110 minutes"),
        ("price", ("<=19.5", ">=19.5"), "under 19.5", "over 19.5"),
    ],
)
def test_a_side_of_a_number_is_chosen_in_words_or_by_place(facet, bounds, low, high):
    rng = random.Random(0)
    said = [{wording.side(rng, facet, bounds, held) for _ in range(300)} for held in bounds]
    assert {low, "the first"} <= said[0]
    assert {high, "the second"} <= said[1]
    assert not said[0] & said[1]


def test_an_item_is_compared_with_by_title_or_by_place():
    rng = random.Random(0)
    said = {wording.compared(rng, "Heat", 1, "newer") for _ in range(200)}
    assert {"like Heat but newer", "like the second one but newer"} <= said
    assert all("Heat" in wording.compared(rng, "Heat", 3, "newer") for _ in range(50))


@pytest.mark.parametrize(
    ("more", "facet", "value", "words"),
    [
        (False, "mood", "violent", "less violent"),
        (True, "mood", "Romantic", "more romantic"),
        (False, "genre", "War", "without the war"),
        (True, "genre", "Comedy", "with more comedy"),
        (False, "mood", "tear-jerker", "without the tear-jerker"),
    ],
)
def test_a_value_is_more_or_less_of_something(more, facet, value, words):
    rng = random.Random(0)
    assert words in {wording.change_of_value(rng, more, facet, value) for _ in range(200)}


@pytest.mark.parametrize(
    ("above", "name", "words"),
    [(True, "year", "newer"), (False, "runtime", "shorter"), (False, "screen_size", "with a lower screen size")],
)
def test_a_number_is_higher_or_lower(above, name, words):
    rng = random.Random(0)
    assert words in {wording.change_of_number(rng, above, name) for _ in range(200)}


def test_what_is_said_at_once_is_written_neatly_or_casually():
    rng = random.Random(0)
    said = {wording.sentences(rng, ("got any horror?", "no gore")) for _ in range(60)}
    assert {"Got any horror? No gore.", "got any horror? no gore"} <= said
    assert "dark, no gore" in {wording.sentences(rng, ("dark", "no gore")) for _ in range(60)}
    assert wording.sentences(rng, ("dark",)) in ("Dark.", "dark")


@pytest.mark.parametrize(
    ("words", "within"),
    [
        ("Nothing over two hours.", "nothing over two hours"),
        ("I hate gore", "I hate gore"),
        ("I'd like a film", "I'd like a film"),
        ("NO war!", "NO war"),
    ],
)
def test_words_lose_their_capital_and_stop_within_a_sentence(words, within):
    assert wording.uncapitalised(words) == within
