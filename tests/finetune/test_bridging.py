import random

import numpy as np
import torch

from finetune.adapter import AdapterShape, ItemAdapter
from finetune.bridging import Bridging, item_words
from finetune.features import collaborative, features
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

CATALOG = tiny_catalog()
SHAPE = AdapterShape(text_dim=12, collaborative_dim=2, tokens=4, hidden=16, inner=32, layers=1, heads=2, model_dim=32)


def bridging(adapter):
    """Items whose texts are as unlike as can be."""
    texts = np.eye(len(CATALOG), SHAPE.text_dim, dtype=np.float32)
    known = features(CATALOG, texts, collaborative(CATALOG, SHAPE.collaborative_dim))
    words = tiny_llama().get_input_embeddings()
    return Bridging(adapter, known, CATALOG.items, words, byte_tokenizer())


def adapter():
    torch.manual_seed(0)
    return ItemAdapter(SHAPE, size=0.6)


def test_each_token_has_its_part_of_an_item():
    title, kind, about, people = item_words(CATALOG["heat"], 4)
    assert title == "Heat"
    assert set(CATALOG["heat"].facets["genre"][:4]) <= set(kind.split(" "))
    assert CATALOG["heat"].facets["theme"][0] in about
    assert item_words(CATALOG["heat"], 5)[4] == title


def test_soft_tokens_come_to_lie_where_the_words_of_their_item_are():
    learner = adapter()
    task, optimizer = bridging(learner), torch.optim.AdamW(learner.parameters(), lr=3e-3)
    before = task.loss(random.Random(9), 12).item()
    for step in range(60):
        optimizer.zero_grad()
        task.loss(random.Random(step), 12).backward()
        optimizer.step()
    assert task.loss(random.Random(9), 12).item() < before / 2


def test_the_same_draw_has_the_same_loss():
    task = bridging(adapter().eval())
    first, second, other = (task.loss(random.Random(seed), 4).item() for seed in (1, 1, 2))
    assert first == second
    assert first != other
