"""The item adapter: what is known of an item as numbers becomes soft tokens that a language model reads.

A querying transformer (Q-Former) as in the Item-Language Model (Yang et al., arXiv 2406.02844) with the layers of
BLIP-2 (Li et al., ICML 2023, arXiv 2301.12597): learned queries look at the item's vectors through cross-attention.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import Blip2QFormerConfig, Blip2QFormerModel, PreTrainedModel

from catalog.storage import fresh_folder
from finetune.features import ItemFeatures
from finetune.weave import Soften

_WEIGHTS, _SHAPE = "adapter.safetensors", "adapter.json"
_COLD = 0.2
"""Share of the items whose collaborative vector is hidden in training, so that the adapter can do without."""
_SPREAD = 0.02
_OF_TEXT = "qformer.encoder.layer.{}.{}."


@dataclass(frozen=True)
class AdapterShape:
    """What must be the same where an adapter is trained and where it is used."""

    text_dim: int = 256
    collaborative_dim: int = 64
    tokens: int = 4
    """Soft tokens for an item."""
    hidden: int = 256
    inner: int = 512
    """Width between the two maps of a layer's feed-forward network."""
    layers: int = 4
    heads: int = 4
    model_dim: int = 576
    """Width of the language model."""

    @property
    def item_dim(self) -> int:
        """Return how many numbers say what is known of an item: two vectors, and whether it has the second."""
        return self.text_dim + self.collaborative_dim + 1


class ItemAdapter(nn.Module):
    """Items to soft tokens."""

    def __init__(self, shape: AdapterShape, size: float = 1.0, reads: bool = False) -> None:
        """Make soft tokens of root mean square ``size``; one that ``reads`` has what it takes to read texts too."""
        super().__init__()
        self.shape = shape
        self.of_text = nn.Linear(shape.text_dim, shape.hidden)
        self.of_likes = nn.Linear(shape.collaborative_dim, shape.hidden)
        self.norm_of_inputs = nn.LayerNorm(shape.hidden)
        self.queries = nn.Parameter(torch.randn(shape.tokens, shape.hidden) * _SPREAD)
        self.qformer = Blip2QFormerModel(
            Blip2QFormerConfig(
                hidden_size=shape.hidden,
                encoder_hidden_size=shape.hidden,
                intermediate_size=shape.inner,
                num_hidden_layers=shape.layers,
                num_attention_heads=shape.heads,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                use_qformer_text_input=reads,
            )
        )
        # Over so few places this is several times as fast as the fused kernels are on a CPU.
        self.qformer.set_attn_implementation("eager")
        for name, weights in self.qformer.named_parameters():
            if "crossattention" in name and name.endswith(("value.weight", "dense.weight")):
                # As BERT begins, the queries would at first find out next to nothing of their item.
                nn.init.orthogonal_(weights)
        self.out = nn.Linear(shape.hidden, shape.model_dim)
        self.norm = nn.LayerNorm(shape.model_dim)
        nn.init.constant_(self.norm.weight, size)

    def forward(self, items: torch.Tensor) -> torch.Tensor:
        """Map (batch, item_dim) to (batch, tokens, model_dim)."""
        found: torch.Tensor = self.norm(self.out(self.looked(items)))
        return found

    def looked(self, items: torch.Tensor) -> torch.Tensor:
        """Map (batch, item_dim) to what the queries found out, (batch, tokens, hidden)."""
        return self.attended(self.asked(len(items)), *self.inputs(items))

    def asked(self, batch: int) -> torch.Tensor:
        """Return the queries, (batch, tokens, hidden)."""
        return self.queries.expand(batch, -1, -1)

    def inputs(self, items: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Map (batch, item_dim) to (batch, 2, hidden) and (batch, 2) of bool: which of the two may be seen."""
        text, likes = items[:, : self.shape.text_dim], items[:, self.shape.text_dim : -1]
        warm = items[:, -1:] > 0
        if self.training:
            warm = warm & (torch.rand(warm.shape) >= _COLD).to(warm.device)
        seen = torch.cat([torch.ones_like(warm), warm], dim=1)
        found = torch.stack([self.of_text(text), self.of_likes(likes)], dim=1)
        return self.norm_of_inputs(found), seen

    def attended(
        self, states: torch.Tensor, inputs: torch.Tensor, seen: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Map queries, and a text after them, to their last states, (batch, length, hidden) both.

        ``mask`` is (batch, length) or (batch, length, length) of bool, True where something is seen; without it all
        see all.
        """
        output = self.qformer(
            query_embeds=states,
            query_length=self.shape.tokens,
            attention_mask=None if mask is None else added(mask),
            encoder_hidden_states=inputs,
            encoder_attention_mask=added(seen),
        )
        found: torch.Tensor = output.last_hidden_state
        return found

    def save(self, folder: Path) -> None:
        """Write what makes soft tokens as float16, replacing ``folder`` in one step."""
        # The feed-forward networks of texts are used in the first phase of training alone.
        left_out = tuple(
            _OF_TEXT.format(layer, part) for layer in range(self.shape.layers) for part in ("intermediate", "output")
        )
        kept = {name: tensor for name, tensor in self.state_dict().items() if not name.startswith(left_out)}
        with fresh_folder(folder) as building:
            save_file({name: tensor.half().contiguous() for name, tensor in kept.items()}, building / _WEIGHTS)
            (building / _SHAPE).write_text(json.dumps(asdict(self.shape), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "ItemAdapter":
        """Read what ``save`` wrote, ready for use; raise ValueError where it is missing or damaged."""
        try:
            shape = AdapterShape(**json.loads((folder / _SHAPE).read_text(encoding="utf-8")))
            weights = load_file(folder / _WEIGHTS)
            adapter = cls(shape)
            adapter.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
        except (FileNotFoundError, json.JSONDecodeError, TypeError, SafetensorError, RuntimeError) as error:
            raise ValueError(f"no item adapter in {folder} ({error})") from error
        return adapter.eval()


def added(mask: torch.Tensor) -> torch.Tensor:
    """Map a mask, True where something is seen, to one of (batch, 1, 1 or length, length) to add to the scores."""
    seen = mask[:, None, None] if mask.ndim == 2 else mask[:, None]
    return torch.zeros(seen.shape, device=mask.device).masked_fill(~seen, torch.finfo(torch.float32).min)


def token_size(language: PreTrainedModel) -> float:
    """Return the root mean square of the embeddings of a language model's tokens."""
    table: Any = language.get_input_embeddings()
    return float(table.weight.detach().float().square().mean().sqrt())


def softener(adapter: ItemAdapter, features: ItemFeatures) -> Soften:
    """Return the function that makes soft tokens of places in ``features``."""
    if adapter.shape.item_dim != features.matrix.shape[1]:
        raise ValueError(
            f"the adapter reads {adapter.shape.item_dim} numbers of an item, not {features.matrix.shape[1]}"
        )
    matrix = torch.from_numpy(features.matrix)

    def soften(rows: torch.Tensor) -> torch.Tensor:
        # The matrix stays where it is: a turn needs a few of its rows.
        found: torch.Tensor = adapter(matrix[rows.cpu()].to(rows.device))
        return found

    return soften
