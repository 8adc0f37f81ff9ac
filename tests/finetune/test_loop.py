import itertools

import pytest
import torch
from torch import nn

from finetune.loop import Loop, Stage

STAGE = Stage(steps=8, batch=4, rate=0.1)


class Line(nn.Module):
    """Learns y = 2 x from a few drawn points."""

    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(()))
        self.fixed = nn.Parameter(torch.ones(()), requires_grad=False)

    def forward(self, rng, batch):
        points = torch.tensor([rng.uniform(-1, 1) for _ in range(batch)])
        return (self.slope * points - 2 * points).square().mean()


def steps(out, line, stage=STAGE, seed=0):
    return Loop(out, {"steps": stage.steps}, seed, check_every=2).run(
        "line", stage, line, lambda: {"slope": float(line.slope)}
    )


def test_it_learns_what_asks_for_gradients_and_nothing_else(tmp_path):
    line = Line()
    found = list(steps(tmp_path, line, Stage(60, 8, 0.2)))
    assert found[-1].loss < found[0].loss / 10
    assert float(line.fixed) == 1
    assert float(line.slope) == pytest.approx(2, abs=0.3)


def test_it_looks_at_what_is_kept_every_so_often_and_at_the_end(tmp_path):
    found = list(steps(tmp_path, Line()))
    assert [step.number for step in found if step.scores] == [2, 4, 6, 8]


def test_the_same_seed_gives_the_same_losses_and_another_others(tmp_path):
    first, second = ([step.loss for step in steps(tmp_path / name, Line())] for name in "ab")
    other = [step.loss for step in steps(tmp_path / "c", Line(), seed=1)]
    assert first == second
    assert first != other


def test_a_run_that_was_broken_off_ends_where_it_would_have_ended(tmp_path):
    whole = [step.loss for step in steps(tmp_path / "whole", Line())]
    list(itertools.islice(steps(tmp_path / "broken", Line()), 5))
    rest = list(steps(tmp_path / "broken", Line()))
    assert [step.number for step in rest] == [5, 6, 7, 8]
    assert [step.loss for step in rest] == pytest.approx(whole[4:])


def test_a_run_of_other_settings_does_not_go_on_in_the_same_folder(tmp_path):
    list(steps(tmp_path, Line()))
    with pytest.raises(ValueError, match="other settings"):
        list(steps(tmp_path, Line(), Stage(9, 4, 0.1)))
