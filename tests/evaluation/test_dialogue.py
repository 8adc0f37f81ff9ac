import json

import numpy as np
import pytest

from evaluation import dialogue
from evaluation.corpora import Film
from evaluation.dialogue import FUSED, Targets, figures, main, ranks, report, table
from evaluation.situations import Situation
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import CRIME, SCARY, SWEET, said, write_inspired, write_redial
from tests.retrieval.fakes import WordEmbedder

CATALOG = tiny_catalog()
LESSONS = [SCARY, SWEET, CRIME, SCARY, SWEET] * 4


class Ordered:
    """Ranks films in the order of the catalogue."""

    def scores(self, situation):
        return -np.arange(12.0)


class Flat:
    def scores(self, situation):
        return np.zeros(12)


SITUATIONS = [
    Situation("a", (), (Film("x", "godfather"), Film("x", "casablanca"))),
    Situation("a", (said(True, "", "heat"),), (Film("x", "heat"),)),
    Situation("b", (), (Film("y"),)),
]
TARGETS = Targets.of(SITUATIONS)


def ordered():
    return ranks({"ordered": Ordered()}, SITUATIONS, CATALOG)["ordered"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(dialogue, "load_catalog", lambda home, name: CATALOG)
    monkeypatch.setattr("evaluation.scorers.TrainedEmbedder", lambda home: WordEmbedder())
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path / "home"))
    return tmp_path


def run(home, *more, **kinds):
    out = home / "out.json"
    main(["--home", str(home), "--out", str(out), *map(str, more)], **kinds)
    return json.loads(out.read_text(encoding="utf-8"))


def test_the_rank_of_a_target_is_among_all_films():
    assert ordered().tolist() == [1, 12, 2, np.inf]


def test_films_of_equal_score_rank_in_catalogue_order():
    assert ranks({"flat": Flat()}, SITUATIONS, CATALOG)["flat"].tolist() == [1, 12, 2, np.inf]


def test_targets_know_their_dialogue_and_whether_they_were_named_before():
    assert TARGETS.dialogues.tolist() == [0, 0, 0, 1]
    assert TARGETS.mentioned.tolist() == [False, False, True, False]
    assert TARGETS.known.tolist() == [True, True, True, False]


def test_a_film_that_the_catalogue_lacks_counts_as_never_found():
    found = figures(ordered(), TARGETS, "all", 0)
    assert (found["n"], found["recall@1"], found["recall@10"], found["recall@50"]) == (4, 0.25, 0.5, 0.75)
    assert found["mrr"] == pytest.approx((1 + 1 / 12 + 1 / 2) / 4, abs=1e-4)


def test_new_and_mentioned_targets_are_told_apart():
    found = report({"ordered": ordered()}, TARGETS, 0)
    assert found["ordered"]["new"]["n"] == 3
    assert found["ordered"]["mentioned"]["recall@10"] == 1.0
    assert (found["n"], found["dialogues"], found["not in the catalogue"], found["mentioned"]) == (4, 2, 0.25, 0.25)


def test_the_interval_draws_whole_dialogues():
    # Of two dialogues one has only hits and the other one miss: no resample lies between.
    found = figures(np.array([1.0, 1.0, 1.0, np.inf]), TARGETS, "all", 0)
    assert found["intervals"]["recall@1"] == [0.0, 1.0]


def test_a_kind_without_targets_has_no_figures():
    only_new = Targets.of(SITUATIONS[:1])
    assert figures(np.array([1.0, 2.0]), only_new, "mentioned", 0) == {"n": 0}
    assert "| mentioned | x | 0 | - | - | - | - |" in table({"x": np.array([1.0, 2.0])}, only_new, 0)


def test_the_command_measures_every_system(home, capsys):
    train = write_redial(home / "train.jsonl", *LESSONS)
    data = write_redial(home / "dev.jsonl", SCARY, SWEET)
    rows = run(home, "--data", data, "--train", train)
    assert rows["n"] == 6
    assert rows["dialogues"] == 2
    assert rows["mentioned"] == pytest.approx(1 / 6, abs=1e-4)
    for name in ("popularity", "retriever", "planner", "mentions", FUSED):
        assert 0 <= rows[name]["recall@1"] <= rows[name]["recall@10"] <= rows[name]["recall@50"] <= 5 / 6 + 1e-4
        assert set(rows[name]["intervals"]) == {"recall@1", "recall@10", "recall@50", "mrr"}
    assert rows[FUSED]["recall@1"] > rows["popularity"]["recall@1"]
    printed = capsys.readouterr().out
    assert "6 targets in 2 dialogues of dev.jsonl" in printed
    assert "| mentioned | fused | 1 |" in printed


def test_the_same_seed_gives_the_same_figures(home):
    train = write_redial(home / "train.jsonl", *LESSONS)
    arguments = ("--data", train, "--train", train, "--systems", "mentions", FUSED)
    assert run(home, *arguments) == run(home, *arguments)


def test_without_dialogues_to_learn_from_the_others_are_measured(home):
    rows = run(home, "--data", write_inspired(home / "dev.tsv"))
    assert rows["n"] == 3
    assert {"popularity", "retriever", "planner"} <= rows.keys()
    assert not {"mentions", FUSED} & rows.keys()


def test_a_system_from_outside_takes_part_in_everything(home):
    train = write_redial(home / "train.jsonl", *LESSONS)
    more = {"head": lambda setting: lambda taught: Ordered()}
    rows = run(home, "--data", train, "--train", train, "--systems", "head", FUSED, systems=more)
    assert rows["head"]["n"] == rows[FUSED]["n"] > 0
    assert "popularity" not in rows


def test_what_was_published_beside_the_data_is_learned_from(home, capsys):
    write_redial(home / "train.jsonl", *LESSONS)
    rows = run(home, "--data", write_redial(home / "dev.jsonl", SCARY, SWEET))
    assert rows["train"] == "train.jsonl"
    assert FUSED in rows
    assert "learned from train.jsonl" in capsys.readouterr().out


def test_nothing_is_learned_from_the_data_itself(home):
    rows = run(home, "--data", write_redial(home / "train.jsonl", *LESSONS))
    assert rows["train"] is None
    assert FUSED not in rows


@pytest.mark.parametrize("name", ["mentions", FUSED])
def test_what_has_to_learn_asks_for_dialogues(home, name):
    data = write_redial(home / "dev.jsonl", SCARY)
    with pytest.raises(SystemExit, match=f"error: {name} learns from dialogues: give some with --train FILE"):
        run(home, "--data", data, "--systems", name)


def test_dialogues_in_which_no_film_is_recommended_are_refused(home):
    data = write_redial(home / "dev.jsonl", [("S", "hi"), ("R", "hello")])
    with pytest.raises(SystemExit, match="error: no recommender names a film in"):
        run(home, "--data", data)


def test_a_missing_file_is_told(home):
    with pytest.raises(SystemExit, match="error: .*nowhere"):
        run(home, "--data", home / "nowhere.jsonl")
