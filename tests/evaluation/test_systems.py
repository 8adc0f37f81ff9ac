import numpy as np
import pytest

from agent.actions import Recommend, Reply, ReplyKind
from agent.chatbot import Update
from agent.state import DialogueState
from evaluation import systems
from evaluation.personas import World
from evaluation.systems import (
    SYSTEMS,
    Answer,
    Exact,
    Lister,
    Parley,
    Silent,
    at_random,
    build,
    by_nearness,
    by_popularity,
    ready_vectors,
)
from evaluation.transcripts import recommended
from retrieval.embed import embed_items
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent

CATALOG = tiny_catalog()
WORLD = World(CATALOG)


def shown(system, conversation, *texts):
    return [recommended(system.answer(conversation, text).action) for text in texts]


def by_words():
    return Lister(CATALOG, by_nearness(embed_items(CATALOG, WordEmbedder(), (), silent), WordEmbedder()))


@pytest.fixture
def lettered(monkeypatch):
    monkeypatch.setattr(systems, "TrainedEmbedder", lambda home: WordEmbedder())


@pytest.mark.parametrize("order", [by_popularity(CATALOG), at_random(CATALOG)])
def test_a_lister_shows_three_new_items_a_turn_until_it_has_no_more(order):
    slates = shown(Lister(CATALOG, order), "a", *["something else"] * 4)
    assert [len(slate) for slate in slates] == [3, 3, 3, 3]
    assert {item_id for slate in slates for item_id in slate} == {item.id for item in CATALOG}


def test_a_lister_that_has_no_more_says_so():
    lister = Lister(CATALOG, by_popularity(CATALOG))
    shown(lister, "a", *["more"] * 4)
    assert lister.answer("a", "more") == Answer(Reply(ReplyKind.NOTHING_FITS), "That was all I have.")


def test_conversations_with_a_lister_know_nothing_of_each_other():
    lister = Lister(CATALOG, by_popularity(CATALOG))
    assert shown(lister, "a", "hi") == shown(lister, "b", "hi")
    assert shown(lister, "a", "more") != shown(lister, "b", "more", "more")[1:]


def test_the_best_known_come_first_and_ties_stay_in_catalogue_order():
    assert shown(Lister(CATALOG, by_popularity(CATALOG)), "a", "hi", "no") == [
        ("godfather", "alien", "toys"),
        ("heat", "runner", "shining"),
    ]


def test_a_reply_names_what_it_shows():
    assert Lister(CATALOG, by_popularity(CATALOG)).answer("a", "hi").reply == (
        "How about The Godfather (1972), Alien (1979) or Toy Story (1995)?"
    )


def test_chance_depends_on_the_conversation_alone():
    first, again = (shown(Lister(CATALOG, at_random(CATALOG)), "chat/7", "hi", "no") for _ in range(2))
    assert first == again
    others = {shown(Lister(CATALOG, at_random(CATALOG)), f"chat/{seed}", "hi")[0] for seed in range(8)}
    assert len(others) > 4


def test_the_nearest_to_all_that_was_said_come_first():
    near = by_words()
    assert shown(near, "a", "a horror film about space")[0][0] == "alien"
    assert "shining" in shown(near, "a", "Stanley Kubrick and Jack Nicholson in a hotel")[0]
    assert shown(by_words(), "a", "Stanley Kubrick and Jack Nicholson in a hotel")[0][0] == "shining"


def test_an_exact_search_finds_the_nearest_first():
    vectors = np.eye(12, 4, dtype=np.float32)
    vectors[1] = (0.6, 0.8, 0, 0)
    hits = Exact(CATALOG, vectors).near(np.array([1, 0, 0, 0], dtype=np.float32), 3)
    assert [(hit.item_id, hit.similarity) for hit in hits] == [
        ("godfather", 1.0),
        ("heat", pytest.approx(0.6)),
        ("casino", 0.0),
    ]
    assert len(Exact(CATALOG, vectors).near(vectors[0], 40)) == 12


def test_vectors_that_had_to_be_made_are_there_the_next_time(tmp_path):
    first, second = WordEmbedder(), WordEmbedder()
    made = ready_vectors(CATALOG, tmp_path, first)
    np.testing.assert_allclose(ready_vectors(CATALOG, tmp_path, second), made, atol=1e-3)
    assert first.asked
    assert not second.asked


def test_vectors_that_are_there_are_not_written_again(tmp_path):
    ready_vectors(CATALOG, tmp_path, WordEmbedder())
    (kept,) = (tmp_path / "vectors").iterdir()
    before = kept.stat().st_mtime_ns
    ready_vectors(CATALOG, tmp_path, WordEmbedder())
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("name", [name for name in SYSTEMS if name != "base-llm"])
def test_every_system_is_made_by_its_name_and_recommends_what_there_is(name, tmp_path, lettered):
    system = build(name, WORLD, tmp_path)
    answers = [system.answer("a", text) for text in ("a crime film", "any", "just show me something")]
    assert all(answer.reply for answer in answers)
    found = [item_id for answer in answers for item_id in recommended(answer.action)]
    assert found
    assert all(item_id in CATALOG for item_id in found)


@pytest.mark.parametrize("name", ["retriever-only", "popularity", "random"])
def test_what_parley_has_to_beat_asks_nothing_and_promises_nothing(name, tmp_path, lettered):
    system = build(name, WORLD, tmp_path)
    actions = [system.answer("a", text).action for text in ("hi", "a film", "no")]
    assert all(isinstance(action, Recommend) for action in actions)
    assert {pick.probability for action in actions for pick in action.picks} == {0.0}


def test_words_that_link_to_nothing_reach_parley_and_not_the_planner_alone(tmp_path, lettered):
    plot = "detectives and crooks in a horror film about space"
    whole, alone = (build(name, WORLD, tmp_path).bot.believed(plot) for name in ("parley", "planner-only"))
    assert (whole.probabilities != alone.probabilities).any()


def test_a_name_that_means_no_system_is_an_error_that_lists_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="no system 'parly'; choose among parley, planner-only, .*base-llm"):
        build("parly", WORLD, tmp_path)


def test_a_chatbot_that_does_nothing_is_an_error():
    class Idle:
        def talk(self, conversation, text):
            yield Update(DialogueState().heard(text, ()))

    with pytest.raises(ValueError, match="did nothing about 'hi'"):
        Parley(Idle()).answer("a", "hi")


def test_a_silent_model_says_nothing_and_prefers_nothing():
    assert list(Silent().stream((), 10)) == []
    assert Silent().score((), ("a", "b")) == (0.0, 0.0)
