"""The model that hears: layers of a language model, or an encoder, with adapters, and a choice among closed labels.

It reads the texts of ``agent.hearing.hearing_text``. A label is read off the state of the token before each place, so
one pass without any generation answers everything, and an answer always parses.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from agent.hearing import CHOICE, STANDS, Heard, Implied
from agent.kinds import KINDS
from finetune.tagging import ADAPTERS, Tagger, load_tagger
from retrieval.embed import MiniLM, base_folder
from retrieval.tower import load_language, load_tokenizer

SHIPPED = Path(__file__).parent / "data" / "hearing"
"""The model that comes with the project."""
_ABOUT, _HEADS = "hearing.json", "heads.safetensors"
TAGGER = "tagger"
"""The folder, in that of a model, of what finds the values that are implied."""
_NAME_TOKENS = 4
"""How many tokens before the place of a label are taken as the name of what it is about."""
_KIND_WEIGHT = 2.0
"""Of the loss of the kind beside the mean loss of the candidates."""


@dataclass(frozen=True)
class HearingShape:
    """What the model is made of."""

    base: str = MiniLM.id
    """An encoder, or the hub id or folder of a causal language model."""
    layers: int = 0
    """Lower layers of a causal base; 0: all."""
    rank: int = 32
    """Of the low-rank adapters on every linear map; their alpha is twice that."""
    near: int = 8
    """How many values near in meaning are asked about."""


@dataclass(frozen=True)
class Lesson:
    """A text of ``hearing_text`` with the right labels."""

    text: str
    stands: tuple[int, ...]
    """Of each candidate, places in ``STANDS``."""
    kind: int
    """A place in ``KINDS``."""


class HearingModel(nn.Module):
    """Language model, adapters and label heads."""

    def __init__(self, language: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Put fresh heads on the backbone of ``language``."""
        super().__init__()
        self.language = language
        self.tokenizer = tokenizer
        size = int(language.config.hidden_size)
        self.norm = nn.LayerNorm(size)
        self.stands = nn.Sequential(nn.Linear(2 * size, size), nn.GELU(), nn.Linear(size, len(STANDS)))
        self.kinds = nn.Linear(size, len(KINDS))

    def placed(self, text: str) -> tuple[list[int], list[int]]:
        """Return the ids of a text without its marks, and the place before each mark.

        Of a text that is too long for the model, the beginning is left out.
        """
        parts = text.encode("utf-8", "replace").decode("utf-8").split(CHOICE)[:-1]
        encoded = [self.tokenizer.encode(part, add_special_tokens=False) for part in parts]
        excess = sum(map(len, encoded)) - int(self.language.config.max_position_embeddings)
        if excess > 0:
            encoded[0] = encoded[0][excess:]
        places = [end - 1 for end in accumulate(map(len, encoded))]
        return [token for part in encoded for token in part], places

    def forward(self, texts: Sequence[str]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return the (candidates, 3) logits of what is thought of each and the (12,) logits of the kind."""
        read = [self.placed(text) for text in texts]
        rows = [torch.tensor(ids, device=self.language.device) for ids, _ in read]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
        backbone = getattr(self.language, "model", self.language)
        hidden = backbone(input_ids=padded, attention_mask=mask).last_hidden_state
        found = []
        for row, (_, places) in enumerate(read):
            states = self.norm(hidden[row, places].float())
            found.append(
                (self.stands(torch.cat([states[:-1], self._named(hidden[row], places)], 1)), self.kinds(states[-1]))
            )
        return found

    def _named(self, hidden: torch.Tensor, places: Sequence[int]) -> torch.Tensor:
        """Return the mean state over the last words of each candidate's name, (candidates, width).

        Of the ``places`` each but the last is where such a name has ended.
        """
        starts = [max(place - _NAME_TOKENS, 0) for place in places[:-1]]
        starts = [max(start, before + 1) for start, before in zip(starts, [-1, *places], strict=False)]
        means = [hidden[start:end].float().mean(0) for start, end in zip(starts, places, strict=False)]
        return self.norm(torch.stack(means)) if means else hidden.new_zeros(0, hidden.shape[1], dtype=torch.float32)

    def losses(self, lessons: Sequence[Lesson]) -> torch.Tensor:
        """Return the cross-entropy (natural log) of each lesson, (lessons,)."""
        found = []
        for lesson, (stands, kind) in zip(lessons, self([lesson.text for lesson in lessons]), strict=True):
            loss = _KIND_WEIGHT * functional.cross_entropy(kind[None], torch.tensor([lesson.kind], device=kind.device))
            if lesson.stands:
                loss = loss + functional.cross_entropy(stands, torch.tensor(lesson.stands, device=stands.device))
            found.append(loss)
        return torch.stack(found)

    def heads(self) -> dict[str, torch.Tensor]:
        """Return the weights beside the language model, by name."""
        parts = {"norm": self.norm, "stands": self.stands, "kinds": self.kinds}
        return {f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()}


def fresh_model(
    base: Path, shape: HearingShape, seed: int, taught: PeftModel | None = None
) -> tuple[HearingModel, PeftModel]:
    """Return an untrained model over the language model in ``base``, and the part of it that has adapters.

    It begins with the adapters of what is ``taught`` already, if that has the same base.
    """
    torch.manual_seed(seed)
    adapters = LoraConfig(r=shape.rank, lora_alpha=2 * shape.rank, target_modules="all-linear")
    adapted: PeftModel = get_peft_model(load_language(base, shape.layers), adapters)
    if taught is not None and shape.base == MiniLM.id:
        known = {name: weights for name, weights in taught.state_dict().items() if "lora_" in name}
        adapted.load_state_dict({**adapted.state_dict(), **known})
    language: PreTrainedModel = adapted.get_base_model()  # type: ignore[assignment]
    return HearingModel(language, load_tokenizer(base)), adapted


def go_on(model: HearingModel, adapted: PeftModel, shape: HearingShape, folder: Path) -> None:
    """Give an untrained model the weights of the one that ``save_model`` wrote, or raise ValueError."""
    if read_shape(folder) != shape:
        raise ValueError(f"the model in {folder} is {read_shape(folder)}, not {shape}; train without --start")
    set_peft_model_state_dict(adapted, load_file(folder / ADAPTERS))
    _load_heads(model, folder)


def save_model(folder: Path, model: HearingModel, adapted: PeftModel, shape: HearingShape) -> None:
    """Write what was trained as ``LocalHearer.load`` reads it, but for its tagger."""
    folder.mkdir(parents=True, exist_ok=True)
    for config in adapted.peft_config.values():
        # Else it would be the folder on this machine.
        config.base_model_name_or_path = shape.base
    state = {name: weights.half() for name, weights in adapted.state_dict().items() if "lora_" in name}
    adapted.save_pretrained(str(folder), save_embedding_layers=False, state_dict=state)
    save_file({name: value.half().contiguous() for name, value in model.heads().items()}, folder / _HEADS)
    (folder / _ABOUT).write_text(json.dumps(asdict(shape), indent=1) + "\n", encoding="utf-8")


def read_shape(folder: Path) -> HearingShape:
    """Return what the model in ``folder`` is made of, or raise ValueError."""
    try:
        return HearingShape(**json.loads((folder / _ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"no model that hears in {folder} ({error}); train one with `python -m finetune.hear`"
        ) from error


def _load_heads(model: HearingModel, folder: Path) -> None:
    heads = {name: value.float() for name, value in load_file(folder / _HEADS).items()}
    if set(heads) != set(model.heads()):
        raise ValueError(f"{folder / _HEADS} is of another make; train the model anew with `python -m finetune.hear`")
    model.load_state_dict(heads, strict=False)


class LocalHearer:
    """A trained model that hears, and the values near in meaning; safe to use from several threads."""

    def __init__(self, model: HearingModel, tagger: Tagger, near: int) -> None:
        """Ask about the ``near`` values that ``tagger`` finds likeliest."""
        self._model = model.train(False)
        self._tagger = tagger.train(False)
        self._near = near
        self._lock = threading.Lock()

    @classmethod
    def load(cls, base: Path, encoder: Path, folder: Path, dtype: torch.dtype = torch.bfloat16) -> "LocalHearer":
        """Load what was trained in ``folder`` over the models in ``base`` and, for its tagger, ``encoder``."""
        # What the base has in its upper layers is left out on purpose; nobody need read a table of it.
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        shape = read_shape(folder)
        if not (folder / TAGGER).is_dir():
            raise ValueError(f"no tagger in {folder / TAGGER}; train the model anew with `python -m finetune.hear`")
        whole = load_language(base, shape.layers, dtype)
        language = PeftModel.from_pretrained(whole, str(folder), local_files_only=True).merge_and_unload()
        model = HearingModel(language, load_tokenizer(base))
        _load_heads(model, folder)
        return cls(model, load_tagger(encoder, folder / TAGGER), shape.near)

    def near(self, text: str) -> Sequence[Implied]:
        """Return the values that a text of ``tagged_text`` may imply, the likeliest first."""
        with self._lock:
            return self._tagger.implied([text], self._near)[0]

    @torch.inference_mode()
    def hear(self, text: str) -> Heard:
        """Read a text of ``hearing_text``."""
        with self._lock:
            stands, kinds = self._model([text])[0]
        return Heard(_odds(stands), _odds(kinds))


def _odds(logits: torch.Tensor) -> np.ndarray:
    return np.asarray(torch.softmax(logits.float(), dim=-1).cpu().numpy())


def shipped_hearer(home: Path, folder: Path = SHIPPED) -> LocalHearer:
    """Load a trained model, by default that of the project, over its base, which is fetched to ``home`` if need be."""
    return LocalHearer.load(base_folder(home, read_shape(folder).base), base_folder(home, MiniLM.id), folder)
