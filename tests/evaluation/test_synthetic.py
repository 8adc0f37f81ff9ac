from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import synthetic

CATALOG = synthetic.catalogue(300)


def test_a_catalogue_has_the_size_that_was_asked_for_and_is_the_same_each_time():
    assert len(CATALOG) == 300
    assert CATALOG.digest == synthetic.catalogue(300).digest != synthetic.catalogue(300, seed=1).digest


def test_items_differ_in_values_and_numbers():
    item = CATALOG.items[0]
    assert set(item.facets) == {"genre", "mood", "country", "theme", "person"}
    assert all(len(values) == len(set(values)) for values in item.facets.values())
    assert 1930 <= item.year < 2025
    assert 60 <= item.numbers["length"] < 200


def test_few_values_are_common_and_most_are_rare():
    counts = sorted(Counter(value for item in CATALOG for value in item.facets["theme"]).values(), reverse=True)
    assert counts[0] > 20
    assert np.median(counts) <= 3


@pytest.mark.parametrize("size", [1, 5])
def test_small_catalogues_can_be_made(size):
    assert len(synthetic.catalogue(size)) == size


@given(st.integers(0, 10**6))
def test_what_is_said_is_true_of_an_item(seed):
    evidence = synthetic.said(CATALOG, np.random.default_rng(seed))
    assert 1 <= len(evidence.wanted) <= 3
    assert any(all(wish.holds_for(item) for wish in evidence.wanted) for item in CATALOG)
    assert set(evidence.rejected) == evidence.excluded
