import json
from dataclasses import replace

import pytest

from agent.actions import Pick, Recommend
from evaluation.ledger import LedgerError, open_ledger
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange

SYSTEMS = ("parley", "random")
SETTINGS = {"n": 3, "seed": 0, "systems": ["parley", "random"], "speaker": None}
TURN = Exchange("something tense", Record(), Recommend((Pick("heat", 0.1),)), "Heat.", 0.02)
DIALOGUE = Dialogue("plain", "target", "parley", 0, ("heat",), (TURN,), "heat")


def numbered(*seeds, system="parley"):
    return [replace(DIALOGUE, seed=seed, system=system) for seed in seeds]


def opened(folder, **other):
    return open_ledger(folder, SYSTEMS, SETTINGS | other)


def test_what_was_added_is_there_the_next_time(tmp_path):
    with opened(tmp_path) as ledger:
        for dialogue in (*numbered(1, 0), *numbered(2, system="random")):
            ledger.add(dialogue)
    with opened(tmp_path) as ledger:
        assert ledger.held() == {"parley": tuple(numbered(0, 1)), "random": tuple(numbered(2, system="random"))}


def test_a_dialogue_is_on_the_disk_once_it_is_added(tmp_path):
    with opened(tmp_path) as ledger:
        ledger.add(DIALOGUE)
        assert (tmp_path / "parley.jsonl").read_text().count("\n") == 1


def test_a_line_that_was_torn_is_cut_off_before_the_next_is_written(tmp_path):
    path = tmp_path / "parley.jsonl"
    with opened(tmp_path) as ledger:
        for dialogue in numbered(0, 1):
            ledger.add(dialogue)
    whole = path.read_bytes()
    for cut in (1, 2, 40, len(whole) // 2 - 1):
        path.write_bytes(whole[:-cut])
        with opened(tmp_path) as ledger:
            assert ledger.held()["parley"] == tuple(numbered(0))
            ledger.add(numbered(1)[0])
        assert path.read_bytes() == whole


def test_a_line_that_is_damaged_in_the_middle_is_named(tmp_path):
    with opened(tmp_path) as ledger:
        ledger.add(DIALOGUE)
    (tmp_path / "parley.jsonl").write_text('{"scenario": 1}\n')
    with opened(tmp_path) as ledger, pytest.raises(ValueError, match="parley.jsonl, line 1, is no dialogue"):
        ledger.held()


def test_lines_are_put_in_the_order_of_their_seeds(tmp_path):
    with opened(tmp_path) as ledger:
        for dialogue in numbered(10, 2, 1):
            ledger.add(dialogue)
        ledger.order()
    lines = (tmp_path / "parley.jsonl").read_text().splitlines()
    assert [json.loads(line)["seed"] for line in lines] == [1, 2, 10]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 7}, "has seed 0, not 7; give the same settings, or choose another --out"),
        ({"systems": ["parley"]}, "has systems parley,random, not parley;"),
        ({"n": 5, "speaker": "x at y"}, 'has n 3, not 5; speaker null, not "x at y";'),
        ({"new": True}, "has new null, not true;"),
    ],
)
def test_a_folder_with_other_settings_is_refused_by_naming_the_difference(tmp_path, other, told):
    with opened(tmp_path):
        pass
    with pytest.raises(LedgerError) as refused, opened(tmp_path, **other):
        pass
    assert told in str(refused.value)


def test_two_runs_cannot_write_to_one_folder_at_once(tmp_path):
    with opened(tmp_path), pytest.raises(LedgerError, match="another run is writing"), opened(tmp_path):
        pass
    with opened(tmp_path):
        pass


def test_dialogues_of_unknown_settings_are_not_mixed_with_others(tmp_path):
    (tmp_path / "old.jsonl").write_text("{}\n")
    with pytest.raises(LedgerError, match="old.jsonl is of no run that is known"), opened(tmp_path):
        pass


def test_damaged_settings_are_named(tmp_path):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(LedgerError, match="run.json is damaged"), opened(tmp_path):
        pass
