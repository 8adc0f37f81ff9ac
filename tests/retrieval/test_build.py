from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from catalog.items import Catalog, Item
from retrieval import build as build_module
from retrieval.build import extend_catalog_index, kept_vectors, main, open_catalog_index, rebuild_catalog_index
from retrieval.embed import item_text, save_vectors
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent, told


@pytest.fixture(autouse=True)
def shipped(tmp_path, monkeypatch):
    """An empty folder in place of the vectors that ship with the project."""
    monkeypatch.setattr(build_module, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def fake(monkeypatch):
    """A fake that the command takes for the embedder of the chat."""
    embedder = WordEmbedder()
    monkeypatch.setattr(build_module, "TrainedEmbedder", lambda home: embedder)
    return embedder


@pytest.fixture
def home(tmp_path):
    """A home that holds the tiny catalogue."""
    tiny_catalog().save(tmp_path / "home" / "catalogs" / "tiny")
    return tmp_path / "home"


def nearest(index, embedder, text):
    return index.near(embedder.encode([text])[0], 1)[0].item_id


def test_the_first_opening_builds_the_index_and_keeps_the_vectors(home):
    embedder, steps = WordEmbedder(), []
    index = open_catalog_index(tiny_catalog(), home, embedder, told(steps))
    assert len(index) == 12
    assert nearest(index, embedder, "Michael Mann heist Al Pacino") == "heat"
    assert steps == [(0, 12), (12, 12)]
    assert (home / "vectors" / "tiny-words-1.safetensors").exists()
    assert (home / "indexes" / "tiny").is_dir()
    index.close()


def test_the_second_opening_embeds_nothing_and_tells_nothing(home):
    open_catalog_index(tiny_catalog(), home, WordEmbedder(), silent).close()
    embedder, steps = WordEmbedder(), []
    open_catalog_index(tiny_catalog(), home, embedder, told(steps)).close()
    assert embedder.asked == []
    assert steps == []


def test_after_a_change_only_what_changed_is_embedded(home):
    open_catalog_index(tiny_catalog(), home, WordEmbedder(), silent).close()
    changed = Catalog("tiny", (*tiny_catalog().items, Item("ronin", "Ronin", 1998)), "film")
    embedder = WordEmbedder()
    index = open_catalog_index(changed, home, embedder, silent)
    assert embedder.asked == [item_text(changed["ronin"])]
    assert nearest(index, embedder, "ronin 1998") == "ronin"
    index.close()


def test_another_embedder_gets_an_index_of_its_own_vectors(home):
    open_catalog_index(tiny_catalog(), home, WordEmbedder(1), silent).close()
    embedder = WordEmbedder(2)
    index = open_catalog_index(tiny_catalog(), home, embedder, silent)
    assert len(embedder.asked) == 12
    assert nearest(index, embedder, item_text(tiny_catalog()["up"])) == "up"
    index.close()


def test_shipped_vectors_are_used_before_anything_is_embedded(home, shipped):
    vectors = WordEmbedder().encode([item_text(item) for item in tiny_catalog()])
    save_vectors(shipped / "tiny.safetensors", tiny_catalog(), WordEmbedder(), vectors)
    embedder = WordEmbedder()
    np.testing.assert_allclose(kept_vectors(tiny_catalog(), home, embedder, silent), vectors, atol=1e-3)
    assert embedder.asked == []
    assert (home / "vectors" / "tiny-words-1.safetensors").exists()


def test_vectors_shipped_for_another_catalogue_are_not_read(home, shipped):
    shipped.mkdir()
    (shipped / "films.safetensors").write_bytes(b"garbage")
    assert len(kept_vectors(tiny_catalog(), home, WordEmbedder(), silent)) == 12


def test_a_rebuild_replaces_a_sound_index(home):
    open_catalog_index(tiny_catalog(), home, WordEmbedder(), silent).close()
    mark = home / "indexes" / "tiny" / "mark"
    mark.touch()
    vectors = rebuild_catalog_index(tiny_catalog(), home, WordEmbedder(), silent)
    assert vectors.shape == (12, 64)
    assert not mark.exists()


def test_a_rebuilt_index_opens_without_building(home):
    rebuild_catalog_index(tiny_catalog(), home, WordEmbedder(), silent)
    steps = []
    open_catalog_index(tiny_catalog(), home, WordEmbedder(), told(steps)).close()
    assert steps == []


def test_the_command_builds_and_says_what_it_did(home, fake, capsys):
    main(["--catalog", "tiny", "--home", str(home)])
    said = capsys.readouterr().out
    assert "12 items: 0 vectors used again, 12 embedded" in said
    assert str(home / "indexes" / "tiny") in said
    assert "seconds" in said
    index = open_catalog_index(tiny_catalog(), home, fake, silent)
    assert nearest(index, fake, "Michael Mann heist Al Pacino") == "heat"
    index.close()


def test_the_command_counts_what_it_used_again(home, fake, capsys):
    main(["--catalog", "tiny", "--home", str(home)])
    catalog = tiny_catalog()
    renamed = replace(catalog.items[0], title="The Godmother")
    Catalog("tiny", (renamed, *catalog.items[1:]), "film", catalog.ratings).save(home / "catalogs" / "tiny")
    capsys.readouterr()
    main(["--catalog", "tiny", "--home", str(home)])
    assert "12 items: 11 vectors used again, 1 embedded" in capsys.readouterr().out


def test_exported_vectors_can_be_shipped(home, fake, shipped, tmp_path):
    main(["--catalog", "tiny", "--home", str(home), "--export", str(shipped / "tiny.safetensors")])
    assert load_file(shipped / "tiny.safetensors")["vectors"].shape == (12, 64)
    fake.asked.clear()
    kept_vectors(tiny_catalog(), tmp_path / "another home", fake, silent)
    assert fake.asked == []


def test_without_export_nothing_is_written_beside_the_home(home, fake, tmp_path):
    main(["--catalog", "tiny", "--home", str(home)])
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_films_are_built_and_saved_when_they_are_missing_and_not_again(home, fake, monkeypatch):
    films = replace(tiny_catalog(), name="films", source="now")
    monkeypatch.setattr("catalog.films.fingerprint", lambda: "now")
    monkeypatch.setattr("catalog.films.build", lambda: (films, None))
    main(["--catalog", "films", "--home", str(home)])
    assert Catalog.load(home / "catalogs" / "films") == films
    monkeypatch.setattr("catalog.films.build", None)
    main(["--catalog", "films", "--home", str(home)])


def test_an_unknown_catalogue_is_named_with_the_way_out(home, fake):
    with pytest.raises(SystemExit, match="no catalogue 'shoes' among .*; make one with `python -m catalog.ingest"):
        main(["--catalog", "shoes", "--home", str(home)])


def test_damaged_vectors_are_named_with_the_way_out(home, fake):
    main(["--catalog", "tiny", "--home", str(home)])
    (home / "vectors" / "tiny-words-1.safetensors").write_bytes(b"garbage")
    with pytest.raises(SystemExit, match=r"tiny-words-1\.safetensors are damaged .*; delete the file"):
        main(["--catalog", "tiny", "--home", str(home)])


def test_an_index_extended_by_an_item_is_that_of_the_grown_catalogue(home):
    embedder = WordEmbedder()
    index = open_catalog_index(tiny_catalog(), home, embedder, silent)
    embedder.asked.clear()
    ronin = Item("ronin", "Ronin", 1998)
    grown = tiny_catalog().with_items([ronin])
    extend_catalog_index(index, grown, [ronin], embedder)
    assert embedder.asked == [item_text(ronin)]
    assert nearest(index, embedder, "ronin 1998") == "ronin"
    index.close()
    steps = []
    index = open_catalog_index(grown, home, embedder, told(steps))
    assert steps == []
    assert nearest(index, embedder, "ronin 1998") == "ronin"
    index.close()
