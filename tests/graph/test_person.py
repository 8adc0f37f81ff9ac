import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from scipy import sparse

from catalog.items import RATING_COLUMNS, Catalog, Item, UnknownItemError
from graph.attributes import AttributeGraph
from graph.person import FEATURES, PersonConfig, PersonPrior
from tests.catalogs import tiny_catalog
from tests.graph.worlds import in_any_world

PERSONAL = tuple(FEATURES.index(name) for name in ("content", "nearest", "habit", "together", "neighbours", "lift"))
GENRES = {"scream": "horror", "it": "horror", "saw": "horror", "up": "comedy", "elf": "comedy", "big": "comedy"}


def catalog(*pairs):
    """Return six films of two genres, liked as said by (person, film)."""
    items = tuple(Item(name, name.title(), facets={"genre": (genre,)}) for name, genre in GENRES.items())
    rows = [(user, item, 5.0, place) for place, (user, item) in enumerate(pairs)]
    return Catalog("scary and funny", items, ratings=pd.DataFrame(rows, columns=list(RATING_COLUMNS)))


def prior(*pairs, **weights):
    return PersonPrior(AttributeGraph(catalog(*pairs)), PersonConfig(**weights))


def history(world, *ids):
    row = np.zeros((1, len(world)))
    row[0, [world.position(item_id) for item_id in ids]] = 1
    return sparse.csr_matrix(row)


def feature(person, name, liked, users=None):
    """Return one feature of each item by its id."""
    world = person.graph.catalog
    values = person.features(history(world, *liked), users)[0, :, FEATURES.index(name)]
    return dict(zip((item.id for item in world), values.tolist(), strict=True))


def logit(person, item_id, *liked):
    return person.logits(liked)[person.graph.catalog.position(item_id)]


def test_who_likes_two_horror_films_is_expected_to_like_a_third_rather_than_a_comedy():
    assert logit(prior(), "saw", "scream", "it") > logit(prior(), "elf", "scream", "it")


def test_who_likes_what_others_like_is_expected_to_like_what_else_they_like():
    person = prior(("ann", "scream"), ("ann", "elf"), ("bob", "big"), ("bob", "saw"))
    for name in ("together", "neighbours", "lift"):
        found = feature(person, name, ["scream"])
        assert found["elf"] > found["big"]


@pytest.mark.parametrize("name", ["together", "neighbours", "lift"])
def test_nobody_is_their_own_neighbour(name):
    person = prior(("ann", "scream"), ("ann", "elf"), ("bob", "big"))
    ann = np.array([person.users["ann"]])
    assert feature(person, name, ["scream"])["elf"] > 0
    assert feature(person, name, ["scream"], ann)["elf"] == 0


def test_a_neighbour_of_the_same_taste_still_counts():
    person = prior(("ann", "scream"), ("ann", "elf"), ("bob", "scream"), ("bob", "elf"))
    assert feature(person, "neighbours", ["scream"], np.array([person.users["ann"]]))["elf"] > 0


def test_without_a_history_nothing_personal_is_claimed():
    person = prior(("ann", "scream"), ("bob", "scream"), ("bob", "up"))
    values = person.features(history(person.graph.catalog))
    assert not values[0][:, PERSONAL].any()


def test_without_a_history_what_is_better_known_comes_first():
    items = (Item("known", "Known", popularity=1.0), Item("unknown", "Unknown"))
    person = PersonPrior(AttributeGraph(Catalog("two", items)))
    assert logit(person, "known") > logit(person, "unknown")


def test_a_catalogue_without_ratings_goes_by_its_values():
    person = prior()
    assert np.isfinite(person.logits(["scream"])).all()
    assert not any(feature(person, "neighbours", ["scream"]).values())
    assert feature(person, "content", ["scream"])["it"] > 0 == feature(person, "content", ["scream"])["up"]


def test_an_item_outside_the_catalogue_is_refused():
    with pytest.raises(UnknownItemError, match="jaws"):
        prior().logits(["jaws"])


def test_the_liked_item_that_is_most_alike_has_most_of_the_support():
    person = PersonPrior(AttributeGraph(tiny_catalog()))
    shares = person.shares(["casino", "toys"], person.graph.catalog.position("godfather"))
    assert shares["casino"] > 0.5 > shares["toys"]


def test_items_with_nothing_in_common_with_a_film_support_it_alike():
    person = prior()
    assert person.shares(["scream", "it"], person.graph.catalog.position("up")) == {"scream": 0.5, "it": 0.5}
    assert person.shares([], 0) == {}


def test_one_person_in_the_chat_has_the_logits_that_the_features_and_weights_give():
    weights = {name: number / 10 for number, name in enumerate(FEATURES, 1)}
    person = PersonPrior(AttributeGraph(tiny_catalog()), PersonConfig(**weights))
    values = person.features(history(person.graph.catalog, "heat", "up"))[0]
    assert person.logits(["heat", "up"]) == pytest.approx(values @ np.array(list(weights.values())), rel=1e-4)


def test_nearest_counts_in_the_chat_where_it_has_a_weight():
    person = prior(**dict.fromkeys(FEATURES, 0.0) | {"nearest": 1.0})
    assert logit(person, "it", "scream") == pytest.approx(1.0)
    assert logit(person, "up", "scream") == 0


@in_any_world(st.data())
def test_features_are_finite_and_shares_sum_to_one(world, data):
    graph, _ = world
    ids = [item.id for item in graph.catalog]
    liked = data.draw(st.lists(st.sampled_from(ids), unique=True))
    person = PersonPrior(graph)
    assert np.isfinite(person.features(history(graph.catalog, *liked))).all()
    shares = person.shares(liked, data.draw(st.integers(0, len(ids) - 1)))
    assert set(shares) == set(liked)
    assert sum(shares.values()) == pytest.approx(1.0 if liked else 0.0)
    assert all(share >= 0 for share in shares.values())


@in_any_world()
def test_what_one_person_likes_says_nothing_of_another_in_the_same_call(world):
    graph, evidence = world
    person = PersonPrior(graph)
    one, other = history(graph.catalog, *evidence.liked), history(graph.catalog, *evidence.disliked)
    together = person.features(sparse.vstack([one, other]).tocsr())
    assert together[0] == pytest.approx(person.features(one)[0], abs=1e-5)
    assert together[1] == pytest.approx(person.features(other)[0], abs=1e-5)
