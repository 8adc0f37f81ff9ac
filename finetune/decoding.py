"""Parts of generating a reply that know nothing of a particular model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from transformers import DynamicCache, GenerationConfig, PreTrainedConfig, PreTrainedModel
from transformers.cache_utils import DynamicLayer

_ROOM = 256
"""Tokens by which the room for keys and values grows at least."""


@dataclass(frozen=True)
class DecodingConfig:
    """How the next token of a reply is chosen."""

    temperature: float = 0.0
    """0 takes the likeliest token; above it, tokens are drawn."""
    repetition_penalty: float = 1.0
    """Above 1, lowers the odds of a token that the reply already holds (the prompt is not counted, so that
    slots and names can be copied from it). A short reply that states facts needs none: a tense film for
    who asked for tension says the word twice, and at 1.1 a small model invents another fact instead."""
    seed: int = 0
    """Every reply starts from it: the same prompt gets the same reply on the same machine."""


@torch.inference_mode()
def next_token(logits: torch.Tensor, reply: Sequence[int], config: DecodingConfig, generator: torch.Generator) -> int:
    """Choose a token from (vocabulary,) ``logits``, given the tokens of the reply so far."""
    scores = logits.clone()
    if reply and config.repetition_penalty != 1:
        seen = torch.tensor(sorted(set(reply)), device=scores.device)
        values = scores[seen]
        penalty = config.repetition_penalty
        scores[seen] = torch.where(values > 0, values / penalty, values * penalty)
    if config.temperature <= 0:
        return int(scores.argmax())
    odds = torch.softmax(scores / config.temperature, dim=-1)
    return int(torch.multinomial(odds.cpu(), 1, generator=generator))


def until_stop(pieces: Iterable[str], stop: Sequence[str]) -> Iterator[str]:
    """Yield ``pieces`` up to the first of ``stop``, which may span several of them."""
    stops = [text for text in stop if text]
    held = ""
    for piece in pieces:
        held += piece
        found = [held.index(text) for text in stops if text in held]
        if found:
            held = held[: min(found)]
            break
        safe = len(held) - _tail_that_may_stop(held, stops)
        if safe:
            yield held[:safe]
            held = held[safe:]
    if held:
        yield held


def _tail_that_may_stop(text: str, stops: Sequence[str]) -> int:
    """Return how many of the last characters of ``text`` could be the beginning of a stop."""
    lengths = (size for stop in stops for size in range(1, len(stop)) if text.endswith(stop[:size]))
    return max(lengths, default=0)


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """Keys and values of one layer with room for more, so that a token is written and not all copied for it."""

    _room: torch.Tensor
    """(2, 1, heads, tokens, head_dim)"""

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append (1, heads, new, head_dim) of each and return all there are."""
        return self.append(torch.stack((key_states, value_states)))

    def append(self, both: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append (2, 1, heads, new, head_dim) and return all there are, in room written again after ``crop``."""
        known, new = self.keys.shape[-2] if self.is_initialized else 0, both.shape[-2]  # type: ignore[union-attr]
        end = known + new
        if known == 0 or end > self._room.shape[-2]:
            self._grow(both, known, end + max(end // 2, _ROOM))
        self._room.narrow(-2, known, new).copy_(both)
        keys, values = self._room.narrow(-2, 0, end).unbind()
        self.keys, self.values = keys, values
        return keys, values

    def _grow(self, like: torch.Tensor, known: int, room: int) -> None:
        larger = like.new_empty((*like.shape[:-2], room, like.shape[-1]))
        if known:
            larger[..., :known, :] = self._room[..., :known, :]
        else:
            self.lazy_initialization(like[0], like[1])
        self._room = larger


_WHOLE = (DynamicLayer, GrowingLayer)
"""Layers that keep all they were given."""


def memory_for(config: PreTrainedConfig) -> DynamicCache:
    """Return room for the keys and values of a text, before the model of ``config`` has read it."""
    memory = DynamicCache(config=config)
    for number, layer in enumerate(memory.layers):
        if type(layer) is DynamicLayer:
            memory.layers[number] = GrowingLayer()  # type: ignore[no-untyped-call]
    return memory


class Steps(Protocol):
    """What a reply needs of a causal model. One text at a time; several may take turns, each with its memory."""

    config: PreTrainedConfig
    generation_config: GenerationConfig | None

    def memory(self) -> DynamicCache:
        """Return room for the keys and values of a text."""
        ...

    def embed(self, ids: Sequence[int]) -> torch.Tensor:
        """Map tokens to (1, length, hidden), the only form in which a text is read."""
        ...

    def after(self, embeddings: torch.Tensor, memory: DynamicCache) -> torch.Tensor:
        """Append (1, length, hidden) to the text in ``memory``; return the (vocabulary,) logits of what follows."""
        ...

    def each(
        self, embeddings: torch.Tensor, memory: DynamicCache, places: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Append (1, length, hidden) at given ``places`` and return (length, vocabulary) logits.

        ``mask``, (length, known + length), is True where a row sees a column.
        """
        ...


class TransformersSteps:
    """The model's own passes."""

    def __init__(self, model: PreTrainedModel) -> None:
        """Use any causal ``model``."""
        self.config: PreTrainedConfig = model.config
        self.generation_config: GenerationConfig | None = model.generation_config
        self._model = model

    def memory(self) -> DynamicCache:
        """Return room for the keys and values of a text."""
        return memory_for(self.config)

    def embed(self, ids: Sequence[int]) -> torch.Tensor:
        """Map tokens to (1, length, hidden)."""
        rows: torch.Tensor = self._model.get_input_embeddings()(torch.tensor([list(ids)], device=self._model.device))
        return rows

    def after(self, embeddings: torch.Tensor, memory: DynamicCache) -> torch.Tensor:
        """Append (1, length, hidden) and return the (vocabulary,) logits of what follows."""
        output = self._model(inputs_embeds=embeddings, past_key_values=memory, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = output.logits[0, -1].float()
        return logits

    def each(
        self, embeddings: torch.Tensor, memory: DynamicCache, places: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Append (1, length, hidden) at ``places`` and return (length, vocabulary) logits."""
        lowest = torch.finfo(embeddings.dtype).min
        added = torch.zeros(mask.shape, dtype=embeddings.dtype).masked_fill(~mask, lowest)[None, None]
        output = self._model(
            inputs_embeds=embeddings,
            position_ids=places[None].to(embeddings.device),
            attention_mask=added.to(embeddings.device),
            past_key_values=memory,
        )
        logits: torch.Tensor = output.logits[0].float()
        return logits


@dataclass(frozen=True)
class _Prompt:
    ids: tuple[int, ...]
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    """Keys and values of each layer, (1, heads, len(ids), head_dim)."""


@dataclass
class PrefixCache:
    """Keys and values of recent prompts, so that a prompt pays only for what is new in it.

    A few are kept because prompts of different kinds (understanding, replying) take turns. Not safe
    for use by two threads at once.
    """

    max_prompts: int = 4
    max_tokens: int = 2048
    """Longer prompts keep only their beginning: 2,048 tokens of the default model take 50-100 MB."""
    _prompts: list[_Prompt] = field(default_factory=list)

    def fill(self, cache: DynamicCache, ids: Sequence[int]) -> int:
        """Put what is known of ``ids`` into the empty ``cache`` and return how many tokens that is.

        At least one token is left to process, since the reply starts from its logits.
        """
        best = max(self._prompts, key=lambda prompt: shared_prefix(prompt.ids, ids), default=None)
        known = min(shared_prefix(best.ids, ids), len(ids) - 1) if best else 0
        if best and known:
            for index, (keys, values) in enumerate(best.layers):
                cache.update(keys[..., :known, :], values[..., :known, :], index)
        return known

    def keep(self, cache: DynamicCache, ids: Sequence[int]) -> None:
        """Remember ``cache``, which holds exactly ``ids``, in place of a prompt it mostly repeats."""
        # A sliding-window layer has forgotten its beginning, so a prefix cannot be cut out of it.
        whole = [layer for layer in cache.layers if isinstance(layer, DynamicLayer) and type(layer) in _WHOLE]
        if len(whole) < len(cache.layers):
            return
        head = tuple(ids[: self.max_tokens])
        layers = tuple((_head(layer.keys, len(head)), _head(layer.values, len(head))) for layer in whole)
        others = [old for old in self._prompts if 2 * shared_prefix(old.ids, head) < len(old.ids)]
        self._prompts = [*others, _Prompt(head, layers)][-self.max_prompts :]


def shared_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    """Return how many tokens two sequences have in common from their start."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(left), len(right)))


def _head(states: torch.Tensor | None, size: int) -> torch.Tensor:
    assert states is not None, "a prompt is kept before it was processed"
    # A slice would keep alive all the room that was made for more.
    return states[..., :size, :].clone()
