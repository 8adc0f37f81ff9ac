import pytest
import torch

from finetune import bench, quickest
from finetune.bench import Bench, Taken, Watch, bandwidth, bytes_per_token, least, main, per_thread
from finetune.matrices import Packing
from finetune.steps import LlamaSteps
from tests.tiny_model import byte_tokenizer, tiny_llama


def endless():
    """Return a model that never takes the end token: another always has a logit above 0."""
    network = tiny_llama()
    with torch.no_grad():
        network.lm_head.weight[network.config.eos_token_id] = 0
    return network


@pytest.fixture
def folder(tmp_path, monkeypatch):
    endless().save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    monkeypatch.setattr(quickest, "_SECONDS", 0.02)
    monkeypatch.setattr(bench, "_LENGTH", 150)
    monkeypatch.setattr(bench, "_BYTES", 1 << 12)
    return tmp_path


def test_the_least_of_each_kind_of_time_counts():
    assert least([Taken(2, 3), Taken(4, 1)]) == Taken(2, 1)
    assert per_thread(Taken(2, 4), 2) == Taken(2, 2)


def test_the_time_of_a_token_leaves_out_the_prompt():
    watch = Watch()
    watch.put(torch.ones(1, 5))
    assert watch.marks == []
    watch.marks = [Taken(9, 5), Taken(10, 5.5), Taken(13, 6)]
    assert watch.per_token() == Taken(2, 0.5)


def test_what_is_read_for_a_token_is_the_matrices_once_and_what_was_kept():
    layer = 32 * 32 * 2 + 32 * 16 * 2 + 3 * 32 * 64
    network = tiny_llama()
    vocabulary = network.config.vocab_size
    empty = bytes_per_token(network, Packing.NONE, 0)
    assert empty == (2 * layer + vocabulary * 32) * 4
    assert bytes_per_token(network, Packing.FLOAT16, 0) == empty / 2
    assert bytes_per_token(network, Packing.INT8, 0) == empty / 4
    assert bytes_per_token(network, Packing.INT8, 10) == empty / 4 + 10 * 2 * 2 * 2 * 8 * 4


def test_a_reply_of_one_token_has_no_time_between_tokens():
    watch = Watch()
    watch.put(torch.ones(1))
    with pytest.raises(ValueError, match="no time between"):
        watch.per_token()


def test_memory_is_read_at_some_rate(monkeypatch):
    monkeypatch.setattr(bench, "_BYTES", 1 << 20)
    assert 0 < bandwidth(1).clock < 1e-6


def test_both_ways_get_the_same_request_and_give_the_same_reply(folder):
    made = Bench(folder)
    made.steps = LlamaSteps(endless())
    plain, ours = made.generated(made.plain(torch.float32), "Hi", 12), made.ours("Hi", 12)
    assert plain.text == ours.text
    assert ours.taken.clock > 0


def test_tokens_are_compared_each_after_those_before_it(folder):
    made = Bench(folder)
    made.steps = LlamaSteps(endless())
    exact = made.generated(made.plain(torch.float32), "Hi", 6).ids
    assert made.agreeing("Hi", exact) == 6
    other = ((exact[0] + 1) % 250, *exact[1:])
    assert made.agreeing("Hi", other) < 6


def test_a_known_prefix_spares_most_of_the_prompt(folder, monkeypatch):
    made, read = Bench(folder), []
    after = made.steps.after
    monkeypatch.setattr(made.steps, "after", lambda rows, memory: (read.append(rows.shape[1]), after(rows, memory))[1])
    made.first_token(1)
    assert read[0] >= 150
    assert sum(read[1:]) < read[0]


def test_the_command_prints_both_and_the_bound(folder, capsys):
    main(["--base", str(folder), "--tokens", "4", "--times", "1"])
    printed = capsys.readouterr().out
    rows = ("generate, float32", "Parley, tokens/s", "quicker generate", "bound, tokens/s", "share of the bound")
    assert [row for row in rows if row not in printed] == []


def test_the_command_ends_with_one_sentence_where_there_is_no_model(tmp_path):
    with pytest.raises(SystemExit, match="error: "):
        main(["--base", str(tmp_path / "none")])
