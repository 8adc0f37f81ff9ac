"""A language model, or an encoder, turned into an embedder of texts and items.

Texts: bidirectional attention and mean pooling, as in LLM2Rec (He et al., KDD 2025, arXiv 2506.21579), with a linear
head. Items: the weighted sum of the vectors of their parts, since a request speaks of a few of them and one long text
drowns those in names. Torch, transformers and peft are imported here; retrieval.embed is for whoever needs only what
comes out.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from catalog.items import Item
from retrieval.embed import ABOUT, PART_WEIGHTS, item_parts

HEAD = "head.safetensors"


@dataclass(frozen=True)
class Shape:
    """What must be the same where an embedder is trained and where it is used."""

    base: str
    """Hub id or folder of the causal language model, or of an encoder."""
    layers: int = 4
    """How many of its layers are used, from the bottom; 0 for all."""
    dimensions: int = 256
    tokens: int = 128
    """A longer text is cut after so many tokens."""


def bidirectional(attention: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Map a (batch, length) mask of 0 and 1 to (batch, 1, length, length) to add: all see all but the padding."""
    hidden = ~attention[:, None, None, :].bool()
    mask = torch.zeros(hidden.shape, dtype=dtype, device=attention.device).masked_fill(hidden, torch.finfo(dtype).min)
    return mask.expand(-1, 1, attention.shape[1], -1)


def mean_pool(hidden: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """Map (batch, length, width) to the means over the tokens that are not padding, (batch, width) of float32."""
    weights = attention[..., None].float()
    return (hidden.float() * weights).sum(1) / weights.sum(1).clamp_min(1.0)


@dataclass(frozen=True)
class Composition:
    """Which texts make up which items: one entry for each part of an item."""

    texts: tuple[str, ...]
    """Distinct."""
    items: int
    rows: torch.Tensor
    """The item of each entry, (entries,)."""
    columns: torch.Tensor
    """Its text, (entries,)."""
    facets: torch.Tensor
    """Its facet as a place in the weights, (entries,)."""
    shares: torch.Tensor
    """One over the square root of how many values the item has of that facet, (entries,)."""


class Tower(nn.Module):
    """Texts and items to unit vectors through the lower layers of a causal language model, or through an encoder."""

    def __init__(self, language: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, shape: Shape) -> None:
        """Wrap a ``language`` model, or an encoder, that has as many layers as ``shape`` says."""
        super().__init__()
        self.language = language
        self.tokenizer = tokenizer
        self.shape = shape
        self.head = nn.Linear(language.config.hidden_size, shape.dimensions)
        # The place after the last is that of every facet without a name here.
        self._facets = {facet: place for place, facet in enumerate(PART_WEIGHTS)}
        self.log_weights = nn.Parameter(torch.tensor([*PART_WEIGHTS.values()]).log())

    def tokens(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return token ids and the mask of what is no padding, both (texts, length)."""
        # Half of a surrogate pair, which a browser can send, is no text that a tokenizer accepts.
        clean = [text.encode("utf-8", "replace").decode("utf-8").strip() or "." for text in texts]
        found = self.tokenizer(clean, padding=True, truncation=True, max_length=self.shape.tokens, return_tensors="pt")
        device = self.head.weight.device
        return found["input_ids"].to(device), found["attention_mask"].to(device)

    def token(self, text: str) -> int:
        """Return the id of a text that is one token."""
        (found,) = self.tokenizer.encode(text, add_special_tokens=False)
        return int(found)

    def hidden(self, ids: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
        """Return the last hidden states, (batch, length, width), of tokens that all see each other."""
        if hasattr(self.language, "lm_head"):
            mask = bidirectional(attention, self.language.dtype)
            output = self.language.model(input_ids=ids, attention_mask=mask, use_cache=False)
        else:
            output = self.language(input_ids=ids, attention_mask=attention)
        found: torch.Tensor = output.last_hidden_state
        return found

    def forward(self, ids: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
        """Map (batch, length) tokens to (batch, dimensions) unit vectors of float32."""
        return functional.normalize(self.head(mean_pool(self.hidden(ids, attention), attention)), dim=-1)

    def compose(self, parts: Composition, vectors: torch.Tensor) -> torch.Tensor:
        """Map the (texts, dimensions) vectors of parts to (items, dimensions) unit vectors."""
        weights = torch.cat([self.log_weights.exp(), self.log_weights.new_ones(1)])[parts.facets] * parts.shares
        sums = vectors.new_zeros(parts.items, vectors.shape[1])
        sums = sums.index_add(0, parts.rows, weights[:, None] * vectors[parts.columns])
        return functional.normalize(sums, dim=-1)

    def facet_place(self, facet: str) -> int:
        """Return where the weight of a facet stands; those without one of their own share the place after the last."""
        return self._facets.get(facet, len(self._facets))

    def composition(self, items: Sequence[Item]) -> Composition:
        """Return what ``items`` are made of."""
        texts: dict[str, int] = {}
        entries = [
            (row, texts.setdefault(value, len(texts)), self.facet_place(facet), len(values) ** -0.5)
            for row, item in enumerate(items)
            for facet, values in item_parts(item).items()
            for value in values
        ]
        rows, columns, facets, shares = zip(*entries, strict=True)
        return Composition(
            texts=tuple(texts),
            items=len(items),
            rows=torch.tensor(rows),
            columns=torch.tensor(columns),
            facets=torch.tensor(facets),
            shares=torch.tensor(shares),
        )

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], tokens: int = 4096) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32 unit vectors; texts of like length go together."""
        return np.asarray(functional.normalize(self.head(self.pooled(texts, tokens)), dim=-1).cpu().numpy())

    def pooled(self, texts: Sequence[str], tokens: int = 4096) -> torch.Tensor:
        """Map n texts to the means of their hidden states, (n, width)."""
        found = torch.zeros(len(texts), self.head.in_features, device=self.head.weight.device)
        for rows in alike([len(text) // 3 + 2 for text in texts], tokens):
            ids, attention = self.tokens([texts[row] for row in rows])
            found[rows] = mean_pool(self.hidden(ids, attention), attention)
        return found

    @torch.inference_mode()
    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, dimensions) of float32 unit vectors."""
        parts = self.composition(items)
        return self.compose(parts, torch.from_numpy(self.encode(parts.texts))).numpy()


class CausalMeans:
    """Texts to the means over the tokens of a causal language model's last layer: what there is before training."""

    def __init__(self, folder: Path) -> None:
        """Load the language model in ``folder``, all layers."""
        self._language = load_language(folder, 0)
        self._language.train(False)
        self._tokenizer = load_tokenizer(folder)

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], tokens: int = 4096) -> np.ndarray:
        """Map n texts to (n, width) of float32 unit vectors."""
        vectors = np.zeros((len(texts), self._language.config.hidden_size), dtype=np.float32)
        for rows in alike([len(text) // 3 + 2 for text in texts], tokens):
            given = self._tokenizer([texts[row] for row in rows], padding=True, return_tensors="pt")
            hidden = self._language.model(**given).last_hidden_state
            vectors[rows] = functional.normalize(mean_pool(hidden, given["attention_mask"]), dim=-1).numpy()
        return vectors


def alike(lengths: Sequence[int], tokens: int) -> Iterable[list[int]]:
    """Yield places, those of like length together, so that a batch padded to its longest has few enough tokens."""
    rows: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if rows and (len(rows) + 1) * lengths[place] > tokens:
            yield rows
            rows = []
        rows.append(place)
    if rows:
        yield rows


def load_language(folder: Path, layers: int, dtype: torch.dtype = torch.bfloat16) -> PreTrainedModel:
    """Load the lower ``layers`` (0: all) of the model in ``folder``: a causal language model, or an encoder."""
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    config.num_hidden_layers = min(layers or config.num_hidden_layers, config.num_hidden_layers)
    causal = any("CausalLM" in name for name in config.architectures or ())
    model: PreTrainedModel = (AutoModelForCausalLM if causal else AutoModel).from_pretrained(
        str(folder), config=config, dtype=dtype if causal else torch.float32, local_files_only=True
    )
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer in ``folder``; it pads to the right, with the token that ends a text if it has no other."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    tokenizer.padding_side = "right"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def write_shape(folder: Path, shape: Shape) -> None:
    """Note in ``folder`` how the embedder in it is put together."""
    (folder / ABOUT).write_text(json.dumps(asdict(shape), indent=1) + "\n", encoding="utf-8")


def read_shape(folder: Path) -> Shape:
    """Return how the embedder in ``folder`` is put together."""
    try:
        return Shape(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError) as error:
        raise ValueError(f"no embedder in {folder} ({error}); train one with `python -m finetune.embed`") from error


def load_tower(base: Path, folder: Path) -> Tower:
    """Load the embedder in ``folder`` over the language model in ``base``, the adapter merged into it.

    It computes in float32: a text's vector must not depend on what it was padded with.
    """
    shape = read_shape(folder)
    whole = load_language(base, shape.layers, torch.float32)
    language = PeftModel.from_pretrained(whole, str(folder), local_files_only=True)
    tower = Tower(language.merge_and_unload(), load_tokenizer(base), shape)
    head = load_file(folder / HEAD)
    tower.log_weights.data = head.pop("log_weights").float()
    tower.head.load_state_dict({name: tensor.float() for name, tensor in head.items()})
    tower.train(False)
    return tower
