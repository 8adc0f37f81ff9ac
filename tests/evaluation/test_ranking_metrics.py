import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.ranking_metrics import hit, ndcg, recall, reciprocal_rank

LETTERS = "abcdefghijklmno"
METRICS = (ndcg, recall, hit, reciprocal_rank)


@st.composite
def judged(draw):
    """Draw a ranking of fifteen items and the gains of some of them."""
    ranked = draw(st.permutations(LETTERS))
    relevant = draw(st.sets(st.sampled_from(LETTERS), min_size=1))
    return ranked, {item_id: draw(st.integers(1, 2)) for item_id in sorted(relevant)}


@pytest.mark.parametrize(
    ("ranked", "gains", "value"),
    [
        ("abc", {"a": 1}, 1.0),
        ("abc", {"b": 1}, 1 / math.log2(3)),
        ("abc", {"c": 1}, 0.5),
        ("abc", {"a": 1, "b": 2}, (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))),
        ("abc", {"a": 2, "c": 1}, 2.5 / (2 + 1 / math.log2(3))),
        (LETTERS, {"k": 2}, 0.0),
        ("abc", {"z": 1}, 0.0),
    ],
)
def test_ndcg_of_rankings_worked_out_by_hand(ranked, gains, value):
    assert ndcg(ranked, gains) == pytest.approx(value)


def test_the_ideal_holds_no_more_than_the_first_ten():
    assert ndcg(LETTERS, dict.fromkeys(LETTERS, 1)) == pytest.approx(1.0)


def test_recall_is_the_share_found_among_the_first_ten():
    assert recall(LETTERS, "akz") == pytest.approx(1 / 3)
    assert recall("ab", "ab") == 1.0


def test_of_more_than_ten_relevant_ten_make_full_recall():
    assert recall(LETTERS, LETTERS) == 1.0
    assert recall(LETTERS, LETTERS[1:]) == 0.9


def test_one_relevant_item_among_the_first_ten_is_a_hit():
    assert hit(LETTERS, {"j", "o"}) == 1.0
    assert hit(LETTERS, {"k", "o"}) == 0.0


def test_the_reciprocal_rank_is_that_of_the_first_relevant_item():
    assert reciprocal_rank("abc", "a") == 1.0
    assert reciprocal_rank("abc", "cb") == 0.5
    assert reciprocal_rank(LETTERS, "jk") == 0.1
    assert reciprocal_rank(LETTERS, "k") == 0.0


@pytest.mark.parametrize("metric", METRICS)
@given(judged())
def test_a_metric_lies_between_nothing_and_one(metric, found):
    assert 0.0 <= metric(*found) <= 1.0 + 1e-12


@pytest.mark.parametrize("metric", METRICS)
@given(judged())
def test_a_perfect_ranking_is_one_and_the_best_there_is(metric, found):
    ranked, gains = found
    perfect = sorted(ranked, key=lambda item_id: -gains.get(item_id, 0))
    assert metric(perfect, gains) == pytest.approx(1.0)


@pytest.mark.parametrize("metric", METRICS)
@given(judged(), st.integers(0, 13))
def test_putting_a_better_item_before_a_worse_one_never_costs(metric, found, place):
    ranked, gains = found
    pair = sorted(ranked[place : place + 2], key=lambda item_id: -gains.get(item_id, 0))
    assert metric([*ranked[:place], *pair, *ranked[place + 2 :]], gains) >= metric(ranked, gains) - 1e-12


@pytest.mark.parametrize("metric", METRICS)
@given(judged(), st.randoms())
def test_what_comes_after_the_tenth_does_not_matter(metric, found, rng):
    ranked, gains = found
    tail = ranked[10:]
    rng.shuffle(tail)
    assert metric([*ranked[:10], *tail], gains) == metric(ranked, gains)


@given(judged())
def test_the_metrics_agree_on_whether_anything_was_found(found):
    assert (ndcg(*found) > 0) == (recall(*found) > 0) == (hit(*found) == 1.0) == (reciprocal_rank(*found) > 0)
