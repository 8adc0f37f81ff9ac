"""What the graph of items says of a situation, as numbers for the recommend head: the knowledge in its bias.

An item that nobody named yet counts by how well it goes with those that were: in dialogues, among people who liked
them, by their vectors, by the values they share and their years. One that was named already counts by when and by whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.affinity import Affinity, Lift, indicators
from evaluation.corpora import Conversation
from evaluation.mentions import Library, weight
from evaluation.situations import Naming, Situation, folds

AGAIN = ("again", "just asked", "just offered", "by seeker alone", "by both", "among many", "fame")
"""What is known of an item that was named already."""
_DOUBT = 3.0
"""Company in so many dialogues is trusted by half."""
_PRIOR, _LEAST = 0.3, 0.05
"""The best known item of all is taken to have been named so often beside what was counted; and the share of that of
an item that nobody knows."""


@dataclass(frozen=True)
class Clues:
    """What speaks for items in one situation; items by their rows in the catalogue."""

    fame: np.ndarray
    """The natural log of how many dialogues name each item, smoothed, (items,)."""
    near: np.ndarray
    """How well each item goes with those named before, (affinities, items); 0 for these themselves."""
    met: np.ndarray
    """The rows of the items that were named already, (met,)."""
    again: np.ndarray
    """What is known of them, (met, AGAIN)."""


class Evidence:
    """What was counted in dialogues, and what is known of the items anyway."""

    def __init__(self, library: Library, baskets: Sequence[Sequence[int]]) -> None:
        """Take ``baskets``: of each dialogue the rows of the items that it names."""
        self.library = library
        self.baskets = tuple(tuple(basket) for basket in baskets)
        named = indicators(self.baskets, len(library.catalog))
        counts = np.asarray(named.sum(axis=0)).ravel()
        self.fame = np.log(counts + _PRIOR * (library.fame + _LEAST)).astype(np.float32)
        self._affinities: dict[str, Affinity] = {"dialogues": Lift(named, _DOUBT), **library.affinities}

    @classmethod
    def learn(cls, library: Library, taught: Sequence[Conversation]) -> "Evidence":
        """Count in the dialogues ``taught``."""
        named = [library.rows([film.item_id for said in one.turns for film in said.films]) for one in taught]
        return cls(library, [sorted(set(rows)) for rows in named])

    @property
    def kinds(self) -> tuple[str, ...]:
        """The affinities, in the order of the rows of ``Clues.near``."""
        return tuple(self._affinities)

    def of(self, situation: Situation) -> Clues:
        """Return what speaks for each item."""
        catalog = self.library.catalog
        known = {catalog.position(key): namings for key, namings in situation.met.items() if key in catalog}
        rows = np.array(list(known), dtype=int)
        weights = np.array([weight(namings[-1]) for namings in known.values()])
        weights /= weights.sum() + 0.5
        near = np.stack([one.of(rows, weights) for one in self._affinities.values()]).astype(np.float32)
        near[:, rows] = 0.0
        again = [(*_again(namings, len(known)), self.fame[row]) for row, namings in known.items()]
        return Clues(self.fame, near, rows, np.array(again, dtype=np.float32).reshape(-1, len(AGAIN)))


def crossed(library: Library, taught: Sequence[Conversation], count: int) -> list[tuple[Evidence, list[Conversation]]]:
    """Return the dialogues in ``count`` parts, each with the evidence of the others.

    What is learned from a dialogue must not have been counted in it: its own items would stand out.
    """
    return [(Evidence.learn(library, rest), aside) for rest, aside in folds(taught, count)]


def _again(namings: Sequence[Naming], met: int) -> tuple[float, ...]:
    """Return what is known of an item named already, in the order of ``AGAIN`` up to its fame."""
    latest = namings[-1].ago
    speakers = {naming.seeker for naming in namings}
    return (
        1.0,
        float(latest == 1),
        float(latest == 2),
        float(speakers == {True}),
        float(len(speakers) == 2),
        float(np.log(met)),
    )
