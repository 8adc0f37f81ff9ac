"""The dialogue model in training: a causal language model, the item adapter before it, and its losses."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from finetune.examples import Example
from finetune.weave import Soften, Weaver, embedded


class DialogueModel(nn.Module):
    """A language model that sees items; it does not matter whether it carries adapters of its own (LoRA)."""

    def __init__(
        self,
        language: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        weaver: Weaver,
        soften: Soften | None = None,
        tokens: int = 0,
    ) -> None:
        """Put items before ``language`` as the ``tokens`` soft tokens that ``soften`` makes of each."""
        super().__init__()
        self.language = language
        self.weaver = weaver
        self.soften = soften
        self.tokens = tokens
        self._end: int = tokenizer.convert_tokens_to_ids(tokenizer.eos_token)  # type: ignore[assignment]

    @property
    def _head(self) -> nn.Linear:
        head: nn.Linear = self.language.get_output_embeddings()  # type: ignore[no-untyped-call]
        return head

    def states(self, batch: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return the (batch, length, model_dim) last hidden states of sequences of ids, padded on the right."""
        device = self.language.device
        rows = [torch.tensor(list(ids), device=device) for ids in batch]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        table: Any = self.language.get_input_embeddings()
        vectors = embedded(padded, table, self.soften, self.tokens)
        # What stands on the right is not seen from the left, so padding needs no mask.
        hidden: torch.Tensor = self.language.model(inputs_embeds=vectors, use_cache=False).last_hidden_state
        return hidden

    def scores(self, hidden: torch.Tensor) -> torch.Tensor:
        """Map (n, model_dim) hidden states to (n, vocabulary) logits."""
        logits: torch.Tensor = self._head(hidden).float()
        return logits

    def reply_losses(self, examples: Sequence[Example]) -> torch.Tensor:
        """Return the mean cross-entropy per token (natural log) of each example's reply and its end, (examples,)."""
        chats = [self.weaver.ids(example.messages) for example in examples]
        replies = [(*self.weaver.text_ids(example.reply), self._end) for example in examples]
        hidden = self.states([(*chat, *reply[:-1]) for chat, reply in zip(chats, replies, strict=True)])
        return torch.stack(
            [
                functional.cross_entropy(
                    self.scores(hidden[row, len(chat) - 1 : len(chat) - 1 + len(reply)]),
                    torch.tensor(reply, device=hidden.device),
                )
                for row, (chat, reply) in enumerate(zip(chats, replies, strict=True))
            ]
        )

    def reply_errors(self, example: Example) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the states before each token of a reply and its end, and what the scores of each should change by.

        They are (length, model_dim) and (length, vocabulary): the probabilities, less 1 at the token that comes. The
        mean of their outer products is the gradient of the reply's loss by the matrix before the vocabulary.
        """
        chat, reply = self.weaver.ids(example.messages), [*self.weaver.text_ids(example.reply), self._end]
        hidden = self.states([[*chat, *reply[:-1]]])[0, len(chat) - 1 :].float()
        wrong = self.scores(hidden.to(self._head.weight.dtype)).softmax(-1)
        wrong[torch.arange(len(reply)), reply] -= 1
        return hidden, wrong
