from dataclasses import replace

import numpy as np
import pytest

from catalog.items import Item
from evaluation import personal
from evaluation.histories import Histories, Pair
from graph.attributes import AttributeGraph
from tests.evaluation.tastes import GENRES, PEOPLE, three_tastes


@pytest.fixture
def histories():
    return three_tastes()


def test_the_prior_puts_what_someone_likes_above_the_rest(histories):
    logits = personal.person_logits(histories, "valid", 0)
    assert logits.shape == (PEOPLE, len(histories.catalog))
    assert logits.dtype == np.float32
    genre = np.array([item.facets["genre"][0] for item in histories.catalog])
    for number in range(PEOPLE):
        own = genre == GENRES[number % 3]
        assert logits[number][own].mean() > logits[number][~own].mean()


def test_what_is_held_out_of_a_person_does_not_bear_on_their_own_prior(histories):
    before = personal.person_logits(histories, "valid", 0)
    for number in (0, 1):
        pairs = list(histories.pairs("valid"))
        pairs[number] = Pair(pairs[number].user, next(iter(histories.catalog)).id)
        after = personal.person_logits(replace(histories, held_out={"valid": tuple(pairs)}), "valid", 0)
        assert after[number] == pytest.approx(before[number], abs=1e-6)


def test_the_halves_learn_from_each_other_and_the_test_from_everyone_in_valid():
    (teachers, users), (others, rest) = personal.folds(10, "valid", 0)
    assert not (teachers & users).any()
    assert (users ^ rest).all() and (teachers == rest).all() and (others == users).all()
    ((everyone, used),) = personal.folds(10, "test", 0)
    assert everyone.all() and used.all()


def test_the_test_split_teaches_nothing(histories):
    swapped = dict(histories.held_out, test=histories.held_out["test"][::-1])
    first = personal.person_logits(histories, "test", 0)
    assert (first == personal.person_logits(replace(histories, held_out=swapped), "test", 0)).all()


def test_nothing_to_learn_from_is_an_error(histories):
    with pytest.raises(ValueError, match="valid"):
        personal.person_logits(replace(histories, held_out={"valid": ()}), "valid", 0)


def test_what_is_on_offer_has_the_attribute_and_is_new_to_the_person(histories):
    graph = AttributeGraph(histories.catalog)
    drawn = personal.draws(histories, graph, "valid", 0)
    assert len(drawn) == PEOPLE
    for draw in drawn:
        items = personal.offered(histories, graph, draw)
        assert draw.target in items
        assert graph.incidence[items, draw.value].toarray().all()
        assert not histories.known[draw.person].toarray()[0, items].any()


def test_a_target_without_attributes_or_known_before_is_left_out(histories):
    bare = Item("bare", "Bare")
    known = histories.catalog.ratings["item"].iloc[0]
    held = {"valid": (Pair("user00", "bare"), Pair("user00", known))}
    world = Histories(replace(histories.catalog, items=(*histories.catalog, bare)), held)
    assert personal.draws(world, AttributeGraph(world.catalog), "valid", 0) == ()
