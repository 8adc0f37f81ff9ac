import copy
import threading

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from finetune import steps
from finetune.decoding import TransformersSteps, memory_for
from finetune.steps import LlamaSteps, steps_for
from tests.tiny_model import greedy, tiny_llama

TEXT = [7, 3, 11, 3, 25, 40, 41, 2, 9, 17, 33, 5]


def tiny_qwen() -> Qwen2ForCausalLM:
    torch.manual_seed(5)
    config = Qwen2Config(
        vocab_size=60,
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=3,
        num_attention_heads=6,
        num_key_value_heads=3,
        max_position_embeddings=128,
        initializer_range=0.5,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config).eval()
    for layer in model.model.layers:
        torch.nn.init.normal_(layer.self_attn.k_proj.bias)
    return model


@pytest.fixture(params=[tiny_llama, tiny_qwen])
def network(request):
    return request.param()


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.inference_mode():
        yield


def published_in_bfloat16(network):
    return network.bfloat16().float()


def logits_of(passes, pieces):
    memory = passes.memory()
    return torch.stack([passes.after(passes.embed(piece), memory) for piece in pieces])


def test_a_text_gets_the_logits_of_the_model_in_whatever_pieces_it_comes(network):
    expected = network(torch.tensor([TEXT])).logits[0]
    pieces = [TEXT[:4], TEXT[4:5], TEXT[5:6], TEXT[6:11], TEXT[11:]]
    for passes in (LlamaSteps(network), TransformersSteps(network)):
        assert torch.allclose(logits_of(passes, pieces), expected[[3, 4, 5, 10, 11]], atol=1e-4)


def test_greedy_tokens_are_those_of_generate(network):
    plain = network.generate(
        torch.tensor([TEXT]), max_new_tokens=60, min_new_tokens=60, do_sample=False, pad_token_id=0, eos_token_id=None
    )
    assert greedy(LlamaSteps(network), TEXT, 60) == plain[0, len(TEXT) :].tolist()


def test_weights_in_bfloat16_give_nearly_the_same_logits(network):
    exact = published_in_bfloat16(network)
    half = copy.deepcopy(exact).bfloat16()
    first, second = (logits_of(LlamaSteps(model), [TEXT]) for model in (exact, half))
    assert first.dtype == second.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(first, second).item() > 0.999


def test_rows_with_places_and_a_mask_of_their_own_see_what_it_says(network):
    passes, other = LlamaSteps(network), TransformersSteps(network)
    mask = torch.tensor(
        [[True] * 4 + [True, False, False], [True] * 4 + [False, True, False], [True] * 5 + [False, True]]
    )
    places = torch.tensor([4, 4, 5])
    found = []
    for way in (passes, other):
        memory = way.memory()
        way.after(way.embed(TEXT[:4]), memory)
        found.append(way.each(way.embed([1, 2, 3]), memory, places, mask))
    assert torch.allclose(found[0], found[1], atol=1e-4)
    assert torch.allclose(found[0][2], network(torch.tensor([[*TEXT[:4], 1, 3]])).logits[0, -1], atol=1e-4)


@pytest.mark.parametrize("readers", [2, 3, 4])
def test_a_prompt_shared_by_threads_gets_the_logits_of_one(network, monkeypatch, readers):
    monkeypatch.setattr(steps, "_PART", 2)
    threads = torch.get_num_threads()
    alone, shared = LlamaSteps(network), LlamaSteps(network, readers=readers)
    pieces = [TEXT[:9], TEXT[9:10], TEXT]
    for _ in range(5):
        assert torch.allclose(logits_of(shared, pieces), logits_of(alone, pieces), atol=1e-4)
    assert torch.get_num_threads() == threads


def test_a_short_prompt_is_read_in_the_callers_own_thread(network, monkeypatch):
    monkeypatch.setattr(steps, "ThreadPoolExecutor", lambda count: pytest.fail("a thread for a few rows"))
    assert logits_of(LlamaSteps(network, readers=2), [TEXT]).isfinite().all()


def test_an_error_in_one_part_ends_the_others(network, monkeypatch):
    monkeypatch.setattr(steps, "_PART", 2)
    passes = LlamaSteps(network, readers=2)
    kept = passes._kept

    def failing(read, turn, memory, number):
        if number == 1:
            raise MemoryError("no room")
        return kept(read, turn, memory, number)

    monkeypatch.setattr(passes, "_kept", failing)
    before = threading.active_count()
    with pytest.raises(MemoryError, match="no room"):
        logits_of(passes, [TEXT])
    assert threading.active_count() == before


@pytest.mark.parametrize(("rows", "count"), [(400, 2), (401, 3), (64, 4), (7, 1)])
def test_parts_make_up_the_prompt_and_the_first_is_the_longest(rows, count):
    sizes = steps._sizes(rows, count)
    assert sum(sizes) == rows
    assert len(sizes) == count
    assert sizes == sorted(sizes, reverse=True)


def test_a_model_that_computes_something_else_takes_its_own_passes():
    config = LlamaConfig(
        vocab_size=30, hidden_size=16, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2
    )
    assert isinstance(steps_for(LlamaForCausalLM(config)), LlamaSteps)
    config.hidden_act = "gelu"
    assert isinstance(steps_for(LlamaForCausalLM(config)), TransformersSteps)


def test_an_adapter_that_is_not_merged_is_not_overlooked():
    network = tiny_llama()
    with torch.inference_mode(False):
        tuned = get_peft_model(network, LoraConfig(target_modules=["up_proj"], init_lora_weights=False))
    assert isinstance(steps_for(tuned.base_model.model), TransformersSteps)
    merged = tuned.merge_and_unload()
    passes = steps_for(merged)
    assert isinstance(passes, LlamaSteps)
    assert torch.allclose(logits_of(passes, [TEXT])[0], merged(torch.tensor([TEXT])).logits[0, -1], atol=1e-4)


def test_room_for_keys_and_values_grows_and_keeps_what_it_holds():
    memory = memory_for(tiny_llama().config)
    numbers = torch.arange(2000.0).view(1, 1, 2000, 1)
    assert memory.get_seq_length() == 0
    first, _ = memory.update(numbers[:, :, :3], -numbers[:, :, :3], 0)
    for end in (4, 300, 301, 2000):
        known = memory.get_seq_length()
        keys, values = memory.update(numbers[:, :, known:end], -numbers[:, :, known:end], 0)
        assert torch.equal(keys, numbers[:, :, :end])
        assert torch.equal(values, -numbers[:, :, :end])
    assert torch.equal(first, numbers[:, :, :3])
