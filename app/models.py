"""The language model that a setting names: a base as it comes, or one that Parley trained."""

from pathlib import Path

from catalog.items import Catalog
from finetune.model import LocalLanguageModel
from finetune.trained import is_trained, load_trained, trained_base
from retrieval.base import fetch_base, named_base
from retrieval.embed import Embedder


def fetched_base(home: Path, model: str) -> Path:
    """Return the folder of the weights below a model, fetched to ``home`` where they have to be."""
    folder = Path(model).expanduser()
    return fetch_base(home, named_base(trained_base(folder) if is_trained(folder) else model))


def speaking_model(home: Path, model: str, catalog: Catalog, embedder: Embedder) -> LocalLanguageModel:
    """Load a model by hub id or folder; one that Parley trained sees the items of ``catalog``."""
    folder = Path(model).expanduser()
    if is_trained(folder):
        return load_trained(home, folder, catalog, embedder)
    return LocalLanguageModel.load(fetched_base(home, model))
