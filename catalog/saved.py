"""Catalogues by name, as they lie in the folder of everything Parley keeps."""

from pathlib import Path

from catalog import films
from catalog.items import Catalog


def load_catalog(home: Path, name: str = films.NAME) -> Catalog:
    """Return a catalogue by name; the films are built when they are missing, damaged or out of date.

    Raises ValueError, which says what there is or what to do, for any other that is missing or damaged.
    """
    folder = home / "catalogs" / name
    if name == films.NAME:
        return _films(folder)
    if not (folder / "catalog.json").exists():
        have = ", ".join(sorted({films.NAME, *(path.parent.name for path in folder.parent.glob("*/catalog.json"))}))
        raise ValueError(f"no catalogue {name!r} among {have}; make one with `python -m catalog.ingest FILE`")
    try:
        return Catalog.load(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"catalogue {name!r} at {folder} is damaged ({error}); ingest it again") from error


def _films(folder: Path) -> Catalog:
    try:
        saved = Catalog.load(folder)
        if saved.source == films.fingerprint():
            return saved
    # Whatever is wrong with the copy, it can be made again from what ships.
    except (OSError, ValueError, KeyError, TypeError):
        pass
    catalog, _ = films.build()
    catalog.save(folder)
    return catalog
