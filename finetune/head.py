"""The recommend head: from the hidden state at a pointer token to a score of every item, with a bias of knowledge.

After RecInDial (Wang et al., AACL 2022, arXiv 2110.07477): the language model does not spell an item out but points at
it, and what a graph of items knows of the dialogue is added to where it points.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from catalog.storage import fresh_folder
from finetune.evidence import AGAIN, Clues

_WEIGHTS, _ABOUT = "head.safetensors", "head.json"
_LENGTHS, _BASKETS = "evidence.lengths", "evidence.rows"


@dataclass(frozen=True)
class HeadShape:
    """What a head is made of."""

    model_dim: int
    item_dim: int
    items: int
    kinds: tuple[str, ...]
    """The affinities of its evidence."""
    dim: int = 64
    """Of the space in which states and items meet."""
    inner: int = 128
    """Of the layer between."""
    dropout: float = 0.4
    knowledge: bool = True
    """Whether the evidence of the dialogue counts; without it, an item has only what it always has."""


@dataclass(frozen=True)
class ClueBatch:
    """The clues of several situations as tensors."""

    fame: torch.Tensor
    """(batch, items)."""
    near: torch.Tensor
    """(batch, affinities, items)."""
    places: torch.Tensor
    """In the batch, of each item named already, (met,)."""
    rows: torch.Tensor
    """Of these items, (met,)."""
    again: torch.Tensor
    """Of these items, (met, AGAIN)."""

    @classmethod
    def of(cls, clues: Sequence[Clues]) -> "ClueBatch":
        """Put clues side by side."""
        places = np.repeat(np.arange(len(clues)), [len(one.met) for one in clues])
        return cls(
            torch.from_numpy(np.stack([one.fame for one in clues])),
            torch.from_numpy(np.stack([one.near for one in clues]).astype(np.float32)),
            torch.from_numpy(places),
            torch.from_numpy(np.concatenate([one.met for one in clues])),
            torch.from_numpy(np.concatenate([one.again for one in clues])),
        )


class PointerHead(nn.Module):
    """Scores all items from hidden states; the vectors of the items are frozen and kept elsewhere."""

    items: torch.Tensor
    spread: torch.Tensor

    def __init__(self, shape: HeadShape, items: np.ndarray) -> None:
        """Point at items with (items, item_dim) vectors."""
        super().__init__()
        if items.shape != (shape.items, shape.item_dim):
            raise ValueError(f"a head of {shape.items} items of {shape.item_dim} numbers, but vectors {items.shape}")
        self.shape = shape
        self.register_buffer("items", torch.from_numpy(items.astype(np.float32, copy=False)), persistent=False)
        self.key = nn.Linear(shape.item_dim, shape.dim, bias=False)
        self.inner = nn.Sequential(
            nn.LayerNorm(shape.model_dim, elementwise_affine=False),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.model_dim, shape.inner),
            nn.GELU(),
            nn.Dropout(shape.dropout),
        )
        self.query = nn.Linear(shape.inner, shape.dim)
        self.bias = nn.Parameter(torch.zeros(shape.items))
        """How much likelier each item is than its fame, which it starts at."""
        self.fame = nn.Parameter(torch.ones(()))
        self.register_buffer("spread", torch.ones(len(shape.kinds)))
        self.near = nn.Parameter(torch.zeros(len(shape.kinds)))
        self.again = nn.Parameter(torch.zeros(len(AGAIN)))
        # What was said can make one kind of evidence count more than another.
        self.sways = nn.Linear(shape.inner, len(shape.kinds) + len(AGAIN), bias=False)
        nn.init.zeros_(self.sways.weight)

    def forward(self, hidden: torch.Tensor, clues: ClueBatch) -> torch.Tensor:
        """Map (batch, model_dim) hidden states and their clues to (batch, items) logits."""
        inner = self.inner(hidden)
        keys = self.key(self.items)
        scores: torch.Tensor = self.query(inner) @ keys.T / self.shape.dim**0.5 + self.bias + self.fame * clues.fame
        if not self.shape.knowledge:
            return scores
        near, again = self.sways(inner).split([len(self.shape.kinds), len(AGAIN)], dim=1)
        scores = scores + torch.einsum("bk,bki->bi", (self.near + near) / self.spread, clues.near)
        met = (clues.again * (self.again + again)[clues.places]).sum(dim=1)
        return scores.index_put((clues.places, clues.rows), met, accumulate=True)

    def save(self, folder: Path, ids: Sequence[str], baskets: Sequence[Sequence[int]]) -> None:
        """Write the weights as float16, with the ids of the items and what the evidence counted."""
        tensors = {name: tensor.detach().half().contiguous() for name, tensor in self.state_dict().items()}
        tensors[_LENGTHS] = torch.tensor([len(basket) for basket in baskets], dtype=torch.int32)
        tensors[_BASKETS] = torch.tensor([row for basket in baskets for row in basket], dtype=torch.int32)
        with fresh_folder(folder) as building:
            save_file(tensors, building / _WEIGHTS)
            about = {"shape": asdict(self.shape), "ids": list(ids)}
            (building / _ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")


def load_head(folder: Path, ids: Sequence[str], items: np.ndarray) -> tuple[PointerHead, list[list[int]]]:
    """Return what ``PointerHead.save`` wrote: the head, and the baskets of its evidence.

    The catalogue has the items ``ids`` with (items, item_dim) vectors ``items``; it must be the one of the training.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        shape = HeadShape(**about["shape"] | {"kinds": tuple(about["shape"]["kinds"])})
        tensors = load_file(folder / _WEIGHTS)
    except (FileNotFoundError, json.JSONDecodeError, SafetensorError, KeyError, TypeError) as error:
        raise ValueError(f"no recommend head in {folder} ({error})") from error
    if about["ids"] != list(ids):
        raise ValueError(f"the head in {folder} points at other items than the {len(ids)} of the catalogue")
    rows, lengths = (tensors.pop(name).tolist() for name in (_BASKETS, _LENGTHS))
    head = PointerHead(shape, items)
    head.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    ends = np.cumsum(lengths)
    return head.eval(), [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]
