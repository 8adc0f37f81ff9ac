import pytest
import torch

from finetune import precision


@pytest.fixture
def timed(monkeypatch):
    precision.bfloat16_pays.cache_clear()
    seconds = {}
    monkeypatch.setattr(precision, "_seconds", seconds.__getitem__)
    yield seconds
    precision.bfloat16_pays.cache_clear()


@pytest.mark.parametrize(("seconds", "pays"), [((1.0, 2.0), True), ((2.0, 1.0), False)])
def test_a_cpu_trains_in_what_it_multiplies_quicker(timed, seconds, pays):
    timed.update(zip((torch.bfloat16, torch.float32), seconds, strict=True))
    with precision.quick_numbers("cpu"):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert (product.dtype == torch.bfloat16) is pays
    # A product with frozen weights is in the numbers of the weights.
    assert (precision.quick_weights("cpu") == torch.bfloat16) is pays


def test_a_gpu_is_not_timed(timed):
    assert precision.bfloat16_pays("cuda")
    assert precision.quick_weights("cuda") == torch.bfloat16
