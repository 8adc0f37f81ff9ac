"""Values that an utterance implies without naming them: a linear map from its vector, learned from labelled ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

_STEPS, _BATCH, _RATE = 200, 64, 3e-3
_SCALE = 12.0
_STAY = 0.02
"""How strongly the map of utterances is held near the identity, under which a value is implied by what is like it."""
_DECAY = 0.1


@dataclass(frozen=True)
class Tagger:
    """Scores of values for the vector of an utterance."""

    labels: tuple[tuple[str, str], ...]
    """Facet and value."""
    weights: np.ndarray
    """(dimensions, labels)."""
    bias: np.ndarray
    """(labels,)."""

    def nearest(self, vector: np.ndarray, count: int) -> tuple[tuple[str, str], ...]:
        """Return the likeliest labels for a (dimensions,) unit vector, the likeliest first."""
        scores = vector @ self.weights + self.bias
        return tuple(self.labels[place] for place in np.argsort(-scores, kind="stable")[:count])

    def save(self, path: Path) -> None:
        """Write ``path`` with the endings .safetensors and .json."""
        stored = {"weights": self.weights.astype(np.float16), "bias": self.bias.astype(np.float16)}
        save_file(stored, path.with_suffix(".safetensors"))
        path.with_suffix(".json").write_text(json.dumps(self.labels, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Tagger":
        """Read what ``save`` wrote."""
        stored = load_file(path.with_suffix(".safetensors"))
        labels = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        weights, bias = (stored[name].astype(np.float32) for name in ("weights", "bias"))
        return cls(tuple((facet, value) for facet, value in labels), weights, bias)


def learn(
    labels: Sequence[tuple[str, str]], values: np.ndarray, told: np.ndarray, meant: Sequence[set[int]], seed: int
) -> Tagger:
    """Learn from utterances what they imply.

    ``values`` are the (labels, dimensions) vectors of the labels, ``told`` the (utterances, dimensions) vectors of
    utterances and ``meant`` the places of the labels that each is about, liked or not. It begins as plain nearness.
    """
    torch.manual_seed(seed)
    having = [place for place, places in enumerate(meant) if places]
    vectors, named = torch.tensor(told[having]), torch.zeros(len(having), len(labels))
    for row, place in enumerate(having):
        named[row, list(meant[place])] = 1.0
    named /= named.sum(1, keepdim=True)
    fixed, identity = torch.tensor(values), torch.eye(values.shape[1])
    turn, bias = identity.clone().requires_grad_(), torch.zeros(len(labels), requires_grad=True)
    moved = torch.zeros_like(fixed).requires_grad_()
    optimizer = torch.optim.AdamW(
        [{"params": [turn, bias], "weight_decay": 0.0}, {"params": [moved], "weight_decay": _DECAY}], lr=_RATE
    )
    for _ in range(_STEPS if having else 0):
        rows = torch.randint(len(having), (_BATCH,))
        scores = _SCALE * (vectors[rows] @ turn) @ (fixed + moved).T + bias
        loss = -(torch.log_softmax(scores, 1) * named[rows]).sum(1).mean() + _STAY * (turn - identity).square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    weights = _SCALE * turn @ (fixed + moved).T
    return Tagger(tuple(labels), weights.detach().numpy(), bias.detach().numpy())
