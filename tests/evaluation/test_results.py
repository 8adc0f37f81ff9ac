import json
from dataclasses import replace

import pytest

from evaluation import results as module
from evaluation.linking import Linking
from evaluation.reporting import write_report
from evaluation.results import Sources, results
from evaluation.transcripts import write_dialogues
from tests.evaluation.talks import CATALOG, CONTEXT, failed, found


@pytest.fixture
def asked(monkeypatch):
    """Stand in for the commands, and keep what each was asked."""
    asked = []

    def writes(values):
        def main(argv):
            asked.append(argv)
            print("a table of its own")  # noqa: T201
            with open(argv[argv.index("--out") + 1], "w", encoding="utf-8") as file:
                json.dump(values, file)

        return main

    def simulate(argv):
        asked.append(argv)
        folder = module.Path(argv[argv.index("--out") + 1])
        folder.mkdir()
        write_dialogues(folder / "parley.jsonl", [found(0), failed(1)])
        write_report(folder, CONTEXT)
        raise SystemExit("parley: leaks 1, must be 0")

    played = {"n": 11891, "sr@15": 0.996, "at": 3.17, "hdcg": 0.606}
    played["intervals"] = {"sr@15": [0.99, 0.998], "at": [3.1, 3.2], "hdcg": [0.6, 0.61]}
    ranked = [{"n": 450, "ndcg@10": 0.1 * place, "intervals": {"ndcg@10": [0.0, 0.5]}} for place in range(4)]
    monkeypatch.setattr(module.multi_round, "main", writes(played))
    monkeypatch.setattr(module.retrieval, "main", writes(ranked))
    recalled = {f"recall@{k}": 0.1 for k in (1, 10, 50)}
    named = {"n": 1212, "fused": {"n": 1212, **recalled, "intervals": dict.fromkeys(recalled, [0.0, 0.2])}}
    monkeypatch.setattr(module.dialogue, "main", writes(named))
    monkeypatch.setattr(module.run, "main", simulate)
    monkeypatch.setattr(module, "load_catalog", lambda home, name: CATALOG)
    monkeypatch.setattr(module.linking, "linking", lambda *_: Linking(200, (("Heat", "?"), ("tense", "?"))))
    return asked


@pytest.fixture
def sources(tmp_path):
    return Sources(tmp_path / "work", tmp_path, 500, 0, systems=("parley",))


def test_the_table_has_a_line_for_each_figure_with_its_interval_and_command(asked, sources, capsys):
    text = results(replace(sources, multi_round=("/data/LASTFM_STAR",)))
    lines = text.splitlines()
    assert lines[2:4] == ["| what | figure | command |", "|---|---|---|"]
    assert lines[4] == (
        "| LASTFM_STAR of the multi-round protocol, 11,891 conversations: SR@15, AT, hDCG | .996 (.990 to .998), "
        "3.17 (3.10 to 3.20), .606 (.600 to .610) | `python -m evaluation.multi_round --data LASTFM_STAR` |"
    )
    assert "| `python -m evaluation.multi_round --data LASTFM_STAR --noise 0.1` |" in lines[5]
    assert "| parley: people find what they want; turns | 50.0 % (0.0 % to 100.0 %), " in text
    assert "99.0 % (96.4 to 99.7; n 200)" in text
    assert "nDCG@10 on 450 written requests: system, default, bm25, minilm" in text
    assert capsys.readouterr().out == ""


def test_real_dialogues_have_a_line_for_each_system(asked, sources):
    text = results(
        replace(sources, redial=module.Path("/data/dev.jsonl"), redial_train=module.Path("/data/train.jsonl"))
    )
    assert "| dev.jsonl, 1,212 films that recommenders name: recall@1, @10, @50 of fused | .100 (.000 to .200)" in text
    assert "`python -m evaluation.dialogue --data dev.jsonl --train train.jsonl`" in text
    assert asked[-1][:4] == ["--data", "/data/dev.jsonl", "--train", "/data/train.jsonl"]


def test_what_has_no_data_is_left_out_and_said_to_be(asked, sources):
    text = results(sources)
    assert "LASTFM" not in text
    assert "--multi-round FOLDER" in text.splitlines()[-1]
    assert "--redial FILE" in text.splitlines()[-1]


def test_a_run_that_leaves_no_report_is_no_result(asked, sources, monkeypatch):
    def stopped(argv):
        raise SystemExit("error: other settings")

    monkeypatch.setattr(module.run, "main", stopped)
    with pytest.raises(SystemExit, match="other settings"):
        results(sources)
