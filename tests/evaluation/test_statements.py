import pytest

from catalog.items import TITLE
from evaluation.statements import Reader, normal
from tests.catalogs import tiny_catalog

READER = Reader(tiny_catalog())


def pairs(text):
    return [statement.pairs for statement in READER.statements(text)]


def unknown(text):
    return [statement.form for statement in READER.statements(text) if not statement.pairs]


def test_values_and_people_are_read_in_their_order():
    assert pairs("a tense thriller with Al Pacino") == [
        (("mood", "tense"),),
        (("genre", "Thriller"),),
        (("actor", "Al Pacino"),),
    ]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("It runs 170 minutes.", [(("runtime", ">=169.5"), ("runtime", "<=170.5"))]),
        ("a 96-minute film", [(("runtime", ">=95.5"), ("runtime", "<=96.5"))]),
        ("It came out in 1995.", [(("year", ">=1994.5"), ("year", "<=1995.5"))]),
        ("a thriller from 1995", [(("genre", "Thriller"),), (("year", ">=1994.5"), ("year", "<=1995.5"))]),
    ],
)
def test_a_number_is_exact(text, bounds):
    assert pairs(text) == bounds
    assert READER.statements(text)[-1].exact


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("under 110 minutes", ("runtime", "<=110")),
        ("at least 100 minutes", ("runtime", ">=100")),
        ("110 minutes or more", ("runtime", ">=110")),
        ("something from 2000 on", ("year", ">=2000")),
        ("2005 or later", ("year", ">=2005")),
        ("before 2005", ("year", "<=2004")),
    ],
)
def test_a_bound_is_a_bound(text, bound):
    assert pairs(text) == [(bound,)]
    assert not READER.statements(text)[0].exact


@pytest.mark.parametrize("text", ["about 1,995 films are left", "it cost $1995", "a film of the 1990s"])
def test_not_every_number_is_a_year(text):
    assert not any(facet == "year" for found in pairs(text) for facet, _ in found)


def test_a_name_that_nobody_in_the_catalogue_has_is_unknown():
    assert unknown("It is directed by Zork Blibber and stars Al Pacino.") == ["zork blibber"]


def test_a_name_of_which_a_part_is_known_is_another_name():
    found = READER.statements("It stars Al Pacino Blibber.")
    assert [(one.form, one.pairs) for one in found] == [("al pacino blibber", ())]


def test_a_name_that_is_nearly_right_is_another_name():
    assert unknown("It is directed by Michael Manns.") == ["michael manns"]


@pytest.mark.parametrize(
    "text", ["Enjoy it.", "Great choice: Gripping from the start.", '"Perfect" for tonight.', "I think so."]
)
def test_a_capital_at_the_beginning_names_nothing(text):
    assert unknown(text) == []


def test_a_name_at_the_beginning_is_one_by_its_second_capital():
    assert unknown("Zork Blibber made it.") == ["zork blibber"]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("directed by Al Pacino", "director"),
        ("starring Al Pacino", "actor"),
        ("written by Al Pacino", "writer"),
        ("directed by someone, with Al Pacino", ""),
        ("Al Pacino", ""),
    ],
)
def test_the_words_before_a_name_say_what_its_bearer_did(text, role):
    assert READER.statements(text)[0].role == role


def test_a_title_of_the_catalogue_is_no_unknown_name():
    assert pairs("as good as The Godfather") == [((TITLE, "godfather"),)]


def test_words_in_normal_form():
    assert normal("Amélie’s “Café”, 2nd part.") == "amelies cafe 2nd part"
