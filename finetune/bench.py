"""Measure how quickly the language model of this machine replies, against plain transformers in the same run.

    python -m finetune.bench

Generating: greedy replies to a few requests through LocalLanguageModel and through ``generate`` of the same weights in
both precisions, on as many threads. To choose a token all weights are read once, so the bound is what the memory can
deliver: its rate, measured by adding up a large tensor, over the bytes that are read for a token; packed weights are
fewer bytes than the published ones, so the bounds of both are printed. The likeliest tokens are compared with those of
float32 along its own replies. First token: of a prompt of 400 tokens, cold and when all but its last message was read
before. Every time stands twice: by the clock, and by processor time per thread, which other programs on the machine
disturb less.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, DynamicCache, PreTrainedModel, PreTrainedTokenizerFast

from agent.language import Message
from catalog.storage import default_home
from evaluation.bench import machine
from finetune.decoding import Steps
from finetune.matrices import Packing, packing
from finetune.model import LocalLanguageModel
from finetune.quickest import cores, load_quickest
from finetune.steps import MOST_READERS, LlamaSteps
from retrieval.base import DEFAULT_BASE, WeightsError, fetch_base, named_base

_REQUESTS = (
    "Tell me at length what makes a good heist film.",
    "Describe an evening at an old cinema in every detail.",
    "Explain how films were made before there was sound.",
)
_SYSTEM = "You talk about films, kindly and concretely."
_FACTS = "The film is slow and warm, was made in 1987, and follows two sisters who keep an inn by the sea. "
_LENGTH = 400
_BYTES = 1 << 29
_DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True)
class Taken:
    """Seconds of a piece of work."""

    clock: float
    processor: float
    """Of all threads together."""

    def __sub__(self, before: "Taken") -> "Taken":
        """Return what passed since ``before``."""
        return Taken(self.clock - before.clock, self.processor - before.processor)


def now() -> Taken:
    """Return the time."""
    return Taken(time.perf_counter(), time.process_time())


def least(times: Sequence[Taken]) -> Taken:
    """Return the least of each kind of time: what disturbs a measurement only ever adds to it."""
    return Taken(min(taken.clock for taken in times), min(taken.processor for taken in times))


class Watch:
    """Notes when each token of a reply is there; ``generate`` takes it for a streamer."""

    def __init__(self) -> None:
        """Start with no token."""
        self.marks: list[Taken] = []

    def put(self, value: torch.Tensor) -> None:
        """Note the time, unless ``value`` is a prompt, which comes first and has more than one token."""
        if value.numel() == 1:
            self.marks.append(now())

    def end(self) -> None:
        """Do nothing more."""

    def per_token(self) -> Taken:
        """Return the mean time from one token to the next."""
        if len(self.marks) < 2:
            raise ValueError(f"no time between the tokens of a reply that has {len(self.marks)}; ask for more")
        spent, steps = self.marks[-1] - self.marks[0], len(self.marks) - 1
        return Taken(spent.clock / steps, spent.processor / steps)


def per_thread(taken: Taken, threads: int) -> Taken:
    """Return times in which the processor's is that of each thread."""
    return Taken(taken.clock, taken.processor / threads)


class Timed:
    """Passes through a model that note when they end."""

    def __init__(self, steps: Steps, watch: Watch) -> None:
        """Tell ``watch`` when logits of ``steps`` are there."""
        self._steps, self._watch = steps, watch
        self.config, self.generation_config = steps.config, steps.generation_config
        self.memory, self.embed, self.each = steps.memory, steps.embed, steps.each

    def after(self, embeddings: torch.Tensor, memory: DynamicCache) -> torch.Tensor:
        """Return the logits of what follows."""
        logits = self._steps.after(embeddings, memory)
        self._watch.marks.append(now())
        return logits


def measured(work: Callable[[], object], times: int) -> Taken:
    """Return the least that ``work`` takes in so many tries."""
    found = []
    for _ in range(times):
        before = now()
        work()
        found.append(now() - before)
    return least(found)


def bandwidth(times: int) -> Taken:
    """Return the least seconds that reading one byte of memory takes, by adding up half a gigabyte."""
    numbers = torch.ones(_BYTES // 8, dtype=torch.int64)
    taken = measured(lambda: numbers.sum(), times)
    return Taken(taken.clock / _BYTES, taken.processor / _BYTES)


def bytes_per_token(model: PreTrainedModel, packing: Packing, length: int) -> int:
    """Return what is read to choose the token after ``length`` others: matrices, keys and values."""
    config: Any = model.config
    matrices = sum(weight.numel() for weight in model.parameters() if weight.dim() > 1)
    if not config.tie_word_embeddings:
        matrices -= config.vocab_size * config.hidden_size
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    kept = 2 * config.num_hidden_layers * config.num_key_value_heads * size * 4
    return int(matrices * (packing.bytes or model.dtype.itemsize) + kept * length)


@dataclass(frozen=True)
class Reply:
    """A reply and the mean time between its tokens."""

    text: str
    taken: Taken
    ids: tuple[int, ...] = ()
    """Its tokens, where they are known."""


class Bench:
    """Two ways to run the weights of a folder."""

    def __init__(self, folder: Path) -> None:
        """Load ours, as the chat does."""
        self._folder = folder
        self.steps = load_quickest(folder)
        self._tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)
        self.packing = packing() if isinstance(self.steps, LlamaSteps) else Packing.NONE

    def plain(self, dtype: torch.dtype) -> PreTrainedModel:
        """Return the model as transformers loads it."""
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            str(self._folder), dtype=dtype, local_files_only=True
        )
        return model

    def ours(self, request: str, tokens: int) -> Reply:
        """Reply through LocalLanguageModel."""
        watch = Watch()
        language = LocalLanguageModel(Timed(self.steps, watch), self._tokenizer)
        text = "".join(language.stream(_chat(request), tokens))
        return Reply(text, watch.per_token())

    def generated(self, model: PreTrainedModel, request: str, tokens: int) -> Reply:
        """Reply through ``generate``."""
        ids = torch.tensor([self.prompt(request)])
        watch = Watch()
        found = model.generate(  # type: ignore[operator]
            ids, max_new_tokens=tokens, do_sample=False, streamer=watch, pad_token_id=self._tokenizer.pad_token_id
        )
        new = tuple(found[0, ids.shape[1] :].tolist())
        text = str(self._tokenizer.decode(new, skip_special_tokens=True))
        # Half a character at the end is not shown by ours.
        return Reply(text.rstrip("\N{REPLACEMENT CHARACTER}"), watch.per_token(), new)

    def prompt(self, request: str) -> list[int]:
        """Return the tokens of a chat that makes a request."""
        chat = [{"role": message.role, "content": message.text} for message in _chat(request)]
        text = str(self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def agreeing(self, request: str, ids: Sequence[int]) -> int:
        """Return how many tokens of a reply to a request are the likeliest, each after those before it."""
        memory, found, read = self.steps.memory(), 0, self.prompt(request)
        with torch.inference_mode():
            for token in ids:
                found += int(self.steps.after(self.steps.embed(read), memory).argmax()) == token
                read = [token]
        return found

    def first_token(self, times: int) -> tuple[Taken, Taken]:
        """Return the time to the first token of a long prompt: cold, and with all but its end known."""
        words = (_FACTS * (_LENGTH // 10)).split()
        size = next(size for size in range(len(words)) if len(self.prompt(" ".join(words[:size]))) >= _LENGTH)
        new = size // 10
        known, request = " ".join(words[:size]), " ".join([*words[: size - new], *words[:new]])
        cold: list[Taken] = []
        warm: list[Taken] = []
        for _ in range(times):
            language = LocalLanguageModel(self.steps, self._tokenizer)
            for text, found in ((known, cold), (request, warm)):
                before = now()
                next(language.stream(_chat(text), 1), "")
                found.append(now() - before)
        return least(cold), least(warm)


def _chat(request: str) -> tuple[Message, ...]:
    return (Message("system", _SYSTEM), Message("user", request))


def generating(bench: Bench, tokens: int, times: int) -> list[tuple[str, float, float]]:
    """Return rows of how quickly replies are generated, by the clock and by processor time."""
    models = {name: bench.plain(dtype) for name, dtype in _DTYPES.items()}
    taken: dict[str, list[Taken]] = {}
    read: list[Taken] = []
    same = whole = length = 0
    for request in _REQUESTS * times:
        replies = {name: bench.generated(model, request, tokens) for name, model in models.items()}
        replies["Parley"] = bench.ours(request, tokens)
        for name, reply in replies.items():
            taken.setdefault(name, []).append(reply.taken)
        read.append(bandwidth(times))
        exact = replies["float32"].ids
        same, whole = same + bench.agreeing(request, exact), whole + len(exact)
        length = max(length, len(bench.prompt(request)) + len(exact))
    speed, memory = (per_thread(least(all_), torch.get_num_threads()) for all_ in (taken["Parley"], read))
    generated = {name: per_thread(least(taken[name]), torch.get_num_threads()) for name in models}
    plain = least(list(generated.values()))
    rows = [_rate(f"generate, {name}, tokens/s", time_) for name, time_ in generated.items()]
    rows.append(_rate("Parley, tokens/s", speed))
    rows.append(("times the quicker generate", plain.clock / speed.clock, plain.processor / speed.processor))
    rows.append(_rate("memory, GB/s", memory, 1e-9))
    for name, kept in (("", bench.packing), (" in bfloat16", Packing.FLOAT16)):
        weight = bytes_per_token(models["bfloat16"], kept, length)
        bound = Taken(memory.clock * weight, memory.processor * weight)
        share = (100 * bound.clock / speed.clock, 100 * bound.processor / speed.processor)
        rows.append((f"read for a token{name}, MB", weight / 1e6, weight / 1e6))
        rows.append(_rate(f"bound{name}, tokens/s", bound))
        rows.append((f"share of the bound{name}, %", *share))
    rows.append(("likeliest as in float32, %", 100 * same / whole, 100 * same / whole))
    return rows


def _rate(name: str, taken: Taken, unit: float = 1.0) -> tuple[str, float, float]:
    return name, unit / taken.clock, unit / taken.processor


def beginning(bench: Bench, times: int) -> list[tuple[str, float, float]]:
    """Return rows of how long the first token takes, in milliseconds."""
    names = (f"first token, {_LENGTH} tokens, ms", "first token, prefix known, ms")
    found = [per_thread(taken, min(cores(), MOST_READERS)) for taken in bench.first_token(times)]
    return [(name, taken.clock * 1e3, taken.processor * 1e3) for name, taken in zip(names, found, strict=True)]


def table(title: str, rows: Sequence[tuple[str, float, float]]) -> str:
    """Return measurements as lines of text."""
    head = f"{'':<36}{'clock':>12}{'processor':>12}"
    return "\n".join([title, head, *(f"{name:<36}{clock:>12.1f}{busy:>12.1f}" for name, clock, busy in rows)])


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the language model and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--base", default=DEFAULT_BASE.hub_id, help="hub id or folder (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=64, help="of a reply (default: %(default)s)")
    parser.add_argument("--times", type=int, default=3, help="that each is measured (default: %(default)s)")
    given = parser.parse_args(argv)
    try:
        bench = Bench(fetch_base(given.home, named_base(given.base)))
        rows = [*beginning(bench, given.times), *generating(bench, given.tokens, given.times)]
    except (OSError, ValueError, WeightsError) as error:
        raise SystemExit(f"error: {error}") from None
    threads = torch.get_num_threads()
    about = f"{threads} threads generate, weights {bench.packing.value}"
    title = f"{given.base} ({machine()}, torch {torch.__version__}, {about})"
    print(table(title, rows))  # noqa: T201


if __name__ == "__main__":
    main()
