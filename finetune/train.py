"""Train the dialogue model: what it sees of items, and how it speaks of them.

    python -m finetune.train --stage all --out FOLDER
    python -m finetune.train --stage all --smoke --out FOLDER

Stages in order: adapter, bridge, align, dialogue, botplay; each goes on from what the ones before it left in the
folder, and a stage that was broken off goes on where it last saved. The curves are TensorBoard's. ``python app.py
--model FOLDER`` chats with the result. On several GPUs: ``accelerate launch -m finetune.train ...``. What people say is
understood by a model of its own: ``python -m finetune.hear``.
"""

import argparse
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from accelerate import PartialState
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from catalog.storage import default_home
from finetune.dialogue_card import write_dialogue_card
from finetune.loop import as_row
from finetune.stages import TrainConfig, Training, smoke
from retrieval.base import WeightsError

_ALL = "all"


def run(config: TrainConfig, stages: Sequence[str], home: Path, out: Path) -> None:
    """Run stages and write the model, the curves and the log of the steps to ``out``."""
    training = Training(config, home, out)
    if not PartialState().is_main_process:
        # One of several writes for all.
        for name in stages:
            deque(training.run(name), maxlen=0)
        return
    out.mkdir(parents=True, exist_ok=True)
    with (
        SummaryWriter(str(out / "curves")) as curves,
        (out / "log.jsonl").open("a", encoding="utf-8") as log,
    ):
        for name in stages:
            with tqdm(total=config.stages[name].steps, desc=name, disable=None) as bar:
                for step in training.run(name):
                    log.write(as_row(step) + "\n")
                    log.flush()
                    bar.update(step.number - bar.n)
                    bar.set_description(f"{name} {step.number}, loss {step.loss:.3f}")
                    scores = step.scores or {}
                    for key, value in {"loss": step.loss, **{f"held {key}": scores[key] for key in scores}}.items():
                        curves.add_scalar(f"{name}/{key}", value, step.number)
                    if scores:
                        tqdm.write(f"{name} {step.number}: loss {step.loss:.3f}, held {json.dumps(scores)}")
            # peft leaves a form to fill in, with the folders of this machine.
            write_dialogue_card(out, config)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and say where the model lies."""
    config = TrainConfig()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", choices=(*config.stages, _ALL), default=_ALL, help="(default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for model, curves, log, checkpoints")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--base", default=config.base, help="hub id or folder (default: %(default)s)")
    parser.add_argument("--rank", type=int, default=config.rank, help="of the LoRA (default: %(default)s)")
    parser.add_argument("--examples", type=int, default=config.examples, help="self-played (default: %(default)s)")
    parser.add_argument(
        "--keep", type=float, default=config.keep, help="share of these to keep, by influence and effort"
    )
    parser.add_argument("--redial", default=config.redial, metavar="FILE", help="dialogues to learn from as well")
    parser.add_argument("--steps", nargs="+", default=[], metavar="STAGE=N", help="other numbers of steps")
    parser.add_argument("--seed", type=int, default=config.seed, help="(default: %(default)s)")
    parser.add_argument("--smoke", action="store_true", help="a few steps of everything, to see that it runs")
    given = parser.parse_args(argv)
    try:
        if not 0 < given.keep <= 1:
            raise ValueError(f"--keep {given.keep} should be above 0 and at most 1")
        config = replace(config, base=given.base, rank=given.rank, seed=given.seed)
        config = replace(config, examples=given.examples, keep=given.keep, redial=given.redial)
        config = smoke(config) if given.smoke else _with_steps(config, given.steps)
        run(config, tuple(config.stages) if given.stage == _ALL else (given.stage,), given.home, given.out)
    except (OSError, ValueError, WeightsError) as error:
        raise SystemExit(f"finetune.train: {error}") from None
    print(f"model written to {given.out}")  # noqa: T201


def _with_steps(config: TrainConfig, given: Sequence[str]) -> TrainConfig:
    stages = dict(config.stages)
    for entry in given:
        name, _, steps = entry.partition("=")
        if name not in stages or not steps.isdigit():
            raise ValueError(f"--steps {entry} should be name=number; stages: {', '.join(stages)}")
        stages[name] = replace(stages[name], steps=int(steps))
    return replace(config, stages=stages)


if __name__ == "__main__":
    main()
