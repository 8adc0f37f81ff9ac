import numpy as np
import pytest

from evaluation import rivals
from tests.evaluation.tastes import three_tastes


@pytest.fixture
def histories():
    return three_tastes()


def test_ease_finds_what_goes_with_what_and_an_item_does_not_vote_for_itself(histories):
    columns, weights = rivals._ease(histories.liked)
    assert len(columns) == weights.shape[0] and not np.diag(weights).any()
    genre = [list(histories.catalog)[column].facets["genre"] for column in columns]
    same = np.array([[one == other for other in genre] for one in genre])
    assert weights[same].sum() > weights[~same].sum()


def test_only_the_last_likes_count_where_so_asked(histories):
    ids = [item.id for item in histories.catalog]
    everything, last = rivals._recent(histories, None), rivals._recent(histories, 1)
    own = histories.catalog.ratings[histories.catalog.ratings["user"] == "user00"]["item"].tolist()
    assert [ids[place] for place in everything[0]] == own
    assert [ids[place] for place in last[0]] == own[-1:]
