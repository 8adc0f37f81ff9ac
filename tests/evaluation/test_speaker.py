import pytest

from evaluation.speaker import LEAK, LOSS, NOTHING, TURNED, ChatSpeaker
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

CATALOG = tiny_catalog()


def said(words, plain, heard=""):
    """Return what is said when the model says ``words``, and why these were refused, if they were."""
    speaker = ChatSpeaker(Scripted(words), CATALOG)
    text = speaker.say(plain, heard)
    return text, next(iter(speaker.refused), None)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("A comedy would hit the spot.", "I feel like comedies tonight"),
        ("fancy something tense, under 100 minutes", "Something tense. Under 100 minutes."),
        ("Al Pacino has to be in it", "Anything starring Al Pacino?"),
        ("I couldn't face horror right now", "no horror, please"),
        ("the second one appeals to me", "I'd go for the second"),
        ("I adored Blade Runner, honestly", "Blade Runner was brilliant"),
        ("Got a heist up your sleeve?", "a film with a heist"),
    ],
)
def test_words_that_mean_the_same_are_said(words, plain):
    assert said(words, plain) == (words, None)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("Something relaxing would be nice.", "I feel like comedies tonight"),
        ("A short one, please.", "Under 100 minutes."),
        ("Something with that actor.", "Anything starring Al Pacino?"),
        ("I'd take the other one.", "I'd go for the second"),
        ("That one was brilliant.", "Heat was brilliant"),
        ("A thing about robbery.", "a film with a heist"),
        ("Not too long.", "two hours at most"),
    ],
)
def test_words_that_lose_a_name_a_value_or_a_number_are_not(words, plain):
    assert said(words, plain) == (plain, LOSS)


@pytest.mark.parametrize(
    ("words", "plain"),
    [("Horror, please!", "no horror, please"), ("No comedies.", "comedies, please"), ("Show me Heat", "Drop Heat")],
)
def test_words_that_turn_a_wish_round_are_not(words, plain):
    assert said(words, plain) == (plain, TURNED)


def test_words_that_name_another_film_are_not():
    assert said("Something dark, like Blade Runner.", "Something dark.") == ("Something dark.", LEAK)
    assert said("Something dark, maybe Casino?", "Something dark.") == ("Something dark.", LEAK)


def test_what_the_system_has_just_named_may_be_named():
    words = "Something darker than Blade Runner."
    assert said(words, "Something darker.", "How about Blade Runner?") == (words, None)


def test_a_title_of_one_everyday_word_is_one_only_where_it_is_written_as_a_name():
    assert said("cheer me up please", "cheer me on") == ("cheer me up please", None)
    assert said("cheer me with Up please", "cheer me on") == ("cheer me on", LEAK)


def test_silence_is_not_said():
    assert said("", "a comedy") == ("a comedy", NOTHING)
    assert said(' "" ', "a comedy") == ("a comedy", NOTHING)


def test_only_the_first_line_is_said_and_without_quotation_marks():
    assert said('"A comedy, I guess."\n\nThat keeps the wish.', "a comedy") == ("A comedy, I guess.", None)


def test_the_model_reads_what_was_heard_and_what_is_meant():
    model = Scripted("a comedy!", "a comedy!")
    speaker = ChatSpeaker(model, CATALOG)
    speaker.say("a comedy", "Tense or dark?")
    speaker.say("a comedy", "")
    system, asked = model.prompts[0]
    assert (system.role, asked.role) == ("system", "user")
    assert "film recommender" in system.text
    assert "Tense or dark?" in asked.text and "a comedy" in asked.text
    assert "nothing yet" in model.prompts[1][1].text


def test_what_was_said_and_what_was_refused_is_counted():
    speaker = ChatSpeaker(Scripted("a comedy, yes", "hm", "no comedy"), CATALOG)
    for _ in range(4):
        speaker.say("a comedy", "")
    assert speaker.said == 1
    assert speaker.refused == {LOSS: 1, TURNED: 1, NOTHING: 1}
