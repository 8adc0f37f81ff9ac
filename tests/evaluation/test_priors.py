import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation import priors
from evaluation.histories import Histories, Pair
from graph.attributes import AttributeGraph
from graph.person import FEATURES

GENRES, PER_GENRE, PEOPLE = ("horror", "comedy", "western"), 8, 24


def catalog(ratings):
    """Return films of three genres that share one country, so that naming the country says nothing."""
    items = tuple(
        Item(f"{genre}{number}", f"{genre} {number}", facets={"genre": (genre,), "country": ("here",)})
        for number in range(PER_GENRE)
        for genre in GENRES
    )
    return Catalog("genres", items, ratings=pd.DataFrame(ratings, columns=list(RATING_COLUMNS)))


@pytest.fixture
def histories():
    """People who each like one genre: three films in training, and one more held out for each split."""
    rng = np.random.default_rng(0)
    ratings, held = [], {"valid": [], "test": []}
    for number in range(PEOPLE):
        user, genre = f"user{number:02}", GENRES[number % 3]
        *train, valid, test = (f"{genre}{place}" for place in rng.permutation(PER_GENRE)[:5])
        ratings += [(user, item, 5.0, place) for place, item in enumerate(train)]
        held["valid"].append(Pair(user, valid))
        held["test"].append(Pair(user, test))
    return Histories(catalog(ratings), {split: tuple(pairs) for split, pairs in held.items()})


@pytest.fixture
def folder(tmp_path):
    """A benchmark of nine items in three kinds; six people each know two of a kind and turn out to like the third."""
    attributes = [{"attribute": kind, "name": name} for kind, name in enumerate((*GENRES, "music"))]
    items = [{"item": item, "name": f"item {item}", "attributes": [item % 3, 3]} for item in range(9)]
    train = [{"user": user, "items": [user % 3, user % 3 + 3]} for user in range(6)]
    valid = [{"user": user, "items": [user % 3 + 6]} for user in range(6)]
    for name, rows in (("attributes", attributes), ("items", items), ("train", train), ("valid", valid)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_the_prior_puts_what_someone_likes_above_the_rest(histories):
    logits = priors.person_logits(histories, "valid", 0)
    assert logits.shape == (PEOPLE, len(histories.catalog))
    assert logits.dtype == np.float32
    genre = np.array([item.facets["genre"][0] for item in histories.catalog])
    for number in range(PEOPLE):
        own = genre == GENRES[number % 3]
        assert logits[number][own].mean() > logits[number][~own].mean()


def test_what_is_held_out_of_a_person_does_not_bear_on_their_own_prior(histories):
    before = priors.person_logits(histories, "valid", 0)
    for number in (0, 1):
        pairs = list(histories.pairs("valid"))
        pairs[number] = Pair(pairs[number].user, next(iter(histories.catalog)).id)
        after = priors.person_logits(replace(histories, held_out={"valid": tuple(pairs)}), "valid", 0)
        assert after[number] == pytest.approx(before[number], abs=1e-6)


def test_the_halves_learn_from_each_other_and_the_test_from_everyone_in_valid():
    (teachers, users), (others, rest) = priors.folds(10, "valid", 0)
    assert not (teachers & users).any()
    assert (users ^ rest).all() and (teachers == rest).all() and (others == users).all()
    ((everyone, used),) = priors.folds(10, "test", 0)
    assert everyone.all() and used.all()


def test_the_test_split_teaches_nothing(histories):
    swapped = dict(histories.held_out, test=histories.held_out["test"][::-1])
    first = priors.person_logits(histories, "test", 0)
    assert (first == priors.person_logits(replace(histories, held_out=swapped), "test", 0)).all()


def test_nothing_to_learn_from_is_an_error(histories):
    with pytest.raises(ValueError, match="valid"):
        priors.person_logits(replace(histories, held_out={"valid": ()}), "valid", 0)


def test_what_is_on_offer_has_the_attribute_and_is_new_to_the_person(histories):
    graph = AttributeGraph(histories.catalog)
    drawn = priors.draws(histories, graph, "valid", 0)
    assert len(drawn) == PEOPLE
    for draw in drawn:
        items = priors.offered(histories, graph, draw)
        assert draw.target in items
        assert graph.incidence[items, draw.value].toarray().all()
        assert not histories.known[draw.person].toarray()[0, items].any()


def test_a_target_without_attributes_or_known_before_is_left_out(histories):
    bare = Item("bare", "Bare")
    known = histories.catalog.ratings["item"].iloc[0]
    held = {"valid": (Pair("user00", "bare"), Pair("user00", known))}
    world = Histories(replace(histories.catalog, items=(*histories.catalog, bare)), held)
    assert priors.draws(world, AttributeGraph(world.catalog), "valid", 0) == ()


def test_a_target_at_the_top_is_a_full_hit_and_even_odds_are_one_bit():
    offers = [np.array([0, 1])]
    first = priors.measure(np.array([2.0, 2.0, 9.0]), np.array([2]), np.array([0]), offers)
    assert first == pytest.approx([1.0, 1.0, 1.0, 1.0])
    second = priors.measure(np.array([1.0, 2.0, 9.0]), np.array([2]), np.array([0]), offers)
    assert second[2] == pytest.approx(1 / np.log2(3))
    assert second[3] > 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-5, 5), min_size=3, max_size=30), st.data())
def test_metrics_keep_to_their_range(values, data):
    logits = np.array(values)
    known, *targets = data.draw(st.permutations(range(len(values))))[:3]
    everything = np.setdiff1d(np.arange(len(values)), [known])
    recall, far, ndcg, bits = priors.measure(logits, np.array([known]), np.array(targets), [everything] * len(targets))
    assert 0 <= recall <= far <= 1
    assert 0 <= ndcg <= 1 + 1e-9
    assert bits >= 0


def test_ease_finds_what_goes_with_what_and_an_item_does_not_vote_for_itself(histories):
    columns, weights = priors._ease(histories.liked)
    assert len(columns) == weights.shape[0] and not np.diag(weights).any()
    genre = [list(histories.catalog)[column].facets["genre"] for column in columns]
    same = np.array([[one == other for other in genre] for one in genre])
    assert weights[same].sum() > weights[~same].sum()


def test_only_the_last_likes_count_where_so_asked(histories):
    ids = [item.id for item in histories.catalog]
    everything, last = priors._recent(histories, None), priors._recent(histories, 1)
    own = histories.catalog.ratings[histories.catalog.ratings["user"] == "user00"]["item"].tolist()
    assert [ids[place] for place in everything[0]] == own
    assert [ids[place] for place in last[0]] == own[-1:]


def test_the_command_prints_a_row_for_each_prior_and_writes_the_weights(folder, capsys):
    out = folder / "out" / "priors.json"
    priors.main(["--data", str(folder), "--out", str(out), "--home", str(folder)])
    printed = capsys.readouterr().out
    assert all(f"| {prior} |" in printed for prior in priors.PRIORS)
    written = json.loads(out.read_text(encoding="utf-8"))
    assert set(written["table"]["popularity"]) == set(priors.METRICS)
    assert len(written["weights"]["learned blend"]) == len(FEATURES)


def test_data_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(SystemExit, match="nowhere"):
        priors.main(["--data", "nowhere", "--home", str(tmp_path)])
