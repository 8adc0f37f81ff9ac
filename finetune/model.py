"""The language model that runs on this machine."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from transformers import (
    AutoTokenizer,
    DynamicCache,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from agent.language import Guide, Message
from finetune.decoding import DecodingConfig, PrefixCache, Steps, next_token, until_stop
from finetune.guided import Allowed, GuidedReply, guided_pieces
from finetune.quickest import load_quickest
from finetune.steps import steps_for
from finetune.weave import Soften, Weaver, with_items

_CHUNK = 512
"""Tokens of a prompt that are processed at once; other conversations get their turn in between."""
_UNFINISHED = "\N{REPLACEMENT CHARACTER}"
"""What the tokenizer shows for a character of which some bytes are still missing."""


@dataclass(frozen=True)
class Sight:
    """What lets a model see items."""

    rows: Mapping[str, int]
    """Ids to places."""
    soften: Soften
    tokens: int
    """Soft tokens of an item."""


class LocalLanguageModel:
    """A ``LanguageModel`` over the weights in a folder.

    Several threads may use one: they share the model step by step, so a reply that nobody reads on
    (a closed page) does not hold up the others, and ends when its iterator is closed or dropped.
    """

    def __init__(
        self,
        model: PreTrainedModel | Steps,
        tokenizer: PreTrainedTokenizerBase,
        config: DecodingConfig | None = None,
        prefixes: PrefixCache | None = None,
        sight: Sight | None = None,
    ) -> None:
        """Wrap a causal ``model``, or the passes through it, whose ``tokenizer`` has a chat template.

        With ``sight`` it was trained on Parley's prompts, and sees the items in them.
        """
        self.taught = sight is not None
        self._soften = sight.soften if sight else None
        self._weaver = Weaver(tokenizer, sight.rows if sight else {}, sight.tokens if sight else 0)
        self._steps = steps_for(model) if isinstance(model, PreTrainedModel) else model
        self._tokenizer = tokenizer
        self._config = config or DecodingConfig()
        self._prefixes = prefixes or PrefixCache()
        self._lock = threading.Lock()
        self._context: int = getattr(self._steps.config, "max_position_embeddings", tokenizer.model_max_length)
        self._ends = _end_tokens(self._steps, tokenizer)
        self._special = frozenset(tokenizer.all_special_ids)

    @classmethod
    def load(
        cls, folder: Path, config: DecodingConfig | None = None, sight: Sight | None = None
    ) -> "LocalLanguageModel":
        """Load the weights and the tokenizer of ``folder``, as ``retrieval.base.fetch_base`` returns it."""
        # AutoTokenizer takes a second to find out what tokenizer.json says by itself.
        kind = PreTrainedTokenizerFast if (folder / "tokenizer.json").exists() else AutoTokenizer
        tokenizer = kind.from_pretrained(str(folder), local_files_only=True)
        return cls(load_quickest(folder), tokenizer, config, sight=sight)

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield the reply to ``messages`` as it is generated, without any of ``stop`` and what follows it.

        The oldest messages that are not the system's are left out where all would not fit the model.
        """
        prompt = self._prompt(messages, room=max_tokens)
        if guide is None:
            return until_stop(self._pieces(prompt, max_tokens), stop)
        return until_stop(self._guided(prompt, max_tokens, stop, partial(self._allowed, guide, stop)), stop)

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Return the mean log-probability per token (natural log, higher is better) of each option."""
        if not options or not all(options):
            raise ValueError(f"cannot score {list(options)!r}; give at least one option, none of them empty")
        replies = [self._weaver.text_ids(option) for option in options]
        prompt = self._prompt(messages, room=max(map(len, replies)))
        cache, logits = self._read(prompt)
        return self._mean_log_probabilities(cache, logits, replies)

    def loss(self, messages: Sequence[Message], reply: str) -> float:
        """Return the mean cross-entropy per token (natural log) of a reply and its end, read as it is generated."""
        ids = [*self._weaver.text_ids(reply), int(self._tokenizer.eos_token_id)]
        cache, logits = self._read(self._prompt(messages, room=len(ids)))
        found = []
        for token in ids:
            found.append(-float(torch.log_softmax(logits, dim=-1)[token]))
            logits = self._append(self._embed([token]), cache)
        return sum(found) / len(found)

    def _allowed(self, guide: Guide, stop: Sequence[str], reply: list[int], token: int) -> bool:
        """Tell whether ``guide`` lets a reply go on with ``token``."""
        if token in self._ends:
            return guide.may_end(self._decode(reply))
        if token in self._special:
            return False
        text = self._whole([*reply, token])
        ends = [text.index(end) for end in stop if end in text]
        return guide.may_end(text[: min(ends)]) if ends else guide.may_go_on(text)

    def _guided(self, prompt: list[int], max_tokens: int, stop: Sequence[str], allowed: Allowed) -> Iterator[str]:
        """Yield the likeliest reply of which every token is allowed, in pieces of whole words."""
        cache, logits = self._read(prompt)

        def advance(tokens: list[int]) -> torch.Tensor:
            # What was taken back is still in the memory.
            if excess := cache.get_seq_length() - len(prompt) - len(tokens) + 1:
                cache.crop(-excess)
            return self._append(self._embed(tokens[-1:]), cache)

        reply = GuidedReply(logits, self._config, allowed)
        yield from guided_pieces(reply, advance, self._whole, self._ends, stop, max_tokens)

    def _pieces(self, prompt: list[int], max_tokens: int) -> Iterator[str]:
        """Yield the reply in pieces of whole characters."""
        cache, logits = self._read(prompt)
        generator = torch.Generator().manual_seed(self._config.seed)
        reply: list[int] = []
        text, shown = "", 0
        while len(reply) < max_tokens:
            token = next_token(logits, reply, self._config, generator)
            if token in self._ends:
                break
            reply.append(token)
            text = self._decode(reply)
            if len(text) > shown and not text.endswith(_UNFINISHED):
                yield text[shown:]
                shown = len(text)
            if len(reply) < max_tokens:
                logits = self._append(self._embed([token]), cache)
        if rest := text[shown:].rstrip(_UNFINISHED):
            yield rest

    def _prompt(self, messages: Sequence[Message], room: int) -> list[int]:
        """Return the tokens of ``messages``, cut so that ``room`` more fit the model."""
        limit = max(self._context - room, self._context // 2)
        kept = list(messages)
        ids = self._weaver.ids(kept)
        while len(ids) > limit and (shorter := _without_oldest(kept)) != kept:
            kept = shorter
            ids = self._weaver.ids(kept)
        # One message alone can be too long: the beginning says what to do, the end what was just said.
        return ids if len(ids) <= limit else ids[: limit // 2] + ids[limit // 2 - limit :]

    def _decode(self, ids: list[int]) -> str:
        decode = self._tokenizer.decode
        return str(decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _whole(self, ids: list[int]) -> str:
        """Return the text without a character at its end of which some bytes are missing."""
        return self._decode(ids).rstrip(_UNFINISHED)

    def _read(self, prompt: list[int]) -> tuple[DynamicCache, torch.Tensor]:
        """Process a prompt; return its keys and values, and the logits of the token that follows it."""
        cache = self._steps.memory()
        with self._lock, torch.inference_mode():
            known = self._prefixes.fill(cache, prompt)
        rows = self._embed(prompt[known:])
        for start in range(0, rows.shape[1], _CHUNK):
            logits = self._append(rows[:, start : start + _CHUNK], cache)
        with self._lock, torch.inference_mode():
            self._prefixes.keep(cache, prompt)
        return cache, logits

    @torch.inference_mode()
    def _embed(self, ids: Sequence[int]) -> torch.Tensor:
        """Map ids to (1, length, hidden); here, and nowhere else, a text becomes what the network reads."""
        rows = self._steps.embed([max(place, 0) for place in ids])
        if self._soften is None or all(place >= 0 for place in ids):
            return rows
        return with_items(rows, torch.tensor([list(ids)], device=rows.device), self._soften, self._weaver.tokens)

    @torch.inference_mode()
    def _append(self, rows: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        """Append (1, length, hidden) to the cache and return the (vocabulary,) logits of the token after them."""
        with self._lock:
            return self._steps.after(rows, cache)

    @torch.inference_mode()
    def _mean_log_probabilities(
        self, cache: DynamicCache, logits: torch.Tensor, replies: Sequence[Sequence[int]]
    ) -> tuple[float, ...]:
        """Score all replies in one pass: side by side after the prompt, each blind to the others."""
        rows = [logits[None]]
        owners = [index for index, reply in enumerate(replies) for _ in reply[1:]]
        if owners:
            known = cache.get_seq_length()
            tokens = [token for reply in replies for token in reply[:-1]]
            places = [known + place for reply in replies for place in range(len(reply) - 1)]
            mask = _separate(owners, known)
            with self._lock:
                rows.append(self._steps.each(self._embed(tokens), cache, torch.tensor(places), mask))
        log_probabilities = torch.log_softmax(torch.cat(rows), dim=-1)
        means, row = [], 1
        for reply in replies:
            after = [0, *range(row, row + len(reply) - 1)]
            row += len(reply) - 1
            means.append(float(log_probabilities[after, list(reply)].mean()))
        return tuple(means)


def _separate(owners: Sequence[int], known: int) -> torch.Tensor:
    """Return (new, known + new), True where a token sees another: the prompt, and its own reply so far."""
    owner = torch.tensor(owners)
    own = (owner[:, None] == owner[None, :]).tril()
    return torch.cat((torch.ones(len(owners), known, dtype=torch.bool), own), dim=1)


def _without_oldest(messages: list[Message]) -> list[Message]:
    """Drop the oldest exchange; the system's messages and the last message stay."""
    heads = [message for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    rest = others[1:]
    # Chat templates expect a user to begin.
    while len(rest) > 1 and rest[0].role == "assistant":
        rest = rest[1:]
    return heads + rest if rest else messages


def _end_tokens(model: Steps, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    named = [tokenizer.eos_token_id]
    configs = (model.config, model.generation_config)
    for value in (getattr(config, "eos_token_id", None) for config in configs):
        named += value if isinstance(value, list) else [value]
    return frozenset(token for token in named if token is not None)
