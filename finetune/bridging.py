"""A step between ILM's phases: soft tokens begin as what the language model knows, the words of an item.

Each soft token learns to point where the words of one part of the item lie among the language model's input
embeddings: its title, its genres and moods, its themes and story, its people and origin. Phase 2 then starts from
tokens that differ between items, which a frozen model can read at once; from random ones it first learns a prompt that
is the same for all. (SigLLM, a later reading of ILM, has a bridging step too, by captions.)
"""

import random
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from catalog.items import Item
from finetune.adapter import ItemAdapter
from finetune.features import ItemFeatures

PARTS: tuple[tuple[str, ...], ...] = (
    ("title",),
    ("genre", "mood"),
    ("theme", "story"),
    ("director", "actor", "decade", "country"),
)
"""What the soft tokens stand for, in turn; a fifth would be the first again."""
_VALUES = 4
_SHARP = 10.0


class Bridging:
    """Draws items and says how far their soft tokens are from their words."""

    def __init__(
        self,
        adapter: ItemAdapter,
        features: ItemFeatures,
        items: Sequence[Item],
        words: nn.Embedding,
        tokenizer: PreTrainedTokenizerBase,
    ) -> None:
        """Teach ``adapter`` where ``words`` has the words of ``items``."""
        self._adapter = adapter
        self._rows = [features.rows[item.id] for item in items]
        self._matrix = torch.tensor(features.matrix, dtype=torch.float32)
        self._texts = [item_words(item, adapter.shape.tokens) for item in items]
        self._mean = words.weight.detach().float().mean(0)
        self._words = words
        self._tokenizer = tokenizer

    def loss(self, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the cross-entropy (natural log) of finding each item's words among those of the batch, a scalar.

        Each soft token is compared with the means of the words of its own part alone; a missing part counts nothing.
        """
        drawn = [rng.randrange(len(self._rows)) for _ in range(batch)]
        soft = self._adapter(self._matrix[[self._rows[place] for place in drawn]]).float()
        losses = []
        for part in range(soft.shape[1]):
            having = [row for row, place in enumerate(drawn) if self._texts[place][part]]
            texts = [self._texts[drawn[row]][part] for row in having]
            if len(set(texts)) < 2:
                continue
            targets = torch.stack([self._where(text) for text in texts])
            found = soft[having, part] - self._mean
            scores = _SHARP * functional.normalize(found, dim=-1) @ functional.normalize(targets, dim=-1).T
            same = torch.tensor([[one == other for other in texts] for one in texts]).fill_diagonal_(False)
            right = torch.arange(len(texts))
            near = 1 - functional.cosine_similarity(found, targets).mean()
            losses.append(functional.cross_entropy(scores.masked_fill(same, float("-inf")), right) + near)
        return torch.stack(losses).mean()

    def _where(self, text: str) -> torch.Tensor:
        """Return the mean of the embeddings of a text's tokens beyond what all words have in common."""
        ids = self._tokenizer.encode(f" {text}", add_special_tokens=False)
        return self._words.weight[ids].detach().float().mean(0) - self._mean


def item_words(item: Item, tokens: int) -> tuple[str, ...]:
    """Return what each of the soft tokens of an item is to point to; empty where it lacks that part."""
    told = {"title": (item.title,), "story": (item.description,), **item.facets}
    texts = [
        " ".join(value for name in part for value in told.get(name, ())[:_VALUES]).strip()
        for part in (PARTS[place % len(PARTS)] for place in range(tokens))
    ]
    return tuple(texts)
