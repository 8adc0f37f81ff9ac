import json

import numpy as np
import pytest

from evaluation import multi_round
from evaluation.histories import Pair
from evaluation.multi_round import Result, Setting, chosen, play, table
from evaluation.planners import PLAYERS
from evaluation.protocol import Played
from tests.evaluation.worlds import indifferent_world, rows, write_folder

SETTING = Setting("bits", "valid", 0)


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "bits")


def result(*played, seconds=2.0):
    return Result("bayes", SETTING, played, seconds)


def test_figures_are_means_over_conversations():
    row = result(Played(1, 1, 0, 1), Played(7, 2, 5, 2), Played(15, 0, 10, 4)).row()
    assert (row["sr@5"], row["sr@10"], row["sr@15"]) == (0.3333, 0.6667, 0.6667)
    assert row["at"] == pytest.approx((1 + 7 + 15) / 3, abs=1e-4)
    assert (row["n"], row["conversations_per_second"], row["questions"]) == (3, 1.5, 5.0)


def test_a_result_has_all_that_others_read_from_it():
    row = result(Played(1, 1, 0, 1)).row()
    wanted = {
        "data",
        "split",
        "planner",
        "n",
        "seed",
        "sr@5",
        "sr@10",
        "sr@15",
        "at",
        "hdcg",
        "conversations_per_second",
    }
    assert wanted <= set(row)
    low, high = row["intervals"]["at"]
    assert low <= row["at"] <= high


def test_the_table_is_markdown_with_a_row_a_planner():
    lines = table([result(Played(1, 1, 0, 1)), result(Played(15, 0, 9, 5))]).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "| bayes | 1.000" in lines[2]


def test_all_pairs_are_played_unless_fewer_are_asked_for():
    pairs = [Pair("ann", str(number)) for number in range(9)]
    assert [pair for _, pair in chosen(pairs, None, 0)] == pairs
    few = chosen(pairs, 4, 0)
    assert len({number for number, _ in few}) == 4
    assert few == chosen(pairs, 4, 0) != chosen(pairs, 4, 1)
    assert all(pairs[number] == pair for number, pair in few)


def test_the_same_seed_gives_the_same_conversations_whatever_the_order(folder):
    within = indifferent_world(folder)
    pairs = list(enumerate([Pair("0", "7"), Pair("1", "6"), Pair("0", "40")]))
    noisy = Setting("bits", "valid", 3, noise=0.2)
    player = PLAYERS["bayes"](within, noisy.ask())
    there = list(play(player, within, pairs, noisy))
    back = list(play(player, within, pairs[::-1], noisy))
    assert there == back[::-1]


def test_every_planner_meets_people_who_volunteer_the_same(folder):
    within, heard = indifferent_world(folder), {}
    for name, make in PLAYERS.items():
        player = make(within, SETTING.ask())
        begun = player.begin
        heard[name] = []
        player.begin = lambda user, value, begun=begun, name=name: (heard[name].append(value), begun(user, value))[1]
        list(play(player, within, list(enumerate([Pair("0", "7"), Pair("0", "63"), Pair("1", "30")])), SETTING))
    assert len({tuple(values) for values in heard.values()}) == 1


@pytest.mark.parametrize("split", ["valid", "test"])
def test_the_command_prints_a_table_and_writes_the_figures(folder, tmp_path, capsys, split):
    rows(folder / "test.jsonl", [{"user": 0, "items": [13, 21]}, {"user": 1, "items": [14, 33]}])
    out = tmp_path / "deep" / "figures.json"
    multi_round.main(["--data", str(folder), "--split", split, "--planner", "bayes", "--out", str(out)])
    assert "| bayes |" in capsys.readouterr().out
    figures = json.loads(out.read_text())
    assert (figures["planner"], figures["split"]) == ("bayes", split)
    assert figures["sr@15"] == 1.0
    assert np.isfinite(figures["hdcg"])


def test_without_pairs_to_learn_from_the_command_says_what_is_missing(folder):
    rows(folder / "test.jsonl", [{"user": 0, "items": [13]}])
    (folder / "valid.jsonl").unlink()
    with pytest.raises(SystemExit, match="no split 'valid' here; there is test"):
        multi_round.main(["--data", str(folder), "--split", "test"])


def test_several_planners_make_a_list(folder, tmp_path):
    out = tmp_path / "figures.json"
    names = ["abs-greedy", "scpr-rule"]
    multi_round.main(["--data", str(folder), "--planner", *names, "--n", "3", "--noise", "0.1", "--out", str(out)])
    assert [row["planner"] for row in json.loads(out.read_text())] == names


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--data", "nowhere"], "'nowhere' is no folder"),
        (["--split", "test"], "no split 'test' here; there is valid"),
        (["--noise", "0.7"], "0.7 is no noise"),
        (["--n", "0"], "0 conversations say nothing"),
    ],
)
def test_what_cannot_be_measured_is_said_in_words(folder, tmp_path, capsys, given, told):
    with pytest.raises(SystemExit) as stop:
        multi_round.main(["--data", str(folder), "--home", str(tmp_path), *given])
    assert told in f"{stop.value} {capsys.readouterr().err}"
