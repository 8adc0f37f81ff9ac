"""Systems that a simulated person can talk to: Parley, parts of it, and what it has to beat."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from tqdm import tqdm

from agent.actions import Action, Pick, Recommend, Reply, ReplyKind
from agent.chatbot import Chatbot
from agent.language import Guide, Message
from agent.phrases import listed
from agent.policy import PolicyConfig
from agent.respond import Respondent
from agent.retrieve import Retriever, Support
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import Catalog
from evaluation.personas import World
from graph.attributes import AttributeGraph
from retrieval.build import Progress, catalog_vectors, kept_vectors, open_catalog_index
from retrieval.embed import Embedder, TrainedEmbedder
from retrieval.store import Hit
from retrieval.words import WordIndex

_SLATE_SIZE = PolicyConfig().slate_size


@dataclass(frozen=True)
class Answer:
    """A system's part of a turn."""

    action: Action
    reply: str
    tokens: int = 0
    """That a language model generated for it."""


class System(Protocol):
    """Something that recommends in a conversation."""

    def answer(self, conversation: str, text: str) -> Answer:
        """Take a turn; a conversation that was not heard of before begins with it."""
        ...


class Silent:
    """A language model with nothing to say: decisions are judged, and the words are Parley's plain ones."""

    taught = False

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield nothing."""
        return iter(())

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Find all options equally likely."""
        return (0.0,) * len(options)


class Unaided:
    """No search: the words that were not linked say nothing."""

    def heard(self, state: DialogueState) -> None:
        """Return nothing."""
        return None

    def nearest(self, state: DialogueState, item_id: str) -> str:
        """Return nothing."""
        return ""


def planner(graph: AttributeGraph, retriever: Support | None = None) -> Chatbot:
    """Return a chatbot that says plain sentences; without a retriever it goes by what was linked alone."""
    catalog = graph.catalog
    retriever = Unaided() if retriever is None else retriever
    return Chatbot(graph, Understander(catalog, Silent()), retriever, Respondent(catalog, Silent()))


def chat_retriever(catalog: Catalog, home: Path) -> Retriever:
    """Return the retriever of the chat, whose index is built first where ``home`` has none."""
    embedder = TrainedEmbedder(home)
    with embedding_bar(catalog) as progress:
        index = open_catalog_index(catalog, home, embedder, progress)
    return Retriever(catalog, index, WordIndex(catalog), embedder)


@contextmanager
def embedding_bar(catalog: Catalog) -> Iterator[Progress]:
    """Show, in a terminal, how many items of ``catalog`` have a vector."""
    with tqdm(total=len(catalog), desc="embedding", unit=catalog.noun, disable=None) as bar:
        yield lambda done, _: bar.update(done - bar.n)


class Exact:
    """Nearest items by all vectors: several processes can search the same ones at once, and find the same."""

    def __init__(self, catalog: Catalog, vectors: np.ndarray) -> None:
        """Search (items, dimensions) unit vectors in catalogue order."""
        self._ids = [item.id for item in catalog]
        self._vectors = vectors

    def near(self, vector: np.ndarray, k: int) -> tuple[Hit, ...]:
        """Return the ``k`` items nearest to a (dimensions,) unit vector, nearest first; fewer if there are fewer."""
        similarities = self._vectors @ vector
        rows = np.argsort(-similarities, kind="stable")[:k]
        return tuple(Hit(self._ids[row], float(similarities[row])) for row in rows)


class _MissingError(Exception):
    """Not every item has a vector yet."""


def ready_vectors(catalog: Catalog, home: Path, embedder: Embedder) -> np.ndarray:
    """Return (items, dimensions) in catalogue order; those that have to be made are kept below ``home``."""

    def refuse(done: int, total: int) -> None:
        if done < total:
            raise _MissingError

    try:
        return catalog_vectors(catalog, home, embedder, refuse)
    except _MissingError:
        with embedding_bar(catalog) as progress:
            return kept_vectors(catalog, home, embedder, progress)


class Parley:
    """Parley itself, or what a chatbot is without some of its parts."""

    def __init__(self, bot: Chatbot) -> None:
        """Let ``bot`` take the turns."""
        self.bot = bot

    def answer(self, conversation: str, text: str) -> Answer:
        """Take a turn."""
        *_, last = self.bot.talk(conversation, text)
        action = last.state.turns[-1].action
        if action is None:
            raise ValueError(f"Parley did nothing about {text!r}")
        return Answer(action, last.text)


Ordering = Callable[[str, Sequence[str]], np.ndarray]
"""Conversation and all that was said in it to the rows of the catalogue, (items,), best first."""


class Lister:
    """Asks nothing and shows, whatever is said, the next three of an order that it has not shown yet."""

    def __init__(self, catalog: Catalog, order: Ordering) -> None:
        """Show items of ``catalog`` by ``order``."""
        self._catalog = catalog
        self._order = order
        self._said: dict[str, list[str]] = {}
        self._shown: dict[str, set[int]] = {}

    def answer(self, conversation: str, text: str) -> Answer:
        """Take a turn."""
        said = self._said.setdefault(conversation, [])
        said.append(text)
        shown = self._shown.setdefault(conversation, set())
        rows = [row for row in self._order(conversation, said).tolist() if row not in shown][:_SLATE_SIZE]
        shown.update(rows)
        items = [self._catalog.items[row] for row in rows]
        if not items:
            return Answer(Reply(ReplyKind.NOTHING_FITS), "That was all I have.")
        titles = listed([item.label for item in items], "or")
        return Answer(Recommend(tuple(Pick(item.id, 0.0) for item in items)), f"How about {titles}?")


def by_popularity(catalog: Catalog) -> Ordering:
    """Return the order by fame, best known first, which no words change."""
    rows = np.argsort([-item.popularity for item in catalog], kind="stable")
    return lambda conversation, said: rows


def at_random(catalog: Catalog) -> Ordering:
    """Return an order that is drawn anew for each conversation, by its id."""

    def order(conversation: str, said: Sequence[str]) -> np.ndarray:
        return np.random.default_rng(zlib.crc32(conversation.encode())).permutation(len(catalog))

    return order


def by_nearness(vectors: np.ndarray, embedder: Embedder) -> Ordering:
    """Return the order by the cosine of (items, dimensions) unit vectors to all that was said, as one text."""

    def order(conversation: str, said: Sequence[str]) -> np.ndarray:
        return np.argsort(-(vectors @ embedder.encode([". ".join(said)])[0]), kind="stable")

    return order


def exact_retriever(catalog: Catalog, home: Path) -> Retriever:
    """Return the retriever of the chat, but with an exact search."""
    embedder = _warm_embedder(home)
    index = Exact(catalog, ready_vectors(catalog, home, embedder))
    return Retriever(catalog, index, WordIndex(catalog), embedder)


def _warm_embedder(home: Path) -> Embedder:
    """Return the embedder of the chat, loaded: the first turn's time should be like any other's."""
    embedder = TrainedEmbedder(home)
    embedder.encode(["a quiet film"])
    return embedder


def warm_graph(world: World) -> AttributeGraph:
    """Return the world's graph with all that is otherwise made in the first turn that needs it."""
    world.graph.likeness(world.catalog.items[0].id)
    world.graph.graph.number_of_nodes()
    return world.graph


def _retriever_only(world: World, home: Path) -> System:
    embedder = _warm_embedder(home)
    return Lister(world.catalog, by_nearness(ready_vectors(world.catalog, home, embedder), embedder))


def _base_llm(world: World, home: Path) -> System:
    # It imports torch, for which the other systems need not wait.
    from evaluation.base_llm import load

    return load(world.catalog, home)


SYSTEMS: Mapping[str, Callable[[World, Path], System]] = {
    "parley": lambda world, home: Parley(planner(warm_graph(world), exact_retriever(world.catalog, home))),
    "planner-only": lambda world, home: Parley(planner(warm_graph(world))),
    "retriever-only": _retriever_only,
    "popularity": lambda world, home: Lister(world.catalog, by_popularity(world.catalog)),
    "random": lambda world, home: Lister(world.catalog, at_random(world.catalog)),
    "base-llm": _base_llm,
}
"""How each system is made of the world of its people and the folder of all data."""
SEARCHING = ("parley", "retriever-only")
"""Those that need a vector of every item."""


def build(name: str, world: World, home: Path) -> System:
    """Return the system of a name."""
    if name not in SYSTEMS:
        raise ValueError(f"no system {name!r}; choose among {', '.join(SYSTEMS)}")
    return SYSTEMS[name](world, home)
