r"""Make a catalogue of any table: CSV, TSV, JSONL or Parquet.

    python -m catalog.ingest shop.csv --title name --facets brand,colour --noun shoe
    python app.py --catalog shop
    python -m catalog.ingest more.csv --add-to shop

What each column is for is guessed from the header and the cells, and printed; options overrule the guess, and an
empty one (--year '') leaves a role out. Every row that is cleaned or left out is counted with its line; a table that
cannot be understood is refused with the line, the column and the way out. Line numbers are those of an editor, with
the header on line 1; a Parquet file has rows instead, counted from 1.
"""

import argparse
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from catalog.cleaning import TITLE_LIMIT, clean_text
from catalog.columns import SINGLE_ROLES, GivenColumns, Roles, guess_roles
from catalog.films import NAME as FILMS
from catalog.items import Catalog, Item
from catalog.report import IngestReport
from catalog.rows import DECADE, REPEATED, Entry, read_rows
from catalog.saved import added_path, keep_items, load_catalog
from catalog.storage import default_home
from catalog.tables import IngestError, Table, read_table

ID_TAKEN = "dropped, its id was used before"
ID_MADE = "id made from title and year"
ID_NUMBERED = "id numbered, title and year were used before"

_ADDED = "added"
_PLACES_SHOWN = 5
_SLUG_LIMIT = 80


@dataclass(frozen=True)
class IngestOptions:
    """What the user says about a table; the rest is guessed."""

    name: str | None = None
    """What the catalogue is called; None takes it from the file."""
    noun: str = Catalog.noun
    columns: GivenColumns = GivenColumns()
    encoding: str | None = None
    delimiter: str | None = None
    keep_first: bool = False
    """Keep the first of several different rows with one id, where None of them would be sure to be the right one."""


def ingest(path: Path, options: IngestOptions = IngestOptions()) -> tuple[Catalog, IngestReport]:
    """Read a table into a catalogue, and count what was changed; raise IngestError when it cannot be understood."""
    name = _catalog_name(path, options.name)
    table = read_table(path, options.encoding, options.delimiter)
    try:
        roles = guess_roles(table.cells, options.columns)
    except IngestError as error:
        raise IngestError(f"{path.name}: {error}") from None
    entries = _with_ids(read_rows(table.cells, roles))
    clashes = _clashes(entries)
    if clashes and not options.keep_first:
        raise IngestError(f"{path.name}, {_clash_in_words(clashes, table, roles)}")
    entries = _without_clashes(entries)
    items = tuple(entry.item for entry in entries if entry.item)
    if not items:
        raise IngestError(f"{path.name}: column {roles.title!r} is empty in every row; choose another with --title")
    report = IngestReport(len(table.cells), len(items), _touched(table, entries), _roles_in_words(table, roles))
    return Catalog(name, items, clean_text(options.noun, TITLE_LIMIT).text), report


def _catalog_name(path: Path, given: str | None) -> str:
    name = given if given is not None else re.sub(r"[^\w-]+", "-", path.stem).strip("-")
    if not re.fullmatch(r"\w[\w-]*", name):
        raise IngestError(f"{name!r} cannot be a catalogue's name; give one of letters, digits and - with --name")
    if name == FILMS:
        raise IngestError(f"the name {FILMS!r} belongs to the catalogue that ships; give another, as --name my-{FILMS}")
    return name


def _with_ids(entries: Sequence[Entry]) -> list[Entry]:
    """Give an id to every item that has none: its title and year as in ``heat-1995``, numbered in order of rows."""
    taken = {entry.item.id for entry in entries if entry.item}
    repeats: dict[str, int] = {}
    found: list[Entry] = []
    for entry in entries:
        if entry.item is None or entry.item.id:
            found.append(entry)
            continue
        base = item_id = slug(entry.item)
        while item_id in taken:
            repeats[base] = repeats.get(base, 1) + 1
            item_id = f"{base}-{repeats[base]}"
        taken.add(item_id)
        rules = (ID_MADE,) if item_id == base else (ID_MADE, ID_NUMBERED)
        found.append(Entry(entry.place, replace(entry.item, id=item_id), entry.changes + rules))
    return found


def slug(item: Item) -> str:
    """Return an id made of an item's title and year, as in ``heat-1995``."""
    plain = unicodedata.normalize("NFKD", item.title).encode("ascii", "ignore").decode()
    # A title in another script has nothing left in ASCII and keeps its own letters.
    words = re.findall(r"[a-z0-9]+", plain.lower()) or re.findall(r"\w+", item.title.lower()) or ["item"]
    return "-".join(words)[:_SLUG_LIMIT] + (f"-{item.year}" if item.year is not None else "")


def _clashes(entries: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Return the pairs of different rows with one id, each with the first of them."""
    first: dict[str, Entry] = {}
    living = ((entry, first.setdefault(entry.item.id, entry)) for entry in entries if entry.item)
    return [(earlier, entry) for entry, earlier in living if entry.item != earlier.item]


def _without_clashes(entries: Iterable[Entry]) -> list[Entry]:
    first: dict[str, Item] = {}
    kept: list[Entry] = []
    for entry in entries:
        if entry.item and entry.item.id in first:
            kept.append(entry.dropped(REPEATED if entry.item == first[entry.item.id] else ID_TAKEN))
        else:
            first |= {entry.item.id: entry.item} if entry.item else {}
            kept.append(entry)
    return kept


def _clash_in_words(clashes: Sequence[tuple[Entry, Entry]], table: Table, roles: Roles) -> str:
    earlier, later = clashes[0]
    assert earlier.item and later.item
    more = f" (and {len(clashes) - 1} more such)" if len(clashes) > 1 else ""
    return (
        f"{table.cells.index.name}s {earlier.place} and {later.place}, column {roles.id!r}: both have the id "
        f"{later.item.id!r}, for {earlier.item.label!r} and {later.item.label!r}{more}; give each its own id, "
        "keep only the first with `--on-duplicate first`, or have ids made from the titles with `--id ''`"
    )


def _touched(table: Table, entries: Iterable[Entry]) -> dict[str, int]:
    """Return each rule, with the first places where it applied, to the number of rows that it touched."""
    places = {note: list(lines) for note, lines in table.notes.items()}
    for entry in entries:
        for rule in entry.changes:
            places.setdefault(rule, []).append(entry.place)
    unit, rows = str(table.cells.index.name), len(table.cells)
    return {rule + _first_of(found, unit, rows): len(found) for rule, found in places.items()}


def _first_of(places: Sequence[int], unit: str, rows: int) -> str:
    if len(places) == rows > 1:
        return ""
    listed = ", ".join(map(str, places[:_PLACES_SHOWN])) + (", ..." if len(places) > _PLACES_SHOWN else "")
    return f" ({unit}{'s' if len(places) > 1 else ''} {listed})"


def _roles_in_words(table: Table, roles: Roles) -> dict[str, str]:
    words = roles.in_words()
    if roles.year and DECADE not in roles.facets:
        words[roles.year] = f"year, and its {DECADE} as a facet"
    return {column: words[column] for column in table.cells.columns}


def main(argv: Sequence[str] | None = None, home: Path | None = None) -> None:
    """Make a catalogue of a table, print what became of it and save it below ``home``."""
    given = _parser(home).parse_args(argv)
    columns = GivenColumns(**{entry.name: getattr(given, entry.name) for entry in fields(GivenColumns)})
    keep_first = given.on_duplicate == "first"
    # The items take the name of the catalogue that they are added to, and the table's own does not matter.
    name = _ADDED if given.add_to else given.name
    options = IngestOptions(name, given.noun, columns, given.encoding, given.delimiter, keep_first)
    try:
        catalog, report = ingest(given.table, options)
        done = _add(given.home, given.add_to, catalog) if given.add_to else _save(given.home, catalog)
    except (IngestError, OSError) as error:
        raise SystemExit(f"error: {error}") from None
    print(f"{given.table.name}: {report}")  # noqa: T201
    print(done)  # noqa: T201


def _save(home: Path, catalog: Catalog) -> str:
    """Save the catalogue and say where, what was there before and what to do next."""
    folder, added = home / "catalogs" / catalog.name, added_path(home, catalog.name)
    replaced = " (in place of the one that was there)" if folder.exists() else ""
    catalog.save(folder)
    also = f"what was added to it before stays, in {added}; delete that to do without\n" if added.exists() else ""
    hint = "change a role with --title, --facets and the like; talk with: python app.py --catalog"
    return f"saved to {folder}{replaced}\n{also}{hint} {catalog.name}"


def _add(home: Path, name: str, more: Catalog) -> str:
    """Add the items of ``more`` to the catalogue of this name and say where they are kept."""
    try:
        grown = keep_items(home, load_catalog(home, name), more.items)
    except ValueError as error:
        raise IngestError(str(error)) from None
    kept = f"added to {name}, which has {len(grown)} items from its next start on; kept in {added_path(home, name)}"
    return f"{kept}\ntalk with: python app.py --catalog {name}"


def _parser(home: Path | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="a .csv, .tsv, .jsonl, .json or .parquet file")
    for role in SINGLE_ROLES:
        parser.add_argument(f"--{role}", metavar="COLUMN", help=f"the column that holds the {role}")
    parser.add_argument("--facets", type=_names, metavar="A,B", help="columns of values to ask about, and no others")
    parser.add_argument("--numbers", type=_names, metavar="A,B", help="columns of quantities, and no others")
    parser.add_argument(
        "--separator", help="what stands between the values of one facet cell, as in 'Crime|Drama'; '' for nothing"
    )
    parser.add_argument("--delimiter", help="what stands between the cells of a line (default: found in the header)")
    parser.add_argument("--encoding", help="how the text is encoded (default: UTF-8)")
    parser.add_argument("--on-duplicate", choices=("error", "first"), default="error", help="different rows, one id")
    parser.add_argument("--name", help="what the catalogue is called (default: as the file)")
    parser.add_argument("--add-to", metavar="NAME", help="add the items to a catalogue there is, and make none")
    parser.add_argument("--noun", default=IngestOptions.noun, help="what one item is called in a sentence")
    parser.add_argument("--home", type=Path, default=home or default_home(), help="where catalogues are kept")
    return parser


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


if __name__ == "__main__":
    main()
