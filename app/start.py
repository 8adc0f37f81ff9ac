"""From settings to a chatbot that is ready: catalogue, graph, index and language model, loaded side by side."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.chatbot import Chatbot
from agent.respond import Respondent
from agent.retrieve import Retriever
from agent.understand import Understander
from app.settings import Settings
from catalog import films
from catalog.items import Catalog
from finetune.base import fetch_base, named_base
from finetune.model import LocalLanguageModel
from graph.attributes import AttributeGraph
from retrieval.embed import SHIPPED, MiniLM, embed_items, save_vectors
from retrieval.store import ItemIndex, Manifest, open_index


def ready_bot(settings: Settings) -> Chatbot:
    """Return a chatbot over the catalogue that was asked for, printing what takes time."""
    embedder = MiniLM()
    with ThreadPoolExecutor(thread_name_prefix="start") as pool:
        # The language model takes longest and needs nothing else, so it goes first.
        language = pool.submit(_language, settings)
        catalog = load_catalog(settings.home, settings.catalog)
        graph = pool.submit(_graph, catalog)
        index = pool.submit(_index, settings.home, catalog, embedder)
        understander = Understander(catalog, language.result())
        respondent = Respondent(catalog, language.result())
        retriever = Retriever(catalog, index.result(), embedder)
        bot = Chatbot(graph.result(), understander, retriever, respondent, settings.conversations)
    # The encoder is first needed when the first words were typed; until then it loads behind the page.
    threading.Thread(target=embedder.encode, args=(["a quiet film"],), daemon=True).start()
    return bot


def load_catalog(home: Path, name: str) -> Catalog:
    """Return a catalogue by name; the films that ship are built when they are not there or not readable."""
    folder = home / "catalogs" / name
    known = sorted(path.parent.name for path in folder.parent.glob("*/catalog.json"))
    if name not in known and name != films.NAME:
        have = ", ".join(sorted({films.NAME, *known}))
        raise ValueError(f"no catalogue {name!r} among {have}; make one with `python -m catalog.ingest FILE`")
    with _step(f"catalogue {name}"):
        try:
            return Catalog.load(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            if name != films.NAME:
                raise ValueError(f"catalogue {name!r} at {folder} is damaged ({error}); ingest it again") from error
        catalog, _ = films.build()
        catalog.save(folder)
        return catalog


def _language(settings: Settings) -> LocalLanguageModel:
    folder = fetch_base(settings.home, named_base(settings.model))
    with _step("language model"):
        return LocalLanguageModel.load(folder)


def _graph(catalog: Catalog) -> AttributeGraph:
    with _step("attribute graph"):
        graph = AttributeGraph(catalog)
        # The first likeness computes matrices that every later one uses.
        graph.likeness(catalog.items[0].id)
        return graph


def _index(home: Path, catalog: Catalog, embedder: MiniLM) -> ItemIndex:
    manifest = Manifest(catalog.digest, embedder.id, len(catalog))
    with _step("vector index"):
        return open_index(
            home / "indexes" / catalog.name,
            manifest,
            [item.id for item in catalog],
            lambda: _vectors(home, catalog, embedder),
        )


def _vectors(home: Path, catalog: Catalog, embedder: MiniLM) -> np.ndarray:
    """Return (items, dimensions); what had to be computed is kept for the next time."""
    kept = home / "vectors" / f"{catalog.name}.safetensors"
    with tqdm(total=len(catalog), desc="  embedding items", unit="item", disable=None) as bar:
        ready = (*sorted(SHIPPED.glob("*.safetensors")), kept)
        counts: list[int] = []

        def progress(done: int, _: int) -> None:
            bar.update(done - bar.n)
            counts.append(done)

        vectors = embed_items(catalog, embedder, ready, progress)
    if counts and counts[0] < len(catalog):
        save_vectors(kept, catalog, embedder, vectors)
    return vectors


@contextmanager
def _step(what: str) -> Iterator[None]:
    """Print how long ``what`` took."""
    begin = time.monotonic()
    yield
    print(f"  {what:<24}{time.monotonic() - begin:6.1f} s", flush=True)  # noqa: T201
