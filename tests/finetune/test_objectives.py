import random

import numpy as np
import pytest
import torch

from finetune.objectives import (
    Following,
    Imitation,
    Unmasking,
    Views,
    embed,
    masked,
    shortened,
    unlikeness,
    varied,
    views,
)
from retrieval.tower import Shape, Tower
from tests.tiny_model import byte_tokenizer, tiny_llama

TEXTS = ["Heat (1995), Crime", "Alien (1979), Horror", "Amelie (2001), Romance", "Up (2009), Animation"]


@pytest.fixture
def tower():
    torch.manual_seed(0)
    return Tower(tiny_llama(), byte_tokenizer(), Shape("tiny", 2, 8, 120)).train()


def seeded(number=1):
    torch.manual_seed(number)
    return random.Random(number)


def test_two_views_of_a_text_differ_by_the_attention_that_was_dropped(tower):
    first, second = views(tower, TEXTS, dropout=0.2)
    assert (first - second).abs().max() > 1e-3


def test_without_dropout_both_views_are_the_same(tower):
    first, second = views(tower, TEXTS, dropout=0.0)
    torch.testing.assert_close(first, second)


def test_the_dropout_of_the_views_is_not_left_on(tower):
    views(tower, TEXTS, dropout=0.2)
    rates = {module.attention_dropout for module in tower.language.modules() if hasattr(module, "attention_dropout")}
    assert rates == {0.0}


def test_the_first_token_and_padding_are_never_predicted():
    ids, attention = torch.arange(12).view(2, 6), torch.tensor([[1] * 6, [1] * 3 + [0] * 3])
    torch.manual_seed(0)
    for _ in range(50):
        _, chosen = masked(ids, attention, mask=99, share=0.5)
        assert not chosen[:, 0].any()
        assert not chosen[1, 3:].any()


def test_most_of_the_chosen_tokens_are_masked_and_the_others_are_left_alone():
    ids = torch.arange(20_000).view(10, 2000)
    torch.manual_seed(0)
    shown, chosen = masked(ids, torch.ones_like(ids), mask=-1, share=0.2)
    assert chosen.float().mean() == pytest.approx(0.2, abs=0.01)
    assert (shown[chosen] == -1).float().mean() == pytest.approx(0.8, abs=0.02)
    assert (shown[~chosen] == ids[~chosen]).all()


def test_the_first_title_of_a_window_is_given_and_not_predicted(tower):
    alone = Following([["Heat", "Alien"]]).loss(tower, seeded(), 1)
    ids, attention = tower.tokens(["Heat, Alien"])
    logits = tower.language(input_ids=ids, attention_mask=attention).logits[0].float()
    places = range(len("Heat,"), ids.shape[1])
    expected = torch.stack([-logits[place - 1].log_softmax(-1)[ids[0, place]] for place in places]).mean()
    torch.testing.assert_close(alone, expected)


def test_histories_of_one_title_teach_nothing_and_are_left_out(tower):
    assert Following([["Heat"], ["Up", "Alien"]])._draw(random.Random(0)) == ["Up", "Alien"]


@pytest.mark.parametrize(
    "objective",
    [
        Following([TEXTS, TEXTS[::-1]]),
        Unmasking(TEXTS),
        Views(TEXTS),
        Imitation(lambda texts: np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]], TEXTS),
    ],
    ids=lambda objective: type(objective).__name__,
)
class TestEveryObjective:
    def test_the_same_seed_gives_the_same_loss(self, tower, objective):
        first, second = (objective.loss(tower, seeded(), 3).item() for _ in range(2))
        assert first == second

    def test_a_step_against_its_gradient_lowers_the_loss(self, tower, objective):
        before = objective.loss(tower, seeded(), 3)
        before.backward()
        with torch.no_grad():
            for weights in tower.parameters():
                if weights.grad is not None:
                    weights -= 0.003 * weights.grad
        assert objective.loss(tower, seeded(), 3) < before


def test_vectors_come_in_the_order_of_their_texts(tower):
    tower.eval()
    texts = ["a long text about a bank", "heat", "two men", "x"]
    together = embed(tower, texts).detach()
    torch.testing.assert_close(together, torch.cat([embed(tower, [text]) for text in texts]).detach())


def test_equal_vectors_cost_nothing_and_opposite_ones_two():
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert unlikeness(vectors, vectors.numpy()) == 0
    assert unlikeness(vectors, -vectors.numpy()) == 2


def test_a_shortened_space_keeps_the_cosines_of_what_it_was_made_from():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(2, 6)).astype(np.float32)
    vectors = rng.normal(size=(30, 2)).astype(np.float32) @ plane
    rotation = shortened(lambda texts: vectors, ["any"] * 30, 2)
    np.testing.assert_allclose((vectors @ rotation) @ (vectors @ rotation).T, vectors @ vectors.T, rtol=1e-3, atol=1e-3)


def test_a_varied_text_holds_only_words_of_the_text_in_their_order():
    text = "a quiet film about an old man and the sea"
    for seed in range(50):
        words = iter(text.split())
        assert all(word in words for word in varied(text, random.Random(seed)).split())
