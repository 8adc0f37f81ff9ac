from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from evaluation import sasrec
from evaluation.sasrec import Items, SASRec, SASRecConfig, Source, fit, read_vectors, sources

SMALL = SASRecConfig(width=16, dropout=0.0, history=6, rate=1e-2, batch=16, epochs=25, patience=25)
ITEMS = 8


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def following(pairs=4, people=40, seed=0):
    """Sequences of pairs in a random order: item 1 always follows 0, 3 follows 2, and so on."""
    rng = np.random.default_rng(seed)
    return [np.repeat(2 * rng.permutation(pairs), 2) + np.tile([0, 1], pairs) for _ in range(people)]


def no_judge(score):
    return 0.0


def trained(source, config=SMALL, seed=0, judge=no_judge):
    return fit(source, following(), judge, config, seed)


def share_right(score):
    """How often what follows for certain is first."""
    histories = [sequence[:end] for sequence in following(seed=1) for end in (1, 3, 5)]
    return float(
        np.mean([row.argmax() == history[-1] + 1 for row, history in zip(score(histories), histories, strict=True)])
    )


@pytest.mark.parametrize(
    ("source", "config"),
    [
        (Source(ITEMS), SMALL),
        (Source(ITEMS, np.eye(ITEMS), ids=False), SMALL),
        (Source(ITEMS, np.eye(ITEMS), ids=False), replace(SMALL, adapter=16, whiten=True)),
        (Source(ITEMS, np.ones((ITEMS, 1))), SMALL),
        (Source(ITEMS), replace(SMALL, sample=1)),
    ],
    ids=["ids", "vectors", "whitened vectors through a hidden layer", "both, of which ids tell", "few of the rest"],
)
def test_what_always_follows_is_learned(source, config):
    assert share_right(trained(source, config, judge=share_right).score) > 0.95


def test_vectors_that_say_nothing_teach_nothing():
    assert share_right(trained(Source(ITEMS, np.ones((ITEMS, 1)), ids=False), judge=share_right).score) < 0.5


def test_an_item_that_training_never_met_is_known_by_its_vector_alone():
    vectors = np.repeat(np.eye(5), 2, axis=0)[:ITEMS]
    twins = [np.array([0, 2, 4, 6]), np.array([4, 6, 0, 2])] * 20
    network = fit(Source(ITEMS, vectors, ids=False), twins, no_judge, SMALL, 0)
    scores = network.score([np.array([0])])[0]
    assert scores[3] < scores[2] and scores[3] > scores[[1, 5, 7]].max()
    assert np.argmax(network.score([np.array([0])], 20.0)[0]) in (2, 3)
    assert np.ptp(fit(Source(ITEMS), twins, no_judge, SMALL, 0).score([np.array([0])])[0][1::2]) == 0.0


def test_the_same_seed_gives_the_same_losses_and_another_others():
    first, again, other = (trained(Source(ITEMS), seed=seed) for seed in (0, 0, 1))
    assert first.losses == again.losses != other.losses
    history = [np.array([2, 3, 0])]
    assert np.array_equal(first.score(history), again.score(history))


def test_training_leaves_the_random_numbers_of_others_alone():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    trained(Source(ITEMS), replace(SMALL, epochs=1))
    assert torch.equal(torch.rand(1), expected)


def test_the_loss_falls_and_the_network_is_that_of_the_best_epoch():
    asked = []

    def third_is_best(score):
        asked.append(score([np.array([0])]).copy())
        return -abs(len(asked) - 3.0)

    found = trained(Source(ITEMS), replace(SMALL, patience=2), judge=third_is_best)
    assert found.qualities == (-2.0, -1.0, 0.0, -1.0, -2.0) and len(found.losses) == 5
    assert found.losses[-1] < found.losses[0]
    assert np.array_equal(found.score([np.array([0])]), asked[2])


def test_what_comes_later_changes_nothing_before():
    torch.manual_seed(0)
    network = SASRec(Source(ITEMS), np.ones(ITEMS), SMALL).eval()
    table = network.items(torch.arange(ITEMS))
    first, other = (network(table, torch.tensor([[1, 2, 3, last, 5]])) for last in (4, 7))
    assert torch.allclose(first[:, :3], other[:, :3], atol=1e-6)
    assert not torch.allclose(first[:, 3:], other[:, 3:], atol=1e-3)


def test_histories_of_any_length_are_scored_as_if_alone_and_only_their_end_counts():
    score = trained(Source(ITEMS)).score
    histories = [np.array([0, 1, 4]), np.array([], dtype=int), np.array([6]), np.arange(8)]
    together = score(histories)
    assert together.shape == (4, ITEMS) and np.isfinite(together).all()
    for row, history in zip(together[[0, 2]], (histories[0], histories[2]), strict=True):
        assert np.allclose(row, score([history])[0], atol=1e-5)
    assert np.allclose(together[3], score([np.arange(2, 8)])[0], atol=1e-5)


def test_the_estimated_softmax_is_the_full_one_when_all_items_are_sampled_and_near_it_otherwise():
    torch.manual_seed(0)
    network = SASRec(Source(400), np.arange(400) + 1, SMALL).eval()
    windows = [np.array([3, 5, 7]), np.array([9, 3])]
    full = sasrec._loss(network, windows, 400).item()
    table = network.items(torch.arange(400))
    logits = network.logits(table, network(table, torch.tensor([[3, 5], [9, 0]])), torch.arange(400))
    expected = -logits.log_softmax(-1)[[0, 0, 1], [0, 1, 0], [5, 7, 3]].mean()
    assert full == pytest.approx(expected.item(), abs=1e-4)
    sampled = [sasrec._loss(network, windows, 60).item() for _ in range(40)]
    assert np.mean(sampled) == pytest.approx(full, abs=0.1) and np.std(sampled) > 0


def test_vectors_are_read_for_each_file_and_must_fit_the_catalogue(tmp_path):
    path = tmp_path / "some.safetensors"
    save_file({"keys": np.arange(3), "vectors": np.eye(3, dtype=np.float16)}, path)
    assert np.array_equal(read_vectors(path, 3), np.eye(3))
    known = sources(3, {"some": path})
    assert [(source.vectors is not None, source.ids, source.start) for source in known.values()] == [
        (False, True, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    with pytest.raises(ValueError, match="there are 4 items"):
        read_vectors(path, 4)
    with pytest.raises(ValueError, match="no vectors"):
        read_vectors(tmp_path / "none.safetensors", 3)


def test_embeddings_can_begin_where_the_vectors_are_strongest():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 6)) * [9, 5, 3, 0.1, 0.1, 0.1]
    config = SASRecConfig(width=3, heads=1)
    items = Items(Source(40, vectors.astype(np.float32), start=True), np.ones(40), config)
    found = items(torch.arange(40)).detach().numpy()
    assert found.std(axis=0) == pytest.approx([0.02] * 3, rel=1e-3)
    for column in range(3):
        assert abs(np.corrcoef(found[:, column], vectors[:, column])[0, 1]) > 0.9
