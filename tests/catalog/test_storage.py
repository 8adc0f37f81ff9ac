import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.storage import default_home, fresh_folder, replace_text

ROOT = Path(__file__).parents[2]
KILLED_WHILE_WRITING = """
import sys, time
from pathlib import Path
from catalog.storage import fresh_folder

with fresh_folder(Path(sys.argv[1])) as building:
    (building / "book.txt").write_text("half of the new")
    print("writing", flush=True)
    time.sleep(60)
"""


def write(target, text):
    with fresh_folder(target) as building:
        (building / "book.txt").write_text(text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def shelf(tmp_path):
    """A folder that holds one whole book and nothing else."""
    write(tmp_path / "shelf", "old")
    return tmp_path / "shelf"


def test_a_new_folder_appears_with_its_parents(tmp_path):
    write(tmp_path / "a" / "b" / "shelf", "new")
    assert (tmp_path / "a" / "b" / "shelf" / "book.txt").read_text() == "new"


def test_the_new_folder_replaces_all_of_the_old_one(shelf):
    (shelf / "stale.txt").write_text("stale")
    write(shelf, "new")
    assert names(shelf) == ["book.txt"]
    assert (shelf / "book.txt").read_text() == "new"
    assert names(shelf.parent) == ["shelf"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_in_mid_write_leaves_the_old_folder_whole(shelf, error):
    with pytest.raises(error), fresh_folder(shelf) as building:
        (building / "book.txt").write_text("half of the new")
        raise error
    assert (shelf / "book.txt").read_text() == "old"
    assert names(shelf.parent) == ["shelf"]


def test_an_error_in_the_first_write_leaves_nothing(tmp_path):
    with pytest.raises(ValueError), fresh_folder(tmp_path / "shelf"):
        raise ValueError
    assert names(tmp_path) == []


def test_the_old_folder_is_readable_while_the_new_one_is_written(shelf):
    with fresh_folder(shelf) as building:
        (building / "book.txt").write_text("new")
        assert (shelf / "book.txt").read_text() == "old"


def test_a_failing_swap_leaves_the_old_folder_in_place(shelf, monkeypatch):
    real, failures = os.replace, [OSError("disk full")]

    def replace(source, target):
        if Path(target) == shelf and failures:
            raise failures.pop()
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr("catalog.storage.os.replace", replace)
        with pytest.raises(OSError, match="disk full"):
            write(shelf, "new")
    assert failures == []
    assert (shelf / "book.txt").read_text() == "old"
    assert names(shelf.parent) == ["shelf"]


def test_a_killed_process_leaves_the_old_folder_whole_and_the_next_run_cleans_up(shelf):
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, str(shelf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout.readline() == b"writing\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert (shelf / "book.txt").read_text() == "old"
    assert len(names(shelf.parent)) == 2, "the kill left nothing to clean; it came too late to test anything"
    write(shelf, "new")
    assert (shelf / "book.txt").read_text() == "new"
    assert names(shelf.parent) == ["shelf"]


def test_leftovers_of_other_targets_are_left_alone(shelf):
    other = shelf.parent / "shelf2.building-abc"
    other.mkdir()
    write(shelf, "new")
    assert names(shelf.parent) == ["shelf", other.name]


def test_a_swap_that_was_killed_halfway_is_undone(shelf):
    """Killed between the two renames, a folder lies beside its place, whole."""
    old = shelf.parent / "shelf.old-abc"
    old.mkdir()
    shelf.rename(old / "was")
    with pytest.raises(ValueError), fresh_folder(shelf):
        raise ValueError
    assert (shelf / "book.txt").read_text() == "old"


def test_the_home_is_taken_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    assert default_home() == tmp_path


@pytest.mark.parametrize("unset", [None, ""])
def test_without_it_the_home_is_the_cache_of_the_user(monkeypatch, unset):
    monkeypatch.delenv("PARLEY_HOME", raising=False)
    if unset is not None:
        monkeypatch.setenv("PARLEY_HOME", unset)
    assert default_home().is_absolute()
    assert default_home().name == "parley"


def test_a_file_is_replaced_in_one_step_and_made_with_its_parents(tmp_path):
    path = tmp_path / "a" / "b.txt"
    replace_text(path, "old")
    replace_text(path, "new \u2028 line\n")
    assert path.read_bytes() == "new \u2028 line\n".encode()
    assert names(path.parent) == ["b.txt"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path):
    replace_text(tmp_path / "b.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(tmp_path / "b.txt", "\ud800")
    assert (tmp_path / "b.txt").read_text() == "old"
