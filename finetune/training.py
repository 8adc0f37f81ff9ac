"""The training loop of the embedder: stages, a learning rate that rises and falls, and saving to go on from."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel

from catalog.storage import fresh_folder
from finetune.objectives import Objective
from retrieval.base import DEFAULT_BASE
from retrieval.tower import HEAD, Shape, Tower, load_language, load_tokenizer, write_shape

STAGES = ("following", "unmasking", "views", "imitation", "answering")
_WARM = 0.1
"""Share of a stage's steps in which the learning rate rises; then it falls in a line, to a tenth."""
_LARGEST_GRADIENT = 1.0
_CHECKPOINT, _PROGRESS = "checkpoint", "progress.json"
_WEIGHTS, _MOMENTS, _BEFORE = "weights.safetensors", "adam.safetensors", "before.safetensors"


@dataclass(frozen=True)
class Stage:
    """How long and how fast one objective is learned."""

    steps: int
    batch: int
    rate: float
    """The highest learning rate."""


@dataclass(frozen=True)
class EmbedConfig:
    """A whole training run."""

    shape: Shape = Shape(DEFAULT_BASE.hub_id)
    rank: int = 64
    """Of the low-rank adapters on every linear map of every layer; their alpha is twice that."""
    dropout: float = 0.0
    stages: Mapping[str, Stage] = field(
        default_factory=lambda: {
            "following": Stage(40, 8, 3e-4),
            "unmasking": Stage(60, 16, 3e-4),
            "views": Stage(20, 16, 2e-4),
            "imitation": Stage(400, 192, 1e-3),
            "answering": Stage(500, 64, 1e-3),
        }
    )
    """By name; those left out are skipped."""
    blend: float = 0.7
    """What is kept lies this share of the way from before the last stage to after it: trained on few requests, the end
    of the way has forgotten some of what it knew (Wortsman et al., WiSE-FT, CVPR 2022, arXiv 2109.01903)."""
    seed: int = 0
    check_every: int = 100
    """Steps between two looks at the development set; as often, everything is saved."""


@dataclass(frozen=True)
class Step:
    """What one step came to."""

    stage: str
    number: int
    """1-based, in its stage."""
    loss: float
    seconds: float
    score: float | None = None
    """nDCG@10 on the development set, where it was looked at."""


class Student(nn.Module):
    """A tower with adapters; its forward pass is a loss, so that gradients are gathered from all machines."""

    def __init__(self, config: EmbedConfig, base: Path) -> None:
        """Put fresh adapters on the language model in ``base``."""
        super().__init__()
        torch.manual_seed(config.seed)
        adapters = LoraConfig(
            r=config.rank, lora_alpha=2 * config.rank, lora_dropout=config.dropout, target_modules="all-linear"
        )
        self.adapted: PeftModel = get_peft_model(load_language(base, config.shape.layers), adapters)
        self.tower = Tower(cast(PreTrainedModel, self.adapted.get_base_model()), load_tokenizer(base), config.shape)

    def forward(self, objective: Objective, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the loss of a batch."""
        return objective.loss(self.tower, rng, batch)

    def learned(self) -> dict[str, nn.Parameter]:
        """Return what is trained, by name."""
        return {name: weights for name, weights in self.tower.named_parameters() if weights.requires_grad}

    def state(self) -> dict[str, torch.Tensor]:
        """Return a copy of what is trained, by name."""
        return {name: weights.detach().clone().contiguous() for name, weights in self.learned().items()}

    def blend(self, before: Mapping[str, torch.Tensor], share: float) -> None:
        """Go back to ``share`` of the way from ``before`` to what is there."""
        for name, weights in self.learned().items():
            weights.data.lerp_(before[name].to(weights), 1 - share)

    def save(self, folder: Path) -> None:
        """Write the embedder as retrieval.tower.load_tower reads it."""
        folder.mkdir(parents=True, exist_ok=True)
        for adapters in self.adapted.peft_config.values():
            # Else it would be the folder on this machine.
            adapters.base_model_name_or_path = self.tower.shape.base
        self.adapted.half().save_pretrained(str(folder), save_embedding_layers=False)
        head = {**self.tower.head.state_dict(), "log_weights": self.tower.log_weights.data}
        save_file({name: tensor.float().contiguous() for name, tensor in head.items()}, folder / HEAD)
        write_shape(folder, self.tower.shape)


def train(
    config: EmbedConfig,
    student: Student,
    objectives: Mapping[str, Callable[[], Objective]],
    check: Callable[[Tower], float],
    out: Path,
) -> Iterator[Step]:
    """Train ``student`` through the stages of ``config``, yielding each step.

    What a step draws depends on the seed, the stage and its number alone: a run that goes on from what it saved below
    ``out`` draws what it would have drawn.
    """
    accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)])
    reached = _reached(out, config)
    for name in [name for name in STAGES if name in config.stages]:
        stage = config.stages[name]
        if reached.get(name) == stage.steps and name != list(reached)[-1]:
            continue
        optimizer = torch.optim.AdamW(student.learned().values(), lr=stage.rate)
        if name in reached:
            _restore(out, student, optimizer)
        ready, optimizer = accelerator.prepare(student, optimizer)
        objective = objectives[name]()
        if name not in reached:
            objective.begin(student.tower)
            before = student.state()
        else:
            before = load_file(out / _CHECKPOINT / _BEFORE)
        for number in range(reached.get(name, 0), stage.steps):
            begun = time.perf_counter()
            _at(optimizer, stage, number)
            rng = _seeded(config.seed, name, number, accelerator.process_index)
            loss = _descend(accelerator, ready, optimizer, lambda: ready(objective, rng, stage.batch))  # noqa: B023
            seconds, score = time.perf_counter() - begun, None
            if (number + 1) % config.check_every == 0 or number + 1 == stage.steps:
                score = check(student.tower)
                if accelerator.is_main_process:
                    _save(out, config, (before, student.state()), optimizer, reached | {name: number + 1})
            yield Step(name, number + 1, loss, seconds, score)
        reached[name] = stage.steps
    student.blend(before, config.blend)


def _descend(
    accelerator: Accelerator, model: nn.Module, optimizer: torch.optim.Optimizer, loss: Callable[[], torch.Tensor]
) -> float:
    """Take one step down and return the loss before it."""
    model.train()
    optimizer.zero_grad()
    found = loss()
    accelerator.backward(found)
    accelerator.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return float(found.detach())


def _at(optimizer: torch.optim.Optimizer, stage: Stage, number: int) -> None:
    """Set the learning rate of a step."""
    warm = max(1, int(_WARM * stage.steps))
    share = (number + 1) / warm if number < warm else 1 - 0.9 * (number - warm) / max(1, stage.steps - warm)
    for group in optimizer.param_groups:
        group["lr"] = stage.rate * share


def _seeded(seed: int, stage: str, number: int, process: int) -> random.Random:
    """Return the generator of a step, and seed torch's likewise, for dropout and masks."""
    rng = random.Random(f"{seed} {stage} {number} {process}")
    torch.manual_seed(rng.getrandbits(32))
    return rng


def _reached(out: Path, config: EmbedConfig) -> dict[str, int]:
    """Return how many steps of each stage were saved below ``out``, in order; none if nothing was."""
    try:
        about = json.loads((out / _CHECKPOINT / _PROGRESS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if about["config"] != asdict(config):
        raise ValueError(f"{out} holds a run of other settings; choose another folder, or delete {out / _CHECKPOINT}")
    return dict(about["reached"])


def _save(
    out: Path,
    config: EmbedConfig,
    states: tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]],
    optimizer: torch.optim.Optimizer,
    reached: Mapping[str, int],
) -> None:
    with fresh_folder(out / _CHECKPOINT) as folder:
        for state, file in zip(states, (_BEFORE, _WEIGHTS), strict=True):
            save_file(state, folder / file)
        moments = optimizer.state_dict()["state"]
        flat = {f"{place}.{key}": value for place, state in moments.items() for key, value in state.items()}
        save_file(flat, folder / _MOMENTS)
        about = {"config": asdict(config), "reached": reached}
        (folder / _PROGRESS).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _restore(out: Path, student: Student, optimizer: torch.optim.Optimizer) -> None:
    saved = load_file(out / _CHECKPOINT / _WEIGHTS)
    for name, weights in student.learned().items():
        weights.data.copy_(saved[name])
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in load_file(out / _CHECKPOINT / _MOMENTS).items():
        place, moment = key.split(".", 1)
        state.setdefault(int(place), {})[moment] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
