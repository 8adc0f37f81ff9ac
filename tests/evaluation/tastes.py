"""People of three plain tastes."""

import numpy as np
import pandas as pd

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.histories import Histories, Pair

GENRES, PER_GENRE, PEOPLE = ("horror", "comedy", "western"), 8, 24


def catalog(ratings):
    """Return films of three genres that share one country, so that naming the country says nothing."""
    items = tuple(
        Item(f"{genre}{number}", f"{genre} {number}", facets={"genre": (genre,), "country": ("here",)})
        for number in range(PER_GENRE)
        for genre in GENRES
    )
    return Catalog("genres", items, ratings=pd.DataFrame(ratings, columns=list(RATING_COLUMNS)))


def three_tastes():
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
