"""The language model that a setting names: the one that comes with Parley, a base as it comes, or one trained here."""

from pathlib import Path

from agent.briefs import NOUN
from app.settings import PARLEY
from catalog.items import Catalog
from finetune.model import LocalLanguageModel
from finetune.trained import SHIPPED, is_trained, load_trained, trained_base
from retrieval.base import fetch_base, named_base
from retrieval.embed import Embedder


def fetched_base(home: Path, model: str) -> Path:
    """Return the folder of the weights below a model, fetched to ``home`` where they have to be."""
    folder = _folder(model)
    return fetch_base(home, named_base(trained_base(folder) if is_trained(folder) else model))


def speaking_model(home: Path, model: str, catalog: Catalog, embedder: Embedder) -> LocalLanguageModel:
    """Load a model by name; one that Parley trained sees the items of ``catalog``.

    Parley's own has learnt to speak of films. Of other things its base speaks, as it comes.
    """
    folder = _folder(model)
    if is_trained(folder) and (catalog.noun == NOUN or model != PARLEY):
        return load_trained(home, folder, catalog, embedder)
    return LocalLanguageModel.load(fetched_base(home, model))


def _folder(model: str) -> Path:
    return SHIPPED if model == PARLEY else Path(model).expanduser()
