"""SASRec: a causal transformer over what someone met in order, that says which item comes next.

Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018 (arXiv 1808.09781), trained with a softmax over
items as in LLM2Rec (He et al., KDD 2025, arXiv 2506.21579). What stands for an item, at the input and at the output, is
learned for its id, or is a learned map of a fixed vector, or the sum of both. Torch is imported here, and nothing of
``evaluation`` is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file
from torch import nn
from torch.nn import functional

_SPREAD = 0.02
"""Standard deviation of embeddings at the start."""


@dataclass(frozen=True)
class SASRecConfig:
    """Sizes and training of the network."""

    width: int = 64
    blocks: int = 2
    heads: int = 2
    dropout: float = 0.3
    history: int = 50
    """Only so many items, the last, are looked at."""
    adapter: int = 0
    """Hidden units of the map from vectors to embeddings; 0 for a linear one."""
    whiten: bool = True
    """Turn and stretch the vectors first, so that they vary alike in all directions."""
    rate: float = 3e-3
    decay: float = 1e-4
    batch: int = 32
    """Windows of a step."""
    sample: int = 1024
    """So many items, drawn at random, stand for all that do not occur in these windows."""
    epochs: int = 30
    patience: int = 3
    """Stop after so many epochs without a better validation."""


@dataclass(frozen=True)
class Source:
    """What the embedding of an item is made from."""

    items: int
    vectors: np.ndarray | None = None
    """(items, dimensions), fixed."""
    ids: bool = True
    """Whether an embedding of its own is learned for each item, beside the vectors if there are any."""
    start: bool = False
    """Whether the vectors, turned to their strongest directions, are where the embeddings of its own begin, no more."""


class Score(Protocol):
    """What comes next, by a trained network."""

    def __call__(self, histories: Sequence[np.ndarray], unseen: float = 0.0) -> np.ndarray:
        """Map histories, each items oldest first, to (histories, items) of float32: higher is better.

        An item without training interactions counts as popular as one with ``unseen``.
        """
        ...


@dataclass(frozen=True)
class Fitted:
    """A trained network."""

    score: Score
    losses: tuple[float, ...]
    """Mean of each epoch, in nats."""
    qualities: tuple[float, ...]
    """By validation after each epoch; the network is that of the best."""


def read_vectors(path: Path, items: int) -> np.ndarray:
    """Read (items, dimensions) in catalogue order, as ``retrieval.embed.save_vectors`` wrote them."""
    try:
        vectors = load_file(path)["vectors"]
    except (OSError, SafetensorError, KeyError) as error:
        raise ValueError(f"no vectors in {path}: {error}") from None
    if vectors.ndim != 2 or len(vectors) != items:
        raise ValueError(f"{path} holds {vectors.shape} vectors, but there are {items} items")
    return np.asarray(vectors, dtype=np.float32)


def sources(items: int, files: Mapping[str, Path]) -> dict[str, Source]:
    """Return what the network may know of an item, by the name of the system: ids, each file's vectors, both."""
    found = {"SASRec, ids": Source(items)}
    for name, path in files.items():
        vectors = read_vectors(path, items)
        found[f"SASRec, {name}"] = Source(items, vectors, ids=False)
        found[f"SASRec, {name} + ids"] = Source(items, vectors)
        found[f"SASRec, ids from {name}"] = Source(items, vectors, start=True)
    return found


class Items(nn.Module):
    """Embeddings and popularity of the items."""

    logs: torch.Tensor
    seen: torch.Tensor
    vectors: torch.Tensor

    def __init__(self, source: Source, counts: np.ndarray, config: SASRecConfig) -> None:
        """Take each item's training interactions, (items,), to tell those that training knows."""
        super().__init__()
        seen = counts > 0
        self.register_buffer("seen", torch.from_numpy(seen))
        self.register_buffer("logs", torch.from_numpy(np.log1p(counts).astype(np.float32)))
        self.popularity = nn.Parameter(torch.ones(()))
        self.own = nn.Parameter(torch.zeros(source.items, config.width)) if source.ids else None
        self.adapter: nn.Module | None = None
        if source.vectors is not None and source.start and self.own is not None:
            self.own.data.copy_(torch.from_numpy(_strongest(source.vectors, config)))
            return
        if source.vectors is not None:
            vectors = _standard(source.vectors, config.whiten)
            self.register_buffer("vectors", torch.from_numpy(vectors))
            self.adapter = _adapter(vectors.shape[1], config)
        elif self.own is not None:
            nn.init.normal_(self.own, std=_SPREAD)
        if self.own is not None:
            self.own.data[~self.seen] = 0.0

    def forward(self, chosen: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of the ``chosen`` items, (chosen, width)."""
        parts = [] if self.own is None else [self.own[chosen]]
        if self.adapter is not None:
            parts.append(self.adapter(self.vectors[chosen]))
        return torch.stack(parts).sum(0)


def _adapter(dimensions: int, config: SASRecConfig) -> nn.Module:
    if not config.adapter:
        layer = nn.Linear(dimensions, config.width, bias=False)
        nn.init.normal_(layer.weight, std=0.02)
        return layer
    first, last = nn.Linear(dimensions, config.adapter), nn.Linear(config.adapter, config.width, bias=False)
    nn.init.normal_(first.weight, std=1.0)
    nn.init.normal_(last.weight, std=0.02 / config.adapter**0.5)
    return nn.Sequential(first, nn.GELU(), last)


def _standard(vectors: np.ndarray, whiten: bool) -> np.ndarray:
    """Centre (items, dimensions), whiten it if so asked, and scale it to a mean square length of 1.

    Then a step of Adam moves embeddings about as far, whatever the number of dimensions. Whitening gives each principal
    direction the same variance, but leaves those out that hardly vary.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    if whiten:
        variances, directions = np.linalg.eigh(centred.T @ centred / len(centred))
        kept = variances > 1e-3 * variances.max()
        centred = centred @ directions[:, kept] / np.sqrt(variances[kept])
    length = np.sqrt((centred**2).sum(axis=1).mean())
    return np.asarray(centred / max(length, 1e-12), dtype=np.float32)


def _strongest(vectors: np.ndarray, config: SASRecConfig) -> np.ndarray:
    """Return the strongest ``width`` principal directions of (items, dimensions), as spread as a random start is."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    found = centred @ directions[:, ::-1][:, : config.width]
    return np.asarray(_SPREAD * found / (found.std(axis=0) if config.whiten else found.std()), dtype=np.float32)


class SASRec(nn.Module):
    """Sequences of items to what comes after each place."""

    def __init__(self, source: Source, counts: np.ndarray, config: SASRecConfig) -> None:
        """Make an untrained network; ``counts`` (items,) are the training interactions of each item."""
        super().__init__()
        self.items = Items(source, counts, config)
        self.places = nn.Parameter(0.02 * torch.randn(config.history, config.width))
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(_block(config) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, table: torch.Tensor, sequences: torch.Tensor) -> torch.Tensor:
        """Map (batch, length) items, padded on the right, to states (batch, length, width).

        ``table`` holds the items' embeddings. No state depends on what comes later, padding included.
        """
        length = sequences.shape[1]
        states = self.dropout(table[sequences] * table.shape[1] ** 0.5 + self.places[:length])
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        for block in self.blocks:
            states = block(states, src_mask=later)
        found: torch.Tensor = self.norm(states)
        return found

    def logits(self, table: torch.Tensor, states: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        """Map (n, width) states to the scores of the ``chosen`` items, whose embeddings are ``table``: (n, chosen)."""
        return states @ table.T + self.items.popularity * self.items.logs[chosen]

    @torch.inference_mode()
    def score(self, histories: Sequence[np.ndarray], unseen: float = 0.0) -> np.ndarray:
        """Return what comes after each history, (histories, items) of float32."""
        self.eval()
        most = len(self.places)
        everything = torch.arange(len(self.items.logs))
        table = self.items(everything)
        sequences, lengths = _padded([history[-most:] for history in histories])
        states = self(table, sequences)[torch.arange(len(lengths)), (lengths - 1).clamp(min=0)]
        scores = self.logits(table, states, everything)
        scores += self.items.popularity * torch.where(self.items.seen, 0.0, float(np.log1p(unseen)))
        return scores.numpy()


def _block(config: SASRecConfig) -> nn.Module:
    return nn.TransformerEncoderLayer(
        config.width, config.heads, config.width, config.dropout, "gelu", batch_first=True, norm_first=True
    )


def _padded(sequences: Sequence[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return sequences padded on the right, (n, longest), and their lengths, (n,)."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    padded = torch.zeros(len(sequences), max(1, int(lengths.max())), dtype=torch.long)
    for row, sequence in enumerate(sequences):
        padded[row, : len(sequence)] = torch.tensor(sequence)
    return padded, lengths


def fit(
    source: Source,
    sequences: Sequence[np.ndarray],
    quality: Callable[[Score], float],
    config: SASRecConfig,
    seed: int,
) -> Fitted:
    """Train on sequences of items, oldest first, until ``quality`` (higher is better) stops rising.

    The softmax is over all items that occur in ``sequences``: the others could only be pushed down.
    """
    counts = np.bincount(np.concatenate([*sequences]), minlength=source.items)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SASRec(source, counts, config)
        rng = np.random.default_rng(seed)
        optimizer = torch.optim.AdamW(network.parameters(), lr=config.rate, weight_decay=config.decay)
        losses: list[float] = []
        best, qualities = deepcopy(network.state_dict()), [-np.inf]
        while len(losses) < config.epochs and len(qualities) - 1 - int(np.argmax(qualities)) < config.patience:
            losses.append(_epoch(network, optimizer, sequences, config, rng))
            qualities.append(quality(network.score))
            if qualities[-1] > max(qualities[:-1]):
                best = deepcopy(network.state_dict())
    network.load_state_dict(best)
    return Fitted(network.score, tuple(losses), tuple(qualities[1:]))


def _epoch(
    network: SASRec,
    optimizer: torch.optim.Optimizer,
    sequences: Sequence[np.ndarray],
    config: SASRecConfig,
    rng: np.random.Generator,
) -> float:
    """Take one step for each batch of windows and return the mean loss, in nats."""
    network.train()
    losses = []
    for batch in _batches(sequences, config, rng):
        optimizer.zero_grad()
        loss = _loss(network, batch, config.sample)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def _loss(network: SASRec, windows: Sequence[np.ndarray], sample: int) -> torch.Tensor:
    """Return the mean of what the next item costs at every place of the windows, in nats.

    The sum over all items in the softmax is estimated without bias: a sample of the items that do not occur here
    counts for all of them.
    """
    sequences, lengths = _padded(windows)
    within = torch.arange(sequences.shape[1]) < lengths[:, None]
    inside = torch.zeros_like(network.items.seen)
    inside[sequences[within]] = True
    others = (network.items.seen & ~inside).nonzero()[:, 0]
    drawn = others[torch.randperm(len(others))[:sample]]
    chosen = torch.cat([inside.nonzero()[:, 0], drawn])
    weights = torch.zeros(len(chosen))
    weights[len(chosen) - len(drawn) :] = np.log(len(others) / max(1, len(drawn))) if len(drawn) else 0.0
    column = torch.zeros(len(inside), dtype=torch.long)
    column[chosen] = torch.arange(len(chosen))
    sequences, table = column[sequences], network.items(chosen)
    states = network(table, sequences[:, :-1])[within[:, 1:]]
    return functional.cross_entropy(network.logits(table, states, chosen) + weights, sequences[:, 1:][within[:, 1:]])


def _batches(
    sequences: Sequence[np.ndarray], config: SASRecConfig, rng: np.random.Generator
) -> Iterator[list[np.ndarray]]:
    """Yield batches of windows that hold every step from an item to the next once, cut elsewhere in each epoch."""
    windows = []
    for sequence in sequences:
        cuts = [0, *range(int(rng.integers(1, config.history + 1)), len(sequence) - 1, config.history)]
        windows += [sequence[cut : end + 1] for cut, end in zip(cuts, [*cuts[1:], len(sequence) - 1], strict=True)]
    windows = [window for window in windows if len(window) > 1]
    order = rng.permutation(len(windows))
    for start in range(0, len(order), config.batch):
        yield [windows[place] for place in order[start : start + config.batch]]
