"""Which films a recommender names next, learned from dialogues: a conditional logit over a few kinds of evidence.

New films count by how often dialogues name them, by what goes with the films named so far (in dialogues, among people
who liked them, by what they share) and by the words. Films that were named already count by when and by whom.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from catalog.items import Catalog
from evaluation.affinity import Affinity, Contemporary, Lift, Near, Shared, indicators, liked_together
from evaluation.choices import Choices, fit
from evaluation.corpora import Conversation
from evaluation.hints import Hints, Traits
from evaluation.situations import Naming, Situation, all_situations, folds

AGAIN = ("again", "just asked", "just offered", "by seeker alone", "by both", "in question", "at the end", "among many")
"""What counts of films that were named already."""
_SHARED = ("genre", "actor", "director")
_FADES = 0.85
"""A film named a turn earlier counts so much less."""
_OFFERED = 0.7
"""A film that the recommender named counts so much of one that the seeker did."""
_DOUBT_DIALOGUES, _DOUBT_PEOPLE = 3.0, 20.0
_PRIOR = 0.3
"""The best known film of all is taken to have been named so often beside what was counted."""
_MANY = 6
_KNOWN_LIKES, _KNOWN_FAME = 8, 0.6
_FOLDS = 4
_TAUGHT = 250
"""So many situations of each fold teach the weights."""
_END = re.compile(r"\b(?:bye|goodbye|thanks?|thank you|good night|(?:great|good|nice) day)\b", re.IGNORECASE)


class Library:
    """What is known of the items of a catalogue before any dialogue is read."""

    def __init__(self, catalog: Catalog, vectors: np.ndarray) -> None:
        """Take the catalogue and (items, dimensions) vectors of its items."""
        self.catalog = catalog
        self.fame = np.array([item.popularity for item in catalog])
        self.traits = Traits(catalog, vectors).values
        likes = liked_together(catalog)
        self.known = (np.asarray(likes.sum(axis=0)).ravel() >= _KNOWN_LIKES) | (self.fame > _KNOWN_FAME)
        shared = {facet: Shared(catalog, facet) for facet in _SHARED if facet in catalog.facets}
        self.affinities: dict[str, Affinity] = {"vectors": Near(vectors), "people": Lift(likes, _DOUBT_PEOPLE)}
        self.affinities |= shared | {"year": Contemporary(catalog)}

    def rows(self, ids: Sequence[str | None]) -> list[int]:
        """Return the rows of the items that the catalogue has."""
        return [self.catalog.position(item_id) for item_id in ids if item_id is not None]


class Lore:
    """What was counted in dialogues; makes the features of a situation."""

    def __init__(self, library: Library, taught: Sequence[Conversation]) -> None:
        """Count in the dialogues ``taught``."""
        self._library = library
        baskets = [
            sorted(set(library.rows([film.item_id for said in one.turns for film in said.films]))) for one in taught
        ]
        named = indicators(baskets, len(library.catalog))
        self.counts = np.asarray(named.sum(axis=0)).ravel()
        self._fame = np.log(self.counts + _PRIOR * (library.fame + 0.05))
        self._affinities = {"dialogues": Lift(named, _DOUBT_DIALOGUES), **library.affinities}
        pairs = [(situation, library.rows(_new(situation))) for situation in all_situations(taught)]
        self._hints = Hints.learn(library.traits, [pair for pair in pairs if pair[1]])

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of their columns."""
        return ("fame", "fame after many", *self._affinities, "words", *AGAIN)

    @property
    def known(self) -> np.ndarray:
        """Which items dialogues or people know, (items,) of bool."""
        return self._library.known | (self.counts > 0)

    def features(self, situation: Situation) -> np.ndarray:
        """Return (items, features); an item that was named already has none but those of ``AGAIN``."""
        met = {self._library.catalog.position(key): namings for key, namings in situation.met.items() if self._has(key)}
        rows = np.array(list(met), dtype=int)
        weights = np.array([weight(namings[-1]) for namings in met.values()])
        weights /= weights.sum() + 0.5
        columns = [self._fame, self._fame * min(len(met), _MANY) / _MANY]
        columns += [affinity.of(rows, weights) for affinity in self._affinities.values()]
        found = np.zeros((len(self._fame), len(self.names)), dtype=np.float32)
        found[:, : len(columns) + 1] = np.stack([*columns, self._hints.of(situation)], axis=1)
        found[rows] = 0.0
        for row, namings in met.items():
            found[row, -len(AGAIN) :] = _again(namings, situation.last_words, len(met))
        return found

    def _has(self, key: str) -> bool:
        return key in self._library.catalog


def _new(situation: Situation) -> list[str | None]:
    return [film.item_id for film in situation.targets if film.key not in situation.met]


def weight(naming: Naming) -> float:
    """Return how much a naming counts: the seeker's more than the recommender's, and less the longer ago it was."""
    return (1.0 if naming.seeker else _OFFERED) * _FADES**naming.ago


def _again(namings: Sequence[Naming], last_words: str, films: int) -> tuple[float, ...]:
    """Return what speaks for naming a film again, in the order of ``AGAIN``."""
    latest = namings[-1].ago
    speakers = {naming.seeker for naming in namings}
    return (
        1.0,
        float(latest == 1),
        float(latest == 2),
        float(speakers == {True}),
        float(len(speakers) == 2),
        float("?" in last_words and latest <= 2),
        float(bool(_END.search(last_words)) and False in speakers),
        float(np.log(films)),
    )


@dataclass(frozen=True)
class Mentions:
    """Scores films by the weighted sum of the features."""

    lore: Lore
    weights: np.ndarray
    """Of each feature, (features,)."""

    def scores(self, situation: Situation) -> np.ndarray:
        """Return the sums, (items,)."""
        return np.asarray(self.lore.features(situation) @ self.weights.astype(np.float32))


def learn(library: Library, taught: Sequence[Conversation], seed: int) -> Mentions:
    """Learn from dialogues: what is counted from all, the weights from parts of which nothing was counted."""
    rng = np.random.default_rng(seed)
    blocks: list[np.ndarray] = []
    chosen: list[int] = []
    for rest, aside in tqdm(folds(taught, _FOLDS), desc="mentions", unit="fold", leave=False, disable=None):
        lore = Lore(library, rest)
        offered = np.flatnonzero(lore.known)
        places = {int(row): place for place, row in enumerate(offered)}
        found = all_situations(aside)
        for place in rng.permutation(len(found))[:_TAUGHT]:
            targets = library.rows([film.item_id for film in found[place].targets])
            targets = [row for row in targets if row in places]
            if targets:
                chosen.append(sum(len(block) for block in blocks) + places[int(rng.choice(targets))])
                blocks.append(lore.features(found[place])[offered])
    if not blocks:
        raise ValueError(f"{len(taught)} dialogues name no film of the catalogue from which to learn")
    starts = np.cumsum([0, *(len(block) for block in blocks[:-1])])
    return Mentions(Lore(library, taught), fit(Choices(np.concatenate(blocks), starts, np.array(chosen))))
