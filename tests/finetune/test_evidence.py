import numpy as np
import pytest

from evaluation.mentions import Library
from evaluation.situations import Situation
from finetune.evidence import AGAIN, Evidence, crossed
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said, talk

CATALOG = tiny_catalog()
LIBRARY = Library(CATALOG, np.eye(12))
ALIEN, SHINING = CATALOG.position("alien"), CATALOG.position("shining")


def clues(*turns, evidence=None):
    return (evidence or Evidence.learn(LIBRARY, lessons())).of(Situation("new", turns, ()))


def near(kind, *turns):
    evidence = Evidence.learn(LIBRARY, lessons())
    return clues(*turns, evidence=evidence).near[evidence.kinds.index(kind)]


def test_fame_is_counted_in_dialogues():
    fame = clues().fame
    assert fame[SHINING] > fame[CATALOG.position("godfather")]
    assert np.isfinite(fame).all()


def test_what_was_named_together_goes_together():
    assert near("dialogues", said(True, "", "alien")).argmax() == SHINING


def test_what_the_same_people_like_goes_together():
    assert near("people", said(True, "", "godfather")).argmax() == CATALOG.position("heat")


def test_what_shares_a_director_goes_together():
    assert near("director", said(True, "", "alien")).argmax() == CATALOG.position("runner")


def test_an_item_that_was_named_has_no_company_but_what_is_known_of_naming_it_again():
    found = clues(said(True, "", "alien"), said(False, "", "heat", "alien"), said(True, "no"))
    assert not found.near[:, found.met].any()
    rows = zip(found.met, found.again, strict=True)
    known = {row: dict(zip(AGAIN, map(float, values), strict=True)) for row, values in rows}
    assert set(known) == {ALIEN, CATALOG.position("heat")}
    assert (known[ALIEN]["by both"], known[ALIEN]["just offered"]) == (1.0, 1.0)
    heat = known[CATALOG.position("heat")]
    assert (heat["by both"], heat["by seeker alone"], heat["again"]) == (0.0, 0.0, 1.0)
    assert heat["among many"] == pytest.approx(np.log(2))
    assert heat["fame"] == pytest.approx(found.fame[CATALOG.position("heat")])


def test_a_beginning_without_films_has_no_clues_but_fame():
    found = clues(said(True, "hi"))
    assert not found.near.any()
    assert found.met.shape == (0,)
    assert found.again.shape == (0, len(AGAIN))


def test_a_dialogue_is_not_counted_in_its_own_evidence():
    strange = talk("strange", ("like", "casablanca"), ("try", "amelie"))
    parts = crossed(LIBRARY, [*lessons(11), strange], 4)
    assert [(len(aside), len(evidence.baskets)) for evidence, aside in parts] == [(3, 9)] * 4
    row = CATALOG.position("casablanca")
    for evidence, aside in parts:
        assert any(row in basket for basket in evidence.baskets) == (strange not in aside)


def test_what_was_counted_can_be_given_again():
    evidence = Evidence.learn(LIBRARY, lessons())
    again = Evidence(LIBRARY, evidence.baskets)
    turn = said(True, "", "alien")
    np.testing.assert_array_equal(clues(turn, evidence=again).near, clues(turn, evidence=evidence).near)
