"""Choose fewer examples to learn from, after DEALRec (Lin et al., SIGIR 2024, arXiv 2401.17197).

An example counts for its influence, what learning from it does for the loss on examples kept for validation, and for
its effort, how strongly the language model itself would have to change for it. Influence is estimated on a surrogate,
a ridge regression from the vector of what is asked to the vector of what is said, by an influence function (Koh and
Liang, ICML 2017): the gradient on the validation set, through the inverse Hessian, times the gradient of the example.
Effort is the norm of the gradient of the model's loss, here as far as the matrix before the vocabulary goes, where it
is known in closed form. From each stratum of the scores as many are drawn, so that easy examples remain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from finetune.dialogue import DialogueModel
from finetune.examples import Example

Encode = Callable[[Sequence[str]], np.ndarray]
"""Maps n texts to (n, dimensions)."""


@dataclass(frozen=True)
class PruneConfig:
    """How examples are chosen."""

    keep: float = 1.0
    """Share of them."""
    effort: float = 1.0
    """Weight of effort beside that of influence; both are standardised."""
    strata: int = 10
    """Stretches of the scores from each of which as many are drawn."""
    ridge: float = 1.0


def pruned(
    config: PruneConfig,
    examples: Sequence[Example],
    valid: Sequence[Example],
    model: DialogueModel,
    encode: Encode,
    seed: int,
) -> tuple[Example, ...]:
    """Return the share of ``examples`` that the settings ask for, in their order."""
    count = round(config.keep * len(examples))
    if count >= len(examples):
        return tuple(examples)
    asked, said = _vectors(examples, encode)
    influence = influences(asked, said, *_vectors(valid, encode), config.ridge)
    scores = _standard(influence) + config.effort * _standard(efforts(model, examples))
    kept = stratified(scores, count, config.strata, seed)
    return tuple(examples[place] for place in kept)


def influences(
    asked: np.ndarray, said: np.ndarray, valid_asked: np.ndarray, valid_said: np.ndarray, ridge: float
) -> np.ndarray:
    """Return how much the surrogate's squared error on the validation set falls per weight of an example, (n,).

    ``asked`` and ``said`` are (n, d), the validation set's (m, d). Below 0: the example does harm.
    """
    hessian = asked.T @ asked / len(asked) + ridge / len(asked) * np.eye(asked.shape[1])
    weights = np.linalg.solve(hessian, asked.T @ said / len(asked))
    over = valid_asked @ weights - valid_said
    turned = np.linalg.solve(hessian, valid_asked.T @ over / len(valid_asked))
    # The gradient of an example is the outer product of what is asked and of what is said too much.
    return np.asarray(np.einsum("nd,nd->n", asked @ turned, asked @ weights - said))


@torch.inference_mode()
def efforts(model: DialogueModel, examples: Sequence[Example]) -> np.ndarray:
    """Return the norm of the gradient of each example's loss by the matrix before the vocabulary, (examples,)."""
    return np.array([_effort(*model.reply_errors(example)) for example in examples])


def _effort(hidden: torch.Tensor, over: torch.Tensor) -> float:
    """Return the norm of the mean of the outer products of (length, vocabulary) errors and (length, dim) states."""
    inner = (over @ over.T) * (hidden @ hidden.T)
    return float(inner.sum().clamp_min(0).sqrt() / len(hidden))


def stratified(scores: np.ndarray, count: int, strata: int, seed: int) -> list[int]:
    """Return ``count`` places of (n,) scores in their order, as many as possible from each of equal stretches.

    Stretches of few are taken whole, and the others fill up what they lack (as coverage-centric selection does, Zheng
    et al., ICLR 2023, arXiv 2210.15809).
    """
    rng = np.random.default_rng(seed)
    edges = np.linspace(scores.min(), scores.max(), strata + 1)[1:-1]
    of = np.digitize(scores, edges)
    groups = sorted((np.flatnonzero(of == stratum) for stratum in range(strata)), key=len)
    kept: list[int] = []
    for place, group in enumerate(groups):
        share = (count - len(kept)) // (len(groups) - place)
        kept += [int(one) for one in rng.permutation(group)[:share]]
    return sorted(kept)


def _vectors(examples: Sequence[Example], encode: Encode) -> tuple[np.ndarray, np.ndarray]:
    asked = encode([example.messages[-1].text for example in examples])
    return asked.astype(np.float64), encode([example.reply for example in examples]).astype(np.float64)


def _standard(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-12))
