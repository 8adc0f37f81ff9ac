import json

import numpy as np
import pytest

from app.redial import main
from evaluation import dialogue
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import CRIME, SCARY, SWEET, write_redial
from tests.retrieval.fakes import WordEmbedder
from tests.tiny_model import byte_tokenizer, tiny_llama

LESSONS = [SCARY, SWEET, CRIME, SCARY, SWEET] * 4


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(dialogue, "load_catalog", lambda home, name: tiny_catalog())
    monkeypatch.setattr("evaluation.scorers.TrainedEmbedder", lambda home: WordEmbedder())
    model = tiny_llama()
    model.config.max_position_embeddings = 4096
    model.save_pretrained(tmp_path / "model")
    byte_tokenizer().save_pretrained(tmp_path / "model")
    return tmp_path


def run(home, *more):
    train = write_redial(home / "train.jsonl", *LESSONS)
    data = write_redial(home / "dev.jsonl", SCARY, SWEET)
    out = home / "out.json"
    where = ("--home", home / "home", "--model", home / "model", "--states", home / "states.safetensors")
    main([*map(str, ("--data", data, "--train", train, "--out", out, *where, *more))])
    return json.loads(out.read_text(encoding="utf-8"))


def test_the_head_is_measured_beside_the_others_and_takes_part_in_fused(home, capsys):
    rows = run(home)
    assert {"popularity", "retriever", "planner", "mentions", "head", "fused"} <= rows.keys()
    assert rows["head"]["n"] == 6
    assert 0 < rows["head"]["recall@10"] <= 5 / 6 + 1e-4
    assert "| all | head | 6 |" in capsys.readouterr().out


def test_what_was_read_is_kept_for_the_next_run(home, monkeypatch):
    first = run(home, "--systems", "head")
    monkeypatch.setattr("finetune.dialogue.DialogueModel.states", None)
    assert run(home, "--systems", "head") == first


def test_the_head_can_do_without_knowledge(home):
    rows = run(home, "--systems", "head", "--no-knowledge")
    assert np.isfinite(rows["head"]["mrr"])


def test_the_head_has_to_learn(home):
    data = write_redial(home / "dev.jsonl", SCARY)
    with pytest.raises(SystemExit, match="head learns from dialogues"):
        main(["--data", str(data), "--systems", "head"])


def test_a_folder_without_a_model_is_told(home):
    with pytest.raises(SystemExit, match="error: "):
        run(home, "--model", str(home / "nothing"))
