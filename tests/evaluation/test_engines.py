import multiprocessing
import sys

import pytest

from evaluation import engines
from evaluation.engines import EngineError, Job, Stage, Work, run_all
from evaluation.systems import build
from tests.evaluation.runs import SCENARIOS, SYSTEMS, make_home, timeless

JOBS = [Job(system, SCENARIOS[seed % len(SCENARIOS)], seed) for seed in range(6) for system in SYSTEMS]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return make_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def work(home):
    return Work(home, SYSTEMS, "tiny")


def lines(dialogues):
    return sorted(map(timeless, dialogues))


class Loud:
    """Says everything in capitals."""

    def say(self, plain, heard):
        return plain.upper()


def loud(catalog):
    return Loud()


def test_several_processes_hold_the_same_conversations_as_one(work):
    alone = list(run_all(JOBS, work, workers=1))
    assert [(dialogue.system, dialogue.seed) for dialogue in alone] == [(job.system, job.seed) for job in JOBS]
    assert lines(run_all(JOBS, work, workers=2)) == lines(alone)


def test_a_conversation_does_not_depend_on_those_before_it(work):
    assert lines(run_all(JOBS[::-1], work, workers=1)) == lines(run_all(JOBS, work, workers=1))


def test_one_worker_starts_no_process(work, monkeypatch):
    monkeypatch.setattr(engines, "ProcessPoolExecutor", None)
    assert len(list(run_all(JOBS[:2], work, workers=1))) == 2


def test_all_systems_meet_the_same_people(work):
    dialogues = list(run_all(JOBS, work, workers=1))
    for seed in range(6):
        own = [dialogue for dialogue in dialogues if dialogue.seed == seed]
        assert len({dialogue.system for dialogue in own}) == len(SYSTEMS)
        assert len({(dialogue.scenario, dialogue.wanted, dialogue.turns[0].text) for dialogue in own}) == 1


def test_nothing_to_do_is_done_at_once(work):
    assert list(run_all([], work, workers=2)) == []


def test_whoever_speaks_for_the_people_is_made_where_they_talk(home):
    spoken = Work(home, ("popularity",), "tiny", speaker=loud)
    (dialogue,) = run_all([Job("popularity", SCENARIOS[0], 0)], spoken, workers=1)
    assert dialogue.turns
    assert all(turn.text.isupper() for turn in dialogue.turns)


def test_a_process_that_dies_ends_the_run_with_a_way_out(work):
    held = run_all(JOBS * 40, work, workers=2)
    next(held)
    multiprocessing.active_children()[0].kill()
    with pytest.raises(EngineError, match="a process died, .* --workers"):
        list(held)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_wrong_is_said_as_it_is(home, workers):
    with pytest.raises(ValueError, match="no system 'parly'"):
        list(run_all(JOBS, Work(home, ("parly",), "tiny"), workers=workers))


def test_a_run_that_nobody_goes_on_with_leaves_no_process_behind(work):
    before = set(multiprocessing.active_children())
    held = run_all(JOBS * 40, work, workers=2)
    next(held)
    held.close()
    assert set(multiprocessing.active_children()) <= before


def test_a_stage_makes_every_system_once(home):
    made = []

    def noted(name, world, home):
        made.append(name)
        return build(name, world, home)

    stage = Stage(Work(home, SYSTEMS, "tiny", noted))
    for job in JOBS:
        stage.hold(job)
    assert made == list(SYSTEMS)


def test_without_ray_its_engine_says_how_to_get_it(work, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EngineError, match="no ray here; pip install -r requirements-scale.txt, or .*processes"):
        list(run_all(JOBS, work, "ray"))


def test_ray_is_not_imported_unless_it_is_asked_for(work):
    list(run_all(JOBS[:1], work, workers=1))
    assert "ray" not in sys.modules
