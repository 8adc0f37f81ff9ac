"""Catalogues by name, as they lie in the folder of everything Parley keeps.

Items that were added to a catalogue lie in a file of their own beside it, ``catalogs/NAME.added.jsonl``: they stay
when the catalogue is made again from its source.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from catalog import films
from catalog.items import Catalog, Item, item_line, item_of_line
from catalog.storage import replace_text


def load_catalog(home: Path, name: str = films.NAME) -> Catalog:
    """Return a catalogue by name with the items added to it; the films are built when they are missing or out of date.

    Raises ValueError, which says what there is or what to do, for any other that is missing or damaged.
    """
    folder = home / "catalogs" / name
    if name == films.NAME:
        return _with_added(_films(folder), home)
    if not (folder / "catalog.json").exists():
        have = ", ".join(sorted({films.NAME, *(path.parent.name for path in folder.parent.glob("*/catalog.json"))}))
        raise ValueError(f"no catalogue {name!r} among {have}; make one with `python -m catalog.ingest FILE`")
    try:
        catalog = Catalog.load(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"catalogue {name!r} at {folder} is damaged ({error}); ingest it again") from error
    return _with_added(catalog, home)


def keep_items(home: Path, catalog: Catalog, items: Sequence[Item]) -> Catalog:
    """Return ``catalog`` with more items, which it has from now on whenever it is loaded.

    Raises ItemError for an item that it cannot take; none is kept then.
    """
    grown = catalog.with_items(items)
    path = added_path(home, catalog.name)
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    # Edited by hand it may lack its last line break.
    between = "\n" if kept and not kept.endswith("\n") else ""
    replace_text(path, kept + between + "".join(f"{item_line(item)}\n" for item in items))
    return grown


def added_path(home: Path, name: str) -> Path:
    """Return the file of the items that were added to a catalogue; it need not exist."""
    return home / "catalogs" / f"{name}.added.jsonl"


def _with_added(catalog: Catalog, home: Path) -> Catalog:
    path = added_path(home, catalog.name)
    if not path.exists():
        return catalog
    # A catalogue that was made again may hold an item by now; what it says then counts.
    found = {item.id: item for item in _items(path) if item.id not in catalog}
    return catalog.with_items(found.values()) if found else catalog


def _items(path: Path) -> Iterator[Item]:
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            item = item_of_line(line.decode("utf-8"))
            if not (isinstance(item.id, str) and isinstance(item.title, str)):
                raise TypeError(f"the id {item.id!r} or the title {item.title!r} is no text")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            way_out = "correct or remove the line, or delete the file to do without all that was added"
            raise ValueError(f"line {number} of {path} is damaged ({error!r}); {way_out}") from error
        yield item


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
