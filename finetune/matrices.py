"""Products with weights on a CPU, which for a row at a time take as long as the weights take to be read.

Packed weights are smaller. In eight bits, a scale for each output, they are a quarter of float32; the row is rounded to
eight bits too, which only some CPUs multiply exactly in one instruction. In float16 they are half, and every number of
a model published in bfloat16 is the same, but the very smallest.
"""

import warnings
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.nn import functional

_LARGEST = 127
_LEAST = 1e-9
_EXACT = "avx512_vnni"
"""Without such instructions, sums of products of eight bits do not fit the sixteen that they are kept in."""


class Packing(Enum):
    """How weights are kept for a few rows."""

    NONE = "not packed"
    FLOAT16 = "packed in float16"
    INT8 = "packed in int8"

    @property
    def bytes(self) -> int | None:
        """Return the bytes of a packed number."""
        return {Packing.FLOAT16: 2, Packing.INT8: 1}.get(self)

    @property
    def rows(self) -> int:
        """Return how many rows are multiplied by packed weights.

        For more, arithmetic is what takes the time; and several in eight bits would be rounded by one range.
        """
        return {Packing.FLOAT16: 16, Packing.INT8: 1}.get(self, 0)


class Matrix:
    """Linear layers of the same input, one below the other."""

    def __init__(self, parts: Sequence[nn.Module], packing: Packing, order: torch.Tensor | None = None) -> None:
        """Take the weights of ``parts``, with the outputs in ``order``."""
        weight, bias = _one([part.weight for part in parts]), None
        if getattr(parts[0], "bias", None) is not None:
            bias = _one([part.bias for part in parts]).float()
        if order is not None:
            weight, bias = weight[order], None if bias is None else bias[order]
        self._weight = weight
        self._bias = None if bias is None else bias.to(weight.dtype)
        self._few = packing.rows
        self._multiply = _operator(packing)
        self._packed = _packed(weight.float(), bias, packing)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Map (length, in) to (length, out), float32 both."""
        if rows.shape[0] > self._few:
            return functional.linear(rows.to(self._weight.dtype), self._weight, self._bias).float()
        found: torch.Tensor = self._multiply(rows, self._packed)
        return found


@cache
def packing() -> Packing:
    """Return the smallest packing that this CPU and this build of torch multiply by; builds for x86 have some."""
    kinds = (Packing.INT8, Packing.FLOAT16) if _multiplies_eight_bits() else (Packing.FLOAT16,)
    return next((kind for kind in kinds if _works(kind)), Packing.NONE)


def _multiplies_eight_bits() -> bool:
    return bool(torch.cpu.get_capabilities().get(_EXACT))


def _works(kind: Packing) -> bool:
    try:
        Matrix([nn.Linear(8, 8)], kind)(torch.ones(1, 8))
    except (RuntimeError, AttributeError):
        return False
    return True


def _operator(packing: Packing) -> Any:  # noqa: ANN401 - torch's own
    if packing is Packing.NONE:
        return None
    known = torch.ops.quantized
    return known.linear_dynamic.default if packing is Packing.INT8 else known.linear_dynamic_fp16.default


def _packed(weight: torch.Tensor, bias: torch.Tensor | None, packing: Packing) -> Any:  # noqa: ANN401 - torch's own
    if packing is Packing.NONE:
        return None
    if packing is Packing.FLOAT16:
        return torch.ops.quantized.linear_prepack_fp16(weight, bias)
    scales = (weight.abs().amax(1) / _LARGEST).clamp_min(_LEAST).double()
    zeros = torch.zeros(len(weight), dtype=torch.long)
    with warnings.catch_warnings():
        # A later torch is to drop tensors of eight bits; without them, ``packing`` takes float16.
        warnings.simplefilter("ignore", UserWarning)
        eight = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(eight, bias)


def _one(parts: Sequence[Any]) -> torch.Tensor:
    found = [part.detach() for part in parts]
    return found[0] if len(found) == 1 else torch.cat(found)
