"""Load a model the way it runs quickest on this machine.

bfloat16 halves the memory traffic, which is what a reply waits for, but some CPUs have no instructions
for it. More threads wait for each other after every operation: when another program takes one of the
cores, two threads on two cores were measured to decode 35 times slower than one. Both are found out by
trying, and more threads are taken only where they bring a lot.
"""

import json
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

_CHOICE = "quickest.json"
_SECONDS = 0.3
"""Each candidate is timed for about this long."""
_WORTHWHILE = 0.6
"""More than one thread is taken when a step then lasts at most this share of its time on one."""


@dataclass(frozen=True)
class Choice:
    """How a model is run on a CPU."""

    dtype: str
    threads: int


def load_quickest(folder: Path) -> PreTrainedModel:
    """Return the model of ``folder`` ready for inference, on a GPU where there is one.

    On a CPU the first load measures, and leaves a note beside the weights for the next.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if torch.cuda.is_available():
        return _load(folder, torch.bfloat16, device="cuda")
    choice = _remembered(folder)
    if choice is None:
        choice = _measure(folder)
        _remember(folder, choice)
    torch.set_num_threads(choice.threads)
    return _load(folder, getattr(torch, choice.dtype))


def _load(folder: Path, dtype: torch.dtype, device: str | None = None) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        str(folder), dtype=dtype, device_map=device, local_files_only=True
    )
    return model


def _machine() -> str:
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} {capability} torch {torch.__version__}"


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
    """Return the choice with the shortest decoding step, more threads at a handicap."""
    most = torch.get_num_threads()
    seconds: dict[Choice, float] = {}
    for dtype in ("bfloat16", "float32"):
        model = _load(folder, getattr(torch, dtype))
        for threads in sorted({1, most}):
            torch.set_num_threads(threads)
            handicap = 1.0 if threads == 1 else 1 / _WORTHWHILE
            seconds[Choice(dtype, threads)] = handicap * _step_seconds(model)
    return min(seconds, key=lambda choice: seconds[choice])


@torch.inference_mode()
def _step_seconds(model: PreTrainedModel) -> float:
    """Return the time of one decoding step, the shortest of those that fit the time given."""
    token = torch.zeros((1, 1), dtype=torch.long)
    began = time.perf_counter()
    best = float("inf")
    while time.perf_counter() - began < _SECONDS:
        start = time.perf_counter()
        model(input_ids=token, use_cache=False)
        best = min(best, time.perf_counter() - start)
    return best
