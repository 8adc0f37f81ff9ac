"""Load a model the way it runs quickest on this machine.

bfloat16 halves the memory traffic and the arithmetic of a long prompt, but some CPUs have no instructions for it.
More threads wait for each other after every operation: when another program takes one of the cores, two threads on
two cores were measured to decode 35 times slower than one. Both are found out by trying, and more threads are taken
only where they bring a lot. Threads that share a prompt part by part (finetune.steps) do no harm and are always taken.
"""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

from finetune.decoding import Steps
from finetune.matrices import packing
from finetune.steps import steps_for

_CHOICE = "quickest.json"
_SECONDS = 0.3
"""Each candidate is timed for about this long."""
_WORTHWHILE = 0.6
"""More than one thread is taken when a step then lasts at most this share of its time on one."""
_PROMPT, _REPLY = 128, 32
"""Tokens that are new in a prompt, and of a reply: what is compared is the time of a turn."""


@dataclass(frozen=True)
class Choice:
    """How a model is run on a CPU."""

    dtype: str
    """Of the weights where they are not packed."""
    threads: int
    """That generate."""


def load_quickest(folder: Path) -> Steps:
    """Return the model of ``folder`` ready for inference, on a GPU where there is one.

    On a CPU the first load measures, and leaves a note beside the weights for the next.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if torch.cuda.is_available():
        return steps_for(_load(folder, torch.bfloat16, device="cuda"))
    choice = _remembered(folder)
    if choice is None:
        choice = _measure(folder)
        _remember(folder, choice)
    torch.set_num_threads(choice.threads)
    return _steps(folder, choice.dtype)


def _steps(folder: Path, dtype: str) -> Steps:
    return steps_for(_load(folder, getattr(torch, dtype)), packing(), cores())


def _load(folder: Path, dtype: torch.dtype, device: str | None = None) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        str(folder), dtype=dtype, device_map=device, local_files_only=True
    )
    return model


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _machine() -> str:
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} {capability} torch {torch.__version__} weights {packing().value}"


def _remembered(folder: Path) -> Choice | None:
    try:
        note = json.loads((folder / _CHOICE).read_text(encoding="utf-8"))
        choice = Choice(dtype=str(note["dtype"]), threads=int(note["threads"]))
        usable = choice.dtype in ("bfloat16", "float32") and choice.threads > 0
        return choice if usable and note["machine"] == _machine() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(folder: Path, choice: Choice) -> None:
    note = {**asdict(choice), "machine": _machine()}
    try:
        (folder / _CHOICE).write_text(json.dumps(note), encoding="utf-8")
    except OSError:
        # A folder that cannot be written only means measuring again at the next start.
        return


def _measure(folder: Path) -> Choice:
    """Return the choice with the shortest turn, more threads at a handicap."""
    most = torch.get_num_threads()
    seconds: dict[Choice, float] = {}
    for dtype in ("bfloat16", "float32"):
        steps = _steps(folder, dtype)
        torch.set_num_threads(1)
        prompt = _pass_seconds(steps, _PROMPT)
        for threads in sorted({1, most}):
            torch.set_num_threads(threads)
            handicap = 1.0 if threads == 1 else 1 / _WORTHWHILE
            seconds[Choice(dtype, threads)] = prompt + _REPLY * handicap * _pass_seconds(steps, 1)
    return min(seconds, key=lambda choice: seconds[choice])


@torch.inference_mode()
def _pass_seconds(steps: Steps, tokens: int) -> float:
    """Return the time of one pass of so many tokens, the shortest of those that fit the time given."""
    text = steps.embed([0] * tokens)
    began = time.perf_counter()
    best = float("inf")
    while time.perf_counter() - began < _SECONDS:
        start = time.perf_counter()
        steps.after(text, steps.memory())
        best = min(best, time.perf_counter() - start)
    return best
