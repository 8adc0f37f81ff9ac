"""The stages in which the dialogue model is trained, each on what the ones before it left in a folder.

``adapter``   ILM phase 1: what an item is, from its texts and its likes; the language model takes no part.
``bridge``    soft tokens begin as the words of the item, before the language model takes part.
``align``     ILM phase 2: the language model is frozen, and items become soft tokens that it understands.
``dialogue``  LoRA on the language model, together with the adapter: the replies of the written dialogues and of
              self-play, and between them what ``align`` asks, so that neither is unlearnt.
``botplay``   the same with self-play drawn anew.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import PreTrainedModel

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from evaluation.histories import last_likes
from evaluation.personas import World
from finetune.ablation import losses, shuffled, unseen
from finetune.adapter import AdapterShape, ItemAdapter, softener, token_size
from finetune.aligning import examples as item_examples
from finetune.aligning import learnable
from finetune.bridging import Bridging
from finetune.dialogue import DialogueModel
from finetune.examples import Example
from finetune.features import Collaborative, ItemFeatures, collaborative, ready_features
from finetune.item_language import ItemLanguage, ItemReader, text_recall
from finetune.loop import Loop, Stage, Step
from finetune.precision import quick_numbers, quick_weights
from finetune.pruning import PruneConfig, pruned
from finetune.requests import dev_pool, for_training, liked_in_order
from finetune.seekers import seekers
from finetune.selfplay import speaking_examples
from finetune.trained import ABOUT, ADAPTER, LIKES
from finetune.weave import Soften, Weaver
from retrieval.base import DEFAULT_BASE
from retrieval.embed import TrainedEmbedder, base_folder
from retrieval.tower import load_language, load_tokenizer

_SIDE, _PRUNED_BY = 200, 300


@dataclass(frozen=True)
class TrainConfig:
    """A whole training run."""

    base: str = DEFAULT_BASE.hub_id
    rank: int = 16
    """Of the low-rank adapters on every linear map of the language model; their alpha is twice that."""
    examples: int = 8000
    """Self-played examples."""
    keep: float = 1.0
    """Share of these that is learned from, chosen by influence and effort (``finetune.pruning``)."""
    seeing: float = 0.35
    """Share of the steps of ``dialogue`` and ``botplay`` on what items are, known through soft tokens alone."""
    redial: str = ""
    """A file in ReDial's format; what its seekers said and liked makes up ``seekers`` of those steps."""
    seekers: float = 0.2
    seed: int = 0
    check_every: int = 100
    valid: int = 32
    """Examples of a kind to look at then."""
    stages: Mapping[str, Stage] = field(
        default_factory=lambda: {
            "adapter": Stage(700, 64, 1e-3),
            "bridge": Stage(6000, 64, 1e-3),
            "align": Stage(60, 8, 5e-4),
            "dialogue": Stage(500, 16, 5e-4),
            "botplay": Stage(130, 16, 2e-4),
        }
    )


def smoke(config: TrainConfig) -> TrainConfig:
    """Return a run of a few steps of everything."""
    few = {name: replace(stage, steps=3, batch=4) for name, stage in config.stages.items()}
    return replace(config, stages=few, examples=40, check_every=3, valid=6)


class Drawing(nn.Module):
    """Calls a loss in the numbers that are quickest here."""

    def __init__(self, learned: nn.Module, loss: Callable[[random.Random, int], torch.Tensor]) -> None:
        """Train the parameters of ``learned`` on ``loss``."""
        super().__init__()
        self.learned = learned
        self._loss = loss

    def forward(self, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the loss of a batch, a scalar."""
        device = next(self.learned.parameters()).device.type
        with quick_numbers(device):
            return self._loss(rng, batch)


class Training:
    """A run below a folder; stages may be run one by one."""

    def __init__(self, config: TrainConfig, home: Path, out: Path) -> None:
        """Train on the film catalogue below ``home`` and leave everything in ``out``."""
        self.config = config
        self._home, self._out = home, out
        self._catalog: Catalog = load_catalog(home, films.NAME)
        self._base = base_folder(home, config.base)
        self._loop = Loop(out, asdict(config), config.seed, config.check_every)

    def run(self, name: str) -> Iterator[Step]:
        """Run one stage, yielding its steps; what it learned is saved at its end."""
        stages = {"adapter": self._adapter, "bridge": self._bridge, "align": self._align}
        yield from stages[name]() if name in stages else self._speak(name)

    def _adapter(self) -> Iterator[Step]:
        known = collaborative(last_likes(self._catalog).catalog)
        features = ready_features(self._catalog, self._home, TrainedEmbedder(self._home), known)
        language = self._language(1)
        torch.manual_seed(self.config.seed)
        shape = AdapterShape(
            text_dim=features.text_dim,
            collaborative_dim=known.dimensions,
            model_dim=int(language.config.hidden_size),
        )
        adapter = ItemAdapter(shape, token_size(language), reads=True)
        reader = ItemReader(adapter, language, load_tokenizer(self._base))
        dev = dev_pool()
        items = [item for item in self._catalog if for_training(item.id, dev)]
        objective = ItemLanguage(reader, features, items, liked_in_order(self._catalog))
        aside = [item for item in self._catalog if not for_training(item.id, dev)]
        side = random.Random(self.config.seed).sample(aside, min(_SIDE, len(aside)))

        def check() -> Mapping[str, float]:
            recall = text_recall(reader, features, side)
            return {"recall@1": recall(1), "recall@10": recall(10)}

        yield from self._loop.run("adapter", self.config.stages["adapter"], Drawing(reader, objective.loss), check)
        adapter.save(self._out / ADAPTER)
        known.save(self._out / LIKES)

    def _bridge(self) -> Iterator[Step]:
        adapter, features = self._seeing()
        language = self._language(1)
        dev = dev_pool()
        words: nn.Embedding = language.get_input_embeddings()  # type: ignore[assignment]
        items = [item for item in self._catalog if for_training(item.id, dev)]
        aside = [item for item in self._catalog if not for_training(item.id, dev)]
        tokenizer = load_tokenizer(self._base)
        objective = Bridging(adapter, features, items, words, tokenizer)
        unseen = Bridging(adapter, features, aside, words, tokenizer)

        @torch.inference_mode()
        def check() -> Mapping[str, float]:
            return {"loss": float(unseen.loss(random.Random(0), _SIDE))}

        yield from self._loop.run("bridge", self.config.stages["bridge"], Drawing(adapter, objective.loss), check)
        adapter.save(self._out / ADAPTER)

    def _align(self) -> Iterator[Step]:
        adapter, features = self._seeing()
        language = self._language(0).requires_grad_(False)
        model = self._model(language, adapter, features)
        items = learnable(self._catalog)
        kept = unseen(self._catalog, self.config.valid, self.config.seed)

        def loss(rng: random.Random, batch: int) -> torch.Tensor:
            return model.reply_losses(list(islice(item_examples(items, rng), batch))).mean()

        yield from self._loop.run(
            "align", self.config.stages["align"], Drawing(adapter, loss), lambda: compared(model, kept)
        )
        adapter.save(self._out / ADAPTER)

    def _speak(self, name: str) -> Iterator[Step]:
        adapter, features = self._seeing()
        language = self._language(0)
        adapted = self._adapted(language)
        model = self._model(language, adapter, features)
        seed = self.config.seed + (name == "botplay")
        spoken = self._spoken(model, seed)
        drawn = item_examples(learnable(self._catalog), random.Random(f"seeing {seed}"))
        seen = _by_length([*islice(drawn, self.config.examples), *self._seekers(seed)])
        heard = speaking_examples(self._world, "valid", self.config.valid, seed)[: self.config.valid]
        kept = unseen(self._catalog, self.config.valid, self.config.seed)

        def loss(rng: random.Random, batch: int) -> torch.Tensor:
            pool = seen if rng.random() < self.config.seeing else spoken
            start = rng.randrange(max(1, len(pool) - batch + 1))
            return model.reply_losses(pool[start : start + batch]).mean()

        def check() -> Mapping[str, float]:
            return {"notes": float(losses(model, _by_length(heard)).mean()), **compared(model, kept)}

        both = nn.ModuleList([adapted, adapter])
        yield from self._loop.run(name, self.config.stages[name], Drawing(both, loss), check)
        self._save(adapted)
        adapter.save(self._out / ADAPTER)

    def _seekers(self, seed: int) -> Sequence[Example]:
        """Return what ReDial's seekers said, as many as make up their share."""
        if not self.config.redial:
            return ()
        told = seekers(Path(self.config.redial), self._catalog)
        share = self.config.seekers / (1 - self.config.seekers)
        return random.Random(f"seekers {seed}").sample(told, min(len(told), round(share * self.config.examples)))

    def _spoken(self, model: DialogueModel, seed: int) -> tuple[Example, ...]:
        """Return the replies to learn from: all, or the share of them that promises most."""
        examples = _by_length(speaking_examples(self._world, "train", self.config.examples, seed))
        if self.config.keep == 1:
            return examples
        valid = speaking_examples(self._world, "valid", _PRUNED_BY, seed)
        encode = TrainedEmbedder(self._home).encode
        return pruned(PruneConfig(self.config.keep), examples, valid, model, encode, seed)

    def _language(self, layers: int) -> PreTrainedModel:
        """Load the lower ``layers`` (0: all) of the base, in the numbers that are quickest where it is trained."""
        return load_language(self._base, layers, quick_weights("cuda" if torch.cuda.is_available() else "cpu"))

    def _adapted(self, language: PreTrainedModel) -> PeftModel:
        """Put LoRA into a language model: what the stage before learned, or new."""
        language.requires_grad_(False)
        if (self._out / "adapter_config.json").exists():
            return PeftModel.from_pretrained(language, str(self._out), is_trainable=True)
        torch.manual_seed(self.config.seed)
        lora = LoraConfig(r=self.config.rank, lora_alpha=2 * self.config.rank, target_modules="all-linear")
        return get_peft_model(language, lora)

    @cached_property
    def _world(self) -> World:
        return World(self._catalog)

    def _seeing(self) -> tuple[ItemAdapter, ItemFeatures]:
        """Return the adapter as the stage before left it, and what it sees of each item."""
        if not (self._out / ADAPTER).exists():
            raise ValueError(f"no adapter in {self._out}; run the stage adapter first")
        known = Collaborative.load(self._out / LIKES)
        features = ready_features(self._catalog, self._home, TrainedEmbedder(self._home), known)
        return ItemAdapter.load(self._out / ADAPTER), features

    def _model(self, language: PreTrainedModel, adapter: ItemAdapter, features: ItemFeatures) -> DialogueModel:
        tokenizer, tokens = load_tokenizer(self._base), adapter.shape.tokens
        weaver = Weaver(tokenizer, features.rows, tokens)
        return DialogueModel(language, tokenizer, weaver, softener(adapter, features), tokens)

    def _save(self, adapted: PeftModel) -> None:
        for config in adapted.peft_config.values():
            # Else it would be the folder on this machine.
            config.base_model_name_or_path = self.config.base
        state = {name: weights.half() for name, weights in adapted.state_dict().items() if "lora_" in name}
        adapted.save_pretrained(str(self._out), save_embedding_layers=False, state_dict=state)
        about = {"base": self.config.base}
        (self._out / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def compared(model: DialogueModel, examples: Sequence[Example]) -> dict[str, float]:
    """Return the mean loss of replies with the items' own soft tokens, with zeroed ones, and with each other's."""
    own = model.soften
    assert own is not None, "a model without an adapter sees no items"
    kinds: dict[str, Soften] = {
        "own": own,
        "zeroed": lambda rows: torch.zeros_like(own(rows)),
        "shuffled": shuffled(own, model.weaver, examples),
    }
    found, ready = {}, _by_length(examples)
    for name, soften in kinds.items():
        model.soften = soften
        found[name] = float(losses(model, ready).mean())
    model.soften = own
    return found


def _by_length(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Return examples so that those of a batch, drawn in a row, need little padding."""
    return tuple(sorted(examples, key=lambda one: sum(len(message.text) for message in one.messages) + len(one.reply)))
