import pytest

from agent.acts import Accepts, Dislikes, Likes
from agent.mention import Mention
from agent.pointing import pointed_out, reasons
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


def mention(text, word, facet):
    start = text.index(word)
    return Mention(start, start + len(word), facet, (word,))


@pytest.mark.parametrize(
    ("text", "word", "facet", "expected"),
    [
        ("the heist one", "heist", "theme", [("title", "heat")]),
        ("that space film please", "space", "theme", [("title", "alien")]),
        ("the tense one", "tense", "mood", []),
        ("the silly one", "silly", "mood", [("mood", "silly")]),
        ("a heist film", "heist", "theme", [("theme", "heist")]),
        ("the heist film with the trains", "heist", "theme", [("theme", "heist")]),
    ],
)
def test_what_tells_one_of_the_films_shown_from_the_others_means_that_film(text, word, facet, expected):
    found = pointed_out(text, [mention(text, word, facet)], ("heat", "alien"), CATALOG)
    assert [(one.facet, one.values[0]) for one in found] == expected


def test_of_two_values_that_tell_the_same_film_it_is_named_once():
    text = "the space one"
    both = [Mention(4, 9, "theme", ("space",)), Mention(4, 9, "genre", ("Science fiction",))]
    assert pointed_out(text, both, ("heat", "alien"), CATALOG) == (Mention(4, 9, "title", ("alien",)),)


PACINO, WEAVER, HEAT = Wish("actor", ("Al Pacino",)), Wish("actor", ("Sigourney Weaver",)), Wish("title", ("heat",))


def test_what_is_true_of_the_film_that_is_taken_is_why_it_is_taken():
    acts = [Likes(PACINO), Likes(WEAVER), Dislikes(PACINO), Likes(HEAT), Accepts("heat")]
    assert reasons("the first, it has Al Pacino", acts, ("heat",), CATALOG) == [Likes(PACINO)]
    assert reasons("the first, it has Al Pacino", acts, (), CATALOG) == []


def test_who_asks_for_something_gives_no_reason():
    assert reasons("ok, something with Al Pacino", [Likes(PACINO)], ("heat",), CATALOG) == []
