import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import priors
from graph.person import FEATURES
from tests.evaluation.tastes import GENRES


@pytest.fixture
def folder(tmp_path):
    """A benchmark of nine items in three kinds; six people each know two of a kind and turn out to like the third."""
    attributes = [{"attribute": kind, "name": name} for kind, name in enumerate((*GENRES, "music"))]
    items = [{"item": item, "name": f"item {item}", "attributes": [item % 3, 3]} for item in range(9)]
    train = [{"user": user, "items": [user % 3, user % 3 + 3]} for user in range(6)]
    valid = [{"user": user, "items": [user % 3 + 6]} for user in range(6)]
    for name, rows in (("attributes", attributes), ("items", items), ("train", train), ("valid", valid)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_a_target_at_the_top_is_a_full_hit_and_even_odds_are_one_bit():
    offers = [np.array([0, 1])]
    first = priors.measure(np.array([2.0, 2.0, 9.0]), np.array([2]), np.array([0]), offers)
    assert first == pytest.approx([1.0, 1.0, 1.0, 1.0])
    second = priors.measure(np.array([1.0, 2.0, 9.0]), np.array([2]), np.array([0]), offers)
    assert second[2] == pytest.approx(1 / np.log2(3))
    assert second[3] > 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-5, 5), min_size=3, max_size=30), st.data())
def test_metrics_keep_to_their_range(values, data):
    logits = np.array(values)
    known, *targets = data.draw(st.permutations(range(len(values))))[:3]
    everything = np.setdiff1d(np.arange(len(values)), [known])
    recall, far, ndcg, bits = priors.measure(logits, np.array([known]), np.array(targets), [everything] * len(targets))
    assert 0 <= recall <= far <= 1
    assert 0 <= ndcg <= 1 + 1e-9
    assert bits >= 0


def test_the_command_prints_a_row_for_each_prior_and_writes_the_weights(folder, capsys):
    out = folder / "out" / "priors.json"
    priors.main(["--data", str(folder), "--out", str(out), "--home", str(folder)])
    printed = capsys.readouterr().out
    assert all(f"| {prior} |" in printed for prior in priors.PRIORS)
    written = json.loads(out.read_text(encoding="utf-8"))
    assert set(written["table"]["popularity"]) == set(priors.METRICS)
    assert len(written["weights"]["learned blend"]) == len(FEATURES)


def test_data_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(SystemExit, match="nowhere"):
        priors.main(["--data", "nowhere", "--home", str(tmp_path)])
