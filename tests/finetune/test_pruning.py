import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from agent.language import Message
from finetune.dialogue import DialogueModel
from finetune.examples import Example
from finetune.pruning import PruneConfig, efforts, influences, pruned, stratified
from finetune.weave import Weaver
from tests.tiny_model import byte_tokenizer, tiny_llama

EXAMPLES = [Example((Message("user", f"say {word}"),), f"{word}.") for word in ("one", "two", "three", "four")]


def model():
    return DialogueModel(tiny_llama(), byte_tokenizer(), Weaver(byte_tokenizer(), {}, 2))


def test_influence_is_what_weighing_an_example_more_does_to_the_loss_on_the_validation_set():
    rng = np.random.default_rng(0)
    asked, said, valid_asked, valid_said = (rng.normal(size=(size, 3)) for size in (12, 12, 5, 5))

    def valid_loss(weights):
        hessian = (asked * weights[:, None]).T @ asked / 12 + 0.5 / 12 * np.eye(3)
        learned = np.linalg.solve(hessian, (asked * weights[:, None]).T @ said / 12)
        return np.square(valid_asked @ learned - valid_said).sum() / 2 / 5

    step = 1e-5
    slopes = [(valid_loss(np.ones(12)) - valid_loss(np.ones(12) + step * np.eye(12)[one])) / step for one in range(12)]
    found = influences(asked, said, valid_asked, valid_said, 0.5)
    np.testing.assert_allclose(found / 12, slopes, rtol=1e-3, atol=1e-6)


def test_effort_is_the_norm_of_the_gradient_by_the_matrix_before_the_vocabulary():
    seen = model()
    found = efforts(seen, EXAMPLES)
    for place, example in enumerate(EXAMPLES):
        chat, reply = seen.weaver.ids(example.messages), [*seen.weaver.text_ids(example.reply), seen._end]
        hidden = seen.states([[*chat, *reply[:-1]]])[0, len(chat) - 1 :].detach()
        matrix = seen.language.get_output_embeddings().weight.detach().clone().requires_grad_(True)
        functional.cross_entropy(hidden @ matrix.T, torch.tensor(reply)).backward()
        assert found[place] == pytest.approx(float(matrix.grad.norm()), rel=1e-3)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40), st.integers(0, 40), st.integers(1, 12), st.integers(0, 3))
def test_as_many_are_kept_as_asked_for_none_twice(scores, count, strata, seed):
    count = min(count, len(scores))
    kept = stratified(np.array(scores), count, strata, seed)
    assert len(kept) == count == len(set(kept))
    assert kept == sorted(kept)
    assert kept == stratified(np.array(scores), count, strata, seed)


def test_every_stretch_of_the_scores_is_kept_from():
    scores = np.array([0.0] * 90 + [1.0] * 5 + [2.0] * 5)
    kept = stratified(scores, 30, 3, 0)
    assert [sum(scores[place] == value for place in kept) for value in (0, 1, 2)] == [20, 5, 5]


def test_a_share_of_the_examples_is_kept_in_their_order():
    def encode(texts):
        return np.array([[len(text), text.count("e"), 1.0] for text in texts])

    kept = pruned(PruneConfig(keep=0.5, strata=2), EXAMPLES, EXAMPLES[:2], model(), encode, 0)
    assert len(kept) == 2
    assert [EXAMPLES.index(one) for one in kept] == sorted(EXAMPLES.index(one) for one in kept)
    assert pruned(PruneConfig(), EXAMPLES, EXAMPLES[:2], model(), encode, 0) == tuple(EXAMPLES)
