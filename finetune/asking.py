"""The questions of ``agent.hearing`` put to a language model as it comes: what training is measured against."""

from collections.abc import Sequence

import numpy as np

from agent.hearing import CHOICE, Heard, Implied
from agent.kinds import KINDS
from agent.language import LanguageModel, Message

_SYSTEM = "You read what a person writes to a film recommender. Answer with one of the labels."
_STANDS = ("not said", "wants it", "does not want it")
"""In the order of ``agent.hearing.STANDS``."""


class AskedHearer:
    """Asks a language model about each candidate by itself, by how likely it finds each label."""

    def __init__(self, language: LanguageModel) -> None:
        """Ask ``language``, which needs no training for it."""
        self._language = language

    def near(self, text: str) -> Sequence[Implied]:
        """Return nothing: an untrained model knows no values."""
        return ()

    def hear(self, text: str) -> Heard:
        """Read a text of ``agent.hearing.hearing_text``."""
        *said, last = text.replace(CHOICE, "").splitlines()
        marks = text.count(CHOICE) - 1
        told, asked = said[: len(said) - marks], said[len(said) - marks :]
        stands = [self._odds(told, f"Does the person want: {line[2:].rstrip(':')}?", _STANDS) for line in asked]
        labels = [kind.replace("_", " ") for kind in KINDS]
        kinds = self._odds(told, f"What does the person do: {', '.join(labels)}?", labels)
        return Heard(np.array(stands).reshape(-1, len(_STANDS)), kinds)

    def _odds(self, told: Sequence[str], question: str, labels: Sequence[str]) -> np.ndarray:
        """Return (labels,) probabilities, in proportion to the mean likelihood of a label's tokens."""
        prompt = (Message("system", _SYSTEM), Message("user", "\n".join([*told, question])))
        scores = np.exp(np.array(self._language.score(prompt, labels)))
        return np.asarray(scores / scores.sum())
