import json
from dataclasses import replace

import numpy as np
import pytest

from evaluation import audits
from evaluation.audits import main, rankers_of, revised
from evaluation.rankers import ranking
from evaluation.source_bias import bare
from evaluation.transcripts import write_dialogues
from retrieval.embed import embed_items
from tests.catalogs import tiny_catalog
from tests.evaluation.layers import layered
from tests.evaluation.test_group_gaps import FAILED, SERVED
from tests.retrieval.fakes import WordEmbedder, silent

CATALOG = tiny_catalog()
ALL = tuple(item.id for item in CATALOG)


def vectors(catalog):
    return embed_items(catalog, WordEmbedder(), (), silent)


def revision():
    return replace(CATALOG, items=tuple(bare(item) if item.id == "heat" else item for item in CATALOG))


def test_only_what_a_revision_changed_is_embedded_anew():
    embedder, before = WordEmbedder(), vectors(CATALOG)
    after = revised(before, CATALOG, revision(), embedder)
    assert len(embedder.asked) == 1
    assert np.flatnonzero((after != before).any(axis=1)).tolist() == [CATALOG.position("heat")]
    np.testing.assert_allclose(after, vectors(revision()), atol=1e-6)
    assert (revised(before, CATALOG, CATALOG, embedder) == before).all()


def test_both_rankers_find_what_a_request_names_in_a_catalogue_and_its_revision():
    make = rankers_of(CATALOG, vectors(CATALOG), WordEmbedder())
    for catalog in (CATALOG, revision()):
        found = make(catalog)
        assert list(found) == ["embedder", "system"]
        for ranker in found.values():
            assert ranking(ranker.scores("any film by Michael Mann"), catalog, ALL)[0] == "heat"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a catalogue of both kinds, and an embedder without weights."""
    layered().save(tmp_path / "catalogs" / "layered")
    monkeypatch.setattr(audits, "TrainedEmbedder", lambda home: WordEmbedder())
    return tmp_path


def test_the_command_prints_tables_and_writes_their_figures(home, capsys):
    main(["source", "--catalog", "layered", "--home", str(home), "--out", str(home / "out" / "found.json")])
    printed = capsys.readouterr().out
    assert "source: exposure over merit (seed 0)" in printed
    assert "| system, long requests | all | 5 | 0.5 |" in printed
    found = json.loads((home / "out" / "found.json").read_text())
    rows = found["source"]["exposure over merit"]
    assert {row["ranker"] for row in rows} == {
        f"{ranker}, {wording} requests" for ranker in ("embedder", "system") for wording in ("short", "long")
    }
    assert all(row["written: exposure / merit"].keys() == {"value", "low", "high"} for row in rows)


def test_groups_are_those_of_the_conversations_in_a_folder(tmp_path, capsys):
    write_dialogues(tmp_path / "parley.jsonl", SERVED + FAILED)
    main(["groups", "--dialogues", str(tmp_path), "--seed", "2"])
    printed = capsys.readouterr().out
    assert "| parley | activity | low | 30 | 0.30" in printed
    assert "largest gap in success between groups (seed 2)" in printed


def test_groups_without_conversations_are_an_error(capsys):
    with pytest.raises(SystemExit):
        main(["groups"])
    assert "--dialogues DIR is needed" in capsys.readouterr().err


def test_what_cannot_be_audited_is_said_in_a_sentence(home):
    with pytest.raises(SystemExit, match="error: catalogue 'layered' has no ratings that could be poisoned"):
        main(["poison", "--catalog", "layered", "--home", str(home)])
    with pytest.raises(SystemExit, match="error: no conversations in"):
        main(["groups", "--dialogues", str(home)])
    with pytest.raises(SystemExit, match="error: no catalogue 'nowhere'"):
        main(["source", "--catalog", "nowhere", "--home", str(home)])
