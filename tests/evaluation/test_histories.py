import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.histories import Pair, from_folder, last_likes, load
from tests.evaluation.worlds import rows, write_folder


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "bits")


def test_a_folder_gives_items_with_their_attributes_by_name(folder):
    item = from_folder(folder).catalog["5"]
    assert (item.title, item.facets) == ("Item 5", {"attribute": ("music", "bit0", "bit2")})


def test_training_and_held_out_pairs_stay_apart(folder):
    histories = from_folder(folder)
    assert histories.pairs("valid")[:2] == (Pair("0", "7"), Pair("0", "9"))
    liked = {
        (histories.users[row], histories.catalog.items[column].id)
        for row, column in zip(*histories.liked.nonzero(), strict=True)
    }
    assert liked == {("0", "1"), ("0", "3"), ("0", "5"), ("1", "2"), ("1", "4")}


def test_a_test_split_is_read_where_there_is_one(folder):
    with pytest.raises(ValueError, match="no split 'test' here; there is valid"):
        from_folder(folder).pairs("test")
    rows(folder / "test.jsonl", [{"user": 1, "items": [12]}])
    assert from_folder(folder).pairs("test") == (Pair("1", "12"),)


def test_items_do_not_stand_in_the_order_of_their_numbers_but_always_in_the_same(folder):
    ids = [item.id for item in from_folder(folder).catalog]
    assert ids != sorted(ids, key=int)
    assert ids == [item.id for item in from_folder(folder).catalog]


def test_popularity_is_that_of_training(folder):
    catalog = from_folder(folder).catalog
    assert catalog["7"].popularity == 0
    assert catalog["1"].popularity == 1


def test_a_missing_file_and_a_broken_line_are_named(folder):
    (folder / "train.jsonl").write_text('{"user": 0, "items": [1]}\n{"user":\n', encoding="utf-8")
    with pytest.raises(ValueError, match="train.jsonl, line 2"):
        from_folder(folder)
    (folder / "train.jsonl").unlink()
    with pytest.raises(ValueError, match="no train.jsonl in"):
        from_folder(folder)


def test_rows_without_the_expected_fields_are_refused(folder):
    rows(folder / "items.jsonl", [{"id": 1}])
    with pytest.raises(ValueError, match="not in the format of the multi-round benchmarks: no"):
        from_folder(folder)


def test_what_is_neither_folder_nor_catalogue_is_named(tmp_path):
    with pytest.raises(ValueError, match="'nowhere' is no folder"):
        load("nowhere", tmp_path)


def rated(*ratings):
    ids = sorted({item for _, item, _, _ in ratings})
    table = pd.DataFrame(list(ratings), columns=list(RATING_COLUMNS))
    return Catalog("rated", tuple(Item(item_id, item_id) for item_id in ids), ratings=table)


def test_the_last_two_likes_of_a_person_are_held_out():
    catalog = rated(
        ("ann", "a", 5.0, 1), ("ann", "b", 4.0, 2), ("ann", "c", 2.0, 3), ("ann", "d", 4.5, 4), ("ann", "e", 5.0, 5)
    )
    histories = last_likes(catalog)
    assert histories.pairs("valid") == (Pair("ann", "d"),)
    assert histories.pairs("test") == (Pair("ann", "e"),)
    assert histories.liked.sum() == 2
    assert histories.known.sum() == 3


def test_nothing_that_came_after_what_is_held_out_is_training():
    catalog = rated(("ann", "a", 5.0, 1), ("ann", "b", 5.0, 2), ("ann", "c", 5.0, 3), ("ann", "d", 1.0, 9))
    assert set(last_likes(catalog).catalog.ratings["item"]) == {"a"}


def test_people_with_few_likes_only_train():
    histories = last_likes(rated(("bob", "a", 5.0, 1), ("bob", "b", 5.0, 2)))
    assert histories.pairs("valid") == ()
    assert histories.liked.sum() == 2
