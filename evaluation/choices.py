"""Learn weights from choices among items: the conditional logit (McFadden 1974)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

_FARTHEST = 6.0
"""Standard scores beyond this count as this, so that no product runs away."""


@dataclass(frozen=True)
class FitConfig:
    """How weights are learned."""

    l2: float = 3e-4
    """Penalty on the square of a weight, of a feature scaled to standard deviation 1."""


@dataclass(frozen=True)
class Choices:
    """Choices among items: rows ``starts[i]`` up to the next start were on offer, and row ``chosen[i]`` was taken."""

    features: np.ndarray
    starts: np.ndarray
    chosen: np.ndarray

    def only(self, columns: Sequence[int]) -> "Choices":
        """Return the same choices, seen through some of the features."""
        return Choices(self.features[:, columns], self.starts, self.chosen)

    def loss(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean -ln P(chosen) and its gradient by ``weights``."""
        sizes = np.diff(np.append(self.starts, len(self.features)))
        logits = self.features @ weights.astype(np.float32)
        logits -= np.repeat(np.maximum.reduceat(logits, self.starts), sizes)
        mass = np.exp(logits)
        totals = np.add.reduceat(mass, self.starts)
        mass /= np.repeat(totals, sizes)
        gradient = mass @ self.features - self.features[self.chosen].sum(axis=0)
        count = len(self.starts)
        return float((np.log(totals) - logits[self.chosen]).mean()), np.asarray(gradient / count, dtype=np.float64)


@dataclass(frozen=True)
class Products:
    """Makes of features their standard scores and the product of each two of them, squares included."""

    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, choices: Choices) -> "Products":
        """Take centre and scale from what was on offer."""
        return cls(choices.features.mean(axis=0), np.maximum(choices.features.std(axis=0), 1e-6))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Map (..., features) to (..., features (features + 3) / 2), float32."""
        scores = ((features - self.centre) / self.scale).clip(-_FARTHEST, _FARTHEST)
        first, second = np.triu_indices(len(self.centre))
        products = scores[..., first] * scores[..., second]
        return np.concatenate([scores, products], axis=-1, dtype=np.float32)

    def seen(self, choices: Choices) -> Choices:
        """Return the same choices, seen through the products."""
        return Choices(self(choices.features), choices.starts, choices.chosen)


def fit(choices: Choices, config: FitConfig = FitConfig()) -> np.ndarray:
    """Return the weight of each feature that makes the choices most probable, (features,): a conditional logit."""
    scale = np.maximum(choices.features.std(axis=0), 1e-6)
    scaled = Choices(choices.features / scale, choices.starts, choices.chosen)

    def penalised(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = scaled.loss(weights)
        return loss + config.l2 * float(weights @ weights), gradient + 2 * config.l2 * weights

    found = minimize(penalised, np.zeros(len(scale)), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / scale)
