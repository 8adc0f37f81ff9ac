import json
import random
from pathlib import Path

import pytest

from agent.actions import Ask, Pick, Recommend
from catalog.items import Catalog, Item
from evaluation import wording
from evaluation.leaks import gives_away, leaks
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

TINY = tiny_catalog()
PREMISE = "A lonely programmer learns that the world is a simulation and joins rebels fighting the machines."
ITEMS = {
    title: Item(title, title)
    for title in (
        "The Godfather",
        "Blade Runner",
        "Dr. Strangelove or: How I Learned to Stop Worrying",
        "Star Wars: Episode V – The Empire Strikes Back",
        "Terminator",
        "Terminator 2: Judgment Day",
        "Amélie",
        "Up",
        "About Time",
        "War Horse",
        "Interstellar",
    )
}
ASK = Ask(Question("mood", ("tense", "dark"), 1.0))


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


def said(text, action=ASK, record=Record()):  # noqa: B008
    return Exchange(text, record, action, "reply", 0.0)


def talk(*turns, wanted=("runner",), earlier=()):
    return Dialogue("s", "target", "parley", 0, wanted, turns, earlier=earlier)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("have you got The Godfather?", "The Godfather"),
        ("the one called godfather", "The Godfather"),
        ("the godfathr, I think", "The Godfather"),
        ("BLADE RUNNER please", "Blade Runner"),
        ("it's bladerunner", "Blade Runner"),
        ("a runner who has a blade", "Blade Runner"),
        ("the empire strikes back", "Star Wars: Episode V – The Empire Strikes Back"),
        ("something like star wars", "Star Wars: Episode V – The Empire Strikes Back"),
        ("amelie", "Amélie"),
        ("interstelar!", "Interstellar"),
        ("I want Up", "Up"),
        ("show me About Time", "About Time"),
    ],
)
def test_a_title_is_given_away_in_full_in_part_misspelt_or_told(text, title):
    assert gives_away(text, ITEMS[title])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("something with a father in it", "The Godfather"),
        ("what's up? cheer me up", "Up"),
        ("about time you asked", "About Time"),
        ("a film about running", "Blade Runner"),
        ("rather not", "The Godfather"),
        ("I'd like a war film", "War Horse"),
    ],
)
def test_everyday_words_give_nothing_away(text, title):
    assert not gives_away(text, ITEMS[title])


def test_other_items_may_be_named_though_their_titles_hold_this_one():
    sequel = ITEMS["Terminator 2: Judgment Day"]
    assert gives_away("I've seen Terminator 2: Judgment Day", ITEMS["Terminator"])
    assert not gives_away("I've seen Terminator 2: Judgment Day", ITEMS["Terminator"], [sequel])
    assert gives_away("Terminator", ITEMS["Terminator"], [ITEMS["Terminator"]])


def test_values_that_were_asked_for_do_not_tell_a_title_together():
    assert gives_away("a war with a horse in it", ITEMS["War Horse"])
    assert not gives_away("a war with a horse in it", ITEMS["War Horse"], values=["war", "horse"])
    assert gives_away("War Horse", ITEMS["War Horse"], values=["war", "horse"])


def test_a_premise_gives_the_item_away_when_most_of_it_is_told():
    item = Item("matrix", "The Matrix", description=PREMISE)
    assert gives_away("the programmer who learns the world is simulated and joins the rebels against machines", item)
    assert not gives_away("something with rebels and machines", item)


def test_a_premise_of_few_words_is_not_told_apart_by_them():
    assert not gives_away("crime, mafia", Item("x", "Qzx", description="A crime film about mafia."))


def test_the_turns_before_the_item_was_shown_are_counted():
    dialogue = talk(
        said("Blade Runner!"), said("blade runer then", slate("heat", "runner")), said("Blade Runner it is")
    )
    assert leaks(dialogue, TINY) == 2


def test_a_conversation_that_says_nothing_leaks_nothing():
    record = Record(wishes=frozenset({("title", "alien"), ("theme", "robots")}))
    assert leaks(talk(said("I loved Alien, and robots.", record=record), said("a dark one")), TINY) == 0


def test_a_film_that_was_liked_or_shown_may_be_named():
    near = Catalog("near", (Item("one", "Toy Story"), Item("two", "Toy Story 2"), Item("three", "Heat")))
    liked = Record(wishes=frozenset({("title", "two")}))
    assert leaks(talk(said("I loved Toy Story 2", record=liked), wanted=("one",)), near) == 0
    shown = talk(said("hello", slate("two")), said("not Toy Story 2"), wanted=("one",))
    assert leaks(shown, near) == 0
    assert leaks(talk(said("hello"), said("not Toy Story 2"), wanted=("one",)), near) == 1


def test_a_dislike_may_hold_a_word_of_the_title():
    horse = Catalog("horse", (Item("war", "War Horse"),))
    record = Record(dislikes=(Wish("genre", ("War",)),), wishes=frozenset({("theme", "horse")}))
    assert leaks(talk(said("no war, but a horse", record=record), wanted=("war",)), horse) == 0


def test_those_who_would_take_several_things_have_no_title_to_give_away():
    assert leaks(talk(said("Blade Runner"), wanted=("alien", "runner")), TINY) == 0


def test_what_was_taken_in_an_earlier_session_was_hidden_too():
    turns = (
        said("The Godfather?"),
        said("well", slate("godfather")),
        said("start over"),
        said("The Godfather was fun"),
    )
    assert leaks(talk(*turns, earlier=("godfather",)), TINY) == 1


def test_an_item_that_no_catalogue_holds_is_no_title():
    assert leaks(talk(said("Blade Runner"), wanted=("gone",)), TINY) == 0


def test_no_phrasing_gives_a_well_known_film_away(film_graph):
    famous = sorted(film_graph.catalog, key=lambda item: -item.popularity)[:300]
    acts = [
        act
        for act, phrasings in wording._WORDS.items()
        if isinstance(phrasings, list) and "{" not in "".join(phrasings)
    ]
    rng = random.Random(0)
    said = [wording.phrase(rng, act) for act in acts if act not in ("adjective", "proper", "positions")]
    assert len(said) > 10
    assert [(text, item.title) for text in said for item in famous if gives_away(text, item)] == []


def test_written_requests_give_next_to_nothing_away(film_graph):
    queries = Path(wording.__file__).parent / "data" / "queries.jsonl"
    found = []
    for line in queries.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        others = [film_graph.catalog[item_id] for item_id in row["exclude"]]
        wanted = [film_graph.catalog[item_id] for item_id in row["relevant"]]
        found += [(row["query"], item.title) for item in wanted if gives_away(row["query"], item, others)]
    assert len(found) <= 3, found
