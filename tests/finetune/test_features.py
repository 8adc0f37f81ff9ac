from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from finetune.features import Collaborative, collaborative, features

SPACE, CITY = ("s1", "s2", "s3"), ("c1", "c2", "c3")
TEXTS = np.eye(8, 4, dtype=np.float32)


def two_tastes():
    """Five people like the space films and five the city films; one film is liked by two, one by nobody."""
    pairs = [(f"a{n}", film) for n in range(5) for film in SPACE] + [(f"b{n}", film) for n in range(5) for film in CITY]
    pairs += [("a0", "rare"), ("b0", "rare")]
    rows = [(person, film, 5.0, place) for place, (person, film) in enumerate(pairs)]
    ids = (*SPACE, *CITY, "rare", "new")
    items = tuple(Item(item_id, item_id) for item_id in ids)
    return Catalog("two", items, ratings=pd.DataFrame(rows, columns=list(RATING_COLUMNS)))


def test_films_that_the_same_people_like_lie_together_and_others_apart():
    found = collaborative(two_tastes(), dimensions=2)
    cosines = found.vectors @ found.vectors.T
    np.testing.assert_allclose(cosines[:3, :3], 1.0, atol=1e-5)
    np.testing.assert_allclose(cosines[:3, 3:], 0.0, atol=1e-5)


def test_a_film_that_fewer_than_three_people_like_is_cold():
    catalog = two_tastes()
    assert collaborative(catalog).ids == (*SPACE, *CITY)
    found = features(catalog, TEXTS, collaborative(catalog, 2))
    assert found.cold.tolist() == [False] * 6 + [True] * 2
    assert not found.matrix[found.rows["rare"], 4:].any()


def test_low_ratings_are_no_likes():
    catalog = two_tastes()
    assert collaborative(replace(catalog, ratings=catalog.ratings.assign(rating=3.0))).ids == ()


def test_the_order_of_the_ratings_does_not_matter():
    catalog = two_tastes()
    shuffled = replace(catalog, ratings=catalog.ratings.iloc[::-1])
    first, second = collaborative(catalog, 2), collaborative(shuffled, 2)
    np.testing.assert_allclose(first.vectors, second.vectors, atol=1e-6)


def many_tastes():
    rng = np.random.default_rng(0)
    rows = [(f"p{p}", f"i{i}", 5.0, 0) for p in range(40) for i in range(30) if rng.random() < 0.4]
    items = tuple(Item(f"i{i}", "any") for i in range(30))
    return Catalog("any", items, ratings=pd.DataFrame(rows, columns=list(RATING_COLUMNS)))


def test_vectors_have_length_one_and_as_many_dimensions_as_were_asked_for():
    found = collaborative(many_tastes(), 5)
    assert found.vectors.shape == (30, 5)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-5)


def test_the_strongest_dimensions_alone_give_the_vectors_that_all_of_them_would(monkeypatch):
    exact = collaborative(many_tastes(), 5)
    monkeypatch.setattr("finetune.features._DENSE", 0)
    np.testing.assert_allclose(collaborative(many_tastes(), 5).vectors, exact.vectors, atol=1e-4)


def test_dimensions_that_the_likes_do_not_fill_are_zero():
    found = collaborative(two_tastes(), dimensions=10)
    assert found.vectors.shape == (6, 10)
    assert not found.vectors[:, 6:].any()


def test_features_stand_in_the_order_of_the_catalogue_text_first_and_the_flag_last():
    catalog = two_tastes()
    known = collaborative(catalog, 2)
    found = features(catalog, TEXTS, known)
    assert found.ids == tuple(item.id for item in catalog)
    assert (found.text_dim, found.matrix.shape) == (4, (8, 4 + 2 + 1))
    np.testing.assert_array_equal(found.matrix[:, :4], TEXTS)
    np.testing.assert_array_equal(found.matrix[3, 4:6], known.vectors[3])
    assert found.rows["c1"] == 3


def test_an_item_added_later_stands_at_the_end_and_is_cold():
    catalog = two_tastes()
    before = features(catalog, TEXTS, collaborative(catalog, 2))
    grown = before.with_items(["added"], np.full((1, 4), 0.5, dtype=np.float32))
    assert grown.rows["added"] == len(catalog)
    assert grown.cold[-1]
    assert grown.matrix[-1].tolist() == [0.5] * 4 + [0.0] * 3
    assert len(before.matrix) == len(catalog)


def test_what_is_saved_is_loaded_with_its_ids_and_nearly_its_vectors(tmp_path):
    found = collaborative(two_tastes(), 2)
    found.save(tmp_path / "likes")
    loaded = Collaborative.load(tmp_path / "likes")
    assert loaded.ids == found.ids
    np.testing.assert_allclose(loaded.vectors, found.vectors, atol=1e-3)


def test_saved_vectors_do_not_follow_ratings_that_came_later(tmp_path):
    catalog = two_tastes()
    collaborative(catalog, 2).save(tmp_path / "likes")
    later = replace(catalog, ratings=catalog.ratings.iloc[:0])
    found = features(later, TEXTS, Collaborative.load(tmp_path / "likes"))
    assert not found.cold[found.rows["s1"]]


def test_a_folder_without_vectors_is_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere"):
        Collaborative.load(tmp_path / "nowhere")


def test_more_ids_than_vectors_are_refused(tmp_path):
    collaborative(two_tastes(), 2).save(tmp_path / "likes")
    (tmp_path / "likes" / "collaborative.json").write_text('["s1"]', encoding="utf-8")
    with pytest.raises(ValueError, match="6 collaborative vectors .* 1 ids"):
        Collaborative.load(tmp_path / "likes")
