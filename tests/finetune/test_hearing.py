import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

from agent.hearing import CHOICE, STANDS, Implied
from agent.kinds import KINDS
from finetune.hear import Hearing, checked
from finetune.hearing import (
    TAGGER,
    HearingModel,
    HearingShape,
    Lesson,
    LocalHearer,
    fresh_model,
    go_on,
    read_shape,
    save_model,
)
from finetune.loop import Loop, Stage
from finetune.tagging import fresh_tagger, save_tagger
from retrieval.embed import MiniLM
from tests.tiny_model import CONTEXT, byte_tokenizer, tiny_llama

TEXT = f"Person: dark!\n+ dark:{CHOICE}\n? sad:{CHOICE}\nKind, request:{CHOICE}"
LIKED, GREETS = (
    Lesson(f"Person: yes\n+ dark:{CHOICE}\nKind, request:{CHOICE}", (1,), KINDS.index("request")),
    Lesson(f"Person: hello\nKind, request:{CHOICE}", (), KINDS.index("greet")),
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return HearingModel(tiny_llama(), byte_tokenizer())


def test_a_place_is_the_token_before_its_mark(model):
    ids, places = model.placed(TEXT)
    plain = TEXT.replace(CHOICE, "")
    assert len(ids) == len(plain)
    assert [plain[place] for place in places] == [":", ":", ":"]


def test_of_a_text_too_long_for_the_model_the_beginning_is_left_out(model):
    long = TEXT.replace("dark!", "映" * 300 + " dark!")
    ids, places = model.placed(long)
    assert len(ids) == CONTEXT
    assert ids[-20:] == model.placed(TEXT)[0][-20:]
    assert places[-1] == CONTEXT - 1
    assert model([long])[0][0].shape == (2, len(STANDS))


def test_there_are_labels_for_every_candidate_and_a_kind(model):
    stands, kinds = model([TEXT])[0]
    assert (stands.shape, kinds.shape) == ((2, len(STANDS)), (len(KINDS),))


def test_a_text_is_read_alike_alone_and_beside_a_longer_one(model):
    alone = model([TEXT])[0]
    beside = model([TEXT, TEXT.replace("dark!", "dark, or something else that is a good deal longer")])[0]
    for first, second in zip(alone, beside, strict=True):
        torch.testing.assert_close(first, second, atol=1e-4, rtol=1e-4)


def test_it_learns_what_it_is_taught(model, tmp_path):
    loop = Loop(tmp_path, {}, seed=0, check_every=100)
    steps = list(loop.run("h", Stage(40, 2, 3e-3), Hearing(model, [LIKED, GREETS], 0), lambda: {}))
    assert steps[-1].loss < steps[0].loss / 5
    assert checked(model.eval(), [LIKED, GREETS]) == {"stands": 1.0, "wanted": 1.0, "kinds": 1.0}


def test_a_fresh_model_begins_with_what_the_tagger_has_learned(tmp_path):
    tiny_llama().save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    _, taught = fresh_tagger(tmp_path, 2, [("mood", "sad")], ["sad"], 0)
    for name, weights in taught.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights)
    known = {name: weights for name, weights in taught.state_dict().items() if "lora_" in name}
    _, same = fresh_model(tmp_path, HearingShape(MiniLM.id, 0, 2), 1, taught)
    _, other = fresh_model(tmp_path, HearingShape("another", 0, 2), 1, taught)
    assert known
    assert all(torch.equal(same.state_dict()[name], weights) for name, weights in known.items())
    assert not any(
        torch.equal(other.state_dict()[name], weights) for name, weights in known.items() if "lora_B" in name
    )


def test_heads_of_another_make_are_not_taken(tmp_path):
    shape = HearingShape(str(tmp_path), layers=0, rank=2, near=1)
    tiny_llama().save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    model, adapted = fresh_model(tmp_path, shape, 0)
    trained = tmp_path / "trained"
    save_model(trained, model, adapted, shape)
    save_tagger(trained / TAGGER, *fresh_tagger(tmp_path, 2, [("mood", "sad")], ["sad"], 0), "base")
    save_file({"stands.weight": torch.zeros(3, 3)}, trained / "heads.safetensors")
    with pytest.raises(ValueError, match="of another make"):
        LocalHearer.load(tmp_path, tmp_path, trained, torch.float32)


def test_a_trained_model_hears_the_same_after_it_was_saved_and_loaded(tmp_path):
    base = tmp_path / "base"
    tiny_llama().save_pretrained(base)
    byte_tokenizer().save_pretrained(base)
    shape = HearingShape(str(base), layers=2, rank=4, near=1)
    torch.manual_seed(0)
    adapted = get_peft_model(tiny_llama(), LoraConfig(r=4, target_modules="all-linear"))
    model = HearingModel(adapted.get_base_model(), byte_tokenizer())
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    save_model(tmp_path / "trained", model, adapted, shape)
    save_tagger(tmp_path / "trained" / TAGGER, *fresh_tagger(base, 2, [("mood", "sad")], ["sad"], 0), "base")
    hearer = LocalHearer.load(base, base, tmp_path / "trained", torch.float32)
    stands, kinds = model.eval()([TEXT])[0]
    heard = hearer.hear(TEXT)
    np.testing.assert_allclose(heard.stands, torch.softmax(stands, -1).detach(), atol=0.02)
    np.testing.assert_allclose(heard.kinds, torch.softmax(kinds, -1).detach(), atol=0.02)
    assert hearer.near("anything") == (Implied("mood", "sad", 1.0),)


def test_a_folder_without_a_model_is_named_with_the_way_to_make_one(tmp_path):
    with pytest.raises(ValueError, match="finetune.hear"):
        read_shape(tmp_path)


def test_a_model_that_goes_on_begins_where_the_other_ended(tmp_path):
    tiny_llama().save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    shape = HearingShape(str(tmp_path), layers=0, rank=2, near=1)
    model, adapted = fresh_model(tmp_path, shape, 0)
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    save_model(tmp_path / "trained", model, adapted, shape)
    later, language = fresh_model(tmp_path, shape, 1)
    go_on(later, language, shape, tmp_path / "trained")
    for found, expected in zip(later.eval()([TEXT])[0], model.eval()([TEXT])[0], strict=True):
        torch.testing.assert_close(found, expected, atol=0.02, rtol=0.02)
    with pytest.raises(ValueError, match="--start"):
        go_on(later, language, HearingShape(str(tmp_path), 0, 2, 5), tmp_path / "trained")
