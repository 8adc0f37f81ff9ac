"""Train the model that hears: what is wanted, what is not, and what kind of utterance it is.

    python -m finetune.hear --out FOLDER
    python -m finetune.hear --out FOLDER --base HuggingFaceTB/SmolLM2-135M-Instruct --layers 12 --rank 16
    python -m finetune.hear --out FOLDER --smoke

Learns from the utterances and dialogues in ``finetune/data/dialogues``, labelled by hand, and from phrasings with
values put into them. Some letters are kept for validation. A run that was broken off goes on where it last saved; the
curves are TensorBoard's. On several cores or machines: ``accelerate launch -m finetune.hear ...``.
"""

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch
from accelerate import PartialState
from peft import PeftModel
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from agent.hearing import Implied
from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.gold import Utterance
from finetune.hearing import TAGGER, HearingModel, HearingShape, Lesson, fresh_model, go_on, save_model
from finetune.loop import Loop, Stage, as_row
from finetune.precision import quick_numbers
from finetune.tagging import Tagger, Tagging, TagLesson, found_of, fresh_tagger, save_tagger
from finetune.tagging import go_on as taught_on
from finetune.utterances import LETTERS, Teacher, name_of, written
from finetune.voiced import Voice
from retrieval.embed import MiniLM, base_folder

_SMOKE = Stage(steps=6, batch=4, rate=5e-4)
_SMOKE_LESSONS = 40
_FOLDS = 2
_LAST = "tagging"
"""The stage of the tagger that is kept."""
_LOOKED_AT = 300
_LENGTH_NOISE = 20
"""Characters by which lengths are jittered, so that batches of alike length are not always the same."""


@dataclass(frozen=True)
class HearConfig:
    """A whole training run."""

    shape: HearingShape = HearingShape()
    tagging: Stage = Stage(steps=550, batch=32, rate=5e-4)
    """Of each tagger: one for each fold of the utterances, and the one that is kept."""
    stage: Stage = Stage(steps=1800, batch=16, rate=8e-4)
    """Of the model that asks about what they find."""
    voiced: int = 1500
    """Utterances made from phrasings, beside those written by hand."""
    held: str = "GY"
    """The letters that are kept for validation."""
    seed: int = 0
    check_every: int = 100
    start: str = ""
    """The folder of a trained model to go on from; the taggers of the folds begin afresh all the same."""


_CARD = """# The model that hears

Low-rank adapters (rank {rank}) and two heads on {layers} of `{base}`. It reads the texts of
`agent.hearing.hearing_text` and chooses, for each thing that may be meant, whether it is wanted, unwanted or neither,
and for the utterance one of twelve kinds. In `tagger` lie adapters of the same rank on `{encoder}` and the vectors of
all values: what finds the values that an utterance implies.

Made with `python -m finetune.hear` in {minutes:.0f} minutes of steps on {hardware}: {tagging} steps of
{tag_batch} for each of {taggers} taggers, {steps} of {batch} for the rest, highest rate {rate:g}, seed {seed}, on
{written} utterances written and labelled by hand for this project and {voiced} made from phrasings written for
it{begun}. Kept to validate, of the letters: {held}. Of what is meant there the tagger finds {found:.3f} among {near}
values; shares right on a sample at the end: {scores}.
`log.jsonl` holds every step. Figures on the test set, which nothing was tuned on: docs/dialogue_model.md.

Licences: the data and these files Apache-2.0; below it, and not part of the files: {base} (Apache-2.0).
"""


def write_card(out: Path, config: HearConfig, count: int) -> None:
    """Write README.md beside a model that was trained on ``count`` written utterances."""
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    looked = {row["stage"]: row["scores"] for row in rows if row["scores"]}
    text = _CARD.format(
        **asdict(config.shape),
        **asdict(config.stage),
        minutes=sum(row["seconds"] for row in rows) / 60,
        hardware=f"{torch.get_num_threads()} CPU thread(s)" if not torch.cuda.is_available() else "a GPU",
        seed=config.seed,
        written=count,
        begun=f", begun from the model in {config.start}" if config.start else "",
        voiced=config.voiced,
        held=config.held,
        encoder=MiniLM.id,
        tagging=config.tagging.steps,
        tag_batch=config.tagging.batch,
        taggers=_FOLDS + 1,
        found=looked["tagging"]["found"],
        scores=", ".join(f"{name} {share:.3f}" for name, share in looked["hearing"].items()),
    )
    layers = f"the lower {config.shape.layers} layers" if config.shape.layers else "all layers"
    text = text.replace(f"on {config.shape.layers} of `", f"on {layers} of `")
    (out / "README.md").write_text(text, encoding="utf-8")


class Hearing(nn.Module):
    """Draws batches of lessons of alike length and returns their loss."""

    def __init__(self, model: HearingModel, lessons: Sequence[Lesson], seed: int) -> None:
        """Train ``model`` on ``lessons``."""
        super().__init__()
        self.model = model
        rng = random.Random(f"lengths {seed}")
        self._lessons = sorted(lessons, key=lambda lesson: len(lesson.text) + rng.uniform(0, _LENGTH_NOISE))

    def forward(self, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the mean cross-entropy (natural log) of a batch, a scalar."""
        start = rng.randrange(max(1, len(self._lessons) - batch + 1))
        with quick_numbers(self.model.language.device.type):
            return self.model.losses(self._lessons[start : start + batch]).mean()


@torch.inference_mode()
def checked(model: HearingModel, lessons: Sequence[Lesson]) -> Mapping[str, float]:
    """Return the share of right stands, of those that are not "none", and of right kinds."""
    stands, wanted, kinds = [], [], []
    for lesson in lessons:
        found, kind = model([lesson.text])[0]
        right = [int(row.argmax()) == stand for row, stand in zip(found, lesson.stands, strict=True)]
        stands += right
        wanted += [ok for ok, stand in zip(right, lesson.stands, strict=True) if stand]
        kinds.append(int(kind.argmax()) == lesson.kind)
    shares = {"stands": stands, "wanted": wanted, "kinds": kinds}
    return {name: sum(found) / max(1, len(found)) for name, found in shares.items()}


class Training:
    """Trains the taggers and then the model that asks about what they find."""

    def __init__(self, config: HearConfig, home: Path, out: Path) -> None:
        """Write to ``out``."""
        self._config, self._home, self._out = config, home, out
        self._teacher = Teacher(load_catalog(home, films.NAME))
        self._loop = Loop(out, asdict(config), config.seed, config.check_every)

    def run(self, taught: Sequence[Utterance], held: Sequence[Utterance], voiced: Sequence[Utterance]) -> None:
        """Teach all of it and write it down; ``held`` utterances tell how well it goes."""
        self._out.mkdir(parents=True, exist_ok=True)
        told = self._teacher.tag_lessons(taught)
        lessons = self._cross_fitted(taught, told, held)
        tagger, adapted = self._tagger(_LAST, told, held)
        if PartialState().is_main_process:
            save_tagger(self._out / TAGGER, tagger, adapted, MiniLM.id)
        lessons += self._teacher.lessons(voiced, self._implied(tagger, self._teacher.tag_lessons(voiced)))
        kept = self._teacher.lessons(held, self._implied(tagger, self._teacher.tag_lessons(held)))
        self._hear(lessons, kept, len(taught), adapted)

    def _cross_fitted(
        self, taught: Sequence[Utterance], told: Sequence[TagLesson], held: Sequence[Utterance]
    ) -> list[Lesson]:
        """Return a lesson of each utterance, with values from a tagger that has not seen it."""
        found = list[Lesson]()
        for fold in range(_FOLDS):
            others = [lesson for place, lesson in enumerate(told) if place % _FOLDS != fold]
            tagger, _ = self._tagger(f"tagging without {fold + 1} of {_FOLDS}", others, held)
            found += self._teacher.lessons(taught[fold::_FOLDS], self._implied(tagger, told[fold::_FOLDS]))
        return found

    def _implied(self, tagger: Tagger, lessons: Sequence[TagLesson]) -> list[tuple[Implied, ...]]:
        count = self._config.shape.near
        tagger.eval()
        return [near for lesson in lessons for near in tagger.implied([lesson.text], count)]

    def _tagger(self, name: str, lessons: Sequence[TagLesson], held: Sequence[Utterance]) -> tuple[Tagger, PeftModel]:
        labels = self._teacher.labels
        base, names = base_folder(self._home, MiniLM.id), [name_of(*label) for label in labels]
        tagger, adapted = fresh_tagger(base, self._config.shape.rank, labels, names, self._config.seed)
        looked_at = self._teacher.tag_lessons(held)
        if self._config.start and name == _LAST:
            taught_on(tagger, adapted, Path(self._config.start) / TAGGER)
        check = partial(found_of, tagger, looked_at, self._config.shape.near)
        self._learn(name, self._config.tagging, Tagging(tagger, lessons), check)
        return tagger.eval(), adapted

    def _hear(self, lessons: Sequence[Lesson], held: Sequence[Lesson], count: int, taught: PeftModel) -> None:
        config = self._config
        # Each look costs as much as several steps: a sample tells whether it still learns.
        kept = random.Random(config.seed).sample(held, min(len(held), _LOOKED_AT))
        model, adapted = fresh_model(base_folder(self._home, config.shape.base), config.shape, config.seed, taught)
        if config.start:
            go_on(model, adapted, config.shape, Path(config.start))
        self._learn("hearing", config.stage, Hearing(model, lessons, config.seed), lambda: checked(model, kept))
        if PartialState().is_main_process:
            save_model(self._out, model, adapted, config.shape)
            write_card(self._out, config, count)

    def _learn(self, name: str, stage: Stage, objective: nn.Module, check: Callable[[], Mapping[str, float]]) -> None:
        main_process = PartialState().is_main_process
        with (
            SummaryWriter(str(self._out / "curves")) as curves,
            (self._out / "log.jsonl").open("a", encoding="utf-8") as log,
            tqdm(total=stage.steps, disable=None if main_process else True) as bar,
        ):
            for step in self._loop.run(name, stage, objective, check):
                bar.update(step.number - bar.n)
                bar.set_description(f"{name} {step.number}, loss {step.loss:.3f}")
                if not main_process:
                    continue
                log.write(as_row(step) + "\n")
                log.flush()
                shown = {"loss": step.loss, **{f"held {key}": value for key, value in (step.scores or {}).items()}}
                for key, value in shown.items():
                    curves.add_scalar(f"{name}/{key}", value, step.number)
                if step.scores:
                    tqdm.write(f"{name} {step.number}: loss {step.loss:.3f}, held {json.dumps(step.scores)}")


def run(config: HearConfig, home: Path, out: Path, smoke: bool = False) -> None:
    """Train on the film catalogue and write the model, the curves and the log of its steps to ``out``."""
    catalog = load_catalog(home, films.NAME)
    taught = written(catalog, [letter for letter in LETTERS if letter not in config.held])
    held = written(catalog, config.held)
    if not taught or not held:
        raise ValueError(f"no letters are left to learn from or to validate by: --held {config.held}, of {LETTERS}")
    voiced = Voice(catalog, config.seed).utterances(config.voiced)
    if smoke:
        taught, held, voiced = taught[:_SMOKE_LESSONS], held[: _SMOKE_LESSONS // 4], voiced[: _SMOKE_LESSONS // 4]
    Training(config, home, out).run(taught, held, voiced)


def main(argv: Sequence[str] | None = None) -> None:
    """Train and say where the model lies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shape, config = HearingShape(), HearConfig()
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for model, curves, log, checkpoint")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--base", default=shape.base, help="hub id or folder (default: %(default)s)")
    parser.add_argument("--layers", type=int, default=shape.layers, help="of the base; 0: all (default: %(default)s)")
    parser.add_argument("--rank", type=int, default=shape.rank, help="of the adapters (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=config.stage.steps, help="(default: %(default)s)")
    parser.add_argument(
        "--tagging", type=int, default=config.tagging.steps, help="steps of each tagger (default: %(default)s)"
    )
    parser.add_argument("--batch", type=int, default=config.stage.batch, help="(default: %(default)s)")
    parser.add_argument("--rate", type=float, default=config.stage.rate, help="highest (default: %(default)s)")
    parser.add_argument("--voiced", type=int, default=config.voiced, help="made utterances (default: %(default)s)")
    parser.add_argument("--held", default=config.held, help="letters for validation (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=config.seed, help="(default: %(default)s)")
    parser.add_argument("--start", default=config.start, metavar="FOLDER", help="a trained model to go on from")
    parser.add_argument("--smoke", action="store_true", help="a few steps on a few lessons, to see that it runs")
    given = parser.parse_args(argv)
    stage = _SMOKE if given.smoke else Stage(given.steps, given.batch, given.rate)
    tagging = _SMOKE if given.smoke else replace(config.tagging, steps=given.tagging)
    shape = HearingShape(given.base, given.layers, given.rank)
    try:
        config = HearConfig(shape, tagging, stage, given.voiced, given.held, given.seed, start=given.start)
        run(config, given.home, given.out, given.smoke)
    except (OSError, ValueError) as error:
        raise SystemExit(f"finetune.hear: {error}") from None
    print(f"model written to {given.out}")  # noqa: T201


if __name__ == "__main__":
    main()
