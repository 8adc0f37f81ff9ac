"""Teach the recommend head on the situations of real dialogues, over a frozen language model."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch.nn import functional

from evaluation.corpora import Conversation
from evaluation.mentions import Library
from evaluation.situations import Situation, all_situations, folds
from finetune.evidence import Clues, Evidence, crossed
from finetune.head import ClueBatch, HeadShape, PointerHead

States = Callable[[Sequence[Situation]], np.ndarray]
"""Maps situations to their (situations, model_dim) hidden states at the pointer."""


@dataclass(frozen=True)
class HeadConfig:
    """How a head is trained."""

    dim: int = HeadShape.dim
    inner: int = HeadShape.inner
    dropout: float = HeadShape.dropout
    knowledge: bool = HeadShape.knowledge
    passes: int = 8
    """At most so many over all situations."""
    patience: int = 3
    """Training ends after so many passes without a better loss on the dialogues held out."""
    batch: int = 64
    rate: float = 1e-3
    """Learning rate of the maps."""
    knowledge_rate: float = 3e-2
    """Of the weights of the evidence and the biases of the items."""
    decay: float = 0.05
    parts: int = 10
    """One of so many parts of the dialogues is held out."""
    crossed: int = 4
    """In so many parts the others take turns at being counted and being learned from."""
    seed: int = 0


@dataclass(frozen=True)
class Lesson:
    """One situation, ready to learn from."""

    hidden: np.ndarray = field(repr=False)
    clues: Clues = field(repr=False)
    targets: tuple[int, ...]
    """The rows of the items named."""


@dataclass(frozen=True)
class Pass:
    """What one pass over the lessons came to."""

    number: int
    """1-based."""
    loss: float
    held_out: float
    """The loss on the dialogues held out."""
    recall: float
    """Recall@10 of the targets there."""


def held_out(taught: Sequence[Conversation], config: HeadConfig) -> tuple[list[Conversation], list[Conversation]]:
    """Return the dialogues to learn from and those held out."""
    return folds(taught, config.parts)[0]


def lessons(evidence: Evidence, conversations: Sequence[Conversation], states: States) -> list[Lesson]:
    """Return the situations whose targets the catalogue has at least in part."""
    found = [
        (one, evidence.library.rows([film.item_id for film in one.targets])) for one in all_situations(conversations)
    ]
    found = [(situation, targets) for situation, targets in found if targets]
    if not found:
        return []
    hidden = states([situation for situation, _ in found])
    return [
        Lesson(state, _small(evidence.of(situation)), tuple(targets))
        for state, (situation, targets) in zip(hidden, found, strict=True)
    ]


def crossed_lessons(
    library: Library, taught: Sequence[Conversation], states: States, config: HeadConfig
) -> tuple[list[Lesson], list[Lesson]]:
    """Return what to learn from and what to stop by."""
    rest, aside = held_out(taught, config)
    learned = [
        lesson
        for evidence, part in crossed(library, rest, config.crossed)
        for lesson in lessons(evidence, part, states)
    ]
    if not learned:
        raise ValueError(f"{len(taught)} dialogues name no film of the catalogue from which to learn")
    return learned, lessons(Evidence.learn(library, rest), aside, states)


def _small(clues: Clues) -> Clues:
    """Halve what clues take in memory."""
    return replace(clues, near=clues.near.astype(np.float16))


def new_head(config: HeadConfig, items: np.ndarray, learned: Sequence[Lesson], kinds: tuple[str, ...]) -> PointerHead:
    """Return an untrained head for lessons, over (items, item_dim) vectors."""
    torch.manual_seed(config.seed)
    shape = HeadShape(
        len(learned[0].hidden),
        items.shape[1],
        len(items),
        kinds,
        config.dim,
        config.inner,
        config.dropout,
        config.knowledge,
    )
    head = PointerHead(shape, items)
    near = np.stack([lesson.clues.near.astype(np.float32).std(axis=1) for lesson in learned])
    head.spread.copy_(torch.from_numpy(near.mean(axis=0).clip(1e-6)))
    return head


def train_head(
    config: HeadConfig, head: PointerHead, learned: Sequence[Lesson], aside: Sequence[Lesson]
) -> Iterator[Pass]:
    """Train ``head`` by the cross-entropy over all items, yielding each pass; it ends with its best weights.

    Without lessons ``aside`` it is trained for all passes, and ends with the last weights.
    """
    optimizer = torch.optim.AdamW(_groups(head, config), weight_decay=config.decay)
    best, kept, since = float("inf"), copy.deepcopy(head.state_dict()), 0
    for number in range(config.passes):
        torch.manual_seed(config.seed * 10_000 + number)
        head.train()
        order = torch.randperm(len(learned)).tolist()
        total = 0.0
        for start in range(0, len(order), config.batch):
            _slow(optimizer, 1 - (number + start / len(order)) / config.passes)
            batch = [learned[place] for place in order[start : start + config.batch]]
            optimizer.zero_grad()
            loss = losses(head, batch).mean()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += float(loss.detach()) * len(batch)
        checked, recall = check(head, aside, config.batch)
        since = 0 if checked < best or not aside else since + 1
        if since == 0:
            best, kept = checked, copy.deepcopy(head.state_dict())
        yield Pass(number + 1, total / len(learned), checked, recall)
        if since >= config.patience:
            break
    head.load_state_dict(kept)
    head.eval()


def _slow(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Set the learning rates to a share of what they are at the beginning."""
    for group in optimizer.param_groups:
        group["lr"] = group["initial"] * share


def losses(head: PointerHead, batch: Sequence[Lesson]) -> torch.Tensor:
    """Return the mean -ln P (natural log) of the targets of each lesson, (lessons,)."""
    logs = functional.log_softmax(_scores(head, batch), dim=1)
    return torch.stack([-logs[place, list(lesson.targets)].mean() for place, lesson in enumerate(batch)])


@torch.inference_mode()
def check(head: PointerHead, aside: Sequence[Lesson], batch: int) -> tuple[float, float]:
    """Return mean loss and Recall@10 of the targets of lessons; not a number where there are none."""
    if not aside:
        return float("nan"), float("nan")
    head.eval()
    found, hits = [], []
    for start in range(0, len(aside), batch):
        part = aside[start : start + batch]
        found.append(losses(head, part))
        best = _scores(head, part).topk(min(10, head.shape.items), dim=1).indices.tolist()
        hits += [row in top for lesson, top in zip(part, best, strict=True) for row in lesson.targets]
    return float(torch.cat(found).mean()), float(np.mean(hits))


def _scores(head: PointerHead, batch: Sequence[Lesson]) -> torch.Tensor:
    hidden = torch.from_numpy(np.stack([lesson.hidden for lesson in batch]).astype(np.float32))
    found: torch.Tensor = head(hidden, ClueBatch.of([lesson.clues for lesson in batch]))
    return found


def _groups(head: PointerHead, config: HeadConfig) -> list[dict[str, object]]:
    simple = [head.fame, head.near, head.again]
    maps = [*head.key.parameters(), *head.inner.parameters(), *head.query.parameters(), *head.sways.parameters()]
    return [
        {"params": [*maps, head.bias], "initial": config.rate},
        {"params": simple, "initial": config.knowledge_rate, "weight_decay": 0.0},
    ]


@dataclass(frozen=True)
class Pointer:
    """Says which items a recommender will name: the head as a system of ``evaluation.dialogue``."""

    head: PointerHead
    evidence: Evidence
    states: States

    @torch.inference_mode()
    def scores(self, situation: Situation) -> np.ndarray:
        """Return the logits, (items,)."""
        lesson = Lesson(self.states([situation])[0], self.evidence.of(situation), ())
        return np.asarray(_scores(self.head, [lesson])[0].numpy())


def learn(
    library: Library, taught: Sequence[Conversation], states: States, items: np.ndarray, config: HeadConfig
) -> Pointer:
    """Train a head on dialogues; its evidence is counted in all of them."""
    learned, aside = crossed_lessons(library, taught, states, config)
    evidence = Evidence.learn(library, taught)
    head = new_head(config, items, learned, evidence.kinds)
    for _ in train_head(config, head, learned, aside):
        pass
    return Pointer(head, evidence, states)
