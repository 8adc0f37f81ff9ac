"""Hidden states at a pointer: where the assistant of a dialogue is about to name an item.

They are computed once and kept, since a frozen model says the same about the same words for ever.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from agent.language import Message
from evaluation.corpora import Said
from finetune.dialogue import DialogueModel
from finetune.precision import quick_weights
from finetune.weave import Weaver
from retrieval.tower import load_language, load_tokenizer

_TURNS = 6
"""So many of the last turns are read."""
_CHARACTERS = 200
"""And of each so many of the last characters."""
_SLOTS = 9
"""A slot is one digit."""
_OPENING = "How about"
_BRACES = str.maketrans("{}", "()")
"""What somebody typed is no slot."""
_BATCH_TOKENS = 1024


def pointer_prompt(before: Sequence[Said], noun: str = "film") -> tuple[Message, ...]:
    """Return the chat whose last hidden state points at the item that the recommender names after ``before``.

    Items that were named stand there by title and, where the catalogue has them, as slots.
    """
    told = [_told(said) for said in before[-_TURNS:]]
    return (Message("system", f"You recommend {noun}s."), *told, Message("assistant", _OPENING))


def _told(said: Said) -> Message:
    text = said.text[-_CHARACTERS:].translate(_BRACES)
    slots: dict[str, str] = {}
    items: list[str] = []
    for film in said.films:
        if film.item_id is not None and len(items) < _SLOTS:
            items.append(film.item_id)
            slots[film.name.translate(_BRACES)] = f"{{{len(items)}}}"
    # The text may call a film by less than its name.
    text += "".join(f" {name}" for name in slots if name not in text)
    if slots:
        # A title can be the beginning of another.
        names = "|".join(re.escape(name) for name in sorted(slots, key=len, reverse=True))
        text = re.sub(names, lambda found: f"{found[0]} {slots[found[0]]}", text)
    return Message("user" if said.seeker else "assistant", text, tuple(items))


class PointerStates:
    """The hidden states of a frozen model at the ends of prompts; those of a file are not computed again."""

    def __init__(self, model: DialogueModel, weights: str, path: Path | None = None) -> None:
        """Ask ``model``, whose weights the digest ``weights`` names; keep what it says in ``path``."""
        self._model = model.eval()
        self._weights = weights
        self._path = path
        self._known: dict[int, np.ndarray] = {}
        if path is not None and path.exists():
            stored = load_file(path)
            self._known = dict(zip(stored["keys"].tolist(), stored["states"], strict=True))

    def of(self, prompts: Sequence[Sequence[Message]]) -> np.ndarray:
        """Return (prompts, model_dim) of float16, of at least one prompt."""
        for _ in self.compute(prompts):
            pass
        return np.stack([self._known[self._key(ids)] for ids in map(self._ids, prompts)])

    def compute(self, prompts: Sequence[Sequence[Message]]) -> Iterator[int]:
        """Compute what is missing, batch by batch of prompts of like length; yield the number of prompts in each."""
        missing = {self._key(ids): ids for ids in map(self._ids, prompts)}
        missing = {key: ids for key, ids in missing.items() if key not in self._known}
        for batch in _batches(sorted(missing, key=lambda key: len(missing[key])), missing):
            rows = [missing[key] for key in batch]
            with torch.inference_mode():
                hidden = self._model.states(rows)
                ends = torch.tensor([len(ids) - 1 for ids in rows], device=hidden.device)
                last = hidden[torch.arange(len(rows), device=hidden.device), ends]
            self._known.update(zip(batch, last.float().cpu().numpy().astype(np.float16), strict=True))
            yield len(batch)

    def keep(self) -> None:
        """Write all that is known, where a file was given."""
        if self._path is None or not self._known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.array(list(self._known), dtype=np.int64)
        building = self._path.with_name(self._path.name + ".new")
        save_file({"keys": keys, "states": np.stack(list(self._known.values()))}, building)
        building.replace(self._path)

    def _ids(self, prompt: Sequence[Message]) -> tuple[int, ...]:
        return tuple(self._model.weaver.ids(prompt))

    def _key(self, ids: Sequence[int]) -> int:
        """Return 63 bits that name the weights and the sequence."""
        digest = hashlib.sha256(f"{self._weights} {list(ids)}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1


def _batches(keys: Sequence[int], sequences: dict[int, tuple[int, ...]]) -> Iterator[list[int]]:
    """Yield runs of ``keys``, which come shortest first, each of about as many tokens as a batch should have."""
    batch: list[int] = []
    for key in keys:
        if batch and (len(batch) + 1) * len(sequences[key]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(key)
    if batch:
        yield batch


def plain_model(folder: Path) -> DialogueModel:
    """Return the frozen language model in a folder, which sees items by their titles alone."""
    language = load_language(folder, 0, quick_weights("cpu")).requires_grad_(False)
    tokenizer = load_tokenizer(folder)
    return DialogueModel(language, tokenizer, Weaver(tokenizer, {}, 0))


def weights_digest(folder: Path) -> str:
    """Return a short digest of the weights in a folder: another training, another digest."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
