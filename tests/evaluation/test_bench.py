import numpy as np
import pytest

from evaluation import bench
from tests.catalogs import tiny_catalog


@pytest.fixture
def home(tmp_path):
    tiny_catalog().save(tmp_path / "catalogs" / "tiny")
    return tmp_path


def test_the_parts_of_a_turn_are_timed(home, capsys):
    bench.main(["turn", "--catalog", "tiny", "--home", str(home)])
    printed = capsys.readouterr().out
    for part in ("understand", "posterior", "plan", "decide"):
        assert f"{part}, p50 ms" in printed
        assert f"{part}, p95 ms" in printed
    assert "cores" in printed


def test_planning_is_timed_in_made_up_catalogues_of_each_size(capsys):
    bench.main(["planner", "--sizes", "60", "120"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[-2:]] == ["60", "120"]
    assert all(float(cell) > 0 for cell in lines[-1].replace(",", "").split("|")[3:-1])


def test_an_unknown_catalogue_is_said_in_words(home):
    with pytest.raises(SystemExit, match="nowhere"):
        bench.main(["turn", "--catalog", "nowhere", "--home", str(home)])


def test_recall_is_the_share_that_was_found():
    assert bench.recall(["a", "b", "c"], ["a", "c", "x", "y"]) == 0.5


def test_queries_are_unit_vectors_between_items():
    vectors = np.eye(8, dtype=np.float32)
    queries = bench.between(vectors, 50, np.random.default_rng(0))
    assert queries.shape == (50, 8)
    assert np.allclose(np.linalg.norm(queries, axis=1), 1.0)
    assert set((queries > 0).sum(axis=1)) <= {1, 2}


def test_memory_is_in_mebibytes():
    assert 10 < bench.peak_mib() < 100_000
