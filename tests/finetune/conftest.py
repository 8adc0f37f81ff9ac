"""What the tests of training share."""

import json

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from finetune import ablation, trained
from finetune.adapter import AdapterShape, ItemAdapter
from finetune.features import collaborative, features
from finetune.trained import ABOUT, ADAPTER, LIKES
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

SHAPE = AdapterShape(text_dim=12, collaborative_dim=2, tokens=2, hidden=16, inner=32, layers=1, heads=2, model_dim=32)


@pytest.fixture(autouse=True)
def one_thread():
    """Compute tiny networks on one thread: several would wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def trained_folder(tmp_path, monkeypatch):
    """A base and, beside it, what training left: adapters that change every word, and an item adapter."""
    base, out, catalog = tmp_path / "base", tmp_path / "trained", tiny_catalog()
    tiny_llama().save_pretrained(base)
    byte_tokenizer().save_pretrained(base)
    torch.manual_seed(0)
    adapted = get_peft_model(tiny_llama(), LoraConfig(r=4, target_modules="all-linear"))
    for name, weights in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.5)
    adapted.save_pretrained(out)
    known = collaborative(catalog, SHAPE.collaborative_dim)
    ItemAdapter(SHAPE, size=1.0).save(out / ADAPTER)
    known.save(out / LIKES)
    (out / ABOUT).write_text(json.dumps({"base": str(base)}), encoding="utf-8")
    texts = np.eye(len(catalog), SHAPE.text_dim, dtype=np.float32)
    for module in (ablation, trained):
        monkeypatch.setattr(
            module, "ready_features", lambda catalog, home, embedder, known: features(catalog, texts, known)
        )
        monkeypatch.setattr(module, "base_folder", lambda home, name: base)
    monkeypatch.setattr(ablation, "TrainedEmbedder", lambda home: None)
    return out
