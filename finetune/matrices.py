"""Products with weights on a CPU, which for a few rows at a time take as long as the weights take to be read.

Packed weights are smaller. In eight bits, a scale for each output, they are a quarter of float32; the rows are rounded
to eight bits too, each by its own range, which only some CPUs multiply exactly in one instruction. In float16 they are
half, and every number of a model published in bfloat16 is the same, but the very smallest.
"""

import warnings
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.nn import functional

_FEW = 16
"""So many rows are multiplied quicker by packed weights; for more of them arithmetic is what takes the time."""
_LARGEST = 127
_LEAST = 1e-9
_EXACT = ("avx512_vnni",)
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
        self._packing = packing
        self._packed = _packed(weight.float(), bias, packing)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Map (length, in) to (length, out), float32 both."""
        if self._packed is None or rows.shape[0] > _FEW:
            return functional.linear(rows.to(self._weight.dtype), self._weight, self._bias).float()
        if self._packing is Packing.FLOAT16:
            few: torch.Tensor = torch.ops.quantized.linear_dynamic_fp16.default(rows, self._packed)
            return few
        found = self._rounded(rows)
        return found if self._bias is None else found + self._bias

    def _rounded(self, rows: torch.Tensor) -> torch.Tensor:
        if rows.shape[0] == 1:
            found: torch.Tensor = torch.ops.quantized.linear_dynamic.default(rows, self._packed)
            return found
        # torch rounds all rows by one range, so they are brought to the same.
        sizes = rows.abs().amax(1, keepdim=True).clamp_min(_LEAST)
        several: torch.Tensor = torch.ops.quantized.linear_dynamic.default(rows / sizes, self._packed)
        return several.mul_(sizes)


@cache
def packing() -> Packing:
    """Return the smallest packing that this CPU and this build of torch multiply by; builds for x86 have some."""
    kinds = (Packing.INT8, Packing.FLOAT16) if _multiplies_eight_bits() else (Packing.FLOAT16,)
    return next((kind for kind in kinds if _works(kind)), Packing.NONE)


def _multiplies_eight_bits() -> bool:
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in _EXACT)


def _works(kind: Packing) -> bool:
    try:
        Matrix([nn.Linear(8, 8)], kind)(torch.ones(1, 8))
    except (RuntimeError, AttributeError):
        return False
    return True


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
    return torch.ops.quantized.linear_prepack(eight, None)


def _one(parts: Sequence[Any]) -> torch.Tensor:
    found = [part.detach() for part in parts]
    return found[0] if len(found) == 1 else torch.cat(found)
