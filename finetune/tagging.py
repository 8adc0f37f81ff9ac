"""Values that an utterance implies without naming them: an encoder with adapters, learned from labelled utterances.

An utterance and the values of the catalogue are vectors of one encoder; what is meant is what lies near. Names need not
be shared: "deadlines, bad coffee, a big lie" comes to lie near journalism because people said it of such films, whether
they wanted them or not.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel

from agent.hearing import Implied
from finetune.precision import quick_numbers
from retrieval.tower import Shape, Tower, load_language, load_tokenizer

_SCALE = 14.0
_MOVE = 6.0
"""How much quicker the vectors of values move than the encoder: each is seen far less often."""
_TOKENS = 160
_LABELS, _VALUES = "labels.json", "values.safetensors"
ADAPTERS = "adapter_model.safetensors"
"""Where peft keeps adapters in a folder."""


@dataclass(frozen=True)
class TagLesson:
    """An utterance as ``agent.hearing.tagged_text`` writes it, and the places of the labels it is about."""

    text: str
    meant: frozenset[int]


class Tagger(nn.Module):
    """Scores every value of a catalogue for an utterance."""

    def __init__(self, tower: Tower, labels: Sequence[tuple[str, str]], values: torch.Tensor) -> None:
        """Let ``tower`` read; ``values`` are the (labels, dimensions) vectors of ``labels``, facets and values."""
        super().__init__()
        self.tower = tower
        self.labels = tuple(labels)
        self.register_buffer("_fixed", values)
        self.moved = nn.Parameter(torch.zeros_like(values))
        self.bias = nn.Parameter(torch.zeros(len(values)))

    @property
    def values(self) -> torch.Tensor:
        """The (labels, dimensions) vectors of the labels as they are now."""
        fixed: torch.Tensor = self._fixed  # type: ignore[assignment]
        return fixed + _MOVE * self.moved

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """Return (texts, labels) logits."""
        vectors = self.tower(*self.tower.tokens(texts))
        logits: torch.Tensor = _SCALE * vectors @ self.values.T + _MOVE * self.bias
        return logits

    @torch.inference_mode()
    def implied(self, texts: Sequence[str], count: int) -> list[tuple[Implied, ...]]:
        """Return the ``count`` likeliest values of each text, the likeliest first."""
        found = torch.softmax(self(texts).float(), dim=-1).topk(min(count, len(self.labels)))
        rows = zip(found.indices.tolist(), found.values.tolist(), strict=True)
        return [tuple(self._implied(place, odds) for place, odds in zip(*row, strict=True)) for row in rows]

    def _implied(self, place: int, odds: float) -> Implied:
        facet, value = self.labels[place]
        return Implied(facet, value, odds)


class Tagging(nn.Module):
    """Draws batches of utterances that are about something and returns the loss of a tagger on them."""

    def __init__(self, tagger: Tagger, lessons: Iterable[TagLesson]) -> None:
        """Train ``tagger``."""
        super().__init__()
        self.tagger = tagger
        self._lessons = [lesson for lesson in lessons if lesson.meant]

    def forward(self, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the mean cross-entropy (natural log) of a batch, a scalar; of several values each has its share."""
        drawn = rng.sample(self._lessons, min(batch, len(self._lessons)))
        device = self.tagger.moved.device
        with quick_numbers(device.type):
            odds = torch.log_softmax(self.tagger([lesson.text for lesson in drawn]).float(), dim=-1)
        return -torch.stack([odds[row, list(one.meant)].mean() for row, one in enumerate(drawn)]).mean()


def found_of(tagger: Tagger, lessons: Sequence[TagLesson], count: int) -> Mapping[str, float]:
    """Return the share of what is meant that is among the ``count`` likeliest values."""
    places = {label: place for place, label in enumerate(tagger.labels)}
    found = [
        {places[one.facet, one.value] for one in near} & lesson.meant
        for lesson in lessons
        for near in tagger.implied([lesson.text], count)
    ]
    return {"found": sum(map(len, found)) / max(1, sum(len(lesson.meant) for lesson in lessons))}


def fresh_tagger(
    base: Path, rank: int, labels: Sequence[tuple[str, str]], names: Sequence[str], seed: int
) -> tuple[Tagger, PeftModel]:
    """Return an untaught tagger over the encoder in ``base``, for which a value is what its name says."""
    torch.manual_seed(seed)
    adapters = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear")
    adapted: PeftModel = get_peft_model(load_language(base, 0), adapters)
    tower = _tower(base, adapted)
    with torch.inference_mode():
        parts = [tower(*tower.tokens(names[start : start + 64])) for start in range(0, len(names), 64)]
    return Tagger(tower, labels, torch.cat(parts).clone()), adapted


def go_on(tagger: Tagger, adapted: PeftModel, folder: Path) -> None:
    """Give an untaught tagger what the one that ``save_tagger`` wrote knows; values new to that one stay untaught."""
    set_peft_model_state_dict(adapted, load_file(folder / ADAPTERS))
    known = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
    places = {(facet, value): place for place, (facet, value) in enumerate(known)}
    stored = {name: value.float() for name, value in load_file(folder / _VALUES).items()}
    with torch.no_grad():
        for place, label in enumerate(tagger.labels):
            if (before := places.get(label)) is not None:
                tagger.moved[place] = (stored["values"][before] - tagger.values[place]) / _MOVE
                tagger.bias[place] = stored["bias"][before] / _MOVE


def _tower(base: Path, language: PeftModel) -> Tower:
    """Return what pools the encoder's own vectors, without a head of its own."""
    inner: PreTrainedModel = language.get_base_model()  # type: ignore[assignment]
    tower = Tower(inner, load_tokenizer(base), Shape(str(base), 0, int(inner.config.hidden_size), _TOKENS))
    nn.init.eye_(tower.head.weight)
    nn.init.zeros_(tower.head.bias)
    tower.head.requires_grad_(False)
    tower.log_weights.requires_grad_(False)
    return tower


def save_tagger(folder: Path, tagger: Tagger, adapted: PeftModel, base: str) -> None:
    """Write a tagger as ``load_tagger`` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    for config in adapted.peft_config.values():
        # Else it would be the folder on this machine.
        config.base_model_name_or_path = base
    state = {name: weights.half() for name, weights in adapted.state_dict().items() if "lora_" in name}
    adapted.save_pretrained(str(folder), save_embedding_layers=False, state_dict=state)
    # A form that nobody has filled in; the card of the whole model is above.
    (folder / "README.md").unlink(missing_ok=True)
    stored = {"values": tagger.values, "bias": _MOVE * tagger.bias}
    save_file({name: value.detach().half().contiguous() for name, value in stored.items()}, folder / _VALUES)
    (folder / _LABELS).write_text(json.dumps(tagger.labels, ensure_ascii=False), encoding="utf-8")


def load_tagger(base: Path, folder: Path) -> Tagger:
    """Load what ``save_tagger`` wrote over the encoder in ``base``."""
    adapted = PeftModel.from_pretrained(load_language(base, 0), str(folder), local_files_only=True)
    labels = [(facet, value) for facet, value in json.loads((folder / _LABELS).read_text(encoding="utf-8"))]
    stored = {name: value.float() for name, value in load_file(folder / _VALUES).items()}
    tagger = Tagger(_tower(base, adapted), labels, stored["values"])
    tagger.tower.language = adapted.merge_and_unload()
    tagger.bias.data.copy_(stored["bias"] / _MOVE)
    return tagger.train(False)
