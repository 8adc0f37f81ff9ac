"""Folders and files that appear whole or not at all."""

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

_BUILDING = ".building-"
_OLD = ".old-"
_WAS = "was"
_NEW = ".new"


def default_home() -> Path:
    """Return the folder of everything Parley keeps: ``PARLEY_HOME``, else the platform's user cache."""
    return Path(os.environ.get("PARLEY_HOME") or platformdirs.user_cache_path("parley", appauthor=False))


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: whatever happens, it holds the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(path.name + _NEW)
    with building.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(building, path)


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Yield an empty sibling of ``target``; swap it into place when the block succeeds.

    On any exception the new folder is removed and ``target`` stays what it was. Leftovers of a
    process that was killed in mid-write are removed at the next call for the same ``target``; if it
    was killed between the two renames of the swap, the old folder is put back first.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f"{glob.escape(target.name + _OLD)}*"):
        if not target.exists() and (leftover / _WAS).exists():
            os.replace(leftover / _WAS, target)
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in target.parent.glob(f"{glob.escape(target.name + _BUILDING)}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=target.name + _BUILDING, dir=target.parent))
    try:
        yield building
        _swap(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _swap(building: Path, target: Path) -> None:
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=target.name + _OLD, dir=target.parent))
        os.replace(target, old / _WAS)
        try:
            os.replace(building, target)
        except OSError:
            os.replace(old / _WAS, target)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(building, target)
