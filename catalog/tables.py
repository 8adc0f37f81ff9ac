"""Tables as files: CSV, TSV, JSONL and Parquet, read cell by cell so that a message can name the line."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from catalog.cleaning import TITLE_LIMIT, Cell, clean_text, entry_text

DELIMITERS = ",;\t|"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WIDEST_CELL = 2**31 - 1


class IngestError(ValueError):
    """A table that cannot become a catalogue as it is; the message says where and what to do."""


@dataclass(frozen=True)
class Table:
    """The cells of a file before any cleaning."""

    cells: pd.DataFrame
    """Every cell a ``Cell``. The index is called "line" and holds line numbers as an editor shows them (header 1, a
    cell over several lines counts by its first), or is called "row" and counts from 1 where a file has no lines."""
    notes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """What reading itself changed or decided, in words, to the lines or rows it concerns."""


def read_table(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Read a file by its suffix; raise IngestError when it is missing, empty, broken or of another kind.

    Text is UTF-8, with or without byte order mark, unless an ``encoding`` is given. ``delimiter`` stands between the
    cells of a CSV; without one the sign that parts the header into most cells is taken.
    """
    reader = _READERS.get(path.suffix.lower())
    if path.is_dir():
        raise IngestError(f"{path} is a folder; give one file of it ({_SUPPORTED})")
    if not path.exists():
        raise IngestError(f"no file {path}; give the path of a table ({_SUPPORTED})")
    if reader is None:
        raise IngestError(f"{path.name}: cannot read suffix {path.suffix!r}; export the table as {_SUPPORTED}")
    if delimiter is not None and len(delimiter) != 1:
        raise IngestError(f"--delimiter must be one character, not {delimiter!r}; leave it out to have it found")
    table = reader(path, encoding, delimiter)
    if table.cells.empty:
        raise IngestError(f"{path.name}: no rows below the header; add at least one item")
    return table


def _read_text(path: Path, encoding: str | None) -> str:
    raw = path.read_bytes()
    if not encoding and raw.startswith(_UTF16_MARKS):
        raise IngestError(f"{path.name}: saved as UTF-16; add `--encoding utf-16`")
    try:
        text = raw.decode(encoding or "utf-8").removeprefix("\ufeff")
    except LookupError:
        raise IngestError(f"no text encoding {encoding!r}; try `--encoding cp1252` or `--encoding latin-1`") from None
    except UnicodeError as error:
        raise IngestError(f"{path.name}, {_broken(raw, error)}") from None
    if not text.strip():
        raise IngestError(f"{path.name} is empty; its first line must name the columns and each further line an item")
    return text


def _broken(raw: bytes, error: UnicodeError) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return f"whole file: {error}; add `--encoding` with the one it was saved in"
    start, lines_before = raw.rfind(b"\n", 0, error.start) + 1, raw.count(b"\n", 0, error.start)
    header, before = (part.decode("latin-1") for part in (raw.split(b"\n", 1)[0], raw[start : error.start]))
    sign = _sniff(header)
    names, cells = _cells(header, sign), _cells(before, sign)
    column = f"column {names[len(cells) - 1].strip()!r}, " if 0 < len(cells) <= len(names) else ""
    near = raw[max(start, error.start - 15) : error.start + 10].decode("cp1252", "replace").splitlines()[0]
    return (
        f"line {lines_before + 1}, {column}byte {len(before) + 1}: 0x{raw[error.start]:02x} is not {error.encoding} "
        f"(near {near!r}); save the file as UTF-8, or add `--encoding cp1252` (Western Windows and Excel) "
        "or whatever it was saved in"
    )


def _sniff(text: str) -> str:
    """Return the sign that parts the first filled line into most cells; the comma when none does."""
    first = _first_line(text)
    return max(DELIMITERS, key=lambda sign: len(_cells(first, sign)))


def _first_line(text: str) -> str:
    return next((line for line in io.StringIO(text, newline="") if line.strip()), "")


def _cells(line: str, sign: str) -> list[str]:
    with _any_cell_width():
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=sign), [""])


@contextmanager
def _any_cell_width() -> Iterator[None]:
    before = csv.field_size_limit(_WIDEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read_csv(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    text = _read_text(path, encoding)
    with _any_cell_width():
        sign = delimiter or ("\t" if path.suffix.lower() == ".tsv" else _sniff(text))
        records = list(_records(path, text, sign))
    header = _header(records[0][1])
    notes: dict[str, list[int]] = {}
    rows: list[list[str]] = []
    for line, record in records[1:]:
        row, extra = record[: len(header)], record[len(header) :]
        if any(cell.strip() for cell in extra):
            raise IngestError(
                f"{path.name}, line {line}: {len(record)} cells where the header names {len(header)} columns, after "
                f"column {header[-1]!r} comes {extra[0][:40]!r}; put double quotes around a cell that holds {sign!r}"
            )
        if len(row) < len(header):
            notes.setdefault("cells missing at the end, read as empty", []).append(line)
        rows.append(row + [""] * (len(header) - len(row)))
    lines = [line for line, _ in records[1:]]
    if sign != "," and path.suffix.lower() == ".csv":
        notes[f"cells parted by {sign!r} (else give --delimiter)"] = lines
    return _table(header, rows, pd.Index(lines, name="line", dtype=int), notes)


def _records(path: Path, text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    # pandas would accept a stray quote and swallow the lines up to the next one; csv.reader in strict mode says where.
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True), 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        written = io.StringIO(text, newline="").readlines()
        names, cells = _cells(_first_line(text), sign), written[line - 1].split(sign)
        open_ones = (name for name, cell in zip(names, cells, strict=False) if cell.count('"') % 2)
        column = next((f", column {name.strip()!r}" for name in open_ones), "")
        raise IngestError(
            f"{path.name}, line {line}{column}: a quoted cell begins here that does not end as it should ({error}); "
            "write a double quote inside a quoted cell twice, or remove the stray one"
        ) from None


def _header(names: Sequence[object]) -> list[str]:
    """Return column names that are filled and differ: "column 3" for a blank one, "genre (2)" for a repeated one."""
    header: list[str] = []
    for number, name in enumerate(names, 1):
        plain = clean_text(str(name), TITLE_LIMIT).text or f"column {number}"
        repeats = (f"{plain} ({count})" for count in range(2, len(names) + 2))
        header.append(next(spelling for spelling in (plain, *repeats) if spelling not in header))
    return header


def _table(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], index: pd.Index, notes: Mapping[str, Sequence[int]]
) -> Table:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    cells = pd.DataFrame(columns, index=index, dtype=object)
    return Table(cells, {note: tuple(places) for note, places in notes.items()})


def _read_jsonl(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    text = _read_text(path, encoding)
    if text.lstrip().startswith("["):
        unit, listed = "row", _parse(text, f"{path.name}")
        found = list(enumerate(listed if isinstance(listed, list) else [], 1))
    else:
        # Not splitlines: a JSON text may hold U+2028, which is no end of line here.
        lines = ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
        unit, found = "line", [(number, _parse(line, f"{path.name}, line {number}")) for number, line in lines]
    for number, entry in found:
        if not isinstance(entry, dict):
            raise IngestError(
                f"{path.name}, {unit} {number}: {str(entry)[:40]!r} is no object; write each item as "
                '{"title": "...", "genre": ["..."]}'
            )
    keys = list(dict.fromkeys(key for _, entry in found for key in entry))
    rows = [[to_cell(entry.get(key)) for key in keys] for _, entry in found]
    return _table(_header(keys), rows, pd.Index([number for number, _ in found], name=unit, dtype=int), {})


def _parse(text: str, place: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}" if "line" not in place else f"character {error.colno}"
        raise IngestError(f"{place}, {where}: not JSON ({error.msg}); each line must be one object") from None
    except (ValueError, RecursionError) as error:
        raise IngestError(f"{place}: cannot be read ({error}); correct or remove this entry") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the column {twice!r} stands twice")
    return entry


def _read_parquet(path: Path, encoding: str | None, delimiter: str | None) -> Table:
    try:
        # Arrow's own types keep whole numbers whole where cells are missing.
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
    except (ValueError, OSError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise IngestError(f"{path.name}: not a Parquet file that can be read ({reason}); export it again") from None
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    header = _header(list(frame.columns))
    rows = list(zip(*([to_cell(value) for value in frame.iloc[:, place]] for place in range(len(header))), strict=True))
    return _table(header, rows, pd.RangeIndex(1, len(rows) + 1, name="row"), {})


def to_cell(value: object) -> Cell:
    """Return a value of JSON or Parquet as text, or as texts where it is a list; "" where it is missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return tuple(to_text(entry) for entry in value)
    return to_text(value)


def to_text(value: object) -> str:
    """Return one value as text: whole numbers without ".0", dates in ISO form, nothing for what is missing."""
    if isinstance(value, str | Mapping | list):
        return entry_text(value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_SUPPORTED = ".csv, .tsv, .jsonl, .json (one object a line, or a list of objects) or .parquet"
_READERS: Mapping[str, Callable[[Path, str | None, str | None], Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".json": _read_jsonl,
    ".parquet": _read_parquet,
}
