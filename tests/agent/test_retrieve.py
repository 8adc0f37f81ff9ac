import numpy as np

from agent.acts import Dislikes, Likes
from agent.retrieve import Retriever, RetrieverConfig
from agent.state import DialogueState
from graph.evidence import Wish
from retrieval.store import Hit
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
HEIST = Likes(Wish("theme", ("heist",)))


class Recorder:
    """Remembers what was encoded; Heat is nearest, Alien next."""

    id = "recorder"

    def __init__(self):
        self.texts = []

    def encode(self, texts):
        self.texts += texts
        return np.ones((len(texts), 2), dtype=np.float32)

    def near(self, vector, k):
        return (Hit("heat", 0.9), Hit("alien", 0.5))


def support(state):
    recorder = Recorder()
    return Retriever(CATALOG, recorder, recorder, RetrieverConfig(weight=2.0)).support(state), recorder.texts


def test_the_nearest_item_gets_the_whole_bonus_and_the_rest_none():
    bonus, _ = support(DialogueState().heard("patient crooks in a big city", ()))
    assert bonus[CATALOG.position("heat")] == 2.0
    assert bonus.sum() == 2.0


def test_words_that_were_linked_are_not_asked_for_again():
    bonus, texts = support(DialogueState().heard("a heist film please", (HEIST,)))
    assert texts == []
    assert not bonus.any()


def test_refusals_and_buttons_stay_out_of_the_query():
    state = DialogueState().heard("rainy quiet evenings", ())
    state = state.heard("nothing with gruesome wild scenes", (Dislikes(Wish("mood", ("dark",))),))
    state = state.heard("pressed some long button text", (HEIST,), pressed=True)
    assert support(state)[1] == ["rainy quiet evenings"]
