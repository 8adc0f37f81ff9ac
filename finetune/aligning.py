"""The second phase of the item-language adapter: a frozen language model is told of items by soft tokens alone.

The adapter learns to make tokens from which the model can say what an item is like, answer about it, tell which of two
items fits a wish, and what someone likes next. No prompt names an item, so that there is nothing else to go by.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from agent.language import Message
from agent.phrases import article, asked_phrase, description_sentence, fact_sentence, listed, value_phrase
from catalog.items import Catalog, Item
from finetune.examples import Example
from finetune.requests import dev_pool, for_training, liked_in_order

_SYSTEM = "You know the films that are marked."
_LIKED = 3
"""How many likes are told before the next is asked for."""
_VALUES = 3
"""At most so many values of a facet are told."""
_TRIES = 100
_DESCRIBE = ("Describe {1}.", "What is {1} like?", "Tell me about {1}.", "What kind of film is {1}?")
_ASK = {
    "mood": ("Which mood has {1}?", "How does {1} feel?", "What is the mood of {1}?"),
    "genre": ("What genre is {1}?", "Which genres does {1} belong to?"),
    "theme": ("What is {1} about?", "Which themes has {1}?"),
    "decade": ("When was {1} made?", "From which decade is {1}?"),
    "director": ("Who directed {1}?", "By whom is {1}?"),
    "country": ("Where does {1} come from?", "Which country is {1} from?"),
    "language": ("In which language is {1}?",),
    "actor": ("Who is in {1}?", "Who plays in {1}?"),
}
_STORY = ("What happens in {1}?", "What is the story of {1}?")
_WISH = ("I would like {}. Which fits, {{1}} or {{2}}?", "Which is {}, {{1}} or {{2}}?")
_WISHED = ("mood", "theme", "genre", "decade", "country")
_ORDER = ("The first.", "The second.")
_NEXT = (
    "I liked {1}, {2} and {3}. What will I like next?",
    "Someone liked {1}, {2} and {3}. What did they like after that?",
)
_SHARES = {"describe": 0.3, "ask": 0.3, "story": 0.1, "wish": 0.15, "next": 0.15}
"""Of each kind among all examples."""


def examples(catalog: Catalog, rng: random.Random) -> Iterator[Example]:
    """Yield examples about the items of ``catalog`` without end; ``learnable`` says which it should hold."""
    aligning = Aligning(catalog)
    while True:
        yield aligning.draw(rng)


def learnable(catalog: Catalog) -> Catalog:
    """Return the catalogue without the items that are held out, or are of the development set."""
    dev = dev_pool()
    return replace(catalog, items=tuple(item for item in catalog if for_training(item.id, dev)))


@dataclass(frozen=True)
class Aligning:
    """Draws examples about the items of a catalogue."""

    catalog: Catalog

    def draw(self, rng: random.Random) -> Example:
        """Return an example; of a kind for which nothing is known in a hundred tries, another."""
        kinds: dict[str, Callable[[random.Random], Example | None]] = {
            "describe": self._describe,
            "ask": self._ask,
            "story": self._story,
            "wish": self._wish,
            "next": self._next,
        }
        for _ in range(_TRIES):
            (kind,) = rng.choices(list(_SHARES), list(_SHARES.values()))
            if (found := kinds[kind](rng)) is not None:
                return found
        raise ValueError(f"nothing is known of the items of catalogue {self.catalog.name!r} that could be asked")

    def _describe(self, rng: random.Random) -> Example:
        item = self._item(rng)
        return about(rng.choice(_DESCRIBE), [item.id], described(item, self.catalog.noun))

    def _ask(self, rng: random.Random) -> Example | None:
        item = self._item(rng)
        known = [facet for facet in _ASK if item.facets.get(facet)]
        if not known:
            return None
        facet = rng.choice(known)
        return about(rng.choice(_ASK[facet]), [item.id], _told(facet, item.facets[facet]))

    def _story(self, rng: random.Random) -> Example | None:
        if not self._storied:
            return None
        item = rng.choice(self._storied)
        return about(rng.choice(_STORY), [item.id], description_sentence(item))

    def _wish(self, rng: random.Random) -> Example | None:
        right, wrong = self._item(rng), self._item(rng)
        # An item of which a facet is not known may fit all the same.
        choices = [
            (facet, value)
            for facet in _WISHED
            if wrong.facets.get(facet)
            for value in right.facets.get(facet, ())
            if value not in wrong.facets[facet]
        ]
        if not choices:
            return None
        facet, value = rng.choice(choices)
        place = rng.randrange(2)
        ids = [right.id, wrong.id] if place == 0 else [wrong.id, right.id]
        return about(rng.choice(_WISH).format(asked_phrase(facet, value)), ids, _ORDER[place])

    def _next(self, rng: random.Random) -> Example | None:
        if not self._histories:
            return None
        history = rng.choice(self._histories)
        start = rng.randrange(len(history) - _LIKED)
        *liked, following = history[start : start + _LIKED + 1]
        return about(rng.choice(_NEXT), liked, described(self.catalog[following], self.catalog.noun))

    def _item(self, rng: random.Random) -> Item:
        """Draw an item, half of the time one with a story, of which more is known."""
        return rng.choice(self._storied if self._storied and rng.random() < 0.5 else self.catalog.items)

    @cached_property
    def _storied(self) -> tuple[Item, ...]:
        return tuple(item for item in self.catalog if item.description)

    @cached_property
    def _histories(self) -> list[list[str]]:
        """What each person liked, oldest first, without what is held out to measure by."""
        if self.catalog.ratings.empty:
            return []
        return [history for history in liked_in_order(self.catalog) if len(history) > _LIKED]


def described(item: Item, noun: str) -> str:
    """Return what an item is like, without its title: mood and genre, decade and director, and its story."""
    moods, genres = item.facets.get("mood", ())[:2], item.facets.get("genre", ())[:2]
    decade, directors = item.facets.get("decade", ())[:1], item.facets.get("director", ())[:2]
    kind = article(" ".join([*([", ".join(moods)] if moods else []), noun]))
    from_when = f" from {_told('decade', decade)}" if decade else ""
    made = f" by {_told('director', directors)}" if directors else ""
    sentences = [f"{kind[0].upper()}{kind[1:]}{from_when}{made}."]
    sentences += [fact_sentence("genre", genre) for genre in genres[:1]]
    return " ".join([*sentences, description_sentence(item)]).strip()


def _told(facet: str, values: Collection[str]) -> str:
    return listed([value_phrase(facet, value) for value in list(values)[:_VALUES]])


def about(text: str, ids: Sequence[str], reply: str) -> Example:
    """Return what is asked of the items ``ids``, which stand in ``text`` as slots, with its answer."""
    return Example((Message("system", _SYSTEM), Message("user", text, tuple(ids))), reply)
