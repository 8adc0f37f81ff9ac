import random
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd
import pytest
import torch

from agent.language import Message
from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.queries import held_out
from finetune.adapter import AdapterShape, ItemAdapter, softener, token_size
from finetune.aligning import Aligning, described, examples, learnable
from finetune.dialogue import DialogueModel
from finetune.examples import Example
from finetune.features import collaborative, features
from finetune.weave import Soften, Weaver
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

ORDER = ["godfather", "casino", "heat", "alien", "runner", "shining", "up"]


def one_person():
    """The twelve films, and one person who liked seven of them."""
    rows = [("ann", item_id, 5.0, place) for place, item_id in enumerate(ORDER)]
    return replace(tiny_catalog(), ratings=pd.DataFrame(rows, columns=list(RATING_COLUMNS)))


def drawn(catalog, number=400, seed=0):
    return list(islice(examples(catalog, random.Random(seed)), number))


def asked(example):
    return example.messages[-1]


def test_no_prompt_names_an_item():
    catalog = one_person()
    titles = [item.title for item in catalog if item.title not in ("Up", "Heat")]
    for example in drawn(catalog):
        assert not [title for message in example.messages for title in titles if title in message.text]


def test_every_item_has_its_slot_and_every_slot_its_item():
    for example in drawn(one_person()):
        message = asked(example)
        assert [place for place in range(1, 5) if f"{{{place}}}" in message.text] == [*range(1, len(message.items) + 1)]
        assert example.reply


def test_all_kinds_are_drawn():
    texts = {asked(example).text.split("{")[0].split(" ")[0] for example in drawn(one_person())}
    assert {"Describe", "Which", "How", "Who", "I", "Someone", "When"} <= texts


def test_what_fits_a_wish_has_it_and_the_other_has_not():
    catalog = one_person()
    wished = [example for example in drawn(catalog) if "something tense" in asked(example).text]
    assert wished
    for example in wished:
        first, second = (catalog[item_id].has("mood", "tense") for item_id in asked(example).items)
        assert (first, second) == ((True, False) if example.reply == "The first." else (False, True))


def test_the_right_one_comes_first_as_often_as_second():
    replies = [example.reply for example in drawn(one_person(), 2000)]
    assert replies.count("The first.") == pytest.approx(replies.count("The second."), rel=0.25)


def test_an_item_of_which_a_facet_is_not_known_is_never_the_wrong_one_for_it():
    # The Shining has no mood.
    for example in drawn(one_person(), 1000):
        if len(asked(example).items) == 2 and "something tense" in asked(example).text:
            assert "shining" not in asked(example).items


def test_what_was_liked_next_is_described_and_the_last_likes_are_left_to_measure_by():
    catalog = one_person()
    following = {
        tuple(asked(example).items): example.reply for example in drawn(catalog) if len(asked(example).items) == 3
    }
    assert following == {
        ("godfather", "casino", "heat"): described(catalog["alien"], "film"),
        ("casino", "heat", "alien"): described(catalog["runner"], "film"),
    }


def test_a_description_says_mood_decade_director_genre_and_story_but_no_title():
    heat = tiny_catalog()["heat"]
    text = described(heat, "film")
    assert text.startswith("A tense film from the 1990s by Michael Mann. It is a crime film.")
    assert text.endswith("A crime film about heist.")
    assert "Heat" not in text


def test_an_item_of_which_nothing_is_known_is_still_called_what_it_is():
    assert described(Item("x", "X"), "film") == "A film."


def test_the_same_seed_draws_the_same_examples():
    catalog = one_person()
    assert drawn(catalog, 50) == drawn(catalog, 50) != drawn(catalog, 50, seed=1)


def test_without_ratings_and_stories_there_are_examples_all_the_same():
    bare = Catalog("bare", tuple(replace(item, description="") for item in tiny_catalog()))
    assert len(drawn(bare, 50)) == 50


def test_held_out_films_are_not_learned_from():
    catalog = one_person()
    kept = learnable(catalog)
    assert {item.id for item in catalog} - {item.id for item in kept} == {
        item.id for item in catalog if held_out(item.id)
    }
    assert 0 < len(kept) < len(catalog)
    ids = {item_id for example in islice(examples(kept, random.Random(0)), 300) for item_id in asked(example).items}
    assert ids <= {item.id for item in kept}


def test_examples_of_one_catalogue_are_drawn_from_its_items_alone():
    few = replace(one_person(), items=one_person().items[:4])
    found = {item_id for number in range(50) for item_id in asked(Aligning(few).draw(random.Random(number))).items}
    assert found <= {item.id for item in few}


def test_a_frozen_model_learns_of_items_through_their_soft_tokens_alone():
    """Its weights stay as they are, and without the tokens, or with another item's, it knows less."""
    catalog = tiny_catalog()
    known = features(catalog, np.eye(12, dtype=np.float32), collaborative(catalog, 3))
    language, tokenizer = tiny_llama().requires_grad_(False), byte_tokenizer()
    torch.manual_seed(0)
    shape = AdapterShape(12, 3, tokens=2, hidden=32, inner=32, layers=2, heads=2, model_dim=32)
    adapter = ItemAdapter(shape, token_size(language)).train()
    soften = softener(adapter, known)
    model = DialogueModel(language, tokenizer, Weaver(tokenizer, known.rows, 2), soften, 2)
    before = {name: weights.clone() for name, weights in language.state_dict().items()}
    letters = [
        Example((Message("user", "{1}?", (item.id,)),), letter)
        for item, letter in zip(catalog.items[:4], "wxyz", strict=True)
    ]
    optimizer = torch.optim.AdamW(adapter.parameters(), lr=1e-3)
    for _ in range(150):
        optimizer.zero_grad()
        model.reply_losses(letters).mean().backward()
        optimizer.step()
    adapter.eval()

    def loss(tokens: Soften) -> float:
        model.soften = tokens
        with torch.inference_mode():
            return model.reply_losses(letters).mean().item()

    own = loss(soften)
    assert loss(lambda rows: torch.zeros_like(soften(rows))) > 2 * own
    assert loss(lambda rows: soften((rows + 1) % 4)) > 2 * own
    assert all(torch.equal(weights, before[name]) for name, weights in language.state_dict().items())
