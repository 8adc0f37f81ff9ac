import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation import next_item, rivals
from evaluation.next_item import LAST, TEMPORAL, Case, Split
from evaluation.sasrec import SASRecConfig, Source
from tests.evaluation.tastes import three_tastes

LETTERS = "abcdefghij"


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def catalog(rows):
    """Ten items, rated by (user, letters in order, second of the first), one a second, highly but for ``x``."""
    ratings = [
        (user, letter, 5.0 if number else 1.0, first + number)
        for user, letters, first in rows
        for number, letter in enumerate(letters)
    ]
    items = tuple(Item(letter, letter.upper()) for letter in LETTERS)
    return Catalog("letters", items, ratings=pd.DataFrame(ratings, columns=list(RATING_COLUMNS)))


def letters(places):
    return "".join(LETTERS[place] for place in places)


def told(cases):
    return {(case.user, letters(case.history), LETTERS[case.target]) for case in cases}


PEOPLE = catalog([("ann", "abcdef", 0), ("bob", "fedcba", 100), ("cat", "ghij", 200)])


def test_the_last_two_of_everybody_are_held_out_and_a_target_follows_at_least_three():
    split = next_item.split_of(PEOPLE, LAST)
    assert [letters(places) for places in split.train] == ["abcd", "fedc", "gh"]
    assert told(split.valid) == {("ann", "abcd", "e"), ("bob", "fedc", "b")}
    assert told(split.test) == {("ann", "abcde", "f"), ("bob", "fedcb", "a"), ("cat", "ghi", "j")}


def test_likes_leave_the_other_ratings_out():
    split = next_item.split_of(PEOPLE, LAST, likes=True)
    assert told(split.test) == {("ann", "bcde", "f"), ("bob", "edcb", "a")}


def test_ratings_of_one_second_are_ordered_by_item_whatever_their_order_in_the_table():
    ratings = PEOPLE.ratings.assign(seconds=0)
    for shuffled in (ratings, ratings.sample(frac=1.0, random_state=0)):
        split = next_item.split_of(Catalog("letters", PEOPLE.items, ratings=shuffled), LAST)
        assert told(split.test) == {("ann", "abcde", "f"), ("bob", "abcde", "f"), ("cat", "ghi", "j")}


def test_a_cut_in_time_trains_on_nothing_after_it_and_tells_strangers_after_their_first_three():
    rows = [
        ("ann", "abcdefgh", 0),
        ("bob", "abcdefgh", 50),
        ("cat", "abcd", 100),
        ("ann", "i", 200),
        ("dan", "abcde", 300),
    ]
    split = next_item.split_of(catalog(rows), TEMPORAL)
    # Of 26 ratings the 21st is that of second 200, and the 23rd that of second 301.
    assert [letters(places) for places in split.train] == ["abcdefgh", "abcdefgh", "abcd"]
    assert told(split.valid) == {("ann", "abcdefgh", "i")}
    assert told(split.test) == {("dan", "abc", "d"), ("dan", "abcd", "e")}


def test_what_is_foretold_is_never_in_the_history_and_all_that_came_before_is():
    for name in next_item.SPLITS:
        split = next_item.split_of(catalog([("ann", "abcdefghij", 0), ("bob", "jihgfedcba", 3)]), name)
        for case in (*split.valid, *split.test):
            order = LETTERS if case.user == "ann" else LETTERS[::-1]
            assert letters(case.met) == order[: order.index(LETTERS[case.target])]


def test_no_more_than_twenty_targets_a_person_evenly_spread():
    assert next_item._spread(5, 8) == [5, 6, 7] and next_item._spread(5, 5) == []
    many = next_item._spread(10, 1000)
    assert len(set(many)) == 20 and (many[0], many[-1]) == (10, 999)


def test_too_few_ratings_are_an_error():
    with pytest.raises(ValueError, match="4 ratings leave nothing"):
        next_item.split_of(catalog([("ann", "abcd", 0)]), LAST)
    with pytest.raises(ValueError, match="0 ratings"):
        next_item.split_of(catalog([]), TEMPORAL)


def test_cold_items_are_neither_learned_nor_looked_at_and_are_the_only_targets(monkeypatch):
    monkeypatch.setattr(next_item, "held_out", lambda item_id: item_id in "bef")
    split = next_item.cold(next_item.split_of(PEOPLE, LAST), PEOPLE)
    assert [letters(places) for places in split.train] == ["acd", "dc", "gh"]
    assert told(split.valid) == {("ann", "acd", "e"), ("bob", "dc", "b")}
    assert told(split.test) == {("ann", "acd", "f")}
    assert letters(split.test[0].met) == "abcde"


def test_about_a_quarter_of_all_ids_held_out_and_always_the_same():
    drawn = [next_item.held_out(f"tt{number:07}") for number in range(2000)]
    assert 0.22 < np.mean(drawn) < 0.28
    assert next_item.held_out("tt0109830") is next_item.held_out("tt0109830")


def case(met, target, user="ann"):
    places = np.array([LETTERS.index(letter) for letter in met], dtype=int)
    return Case(user, places, places, LETTERS.index(target))


def test_ranks_of_popularity_by_hand():
    train = tuple(np.array([LETTERS.index(letter) for letter in word]) for word in ("abcd", "abc", "ab", "ab"))
    split = Split("hand", 10, train, (), ())
    cases = [case("", "a"), case("", "c"), case("ab", "d"), case("a", "j")]
    # a and b tie, and the other one counts as before; the last six tie, and nine new items are left without a.
    assert next_item.ranks(next_item.popularity(split), cases).tolist() == [2, 3, 2, 9]


def test_recall_and_ndcg_by_hand_are_means_of_people():
    ordered = np.arange(20.0)[::-1]
    cases = [
        Case(user, np.array([], int), np.array([], int), target) for user, target in (("b", 0), ("b", 10), ("a", 2))
    ]
    found = next_item.measure(lambda histories: np.tile(ordered, (len(histories), 1)), cases)
    assert np.allclose(found, [[0.5, 0.5], [1.0, 0.5]])


def test_ease_over_people_is_ease_over_items():
    histories = three_tastes()
    liked = histories.liked
    train = tuple(liked.indices[start:end] for start, end in zip(liked.indptr, liked.indptr[1:], strict=False))
    columns, weights = rivals._ease(liked)
    score = next_item.ease(Split("tastes", liked.shape[1], train, (), ()), rivals._EASE_PENALTY)
    assert np.allclose(score(train)[:, columns], liked.toarray()[:, columns] @ weights, atol=1e-5)


FAST = SASRecConfig(width=8, history=8, batch=8, rate=1e-2, dropout=0.0, epochs=12, patience=12)


def alphabet(people=30):
    """Everybody goes through the alphabet from some letter on, in a circle."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(people):
        start, length = int(rng.integers(10)), int(rng.integers(6, 9))
        rows.append((f"user{number:02}", (LETTERS * 2)[start : start + length], 100 * number))
    return catalog(rows)


def test_sasrec_learns_the_alphabet_and_popularity_does_not():
    split = next_item.split_of(alphabet(), LAST)
    result = next_item.learned(split, "ids", Source(10), [FAST], [0, 1])
    assert result.values.shape == (30, 2) and result.values[:, 1].mean() > 0.8
    popular, ease = next_item.baselines(split)
    assert popular.values[:, 1].mean() < 0.7 and ease.setting.startswith("penalty")


def test_the_best_setting_is_chosen_on_valid_and_named():
    split = next_item.split_of(alphabet(), LAST)
    untrained = SASRecConfig(width=8, history=8, epochs=0)
    result = next_item.learned(split, "ids", Source(10), [untrained, FAST], [0])
    assert "epochs 12" in result.setting and result.valid > 0.8


def test_the_command_prints_a_table_and_writes_the_same_figures_each_time(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(next_item, "load_catalog", lambda home, name: alphabet())
    monkeypatch.setattr(next_item, "TRIED", (replace(FAST, epochs=2),))
    monkeypatch.setattr(next_item, "held_out", lambda item_id: item_id in "adgj")
    vectors = tmp_path / "letters.safetensors"
    save_file({"keys": np.arange(10), "vectors": np.eye(10, dtype=np.float16)}, vectors)
    command = ["--vectors", f"eye={vectors}", "--splits", LAST, "--seeds", "3", "--cold"]
    for name in ("one.json", "two.json"):
        next_item.main([*command, "--out", str(tmp_path / name)])
    rows = json.loads((tmp_path / "one.json").read_text())
    assert (tmp_path / "two.json").read_text() == (tmp_path / "one.json").read_text()
    systems = ["popularity", "EASE", "SASRec, ids", "SASRec, eye", "SASRec, eye + ids", "SASRec, ids from eye"]
    assert [row["system"] for row in rows] == 2 * systems
    assert {row["split"] for row in rows} == {"last", "last, cold"}
    assert all(row["ndcg@10 interval"][0] <= row["ndcg@10"] <= row["ndcg@10 interval"][1] for row in rows)
    printed = capsys.readouterr().out
    assert "| last, cold | SASRec, eye |" in printed and "| --- |" in printed


@pytest.mark.parametrize("given", [["--vectors", "nofile"], ["--vectors", "a=missing.safetensors"]])
def test_wrong_files_end_the_command_with_words(given, monkeypatch, capsys):
    monkeypatch.setattr(next_item, "load_catalog", lambda home, name: PEOPLE)
    with pytest.raises(SystemExit) as stopped:
        next_item.main(given)
    assert stopped.value.code == 2 and "NAME=FILE" in capsys.readouterr().err or "missing" in str(stopped.value)
