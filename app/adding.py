"""Adding items to a chatbot that is running: they are kept, and can be recommended in conversations under way."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from agent.chatbot import Chatbot
from agent.hearing import Hearer
from agent.language import LanguageModel
from agent.respond import Respondent
from agent.retrieve import Retriever
from agent.smalltalk import SmallTalk
from agent.understand import Understander
from catalog.adding import described_item
from catalog.items import Catalog, Item, ItemError
from catalog.saved import keep_items
from graph.attributes import AttributeGraph
from retrieval.build import extend_catalog_index
from retrieval.embed import Embedder
from retrieval.store import CatalogIndex, ItemIndex
from retrieval.words import WordIndex

Parts = tuple[AttributeGraph, Understander, Retriever, Respondent]
"""What a chatbot is made of, in the order in which it takes them."""


@dataclass(frozen=True)
class Models:
    """The models that a chatbot speaks, searches and hears with."""

    language: LanguageModel
    embedder: Embedder
    hearer: Hearer | None = None
    """Of films alone: it was trained on what people say of them."""
    talk: SmallTalk | None = None
    """Written for talk of films too."""


def bot_parts(graph: AttributeGraph, index: ItemIndex, models: Models) -> Parts:
    """Return the parts of a chatbot over the catalogue of ``graph``."""
    catalog = graph.catalog
    retriever = Retriever(catalog, CatalogIndex(index, catalog), WordIndex(catalog), models.embedder)
    understander = Understander(catalog, models.language, models.hearer)
    return graph, understander, retriever, Respondent(catalog, models.language, models.talk)


class Additions:
    """Adds items to the catalogue of a running chatbot; safe to use from several threads."""

    def __init__(self, bot: Chatbot, index: ItemIndex, models: Models, home: Path) -> None:
        """Add to the catalogue of ``bot`` as it is kept below ``home``, and to its ``index``."""
        self._bot = bot
        self._index = index
        self._models = models
        self._home = home
        self._one_at_a_time = threading.Lock()

    @property
    def catalog(self) -> Catalog:
        """The catalogue with all that was added so far."""
        return self._bot.catalog

    def add(self, *items: Item) -> None:
        """Keep new items and make them known to the chatbot, whose turns go on meanwhile.

        Raises ItemError, and changes nothing, when the catalogue cannot take one of them. Whatever fails or dies
        before the items are kept leaves the catalogue without them; the index is then built again at the next start.
        """
        with self._one_at_a_time:
            before = self._bot.catalog
            grown = before.with_items(items)
            parts = bot_parts(ready_graph(grown), self._index, self._models)
            extend_catalog_index(self._index, grown, items, self._models.embedder)
            keep_items(self._home, before, items)
            self._bot.renew(*parts)


def ready_graph(catalog: Catalog) -> AttributeGraph:
    """Return the attribute graph with all that is otherwise made in the first turn that needs it."""
    graph = AttributeGraph(catalog)
    graph.likeness(catalog.items[0].id)
    graph.graph.number_of_nodes()
    return graph


class AddingEndpoint:
    """What the API offers where adding is allowed."""

    def __init__(self, additions: Additions) -> None:
        """Add through ``additions``."""
        self._additions = additions

    def add(
        self,
        id: str,
        title: str,
        year: int | None = None,
        facets: dict[str, list[str]] | None = None,
        description: str = "",
    ) -> dict[str, Any]:
        """Add an item to the catalogue, so that it can be recommended from the next turn on, and return it.

        ``id`` must be new. ``facets`` maps names that the catalogue knows to lists of values, as in
        ``{"genre": ["Drama"], "director": ["Jane Campion"]}``. An addition takes some seconds and is for good.
        """
        try:
            item = described_item(self._additions.catalog, id, title, year, facets or {}, description)
            self._additions.add(item)
        except ItemError as error:
            raise gr.Error(str(error)) from None
        return {
            "id": item.id,
            "title": item.title,
            "year": item.year,
            "facets": {facet: list(values) for facet, values in item.facets.items()},
            "description": item.description,
        }
