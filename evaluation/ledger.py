"""The folder of a run: a line for each dialogue as soon as it is finished, which nothing that happens later undoes."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from catalog.storage import replace_text
from evaluation.transcripts import Dialogue, line, read_dialogues

_SETTINGS = "run.json"
_LOCK = "run.lock"


class LedgerError(ValueError):
    """A folder that a run cannot go on in."""


class Ledger:
    """A file of dialogues for each system, to which one run at a time adds; use ``open_ledger``."""

    def __init__(self, folder: Path, systems: Sequence[str]) -> None:
        """Keep the dialogues of ``systems`` in ``folder``."""
        self._paths = {system: folder / f"{system}.jsonl" for system in systems}

    def held(self) -> dict[str, tuple[Dialogue, ...]]:
        """Return the finished dialogues of each system by seed."""
        return {
            system: tuple(sorted(read_dialogues(path), key=lambda dialogue: dialogue.seed)) if path.exists() else ()
            for system, path in self._paths.items()
        }

    def add(self, dialogue: Dialogue) -> None:
        """Write a dialogue down; once this returns, it stays."""
        with self._paths[dialogue.system].open("ab") as file:
            file.write(f"{line(dialogue)}\n".encode())
            file.flush()
            os.fsync(file.fileno())

    def order(self) -> None:
        """Put the lines in the order of their seeds."""
        for system, dialogues in self.held().items():
            replace_text(self._paths[system], "".join(f"{line(dialogue)}\n" for dialogue in dialogues))

    def mend(self) -> None:
        """Cut off a last line that was being written when a run died, so that the next one does not continue it."""
        for path in self._paths.values():
            if path.exists():
                whole = path.read_bytes().rfind(b"\n") + 1
                os.truncate(path, whole)


@contextmanager
def open_ledger(folder: Path, systems: Sequence[str], settings: Mapping[str, Any]) -> Iterator[Ledger]:
    """Yield the ledger of a run with these settings, which are plain values: a new one, or one to go on with.

    Raises LedgerError naming the difference when the folder is that of another run, or in use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(folder / _LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LedgerError(f"another run is writing to {folder}; wait for it, or choose another --out") from None
    try:
        _check(folder, settings)
        ledger = Ledger(folder, systems)
        ledger.mend()
        yield ledger
    finally:
        lock.release()


def _check(folder: Path, settings: Mapping[str, Any]) -> None:
    path = folder / _SETTINGS
    if not path.exists():
        if strange := sorted(folder.glob("*.jsonl")):
            raise LedgerError(f"{strange[0]} is of no run that is known; choose another --out, or remove it")
        replace_text(path, json.dumps(settings, indent=1) + "\n")
        return
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise LedgerError(f"{path} is damaged ({error}); choose another --out") from None
    wanted = json.loads(json.dumps(settings))
    if different := [name for name in {**wanted, **before} if wanted.get(name) != before.get(name)]:
        told = "; ".join(f"{name} {_told(before, name)}, not {_told(wanted, name)}" for name in different)
        raise LedgerError(f"the run in {folder} has {told}; give the same settings, or choose another --out")


def _told(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name)
    return ",".join(map(str, value)) if isinstance(value, list) else json.dumps(value)
