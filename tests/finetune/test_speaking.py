"""What the model learns to say: every reply says what its notes say, and nothing else."""

import json
import random
from pathlib import Path

import pytest

import agent
from agent.actions import Pick
from agent.briefs import Brief, Job, Phrase, confirm_brief
from agent.reasons import pick_brief, second_brief
from agent.ties import NO_TIES
from agent.vouch import faithful
from catalog.items import Catalog, Item
from finetune.speaking import DIALOGUES, Spoken, dialogues, phrasings, voice, worded, written
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
KINDS = (
    Brief(Job.ASK, (Phrase("mood", "witty or tense"),)),
    Brief(Job.ASK, (Phrase("yes or no", "about a heist"),)),
    Brief(Job.ASK, (Phrase("minutes", "95"),)),
    Brief(Job.ASK, (Phrase("year", "1990"),)),
    Brief(Job.ASK, (Phrase("closer to", "{1}"), Phrase("or to", "{2}")), ("heat", "up")),
    Brief(Job.RECOMMEND, (Phrase("asked", "a heist"), Phrase("is", "a tense film")), ("heat",)),
    Brief(
        Job.RECOMMEND,
        (Phrase("liked", "{2}"), Phrase("shared", "revenge"), Phrase("is", "a tense film")),
        ("up", "heat"),
    ),
    Brief(Job.CRITIQUE, (Phrase("now", "no horror film"), Phrase("is", "a tense film")), ("heat",)),
    second_brief(Pick("heat", 0.1), CATALOG),
    Brief(Job.WHY, (Phrase("because", "you asked for a heist, and it has that"),), ("heat",)),
    Brief(Job.WHY_QUESTION, (Phrase("films left", "1,234"), Phrase("they differ in", "the mood"))),
    confirm_brief(CATALOG["heat"]),
    confirm_brief(CATALOG["casablanca"]),
    Brief(Job.UNKNOWN, (Phrase("not in the catalogue", "{1}"),), ("",)),
    Brief(Job.RELAX, (Phrase("ruled out", "dark"), Phrase("would bring back", "412"))),
    Brief(Job.CLOSEST, (Phrase("missing", "witty"),)),
    Brief(Job.TASTE, (Phrase("likes", "{1}"), Phrase("dislikes", "a heist")), ("heat",)),
    Brief(Job.TASTE, (Phrase("likes", "something tense"),)),
)


@pytest.mark.parametrize("brief", KINDS, ids=lambda brief: brief.notes)
def test_every_kind_of_brief_is_worded_in_many_ways_that_are_faithful(brief):
    rng = random.Random(0)
    said = {worded(brief, rng) for _ in range(60)} - {None}
    assert len(said) > 8
    assert all(faithful(text, brief) for text in said)


def test_the_chat_allows_the_words_of_the_phrasings_and_no_others():
    kept = json.loads((Path(agent.__file__).parent / "data" / "voice.json").read_text(encoding="utf-8"))
    assert kept == voice()


def test_a_phrasing_that_states_something_of_any_item_is_not_used():
    assert not [text for text in phrasings("recommend_liked") if "short walk" in text]
    assert not [text for text in phrasings("recommend_plain") if "two hours" in text]
    assert [text for text in phrasings("ask_range_minutes") if "longer" in text]


def test_a_story_is_told_at_the_end():
    brief = pick_brief(Pick("heat", 0.1), NO_TIES, CATALOG)
    assert brief is not None
    said = {worded(brief, random.Random(seed)) for seed in range(20)} - {None}
    assert said
    assert all(text.rstrip(".?").endswith("in which a crime film about heist") for text in said)


def test_a_brief_without_a_phrasing_is_not_worded():
    assert worded(Brief(Job.ASK, (Phrase("price", "cheap or dear"),)), random.Random(0)) is None


def test_an_example_is_the_prompt_of_the_chat_and_the_reply():
    spoken = Spoken(confirm_brief(CATALOG["heat"]), "{1} it is.")
    assert [message.role for message in spoken.example.messages] == ["system", "user"]
    assert spoken.example.messages[1].items == ("heat",)
    assert spoken.example.reply == "{1} it is."


def write(folder, letter, *turns):
    line = json.dumps({"id": f"{letter}-1", "persona": "someone", "turns": list(turns)})
    (folder / f"dialogues_{letter}.jsonl").write_text(f"{line}\n")


def parley(act, text, *facts, items=("heat",)):
    told = [{"item": items[0], "facet": facet, "value": value} for facet, value in facts]
    return {"role": "parley", "act": act, "text": text, "items": list(items), "facts": told}


def user(text, intent):
    return {"role": "user", "text": text, "acts": {"intent": intent}}


def test_a_written_reply_is_kept_if_its_facts_say_all_of_it(tmp_path):
    asked = {"role": "parley", "act": "ask", "facet": "mood", "options": ["silly", "tense"], "items": []}
    asked["text"] = "What should it feel like: silly or tense?"
    write(
        tmp_path,
        "A",
        user("hi", "greet"),
        parley("smalltalk", "Hello. What are we watching?", items=()),
        asked,
        parley("confirm", "{1}, 170 minutes.", ("runtime", "170")),
        parley("confirm", "{1}, with Elvis on the piano."),
        parley("confirm", "{1}, 99 minutes.", ("runtime", "170")),
    )
    found, read = written(CATALOG, "train", tmp_path)
    assert read == {"smalltalk": 1, "ask": 1, "confirm": 3}
    assert [(spoken.brief.job, spoken.reply) for spoken in found] == [
        (Job.TALK, "Hello. What are we watching?"),
        (Job.ASK, "What should it feel like: silly or tense?"),
        (Job.CONFIRM, "{1}, 170 minutes."),
    ]
    assert found[0].brief.notes == "said: (greet) hi"


def test_a_reply_about_two_items_is_taken_apart(tmp_path):
    two = parley("recommend", "Try {1}: tense. Have a look at {2}.", ("mood", "tense"), items=("heat", "up"))
    write(tmp_path, "A", two)
    found, _ = written(CATALOG, "train", tmp_path)
    assert [(spoken.brief.items, spoken.reply) for spoken in found] == [(("heat",), "Try {1}: tense.")]


def test_dialogues_of_one_letter_are_kept_for_validation(tmp_path):
    write(tmp_path, "F", parley("confirm", "{1}."))
    write(tmp_path, "G", parley("confirm", "{1}."))
    assert [one["id"] for one in dialogues("train", tmp_path)] == ["F-1"]
    assert [one["id"] for one in dialogues("valid", tmp_path)] == ["G-1"]


@pytest.mark.parametrize("split", ["train", "valid"])
def test_whatever_is_kept_of_the_dialogues_that_ship_is_faithful(split):
    ids = {item for one in dialogues(split) for turn in one["turns"] for item in turn.get("items", [])}
    found, read = written(Catalog("films", tuple(Item(each, each) for each in ids), "film"), split, DIALOGUES)
    assert read["recommend"] > 50
    assert found
    assert all(faithful(spoken.reply, spoken.brief) for spoken in found)


def test_small_talk_phrasings_are_faithful_whatever_was_heard():
    for key, kind in (("greet", "greet"), ("goodbye", "goodbye"), ("offtopic", "offtopic"), ("injection", "offtopic")):
        brief = Brief(Job.TALK, heard=f"({kind}) anything")
        assert [text for text in phrasings(key) if not faithful(text, brief)] == []
