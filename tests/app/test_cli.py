import socket
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app import cli

ROOT = Path(app.__file__).parents[1]


def test_app_is_the_package_and_not_the_script():
    assert Path(app.__file__).name == "__init__.py"


def test_the_script_shows_its_help_without_loading_anything():
    done = subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--catalog" in done.stdout


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"cannot serve on 127.0.0.1:{port} .*--port"):
            cli.main(["--port", str(port), "--home", str(tmp_path)])


def test_a_port_that_is_none_is_one_sentence(tmp_path):
    with pytest.raises(SystemExit, match="'many' is no port"):
        cli.main(["--port", "many", "--home", str(tmp_path)])


def test_adding_is_off_unless_it_is_allowed():
    assert not cli._settings([]).allow_adding
    assert cli._settings(["--allow-adding"]).allow_adding
