import random

import pytest
import torch

from finetune.loop import Loop, Stage
from finetune.tagging import Tagging, TagLesson, found_of, fresh_tagger, go_on, load_tagger, save_tagger
from tests.tiny_model import byte_tokenizer, tiny_llama

LABELS = (("mood", "sad"), ("mood", "happy"), ("theme", "sea"))
NAMES = ("sad", "happy", "sea")
LESSONS = [TagLesson("bring me my hankies", frozenset({0})), TagLesson("salt and ropes", frozenset({1, 2}))]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    tiny_llama().save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def fresh(base):
    return fresh_tagger(base, 4, LABELS, NAMES, seed=0)


def test_untaught_a_value_is_implied_by_its_own_name(fresh):
    tagger, _ = fresh
    assert [near[0].value for near in tagger.eval().implied(NAMES, 1)] == ["sad", "happy", "sea"]


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_it_names_as_many_as_it_is_asked_for_the_likeliest_first(fresh, count):
    (near,) = fresh[0].eval().implied(["sea"], count)
    assert len(near) == min(count, 3)
    assert [one.odds for one in near] == sorted((one.odds for one in near), reverse=True)


def test_what_people_mean_is_learned_where_it_is_like_nothing(fresh, tmp_path):
    tagger, _ = fresh
    steps = list(Loop(tmp_path, {}, 0, 100).run("t", Stage(40, 2, 5e-3), Tagging(tagger, LESSONS), lambda: {}))
    # Two values share the odds of the second text, so what is left is half of log 2.
    assert steps[-1].loss < 0.5 < steps[0].loss
    tagger.eval()
    assert found_of(tagger, LESSONS, 2) == {"found": 1.0}
    assert {one.value for one in tagger.implied(["salt and ropes"], 2)[0]} == {"happy", "sea"}


def test_utterances_about_nothing_teach_nothing(fresh):
    tagging = Tagging(fresh[0], [*LESSONS, TagLesson("hello", frozenset())])
    assert torch.isfinite(tagging(random.Random(0), 3))


def test_a_tagger_comes_back_from_its_files(fresh, base, tmp_path):
    tagger, adapted = fresh
    for name, weights in tagger.named_parameters():
        if "lora_B" in name or name in ("moved", "bias"):
            torch.nn.init.normal_(weights, std=0.02)
    save_tagger(tmp_path / "tagger", tagger.eval(), adapted, "base")
    back = load_tagger(base, tmp_path / "tagger")
    assert back.labels == LABELS
    with torch.inference_mode():
        torch.testing.assert_close(back(["salt"]), tagger(["salt"]), atol=0.1, rtol=0.02)


def test_a_tagger_that_goes_on_knows_what_the_other_knew_and_new_values_are_untaught(fresh, base, tmp_path):
    tagger, adapted = fresh
    for name, weights in tagger.named_parameters():
        if "lora_B" in name or name in ("moved", "bias"):
            torch.nn.init.normal_(weights, std=0.02)
    save_tagger(tmp_path, tagger.eval(), adapted, "base")
    more, language = fresh_tagger(base, 4, (("theme", "dogs"), *LABELS), ("dogs", *NAMES), seed=1)
    go_on(more, language, tmp_path)
    with torch.inference_mode():
        torch.testing.assert_close(more.eval()(["salt"])[:, 1:], tagger(["salt"]), atol=0.1, rtol=0.02)
    assert not more.moved[0].any()
