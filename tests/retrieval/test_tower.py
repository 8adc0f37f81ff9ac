import numpy as np
import pytest
import torch

from catalog.items import Item
from retrieval.embed import TrainedEmbedder
from retrieval.tower import Shape, Tower, bidirectional, load_tower, mean_pool, read_shape, write_shape
from tests.retrieval.test_embed import EmbedderContract
from tests.tiny_model import byte_tokenizer, tiny_llama

SHAPE = Shape("tiny", layers=2, dimensions=8, tokens=40)


def tiny_tower():
    torch.manual_seed(0)
    return Tower(tiny_llama(), byte_tokenizer(), SHAPE).eval()


@pytest.fixture(scope="module")
def tower():
    return tiny_tower()


def hidden(tower, text):
    with torch.inference_mode():
        return tower.hidden(*tower.tokens([text]))[0]


def test_a_token_sees_those_that_come_after_it(tower):
    one, other = hidden(tower, "a quiet lighthouse"), hidden(tower, "a quiet lighthousf")
    assert (one[0] - other[0]).abs().max() > 1e-4


def test_the_same_model_still_reads_from_left_to_right_where_it_predicts_the_next_token(tower):
    ids = [tower.tokens([text])[0] for text in ("a quiet lighthouse", "a quiet lighthousf")]
    with torch.inference_mode():
        one, other = (tower.language(input_ids=row).logits[0, 0] for row in ids)
    torch.testing.assert_close(one, other)


def test_padding_is_seen_by_nobody(tower):
    alone = tower.encode(["heat"])
    beside = tower.encode(["heat", "a much longer text about a bank"], tokens=1000)
    np.testing.assert_allclose(alone[0], beside[0], atol=1e-5)


def test_the_mask_hides_what_is_padding_from_every_place():
    mask = bidirectional(torch.tensor([[1, 1, 0]]), torch.float32)
    assert mask.shape == (1, 1, 3, 3)
    assert (mask[0, 0, :, :2] == 0).all()
    assert (mask[0, 0, :, 2] < -1e30).all()


def test_the_mean_leaves_padding_out():
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [99.0, 99.0]]])
    assert mean_pool(states, torch.tensor([[1, 1, 0]])).tolist() == [[2.0, 3.0]]


class TestTower(EmbedderContract):
    @pytest.fixture
    def embedder(self, tower):
        tower.id = "tiny"
        return tower

    # Random weights know nothing of likeness: TestTrainedEmbedder asks the real ones.
    test_a_text_is_nearer_to_one_that_resembles_it = None


def test_an_item_is_the_weighted_sum_of_its_parts(tower):
    item = Item("a", "Heat", facets={"genre": ("Crime", "Drama"), "colour": ("blue",)}, description="Two men meet.")
    title, crime, drama, blue, premise = tower.encode(["Heat", "Crime", "Drama", "blue", "Two men meet."])
    weights = dict(zip(tower._facets, tower.log_weights.exp().tolist(), strict=True))
    whole = (
        weights["title"] * title
        + weights["genre"] * (crime + drama) / np.sqrt(2)
        + blue
        + weights["description"] * premise
    )
    np.testing.assert_allclose(tower.encode_items([item])[0], whole / np.linalg.norm(whole), atol=1e-5)


def test_items_come_in_the_order_in_which_they_were_given(tower):
    items = [Item("a", "Heat"), Item("b", "Alien", facets={"genre": ("Horror",)})]
    np.testing.assert_allclose(tower.encode_items(items)[::-1], tower.encode_items(items[::-1]), atol=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\ud83c", "🍿" * 500])
def test_whatever_was_typed_has_a_vector(tower, text):
    assert np.isclose(np.linalg.norm(tower.encode([text])[0]), 1, atol=1e-5)


def test_a_shape_is_read_as_it_was_written(tmp_path):
    write_shape(tmp_path, SHAPE)
    assert read_shape(tmp_path) == SHAPE


def test_a_folder_without_an_embedder_says_how_one_is_made(tmp_path):
    with pytest.raises(ValueError, match=r"no embedder in .*python -m finetune\.embed"):
        load_tower(tmp_path, tmp_path)


@pytest.mark.weights
class TestTrainedEmbedder(EmbedderContract):
    @pytest.fixture(scope="class")
    def embedder(self, tmp_path_factory):
        from catalog.storage import default_home

        return TrainedEmbedder(default_home())

    def test_a_request_is_nearer_to_the_film_that_answers_it(self, embedder):
        shark = Item("a", "Jaws", facets={"genre": ("Thriller",)}, description="A shark hunts bathers off a resort.")
        opera = Item("b", "Amadeus", facets={"genre": ("Music",)}, description="A court composer envies Mozart.")
        request = embedder.encode(["the one with the big fish at the beach"])[0]
        near, far = embedder.encode_items([shark, opera])
        assert request @ near > request @ far

    def test_another_training_has_another_name(self, embedder, tmp_path):
        (tmp_path / "head.safetensors").write_bytes(b"other")
        assert TrainedEmbedder(tmp_path, tmp_path).id != embedder.id
