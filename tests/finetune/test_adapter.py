import numpy as np
import pytest
import torch

from finetune.adapter import AdapterShape, ItemAdapter, softener, token_size
from finetune.features import Collaborative, ItemFeatures
from tests.tiny_model import tiny_llama

SHAPE = AdapterShape(text_dim=6, collaborative_dim=3, tokens=2, hidden=16, inner=32, layers=2, heads=2, model_dim=12)
WARM, COLD = 0, 1


@pytest.fixture
def adapter():
    torch.manual_seed(0)
    return ItemAdapter(SHAPE, size=0.25).eval()


def two_items():
    """One warm item and one cold one, with the same text."""
    items = torch.zeros(2, SHAPE.item_dim)
    items[:, :6] = torch.tensor([0.5, -0.5, 0.5, 0.5, 0.0, 0.0])
    items[WARM, 6:] = torch.tensor([0.6, 0.8, 0.0, 1.0])
    return items


def test_an_item_becomes_as_many_tokens_as_the_shape_says_of_the_size_asked_for(adapter):
    found = adapter(two_items())
    assert found.shape == (2, 2, 12)
    torch.testing.assert_close(found.square().mean(-1).sqrt(), torch.full((2, 2), 0.25), rtol=1e-3, atol=1e-3)


def test_who_likes_an_item_changes_its_tokens(adapter):
    warm, cold = adapter(two_items())
    assert (warm - cold).abs().max() > 1e-3


def test_the_collaborative_numbers_of_a_cold_item_are_not_looked_at(adapter):
    items = two_items()
    before = adapter(items)
    items[:, 6:9] = 7.0
    after = adapter(items)
    torch.testing.assert_close(after[COLD], before[COLD])
    assert (after[WARM] - before[WARM]).abs().max() > 1e-3


def test_an_item_without_anything_known_gives_finite_tokens(adapter):
    assert adapter(torch.zeros(1, SHAPE.item_dim)).isfinite().all()


def test_an_item_has_the_same_tokens_whatever_stands_beside_it(adapter):
    torch.testing.assert_close(adapter(two_items())[:1], adapter(two_items()[:1]))


def test_training_hides_who_likes_an_item_from_one_in_five(adapter):
    alike = two_items()[:1].expand(1000, -1)
    torch.manual_seed(0)
    _, seen = adapter.train().inputs(alike)
    assert seen[:, 0].all()
    assert seen[:, 1].float().mean() == pytest.approx(0.8, abs=0.03)
    _, seen = adapter.eval().inputs(alike)
    assert seen.all()


def test_gradients_reach_all_that_makes_soft_tokens(adapter):
    adapter(two_items()).square().sum().backward()
    assert [name for name, weights in adapter.named_parameters() if weights.grad is None] == []


def test_what_is_saved_is_loaded_and_makes_nearly_the_same_tokens(adapter, tmp_path):
    adapter.save(tmp_path / "adapter")
    loaded = ItemAdapter.load(tmp_path / "adapter")
    assert loaded.shape == SHAPE
    assert not loaded.training
    torch.testing.assert_close(loaded(two_items()), adapter(two_items()), atol=2e-3, rtol=1e-2)


def test_what_reads_texts_is_not_saved(tmp_path):
    reading, plain = (ItemAdapter(SHAPE, reads=reads).eval() for reads in (True, False))
    reading.save(tmp_path / "reading")
    plain.save(tmp_path / "plain")
    sizes = [(tmp_path / name / "adapter.safetensors").stat().st_size for name in ("reading", "plain")]
    assert sizes[0] == sizes[1]
    loaded = ItemAdapter.load(tmp_path / "reading")
    torch.testing.assert_close(loaded(two_items()), reading(two_items()), atol=2e-2, rtol=1e-2)


def test_the_default_adapter_is_small_enough_to_ship(tmp_path):
    ItemAdapter(AdapterShape()).save(tmp_path / "adapter")
    assert sum(path.stat().st_size for path in (tmp_path / "adapter").iterdir()) < 12_000_000


def test_a_folder_without_an_adapter_is_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere"):
        ItemAdapter.load(tmp_path / "nowhere")


def test_weights_of_another_shape_are_refused(adapter, tmp_path):
    adapter.save(tmp_path / "adapter")
    about = tmp_path / "adapter" / "adapter.json"
    about.write_text(about.read_text(encoding="utf-8").replace('"tokens": 2', '"tokens": 3'), encoding="utf-8")
    with pytest.raises(ValueError, match="queries"):
        ItemAdapter.load(tmp_path / "adapter")


def of_two(matrix):
    return ItemFeatures(("warm", "cold"), matrix, Collaborative(("warm",), np.eye(1, 3, dtype=np.float32)))


def test_a_softener_makes_tokens_of_places_in_the_features(adapter):
    soften = softener(adapter, of_two(two_items().numpy()))
    torch.testing.assert_close(soften(torch.tensor([1, 0, 1])), adapter(two_items()[[1, 0, 1]]))


def test_features_of_another_width_are_refused(adapter):
    with pytest.raises(ValueError, match="10 numbers of an item, not 9"):
        softener(adapter, of_two(two_items().numpy()[:, 1:]))


def test_the_size_of_tokens_is_measured_on_the_embeddings():
    language = tiny_llama()
    language.get_input_embeddings().weight.data.fill_(-0.5)
    assert token_size(language) == pytest.approx(0.5)
