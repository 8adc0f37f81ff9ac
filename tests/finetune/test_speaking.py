"""What the model learns to say: every reply says what its notes say, and nothing else."""

import json
import random
from pathlib import Path

import pytest

import agent
from agent.actions import Pick
from agent.briefs import Brief, Job, Phrase, confirm_brief
from agent.reasons import pick_brief, second_brief
from agent.smalltalk import exchanges
from agent.ties import NO_TIES
from agent.vouch import faithful
from finetune.speaking import Spoken, openings, phrasings, small_talk, voice, worded
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


def test_the_chat_begins_replies_as_the_phrasings_do():
    kept = json.loads((Path(agent.__file__).parent / "data" / "openings.json").read_text(encoding="utf-8"))
    assert kept == openings()
    assert not [text for texts in kept.values() for text in texts if "\ue000" in text or " " not in text]


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


def test_nearly_all_written_small_talk_passes_and_no_answer_is_given_twice():
    assert len(small_talk()) > 0.9 * len(exchanges()) > 500
    replies = [one.reply.lower() for one in exchanges()]
    assert len(replies) == len(set(replies))


def test_an_animal_is_mentioned_to_who_has_one():
    assert "hamster" in voice()["echoed"]
    reply = "Hello to you and the hamster. What are you in the mood for?"
    assert faithful(reply, Brief(Job.TALK, heard="(greet) evening from me and my hamster"))
    assert not faithful(reply, Brief(Job.TALK, heard="(greet) evening"))
