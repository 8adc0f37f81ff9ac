"""What the words of a dialogue have to do with the films that are named next."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from catalog.items import Catalog
from evaluation.situations import Situation

_VALUES = 400
"""So many of the values that most items have describe them."""
_DIRECTIONS = 48
"""And so many of the directions in which their vectors differ most, each at half the weight of a value."""
_RECENT = 2015
_RAREST = 8
"""A word of fewer dialogues is not known."""
_DOUBT = 10.0
"""A word that was said so often is trusted by half."""
_STALE = 0.5
"""A word from before the last two turns counts so much."""
_WORD = re.compile(r"[a-z0-9']+")
_FILM = " filmname "


class Traits:
    """Describes items by numbers, (items, traits)."""

    def __init__(self, catalog: Catalog, vectors: np.ndarray) -> None:
        """Take their commonest facet values, their fame and age, and where their ``vectors`` lie."""
        counts = Counter({(facet, one): n for facet in catalog.facets for one, n in catalog.values(facet).items()})
        columns = {value: column for column, (value, _) in enumerate(counts.most_common(_VALUES))}
        held = np.zeros((len(catalog), len(columns)))
        for row, item in enumerate(catalog):
            for facet, values in item.facets.items():
                held[row, [columns[facet, one] for one in values if (facet, one) in columns]] = 1.0
        fame = np.array([[item.popularity, float((item.year or 0) >= _RECENT)] for item in catalog])
        self.values = np.concatenate([held, fame, _directions(vectors)], axis=1).astype(np.float32)


def _directions(vectors: np.ndarray) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    # The directions are had from the small matrix of covariances: there are many more items than dimensions.
    _, axes = np.linalg.eigh(centred.T @ centred)
    found = centred @ axes[:, ::-1][:, :_DIRECTIONS]
    return np.asarray(0.5 * found / max(float(found.std()), 1e-9))


@dataclass(frozen=True)
class Hints:
    """By how much what is named after a word differs in its traits from what is named anyway."""

    traits: np.ndarray
    """(items, traits), centred on what is named anyway."""
    words: Mapping[str, tuple[int, float]]
    """Word to its row and how rare it is: the natural log of one over the share of the dialogues with it."""
    shifts: np.ndarray
    """(words, traits)."""

    def of(self, situation: Situation) -> np.ndarray:
        """Return how well every item goes with what was said, (items,)."""
        rows, weights = self._weighed(situation)
        return np.asarray(self.traits @ (weights.astype(np.float32) @ self.shifts[rows]))

    def _weighed(self, situation: Situation) -> tuple[list[int], np.ndarray]:
        said = {word: weight for word, weight in spoken(situation).items() if word in self.words}
        weights = np.array([weight * self.words[word][1] for word, weight in said.items()])
        return [self.words[word][0] for word in said], weights / max(float(np.linalg.norm(weights)), 1e-9)

    @classmethod
    def learn(cls, traits: np.ndarray, taught: Sequence[tuple[Situation, Sequence[int]]]) -> "Hints":
        """Learn from situations, each with the rows of the items that were named in it.

        A ridge regression of traits on words with words taken one by one, seen through the metric of the traits. What
        is named anyway is the mean of what was named here: any other would be a shift that every word repeats.
        """
        named = np.bincount([row for _, rows in taught for row in rows], minlength=len(traits))
        usual = named / max(int(named.sum()), 1)
        centred = (traits - usual @ traits).astype(np.float32)
        words = _vocabulary([situation for situation, _ in taught])
        blank = cls(centred, words, np.zeros((len(words), centred.shape[1]), dtype=np.float32))
        places, cells, sums = [], [], np.zeros((len(taught), centred.shape[1]), dtype=np.float32)
        for place, (situation, rows) in enumerate(taught):
            known, weights = blank._weighed(situation)
            places += [(place, word) for word in known]
            cells += weights.tolist()
            sums[place] = centred[list(rows)].sum(axis=0)
        row, column = np.array(places, dtype=int).reshape(-1, 2).T
        said = sparse.csr_matrix((cells, (row, column)), shape=(len(taught), len(words)))
        often = np.asarray(said.multiply(said).sum(axis=0)).ravel()
        metric = (centred * usual[:, None]).T @ centred + np.eye(centred.shape[1])
        shifts = np.linalg.solve(metric, (said.T @ sums).T).T / (often + _DOUBT)[:, None]
        return cls(centred, words, shifts.astype(np.float32))


def _vocabulary(taught: Sequence[Situation]) -> dict[str, tuple[int, float]]:
    # The last situation of a dialogue holds the words of those before it.
    whole = {situation.dialogue: situation for situation in taught}
    counts = Counter(word for situation in whole.values() for word in spoken(situation))
    kept = sorted(word for word, count in counts.items() if count >= _RAREST)
    return {word: (row, float(np.log(len(whole) / counts[word]))) for row, word in enumerate(kept)}


def spoken(situation: Situation) -> dict[str, float]:
    """Return the words and pairs of words before the situation, apart for the two speakers, with their weights.

    The titles of films are no words.
    """
    found: dict[str, float] = {}
    last = len(situation.before) - 2
    for place, said in enumerate(situation.before):
        weight = 1.0 if place >= last else _STALE
        text = said.text
        for film in said.films:
            text = text.replace(film.name, _FILM)
        for word in _words(text):
            name = f"{'seeker' if said.seeker else 'recommender'} {word}"
            found[name] = max(weight, found.get(name, 0.0))
    return found


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from words
    yield from (f"{first} {second}" for first, second in zip(words, words[1:], strict=False))
