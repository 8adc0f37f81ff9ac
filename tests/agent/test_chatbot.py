import threading

import numpy as np
import pytest

from agent.actions import Ask, Recommend
from agent.acts import Accepts, Asks, Indifferent, Likes, Prefers, Seen, Topic
from agent.chatbot import Chatbot
from agent.respond import Respondent
from agent.retrieve import Retriever
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE, Item
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from retrieval.store import Hit
from retrieval.words import WordIndex
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted


class Nowhere:
    """An index that finds every item equally near."""

    id = "nowhere"

    def near(self, vector, k):
        return tuple(Hit(item.id, 0.5) for item in tiny_catalog())[:k]

    def encode(self, texts):
        return np.ones((len(texts), 2), dtype=np.float32)


def bot(checkpoints=None):
    catalog = tiny_catalog()
    model = Scripted()
    near = Nowhere()
    parts = Understander(catalog, model), Retriever(catalog, near, WordIndex(catalog), near), Respondent(catalog, model)
    return Chatbot(AttributeGraph(catalog), *parts, checkpoints)


def test_the_decision_comes_before_the_words_and_the_words_grow():
    updates = list(bot().talk("a", "just recommend a heist film"))
    assert isinstance(updates[0].state.turns[-1].action, Recommend)
    assert updates[0].text == ""
    assert updates[-1].final
    assert updates[-1].text == updates[-1].state.turns[-1].reply
    assert "Heat" in updates[-1].text


def test_conversations_do_not_see_each_other():
    chatbot = bot()
    list(chatbot.talk("mine", "I loved Casablanca"))
    assert chatbot.state("yours") == DialogueState()
    assert chatbot.state("mine").evidence().liked == ("casablanca",)


def test_what_would_be_believed_of_a_first_utterance_is_what_a_turn_comes_to():
    chatbot = bot()
    believed = chatbot.believed("just recommend a heist film")
    (pick, *_) = list(chatbot.talk("a", "just recommend a heist film"))[-1].state.turns[-1].action.picks
    best = int(believed.top(1)[0])
    assert chatbot.catalog.items[best].id == pick.item_id
    assert believed.probabilities[best] == pick.probability


def test_asking_what_would_be_believed_leaves_conversations_as_they_are():
    chatbot = bot()
    list(chatbot.talk("a", "no horror"))
    before, fresh = chatbot.state("a"), chatbot.believed("a comedy").probabilities
    assert chatbot.state("a") == before
    assert (bot().believed("a comedy").probabilities == fresh).all()


def test_a_button_needs_no_understanding():
    chatbot = bot()
    pressed = (Likes(Wish(TITLE, ("heat",))), Seen("heat"), Asks(Topic.MORE))
    updates = list(chatbot.talk("a", "I liked Heat", pressed))
    assert updates[-1].state.turns[-1].acts == pressed
    assert updates[-1].state.turns[-1].pressed


def test_a_conversation_survives_a_restart(tmp_path):
    first = bot(tmp_path / "c.sqlite")
    list(first.talk("a", "no horror please"))
    list(first.talk("a", "just recommend a tense film"))
    left = first.state("a")
    first.close()
    second = bot(tmp_path / "c.sqlite")
    assert second.state("a") == left
    list(second.talk("a", "why the first one?"))
    assert len(second.state("a").turns) == 3
    second.close()


def test_every_form_of_question_and_its_answer_survive_a_restart(tmp_path):
    first = bot(tmp_path / "c.sqlite")
    answers = (Prefers("heat", "alien"), Indifferent("mood", ("tense",)), Likes(Wish("year", ("<=1989",))))
    for act in answers:
        list(first.talk("a", "an answer", (act,)))
    left = first.state("a")
    first.close()
    second = bot(tmp_path / "c.sqlite")
    assert second.state("a") == left
    assert second.state("a").preferred == (("heat", "alien"),)
    second.close()


def test_what_was_enjoyed_before_survives_a_restart_and_is_forgotten_when_told_to(tmp_path):
    first = bot(tmp_path / "c.sqlite")
    list(first.talk("a", "that one", (Accepts("heat"),)))
    *_, last = first.talk("a", "let's start over")
    assert last.text.startswith("A clean slate; I'll remember that you went for Heat.")
    first.close()
    second = bot(tmp_path / "c.sqlite")
    assert second.state("a") == last.state
    assert second.state("a").history == ("heat",)
    list(second.talk("a", "forget Heat"))
    assert second.state("a").history == ()
    second.close()


def test_stopping_in_mid_reply_leaves_the_conversation_usable():
    chatbot = bot()
    list(chatbot.talk("a", "no horror"))
    turn = chatbot.talk("a", "just recommend something")
    next(turn)
    turn.close()
    assert [t.text for t in chatbot.state("a").turns] == ["no horror"]
    assert list(chatbot.talk("a", "a comedy"))[-1].final


def test_many_conversations_at_once_keep_apart():
    chatbot = bot()
    wishes = {"a": "heist", "b": "robots", "c": "paris", "d": "hotel"}

    def chat(conversation):
        for text in (f"something about {wishes[conversation]}", "just recommend", "what else?"):
            list(chatbot.talk(conversation, text))

    threads = [threading.Thread(target=chat, args=(conversation,)) for conversation in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for conversation, theme in wishes.items():
        state = chatbot.state(conversation)
        assert len(state.turns) == 3
        assert state.evidence().wanted == (Wish("theme", (theme,)),)


@pytest.mark.parametrize("text", ["", "   ", "🍿" * 50, "{1} ${alert(1)} <img src=x>", "a" * 10_000, "\ud800"])
def test_odd_text_gets_an_answer(text):
    updates = list(bot().talk("a", text))
    assert updates[-1].final
    assert updates[-1].text


def test_asking_and_answering_goes_on_to_a_recommendation():
    chatbot = bot()
    action = None
    for text in ("hello", "a comedy", "either", "the first", "don't care"):
        action = list(chatbot.talk("a", text))[-1].state.turns[-1].action
    assert isinstance(action, Ask | Recommend)
    assert any(isinstance(turn.action, Recommend) for turn in chatbot.state("a").turns)


def test_with_other_parts_conversations_go_on_and_a_turn_under_way_ends_with_those_it_began_with():
    chatbot = bot()
    list(chatbot.talk("a", "no horror"))
    under_way = chatbot.talk("b", "just recommend a heist film")
    next(under_way)
    grown = tiny_catalog().with_items([Item("ronin", "Ronin", 1998, {"theme": ("car chase",)}, popularity=0.7)])
    model, near = Scripted(), Nowhere()
    parts = Understander(grown, model), Retriever(grown, near, WordIndex(grown), near), Respondent(grown, model)
    chatbot.renew(AttributeGraph(grown), *parts)
    assert chatbot.catalog is grown
    *_, ended = under_way
    assert "Heat" in ended.text
    *_, last = chatbot.talk("a", "just recommend a film about a car chase")
    assert last.state.turns[-1].action.picks[0].item_id == "ronin"
    assert [turn.text for turn in chatbot.state("a").turns][0] == "no horror"
    assert len(chatbot.state("b").turns) == 1


def test_an_item_that_the_search_brought_up_is_explained_by_what_is_closest_to_the_words():
    update = list(bot().talk("a", "just recommend rainy quiet crooked evenings"))[-1]
    picks = update.state.turns[-1].action.picks
    assert all(pick.nearest for pick in picks if not pick.paths)
    assert any(pick.nearest for pick in picks)
    assert list(bot().talk("b", "just recommend a heist film"))[-1].state.turns[-1].action.picks[0].nearest == ""
