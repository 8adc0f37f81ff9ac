from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.poison import (
    KINDS,
    PoisonConfig,
    Stranger,
    audit,
    counted,
    poisoned,
    rank,
    ranks,
    strangers,
    targets,
)
from graph.walk import Posterior
from tests.catalogs import tiny_catalog

SMALL = PoisonConfig(shares=(0.5,), targets=2, people=4, fillers=3, known=4, at_once=1, slate=3)


def town():
    """Return twenty films that differ in nothing but fame: the first eight are rated by all, the last ten by nobody."""
    items = tuple(
        Item(f"f{number:02}", f"Film {number}", facets={"genre": ("Drama",)}, popularity=0.9 if number < 8 else 0.1)
        for number in range(20)
    )
    ratings = [
        (f"user{user:02}", f"f{film:02}", 5.0 if (user + film) % 3 else 2.0, film)
        for user in range(16)
        for film in range(8)
    ]
    ratings += [("user00", "f08", 4.0, 9), ("user01", "f09", 4.0, 9)]
    return Catalog("town", items, "film", pd.DataFrame(ratings, columns=list(RATING_COLUMNS)))


def flat():
    """Return the town with films each a little less known than the one before."""
    items = tuple(replace(item, popularity=round(0.9 - 0.01 * row, 2)) for row, item in enumerate(town()))
    return replace(town(), name="flat", items=items)


def attack(kind, count=5, attacked=("f15",), seed=0):
    return poisoned(town(), attacked, kind, count, SMALL, np.random.default_rng(seed)).ratings


@pytest.mark.parametrize("kind", KINDS)
def test_every_fake_person_rates_the_attacked_film_highest_and_some_known_ones(kind):
    ratings = attack(kind)
    fake = ratings[ratings["user"].str.startswith("fake")]
    assert fake["user"].nunique() == 5
    assert (fake.groupby("user").size() == 1 + SMALL.fillers).all()
    assert (fake[fake["item"] == "f15"]["rating"] == 5).all()
    assert set(fake["item"]) <= {"f15", *(f"f{film:02}" for film in range(8))}
    assert fake["rating"].between(0.5, 5).all()
    assert ((2 * fake["rating"]) % 1 == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_real_ratings_stay_as_they_are_and_the_same_seed_makes_the_same_attack(kind):
    real = town().ratings
    pd.testing.assert_frame_equal(attack(kind)[: len(real)], real)
    pd.testing.assert_frame_equal(attack(kind, seed=4), attack(kind, seed=4))


def test_the_kinds_of_attack_differ_in_how_fillers_are_rated():
    own = town().ratings.groupby("item")["rating"].mean()
    stars = {
        kind: [row for row in attack(kind).itertuples() if row.user.startswith("fake") and row.item != "f15"]
        for kind in KINDS
    }
    assert {row.rating for row in stars["bandwagon"]} == {5.0}
    assert all(abs(row.rating - own[row.item]) <= 0.25 for row in stars["average"])
    assert len({row.rating for row in stars["random"]}) > 2


def test_films_attacked_together_have_fake_people_of_their_own():
    ratings = attack("bandwagon", attacked=("f15", "f16"))
    fakes = [set(ratings[ratings["item"] == film]["user"]) for film in ("f15", "f16")]
    assert [len(users) for users in fakes] == [5, 5]
    assert not fakes[0] & fakes[1]


def test_strangers_leave_no_ratings_behind():
    people, rest = strangers(town(), 4, np.random.default_rng(0))
    assert len(people) == 4
    assert rest.ratings["user"].nunique() == 12
    assert all(set(person.favourites) <= set(person.history) for person in people)
    everybody, nothing = strangers(town(), 16, np.random.default_rng(0))
    assert nothing.ratings.empty
    assert everybody[0].history == ("f01", "f02", "f04", "f05", "f07", "f08")
    assert everybody[0].favourites == ("f05", "f07")


def test_too_few_people_are_an_error_that_says_so():
    with pytest.raises(ValueError, match="0 people of catalogue 'tiny' liked enough; 2 are needed"):
        strangers(tiny_catalog(), 2, np.random.default_rng(0))


def test_attacked_films_are_obscure_and_new_to_those_who_are_asked():
    config = PoisonConfig(targets=10, obscure=2)
    found = targets(flat(), config, np.random.default_rng(0), ())
    assert found == tuple(f"f{number:02}" for number in range(10, 20))
    with pytest.raises(ValueError, match="8 items of catalogue 'flat' are obscure; 10 are needed"):
        targets(flat(), config, np.random.default_rng(0), {"f12", "f15", "f01"})


def test_popularity_can_be_counted_from_ratings():
    found = {item.id: item.popularity for item in counted(town())}
    assert found["f00"] == 1
    assert found["f15"] == 0
    assert found["f08"] == pytest.approx(np.log(2) / np.log(17))


def test_ranks_begin_at_one_and_ties_are_in_catalogue_order():
    believed = Posterior(np.array([0.2, 0.3, 0.2, 0.3, 0.0]))
    assert [rank(believed, place) for place in range(5)] == [3, 1, 4, 2, 5]


def test_a_poisoned_film_rises_for_people_who_like_what_the_fake_ones_pretend_to():
    catalog, person = town(), Stranger(("f00", "f01"), ("f00", "f01", "f02"))
    fooled = poisoned(catalog, ("f15",), "bandwagon", 8, SMALL, np.random.default_rng(0))
    for way, before in ranks(catalog, [person], ("f15",)).items():
        assert ranks(fooled, [person], ("f15",))[way].item() < before.item()


def test_the_audit_shows_the_rise_and_is_the_same_for_the_same_seed():
    (rows,) = audit(flat(), 0, SMALL).values()
    assert len(rows) == len(KINDS) * 4
    assert all(row["n"] == 8 for row in rows)
    assert rows == next(iter(audit(flat(), 0, SMALL).values()))
    bandwagon = [row for row in rows if row["attack"] == "bandwagon"]
    assert all(row["places gained"].value >= 0 for row in bandwagon)
    histories = [row for row in bandwagon if row["person tells of"] == "history"]
    assert all(row["places gained"].low > 0 for row in histories)
    assert all(row["mean rank after"] < row["mean rank before"] for row in histories)
    assert bandwagon[0]["fake people"] == "50% (6)"


def test_a_catalogue_without_ratings_cannot_be_poisoned():
    with pytest.raises(ValueError, match="catalogue 'bare' has no ratings that could be poisoned"):
        audit(Catalog("bare", town().items), 0)
