import numpy as np
import pytest

from evaluation import fusion
from evaluation.fusion import FEATURES, Evidence, Seen, compared, reciprocal_ranks, table, weights
from evaluation.queries import Query
from evaluation.rankers import Nearest, Scope
from retrieval.embed import embed_items
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent

CATALOG = tiny_catalog()
ALL = tuple(item.id for item in CATALOG)


def seen(rng, telling):
    """Return a query whose answer stands out by one feature alone; the others are noise."""
    features = rng.normal(size=(12, len(FEATURES)))
    features[0, FEATURES.index(telling)] += 4.0
    return Seen(Query("q", "plot", "any", {"i0": 1}), tuple(f"i{n}" for n in range(12)), features)


@pytest.mark.parametrize("telling", FEATURES)
def test_what_tells_the_answer_gets_the_weight(telling):
    rng = np.random.default_rng(0)
    found = weights([seen(rng, telling) for _ in range(200)])
    assert FEATURES[int(np.argmax(np.abs(found)))] == telling
    assert found[FEATURES.index(telling)] > 3 * np.abs(np.delete(found, FEATURES.index(telling))).max()


def test_the_learned_sum_is_no_worse_than_the_part_that_tells_all():
    rng = np.random.default_rng(1)
    found = compared([seen(rng, "words") for _ in range(100)])
    assert found["learned sum"].mean() >= found["words"].mean() - 0.01
    assert found["words"].mean() > found["reciprocal ranks"].mean() > found["meaning"].mean()


def test_reciprocal_ranks_add_up_over_the_columns_but_fame():
    features = np.array([[2.0, 0.0, 2.0, 0.0], [1.0, 9.0, 1.0, 1.0]])
    first, second = reciprocal_ranks(features)
    assert first == pytest.approx(1 / 61 + 1 / 61 + 1 / 62)
    assert second == pytest.approx(1 / 62 + 1 / 62 + 1 / 61)


def test_a_table_has_a_row_for_each_ranking_and_a_column_for_each_kind():
    rng = np.random.default_rng(2)
    rows = [seen(rng, "words") for _ in range(10)]
    lines = table(rows, compared(rows)).splitlines()
    assert lines[0] == "| ranked by | nDCG@10 | plot |"
    assert len(lines) == 2 + 5


def test_the_parts_are_those_of_the_chat(monkeypatch, tmp_path):
    embedder = WordEmbedder()
    vectors = embed_items(CATALOG, embedder, (), silent)
    monkeypatch.setattr(fusion, "nearest", lambda scope, embedder: Nearest(vectors, WordEmbedder()))
    monkeypatch.setattr(fusion, "TrainedEmbedder", lambda home: embedder)
    monkeypatch.setattr("evaluation.systems.TrainedEmbedder", lambda home: embedder)
    evidence = Evidence(Scope(CATALOG, tmp_path, ALL))
    found = evidence.of(Query("q", "facts", "a crime film by Michael Mann", {"heat": 1}, frozenset({"alien"})))
    assert "alien" not in found.candidates
    assert found.features.shape == (len(ALL) - 1, len(FEATURES))
    assert found.relevant.sum() == 1
    assert found.candidates[int(np.argmax(found.features[:, 0]))] == "heat"
