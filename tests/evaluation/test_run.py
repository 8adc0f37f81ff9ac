import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent.actions import Pick, Recommend
from evaluation import run
from evaluation.people import Record
from evaluation.run import jobs, missing
from evaluation.transcripts import Dialogue, Exchange
from tests.evaluation.runs import SCENARIOS, arguments, kept, make_home

ROOT = Path(run.__file__).parents[1]
TWO = ("--systems", "planner-only,random")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return make_home(tmp_path_factory.mktemp("home"))


def command(home, *more):
    run.main(arguments(home, *TWO, "--workers", "1", *map(str, more)))


def dialogue(item_id, system="parley"):
    turn = Exchange("hi", Record(), Recommend((Pick(item_id, 0.1),)), "That one.", 0.02)
    return Dialogue("plain", "target", system, 0, ("heat",), (turn, turn), "heat")


@pytest.fixture(scope="module")
def undisturbed(home):
    """The folder of a run that nothing happened to."""
    command(home, "--n", 24, "--out", home / "undisturbed")
    return home / "undisturbed"


def reports(folder):
    return (folder / "report.json").read_bytes()


def test_number_i_follows_scenario_i_counted_round_with_the_seed_that_follows():
    found = jobs(SCENARIOS, ("a", "b"), n=4, seed=10)
    assert [(job.scenario.id, job.seed) for job in found if job.system == "b"] == [
        ("plain", 10),
        ("hurried", 11),
        ("choosy", 12),
        ("plain", 13),
    ]
    assert [job.system for job in found[:4]] == ["a", "b", "a", "b"]


def test_what_is_missing_is_told_by_system_and_seed():
    wanted = jobs(SCENARIOS, ("parley", "random"), n=2, seed=0)
    left = missing(wanted, {"parley": (dialogue("heat"),), "random": ()})
    assert [(job.system, job.seed) for job in left] == [("random", 0), ("parley", 1), ("random", 1)]


def test_the_command_prints_a_table_with_a_row_for_each_system(home, capsys):
    command(home, "--n", 3)
    printed = capsys.readouterr().out
    assert "| planner-only |" in printed
    assert "| random |" in printed


def test_without_a_folder_nothing_is_written(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command(home, "--n", 2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_gets_the_dialogues_in_order_and_the_report(undisturbed):
    seeds = [json.loads(line)["seed"] for line in (undisturbed / "random.jsonl").read_text().splitlines()]
    assert seeds == list(range(24))
    assert {path.name for path in undisturbed.iterdir()} >= {
        "planner-only.jsonl",
        "random.jsonl",
        "run.json",
        "report.html",
        "report.md",
        "report.json",
        "latency.json",
    }


def test_a_run_that_is_over_is_not_held_again(home, undisturbed, monkeypatch):
    before = (undisturbed / "random.jsonl").read_bytes()
    command(home, "--n", 24, "--out", undisturbed)
    assert (undisturbed / "random.jsonl").read_bytes() == before


def test_a_run_that_failed_goes_on_and_ends_like_one_that_did_not(home, undisturbed, monkeypatch):
    out, held = home / "failed", []
    stage = run.run_all

    def failing(*given):
        for place, found in enumerate(stage(*given)):
            if place == 7:
                raise OSError("no space left")
            held.append((found.system, found.seed))
            yield found

    for _ in range(3):
        monkeypatch.setattr(run, "run_all", failing)
        with pytest.raises(SystemExit, match="error: no space left"):
            command(home, "--n", 24, "--out", out)
    monkeypatch.setattr(run, "run_all", stage)
    command(home, "--n", 24, "--out", out)
    assert len(held) == len(set(held)) == 21
    assert kept(out) == kept(undisturbed)
    assert reports(out) == reports(undisturbed)


def killed(home, out):
    """Start a run on two processes, kill it once it got on, and wait until all of it is gone."""
    before = written(out)
    line = [sys.executable, "-m", "evaluation.run", *arguments(home, *TWO, "--n", "24", "--workers", "2")]
    # The processes that it starts hold the pipe, too: it ends with the last of them.
    running = subprocess.Popen([*line, "--out", str(out)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while written(out) < before + 4 and running.poll() is None:
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    return running.returncode


def written(out):
    return sum(path.read_bytes().count(b"\n") for path in out.glob("*.jsonl"))


def test_a_run_that_is_killed_again_and_again_ends_like_one_that_is_not(home, undisturbed):
    out = home / "killed"
    for _ in range(3):
        assert killed(home, out) == -signal.SIGKILL
        with (out / "random.jsonl").open("a") as file:
            file.write('{"scenario": "pl')
    assert 0 < written(out) < 48
    command(home, "--n", 24, "--out", out)
    assert kept(out) == kept(undisturbed)
    assert reports(out) == reports(undisturbed)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--n", 24, "--seed", 3), "seed 0, not 3"),
        (("--n", 25), "n 24, not 25"),
        (("--n", 24, "--systems", "random"), "systems planner-only,random, not random"),
    ],
)
def test_other_settings_in_the_same_folder_are_refused_by_naming_the_difference(home, undisturbed, more, told):
    with pytest.raises(SystemExit, match=told):
        command(home, *more, "--out", undisturbed)


def test_another_scenario_file_in_the_same_folder_is_refused(home, undisturbed, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("- {id: plain, behaviour: target}\n")
    with pytest.raises(SystemExit, match="scenarios "):
        command(home, "--n", 24, "--scenarios", other, "--out", undisturbed)


@pytest.mark.parametrize(("system", "status"), [("parley", 1), ("parley-speaking", 1), ("random", 0)])
def test_the_command_fails_when_parley_did_what_it_must_not(home, monkeypatch, system, status):
    monkeypatch.setattr(run, "run_all", lambda *_: iter([dialogue("jaws", system)]))
    monkeypatch.setattr(run, "_NOT_SEARCHING", {system})
    offer = run.Offer("", systems=(system,))
    given = arguments(home, "--n", "1", "--systems", system)
    if status:
        with pytest.raises(SystemExit, match=f"{system}: .* must be 0"):
            run.command(given, offer)
    else:
        run.command(given, offer)


def test_a_report_that_got_worse_fails(home, undisturbed, monkeypatch, capsys):
    command(home, "--n", 24, "--out", undisturbed, "--against", undisturbed / "report.json")
    assert "0 of " in capsys.readouterr().out

    def hopeless(found, *_):
        return (replace(dialogue("up", job.system), seed=job.seed, wanted=("heat",), taken=None) for job in found)

    monkeypatch.setattr(run, "run_all", hopeless)
    with pytest.raises(SystemExit, match="success was"):
        command(home, "--n", 24, "--against", undisturbed / "report.json")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--catalog", "nowhere"], "no catalogue 'nowhere'"),
        (["--n", "0"], "at least 1"),
        (["--workers", "0"], "at least 1"),
        (["--systems", "planner-only,parly"], "no system 'parly'; choose among parley, "),
        (["--scenarios", "nowhere.yaml"], "no scenario file at .*nowhere.yaml"),
        (["--against", "nowhere.json"], "nowhere.json"),
        (["--speaker", "http://localhost:9/v1", "--speaker-key", "nowhere.key"], "nowhere.key"),
    ],
)
def test_what_cannot_be_run_is_said_in_words(home, more, words):
    with pytest.raises(SystemExit, match=words):
        run.main([*arguments(home), "--systems", "random", *more])


def test_a_chat_model_can_speak_for_the_people(home, monkeypatch):
    asked = []

    class Loud:
        def say(self, plain, heard):
            return plain.upper()

    def speaker(url, model, key, catalog):
        asked.append((url, model, key, catalog.name))
        return Loud()

    monkeypatch.setattr(run, "remote_speaker", speaker)
    (home / "key").write_text("abc\n")
    out = home / "spoken"
    server = ("--speaker", "http://localhost:9/v1", "--speaker-model", "big", "--speaker-key", home / "key")
    command(home, "--n", 2, *server, "--out", out)
    assert asked == [("http://localhost:9/v1", "big", "abc", "tiny")]
    assert all(turn["text"].isupper() for line in kept(out)["random"] for turn in json.loads(line)["turns"])
    assert "abc" not in (out / "run.json").read_text()
