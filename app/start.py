"""From settings to a chatbot that is ready: catalogue, graph, index and language model, loaded side by side."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tqdm import tqdm

from agent.chatbot import Chatbot
from agent.smalltalk import SmallTalk
from app.adding import Additions, Models, bot_parts
from app.models import fetched_base, speaking_model
from app.settings import Settings
from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from finetune.hearing import LocalHearer, shipped_hearer
from finetune.model import LocalLanguageModel
from graph.attributes import AttributeGraph
from retrieval.build import open_catalog_index
from retrieval.embed import Embedder, TrainedEmbedder
from retrieval.store import ItemIndex

Say = Callable[[str], None]
"""Is told, a line at a time, what was made ready and how long it took."""


def ready_bot(settings: Settings, say: Say) -> tuple[Chatbot, Additions]:
    """Return a chatbot over the catalogue that was asked for, and what adds items to it."""
    embedder = TrainedEmbedder(settings.home)
    with ThreadPoolExecutor(thread_name_prefix="start") as pool:
        # The base's weights take longest to fetch and need nothing else, so they go first.
        fetched = pool.submit(fetched_base, settings.home, settings.model)
        with _step(f"catalogue {settings.catalog}", say):
            catalog = load_catalog(settings.home, settings.catalog)
        language = pool.submit(_language, settings, (catalog, embedder), fetched, say)
        graph = pool.submit(_graph, catalog, say)
        index = pool.submit(_index, settings.home, catalog, embedder, say)
        talk = SmallTalk(embedder.encode) if settings.catalog == films.NAME else None
        models = Models(language.result(), embedder, _hearer(settings, say), talk)
        parts = bot_parts(graph.result(), index.result(), models)
    bot = Chatbot(*parts, settings.conversations)
    additions = Additions(bot, index.result(), models, settings.home)
    # These are first needed when the first words were typed; until then they load behind the page.
    threading.Thread(target=_warm, args=(bot, embedder, talk), daemon=True).start()
    return bot, additions


def _warm(bot: Chatbot, embedder: Embedder, talk: SmallTalk | None) -> None:
    embedder.encode(["a quiet film"])
    if talk is not None:
        talk.ready()
    bot.graph.graph.number_of_nodes()


def _language(
    settings: Settings, seen: tuple[Catalog, Embedder], fetched: "Future[Path]", say: Say
) -> LocalLanguageModel:
    fetched.result()
    with _step("language model", say):
        return speaking_model(settings.home, settings.model, *seen)


def _hearer(settings: Settings, say: Say) -> LocalHearer | None:
    """Return what was trained to hear people talk about films; of other things, the rules hear better."""
    if settings.catalog != films.NAME:
        return None
    with _step("model that hears", say):
        return shipped_hearer(settings.home)


def _graph(catalog: Catalog, say: Say) -> AttributeGraph:
    with _step("attribute graph", say):
        graph = AttributeGraph(catalog)
        # The first likeness computes matrices that every later one uses.
        graph.likeness(catalog.items[0].id)
        return graph


def _index(home: Path, catalog: Catalog, embedder: Embedder, say: Say) -> ItemIndex:
    with _step("vector index", say), ExitStack() as stack:
        bars: list[tqdm[None]] = []

        def progress(done: int, count: int) -> None:
            # Only a build has a bar: an index that is sound is just opened.
            if not bars:
                bars.append(stack.enter_context(tqdm(total=count, desc="  embedding", unit=catalog.noun, disable=None)))
            bars[0].update(done - bars[0].n)

        return open_catalog_index(catalog, home, embedder, progress)


@contextmanager
def _step(what: str, say: Say) -> Iterator[None]:
    """Say how long ``what`` took."""
    begin = time.monotonic()
    yield
    say(f"  {what:<24}{time.monotonic() - begin:6.1f} s")
