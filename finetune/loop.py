"""The training loop of the dialogue model's parts: a stage at a time, seeded, and saved to go on from."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from safetensors.torch import load_file, save_file
from torch import nn

from catalog.storage import fresh_folder

_WARM = 0.1
"""Share of a stage's steps in which the learning rate rises; then it falls in a line, to a twentieth."""
_LEAST = 0.05
_LARGEST_GRADIENT = 1.0
_CHECKPOINT, _PROGRESS, _WEIGHTS, _MOMENTS = "checkpoint", "progress.json", "weights.safetensors", "adam.safetensors"


@dataclass(frozen=True)
class Stage:
    """How long and how fast something is learned."""

    steps: int
    batch: int
    rate: float
    """The highest learning rate."""


@dataclass(frozen=True)
class Step:
    """What one step came to."""

    stage: str
    number: int
    """1-based, in its stage."""
    loss: float
    seconds: float
    scores: Mapping[str, float] | None = None
    """On what is kept for validation, where that was looked at."""


class Loop:
    """Runs stages and keeps how far each came below a folder.

    What a step draws depends on the seed, the stage and its number alone: a run that goes on from what it saved draws
    what it would have drawn.
    """

    def __init__(self, out: Path, settings: Mapping[str, object], seed: int, check_every: int) -> None:
        """Keep everything below ``out``; a run of other ``settings`` may not go on there."""
        self._out = out / _CHECKPOINT
        self._settings = json.loads(json.dumps(settings))
        self._seed = seed
        self._check_every = check_every

    def run(
        self, name: str, stage: Stage, objective: nn.Module, check: Callable[[], Mapping[str, float]]
    ) -> Iterator[Step]:
        """Train the parameters of ``objective`` that ask for gradients, yielding each step.

        Called with a generator and a batch size, ``objective`` draws a batch and returns its loss. Raises ValueError
        where another run has left its work.
        """
        accelerator = Accelerator(kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)])
        learned = {key: weights for key, weights in objective.named_parameters() if weights.requires_grad}
        optimizer = torch.optim.AdamW(learned.values(), lr=stage.rate, weight_decay=0.01)
        begun = self._restore(name, learned, optimizer)
        ready, optimizer = accelerator.prepare(objective, optimizer)
        for number in range(begun, stage.steps):
            start = time.perf_counter()
            for group in optimizer.param_groups:
                group["lr"] = stage.rate * _share(number, stage.steps)
            rng = _seeded(self._seed, name, number, accelerator.process_index)
            objective.train()
            optimizer.zero_grad()
            loss = ready(rng, stage.batch)
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(learned.values(), _LARGEST_GRADIENT)
            optimizer.step()
            seconds, scores = time.perf_counter() - start, None
            if (number + 1) % self._check_every == 0 or number + 1 == stage.steps:
                objective.eval()
                scores = check()
                if accelerator.is_main_process:
                    self._save(name, learned, optimizer, number + 1)
            yield Step(name, number + 1, float(loss.detach()), seconds, scores)

    def _folder(self, name: str) -> Path:
        return self._out / name

    def _save(
        self, name: str, learned: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer, reached: int
    ) -> None:
        self._out.mkdir(parents=True, exist_ok=True)
        with fresh_folder(self._folder(name)) as folder:
            save_file({key: weights.detach().contiguous() for key, weights in learned.items()}, folder / _WEIGHTS)
            moments = optimizer.state_dict()["state"]
            flat = {f"{place}.{key}": value for place, state in moments.items() for key, value in state.items()}
            save_file(flat, folder / _MOMENTS)
            about = {"settings": self._settings, "reached": reached}
            (folder / _PROGRESS).write_text(json.dumps(about, indent=1), encoding="utf-8")

    def _restore(self, name: str, learned: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> int:
        """Go back to what was saved of a stage and return how many steps that were."""
        folder = self._folder(name)
        try:
            about = json.loads((folder / _PROGRESS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0
        if about["settings"] != self._settings:
            raise ValueError(f"{folder} holds a run of other settings; choose another folder, or delete {folder}")
        saved = load_file(folder / _WEIGHTS)
        for key, weights in learned.items():
            weights.data.copy_(saved[key])
        state: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in load_file(folder / _MOMENTS).items():
            place, moment = key.split(".", 1)
            state.setdefault(int(place), {})[moment] = value
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        return int(about["reached"])


def as_row(step: Step) -> str:
    """Return a step as a line of JSON."""
    return json.dumps(asdict(step))


def _share(number: int, steps: int) -> float:
    warm = max(1, int(_WARM * steps))
    return (number + 1) / warm if number < warm else 1 - (1 - _LEAST) * (number - warm) / max(1, steps - warm)


def _seeded(seed: int, stage: str, number: int, process: int) -> random.Random:
    """Return the generator of a step, and seed torch's likewise, for dropout and masks."""
    rng = random.Random(f"{seed} {stage} {number} {process}")
    torch.manual_seed(rng.getrandbits(32))
    return rng
