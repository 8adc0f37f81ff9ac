import json

import pytest

from evaluation import report
from evaluation.transcripts import write_dialogues
from tests.evaluation.talks import CATALOG, failed, found


@pytest.fixture
def home(tmp_path):
    CATALOG.save(tmp_path / "home" / "catalogs" / "tiny")
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    write_dialogues(runs / "parley.jsonl", [found(seed) for seed in range(8)])
    return runs


def command(folder, home, *given):
    report.main([str(folder), "--catalog", "tiny", "--home", str(home), *given])


def test_the_command_writes_the_report_and_prints_what_matters(folder, home, capsys):
    command(folder, home)
    printed = capsys.readouterr().out
    assert "| parley | 100.0 % (63.1 to 100.0 %; n 8)" in printed
    assert "report.html" in printed
    assert {path.name for path in folder.iterdir()} >= {"report.html", "report.md", "report.json", "latency.json"}


def test_the_command_fails_when_something_got_worse(folder, home, tmp_path, capsys):
    command(folder, home)
    old = (folder / "report.json").rename(tmp_path / "old.json")
    command(folder, home, "--against", str(old))
    assert "0 of" in capsys.readouterr().out
    write_dialogues(folder / "parley.jsonl", [failed(seed) for seed in range(8)])
    with pytest.raises(SystemExit) as stopped:
        command(folder, home, "--against", str(old))
    assert stopped.value.code == 1
    assert "worse: parley: success was 100.0 %" in capsys.readouterr().out


def test_an_old_report_that_cannot_be_read_costs_no_time(folder, home, tmp_path):
    old = tmp_path / "old.json"
    old.write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(SystemExit, match="format 0"):
        command(folder, home, "--against", str(old))
    assert not (folder / "report.json").exists()


@pytest.mark.parametrize("catalog", ["tiny", "nowhere"])
def test_what_is_not_there_is_an_error_that_names_it(tmp_path, home, catalog):
    with pytest.raises(SystemExit, match="nowhere|no dialogues"):
        report.main([str(tmp_path), "--catalog", catalog, "--home", str(home)])


def test_a_folder_or_all_is_needed(capsys):
    with pytest.raises(SystemExit):
        report.main([])
    assert "--all" in capsys.readouterr().err


def test_all_prints_and_writes_the_table_of_figures(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(report, "results", lambda sources: asked.append(sources) or "| table |")
    out = tmp_path / "figures.md"
    report.main(["--all", "--multi-round", "a", "b", "--redial", "c", "--n", "7", "--out", str(out)])
    (sources,) = asked
    assert (sources.multi_round, str(sources.redial), sources.n) == (("a", "b"), "c", 7)
    assert sources.work == tmp_path / "figures"
    assert out.read_text(encoding="utf-8") == capsys.readouterr().out == "| table |\n"


def test_the_price_reaches_the_costs(folder, home):
    command(folder, home, "--price", "2")
    assert json.loads((folder / "latency.json").read_text(encoding="utf-8"))["parley"]["cost_per_1000"] == 0.01
