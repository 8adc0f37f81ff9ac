import pytest
import torch
from torch import nn

from finetune import matrices
from finetune.matrices import Matrix, Packing, packing
from finetune.steps import LlamaSteps
from tests.tiny_model import greedy, tiny_llama

HERE = [kind for kind in Packing if kind is not Packing.INT8 or packing() is Packing.INT8]
"""What this CPU multiplies exactly."""
PACKED = [kind for kind in HERE if kind is not Packing.NONE]


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.inference_mode():
        yield


def layers(bias):
    torch.manual_seed(3)
    return [nn.Linear(24, 40, bias=bias), nn.Linear(24, 8, bias=bias)]


def likeness(left, right):
    return torch.nn.functional.cosine_similarity(left, right, dim=-1).min().item()


@pytest.mark.parametrize("kind", HERE)
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("rows", [1, 5, 40])
def test_the_outputs_are_those_of_the_layers_one_below_the_other(kind, bias, rows):
    parts, given_rows = layers(bias), torch.randn(rows, 24)
    expected = torch.cat([part(given_rows) for part in parts], dim=-1)
    found = Matrix(parts, kind)(given_rows)
    assert found.dtype == torch.float32
    assert likeness(found, expected) > 0.999


@pytest.mark.parametrize("kind", HERE)
def test_outputs_stand_in_the_order_that_is_asked_for(kind):
    parts, row = layers(True), torch.randn(1, 24)
    order = torch.arange(47, -1, -1)
    assert torch.equal(Matrix(parts, kind, order)(row), Matrix(parts, kind)(row).flip(-1))


@pytest.mark.parametrize("kind", PACKED)
def test_many_rows_are_multiplied_by_the_weights_as_they_are(kind):
    parts, rows = layers(True), torch.randn(40, 24)
    assert torch.equal(Matrix(parts, kind)(rows), Matrix(parts, Packing.NONE)(rows))


@pytest.mark.parametrize("kind", PACKED)
def test_a_row_of_nothing_gives_the_bias(kind):
    parts = layers(True)
    bias = torch.cat([part.bias for part in parts])
    for rows in (1, 2):
        assert torch.allclose(Matrix(parts, kind)(torch.zeros(rows, 24)), bias.expand(rows, -1), atol=1e-3)


def test_without_exact_instructions_eight_bits_are_not_taken(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert packing.__wrapped__() in (Packing.FLOAT16, Packing.NONE)


def test_where_torch_packs_nothing_weights_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(matrices, "_works", lambda kind: False)
    assert packing.__wrapped__() is Packing.NONE


@pytest.mark.skipif(Packing.FLOAT16 not in HERE or packing() is Packing.NONE, reason="torch packs nothing here")
def test_float16_keeps_the_greedy_tokens_of_a_model_published_in_bfloat16():
    exact = tiny_llama().bfloat16().float()
    text = [7, 3, 11, 3, 25, 40, 41, 2, 9, 17, 33, 5]
    assert greedy(LlamaSteps(exact, Packing.FLOAT16), text, 60) == greedy(LlamaSteps(exact), text, 60)


@pytest.mark.parametrize("kind", PACKED)
def test_packed_weights_give_nearly_the_logits_of_the_model(kind):
    exact = tiny_llama()
    plain, packed = (LlamaSteps(exact, one) for one in (Packing.NONE, kind))
    found = []
    for passes in (plain, packed):
        memory = passes.memory()
        found.append(torch.stack([passes.after(passes.embed([place]), memory) for place in (7, 3, 11, 25)]))
    assert likeness(found[1], found[0]) > 0.99
