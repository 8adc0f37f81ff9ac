import json

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from agent.language import Message
from finetune import trained
from finetune.adapter import AdapterShape, ItemAdapter
from finetune.features import collaborative, features
from finetune.trained import ABOUT, ADAPTER, LIKES, is_trained, load_trained, trained_base
from tests.catalogs import tiny_catalog
from tests.tiny_model import byte_tokenizer, tiny_llama

CATALOG = tiny_catalog()
SHAPE = AdapterShape(text_dim=12, collaborative_dim=2, tokens=2, hidden=16, inner=32, layers=1, heads=2, model_dim=32)
ASKED = (Message("user", "{1}?", ("heat",)),)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A base and, beside it, what training left: adapters that change every word, and an item adapter."""
    base, out = tmp_path / "base", tmp_path / "trained"
    tiny_llama().save_pretrained(base)
    byte_tokenizer().save_pretrained(base)
    torch.manual_seed(0)
    adapted = get_peft_model(tiny_llama(), LoraConfig(r=4, target_modules="all-linear"))
    for name, weights in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.5)
    adapted.save_pretrained(out)
    known = collaborative(CATALOG, SHAPE.collaborative_dim)
    ItemAdapter(SHAPE, size=1.0).save(out / ADAPTER)
    known.save(out / LIKES)
    (out / ABOUT).write_text(json.dumps({"base": str(base)}), encoding="utf-8")
    texts = np.eye(len(CATALOG), SHAPE.text_dim, dtype=np.float32)
    monkeypatch.setattr(
        trained, "ready_features", lambda catalog, home, embedder, known: features(catalog, texts, known)
    )
    monkeypatch.setattr(trained, "base_folder", lambda home, name: base)
    return out


def test_a_folder_that_training_left_is_known_and_names_its_base(folder, tmp_path):
    assert is_trained(folder)
    assert not is_trained(tmp_path / "base")
    assert trained_base(folder) == str(tmp_path / "base")


def test_a_trained_model_is_merged_once_sees_items_and_needs_no_examples(folder, tmp_path):
    model = load_trained(tmp_path, folder, CATALOG, None)
    merged = list((tmp_path / "models").glob("trained-*/model.safetensors"))
    made = merged[0].stat().st_mtime_ns
    assert model.taught
    seen, other = (model.score(asked, ("a", "b")) for asked in (ASKED, (Message("user", "{1}?", ("up",)),)))
    assert seen != other
    again = load_trained(tmp_path, folder, CATALOG, None)
    assert again.score(ASKED, ("a", "b")) == pytest.approx(seen, abs=0.02)
    assert merged[0].stat().st_mtime_ns == made
