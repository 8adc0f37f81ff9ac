"""Passes through a Llama or Qwen2 on a CPU that are quicker than those of transformers.

To choose one token is to read every weight once, so what counts is that little is read, and little done in between.
The weights are packed for it (finetune.matrices).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise
from threading import Event
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import (
    DynamicCache,
    GenerationConfig,
    LlamaForCausalLM,
    PreTrainedConfig,
    PreTrainedModel,
    Qwen2ForCausalLM,
)

from finetune.decoding import GrowingLayer, Steps, TransformersSteps, memory_for
from finetune.matrices import Matrix, Packing

_FAMILY = (LlamaForCausalLM, Qwen2ForCausalLM)
_PART = 64
"""Rows that are worth a thread of their own."""
MOST_READERS = 4
"""More threads would get parts too short to pay."""
_UNEVEN = 0.2
"""The later parts of a prompt look back at more, so they are shorter: of two, the first has (1 + 0.2 / 2) / 2."""
_FIXED_TURNS = ("default", "linear", "llama3")
"""Kinds of rotary embedding that do not depend on how long the text is."""


def steps_for(model: PreTrainedModel, packing: Packing = Packing.NONE, readers: int = 1) -> Steps:
    """Return the quickest passes that suit ``model``; see ``LlamaSteps`` for the others."""
    return LlamaSteps(model, packing, readers) if _is_of_the_family(model) else TransformersSteps(model)


class LlamaSteps:
    """The passes of a Llama or Qwen2 on a CPU, in as few operations as torch has for them.

    Rows, keys and values are float32 whatever the weights are. ``model`` itself is not kept.
    """

    def __init__(self, model: PreTrainedModel, packing: Packing = Packing.NONE, readers: int = 1) -> None:
        """Take over the weights of ``model``.

        Packed weights are a copy for few rows; ``readers`` threads share a long prompt.
        """
        inner: Any = model.model
        config: Any = model.config
        self.config: PreTrainedConfig = config
        self.generation_config: GenerationConfig | None = model.generation_config
        self._readers = min(readers, MOST_READERS)
        self._table: torch.Tensor = inner.embed_tokens.weight.detach()
        self._heads = _Heads.of(config)
        self._layers = [_Layer.of(layer, self._heads, packing) for layer in inner.layers]
        self._norm: torch.Tensor = inner.norm.weight.detach().float()
        self._head = Matrix([model.get_output_embeddings()], packing)  # type: ignore[no-untyped-call]
        self._frequencies: torch.Tensor = inner.rotary_emb.inv_freq.float()
        self._scale = torch.tensor(float(inner.rotary_emb.attention_scaling))
        self._epsilon = float(config.rms_norm_eps)
        self._zero = torch.zeros(1, len(self._norm))

    def memory(self) -> DynamicCache:
        """Return room for the keys and values of a text."""
        return memory_for(self.config)

    def embed(self, ids: Sequence[int]) -> torch.Tensor:
        """Map tokens to (1, length, hidden)."""
        return self._table[torch.tensor([list(ids)])].float()

    def after(self, embeddings: torch.Tensor, memory: DynamicCache) -> torch.Tensor:
        """Append (1, length, hidden) and return the (vocabulary,) logits of what follows.

        Long prompts are cut into parts, each read in a thread: a part follows the one before it at a distance of one
        layer, when that has left its keys and values there. Threads that share every operation instead, as torch has
        them, wait for each other so often that two were ten times slower than one while other programs ran.
        """
        rows, known = embeddings[0].float(), memory.get_seq_length()
        count = max(1, min(self._readers, len(rows) // _PART))
        if count == 1:
            return self._head(self._states(rows, memory, _Pass.following(known, len(rows)))[-1:])[0]
        sizes = _sizes(len(rows), count)
        begins = accumulate(sizes[:-1], initial=known)
        events = [[], *([Event() for _ in self._layers] for _ in sizes[1:]), []]
        passes = [
            _Pass.following(begin, size, *places)
            for begin, size, places in zip(begins, sizes, pairwise(events), strict=True)
        ]
        with ThreadPoolExecutor(count) as pool:
            parts = zip(torch.split(rows, sizes), passes, strict=True)
            jobs = [pool.submit(self._part, part, memory, way) for part, way in parts]
            states = [job.result() for job in jobs]
        return self._head(states[-1][-1:])[0]

    def each(
        self, embeddings: torch.Tensor, memory: DynamicCache, places: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Append (1, length, hidden) at ``places`` and return (length, vocabulary) logits."""
        return self._head(self._states(embeddings[0].float(), memory, _Pass(places, mask)))

    def _part(self, rows: torch.Tensor, memory: DynamicCache, way: "_Pass") -> torch.Tensor:
        """Compute the states of a part in a thread that does not know the caller's modes."""
        try:
            with torch.inference_mode(), _threads(1):
                return self._states(rows, memory, way)
        finally:
            # After an error, the part that waits must come to an end too.
            for event in way.leaves:
                event.set()

    def _states(self, rows: torch.Tensor, memory: DynamicCache, way: "_Pass") -> torch.Tensor:
        """Map (length, hidden) rows to the normalised states of the last layer, (length, hidden)."""
        turn = self._turn(way.places)
        alone = rows.shape[0] == 1 and way.mask is None
        for number, layer in enumerate(self._layers):
            read = layer.queries_keys_values(self._normed(rows, layer.before_reading))
            if way.waits:
                way.waits[number].wait()
            queries, keys, values = self._kept(read, turn, memory, number)
            if way.leaves:
                way.leaves[number].set()
            seen = self._seen_alone(queries, keys, values) if alone else self._seen(queries, keys, values, way.mask)
            rows = rows + layer.out(seen)
            gate, up = layer.gate_and_up(self._normed(rows, layer.before_thinking)).tensor_split(2, dim=-1)
            rows = rows.add_(layer.down(functional.silu(gate).mul_(up)))
        return self._normed(rows, self._norm)

    def _turn(self, places: torch.Tensor) -> torch.Tensor:
        """Return by what pairs of queries, keys and values are turned, (length, heads, head_dim / 2) complex."""
        angles = torch.outer(places.float(), self._frequencies)[:, None]
        turn = torch.polar(self._scale.expand_as(angles), angles)
        turned = turn.expand(-1, self._heads.queries + self._heads.keys, -1)
        # Values stay as they are; one product of all is quicker than to take them out.
        return torch.cat((turned, torch.ones_like(turn).expand(-1, self._heads.keys, -1)), dim=1)

    def _kept(
        self, read: torch.Tensor, turn: torch.Tensor, memory: DynamicCache, number: int
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the queries in ``read``, and all keys and values of a layer now that those in ``read`` are kept.

        Queries are (length, heads, head_dim), the others (1, heads, length, head_dim).
        """
        # Numbers that are turned together lie together (_Heads.paired), so turning is one product of complex numbers.
        torch.view_as_complex(read.view(*turn.shape, 2)).mul_(turn)
        queries, both = read.view(read.shape[0], -1, self._heads.size).split_with_sizes(self._heads.parts, dim=1)
        layer = memory.layers[number]
        assert isinstance(layer, GrowingLayer), "the memory is of other passes"
        both = both.view(read.shape[0], 2, 1, self._heads.keys, self._heads.size).permute(1, 2, 3, 0, 4)
        return queries, *layer.append(both)

    def _seen(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """Return what queries see, (length, heads * head_dim); without a mask each sees those before it."""
        size = len(queries)
        seen = functional.scaled_dot_product_attention(
            queries.transpose(0, 1)[None], keys, values, mask, is_causal=mask is None and size > 1, enable_gqa=True
        )
        return seen[0].transpose(0, 1).reshape(size, -1)

    def _seen_alone(self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        """Return what the queries of one row see, (1, heads * head_dim): those of the same keys side by side."""
        beside = queries.view(1, self._heads.keys, -1, self._heads.size)
        return functional.scaled_dot_product_attention(beside, keys, values).view(1, -1)

    def _normed(self, rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Return (length, hidden) rows, each of mean square 1, times ``weight``."""
        if rows.shape[0] > 1:
            return functional.rms_norm(rows, weight.shape, weight, self._epsilon)
        # rms_norm is six operations on a CPU, and there are two of it in a layer.
        size = torch.linalg.vector_norm(rows).item()
        return torch.addcmul(self._zero, rows, weight, value=(size * size / weight.shape[0] + self._epsilon) ** -0.5)


@dataclass(frozen=True)
class _Pass:
    places: torch.Tensor
    mask: torch.Tensor | None
    """(length, known + length), True where a row sees a column; None lets each see all before it."""
    waits: Sequence[Event] = ()
    """One for each layer: set when the keys and values of what comes before are there."""
    leaves: Sequence[Event] = ()
    """One for each layer, to set when one's own are there."""

    @classmethod
    def following(cls, known: int, size: int, waits: Sequence[Event] = (), leaves: Sequence[Event] = ()) -> "_Pass":
        mask = torch.ones(size, known + size, dtype=torch.bool).tril(known) if known and size > 1 else None
        return cls(torch.arange(known, known + size), mask, waits, leaves)


@dataclass(frozen=True)
class _Heads:
    queries: int
    keys: int
    """As many as of values; each is looked at by the same number of queries."""
    size: int

    @property
    def parts(self) -> tuple[int, int]:
        """Return how many heads are of queries, and how many of keys and values."""
        return self.queries, 2 * self.keys

    @classmethod
    def of(cls, config: PreTrainedConfig) -> "_Heads":
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        return cls(config.num_attention_heads, config.num_key_value_heads, size)

    def paired(self) -> torch.Tensor:
        """Return the order of the rows of queries, keys and values in which pairs that are turned together meet."""
        one_head = torch.arange(self.size).view(2, -1).T.reshape(-1)
        turned = self.queries + self.keys
        rows = (torch.arange(turned)[:, None] * self.size + one_head).reshape(-1)
        return torch.cat([rows, torch.arange(turned * self.size, (turned + self.keys) * self.size)])


@dataclass(frozen=True)
class _Layer:
    before_reading: torch.Tensor
    queries_keys_values: Matrix
    out: Matrix
    before_thinking: torch.Tensor
    gate_and_up: Matrix
    down: Matrix

    @classmethod
    def of(cls, layer: Any, heads: _Heads, packing: Packing) -> "_Layer":  # noqa: ANN401 - decoder layers share no type
        look, think = layer.self_attn, layer.mlp
        return cls(
            layer.input_layernorm.weight.detach().float(),
            Matrix([look.q_proj, look.k_proj, look.v_proj], packing, heads.paired()),
            Matrix([look.o_proj], packing),
            layer.post_attention_layernorm.weight.detach().float(),
            Matrix([think.gate_proj, think.up_proj], packing),
            Matrix([think.down_proj], packing),
        )


def _is_of_the_family(model: PreTrainedModel) -> bool:
    """Tell whether ``LlamaSteps`` computes what ``model`` does."""
    if type(model) not in _FAMILY or model.device.type != "cpu":
        return False
    config = model.config
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    turns = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default")
    plain = all(type(part) is nn.Linear for layer in model.model.layers for part in _linear(layer))
    return plain and config.hidden_act == "silu" and kinds == {"full_attention"} and turns in _FIXED_TURNS


def _linear(layer: Any) -> list[nn.Module]:  # noqa: ANN401 - decoder layers share no type
    look, think = layer.self_attn, layer.mlp
    return [look.q_proj, look.k_proj, look.v_proj, look.o_proj, think.gate_proj, think.up_proj, think.down_proj]


def _sizes(rows: int, count: int) -> list[int]:
    """Return the lengths of ``count`` parts of ``rows``, the first the longest."""
    ends = [(1 + _UNEVEN * (1 - share)) * share * rows for share in (part / count for part in range(1, count))]
    edges = [0, *map(round, ends), rows]
    return [end - begin for begin, end in pairwise(edges)]


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch use ``count`` threads, and then as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
