import numpy as np
import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.queries import held_out
from finetune.lessons import Lessons
from finetune.requests import dev_pool, written
from finetune.training import STAGES


@pytest.fixture(scope="module")
def lessons():
    """Films that written requests name, development films, held-out ones, and some without a description."""
    asked = sorted({item_id for request in written()[:40] for item_id in request.relevant})
    ids = [*asked, *sorted(dev_pool())[:5], *[f"tt{number:07}" for number in range(40)]]
    told = {item_id: "A man waits." for item_id in asked}
    items = tuple(Item(i, f"Film {i}", 1990, {"genre": ("Drama",)}, description=told.get(i, "")) for i in ids)
    ratings = pd.DataFrame([("u", i, 5.0, second) for second, i in enumerate(asked)], columns=list(RATING_COLUMNS))
    return Lessons(Catalog("films", items, ratings=ratings), 16)


def test_nothing_is_learned_of_films_that_are_held_out_or_of_the_development_set(lessons):
    ids = {item.id for item in (*lessons.items, *lessons.pool)}
    assert ids
    assert not any(map(held_out, ids))
    assert not ids & dev_pool()


def test_films_with_a_description_come_first_in_the_pool(lessons):
    described = [bool(item.description) for item in lessons.pool]
    assert described == sorted(described, reverse=True)
    assert not all(described)


def test_requests_and_parts_of_films_are_among_the_texts_each_once(lessons):
    texts = lessons.texts
    assert written()[0].text in texts
    assert "A man waits." in texts
    assert len(texts) > 5000


def test_the_teacher_gives_unit_vectors_of_as_many_dimensions_as_asked(lessons):
    vectors = lessons.teach(["a quiet film", "a loud one"])
    assert vectors.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_every_stage_has_an_objective(lessons):
    assert set(lessons.objectives(tower=None)) == set(STAGES)
