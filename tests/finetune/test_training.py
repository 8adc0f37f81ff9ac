import json
from dataclasses import replace

import numpy as np
import pytest

from finetune.objectives import Following, Views
from finetune.training import EmbedConfig, Stage, Student, train
from retrieval.tower import Shape, load_tower
from tests.tiny_model import byte_tokenizer, tiny_llama

TEXTS = ["Heat (1995), Crime", "Alien (1979), Horror", "Amelie (2001), Romance", "Up (2009), Animation"]
LESSONS = {"following": lambda: Following([TEXTS, TEXTS[::-1]]), "views": lambda: Views(TEXTS)}
CONFIG = EmbedConfig(
    Shape("tiny", layers=2, dimensions=8),
    rank=2,
    stages={"following": Stage(3, 2, 1e-2), "views": Stage(4, 3, 1e-2)},
    check_every=2,
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    tiny_llama().save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


class KilledError(Exception):
    pass


def learn(base, out, config=CONFIG, steps=99):
    """Train until it is done or was killed; return the steps."""
    student, found = Student(config, base), []
    for step in train(config, student, LESSONS, lambda tower: 0.5, out):
        found.append(step)
        if len(found) == steps:
            return student, found
    return student, found


def losses(steps):
    return [(step.stage, step.number, round(step.loss, 6)) for step in steps]


def test_every_step_of_every_stage_is_taken_in_order(base, tmp_path):
    _, steps = learn(base, tmp_path)
    assert [(step.stage, step.number) for step in steps] == [
        *(("following", number) for number in (1, 2, 3)),
        *(("views", number) for number in (1, 2, 3, 4)),
    ]


def test_the_development_set_is_looked_at_now_and_then_and_at_the_end_of_a_stage(base, tmp_path):
    _, steps = learn(base, tmp_path)
    assert [step.number for step in steps if step.score is not None] == [2, 3, 2, 4]


def test_a_run_of_the_same_seed_has_the_same_losses(base, tmp_path):
    assert losses(learn(base, tmp_path / "a")[1]) == losses(learn(base, tmp_path / "b")[1])


def test_another_seed_has_other_losses(base, tmp_path):
    other = learn(base, tmp_path / "b", replace(CONFIG, seed=1))[1]
    assert losses(learn(base, tmp_path / "a")[1]) != losses(other)


@pytest.mark.parametrize("killed_after", [1, 2, 3, 5, 6, 7])
def test_a_run_that_was_broken_off_ends_as_if_it_had_not_been(base, tmp_path, killed_after):
    whole, steps = learn(base, tmp_path / "whole")
    learn(base, tmp_path / "broken", steps=killed_after)
    again, rest = learn(base, tmp_path / "broken")
    assert losses(rest) == losses(steps)[len(steps) - len(rest) :]
    for name, weights in whole.learned().items():
        np.testing.assert_array_equal(again.learned()[name].detach(), weights.detach())


def test_a_run_of_other_settings_is_not_gone_on_with(base, tmp_path):
    learn(base, tmp_path)
    with pytest.raises(ValueError, match="holds a run of other settings; choose another folder"):
        learn(base, tmp_path, replace(CONFIG, seed=5))


def test_what_was_saved_gives_the_vectors_of_what_was_trained(base, tmp_path):
    student, _ = learn(base, tmp_path)
    student.tower.eval()
    expected = student.tower.encode(TEXTS)
    student.save(tmp_path / "embedder")
    found = load_tower(base, tmp_path / "embedder").encode(TEXTS)
    assert ((found * expected).sum(1) > 0.999).all()  # what is saved is half as exact
    assert json.loads((tmp_path / "embedder" / "embedder.json").read_text())["dimensions"] == 8


def test_what_was_saved_names_no_folder_of_the_machine(base, tmp_path):
    student, _ = learn(base, tmp_path)
    student.save(tmp_path / "embedder")
    for file in (tmp_path / "embedder").glob("*.json"):
        assert str(base) not in file.read_text()


def test_the_language_model_itself_is_not_changed(base, tmp_path):
    student, _ = learn(base, tmp_path)
    fixed = [name for name, _ in student.tower.named_parameters() if "lora" not in name and "language" in name]
    assert fixed
    assert not set(fixed) & student.learned().keys()


def test_what_is_kept_lies_between_before_and_after_the_last_stage(base, tmp_path):
    stages = {"views": CONFIG.stages["views"]}
    first = Student(CONFIG, base).state()
    last = learn(base, tmp_path / "a", replace(CONFIG, stages=stages, blend=1.0))[0].state()
    between = learn(base, tmp_path / "b", replace(CONFIG, stages=stages, blend=0.25))[0].state()
    for name, weights in between.items():
        np.testing.assert_allclose(weights, 0.75 * first[name] + 0.25 * last[name], atol=1e-6)
