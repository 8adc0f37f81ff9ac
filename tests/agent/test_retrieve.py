import numpy as np
import pytest

from agent.acts import Dislikes, Likes, Reset
from agent.retrieve import Retriever, RetrieverConfig
from agent.state import DialogueState
from catalog.items import TITLE
from graph.evidence import Wish
from retrieval.store import Hit
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
HEIST = Likes(Wish("theme", ("heist",)))
CONFIG = RetrieverConfig(meaning=10.0, words=0.5, fame=0.0, linked=0.3)


class Recorder:
    """Remembers what was searched for; Heat is nearest, Alien next; Casino shares words."""

    id = "recorder"

    def __init__(self):
        self.texts = []

    def encode(self, texts):
        self.texts += texts
        return np.ones((len(texts), 2), dtype=np.float32)

    def near(self, vector, k):
        return (Hit("heat", 0.9), Hit("alien", 0.5))[:k]

    def scores(self, text):
        return np.array([4.0 if item.id == "casino" else 0.0 for item in CATALOG])


def heard(state, config=CONFIG):
    recorder = Recorder()
    return Retriever(CATALOG, recorder, recorder, recorder, config).heard(state), recorder.texts


def by_id(found):
    return {item.id: round(float(bonus), 6) for item, bonus in zip(CATALOG, found.bonus, strict=True) if bonus}


def test_the_bonus_grows_with_nearness_and_with_words_shared():
    found, _ = heard(DialogueState().heard("patient crooks in a big city", ()))
    assert by_id(found) == {"heat": pytest.approx(10 * 0.4), "casino": pytest.approx(0.5 * 4)}


def test_what_the_best_known_gain_by_fame_is_taken_back():
    plain, _ = heard(DialogueState().heard("patient crooks in a big city", ()))
    modest, _ = heard(DialogueState().heard("patient crooks in a big city", ()), RetrieverConfig(10, 10.0, 0.5, 0.3, 2))
    popularity = np.array([item.popularity for item in CATALOG])
    np.testing.assert_allclose(plain.bonus - modest.bonus, 2 * popularity)


def test_words_that_were_linked_are_not_asked_for_again():
    assert heard(DialogueState().heard("a heist film please", (HEIST,))) == (None, [])


def test_other_words_for_what_was_linked_are_not_asked_for_either():
    wishes = (Likes(Wish("genre", ("Sci-Fi",))), Likes(Wish("decade", ("2000s",))))
    assert heard(DialogueState().heard("looking for science fiction from the 2000s", wishes)) == (None, [])


def test_what_was_linked_in_words_that_say_more_is_named():
    found, _ = heard(DialogueState().heard("a heist film with rainy quiet evenings", (HEIST,)))
    assert found.wishes == (HEIST.wish,)
    assert found.linked == 0.3


def test_buttons_stay_out_of_the_query():
    state = DialogueState().heard("rainy quiet evenings", ())
    state = state.heard("pressed some long button text", (HEIST,), pressed=True)
    assert heard(state)[1] == ["rainy quiet evenings"]


def test_refusals_are_cut_out_of_the_query():
    refusal = (Dislikes(Wish("mood", ("dark",))),)
    state = DialogueState().heard("rainy quiet evenings, no gruesome wild scenes", refusal)
    assert heard(state)[1] == ["rainy quiet evenings"]


def test_who_only_refuses_searches_for_nothing():
    refused = (Dislikes(Wish("genre", ("Horror",))), Dislikes(Wish("theme", ("mafia",))))
    assert heard(DialogueState().heard("horror, mafia. none of it", refused)) == (None, [])


def test_a_negation_that_is_part_of_the_story_stays_in_the_query():
    state = DialogueState().heard("a man who has no shadow meets a witch", ())
    assert heard(state)[1] == ["a man who has no shadow meets a witch"]


def test_the_last_utterances_make_the_query():
    state = DialogueState()
    for text in ("first strange wish", "second strange wish", "third strange wish", "fourth strange wish"):
        state = state.heard(text, ())
    assert heard(state)[1] == ["second strange wish. third strange wish. fourth strange wish"]


def test_what_was_linked_in_the_same_words_can_be_told_apart():
    likes = (HEIST, Likes(Wish(TITLE, ("heat",))))
    state = DialogueState().heard("like Heat, a heist with rainy quiet evenings", likes)
    state = state.heard("crime", (Likes(Wish("genre", ("Crime",))),), pressed=True)
    found, _ = heard(state)
    apart = found.apart(state.evidence())
    assert apart.wanted == (Wish("genre", ("Crime",)),)
    assert apart.liked == ()


class Pictures(Recorder):
    """The word "robots" and texts about machines are close to each other, and to nothing else."""

    def encode(self, texts):
        super().encode(texts)
        return np.array([[1.0, 0.0] if text == "robots" or "machine" in text else [0.0, 1.0] for text in texts])


def nearest(text, item_id, times=1):
    pictures = Pictures()
    retriever = Retriever(CATALOG, pictures, pictures, pictures, CONFIG)
    state = DialogueState().heard(text, ())
    return [retriever.nearest(state, item_id) for _ in range(times)][-1], pictures.texts


def test_what_is_known_of_an_item_and_comes_closest_to_the_words_is_told():
    assert nearest("rainy machine evenings", "runner")[0] == "robots"


def test_nothing_is_told_where_nothing_comes_close():
    assert nearest("rainy machine evenings", "casablanca")[0] == ""


def test_nothing_is_told_where_nothing_was_searched_for():
    assert nearest("hm", "runner") == ("", [])


def test_a_text_is_embedded_once():
    _, texts = nearest("rainy machine evenings", "runner", times=3)
    assert len(texts) == len(set(texts))


def test_the_words_that_start_over_are_not_searched_for():
    assert heard(DialogueState().heard("hi again, new evening. start over", (Reset(),))) == (None, [])
    assert heard(DialogueState().heard("start over. rainy quiet evenings", (Reset(),)))[1] == ["rainy quiet evenings"]
