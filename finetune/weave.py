"""Chats with items in them, as a model reads them: tokens of text, and soft tokens that the adapter makes of items.

A place in a sequence is an ``int``: a token of the vocabulary from 0 up, a soft token below 0. Sequences of both can be
compared, so what was computed for the beginning of a prompt is found again by its ids.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from agent.language import Message

_SLOT = re.compile(r"\{(\d)\}")
_MARK = re.compile("\ue001(\\d+)\ue002")
"""A soft item in the text of a template."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""Characters that no message needs, of which two mark items here."""

Soften = Callable[[torch.Tensor], torch.Tensor]
"""Maps (rows,) places of items to (rows, tokens, model_dim) soft tokens."""


class Weaver:
    """Turns chats into ids, with ``tokens`` soft tokens after each slot whose item has a row."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, rows: Mapping[str, int], tokens: int) -> None:
        """Give the items of ``rows`` soft tokens; with none in it, chats are text alone."""
        self._tokenizer = tokenizer
        self._rows = rows
        self.tokens = tokens
        self._reserved = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]

    def ids(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of a chat up to where the assistant's next words begin."""
        chat = [{"role": message.role, "content": self._marked(message)} for message in messages]
        begun = bool(chat) and chat[-1]["role"] == "assistant"
        text = self._tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=not begun, continue_final_message=begun
        )
        found: list[int] = []
        for place, part in enumerate(_MARK.split(str(text))):
            found += self._soft(int(part)) if place % 2 else self.text_ids(part)
        return found

    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text as it stands."""
        # Half of a surrogate pair, which a browser can send, is no text that a tokenizer accepts.
        clean = text.encode("utf-8", "replace").decode("utf-8")
        return list(self._tokenizer.encode(clean, add_special_tokens=False))

    def _soft(self, row: int) -> list[int]:
        return [-1 - row * self.tokens - place for place in range(self.tokens)]

    def _marked(self, message: Message) -> str:
        """Return the text of a message with its items marked, and without marks that someone typed."""
        text = _PRIVATE.sub("", message.text)
        for mark in self._reserved:
            # Who writes a mark of the chat template could speak as the system.
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")

        def mark_item(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            row = self._rows.get(message.items[place]) if 0 <= place < len(message.items) else None
            return match[0] if row is None else f"{match[0]}\ue001{row}\ue002"

        return _SLOT.sub(mark_item, text)


def embedded(ids: torch.Tensor, table: nn.Embedding, soften: Soften | None, tokens: int) -> torch.Tensor:
    """Map (batch, length) ids to (batch, length, model_dim): the rows of ``table``, and soft tokens below 0."""
    vectors: torch.Tensor = table(ids.clamp_min(0))
    if soften is None or not bool((ids < 0).any()):
        return vectors
    return with_items(vectors, ids, soften, tokens)


def with_items(vectors: torch.Tensor, ids: torch.Tensor, soften: Soften, tokens: int) -> torch.Tensor:
    """Put soft tokens into (batch, length, model_dim) where the (batch, length) ids are below 0."""
    soft = ids < 0
    flat = -1 - ids[soft]
    rows, places = torch.unique(flat // tokens, return_inverse=True)
    made = soften(rows)[places, flat % tokens].to(vectors.dtype)
    return vectors.masked_scatter(soft[..., None], made)
