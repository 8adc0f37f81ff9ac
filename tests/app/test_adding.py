import threading
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import gradio as gr
import numpy as np
import pytest

import app.adding
import retrieval.store
from agent.actions import Recommend
from agent.chatbot import Chatbot
from app.adding import AddingEndpoint, Additions, Models, bot_parts, ready_graph
from catalog.items import Item, ItemError
from catalog.saved import added_path, load_catalog
from retrieval import build as build_module
from retrieval.build import open_catalog_index
from retrieval.store import ItemIndex
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, told
from tests.scripted import Scripted

KEEPER = Item(
    "keeper",
    "Signal Rock",
    2019,
    {"genre": ("Drama",), "theme": ("lighthouse",), "director": ("Una Quill",)},
    description="Somebody answers the foghorn with semaphore flags.",
    popularity=0.7,
)
BAKER = Item("baker", "Crumbs", 2020, {"genre": ("Comedy",), "theme": ("bakery",)})


class Running(NamedTuple):
    bot: Chatbot
    additions: Additions
    index: ItemIndex
    steps: list
    """What the build of the index told; empty when there was none."""


@contextmanager
def started(home):
    """Start a chatbot over the tiny catalogue as app.start does, without weights."""
    catalog, embedder, model, steps = load_catalog(home, "tiny"), WordEmbedder(), Scripted(), []
    with ExitStack() as stack:
        index = open_catalog_index(catalog, home, embedder, told(steps))
        stack.callback(index.close)
        bot = Chatbot(*bot_parts(ready_graph(catalog), index, Models(model, embedder)), home / "conversations.sqlite")
        stack.callback(bot.close)
        yield Running(bot, Additions(bot, index, Models(model, embedder), home), index, steps)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home that holds the tiny catalogue."""
    monkeypatch.setattr(build_module, "SHIPPED", tmp_path / "shipped")
    tiny_catalog().save(tmp_path / "home" / "catalogs" / "tiny")
    return tmp_path / "home"


def say(bot, text, conversation="a"):
    return list(bot.talk(conversation, text))[-1]


def recommended(bot, text, conversation="a"):
    action = say(bot, text, conversation).state.turns[-1].action
    return [pick.item_id for pick in action.picks] if isinstance(action, Recommend) else []


WISHES = [
    "just recommend something about lighthouse",
    "just recommend something by Una Quill",
    "just recommend something where the foghorn is answered with semaphore flags",
]


@pytest.mark.parametrize("wish", WISHES)
def test_an_item_added_in_mid_conversation_is_recommended_in_it(home, wish):
    with started(home) as running:
        say(running.bot, "no horror please")
        assert "keeper" not in recommended(running.bot, wish, "before")
        running.additions.add(KEEPER)
        assert "keeper" in recommended(running.bot, wish)
        assert len(running.bot.state("a").turns) == 2


def test_an_added_item_can_be_named_by_its_title(home):
    with started(home) as running:
        say(running.bot, "no horror please")
        running.additions.add(KEEPER)
        assert say(running.bot, "I loved Signal Rock").state.evidence().liked == ("keeper",)


def test_after_a_restart_the_item_is_there_and_the_index_is_not_built_again(home):
    with started(home) as running:
        assert running.steps
        running.additions.add(KEEPER)
        shown = recommended(running.bot, WISHES[0])
    with started(home) as running:
        assert running.steps == []
        assert running.bot.catalog["keeper"] == KEEPER
        assert "keeper" in shown
        assert running.bot.state("a").turns[-1].action.picks[0].item_id == "keeper"
        assert say(running.bot, "I loved Signal Rock", "c").state.evidence().liked == ("keeper",)
        assert "keeper" in recommended(running.bot, WISHES[2], "b")


def test_additions_add_up_over_restarts(home):
    for item in (KEEPER, BAKER):
        with started(home) as running:
            running.additions.add(item)
    with started(home) as running:
        assert running.steps == []
        assert [item.id for item in running.bot.catalog][-2:] == ["keeper", "baker"]
        assert len(running.index) == 14


def test_a_known_id_is_refused_and_nothing_changes(home):
    with started(home) as running:
        catalog = running.bot.catalog
        with pytest.raises(ItemError, match=r"the id 'heat' of 'Crumbs' belongs to 'Heat \(1995\)'; give it another"):
            running.additions.add(KEEPER, Item("heat", "Crumbs"))
        assert running.bot.catalog is catalog
        assert len(running.index) == 12
        assert not added_path(home, "tiny").exists()
    with started(home) as running:
        assert running.steps == []


def test_two_additions_at_once_both_land(home):
    with started(home) as running:
        threads = [threading.Thread(target=running.additions.add, args=(item,)) for item in (KEEPER, BAKER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert "baker" in recommended(running.bot, "just recommend something about bakery")
        assert "keeper" in recommended(running.bot, WISHES[0], "b")
    with started(home) as running:
        assert running.steps == []
        assert {"keeper", "baker"} <= {item.id for item in running.bot.catalog}


class Killed(BaseException):
    """The end of the process, as far as a test can have one."""


def killed(*_):
    raise Killed


DEATHS = {
    "before the index": (ItemIndex, "extend"),
    "in the index": (ItemIndex, "add"),
    "between the index and its manifest": (retrieval.store, "_write_manifest"),
    "before the item is kept": (app.adding, "keep_items"),
}


@pytest.mark.parametrize("place", DEATHS.values(), ids=DEATHS)
def test_a_death_before_the_item_is_kept_leaves_the_old_catalogue_and_right_answers(home, place, monkeypatch):
    with started(home) as running, monkeypatch.context() as patch:
        patch.setattr(*place, killed)
        with pytest.raises(Killed):
            running.additions.add(KEEPER)
        assert "keeper" not in running.bot.catalog
        assert "heat" in recommended(running.bot, "just recommend a heist film")
    with started(home) as running:
        assert len(running.bot.catalog) == len(running.index) == 12
        assert "keeper" not in recommended(running.bot, WISHES[2])
        running.additions.add(KEEPER)
    with started(home) as running:
        assert running.steps == []
        assert "keeper" in recommended(running.bot, WISHES[2], "b")


def test_a_death_once_the_item_is_kept_leaves_the_new_catalogue(home, monkeypatch):
    with started(home) as running, monkeypatch.context() as patch:
        patch.setattr(running.bot, "renew", killed)
        with pytest.raises(Killed):
            running.additions.add(KEEPER)
    with started(home) as running:
        assert running.steps == []
        assert "keeper" in recommended(running.bot, WISHES[2])


def test_an_addition_that_failed_can_be_made_again_in_the_same_process(home, monkeypatch):
    with started(home) as running:
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(app.adding, "keep_items", killed)
            running.additions.add(KEEPER)
        running.additions.add(KEEPER)
        assert "keeper" in recommended(running.bot, WISHES[2])
    with started(home) as running:
        assert running.steps == []


def test_a_turn_under_way_ends_with_what_it_began_with(home):
    with started(home) as running:
        under_way = running.bot.talk("a", "just recommend a heist film")
        decided = next(under_way)
        running.additions.add(KEEPER)
        *_, last = under_way
        assert last.state.turns[-1].action == decided.state.turns[-1].action
        assert "keeper" in recommended(running.bot, WISHES[0])


def test_turns_and_additions_go_on_side_by_side(home):
    with started(home) as running:
        ended = []

        def chat(conversation):
            for text in ("a comedy", WISHES[2], "what else?", "just recommend a heist film") * 3:
                ended.append(say(running.bot, text, conversation).final)

        threads = [threading.Thread(target=chat, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for number in range(6):
            running.additions.add(Item(f"new{number}", f"Semaphore {number}", description="foghorn semaphore flags"))
        for thread in threads:
            thread.join(60)
        assert ended == [True] * 24
    with started(home) as running:
        assert running.steps == []
        assert len(running.index) == 18


def test_an_item_of_few_words_has_a_vector(home):
    with started(home) as running:
        running.additions.add(Item("plain", "Plain"))
        vector = WordEmbedder().encode(["plain"])[0]
        (hit,) = running.index.near(vector, 1)
        assert hit.item_id == "plain"
        assert np.isclose(hit.similarity, 1.0)


def test_the_endpoint_returns_the_item_as_it_was_added(home):
    with started(home) as running:
        endpoint = AddingEndpoint(running.additions)
        added = endpoint.add("keeper", " Signal <b>Rock</b> ", 2019, {"genre": ["drama"], "theme": ["lighthouse"]})
        assert added == {
            "id": "keeper",
            "title": "Signal Rock",
            "year": 2019,
            "facets": {"genre": ["Drama"], "theme": ["lighthouse"], "decade": ["2010s"]},
            "description": "",
        }
        assert "keeper" in recommended(running.bot, WISHES[0])


def test_the_endpoint_says_what_it_refuses(home):
    with started(home) as running:
        endpoint = AddingEndpoint(running.additions)
        for given, words in {
            ("heat", "Crumbs"): "the id 'heat' of 'Crumbs' belongs to",
            ("keeper", ""): "the title '' is empty",
            ("keeper", "Crumbs", 20): "20 is no year",
        }.items():
            with pytest.raises(gr.Error, match=words):
                endpoint.add(*given)
        assert len(running.bot.catalog) == 12
