from dataclasses import replace

import numpy as np
import pytest

from evaluation.mentions import Library
from evaluation.situations import Situation, all_situations
from finetune.recommending import HeadConfig, check, crossed_lessons, held_out, learn, new_head, train_head
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said, talk

CATALOG = tiny_catalog()
LIBRARY = Library(CATALOG, np.eye(12))
ITEMS = np.eye(12, dtype=np.float32)
CONFIG = HeadConfig(dim=4, inner=8, dropout=0.0, passes=12, batch=8, rate=2e-2, knowledge_rate=5e-2, seed=1)
BLIND = replace(CONFIG, knowledge=False)


def states(situations):
    """Give every situation two numbers: whether it is about scares, whether about kids."""
    texts = [" ".join(said.text for said in situation.before) for situation in situations]
    return np.array([[float("scary" in text), float("kids" in text), 1.0, 0.0] for text in texts], dtype=np.float16)


def ranked(pointer, *turns):
    return [CATALOG.items[row].id for row in np.argsort(-pointer.scores(Situation("new", turns, ())), kind="stable")]


def passes(config, taught=None):
    learned, aside = crossed_lessons(LIBRARY, taught or lessons(40), states, config)
    head = new_head(config, ITEMS, learned, ("dialogues", *LIBRARY.affinities))
    return head, aside, list(train_head(config, head, learned, aside))


def test_what_is_named_after_what_was_said_is_learned_from_the_hidden_state_alone():
    pointer = learn(LIBRARY, lessons(40), states, ITEMS, BLIND)
    assert ranked(pointer, said(True, "something scary"))[0] == "shining"
    assert ranked(pointer, said(True, "for the kids"))[0] == "up"


def test_what_goes_with_the_films_named_is_learned_from_the_evidence_alone():
    pointer = learn(LIBRARY, lessons(40), lambda found: np.ones((len(found), 4)), ITEMS, CONFIG)
    assert ranked(pointer, said(True, "hm", "alien"))[0] == "shining"
    assert ranked(pointer, said(True, "hm", "toys"))[0] == "up"


def test_the_loss_falls_and_the_best_weights_are_kept():
    head, aside, found = passes(CONFIG)
    assert found[-1].loss < found[0].loss
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert check(head, aside, 8)[0] == pytest.approx(min(one.held_out for one in found))
    assert not head.training


def test_training_ends_when_it_gets_worse_on_the_dialogues_held_out():
    config = replace(CONFIG, passes=60, patience=2, rate=0.3)
    found = passes(config)[2]
    best = min(found, key=lambda one: one.held_out).number
    assert len(found) == min(best + 2, 60) < 60


def test_a_run_of_the_same_seed_comes_to_the_same():
    assert passes(CONFIG)[2] == passes(CONFIG)[2]


def test_another_seed_comes_to_something_else():
    assert passes(CONFIG)[2] != passes(replace(CONFIG, seed=2))[2]


def test_what_is_held_out_is_neither_learned_from_nor_counted():
    rest, aside = held_out(lessons(40), CONFIG)
    assert len(aside) == 4
    assert not {one.id for one in rest} & {one.id for one in aside}
    strange = talk("strange", ("hi",), ("see", "casablanca"), ("no",), ("see", "amelie"))
    # The first of the dialogues is held out.
    learned, told = crossed_lessons(LIBRARY, [strange, *lessons(39)], states, CONFIG)
    row = CATALOG.position("casablanca")
    assert all(row not in lesson.targets for lesson in learned)
    assert row in told[0].targets
    assert told[0].clues.fame[row] < 0


def test_a_lesson_knows_only_the_films_that_the_catalogue_has():
    learned, aside = crossed_lessons(LIBRARY, lessons(40), states, CONFIG)
    assert len(learned) + len(aside) == len(all_situations(lessons(40)))
    named = {CATALOG.items[row].id for lesson in learned for row in lesson.targets}
    assert named == {"shining", "up"}


def test_dialogues_without_films_are_refused():
    with pytest.raises(ValueError, match="name no film"):
        learn(LIBRARY, [talk(1, ("hi",))] * 12, states, ITEMS, CONFIG)


def test_so_few_dialogues_that_none_is_held_out_can_be_learned_from():
    taught = [talk("x", ("hi",), ("hello",)), *lessons(8)]
    found = passes(CONFIG, taught)[2]
    assert len(found) == CONFIG.passes
    assert np.isnan(found[-1].held_out)
