import numpy as np
import pytest
import torch

from evaluation.corpora import Film, Said
from finetune.dialogue import DialogueModel
from finetune.pointing import PointerStates, plain_model, pointer_prompt, weights_digest
from finetune.weave import Weaver
from tests.evaluation.samples import said
from tests.tiny_model import byte_tokenizer, tiny_llama

HEAT = Film("Heat (1995)", "heat")
SAW, SAW_TWO = Film("Saw", "saw"), Film("Saw II", "saw2")


def model(rows=None):
    tokenizer = byte_tokenizer()
    soften = (lambda places: torch.ones(len(places), 2, 32)) if rows else None
    return DialogueModel(tiny_llama(), tokenizer, Weaver(tokenizer, rows or {}, 2), soften, 2)


PROMPTS = [pointer_prompt((said(True, text),)) for text in ("hi", "something scary", "a film")]


def test_the_prompt_ends_where_an_item_is_about_to_be_named():
    prompt = pointer_prompt((said(True, "hi"), said(False, "hello"), said(True, "a film")))
    assert [message.role for message in prompt] == ["system", "user", "assistant", "user", "assistant"]
    assert prompt[-1].text == "How about"
    assert [message.role for message in pointer_prompt(())] == ["system", "assistant"]


def test_only_the_last_turns_and_the_ends_of_their_texts_are_read():
    prompt = pointer_prompt([said(True, f"{number} " + "a" * 500 + " end") for number in range(9)])
    assert len(prompt) == 8
    assert all(len(message.text) == 200 and message.text.endswith("end") for message in prompt[1:-1])


def test_items_stand_by_title_and_as_slots():
    (message,) = pointer_prompt((Said(True, "I like Heat (1995)", (HEAT,)),))[1:-1]
    assert (message.text, message.items) == ("I like Heat (1995) {1}", ("heat",))


def test_a_title_that_begins_another_keeps_its_own_slot():
    (message,) = pointer_prompt((Said(True, "Saw II and Saw", (SAW, SAW_TWO)),))[1:-1]
    assert (message.text, message.items) == ("Saw II {2} and Saw {1}", ("saw", "saw2"))


def test_an_item_that_the_text_calls_otherwise_is_named_at_its_end():
    (message,) = pointer_prompt((Said(True, "that one by Mann", (HEAT,)),))[1:-1]
    assert message.text == "that one by Mann Heat (1995) {1}"


def test_a_slot_that_somebody_typed_and_a_film_that_the_catalogue_lacks_are_only_words():
    (message,) = pointer_prompt((Said(True, "Unheard Of {1}", (Film("Unheard Of"),)),))[1:-1]
    assert (message.text, message.items) == ("Unheard Of (1)", ())


def test_more_films_than_slots_do_not_break_the_prompt():
    films = tuple(Film(f"film{number}x", str(number)) for number in range(12))
    (message,) = pointer_prompt((Said(True, " ".join(film.name for film in films), films),))[1:-1]
    assert len(message.items) == 9
    assert message.text.endswith("film8x {9} film9x film10x film11x")


def test_the_state_is_that_at_the_last_place_whatever_it_was_padded_with():
    found = PointerStates(model(), "tiny").of(PROMPTS)
    assert found.shape == (3, 32)
    language = tiny_llama()
    for prompt, row in zip(PROMPTS, found, strict=True):
        ids = torch.tensor([model().weaver.ids(prompt)])
        alone = language.model(input_ids=ids).last_hidden_state[0, -1].detach().numpy()
        np.testing.assert_allclose(row, alone, atol=5e-3)


def test_with_an_adapter_the_model_sees_the_item():
    prompt = pointer_prompt((Said(True, "Heat (1995)", (HEAT,)),))
    without = PointerStates(model(), "a").of([prompt])
    assert np.abs(PointerStates(model({"heat": 0}), "b").of([prompt]) - without).max() > 0.01


def test_what_was_kept_is_not_computed_again(tmp_path):
    first = PointerStates(model(), "tiny", tmp_path / "states.safetensors")
    assert sum(first.compute(PROMPTS)) == 3
    first.keep()
    again = PointerStates(model(), "tiny", tmp_path / "states.safetensors")
    assert list(again.compute(PROMPTS)) == []
    np.testing.assert_array_equal(again.of(PROMPTS), first.of(PROMPTS))


def test_other_weights_are_not_mistaken_for_these(tmp_path):
    first = PointerStates(model(), "tiny", tmp_path / "states.safetensors")
    first.of(PROMPTS)
    first.keep()
    assert sum(PointerStates(model(), "other", tmp_path / "states.safetensors").compute(PROMPTS)) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_prompts_that_are_the_same_are_read_once(count):
    assert sum(PointerStates(model(), "tiny").compute(PROMPTS[:1] * count)) == 1


def test_a_model_in_a_folder_is_loaded_and_named_by_its_weights(tmp_path):
    tiny_llama().save_pretrained(tmp_path / "a")
    byte_tokenizer().save_pretrained(tmp_path / "a")
    states = PointerStates(plain_model(tmp_path / "a"), weights_digest(tmp_path / "a"))
    assert np.isfinite(states.of(PROMPTS)).all()
    other = tiny_llama()
    other.lm_head.weight.data += 1
    other.save_pretrained(tmp_path / "b")
    assert weights_digest(tmp_path / "a") != weights_digest(tmp_path / "b")
