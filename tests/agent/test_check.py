import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.check import checked, sentence, vouched
from agent.lexicon import tokenize

NOTES = (
    "You asked for a heist. {1} is a tense film. It is directed by Michael Mann. "
    "A thief and a detective circle each other across Los Angeles."
)


def said(text, whole=("directed by Michael Mann",)):
    pieces = [text[place : place + 4] for place in range(0, len(text), 4)]
    return (list(sentence(checked(pieces, NOTES, "{1}", whole), "{1}")) or [""])[-1]


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("You asked for a heist, so try {1}, a tense film.", "You asked for a heist, so try {1}, a tense film."),
        ("{1} is tense, and a detective is murdered.", "{1} is tense."),
        ("{1} is tense, directed by Michael Bay.", "{1} is tense."),
        ("{1} is a tense film, and it has Michael Mann.", "{1} is a tense film."),
        ("{1} is a tense film, in which a detective and a thief circle.", "{1} is a tense film."),
        ("{1} is tense, it is tense, it is tense.", "{1} is tense."),
        ("Heat is a tense film.", ""),
        ("{1} is a comedy.", ""),
        ("{1} is {1}.", ""),
        ("{1} is a tense film. It is a thief.", "{1} is a tense film."),
        ("", ""),
    ],
)
def test_what_the_notes_do_not_vouch_for_is_cut(text, passes):
    assert said(text) == passes


def test_an_initial_does_not_end_a_sentence():
    notes = "{1} is an eerie film. It is directed by M. Night Shyamalan."
    text = "{1} is an eerie film directed by M. Night Shyamalan."
    assert list(sentence(checked([text], notes, "{1}"), "{1}"))[-1] == text


def test_the_article_is_put_right():
    notes = "{1} is an epic film."
    assert list(sentence(checked(["{1} is a epic film."], notes, "{1}"), "{1}"))[-1] == "{1} is an epic film."


def test_a_question_may_hold_nothing_that_was_not_offered():
    assert vouched("Would you like it tense or dark?", "mood tense dark")
    assert not vouched("Would you like it tense or with Nicolas Cage?", "mood tense dark")


@given(st.text(max_size=120))
def test_no_content_word_passes_that_is_not_in_the_notes(text):
    from agent.check import _CONNECTIVES

    allowed = {token.norm for token in tokenize(NOTES)} | _CONNECTIVES
    for token in tokenize(said(f"{{1}} {text}")):
        assert token.norm in allowed or (len(token.norm) == 1 and token.norm.isdigit())
