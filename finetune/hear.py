"""Train the model that hears: what is wanted, what is not, and what kind of utterance it is.

    python -m finetune.hear --out FOLDER
    python -m finetune.hear --out FOLDER --base HuggingFaceTB/SmolLM2-135M-Instruct --layers 12 --rank 16
    python -m finetune.hear --out FOLDER --smoke

Learns from the utterances and dialogues in ``finetune/data/dialogues``, labelled by hand, and from phrasings with
values put into them. One letter is kept for validation. A run that was broken off goes on where it last saved; the
curves are TensorBoard's. On several cores or machines: ``accelerate launch -m finetune.hear ...``.
"""

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from accelerate import PartialState
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from catalog import films
from catalog.saved import load_catalog
from catalog.storage import default_home
from finetune.hearing import HearingModel, HearingShape, Lesson, fresh_model, save_model
from finetune.loop import Loop, Stage, as_row
from finetune.utterances import LETTERS, Teacher, written
from finetune.voiced import Voice
from retrieval.embed import TrainedEmbedder, base_folder

_SMOKE = Stage(steps=6, batch=4, rate=5e-4)
_SMOKE_LESSONS = 40
_LOOKED_AT = 150
_LENGTH_NOISE = 20
"""Characters by which lengths are jittered, so that batches of alike length are not always the same."""


@dataclass(frozen=True)
class HearConfig:
    """A whole training run."""

    shape: HearingShape = HearingShape()
    stage: Stage = Stage(steps=800, batch=16, rate=8e-4)
    voiced: int = 1500
    """Utterances made from phrasings, beside those written by hand."""
    held: str = "G"
    """The letter that is kept for validation."""
    seed: int = 0
    check_every: int = 100


_CARD = """# The model that hears

Low-rank adapters (rank {rank}) and two linear heads on {layers} of `{base}`, and a linear map from the vector
of an utterance to the values it implies. It reads the texts of `agent.hearing.hearing_text` and chooses, for each
thing that may be meant, whether it is wanted, unwanted or neither, and for the utterance one of twelve kinds.

Made with `python -m finetune.hear` in {minutes:.0f} minutes on {hardware}: {steps} steps of {batch}, highest rate
{rate:g}, seed {seed}, on {written} utterances written and labelled by hand for this project and {voiced} made from
phrasings written for it. Letter {held} was kept for validation; shares right on a sample of it at the end:
{scores}. `log.jsonl` holds every step. Figures on the test set, which nothing was tuned on: docs/dialogue_model.md.

Licences: the data and these files Apache-2.0; below it, and not part of the files: {base} (Apache-2.0).
"""


def write_card(out: Path, config: HearConfig, count: int) -> None:
    """Write README.md beside a model that was trained on ``count`` written utterances."""
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    looked = [row["scores"] for row in rows if row["scores"]]
    text = _CARD.format(
        **asdict(config.shape),
        **asdict(config.stage),
        minutes=sum(row["seconds"] for row in rows) / 60,
        hardware=f"{torch.get_num_threads()} CPU thread(s)" if not torch.cuda.is_available() else "a GPU",
        seed=config.seed,
        written=count,
        voiced=config.voiced,
        held=config.held,
        scores=", ".join(f"{name} {share:.3f}" for name, share in looked[-1].items()),
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
        # CPUs and GPUs multiply several times quicker in bfloat16.
        with torch.autocast(self.model.language.device.type, torch.bfloat16):
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


def run(config: HearConfig, home: Path, out: Path, smoke: bool = False) -> None:
    """Train on the film catalogue and write the model, the curves and the log of its steps to ``out``."""
    catalog = load_catalog(home, films.NAME)
    teacher = Teacher(catalog, TrainedEmbedder(home), config.shape.near)
    taught = written(catalog, [letter for letter in LETTERS if letter != config.held])
    held = written(catalog, config.held)
    voiced = Voice(catalog, config.seed).utterances(config.voiced)
    if smoke:
        taught, held, voiced = taught[:_SMOKE_LESSONS], held[: _SMOKE_LESSONS // 4], voiced[: _SMOKE_LESSONS // 4]
    tagger = teacher.tagger(taught, config.seed)
    lessons = [*teacher.cross_fitted(taught, config.seed), *teacher.lessons(voiced, tagger)]
    # Each look costs as much as several steps: a sample tells whether it still learns.
    kept = random.Random(config.seed).sample(teacher.lessons(held, tagger), min(len(held), _LOOKED_AT))
    model, adapted = fresh_model(base_folder(home, config.shape.base), config.shape, config.seed)
    loop = Loop(out, asdict(config), config.seed, config.check_every)
    steps = loop.run("hearing", config.stage, Hearing(model, lessons, config.seed), lambda: checked(model, kept))
    main_process = PartialState().is_main_process
    out.mkdir(parents=True, exist_ok=True)
    with (
        SummaryWriter(str(out / "curves")) as curves,
        (out / "log.jsonl").open("a", encoding="utf-8") as log,
        tqdm(total=config.stage.steps, disable=None if main_process else True) as bar,
    ):
        for step in steps:
            bar.update(step.number - bar.n)
            bar.set_description(f"hearing {step.number}, loss {step.loss:.3f}")
            if not main_process:
                continue
            log.write(as_row(step) + "\n")
            log.flush()
            for name, value in {
                "loss": step.loss,
                **{f"held {key}": v for key, v in (step.scores or {}).items()},
            }.items():
                curves.add_scalar(f"hearing/{name}", value, step.number)
            if step.scores:
                tqdm.write(f"hearing {step.number}: loss {step.loss:.3f}, held {json.dumps(step.scores)}")
    if main_process:
        save_model(out, model, adapted, config.shape, tagger)
        write_card(out, config, len(taught))


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
    parser.add_argument("--batch", type=int, default=config.stage.batch, help="(default: %(default)s)")
    parser.add_argument("--rate", type=float, default=config.stage.rate, help="highest (default: %(default)s)")
    parser.add_argument("--voiced", type=int, default=config.voiced, help="made utterances (default: %(default)s)")
    parser.add_argument("--held", choices=LETTERS, default=config.held, help="letter for validation (default: G)")
    parser.add_argument("--seed", type=int, default=config.seed, help="(default: %(default)s)")
    parser.add_argument("--smoke", action="store_true", help="a few steps on a few lessons, to see that it runs")
    given = parser.parse_args(argv)
    stage = _SMOKE if given.smoke else Stage(given.steps, given.batch, given.rate)
    shape = HearingShape(given.base, given.layers, given.rank)
    try:
        run(HearConfig(shape, stage, given.voiced, given.held, given.seed), given.home, given.out, given.smoke)
    except (OSError, ValueError) as error:
        raise SystemExit(f"finetune.hear: {error}") from None
    print(f"model written to {given.out}")  # noqa: T201


if __name__ == "__main__":
    main()
