import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.check import checked, sentence, vouched
from agent.lexicon import tokenize

NOTES = "It is directed by Michael Mann. A thief and a detective circle each other across Los Angeles."
OPENING = "{1} is a tense film"


def said(text, opening=OPENING, notes=NOTES, whole=("directed by Michael Mann",)):
    pieces = [text[place : place + 4] for place in range(0, len(text), 4)]
    return (list(sentence(opening, checked(pieces, notes, whole))) or [""])[-1]


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (", directed by Michael Mann.", "{1} is a tense film, directed by Michael Mann."),
        (" in which a thief and a detective circle.", "{1} is a tense film in which a thief and a detective circle."),
        (" about a thief, and a detective is murdered.", "{1} is a tense film about a thief."),
        (" about a thief, directed by Michael Bay.", "{1} is a tense film about a thief."),
        (" about a thief, and it has Michael Mann.", "{1} is a tense film about a thief."),
        (" in which a detective and a thief circle.", ""),
        (" about a thief, a thief, a thief.", "{1} is a tense film about a thief."),
        (" about a thief. It is a detective.", "{1} is a tense film about a thief."),
        (" like {2}, about a thief.", ""),
        (" that is a comedy.", ""),
        ("", ""),
    ],
)
def test_what_the_notes_do_not_vouch_for_is_cut(text, passes):
    assert said(text) == passes


def test_a_clause_of_the_notes_is_not_begun_in_the_middle():
    notes = "Intersecting stories follow two chatty hitmen. Stranded, a boxer refuses to fight."
    assert said(" in which two chatty hitmen.", notes=notes) == ""
    assert said(" in which a boxer refuses to fight.", notes=notes) == f"{OPENING} in which a boxer refuses to fight."


def test_an_article_is_not_put_before_what_had_none():
    notes = "Competitive couples gather for a game."
    assert said(" in which a competitive couples gather.", notes=notes) == ""
    assert (
        said(" in which competitive couples gather.", notes=notes) == f"{OPENING} in which competitive couples gather."
    )


def test_an_initial_does_not_end_a_sentence():
    notes = "It is directed by M. Night Shyamalan. It is about ghosts."
    text = " directed by M. Night Shyamalan about ghosts."
    assert said(text, notes=notes, whole=()) == OPENING + text


def test_the_article_is_put_right():
    assert said(" about a actor.", notes="It is about an actor.") == "{1} is a tense film about an actor."


def test_a_question_may_hold_nothing_that_was_not_offered():
    assert vouched("Would you like it tense or dark?", "mood tense dark")
    assert not vouched("Would you like it tense or with Nicolas Cage?", "mood tense dark")


@given(st.text(max_size=120))
def test_no_content_word_passes_that_is_not_in_the_notes(text):
    from agent.check import _CONNECTIVES

    allowed = {token.norm for token in tokenize(NOTES)} | _CONNECTIVES
    for token in tokenize(said(f" {text}").removeprefix(OPENING)):
        assert token.norm in allowed or (len(token.norm) == 1 and token.norm.isdigit())
