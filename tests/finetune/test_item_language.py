import random

import numpy as np
import pytest
import torch

from catalog.items import Item
from finetune.adapter import AdapterShape, ItemAdapter, token_size
from finetune.features import collaborative, features
from finetune.item_language import (
    WORDS,
    ItemLanguage,
    ItemReader,
    best_pair,
    best_query,
    contrast,
    generation,
    hidden_twins,
    speaking_mask,
    text_recall,
    told,
)
from retrieval.embed import item_text
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

SHAPE = AdapterShape(text_dim=12, collaborative_dim=3, tokens=2, hidden=32, inner=32, layers=2, heads=2, model_dim=32)
CATALOG = tiny_catalog()
HISTORIES = [["godfather", "casino", "heat"], ["alien", "runner", "shining"], ["toys", "up", "groundhog", "amelie"]]


def twelve():
    """The features of the twelve films: each has a text vector of its own."""
    return features(CATALOG, np.eye(12, dtype=np.float32), collaborative(CATALOG, 3))


@pytest.fixture
def reader():
    language = tiny_llama()
    torch.manual_seed(0)
    return ItemReader(ItemAdapter(SHAPE, token_size(language), reads=True), language, byte_tokenizer()).eval()


@pytest.fixture
def lessons(reader):
    return ItemLanguage(reader, twelve(), CATALOG.items, HISTORIES)


def seeded(number=1):
    torch.manual_seed(number)
    return random.Random(number)


def numbers(*rows):
    return torch.from_numpy(twelve().matrix[list(rows)])


def spoken(reader, text, row=0):
    with torch.inference_mode():
        return reader.speaking(numbers(row), reader.tokens([text]))[0]


def test_the_queries_are_blind_to_what_is_spoken_and_words_to_what_follows():
    mask = speaking_mask(torch.tensor([[True, True, True, False]]), queries=2)[0]
    assert mask.int().tolist() == [
        [1, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1, 0],
        [1, 1, 1, 1, 1, 0],
    ]


def test_a_word_is_predicted_from_those_before_it_alone(reader):
    # The fourth vector predicts the fourth letter: it may know "abc" and no more.
    one, other = spoken(reader, "abcdef"), spoken(reader, "abcxyz")
    torch.testing.assert_close(one[:4], other[:4])
    assert (one[4:] - other[4:]).abs().amax(dim=-1).min() > 1e-3


def test_what_is_spoken_depends_on_the_item_from_the_first_word_on(reader):
    one, other = spoken(reader, "abcdef", row=0), spoken(reader, "abcdef", row=3)
    assert (one - other).abs().amax(dim=-1).min() > 1e-4


def test_the_queries_give_the_same_states_whatever_is_spoken(reader):
    ids, real = reader.tokens(["abcdef", "uvwxyz"])
    items = numbers(0, 0)
    states = torch.cat([reader.adapter.asked(2), reader._embedded(ids, 1)], dim=1)
    marked = torch.ones(2, real.shape[1] + 1, dtype=torch.bool)
    found = reader.adapter.attended(states, *reader.adapter.inputs(items), speaking_mask(marked, 2))
    torch.testing.assert_close(found[0, :2], found[1, :2])
    torch.testing.assert_close(found[0, :2], reader.adapter.looked(items)[0])


def test_matching_lets_the_queries_see_the_text(reader):
    logits = reader.matching(numbers(0, 0), reader.tokens(["a heist", "a spring"]))
    assert (logits[0] - logits[1]).abs().max() > 1e-4


def test_a_text_reads_the_same_whatever_it_was_padded_with(reader):
    alone = reader.texts(reader.tokens(["heat"]))
    beside = reader.texts(reader.tokens(["heat", "a much longer text than that"]))
    torch.testing.assert_close(alone, beside[:1])


def test_long_texts_are_cut(reader):
    ids, real = reader.tokens(["x" * 100, "y"])
    assert ids.shape == (2, WORDS)
    assert real.sum(1).tolist() == [WORDS, 1]


def test_the_token_embeddings_are_neither_trained_nor_saved(reader):
    assert not reader.table.requires_grad
    assert [name for name in reader.state_dict() if "table" in name] == []
    vocabulary = len(byte_tokenizer())
    assert [name for name, weights in reader.named_parameters() if vocabulary in weights.shape] == []


def test_a_sure_and_right_matrix_costs_nothing_and_an_even_one_the_logarithm_of_its_size():
    assert contrast(100 * torch.eye(4)) < 1e-6
    torch.testing.assert_close(contrast(torch.zeros(4, 4)), torch.tensor(4.0).log())


def test_the_query_that_fits_best_counts():
    queries = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[-1.0, 0.0], [0.6, 0.8]]])
    texts = torch.tensor([[0.0, 1.0]])
    torch.testing.assert_close(best_query(queries, texts), torch.tensor([[1.0], [0.8]]))
    torch.testing.assert_close(best_pair(queries[:1], queries[1:]), torch.tensor([[0.8]]))


def test_pairs_that_are_right_elsewhere_in_the_batch_are_not_counted_as_wrong():
    # Items 1 and 2 were liked together, and 3 and 1; 2 and 3 were not.
    found = hidden_twins(torch.zeros(2, 2), [1, 3], [2, 1])
    assert found.isinf().tolist() == [[False, True], [False, False]]


def test_a_pair_that_occurs_twice_is_not_its_own_wrong_pair():
    found = hidden_twins(torch.zeros(3, 3), [1, 1, 4], [2, 2, 5])
    assert found.isinf().tolist() == [[False, True, False], [True, False, False], [False, False, False]]


@pytest.mark.parametrize("name", ["contrast", "matching", "generation", "likes"])
def test_every_loss_falls_by_a_step_against_its_gradient(reader, lessons, name):
    before = lessons.losses(seeded(), 8)[name]
    before.backward()
    with torch.no_grad():
        for weights in reader.parameters():
            if weights.grad is not None:
                weights -= 0.01 * weights.grad
    assert lessons.losses(seeded(), 8)[name] < before


def test_the_same_seed_gives_the_same_loss_and_another_one_another(reader, lessons):
    reader.train()
    first, second, other = (lessons.loss(seeded(number), 6).item() for number in (1, 1, 2))
    assert first == second != other


def test_nobody_s_likes_teach_nothing_of_likes(reader):
    assert "likes" not in ItemLanguage(reader, twelve(), CATALOG.items, [["heat"]]).losses(seeded(), 4)


def test_items_that_may_not_be_seen_are_not_drawn(reader):
    few = CATALOG.items[:5]
    lessons = ItemLanguage(reader, twelve(), few, HISTORIES)
    drawn = {item.id for number in range(20) for item in lessons._drawn(random.Random(number), 4)}
    assert drawn <= {item.id for item in few}
    assert lessons._histories == [["godfather", "casino", "heat"], ["alien", "runner"]]


def test_a_batch_holds_no_item_twice(lessons):
    ids = [item.id for item in lessons._drawn(random.Random(0), 12)]
    assert len(set(ids)) == len(ids) == 12


def test_what_is_told_of_an_item_holds_for_it_and_stands_in_its_catalogue():
    heat = CATALOG["heat"]
    for number in range(50):
        text = told(heat, random.Random(number))
        assert text
        for part in text.split(". "):
            facet, _, values = part.partition(": ")
            if values:
                assert set(values.split(", ")) <= set(heat.facets[facet])
            else:
                assert part.strip(".") in (heat.label, heat.description.strip("."))


def test_a_title_is_told_even_where_nothing_else_is_known():
    assert {told(Item("x", "Heat"), random.Random(number)) for number in range(20)} == {"Heat"}


def test_a_speaker_is_sure_of_the_only_token_there_is(reader):
    assert generation(reader, numbers(0), reader.tokens(["aaaa"])).item() == pytest.approx(0.0, abs=1e-6)


def test_after_some_steps_texts_find_their_items(reader, lessons):
    before = text_recall(reader, twelve(), CATALOG.items)(1)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=3e-3)
    reader.train()
    for number in range(60):
        optimizer.zero_grad()
        lessons.loss(seeded(number), 12).backward()
        optimizer.step()
    recall = text_recall(reader, twelve(), CATALOG.items)
    assert before < 0.4
    assert recall(1) > 10 / 12
    assert recall(12) == 1.0
    # Neither the text nor the item alone gives that away.
    assert text_recall(reader, twelve(), CATALOG.items, lambda item: "a film")(1) < 0.2


def test_what_is_learned_with_texts_makes_the_same_soft_tokens_without_them(reader, tmp_path):
    reader.adapter.save(tmp_path / "adapter")
    loaded = ItemAdapter.load(tmp_path / "adapter")
    items = numbers(*range(12))
    torch.testing.assert_close(loaded(items), reader.adapter(items), atol=2e-2, rtol=1e-2)


def test_an_item_text_without_a_description_is_read_too(reader):
    assert reader.texts(reader.tokens([item_text(Item("x", "Heat"))])).isfinite().all()
