import json
import math

import numpy as np
import pytest

from evaluation import retrieval
from evaluation.queries import Query
from evaluation.retrieval import Result, Setting, measure, table
from tests.catalogs import tiny_catalog
from tests.evaluation.worlds import rows
from tests.retrieval.fakes import WordEmbedder

CATALOG = tiny_catalog()
ALL = tuple(item.id for item in CATALOG)
QUERIES = [
    {"id": "1", "kind": "plot", "query": "space monster", "relevant": ["alien"]},
    {"id": "2", "kind": "like", "query": "like Heat", "relevant": ["casino", "godfather"], "exclude": ["heat"]},
    {"id": "3", "kind": "plot", "query": "a hotel", "relevant": ["shining", "up"], "grade2": ["shining"]},
]


class Alphabet:
    """Likes items in catalogue order, whatever is asked."""

    def __init__(self):
        self.texts = []

    def scores(self, text):
        self.texts.append(text)
        return -np.arange(len(CATALOG), dtype=np.float64)


def result(embedder="minilm"):
    values = {
        "ndcg@10": np.array([1.0, 0.5, 0.0]),
        "recall@10": np.array([1.0, 0.25, 0.0]),
        "hit@10": np.array([1.0, 1.0, 0.0]),
    }
    return Result(embedder, Setting(retrieval._QUERIES, None, 4), ("plot", "like", "plot"), values, 0.3)


@pytest.fixture
def home(tmp_path):
    CATALOG.save(tmp_path / "catalogs" / "tiny")
    rows(tmp_path / "queries.jsonl", QUERIES)
    return tmp_path


def command(home, *more):
    retrieval.main(["--home", str(home), "--catalog", "tiny", "--queries", str(home / "queries.jsonl"), *more])


def test_figures_are_means_with_intervals_over_all_queries_and_by_kind():
    row = result().row()
    assert (row["embedder"], row["n"], row["seed"], row["candidates"]) == ("minilm", 3, 4, None)
    assert (row["ndcg@10"], row["recall@10"], row["hit@10"]) == (0.5, 0.4167, 0.6667)
    assert {kind: (own["n"], own["ndcg@10"]) for kind, own in row["by_kind"].items()} == {
        "plot": (2, 0.5),
        "like": (1, 0.5),
    }
    for metric in ("ndcg@10", "recall@10", "hit@10"):
        low, high = row["intervals"][metric]
        assert 0 <= low <= row[metric] <= high <= 1
    assert row["by_kind"]["like"]["intervals"]["recall@10"] == [0.25, 0.25]


def test_equal_seeds_give_equal_rows():
    assert result().row() == result().row()


def test_the_tables_are_markdown_with_a_row_an_embedder_and_a_row_a_kind():
    overall, by_kind = (part.splitlines() for part in table([result(), result("bm25")]).split("\n\n"))
    assert len(overall) == 2 + 2
    assert len(by_kind) == 2 + 2 * 2
    for lines in (overall, by_kind):
        assert len({line.count("|") for line in lines}) == 1
    assert overall[2].startswith("| minilm | 3 | 0.500 (")
    assert overall[2].endswith("| 100.0 |")
    assert (
        by_kind[2] == "| like | minilm | 1 | 0.500 (0.500 to 0.500) | 0.250 (0.250 to 0.250) | 1.000 (1.000 to 1.000) |"
    )


def test_what_is_excluded_leaves_its_place_to_the_next():
    queries = [
        Query("1", "any", "this", {ALL[1]: 1}),
        Query("2", "any", "that", {ALL[1]: 1}, frozenset(ALL[:1])),
    ]
    found = measure("alphabet", Alphabet(), CATALOG, ALL, queries, Setting(retrieval._QUERIES))
    assert found.values["ndcg@10"].tolist() == pytest.approx([1 / math.log2(3), 1.0])


def test_only_candidates_are_ranked():
    queries = [Query("1", "any", "this", {ALL[11]: 1})]
    setting = Setting(retrieval._QUERIES)
    assert measure("alphabet", Alphabet(), CATALOG, ALL, queries, setting).values["hit@10"] == [0.0]
    assert measure("alphabet", Alphabet(), CATALOG, ALL[9:], queries, setting).values["ndcg@10"] == [0.5]


def test_every_query_is_asked_once_more_than_the_first_that_loads_what_is_needed():
    ranker = Alphabet()
    queries = [Query(text, "any", text, {"heat": 1}) for text in ("this", "that")]
    measure("alphabet", ranker, CATALOG, ALL, queries, Setting(retrieval._QUERIES))
    assert ranker.texts == ["this", "this", "that"]


def test_the_command_prints_tables_and_writes_the_figures(home, capsys):
    out = home / "deep" / "figures.json"
    command(home, "--embedder", "bm25", "--seed", "3", "--out", str(out))
    printed = capsys.readouterr().out
    assert printed.startswith("3 queries, 12 films, seed 3\n\n| embedder |")
    assert "| plot | bm25 | 2 |" in printed
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert set(figures) == {
        "embedder",
        "n",
        "ndcg@10",
        "recall@10",
        "hit@10",
        "by_kind",
        "intervals",
        "seed",
        "queries",
        "candidates",
    }
    assert (figures["embedder"], figures["n"], figures["seed"]) == ("bm25", 3, 3)
    assert figures["by_kind"]["plot"]["hit@10"] == 1.0


def test_several_embedders_make_a_list_and_candidates_are_named(home, monkeypatch):
    for place in ("rankers.MiniLM", "rankers.TrainedEmbedder", "systems.TrainedEmbedder"):
        monkeypatch.setattr(f"evaluation.{place}", lambda *_: WordEmbedder())
    names, out, some = ["default", "minilm", "bm25", "system"], home / "figures.json", home / "some.txt"
    some.write_text("\n".join(item_id for item_id in ALL if item_id != "toys"))
    command(home, "--embedder", *names, "--candidates", str(some), "--out", str(out))
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert [row["embedder"] for row in figures] == names
    assert {(row["queries"], row["candidates"]) for row in figures} == {("queries.jsonl", "some.txt")}
    assert figures[0] | {"embedder": "minilm"} == figures[1]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--catalog", "nowhere"], "nowhere"),
        (["--queries", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--candidates", "nowhere.txt"], "nowhere.txt"),
    ],
)
def test_what_cannot_be_measured_is_said_in_words(home, more, told):
    with pytest.raises(SystemExit, match=told):
        command(home, "--embedder", "bm25", *more)


def test_a_flawed_query_is_named_with_its_line(home):
    rows(home / "queries.jsonl", [*QUERIES, QUERIES[0] | {"id": "4", "relevant": ["jaws"]}])
    with pytest.raises(SystemExit, match=r"error: .*queries.jsonl, line 4: no item 'jaws'"):
        command(home, "--embedder", "bm25")
