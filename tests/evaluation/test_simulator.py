import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.actions import Ask, Recommend, Reply, ReplyKind
from evaluation.scenarios import BEHAVIOURS, Persona, Reveal, Scenario
from evaluation.simulator import SIMULATORS, converse, hold
from evaluation.systems import Parley, planner
from evaluation.transcripts import line, recommended
from graph.evidence import Wish
from tests.catalogs import tiny_catalog
from tests.evaluation.stage import CATALOG, GRAPH, QUESTIONS, WORLD, Scripted, Whimsical, person, slate

REVEALS = (
    Reveal("Something to laugh at", (Wish("genre", ("Comedy",)),)),
    Reveal("under two hours please", (), (Wish("runtime", ("<=119",)),)),
    Reveal("and nothing silly", (), (), (Wish("mood", ("silly",)),)),
)


def scenario(behaviour, source="catalogue", **given):
    given = {"reveals": REVEALS} | given if behaviour == "reveal" else given
    return Scenario(behaviour, behaviour, Persona(source), **given)


SCENARIOS = st.one_of(
    st.builds(
        scenario,
        st.sampled_from([name for name in SIMULATORS if name != "reveal"]),
        st.sampled_from(("catalogue", "movielens")),
        turns=st.integers(1, 20),
    ),
    st.just(scenario("reveal")),
)


def test_every_behaviour_of_scenarios_has_a_simulator():
    assert set(SIMULATORS) == set(BEHAVIOURS)


@settings(max_examples=200, deadline=None)
@given(SCENARIOS, st.integers(0, 9999))
def test_whatever_a_system_does_the_person_keeps_to_the_rules(given_scenario, seed):
    dialogue = hold(Whimsical(seed), "whimsical", given_scenario, seed, WORLD)
    again = hold(Whimsical(seed), "whimsical", given_scenario, seed, WORLD)
    assert [turn.text for turn in dialogue.turns] == [turn.text for turn in again.turns]
    assert len(dialogue.turns) <= given_scenario.turns
    shown = set()
    last = len(dialogue.wanted) == 1 and CATALOG[dialogue.wanted[0]].title
    for turn in dialogue.turns:
        assert turn.text.strip()
        assert not re.search(r"{\w*}", turn.text)
        if last and dialogue.wanted[0] not in shown:
            assert not re.search(rf"\b{re.escape(last)}\b", turn.text), turn.text
        shown |= set(recommended(turn.action))
    assert dialogue.taken is None or dialogue.taken in dialogue.wanted
    assert {*dialogue.earlier, *([dialogue.taken] if dialogue.taken else [])} <= shown


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["target", "target-free", "critiquing", "impatient", "reveal"]), st.integers(0, 9999))
def test_nothing_that_the_person_holds_a_system_to_speaks_against_what_they_want(behaviour, seed):
    dialogue = hold(Whimsical(seed), "whimsical", scenario(behaviour), seed, WORLD)
    for turn in dialogue.turns:
        assert not (turn.record.seen | turn.record.rejected) & set(dialogue.wanted)
        if behaviour in ("target", "critiquing"):
            (target,) = [CATALOG[item_id] for item_id in dialogue.wanted]
            assert not any(wish.holds_for(target) for wish in turn.record.dislikes)
            assert all(target.has(*pair) for pair in turn.record.wishes if pair[0] != "title")
        elif behaviour != "target-free":
            for item_id in dialogue.wanted:
                assert not any(wish.holds_for(CATALOG[item_id]) for wish in turn.record.dislikes)


PROGRAM = """
import sys
from pathlib import Path
from catalog.items import Catalog
from evaluation.personas import World
from evaluation.scenarios import Persona, Scenario
from evaluation.simulator import SIMULATORS, hold
from evaluation.systems import Parley, planner
world = World(Catalog.load(Path(sys.argv[1])))
for behaviour in sorted(SIMULATORS.keys() - {"reveal"}):
    for source in ("catalogue", "movielens"):
        scenario = Scenario("s", behaviour, Persona(source))
        dialogue = hold(Parley(planner(world.graph)), "planner", scenario, 1, world)
        print([turn.text for turn in dialogue.turns], dialogue.wanted, dialogue.preferences, dialogue.groups)
"""


def test_words_do_not_depend_on_the_process(tmp_path):
    tiny_catalog().save(tmp_path / "tiny")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "tiny")]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True, env=_env(hashing)).stdout
        for hashing in ("1", "2")
    )
    assert len(first.splitlines()) == 12
    assert first == second


def _env(hashing):
    return {**os.environ, "PYTHONHASHSEED": hashing, "PYTHONPATH": "."}


def test_what_is_offered_and_wanted_is_taken_at_once_and_that_ends_it():
    system = Scripted(slate("up"), slate("heat", "casino"), Reply(ReplyKind.CONFIRM))
    course = converse(system, person("heat"), SIMULATORS["target"], GRAPH, "one")
    assert course.taken == ("heat",)
    assert len(course.turns) == 3
    assert "Heat" in system.heard[-1] or "first" in system.heard[-1] or "number 1" in system.heard[-1]
    assert course.turns[-1].tokens == 3


def test_a_dialogue_says_who_spoke_and_how_it_ended():
    target = hold(Scripted(slate("up")), "x", scenario("target"), 1, WORLD).wanted[0]
    dialogue = hold(Scripted(slate(target), Reply(ReplyKind.CONFIRM)), "scripted", scenario("target"), 1, WORLD)
    assert dialogue.success
    assert (dialogue.scenario, dialogue.behaviour, dialogue.system, dialogue.seed) == (
        "target",
        "target",
        "scripted",
        1,
    )
    assert dialogue.taken == target
    assert dialogue.groups["source"] == "catalogue"
    assert dialogue.earlier == ()


def test_the_same_person_speaks_with_every_system():
    for behaviour in SIMULATORS:
        first = hold(Whimsical(1), "a", scenario(behaviour), 7, WORLD)
        other = hold(Scripted(Ask(QUESTIONS[0])), "b", scenario(behaviour), 7, WORLD)
        assert (first.wanted, first.groups, first.preferences) == (other.wanted, other.groups, other.preferences)
        assert first.turns[0].text == other.turns[0].text


def test_people_give_up_after_their_turns():
    dialogue = hold(Scripted(Ask(QUESTIONS[0])), "asker", scenario("target", turns=4), 0, WORLD)
    assert len(dialogue.turns) == 4
    assert not dialogue.success


def test_impatient_people_leave_someone_who_only_asks():
    dialogue = hold(Scripted(Ask(QUESTIONS[0])), "asker", scenario("impatient"), 0, WORLD)
    assert len(dialogue.turns) == 3


def test_who_returns_takes_one_thing_after_another_and_is_shown_none_again():
    class Eager:
        """Shows the whole catalogue, three at a time, over and over."""

        def __init__(self):
            self.place = 0

        def answer(self, conversation, text):
            ids = [item.id for item in CATALOG][self.place : self.place + 3]
            self.place = (self.place + 3) % 12
            return Scripted(slate(*ids)).answer(conversation, text)

    for seed in range(20):
        dialogue = hold(Eager(), "eager", scenario("returning", turns=60), seed, WORLD)
        assert dialogue.success
        assert 1 <= len(dialogue.earlier) <= 2
        for item_id in dialogue.earlier:
            assert any(item_id in turn.record.seen for turn in dialogue.turns)
        assert set(dialogue.earlier) <= dialogue.turns[-1].record.seen
        assert dialogue.taken not in dialogue.turns[-1].record.seen


def test_who_never_comes_to_the_last_visit_has_not_succeeded():
    dialogue = hold(Scripted(slate("up", "heat")), "two", scenario("returning", turns=8), 3, WORLD)
    assert dialogue.taken is None
    assert not dialogue.success


def test_an_item_that_does_not_exist_is_not_taken_for_anything():
    dialogue = hold(Scripted(slate("nonsense")), "liar", scenario("target"), 0, WORLD)
    assert len(dialogue.turns) == 12


def test_tastes_are_part_of_the_dialogue():
    assert hold(Scripted(slate("up")), "x", scenario("target-free"), 0, WORLD).preferences
    assert not hold(Scripted(slate("up")), "x", scenario("target"), 0, WORLD).preferences


def test_another_speaker_says_it_in_other_words_and_hears_what_was_said():
    class Shouting:
        heard = []

        def say(self, plain, heard):
            self.heard.append(heard)
            return plain.upper()

    speaker = Shouting()
    dialogue = hold(Scripted(slate("up")), "x", scenario("target", turns=3), 0, WORLD, speaker)
    plain = hold(Scripted(slate("up")), "x", scenario("target", turns=3), 0, WORLD)
    assert [turn.text for turn in dialogue.turns] == [turn.text.upper() for turn in plain.turns]
    assert speaker.heard == ["", "So be it.", "So be it."]


def test_a_noisy_person_still_takes_what_they_want():
    noisy = scenario("target", noise=1.0)
    wrong = 0
    for seed in range(20):
        target = hold(Scripted(slate("nonsense")), "x", noisy, seed, WORLD).wanted[0]
        dialogue = hold(Scripted(Ask(QUESTIONS[0]), Ask(QUESTIONS[1]), slate(target)), "x", noisy, seed, WORLD)
        assert dialogue.success
        wrong += any(wish.holds_for(CATALOG[target]) for turn in dialogue.turns for wish in turn.record.dislikes)
    assert wrong


def test_the_checks_of_the_scenario_are_evaluated():
    checked = replace(scenario("target"), checks=("success",))
    assert hold(Scripted(slate("nonsense")), "x", checked, 0, WORLD).checks == {"success": False}


@pytest.fixture(scope="module")
def dialogues():
    system = Parley(planner(GRAPH))
    return [hold(system, "planner", scenario(name, turns=24), seed, WORLD) for name in SIMULATORS for seed in range(20)]


def test_among_twelve_films_nearly_everybody_finds_theirs(dialogues):
    assert sum(dialogue.success for dialogue in dialogues) >= 0.7 * len(dialogues)


def test_different_seeds_make_different_dialogues(dialogues):
    assert len({tuple(turn.text for turn in dialogue.turns) for dialogue in dialogues}) > 100


def test_everything_that_people_do_happens(dialogues):
    records = [turn.record for dialogue in dialogues for turn in dialogue.turns]
    for name in ("dislikes", "seen", "rejected", "wishes"):
        assert any(getattr(record, name) for record in records)
    actions = [turn.action for dialogue in dialogues for turn in dialogue.turns]
    assert any(isinstance(action, Recommend) for action in actions)


def test_an_undisturbed_dialogue_reads_back_as_it_was(dialogues):
    assert all(line(dialogue) for dialogue in dialogues)
