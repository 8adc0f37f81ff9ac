"""What the words of the dialogue say beyond what was linked: nearness in the vector index."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agent.acts import Accepts, Dislikes, Likes, Rejects, SmallTalk, Undo
from agent.lexicon import FUNCTION_WORDS, tokenize
from agent.state import DialogueState, Turn
from catalog.items import TITLE, Catalog
from retrieval.embed import Embedder
from retrieval.store import Hit


class Index(Protocol):
    """Finds items near a vector."""

    def near(self, vector: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the ``k`` nearest items, nearest first."""
        ...


class Support(Protocol):
    """Evidence about items from beyond the graph."""

    def support(self, state: DialogueState) -> np.ndarray:
        """Return a log-likelihood bonus for each item, (items,)."""
        ...


@dataclass(frozen=True)
class RetrieverConfig:
    """How far the dialogue's own words move the posterior."""

    nearest: int = 200
    weight: float = 2.0
    """Log-likelihood (natural) of the nearest item over one that was not retrieved."""
    least_words: int = 2
    """An utterance makes part of the query if it has this many words beyond what was linked."""
    turns: int = 3
    """How many of the person's last utterances make the query."""


class Retriever:
    """Turns the dialogue into evidence about items through their vectors."""

    def __init__(
        self, catalog: Catalog, index: Index, embedder: Embedder, config: RetrieverConfig = RetrieverConfig()
    ) -> None:
        """Search ``index``, whose vectors were made by ``embedder``."""
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._config = config

    def support(self, state: DialogueState) -> np.ndarray:
        """Return a log-likelihood bonus for each item, (items,), 0 for those not retrieved.

        Utterances that refuse something are left out of the query: an encoder takes "no horror" for a
        wish for horror.
        """
        bonus = np.zeros(len(self._catalog))
        query = self._query(state)
        if not query:
            return bonus
        hits = self._index.near(self._embedder.encode([query])[0], self._config.nearest)
        top, floor = hits[0].similarity, hits[-1].similarity
        for hit in hits:
            share = (hit.similarity - floor) / (top - floor) if top > floor else 1.0
            bonus[self._catalog.position(hit.item_id)] = self._config.weight * share
        return bonus

    def _query(self, state: DialogueState) -> str:
        typed = [
            turn.text
            for turn in state.turns
            if not turn.retracted
            and not turn.pressed
            and not any(isinstance(act, Dislikes | Rejects) for act in turn.acts)
            and not any(isinstance(act, SmallTalk | Accepts | Undo) for act in turn.acts)
            and self._says_more(turn)
        ]
        return ". ".join(typed[-self._config.turns :])

    def _says_more(self, turn: Turn) -> bool:
        """Tell whether an utterance has words that bear meaning beyond what was linked."""
        linked = " ".join(
            self._catalog[value].title if act.wish.facet == TITLE else value
            for act in turn.acts
            if isinstance(act, Likes)
            for value in act.wish.values
        )
        known = FUNCTION_WORDS | {token.norm for token in tokenize(linked)}
        return sum(token.norm not in known for token in tokenize(turn.text)) >= self._config.least_words
