import pytest

from agent.actions import Reply, ReplyKind
from evaluation.group_gaps import LEAST, audit, gap_chance, read_folder, successes
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange, write_dialogues

TURN = Exchange("hello", Record(), Reply(ReplyKind.GREET), "Hello!", 0.1)


def dialogue(seed, success, groups, turns=3, system="parley"):
    taken = "heat" if success else None
    return Dialogue("s1", "target", system, seed, ("heat",), (TURN,) * turns, taken, groups=groups)


def held(successes, group, **more):
    return [dialogue(seed, success, {"activity": group}, **more) for seed, success in enumerate(successes)]


SERVED = held([True] * 27 + [False] * 3, "high")
FAILED = held([True] * 9 + [False] * 21, "low")
FEW = held([False] * (LEAST - 1), "middle")


def test_a_known_gap_is_found_and_is_no_chance():
    groups, gaps = audit(SERVED + FAILED, seed=0).values()
    assert [(row["group"], row["n"], row["success"].value) for row in groups] == [("high", 30, 0.9), ("low", 30, 0.3)]
    assert [(row["worst"], row["best"], row["n"]) for row in gaps] == [("low", "high", 60)]
    assert gaps[0]["gap"].value == pytest.approx(0.6)
    assert 0.3 < gaps[0]["gap"].low < 0.6 < gaps[0]["gap"].high < 0.9
    assert gaps[0]["p"] < 0.001


def test_groups_that_fare_alike_have_no_gap():
    _, gaps = audit(SERVED + held([True] * 27 + [False] * 3, "low"), seed=0).values()
    assert gaps[0]["gap"].value == 0
    assert gaps[0]["p"] == 1


def test_a_gap_among_many_groups_of_one_kind_is_often_chance():
    coins = [held([(seed * 7 + group) % 3 > 0 for seed in range(20 + group)], f"g{group}") for group in range(8)]
    assert gap_chance([successes(one) for one in coins], seed=0) > 0.9


def test_of_many_gaps_each_must_be_surer():
    ages = [dialogue(seed, seed % 2 == 0, {"age": "new" if seed % 4 < 2 else "old"}) for seed in range(80)]
    _, gaps = audit(SERVED + FAILED + ages, seed=0).values()
    found = {row["groups by"]: (row["p"], row["p, adjusted"]) for row in gaps}
    assert found["activity"][1] == pytest.approx(2 * found["activity"][0])
    assert found["age"] == (1, 1)


def test_a_small_group_is_marked_and_takes_no_part_in_the_gap():
    groups, gaps = audit(SERVED + FAILED + FEW, seed=0).values()
    assert [row["group"] for row in groups] == ["high", "low", "middle (few)"]
    assert gaps[0]["worst"] == "low"
    assert gaps[0]["n"] == 60


def test_one_group_alone_has_no_gap():
    _, gaps = audit(SERVED + FEW, seed=0).values()
    assert gaps == []


def test_systems_and_kinds_of_groups_are_kept_apart():
    young = [dialogue(seed, True, {"age": "new"}, system="random") for seed in range(20)]
    groups, _ = audit(SERVED + young, seed=0).values()
    assert [(row["system"], row["groups by"], row["n"]) for row in groups] == [
        ("parley", "activity", 30),
        ("random", "age", 20),
    ]


def test_a_failure_counts_as_many_turns_as_people_went_on_for_in_its_scenario():
    early = [dialogue(0, False, {"activity": "low"}, turns=2), dialogue(1, True, {"activity": "high"}, turns=4)]
    patient = dialogue(2, False, {"activity": "high"}, turns=12, system="random")
    groups, _ = audit([*early, patient], seed=0).values()
    assert [(row["system"], row["group"], row["AT"].value) for row in groups] == [
        ("parley", "high (few)", 3),
        ("parley", "low (few)", 12),
        ("random", "high (few)", 12),
    ]


def test_the_same_seed_gives_the_same_tables():
    assert audit(SERVED + FAILED, seed=3) == audit(SERVED + FAILED, seed=3)


def test_conversations_without_groups_are_an_error():
    with pytest.raises(ValueError, match="none of 1 conversations says which groups it belongs to"):
        audit([dialogue(0, True, {})], seed=0)


def test_all_files_of_a_run_are_read(tmp_path):
    write_dialogues(tmp_path / "parley.jsonl", SERVED)
    write_dialogues(tmp_path / "random.jsonl", FAILED)
    (tmp_path / "run.json").write_text("{}")
    assert read_folder(tmp_path) == (*SERVED, *FAILED)


def test_a_folder_without_conversations_says_how_to_hold_some(tmp_path):
    with pytest.raises(ValueError, match="hold some with `python -m evaluation.run --out"):
        read_folder(tmp_path)
