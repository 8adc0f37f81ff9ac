"""Train the embedder of items and requests on top of a causal language model, or of an encoder.

    python -m finetune.embed --out FOLDER --redial redial/train.jsonl
    python -m finetune.embed --out FOLDER --base all-MiniLM-L6-v2 --layers 0 --rank 32 --stages answering

Stages, in order: following, unmasking, views (LLM2Rec's three), imitation (of a sentence encoder) and answering
(requests and the films that answer them). A run that was broken off goes on where it last saved. On several GPUs:
``accelerate launch -m finetune.embed ...``.
"""

import argparse
import json
import re
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from accelerate import PartialState
from tqdm import tqdm

from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from finetune.card import write_card
from finetune.lessons import Lessons, development
from finetune.training import STAGES, EmbedConfig, Step, Student, train
from retrieval.base import DEFAULT_BASE, WeightsError
from retrieval.embed import base_folder
from retrieval.tower import Shape

_LOG = "log.jsonl"


def run(config: EmbedConfig, home: Path, out: Path, redial: Path | None) -> Student:
    """Train on the film catalogue and write the embedder and the log of its steps to ``out``."""
    catalog = load_catalog(home, films.NAME)
    student = Student(config, base_folder(home, config.shape.base))
    lessons = Lessons(catalog, config.shape.dimensions, redial, aligns="imitation" not in config.stages)
    steps = train(config, student, lessons.objectives(student.tower), development(catalog), out)
    if not PartialState().is_main_process:
        # One of several writes for all.
        deque(steps, maxlen=0)
        return student
    out.mkdir(parents=True, exist_ok=True)
    total = sum(stage.steps for stage in config.stages.values())
    with (out / _LOG).open("a", encoding="utf-8") as log, tqdm(total=total, disable=None) as bar:
        for step in steps:
            log.write(json.dumps(asdict(step)) + "\n")
            log.flush()
            bar.set_description(f"{step.stage} {step.number}, loss {step.loss:.3f}")
            bar.update()
            if step.score is not None:
                tqdm.write(f"{step.stage} {step.number}: loss {step.loss:.3f}, development nDCG@10 {step.score:.3f}")
    student.save(out)
    return student


def _logged(log: Path) -> list[Step]:
    """Return the steps of a log; of one that was taken again after a break, the last."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return list({(row["stage"], row["number"]): Step(**row) for row in rows}.values())


def _hardware() -> str:
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    return f"{torch.get_num_threads()} CPU threads"


def main(argv: Sequence[str] | None = None) -> None:
    """Train and say where the embedder lies."""
    given = _parser().parse_args(argv)
    try:
        config = _config(given)
        run(config, given.home, given.out, given.redial)
        command = " ".join(["python -m finetune.embed", *(sys.argv[1:] if argv is None else argv)])
        if PartialState().is_main_process:
            write_card(given.out, config, _logged(given.out / _LOG), _public(command), _hardware())
    except (OSError, ValueError, WeightsError) as error:
        raise SystemExit(f"finetune.embed: {error}") from None
    print(f"embedder written to {given.out}")  # noqa: T201


def _public(command: str) -> str:
    """Return a command without the folders of the machine that it ran on."""
    return re.sub(r"(?<= )[\w.~-]*/\S*/(?=[^/ ])", "", command)


def _config(given: argparse.Namespace) -> EmbedConfig:
    config = EmbedConfig(Shape(given.base, given.layers, given.dimensions), rank=given.rank, seed=given.seed)
    stages = {name: stage for name, stage in config.stages.items() if name in given.stages}
    for given_steps in given.steps:
        name, _, steps = given_steps.partition("=")
        if name not in stages or not steps.isdigit():
            raise ValueError(f"--steps {given_steps} should be name=number; stages: {', '.join(stages)}")
        stages[name] = replace(stages[name], steps=int(steps))
    return replace(config, stages=stages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the embedder, log, checkpoint")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--base", default=DEFAULT_BASE.hub_id, help="hub id or folder (default: %(default)s)")
    parser.add_argument("--layers", type=int, default=Shape.layers, help="of the base; 0: all (default: %(default)s)")
    parser.add_argument("--dimensions", type=int, default=Shape.dimensions, help="(default: %(default)s)")
    parser.add_argument("--rank", type=int, default=EmbedConfig.rank, help="of the adapters (default: %(default)s)")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES, help="(default: all)")
    parser.add_argument("--steps", nargs="+", default=[], metavar="STAGE=N", help="other numbers of steps")
    parser.add_argument("--redial", type=Path, metavar="FILE", help="dialogues to train on as well, in ReDial's format")
    parser.add_argument("--seed", type=int, default=EmbedConfig.seed, help="(default: %(default)s)")
    return parser


if __name__ == "__main__":
    main()
