"""What each part of a trained dialogue model is worth: the loss of held-out replies with parts of it taken away.

    python -m finetune.ablation --model FOLDER --n 64

Replies about items come from films that training did not speak of, and can be known through soft tokens alone; replies
to notes come from the simulated people and the letter that are kept for validation. With --redial, a file in the format
of ReDial, there is a third kind: what the film is like that its seekers liked. The last row is of the whole
model with its weights as they are packed for the chat, a token at a time.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from transformers import PreTrainedModel

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.personas import World
from finetune.adapter import ItemAdapter, softener
from finetune.aligning import examples as item_examples
from finetune.aligning import learnable
from finetune.dialogue import DialogueModel
from finetune.examples import Example
from finetune.features import Collaborative, ready_features
from finetune.model import LocalLanguageModel
from finetune.precision import quick_weights
from finetune.seekers import seekers
from finetune.selfplay import speaking_examples
from finetune.trained import ADAPTER, LIKES, load_trained, trained_base
from finetune.weave import Soften, Weaver
from retrieval.embed import TrainedEmbedder, base_folder
from retrieval.tower import load_language, load_tokenizer

_BATCH, _SAMPLES = 8, 1000
PARTS: Mapping[str, tuple[bool, str]] = {
    "base": (False, "none"),
    "LoRA only": (True, "none"),
    "adapter only": (False, "own"),
    "both": (True, "own"),
    "both, soft tokens zeroed": (True, "zeroed"),
    "both, soft tokens shuffled": (True, "shuffled"),
}
"""Whether LoRA takes part, and what the soft tokens are."""
AS_SPOKEN = "both, as the chat computes it"


def unseen(catalog: Catalog, n: int, seed: int) -> list[Example]:
    """Return examples about items that ``align`` does not learn from."""
    known = learnable(catalog)
    drawn = islice(item_examples(catalog, random.Random(f"unseen {seed}")), 100 * n)
    return [one for one in drawn if all(item not in known for item in one.messages[-1].items)][:n]


def shuffled(own: Soften, weaver: Weaver, examples: Sequence[Example]) -> Soften:
    """Return what makes the soft tokens of another item of the same examples, one far away in the catalogue."""
    ids = {place for example in examples for place in weaver.ids(example.messages) if place < 0}
    rows = sorted({(-1 - place) // weaver.tokens for place in ids})
    other = dict(zip(rows, rows[len(rows) // 2 :] + rows[: len(rows) // 2], strict=True))
    return lambda rows: own(torch.tensor([other[int(row)] for row in rows]))


@torch.inference_mode()
def losses(model: DialogueModel, examples: Sequence[Example]) -> np.ndarray:
    """Return the mean cross-entropy per token (natural log) of each reply, (examples,)."""
    parts = [model.reply_losses(examples[start : start + _BATCH]) for start in range(0, len(examples), _BATCH)]
    return np.asarray(torch.cat(parts).numpy())


class Ablation:
    """A trained model whose parts can be taken away."""

    def __init__(self, home: Path, folder: Path, catalog: Catalog) -> None:
        """Load the model in ``folder``."""
        self._load = partial(load_trained, home, folder, catalog, TrainedEmbedder(home))
        base = base_folder(home, trained_base(folder))
        language = load_language(base, 0, quick_weights("cpu"))
        self._adapted = PeftModel.from_pretrained(language, str(folder), local_files_only=True)
        self._language: PreTrainedModel = self._adapted.get_base_model()  # type: ignore[assignment]
        self._tokenizer = load_tokenizer(base)
        features = ready_features(catalog, home, TrainedEmbedder(home), Collaborative.load(folder / LIKES))
        adapter = ItemAdapter.load(folder / ADAPTER)
        self._own, self._tokens, self._rows = softener(adapter, features), adapter.shape.tokens, features.rows

    def losses(self, name: str, examples: Sequence[Example]) -> np.ndarray:
        """Return the loss of each example under one of the parts' names, (examples,)."""
        if name == AS_SPOKEN:
            return np.array([self._spoken.loss(example.messages, example.reply) for example in examples])
        lora, soft = PARTS[name]
        weaver = Weaver(self._tokenizer, {} if soft == "none" else self._rows, self._tokens)
        kinds: dict[str, Soften] = {"none": self._own, "own": self._own, "zeroed": self._zeroed}
        soften = shuffled(self._own, weaver, examples) if soft == "shuffled" else kinds[soft]
        model = DialogueModel(self._language, self._tokenizer, weaver, soften, self._tokens).eval()
        with nullcontext() if lora else self._adapted.disable_adapter():
            return losses(model, examples)

    @cached_property
    def _spoken(self) -> LocalLanguageModel:
        return self._load()

    def _zeroed(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(self._own(rows))


def interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of (n,) values."""
    means = np.random.default_rng(seed).choice(values, (_SAMPLES, len(values))).mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of python -m finetune.train")
    parser.add_argument("--n", type=int, default=64, help="examples of each kind (default: %(default)s)")
    parser.add_argument("--redial", type=Path, metavar="FILE", help="ask as well what its seekers will like")
    parser.add_argument("--seed", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    given = parser.parse_args(argv)
    catalog = load_catalog(given.home, films.NAME)
    kinds = {
        "about items": unseen(catalog, given.n, given.seed),
        "from notes": speaking_examples(World(catalog), "valid", given.n, given.seed)[: given.n],
    }
    if given.redial:
        told = seekers(given.redial, catalog)
        kinds["what seekers like"] = random.Random(given.seed).sample(told, min(given.n, len(told)))
    ablation = Ablation(given.home, given.model, catalog)
    rows = [f"| parts | {' | '.join(kinds)} |", f"| --- |{' ---: |' * len(kinds)}"]
    for name in (*PARTS, AS_SPOKEN):
        cells = []
        for examples in kinds.values():
            found = ablation.losses(name, examples)
            low, high = interval(found, given.seed)
            cells.append(f"{found.mean():.3f} ({low:.3f} to {high:.3f})")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    print("\n".join([f"loss per token, {given.n} replies of each kind, seed {given.seed}", "", *rows]))  # noqa: T201


if __name__ == "__main__":
    main()
