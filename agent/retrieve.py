"""What the words of the dialogue say beyond what was linked: nearness in the vector index, and words shared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from agent.acts import Accepts, Act, Asks, Dislikes, Likes, Rejects, Reset, SmallTalk, Topic, Undo
from agent.intents import after_new_start
from agent.lexicon import FUNCTION_WORDS, names_of, tokenize
from agent.phrases import description_sentence, value_phrase
from agent.polarity import without_refusals
from agent.state import DialogueState, Turn
from catalog.items import TITLE, Catalog
from graph.evidence import Evidence, Wish
from retrieval.embed import Embedder
from retrieval.store import Hit

_ASKING = frozenset(
    """asking directed featuring genre hoping in looking made recommend recommendation released role searching seeking
    set starring stars style suggest suggestion type""".split()
)
"""Words around what is asked for, beyond those of every text."""
_PLAIN_FACETS = ("genre", "decade", "country", "language", "year", "runtime")
_MOST_MET = 5000
"""Texts whose vectors are kept."""


class Index(Protocol):
    """Finds items near a vector."""

    def near(self, vector: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the ``k`` nearest items, nearest first."""
        ...


class Words(Protocol):
    """Finds items that share words with a text."""

    def scores(self, text: str) -> np.ndarray:
        """Return a score for each item, (items,); 0 for those that share no word."""
        ...


@dataclass(frozen=True)
class Heard:
    """What the person's own words say of the items, beside the graph."""

    bonus: np.ndarray
    """A log-likelihood (natural log) for each item, (items,)."""
    wishes: tuple[Wish, ...]
    """What was linked in the same words: evidence that would count twice."""
    linked: float
    """The share that is left of the weight of that."""

    def apart(self, evidence: Evidence) -> Evidence:
        """Return the evidence without what was linked in these words."""
        titles = {value for wish in self.wishes if wish.facet == TITLE for value in wish.values}
        return replace(
            evidence,
            wanted=tuple(wish for wish in evidence.wanted if wish not in self.wishes),
            liked=tuple(item_id for item_id in evidence.liked if item_id not in titles),
        )


class Support(Protocol):
    """Evidence about items from beyond the graph."""

    def heard(self, state: DialogueState) -> Heard | None:
        """Return what the dialogue's own words say, or None where they say nothing beyond what was linked."""
        ...

    def nearest(self, state: DialogueState, item_id: str) -> str:
        """Return what is known of an item that comes closest to the dialogue's own words; empty if nothing does."""
        ...


@dataclass(frozen=True)
class RetrieverConfig:
    """How the dialogue's own words are weighed: near what evaluation.fusion learned on the development requests."""

    nearest: int = 2000
    """How many items the index is asked for; the others count as no nearer than the last of these."""
    meaning: float = 15.0
    """Log-likelihood (natural) of a cosine of 1 over one of 0."""
    words: float = 0.5
    """Log-likelihood of one unit of BM25."""
    linked: float = 0.4
    """See ``Heard.linked``."""
    fame: float = 4.0
    """Log-likelihood by which the best known item of all loses to an unknown one: who describes what they want says
    more than what others watch. What is left of WalkConfig.fame still decides between items that fit alike."""
    least_words: int = 2
    """An utterance makes part of the query if it has this many words beyond what was linked."""
    turns: int = 3
    """How many of the person's last utterances make the query."""
    least_near: float = 0.5
    """Something known of an item is close to the person's words from this cosine on."""


class Retriever:
    """Turns the dialogue into evidence about items through their vectors and their words."""

    def __init__(
        self,
        catalog: Catalog,
        index: Index,
        words: Words,
        embedder: Embedder,
        config: RetrieverConfig = RetrieverConfig(),
    ) -> None:
        """Search ``index``, whose vectors were made by ``embedder``, and ``words``."""
        self._catalog = catalog
        self._index = index
        self._words = words
        self._embedder = embedder
        self._config = config
        self._met: dict[str, np.ndarray] = {}

    def heard(self, state: DialogueState) -> Heard | None:
        """Return what the last utterances say that name more than what was linked in them; None if there are none."""
        told = self._told(state)
        if not told:
            return None
        wishes = tuple(act.wish for turn in told for act in turn.acts if isinstance(act, Likes))
        return Heard(self._bonus(self.query(state)), wishes, self._config.linked)

    def query(self, state: DialogueState) -> str:
        """Return the words that are searched for; empty where they would say nothing beyond what was linked."""
        return ". ".join(_wanted(turn) for turn in self._told(state))

    def nearest(self, state: DialogueState, item_id: str) -> str:
        """Return the story, a mood or a theme of an item, whichever is closest to what is searched for.

        It is empty where nothing is searched for, or nothing that can be shown comes close.
        """
        query, item = self.query(state), self._catalog[item_id]
        values = [value_phrase(facet, value) for facet in ("mood", "theme") for value in item.facets.get(facet, ())]
        known = [text for text in (description_sentence(item), *values) if text]
        if not query or not known:
            return ""
        near = np.array(self._vectors((query, *known)))
        near = near[1:] @ near[0]
        return known[int(near.argmax())] if near.max() >= self._config.least_near else ""

    def _vectors(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Return the unit vectors of texts, (dimensions,) each; moods and themes come up again and again."""
        met = self._met if len(self._met) < _MOST_MET else {}
        new = [text for text in dict.fromkeys(texts) if text not in met]
        if new:
            # A new dictionary: other conversations may be reading the old one.
            met = self._met = met | dict(zip(new, self._embedder.encode(new), strict=True))
        return [met[text] for text in texts]

    def _told(self, state: DialogueState) -> list[Turn]:
        return [turn for turn in state.turns if self._tells(turn)][-self._config.turns :]

    def _bonus(self, query: str) -> np.ndarray:
        """Return a log-likelihood for each item, (items,)."""
        bonus = self._config.words * self._words.scores(query) - self._config.fame * self._popularity
        hits = self._index.near(self._embedder.encode([query])[0], self._config.nearest)
        rows = [self._catalog.position(hit.item_id) for hit in hits]
        bonus[rows] += self._config.meaning * (np.array([hit.similarity for hit in hits]) - hits[-1].similarity)
        return np.asarray(bonus)

    @cached_property
    def _popularity(self) -> np.ndarray:
        return np.array([item.popularity for item in self._catalog])

    def _tells(self, turn: Turn) -> bool:
        """Tell whether an utterance says what is wanted in words that mean more than what was linked in them."""
        if turn.retracted or turn.pressed or any(map(_says_nothing_of_it, turn.acts)):
            return False
        linked = " ".join(
            name
            for act in turn.acts
            if isinstance(act, Likes | Dislikes)
            for value in act.wish.values
            for name in self._called(act.wish.facet, value, isinstance(act, Dislikes))
        )
        known = FUNCTION_WORDS | _ASKING | {token.norm for token in tokenize(linked)}
        return sum(token.norm not in known for token in tokenize(_wanted(turn))) >= self._config.least_words

    def _called(self, facet: str, value: str, refused: bool) -> tuple[str, ...]:
        """Return the words for a linked value that say no more than it.

        Those for a mood or a theme often do, unless it is ``refused``.
        """
        if facet == TITLE:
            return (self._catalog[value].title,)
        return names_of(facet, value) if refused or facet in _PLAIN_FACETS else (value,)


def _says_nothing_of_it(act: Act) -> bool:
    """Tell whether words with this act are no description of what is wanted."""
    match act:
        case SmallTalk() | Accepts() | Undo() | Asks(Topic.WHY_ITEM | Topic.WHY_QUESTION | Topic.ABOUT | Topic.TASTE):
            return True
    return False


def _wanted(turn: Turn) -> str:
    """Return what an utterance asks for.

    An encoder takes "no horror" for a wish for horror, so what was understood as a refusal is left out.
    """
    begins = any(isinstance(act, Reset) for act in turn.acts)
    text = after_new_start(turn.text) if begins else turn.text
    refuses = any(isinstance(act, Dislikes | Rejects) for act in turn.acts)
    return without_refusals(text) if refuses else text
