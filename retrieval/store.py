"""The vector index: a persistent Chroma collection that is rebuilt when it is stale or damaged.

The catalogue and its vectors are the truth; the collection can always be made again from them. Items can be added
while it is in use.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError

from catalog.items import Catalog
from catalog.storage import fresh_folder, replace_text

_COLLECTION = "items"
_MANIFEST = "manifest.json"
_FILES = "files"
_BATCH = 4096
"""Chroma takes at most 5,461 rows at once."""


@dataclass(frozen=True)
class Manifest:
    """What an index was built from."""

    catalog: str
    """Digest of the catalogue."""
    embedder: str
    count: int


@dataclass(frozen=True)
class Hit:
    """An item near a query."""

    item_id: str
    similarity: float
    """Cosine, between -1 and 1; higher is nearer."""


class ItemIndex:
    """Nearest items by vector, from a folder that this process alone uses."""

    def __init__(self, folder: Path, client: Any, collection: Any) -> None:  # noqa: ANN401  (Chroma's types stay here)
        """Wrap an open collection; use ``open_index``."""
        self._folder = folder
        self._client = client
        self._collection = collection

    def __len__(self) -> int:
        """Return the number of items in the index."""
        return int(self._collection.count())

    def near(self, vector: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the ``k`` items nearest to a (dimensions,) vector, nearest first; fewer if there are fewer."""
        wanted = min(k, len(self))
        if wanted < 1:
            return ()
        found = self._collection.query(query_embeddings=[vector.tolist()], n_results=wanted, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return tuple(Hit(item_id, 1.0 - float(distance)) for item_id, distance in pairs)

    def add(self, item_ids: Sequence[str], vectors: np.ndarray) -> None:
        """Add items with their (items, dimensions) vectors; a known id gets the new vector."""
        for start in range(0, len(item_ids), _BATCH):
            part = slice(start, start + _BATCH)
            self._collection.upsert(ids=list(item_ids[part]), embeddings=vectors[part])

    def extend(self, item_ids: Sequence[str], vectors: np.ndarray, manifest: Manifest) -> None:
        """Add items while the index is in use, and write down what it is made from with them.

        An index whose process dies in between has no manifest, so the next start builds it again.
        """
        (self._folder / _MANIFEST).unlink(missing_ok=True)
        self.add(item_ids, vectors)
        _write_manifest(self._folder, manifest)

    def close(self) -> None:
        """Release the folder."""
        self._client.close()


class CatalogIndex:
    """An index as one catalogue sees it: without items that were added for a later one."""

    def __init__(self, index: ItemIndex, catalog: Catalog) -> None:
        """Search ``index`` for items of ``catalog``."""
        self._index = index
        self._catalog = catalog

    def near(self, vector: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the ``k`` items nearest to a (dimensions,) vector, nearest first; fewer if there are fewer."""
        hits = self._index.near(vector, k)
        if any(hit.item_id not in self._catalog for hit in hits):
            later = len(self._index) - len(self._catalog)
            hits = self._index.near(vector, k + later)
        return tuple(hit for hit in hits if hit.item_id in self._catalog)[:k]


def open_index(
    folder: Path, manifest: Manifest, item_ids: Sequence[str], vectors: Callable[[], np.ndarray]
) -> ItemIndex:
    """Open the index at ``folder``, building it first when it is missing, stale or damaged.

    ``vectors`` gives (items, dimensions) in the order of ``item_ids``; it is called only for a build.
    """
    if _manifest_at(folder) == manifest:
        index = _open_sound(folder, manifest)
        if index is not None:
            return index
    rebuild_index(folder, manifest, item_ids, vectors())
    return _connect(folder)


def rebuild_index(folder: Path, manifest: Manifest, item_ids: Sequence[str], vectors: np.ndarray) -> None:
    """Build the index in a new folder and swap it in; on any error the old one stays."""
    with fresh_folder(folder) as building:
        index = _connect(building)
        try:
            index.add(item_ids, vectors)
        finally:
            index.close()
        _write_manifest(building, manifest)
        SharedSystemClient.clear_system_cache()


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what the index at ``folder`` is made from, with the digests of its files as they are now."""
    replace_text(folder / _MANIFEST, json.dumps(asdict(manifest) | {_FILES: _digests(folder)}))


def _manifest_at(folder: Path) -> Manifest | None:
    """Return what the index was built from, or None when its manifest or its vectors are not what was written."""
    try:
        about = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if about.pop(_FILES, None) != _digests(folder):
            return None
        return Manifest(**about)
    except (FileNotFoundError, json.JSONDecodeError, TypeError, AttributeError, UnicodeDecodeError):
        return None


def _digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file of vectors: Chroma may crash or answer wrongly when one was cut short.

    Up to 1,000 vectors stay in the database; the files beside it mean nothing then and have no metadata.
    """
    found = {}
    for metadata in folder.glob("*/index_metadata.pickle"):
        for path in metadata.parent.iterdir():
            with path.open("rb") as content:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


def _open_sound(folder: Path, manifest: Manifest) -> ItemIndex | None:
    """Open the index if it answers as it should.

    A collection whose files are partly gone may open without an error and then answer short, so it is
    asked for a stored vector: that vector must come back first, among as many hits as were asked for.
    """
    index: ItemIndex | None = None
    try:
        index = _connect(folder)
        if len(index) == manifest.count and (manifest.count == 0 or _answers(index, manifest.count)):
            return index
    except ChromaError:
        pass
    if index is not None:
        index.close()
    SharedSystemClient.clear_system_cache()
    return None


def _answers(index: ItemIndex, count: int) -> bool:
    stored = index._collection.get(limit=1, include=["embeddings"])
    wanted = min(10, count)
    hits = index.near(np.asarray(stored["embeddings"][0]), wanted)
    return len(hits) == wanted and hits[0].similarity > 0.999


def _connect(folder: Path) -> ItemIndex:
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection(
        _COLLECTION,
        configuration={"hnsw": {"space": "cosine", "ef_construction": 150, "ef_search": 120, "max_neighbors": 24}},
        embedding_function=None,
    )
    return ItemIndex(folder, client, collection)
