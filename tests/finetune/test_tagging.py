import numpy as np
import pytest

from finetune.tagging import Tagger, learn

LABELS = (("mood", "sad"), ("mood", "happy"), ("theme", "sea"))
VALUES = np.eye(3, 4, dtype=np.float32)
"""Each value's vector is an axis; the fourth axis is like none of them."""


def test_untaught_what_is_like_a_value_implies_it():
    tagger = learn(LABELS, VALUES, np.zeros((0, 4), dtype=np.float32), [], seed=0)
    assert tagger.nearest(VALUES[2], 1) == (("theme", "sea"),)


def test_what_people_mean_is_learned_where_it_is_like_nothing():
    told = np.tile(np.eye(4, dtype=np.float32)[3], (8, 1))
    tagger = learn(LABELS, VALUES, told, [{0}] * 8, seed=0)
    assert tagger.nearest(told[0], 1) == (("mood", "sad"),)


def test_the_same_seed_learns_the_same():
    told = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    first, second = (learn(LABELS, VALUES, told, [{0}, {1}, {2}] * 2, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.weights, second.weights)


def test_a_tagger_comes_back_from_its_files(tmp_path):
    tagger = learn(LABELS, VALUES, VALUES, [{0}, {1}, {2}], seed=0)
    tagger.save(tmp_path / "tagger")
    back = Tagger.load(tmp_path / "tagger")
    assert back.labels == LABELS
    np.testing.assert_allclose(back.weights, tagger.weights, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_it_names_as_many_as_it_is_asked_for_the_likeliest_first(count):
    tagger = learn(LABELS, VALUES, np.zeros((0, 4), dtype=np.float32), [], seed=0)
    vector = np.array([0.1, 0.9, 0.5, 0.0], dtype=np.float32)
    assert tagger.nearest(vector, count) == (LABELS[1], LABELS[2], LABELS[0])[:count]
