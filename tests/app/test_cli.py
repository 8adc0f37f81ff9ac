import socket
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app import cli
from app.start import load_catalog
from catalog import films
from tests.app.fakes import tiny_catalog

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


def test_an_unknown_catalogue_is_answered_with_those_there_are(tmp_path):
    tiny_catalog().save(tmp_path / "catalogs" / "shop")
    with pytest.raises(ValueError, match="no catalogue 'shoes' among films, shop; make one"):
        load_catalog(tmp_path, "shoes")


def test_an_ingested_catalogue_is_read(tmp_path):
    tiny_catalog().save(tmp_path / "catalogs" / "shop")
    assert load_catalog(tmp_path, "shop").items == tiny_catalog().items


def test_a_damaged_catalogue_says_so(tmp_path):
    folder = tmp_path / "catalogs" / "shop"
    tiny_catalog().save(folder)
    (folder / "items.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="catalogue 'shop' at .* is damaged .*ingest it again"):
        load_catalog(tmp_path, "shop")


def test_the_films_are_built_when_missing_or_damaged_and_kept(tmp_path, monkeypatch):
    builds = []
    monkeypatch.setattr(films, "build", lambda: (builds.append(1) or tiny_catalog(), None))
    assert load_catalog(tmp_path, "films").items == load_catalog(tmp_path, "films").items
    assert len(builds) == 1
    (tmp_path / "catalogs" / "films" / "catalog.json").write_text('{"format": 0}', encoding="utf-8")
    load_catalog(tmp_path, "films")
    assert len(builds) == 2
