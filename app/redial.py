"""Measure how well systems foretell what real recommenders name, the recommend head of a language model among them.

    python -m app.redial --data redial/dev.jsonl --train redial/train.jsonl --model PATH --states states.safetensors

The command is python -m evaluation.dialogue with one more system and the options below; all others are passed on. The
system ``head`` scores all films by what the model of --model has read at the place where the next film would be named,
and by what goes with the films named so far. The model stays as it is: heads are learned from --train, and anew for
each part of it that teaches the weights of ``fused``. What takes most of the time is reading; --states keeps what was
read for the next run.
"""

import argparse
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from evaluation.corpora import Conversation
from evaluation.dialogue import main as compare
from evaluation.scorers import HEAD, Learn, Setting
from evaluation.situations import Scorer, Situation
from retrieval.base import DEFAULT_BASE, WeightsError, fetch_base, named_base

if TYPE_CHECKING:
    from finetune.pointing import PointerStates


class Reading:
    """What a language model has read in situations; it is loaded when it is first needed."""

    def __init__(self, model: str, path: Path | None) -> None:
        """Read with the model of a hub id or folder; keep what was read in ``path``."""
        self._model = model
        self._path = path
        self.home = Path()
        """Where the model is fetched to."""

    def __call__(self, situations: Sequence[Situation]) -> np.ndarray:
        """Return the (situations, model_dim) hidden states at the pointer."""
        from finetune.pointing import pointer_prompt

        prompts = [pointer_prompt(situation.before) for situation in situations]
        with tqdm(total=len(prompts), desc="reading", leave=False, disable=None if len(prompts) > 1 else True) as bar:
            for count in self._states.compute(prompts):
                bar.update(count)
        return self._states.of(prompts)

    def keep(self) -> None:
        """Write what was read, where something was."""
        if "_states" in self.__dict__:
            self._states.keep()

    @cached_property
    def _states(self) -> "PointerStates":
        # These import torch; --help and a wrong argument need not wait for it.
        from finetune.pointing import PointerStates, plain_model, weights_digest

        folder = fetch_base(self.home, named_base(self._model))
        return PointerStates(plain_model(folder), weights_digest(folder), self._path)


def head(setting: Setting, reading: Reading, knowledge: bool) -> Learn:
    """Return what learns a recommend head from dialogues."""
    from finetune.features import collaborative, features
    from finetune.recommending import HeadConfig, learn

    reading.home = setting.home
    items = features(setting.catalog, setting.vectors, collaborative(setting.catalog)).matrix
    config = HeadConfig(knowledge=knowledge, seed=setting.seed)

    def taught(conversations: Sequence[Conversation]) -> Scorer:
        pointer = learn(setting.library, conversations, reading, items, config)
        # What was read by now need not be read again, whatever comes.
        reading.keep()
        return pointer

    return taught


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the systems, with the recommend head among them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--model", default=DEFAULT_BASE.hub_id, help="hub id or folder (default: %(default)s)")
    parser.add_argument("--states", type=Path, metavar="FILE", help="keep what the model has read there")
    parser.add_argument("--no-knowledge", action="store_true", help="leave out what goes with the films named so far")
    given, rest = parser.parse_known_args(argv)
    reading = Reading(given.model, given.states)
    try:
        compare(rest, {HEAD: lambda setting: head(setting, reading, not given.no_knowledge)})
    except WeightsError as error:
        raise SystemExit(f"error: {error}") from None
    reading.keep()


if __name__ == "__main__":
    main()
