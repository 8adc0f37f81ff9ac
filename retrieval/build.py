"""Build the vector index of a catalogue.

    python -m retrieval.build --catalog films

Vectors that ship with the project or were kept by an earlier build are used again, so only new and changed items are
embedded. All vectors are then kept in HOME/vectors; the index in HOME/indexes can always be made again from them.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog import films
from catalog.items import Catalog, Item
from catalog.saved import load_catalog
from catalog.storage import default_home
from retrieval.embed import SHIPPED, Embedder, TrainedEmbedder, embed_items, save_vectors
from retrieval.store import ItemIndex, Manifest, open_index, rebuild_index

Progress = Callable[[int, int], None]
"""Is told the number of items that have a vector and the number of all."""


def open_catalog_index(catalog: Catalog, home: Path, embedder: Embedder, progress: Progress) -> ItemIndex:
    """Open the index of ``catalog`` below ``home``, building it first when it is missing, stale or damaged.

    ``progress`` is called only for a build.
    """
    return open_index(
        _index_folder(home, catalog),
        _manifest(catalog, embedder),
        [item.id for item in catalog],
        lambda: kept_vectors(catalog, home, embedder, progress),
    )


def extend_catalog_index(index: ItemIndex, grown: Catalog, items: Sequence[Item], embedder: Embedder) -> None:
    """Make the open index of a catalogue that of ``grown``, the same catalogue with ``items`` added to it."""
    vectors = embed_items(replace(grown, items=tuple(items)), embedder, (), lambda done, total: None)
    index.extend([item.id for item in items], vectors, _manifest(grown, embedder))


def rebuild_catalog_index(catalog: Catalog, home: Path, embedder: Embedder, progress: Progress) -> np.ndarray:
    """Build the index of ``catalog`` anew, whatever is there, and return its vectors, (items, dimensions)."""
    vectors = kept_vectors(catalog, home, embedder, progress)
    item_ids = [item.id for item in catalog]
    rebuild_index(_index_folder(home, catalog), _manifest(catalog, embedder), item_ids, vectors)
    return vectors


def kept_vectors(catalog: Catalog, home: Path, embedder: Embedder, progress: Progress) -> np.ndarray:
    """Return (items, dimensions) in catalogue order, and keep them below ``home`` for the next build."""
    vectors = catalog_vectors(catalog, home, embedder, progress)
    save_vectors(_kept(home, catalog, embedder), catalog, embedder, vectors)
    return vectors


def catalog_vectors(catalog: Catalog, home: Path, embedder: Embedder, progress: Progress) -> np.ndarray:
    """Return (items, dimensions) in catalogue order, those that ship or were kept below ``home`` as they are."""
    ready = (SHIPPED / f"{catalog.name}.safetensors", _kept(home, catalog, embedder))
    return embed_items(catalog, embedder, ready, progress)


def _kept(home: Path, catalog: Catalog, embedder: Embedder) -> Path:
    return home / "vectors" / f"{catalog.name}-{embedder.id}.safetensors"


def _index_folder(home: Path, catalog: Catalog) -> Path:
    return home / "indexes" / catalog.name


def _manifest(catalog: Catalog, embedder: Embedder) -> Manifest:
    return Manifest(catalog.digest, embedder.id, len(catalog))


def main(argv: Sequence[str] | None = None) -> None:
    """Build the index of a catalogue anew and print what that took."""
    given = _parser().parse_args(argv)
    begin = time.monotonic()
    try:
        catalog = load_catalog(given.home, given.catalog)
        embedder = TrainedEmbedder(given.home)
        reused: list[int] = []
        with tqdm(total=len(catalog), desc="embedding", unit=catalog.noun, disable=None) as bar:

            def progress(done: int, _: int) -> None:
                # The first call comes before anything is embedded.
                reused.append(done)
                bar.update(done - bar.n)

            vectors = rebuild_catalog_index(catalog, given.home, embedder, progress)
        if given.export is not None:
            save_vectors(given.export, catalog, embedder, vectors)
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    again, seconds = reused[0], time.monotonic() - begin
    print(f"{len(catalog)} items: {again} vectors used again, {len(catalog) - again} embedded")  # noqa: T201
    print(f"index at {_index_folder(given.home, catalog)}, built in {seconds:.1f} seconds")  # noqa: T201
    if given.export is not None:
        print(f"vectors written to {given.export}")  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write the vectors there too, to ship them")
    return parser


if __name__ == "__main__":
    main()
