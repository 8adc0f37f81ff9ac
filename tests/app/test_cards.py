import re

import pytest

from agent.actions import Pick
from agent.acts import Accepts, Likes, Prefers, Rejects, Reset, Seen
from agent.state import DialogueState
from app.cards import explanation, slate
from graph.build import ItemNode, ValueNode
from graph.evidence import Wish
from graph.walk import Path
from tests.app.fakes import NASTY, tiny_catalog

CATALOG = tiny_catalog(*NASTY)
PATH = Path((ItemNode("heat"), ValueNode("director", "Michael Mann"), ItemNode("collateral")), 1.0)
PICK = Pick("collateral", 0.4, (PATH,), (Wish("mood", ("funny",)),))


def shown(*picks, state=None):
    return slate(CATALOG, picks, state or DialogueState(), 3)


def plain(markup):
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def test_a_card_shows_title_year_director_cast_and_why():
    words = plain(shown(PICK))
    for part in ("Collateral", "2004", "Michael Mann · 120 min", "Tom Cruise, Jamie Foxx"):
        assert part in words
    assert "Directed by Michael Mann, like Heat" in words


def test_a_card_admits_which_wish_it_misses():
    assert "Misses: funny" in plain(shown(PICK))


def test_a_wish_about_which_the_catalogue_is_silent_is_not_called_missed():
    pick = Pick("collateral", 0.4, (), (Wish("theme", ("heist",)),))
    assert "Its theme is not known" in plain(shown(pick))


def test_each_card_has_the_four_buttons_labelled_with_its_title():
    labels = re.findall(r'aria-label="([^"]*: Collateral \(2004\))"', shown(PICK))
    assert [label.split(":")[0] for label in labels] == ["Like", "Not this", "Seen it", "More like this"]


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (Likes(Wish("title", ("collateral",))), "Liked"),
        (Rejects("collateral"), "Not this"),
        (Seen("collateral"), "Seen"),
    ],
)
def test_what_was_said_about_an_item_is_marked_on_its_card(act, word):
    state = DialogueState().heard("", (act,))
    assert re.search(rf'class="done">.*?<span>{word}</span>', shown(PICK, state=state))


@pytest.mark.parametrize("item", NASTY, ids=[item.id[:6] for item in NASTY])
def test_a_title_that_means_harm_is_only_text(item):
    markup = shown(Pick(item.id, 0.1))
    tags = re.findall(r"<(\w+)", markup)
    assert not {"img", "script", "b"} & set(tags)
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', markup))


def test_an_item_that_left_the_catalogue_has_no_card():
    assert shown(Pick("gone", 0.5)) == ""


def test_why_lists_the_path_as_text_beside_the_drawing():
    markup = explanation(CATALOG, PICK)
    assert "You like Heat (1995) → directed by Michael Mann → Collateral (2004)" in plain(markup)
    assert markup.count("<svg") == 1


def test_without_a_path_why_says_so():
    assert "your words as a whole, or how well known it is" in plain(explanation(CATALOG, Pick("collateral", 0.4)))


def test_ids_of_two_slates_differ():
    first, second = (set(re.findall(r'\sid="([^"]*)"', slate(CATALOG, [PICK], DialogueState(), n))) for n in (1, 2))
    assert first
    assert not first & second


def test_a_film_that_was_found_nearer_says_so_on_its_card_and_behind_it():
    state = DialogueState().heard("Heat", (Prefers("heat", "ronin"),))
    words = plain(shown(Pick("heat", 0.4), state=state))
    assert words.count("Closer than Ronin (1998), as you said") == 2
    assert "Nothing you said points to it" not in words


def test_a_film_of_another_occasion_is_recalled_on_the_card_and_behind_it():
    state = DialogueState().heard("Heat it is", (Accepts("heat"),)).heard("start over", (Reset(),))
    words = plain(shown(PICK, state=state))
    assert "Directed by Michael Mann, like Heat, which you went for" in words
    assert "You went for Heat (1995) before → directed by Michael Mann" in words
    assert "You like" not in words


def test_a_card_of_an_item_that_the_search_brought_up_says_what_is_closest_to_the_words():
    words = plain(shown(Pick("collateral", 0.4, nearest="night drives")))
    assert "Closest to your words: night drives" in words
    assert "what comes closest to your words is night drives." in words
    assert "Closest to your words: its story" in plain(shown(Pick("collateral", 0.4, nearest="A cab ride.")))
