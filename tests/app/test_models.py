"""Which model speaks of what."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import models
from app.settings import PARLEY
from finetune.trained import SHIPPED
from tests.catalogs import tiny_catalog

FILMS = tiny_catalog()
BOOKS = replace(FILMS, name="books", noun="book")


@pytest.fixture(autouse=True)
def loaded(monkeypatch):
    class Plain:
        @staticmethod
        def load(folder):
            return "plain", folder

    monkeypatch.setattr(models, "LocalLanguageModel", Plain)
    monkeypatch.setattr(models, "load_trained", lambda home, folder, catalog, embedder: ("trained", folder))
    monkeypatch.setattr(models, "fetch_base", lambda home, base: base if isinstance(base, Path) else base.hub_id)


def test_films_are_spoken_of_by_the_model_that_comes_with_parley(tmp_path):
    assert models.speaking_model(tmp_path, PARLEY, FILMS, None) == ("trained", SHIPPED)


def test_of_other_things_its_base_speaks(tmp_path):
    kind, base = models.speaking_model(tmp_path, PARLEY, BOOKS, None)
    assert kind == "plain"
    assert base == models.trained_base(SHIPPED)


def test_a_trained_model_that_is_asked_for_speaks_of_anything(tmp_path):
    (tmp_path / "dialogue.json").write_text('{"base": "owner/model"}')
    assert models.speaking_model(tmp_path, str(tmp_path), BOOKS, None) == ("trained", tmp_path)


def test_a_folder_without_a_trained_model_is_a_base(tmp_path):
    assert models.speaking_model(tmp_path, str(tmp_path), FILMS, None) == ("plain", tmp_path)
