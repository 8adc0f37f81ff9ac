import itertools

import pytest

from agent.actions import Pick, Recommend
from agent.acts import Likes
from agent.briefs import Job
from agent.vouch import faithful
from evaluation.claims import Checker
from evaluation.people import Record
from evaluation.personas import World
from evaluation.transcripts import Exchange
from finetune.selfplay import decisions, played, speaking_examples
from finetune.speaking import small_talk
from tests.catalogs import tiny_catalog

N = 80
ITEM_JOBS = (Job.RECOMMEND, Job.SECOND, Job.CRITIQUE, Job.CONFIRM)


@pytest.fixture(scope="module")
def world():
    return World(tiny_catalog())


@pytest.fixture(scope="module")
def found(world):
    return played(world, "train", N, 0)


def test_decisions_come_in_the_order_of_conversations(world):
    states = list(itertools.islice(decisions(world, 0), 30))
    assert all(state.turns[-1].action is not None for state in states)
    assert {len(state.turns) for state in states} >= {1, 2, 3}
    assert any(isinstance(act, Likes) for state in states for act in state.turns[0].acts)


def test_every_reply_of_self_play_says_what_its_notes_say(found):
    assert len(found) > N / 2
    assert [
        spoken.reply
        for spoken in found
        if spoken.brief.job is not Job.TALK and not faithful(spoken.reply, spoken.brief)
    ] == []
    assert [
        spoken.reply for spoken in found if spoken.brief.job is Job.TALK and not faithful(spoken.reply, spoken.brief)
    ] == []


def test_no_title_is_spelled(found, world):
    titles = [item.title for item in world.catalog if " " in item.title]
    assert [spoken.reply for spoken in found if any(title in spoken.reply for title in titles)] == []


def test_what_is_said_of_items_is_true_by_the_catalogue(found, world):
    checker = Checker(world.graph)
    claims = []
    for spoken in found:
        if spoken.brief.job in ITEM_JOBS:
            titles = [world.catalog[item_id].title for item_id in spoken.brief.items]
            text = spoken.reply.replace("{1}", titles[0]).replace("{2}", titles[-1])
            liked = frozenset(("title", item_id) for item_id in spoken.brief.items[1:])
            action = Recommend((Pick(spoken.brief.items[0], 0.0),))
            claims += checker.claims(Exchange("", Record(wishes=liked), action, text, 0.0))
    of_items = [claim for claim in claims if claim.manner is None]
    assert len(of_items) > 20
    assert [(claim.value, claim.text) for claim in of_items if not claim.true] == []


def test_small_talk_that_is_kept_for_validation_is_not_learnt_from(world):
    said = {split: {spoken.reply for spoken in played(world, split, 300, 0)} for split in ("train", "valid")}
    talk = {spoken.reply for spoken in small_talk()}
    assert said["train"] & talk
    assert said["valid"] & talk
    assert not said["train"] & said["valid"] & talk


def test_self_play_has_most_kinds_of_replies(found):
    assert {spoken.brief.job for spoken in found} >= {
        Job.ASK,
        Job.RECOMMEND,
        Job.SECOND,
        Job.CONFIRM,
        Job.TALK,
        Job.TASTE,
    }


def test_equal_seeds_give_equal_examples_and_splits_differ(world):
    train = played(world, "train", 20, 0)
    assert train == played(world, "train", 20, 0)
    assert set(train) != set(played(world, "valid", 20, 0))


def test_examples_end_with_the_notes(world):
    examples = speaking_examples(world, "valid", 20)
    assert examples
    assert all(example.messages[-1].role == "user" and example.reply for example in examples)
