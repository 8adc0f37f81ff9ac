"""Systems that say which films a recommender will name, of which ``evaluation.dialogue`` compares the guesses."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.actions import Pick, Recommend
from agent.retrieve import Retriever, RetrieverConfig
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import Catalog
from evaluation.choices import Choices, fit
from evaluation.corpora import Conversation, Said
from evaluation.mentions import Library, learn
from evaluation.situations import Scorer, Situation, all_situations, folds
from evaluation.systems import Exact, Silent, ready_vectors
from graph.attributes import AttributeGraph
from graph.walk import posterior
from retrieval.embed import Embedder, TrainedEmbedder
from retrieval.words import WordIndex

_LEAST = -25.0
"""No film is held to be less likely than this, in natural logarithms, so that one misreading is not all that counts."""
_FOLDS = 3
_TAUGHT = 170
"""So many situations of each fold teach the weights of a blend."""


@dataclass(frozen=True)
class Setting:
    """What systems are made of, made once."""

    catalog: Catalog
    home: Path
    """The folder of all data."""
    seed: int = 0
    given: Embedder | None = None
    """What to embed with in the place of the chat's embedder."""

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of the chat."""
        return self.given or TrainedEmbedder(self.home)

    @cached_property
    def vectors(self) -> np.ndarray:
        """Of the items, (items, dimensions)."""
        return ready_vectors(self.catalog, self.home, self.embedder)

    @cached_property
    def library(self) -> Library:
        """What is known of the items beforehand."""
        return Library(self.catalog, self.vectors)

    @cached_property
    def listener(self) -> "Listener":
        """What Parley understands."""
        return Listener(self.catalog)


Learn = Callable[[Sequence[Conversation]], Scorer]
"""Dialogues to learn from, which may be none, to a system."""
Maker = Callable[[Setting], Learn]


class Popularity:
    """By how many dialogues name a film; without dialogues, by its fame in the catalogue, which also breaks ties."""

    def __init__(self, catalog: Catalog, taught: Sequence[Conversation]) -> None:
        """Count in the dialogues ``taught``."""
        counts = Counter(key for one in taught for key in {film.key for said in one.turns for film in said.films})
        self._scores = np.array([counts[item.id] + 0.5 * item.popularity for item in catalog])

    def scores(self, situation: Situation) -> np.ndarray:
        """Return the counts, (items,)."""
        return self._scores


class Listener:
    """Understands the seeker as the chat does; films that the recommender named count as shown."""

    def __init__(self, catalog: Catalog) -> None:
        """Understand by the rules, without a language model."""
        self.catalog = catalog
        self._understander = Understander(catalog, Silent())
        self._latest: tuple[tuple[Said, ...], DialogueState] = ((), DialogueState())

    def state(self, before: tuple[Said, ...]) -> DialogueState:
        """Return where the chat would stand after these turns."""
        known, state = self._latest
        # The situations of one dialogue come one after another: what was understood of it is not read again.
        if before[: len(known)] != known:
            known, state = (), DialogueState()
        for said in before[len(known) :]:
            state = self._after(state, said)
        self._latest = (before, state)
        return state

    def _after(self, state: DialogueState, said: Said) -> DialogueState:
        if said.seeker:
            return state.heard(said.text, self._understander.acts(said.text, state))
        shown = tuple(Pick(film.item_id, 0.0) for film in said.films if film.item_id)
        return state.decided(Recommend(shown)) if shown and state.turns else state


@dataclass(frozen=True)
class Planner:
    """By the posterior of the graph walk."""

    graph: AttributeGraph
    listener: Listener

    def scores(self, situation: Situation) -> np.ndarray:
        """Return its natural logs, (items,)."""
        state = self.listener.state(situation.before)
        probabilities = posterior(self.graph, state.evidence()).probabilities
        return np.asarray(np.log(np.maximum(probabilities, np.exp(_LEAST))))


@dataclass(frozen=True)
class Search:
    """By the meaning of the seeker's words and the words themselves, weighed as in the chat."""

    retriever: Retriever
    listener: Listener
    fame: np.ndarray = field(repr=False)

    def scores(self, situation: Situation) -> np.ndarray:
        """Return log-likelihoods, (items,); all 0 where the words say nothing beyond what was linked in them."""
        heard = self.retriever.heard(self.listener.state(situation.before))
        # The chat takes off fame, which its prior holds; here is no prior.
        return np.zeros(len(self.fame)) if heard is None else heard.bonus + RetrieverConfig.fame * self.fame


def _planner(setting: Setting) -> Learn:
    scorer = Planner(AttributeGraph(setting.catalog), setting.listener)
    return lambda taught: scorer


def _search(setting: Setting) -> Learn:
    index = Exact(setting.catalog, setting.vectors)
    retriever = Retriever(setting.catalog, index, WordIndex(setting.catalog), setting.embedder)
    scorer = Search(retriever, setting.listener, np.array([item.popularity for item in setting.catalog]))
    return lambda taught: scorer


def _mentions(setting: Setting) -> Learn:
    return lambda taught: learn(setting.library, taught, setting.seed)


SYSTEMS: Mapping[str, Maker] = {
    "popularity": lambda setting: lambda taught: Popularity(setting.catalog, taught),
    "retriever": _search,
    "planner": _planner,
    "mentions": _mentions,
}
"""How each system is made."""
HEAD = "head"
"""The name of the recommend head of a language model, which is made outside: it points at films and learns to."""
LEARNED = ("mentions", HEAD)
"""Those that are nothing without dialogues to learn from."""
_OWN_AGAIN = ("mentions", HEAD)
"""Those that know by themselves how likely it is that a film is named again."""


class Once:
    """Asks a scorer once about a situation, however often it is asked in a row."""

    def __init__(self, scorer: Scorer) -> None:
        """Ask ``scorer``."""
        self._scorer = scorer
        self._latest: tuple[Situation, np.ndarray] | None = None

    def scores(self, situation: Situation) -> np.ndarray:
        """Return what the scorer says, (items,)."""
        if self._latest is None or self._latest[0] is not situation:
            self._latest = (situation, self._scorer.scores(situation))
        return self._latest[1]


@dataclass(frozen=True)
class Blend:
    """A weighted sum of the scores of systems; whether a film was named already has a weight of its own."""

    parts: Mapping[str, Scorer]
    weights: np.ndarray
    """Of each part, then of being named already."""
    catalog: Catalog

    def scores(self, situation: Situation) -> np.ndarray:
        """Return the sums, (items,)."""
        return np.asarray(columns(self.parts, situation, self.catalog) @ self.weights.astype(np.float32))


def columns(parts: Mapping[str, Scorer], situation: Situation, catalog: Catalog) -> np.ndarray:
    """Return (items, parts + 1): the score of each part less its mean, and 1 for films that were named already.

    For those a part that knows nothing of naming again has no say: it would rule them out, as the chat should.
    """
    again = [catalog.position(key) for key in situation.met if key in catalog]
    found = np.zeros((len(catalog), len(parts) + 1), dtype=np.float32)
    for column, (name, part) in enumerate(parts.items()):
        scores = part.scores(situation)
        found[:, column] = scores - scores.mean()
        if name not in _OWN_AGAIN:
            found[again, column] = 0.0
    found[again, -1] = 1.0
    return found


def blend(learners: Mapping[str, Learn], catalog: Catalog, taught: Sequence[Conversation], seed: int) -> Blend:
    """Learn the weights of systems: each scores situations of a part of the dialogues, having learned from the rest."""
    rng = np.random.default_rng(seed)
    blocks: list[np.ndarray] = []
    chosen: list[int] = []
    for rest, aside in folds(taught, _FOLDS):
        parts = {name: learner(rest) for name, learner in learners.items()}
        found = all_situations(aside)
        # In their order: what was understood of a dialogue serves its next situation too.
        places = np.sort(rng.permutation(len(found))[:_TAUGHT])
        for situation in tqdm([found[place] for place in places], desc="weights", leave=False, disable=None):
            targets = [catalog.position(film.item_id) for film in situation.targets if film.item_id]
            if targets:
                chosen.append(len(blocks) * len(catalog) + int(rng.choice(targets)))
                blocks.append(columns(parts, situation, catalog))
    if not blocks:
        raise ValueError(f"{len(taught)} dialogues name no film of the catalogue from which to learn")
    starts = np.arange(len(blocks)) * len(catalog)
    weights = fit(Choices(np.concatenate(blocks), starts, np.array(chosen)))
    return Blend({name: Once(learner(taught)) for name, learner in learners.items()}, weights, catalog)
