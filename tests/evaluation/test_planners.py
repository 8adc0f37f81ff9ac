import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.planners import PLAYERS
from evaluation.protocol import SLATE, TURNS, Person, hold
from graph.asking import QuestionConfig
from graph.build import ValueNode
from graph.questions import Form, Question, Shortlist
from tests.evaluation.worlds import indifferent_world, write_folder

YES_NO = QuestionConfig(forms=frozenset({Form.YES_NO}), most=4, most_of_facet=4, least_mass=0.0, ease=1.0)
MUSIC = ValueNode("attribute", "music")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return indifferent_world(write_folder(tmp_path_factory.mktemp("bits")))


every_player = pytest.mark.parametrize("name", list(PLAYERS))


class MusicLover(Person):
    """Volunteers nothing but that it should be music, as every item is."""

    def volunteer(self):
        return MUSIC


def played(world, name, target, noise=0.0, seed=0, kind=MusicLover):
    row = np.array([world.graph.catalog.position(target)])
    person = kind(Shortlist(world.graph, row, np.ones(1)), np.random.default_rng(seed), noise)
    return hold(PLAYERS[name](world, YES_NO), person, "0")


@pytest.mark.parametrize("name", ["bayes", "max-entropy", "abs-greedy"])
@pytest.mark.parametrize("target", ["0", "7", "42", "63"])
def test_a_truthful_person_is_understood_in_time(world, name, target):
    assert played(world, name, target).success


def test_the_planner_needs_fewer_turns_than_the_rules(world):
    targets = [str(number) for number in range(64) if number not in (1, 3, 5)]
    turns = {name: np.mean([played(world, name, target).turns for target in targets]) for name in PLAYERS}
    assert turns["bayes"] == min(turns.values())


@every_player
def test_what_someone_knows_from_training_is_never_shown(world, name):
    player = PLAYERS[name](world, YES_NO)
    state, shown = player.begin("0", MUSIC), []
    for turn in range(TURNS - 1):
        move = player.move(state, turn)
        if isinstance(move, Question):
            state = player.answered(state, move, 1)
        else:
            shown += move
            state = player.refused(state, move)
    assert not {"1", "3", "5"} & set(shown)
    assert len(shown) == len(set(shown))


@every_player
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 63), st.integers(0, 63), st.integers(0, 99))
def test_moves_depend_on_the_answers_and_never_on_the_target(world, name, first, second, seed):
    """Two targets lead to the same moves for as long as the answers are the same."""
    logs = []
    for number in (first, second):
        log = []
        target = str(number)
        row = np.array([world.graph.catalog.position(target)])
        person = MusicLover(Shortlist(world.graph, row, np.ones(1)), np.random.default_rng(seed))
        player = PLAYERS[name](world, YES_NO)
        state = player.begin("0", person.volunteer())
        for turn in range(TURNS - 1):
            move = player.move(state, turn)
            if isinstance(move, Question):
                answer = person.answer(move)
                state = player.answered(state, move, answer)
            else:
                answer = person.rank(move)
                state = player.refused(state, move)
            log.append((move, answer))
            if not isinstance(move, Question) and answer:
                break
        logs.append(log)
    for (left, told), (right, heard) in zip(*logs, strict=False):
        assert left == right
        if told != heard:
            break


@every_player
def test_slates_hold_at_most_ten_different_items(world, name):
    player = PLAYERS[name](world, YES_NO)
    move = player.move(player.begin("0", MUSIC), TURNS - 2)
    assert isinstance(move, tuple)
    assert len(move) == len(set(move)) <= SLATE


def test_a_wrong_answer_is_survived_by_the_planner_and_not_by_elimination(world):
    wrong = QuestionConfig(forms=frozenset({Form.YES_NO}), most=4, most_of_facet=4, least_mass=0.0, ease=1.0, noise=0.1)
    question = Question("attribute", ("bit0",))
    position = world.graph.catalog.position("7")
    for name, survives in (("bayes", True), ("max-entropy", False)):
        player = PLAYERS[name](world, wrong)
        after = player.answered(player.begin("0", MUSIC), question, 1)
        assert (after.believed.probabilities[position] > 0) == survives


def test_an_answer_that_would_leave_nothing_is_ignored_by_elimination(world):
    player = PLAYERS["max-entropy"](world, YES_NO)
    begun = player.begin("0", MUSIC)
    assert player.answered(begun, Question("attribute", ("music",)), 1).believed.possible == begun.believed.possible


def test_elimination_starts_over_once_all_its_candidates_were_shown_in_vain(world):
    player = PLAYERS["max-entropy"](world, YES_NO)
    state = player.begin("0", MUSIC)
    for bit in range(4):
        state = player.answered(state, Question("attribute", (f"bit{bit}",)), 0)
    slate = player.move(state, 5)
    assert len(slate) == 4
    again = player.refused(state, slate)
    assert again.believed.possible == 64 - 3 - 4
    assert not set(player.move(again, TURNS - 2)) & set(slate)


def test_wrong_answers_leave_no_player_without_a_slate(world):
    for name in PLAYERS:
        for seed in range(30):
            assert played(world, name, "42", noise=0.4, seed=seed).turns <= TURNS


def test_a_no_lowers_a_candidate_but_keeps_it_by_the_rule_of_scpr(world):
    player = PLAYERS["scpr-rule"](world, YES_NO)
    begun = player.begin("0", MUSIC)
    after = player.answered(begun, Question("attribute", ("bit0",)), 1)
    odd, even = (world.graph.catalog.position(name) for name in ("7", "6"))
    assert after.believed.probabilities[odd] == pytest.approx(after.believed.probabilities[even] / 2)
    gone = player.answered(begun, Question("attribute", ("bit0",)), 0)
    assert gone.believed.probabilities[even] == 0


def test_never_asking_is_what_absolute_greed_means(world):
    assert played(world, "abs-greedy", "42").questions == 0
