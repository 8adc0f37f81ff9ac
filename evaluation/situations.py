"""The moments of real dialogues in which the recommender names films, and what was said before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from evaluation.corpora import Conversation, Film, Said


@dataclass(frozen=True)
class Naming:
    """A turn that named a film."""

    ago: int
    """How many turns before now; 1 is the last one."""
    seeker: bool


@dataclass(frozen=True)
class Situation:
    """A turn in which the recommender names films, and what was said before it."""

    dialogue: str
    before: tuple[Said, ...]
    targets: tuple[Film, ...]

    @cached_property
    def met(self) -> dict[str, tuple[Naming, ...]]:
        """The films that were named before, by ``Film.key``, each with its turns, oldest first."""
        found: dict[str, tuple[Naming, ...]] = {}
        for place, said in enumerate(self.before):
            for film in said.films:
                naming = Naming(len(self.before) - place, said.seeker)
                found[film.key] = (*found.get(film.key, ()), naming)
        return found

    @property
    def last_words(self) -> str:
        """What the seeker just said, if they spoke last."""
        return self.before[-1].text if self.before and self.before[-1].seeker else ""


class Scorer(Protocol):
    """Says which films the recommender will name."""

    def scores(self, situation: Situation) -> np.ndarray:
        """Return how likely each item is to be named, (items,) in catalogue order; higher is likelier."""
        ...


def situations(conversation: Conversation) -> Iterator[Situation]:
    """Yield every turn of the recommender that names a film."""
    for place, said in enumerate(conversation.turns):
        if not said.seeker and said.films:
            yield Situation(conversation.id, conversation.turns[:place], said.films)


def all_situations(conversations: Sequence[Conversation]) -> list[Situation]:
    """Return the situations of all conversations, in their order."""
    return [situation for conversation in conversations for situation in situations(conversation)]


def folds(conversations: Sequence[Conversation], count: int) -> list[tuple[list[Conversation], list[Conversation]]]:
    """Return ``count`` ways to set a part of the conversations aside: those to learn from, and those set aside."""
    return [
        (
            [one for place, one in enumerate(conversations) if place % count != part],
            [one for place, one in enumerate(conversations) if place % count == part],
        )
        for part in range(count)
    ]
