"""A trained dialogue model made ready to chat: the base with what was learned merged in, kept once, and its sight."""

import hashlib
import json
from pathlib import Path

import torch
from filelock import FileLock
from peft import PeftModel

from catalog.items import Catalog
from catalog.storage import fresh_folder
from finetune.adapter import ItemAdapter, softener
from finetune.features import Collaborative, ready_features
from finetune.model import LocalLanguageModel, Sight
from retrieval.embed import Embedder, base_folder
from retrieval.tower import load_language, load_tokenizer

ADAPTER, LIKES, ABOUT, LORA = "adapter", "collaborative", "dialogue.json", "adapter_model.safetensors"
SHIPPED = Path(__file__).parent / "data" / "dialogue"
"""The model that comes with the project."""


def is_trained(folder: Path) -> bool:
    """Tell whether ``python -m finetune.train`` left a model in a folder."""
    return (folder / ABOUT).is_file()


def trained_base(folder: Path) -> str:
    """Return the hub id or folder of what the model in a folder was trained on."""
    return str(json.loads((folder / ABOUT).read_text(encoding="utf-8"))["base"])


def load_trained(home: Path, folder: Path, catalog: Catalog, embedder: Embedder) -> LocalLanguageModel:
    """Load the model in ``folder`` to speak of ``catalog``; merging it into its base is done once, below ``home``."""
    known = Collaborative.load(folder / LIKES)
    features = ready_features(catalog, home, embedder, known)
    adapter = ItemAdapter.load(folder / ADAPTER)
    soften = softener(adapter, features)

    @torch.inference_mode()
    def seen(rows: torch.Tensor) -> torch.Tensor:
        return soften(rows)

    return LocalLanguageModel.load(_merged(home, folder), sight=Sight(features.rows, seen, adapter.shape.tokens))


def _merged(home: Path, folder: Path) -> Path:
    """Return a folder with the weights of the base and the trained model in one."""
    digest = hashlib.sha256((folder / LORA).read_bytes()).hexdigest()[:12]
    target = home / "models" / f"trained-{digest}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_name(f"{target.name}.lock")):
        if not (target / "model.safetensors").exists():
            base = base_folder(home, trained_base(folder))
            whole = PeftModel.from_pretrained(load_language(base, 0, torch.float32), str(folder), local_files_only=True)
            with fresh_folder(target) as building:
                whole.merge_and_unload().to(torch.bfloat16).save_pretrained(str(building))
                load_tokenizer(base).save_pretrained(str(building))
    return target
