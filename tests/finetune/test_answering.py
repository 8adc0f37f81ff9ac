import math
import random

import numpy as np
import pytest
import torch

from catalog.items import Item
from finetune.answering import Answering, AnsweringConfig, contrast
from finetune.requests import Request
from retrieval.tower import Shape, Tower
from tests.tiny_model import byte_tokenizer, tiny_llama

POOL = (
    Item("shark", "Shark", facets={"mood": ("tense", "scary"), "genre": ("Thriller",)}, description="A shark hunts."),
    Item("ghost", "Ghost", facets={"mood": ("tense", "scary"), "genre": ("Horror",)}, description="A ghost walks."),
    Item("clown", "Clown", facets={"mood": ("silly",), "genre": ("Comedy",)}, description="A clown falls."),
    Item("bank", "Bank", facets={"mood": ("tense",), "genre": ("Crime",)}, description="Men rob a bank."),
    Item("bare", "Bare", facets={"genre": ("Drama",)}),
)
IDS = [item.id for item in POOL]


@pytest.fixture
def tower():
    torch.manual_seed(0)
    return Tower(tiny_llama(), byte_tokenizer(), Shape("tiny", 2, 8, 60)).eval()


def answering(tower, *requests, teach=None, **knobs):
    config = AnsweringConfig(**({"shares": {"written": 1.0}} | knobs))
    return Answering(tower, POOL, {"written": requests}, teach, config)


def counted(tower, request):
    relevant, counts = answering(tower, request)._mask(request)
    return [IDS[row] for row in np.flatnonzero(relevant)], [IDS[row] for row in np.flatnonzero(counts)]


def written(kind, relevant, judged, wrong=()):
    return Request("tense please", kind, frozenset(relevant), frozenset(wrong), judged=frozenset(judged))


def test_a_half_remembered_plot_is_answered_by_nothing_else(tower):
    found = counted(tower, written("memory", ["shark"], ["shark", "clown"]))
    assert found == (["shark"], IDS)


def test_what_the_author_did_not_judge_does_not_count_where_it_may_answer_too(tower):
    _, counts = counted(tower, written("mood", ["shark", "ghost"], ["shark", "ghost", "clown"]))
    assert counts == ["shark", "ghost", "clown"]  # the bank is tense as well; nothing is known of the bare one


def test_one_answer_of_many_spares_those_that_share_two_moods_with_it(tower):
    _, counts = counted(tower, written("mood", ["shark"], ["shark", "ghost", "clown", "bank"]))
    assert counts == ["shark", "clown", "bank"]


def test_what_a_careless_reader_would_take_always_counts(tower):
    _, counts = counted(tower, written("mood", ["shark"], ["shark", "ghost", "clown"], wrong=["ghost"]))
    assert "ghost" in counts


def test_facts_are_judged_within_the_authors_list_alone(tower):
    assert counted(tower, written("facts", ["shark"], ["shark", "bank"])) == (["shark"], ["shark", "bank"])


def test_what_a_person_liked_besides_counts_neither_way(tower):
    request = Request("I liked A and B", "liked", frozenset({"clown"}), spared=frozenset({"clown", "bank"}))
    assert counted(tower, request) == (["clown"], ["shark", "ghost", "clown", "bare"])


def test_the_loss_is_the_surprise_at_each_answer_among_what_counts():
    scores = torch.tensor([[2.0, 1.0, 0.0, 9.0]])
    relevant = torch.tensor([[True, True, False, False]])
    counts = torch.tensor([[True, True, True, False]])
    expected = (math.log(1 + math.exp(0 - 2)) + math.log(1 + math.exp(0 - 1))) / 2
    assert contrast(scores, relevant, counts).item() == pytest.approx(expected)


def test_the_same_seed_gives_the_same_loss(tower):
    losses = []
    for _ in range(2):
        torch.manual_seed(0)
        objective = answering(tower, written("memory", ["shark"], IDS))
        losses.append(objective.loss(tower, random.Random(0), 2).item())
    assert losses[0] == losses[1]


def test_steps_bring_a_request_nearer_to_its_answer_than_to_the_rest(tower):
    request = Request("the one with the fish", "memory", frozenset({"shark"}))
    objective, rng = answering(tower, request), random.Random(0)
    optimizer = torch.optim.Adam(tower.parameters(), lr=0.003)
    for _ in range(30):
        optimizer.zero_grad()
        objective.loss(tower, rng, 2).backward()
        optimizer.step()
    cosines = tower.encode([request.text]) @ tower.encode_items(POOL).T
    assert IDS[int(cosines.argmax())] == "shark"


def test_leaving_the_teacher_costs(tower):
    request = written("memory", ["shark"], IDS)
    opposite = lambda texts: -tower.encode(texts)  # noqa: E731
    free = answering(tower, request).loss(tower, random.Random(0), 1).item()
    held = answering(tower, request, teach=opposite, kept=0.5).loss(tower, random.Random(0), 1).item()
    assert held == pytest.approx(free + 0.5 * 2, abs=1e-3)


def test_parts_that_got_no_gradient_keep_their_vectors(tower):
    objective = answering(tower, written("memory", ["shark"], IDS), fresh=2)
    objective.refresh(tower)
    before = objective._table.clone()
    with torch.no_grad():
        tower.head.weight.mul_(-1)
    objective.loss(tower, random.Random(0), 1)
    assert ((objective._table - before).abs().max(1).values > 1e-6).sum() == 2


def test_requests_are_drawn_from_every_source_that_is_there(tower):
    sources = {"written": [written("memory", ["shark"], IDS)], "redial": [Request("hi", "redial", frozenset({"bank"}))]}
    objective = Answering(tower, POOL, sources, None, AnsweringConfig(shares={"written": 1, "redial": 1, "liked": 1}))
    assert {objective._draw(random.Random(seed)).kind for seed in range(20)} == {"memory", "redial"}
