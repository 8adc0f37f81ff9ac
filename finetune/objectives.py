"""What the embedder is trained to do, stage by stage: each objective draws a batch and returns its loss.

The first three follow LLM2Rec (He et al., KDD 2025, arXiv 2506.21579): ``Following`` is its collaborative supervised
fine-tuning, ``Unmasking`` its masked next-token prediction and ``Views`` its item-level contrastive learning. None of
these brings a request near the items that answer it: that is learned from a teacher's vectors (``Imitation``) and from
requests with their answers (finetune.answering).
"""

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch.nn import functional

from retrieval.tower import Tower, alike

IGNORED = -100
"""The label of a token that is not predicted."""
_MASK = "_"
_TO_ALIGN, _RIDGE = 4000, 100.0
_TOKENS = 768
"""How many tokens, padding included, go through the model at once."""
_REPLACED, _RANDOM = 0.8, 0.1
"""Shares of the chosen tokens that are masked and that become a random token; the others stay, as in BERT."""


class Objective(Protocol):
    """Something to be learned from batches."""

    def begin(self, tower: Tower) -> None:
        """Make ready for the first batch of all; a run that goes on does not begin."""
        ...

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the loss of a batch, a scalar; equal states of ``rng`` and torch give equal losses."""
        ...


class Following:
    """Next titles of a history, by the causal model: what is liked together comes to stand together."""

    def __init__(self, histories: Sequence[Sequence[str]], window: int = 6) -> None:
        """Learn from the texts of what each person liked, oldest first; ``window`` of them make an example."""
        self._histories = [history for history in histories if len(history) > 1]
        self._window = window

    def begin(self, tower: Tower) -> None:
        """Nothing is needed."""

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the cross-entropy (natural log) of the tokens of every title but the first of its window."""
        windows = [self._draw(rng) for _ in range(batch)]
        ids, attention = tower.tokens([", ".join(window) for window in windows])
        firsts = [len(tower.tokenizer(window[0] + ",", add_special_tokens=False)["input_ids"]) for window in windows]
        labels = ids.masked_fill(attention == 0, IGNORED)
        for row, first in enumerate(firsts):
            labels[row, :first] = IGNORED
        loss: torch.Tensor = tower.language(input_ids=ids, attention_mask=attention, labels=labels).loss
        return loss

    def _draw(self, rng: random.Random) -> Sequence[str]:
        history = rng.choice(self._histories)
        start = rng.randrange(max(1, len(history) - self._window + 1))
        return history[start : start + self._window]


class Unmasking:
    """Hidden tokens of an item's text, seen from both sides, each predicted at the place before it."""

    def __init__(self, texts: Sequence[str], share: float = 0.2) -> None:
        """Learn from ``texts``, of whose tokens ``share`` are predicted."""
        self._texts = texts
        self._share = share

    def begin(self, tower: Tower) -> None:
        """Nothing is needed."""

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the cross-entropy (natural log) of the chosen tokens."""
        ids, attention = tower.tokens(rng.sample(self._texts, batch))
        shown, chosen = masked(ids, attention, tower.token(_MASK), self._share)
        hidden = tower.hidden(shown, attention)
        rows, places = chosen.nonzero(as_tuple=True)
        logits = tower.language.lm_head(hidden[rows, places - 1])
        return functional.cross_entropy(logits.float(), ids[rows, places])


def masked(ids: torch.Tensor, attention: torch.Tensor, mask: int, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the tokens as they are shown and which are to be predicted, both (batch, length).

    The first token is never chosen: nothing stands before it to predict it at.
    """
    chosen = (torch.rand(ids.shape) < share).to(ids.device) & attention.bool()
    chosen[:, 0] = False
    dice = torch.rand(ids.shape).to(ids.device)
    shown = ids.masked_fill(chosen & (dice < _REPLACED), mask)
    shuffled = ids.flatten()[torch.randperm(ids.numel())].view_as(ids)
    return torch.where(chosen & (dice >= 1 - _RANDOM), shuffled, shown), chosen


class Views:
    """One text read twice with different attention dropped must come out nearer to itself than to the others."""

    def __init__(self, texts: Sequence[str], dropout: float = 0.2, scale: float = 10.0) -> None:
        """Learn from ``texts``; ``scale`` multiplies the cosines."""
        self._texts = texts
        self._dropout = dropout
        self._scale = scale

    def begin(self, tower: Tower) -> None:
        """Nothing is needed."""

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the InfoNCE loss over the batch."""
        first, second = views(tower, rng.sample(self._texts, batch), self._dropout)
        return functional.cross_entropy(self._scale * first @ second.T, torch.arange(batch, device=first.device))


def views(tower: Tower, texts: Sequence[str], dropout: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two (texts, dimensions) encodings that differ by which attention was dropped."""
    attentions: list[Any] = [module for module in tower.language.modules() if hasattr(module, "attention_dropout")]
    before = [module.attention_dropout for module in attentions]
    for module in attentions:
        module.attention_dropout = dropout
    tokens = tower.tokens(texts)
    found = tower(*tokens), tower(*tokens)
    for module, rate in zip(attentions, before, strict=True):
        module.attention_dropout = rate
    return found


class Imitation:
    """The vectors that a teacher gives to texts, shortened to as many dimensions as the embedder has."""

    def __init__(self, teach: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]) -> None:
        """Learn what ``teach`` returns, (texts, dimensions) of unit length, about ``texts`` and pieces of them."""
        self._teach = teach
        self._texts = texts

    def begin(self, tower: Tower) -> None:
        """Set the head to what is best for the model as it is."""
        align(tower, self._teach, self._texts)

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return one minus the mean cosine between the vectors of student and teacher."""
        texts = [varied(rng.choice(self._texts), rng) for _ in range(batch)]
        return unlikeness(embed(tower, texts), self._teach(texts))


def align(tower: Tower, teach: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]) -> None:
    """Set the head to the ridge regression of the teacher's vectors on the pooled states, of some of ``texts``.

    A mean of hidden states is dominated by a few directions that all texts share; learned step by step, a head would
    take most of a short training to get past them.
    """
    chosen = random.Random(0).sample(texts, min(_TO_ALIGN, len(texts)))
    with torch.inference_mode():
        pooled = tower.pooled(chosen).double().numpy()
    targets = teach(chosen)
    middle, spread = pooled.mean(0), pooled.std(0) + 1e-3
    known = (pooled - middle) / spread
    gram = known.T @ known + _RIDGE * np.eye(known.shape[1])
    weights = np.linalg.solve(gram, known.T @ (targets - targets.mean(0))) / spread[:, None]
    tower.head.weight.data.copy_(torch.from_numpy(weights.T))
    tower.head.bias.data.copy_(torch.from_numpy(targets.mean(0) - middle @ weights))


def unlikeness(vectors: torch.Tensor, targets: np.ndarray) -> torch.Tensor:
    """Return one minus the mean cosine of (n, dimensions) unit vectors and their targets."""
    return 1.0 - (vectors * torch.from_numpy(targets).to(vectors)).sum(1).mean()


def varied(text: str, rng: random.Random) -> str:
    """Return a text or, half of the time, a piece of it: some words left out, or a stretch of them."""
    words = text.split()
    if len(words) < 4 or rng.random() < 0.5:
        return text
    if rng.random() < 0.5:
        start = rng.randrange(len(words) - 2)
        return " ".join(words[start : start + rng.randint(2, len(words))])
    return " ".join(word for word in words if rng.random() > 0.25) or text


def embed(tower: Tower, texts: Sequence[str]) -> torch.Tensor:
    """Return (texts, dimensions), through which gradients flow; texts of like length go together."""
    groups = list(alike([len(text) // 4 + 2 for text in texts], _TOKENS))
    found = [tower(*tower.tokens([texts[place] for place in rows])) for rows in groups]
    order = torch.tensor([place for rows in groups for place in rows])
    return torch.cat(found)[order.argsort()]


def shortened(teacher: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str], dimensions: int) -> np.ndarray:
    """Return the (teacher's dimensions, dimensions) rotation that keeps most of the teacher's vectors of ``texts``.

    Its columns are the right singular vectors, strongest first, so that fewer dimensions can be kept later on.
    """
    _, _, directions = np.linalg.svd(teacher(texts), full_matrices=False)
    rotation: np.ndarray = directions[:dimensions].T
    return rotation
