"""In which numbers training multiplies matrices quickest on this machine."""

import time
from functools import cache

import torch

_ROWS, _WIDTH = 256, 512
_TIMES = 5


@cache
def bfloat16_pays(device: str) -> bool:
    """Tell whether a device (``cpu``, ``cuda``) multiplies matrices quicker in bfloat16 than in float32, by trying.

    Some CPUs have no instructions for it and are four times slower in it.
    """
    return device != "cpu" or _seconds(torch.bfloat16) < _seconds(torch.float32)


def quick_numbers(device: str) -> torch.autocast:
    """Return the context in which a model is trained: in bfloat16 where that is quicker, else as its weights are."""
    return torch.autocast(device, torch.bfloat16, enabled=bfloat16_pays(device))


def quick_weights(device: str) -> torch.dtype:
    """Return in which numbers the frozen weights of a language model are kept: those of ``quick_numbers``.

    Weights in bfloat16 are multiplied in bfloat16 whatever the context says.
    """
    return torch.bfloat16 if bfloat16_pays(device) else torch.float32


@torch.inference_mode()
def _seconds(dtype: torch.dtype) -> float:
    """Return the shortest time of a product."""
    left, right = torch.ones(_ROWS, _WIDTH, dtype=dtype), torch.ones(_WIDTH, _WIDTH, dtype=dtype)
    times = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - start)
    return min(times)
