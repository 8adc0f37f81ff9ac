import pytest

from agent.language import Message
from finetune.trained import is_trained, load_trained, trained_base
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
ASKED = (Message("user", "{1}?", ("heat",)),)


@pytest.fixture
def folder(trained_folder):
    return trained_folder


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
