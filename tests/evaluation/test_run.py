import json

import numpy as np
import pytest

from agent.actions import Pick, Recommend
from evaluation import run
from evaluation.people import Record
from evaluation.simulator import Dialogue, Exchange
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
NOTHING_SAID = Record()


def dialogue(*item_ids, record=NOTHING_SAID, success=True):
    turn = Exchange("something tense", record, Recommend(tuple(Pick(item, 0.1) for item in item_ids)), "Heat.", 0.02)
    return Dialogue("heat", (turn, turn), success)


@pytest.fixture
def home(tmp_path):
    CATALOG.save(tmp_path / "catalogs" / "tiny")
    return tmp_path


def test_a_report_holds_means_and_totals():
    summary = run.report([dialogue("heat"), dialogue("up", success=False)], CATALOG, seed=0)
    assert summary.success == 0.5
    assert summary.means["turns"] == 1.5
    assert summary.means["recommendations"] == 2.0
    assert summary.turn_ms == pytest.approx((20.0, 20.0))
    assert summary.clean


def test_a_report_that_shows_a_repeat_is_not_clean():
    summary = run.report([dialogue("heat", record=Record(seen=frozenset(("heat",))))], CATALOG, seed=0)
    assert summary.totals == {"off the catalogue": 0, "violations": 0, "repeats": 2}
    assert not summary.clean


def test_a_report_needs_a_dialogue():
    with pytest.raises(ValueError, match="at least one"):
        run.report([], CATALOG, seed=0)


def test_the_interval_is_seeded_and_holds_the_mean():
    values = np.array([1.0] * 80 + [0.0] * 20)
    low, high = run.interval(values, seed=3)
    assert (low, high) == run.interval(values, seed=3)
    assert 0.7 < low < 0.8 < high < 0.9


def test_an_interval_of_equal_values_is_a_point():
    assert run.interval(np.ones(10), seed=0) == (1.0, 1.0)


def test_the_command_prints_a_table_and_writes_every_chat(home, capsys):
    out = home / "reports" / "chats.json"
    run.main(["--n", "5", "--seed", "7", "--catalog", "tiny", "--home", str(home), "--out", str(out)])
    printed = capsys.readouterr().out
    assert "5 simulated chats, seed 7" in printed
    assert "95 % interval" in printed
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["report"]["dialogues"] == len(written["chats"]) == 5
    assert {"person", "parley", "recommended"} <= set(written["chats"][0]["turns"][0])


def test_the_command_fails_when_parley_did_what_it_must_not(home, monkeypatch, capsys):
    bad = dialogue("heat", record=Record(rejected=frozenset(("heat",))))
    monkeypatch.setattr(run, "simulate", lambda *_: iter([bad]))
    with pytest.raises(SystemExit) as stopped:
        run.main(["--n", "1", "--catalog", "tiny", "--home", str(home)])
    assert stopped.value.code == 1
    assert "repeats" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--catalog", "nowhere"], "nowhere"), (["--catalog", "tiny", "--n", "0"], "at least 1")]
)
def test_what_cannot_be_run_is_said_in_words(home, arguments, words):
    with pytest.raises(SystemExit, match=words):
        run.main([*arguments, "--home", str(home)])
