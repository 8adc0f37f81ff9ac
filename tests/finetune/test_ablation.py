import numpy as np
import pytest

from agent.language import Message
from finetune.ablation import AS_SPOKEN, PARTS, Ablation
from finetune.examples import Example
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
EXAMPLES = [
    Example((Message("user", "{1}?", (item_id,)),), reply)
    for item_id, reply in (("heat", "A heist."), ("up", "Aloft."))
]


@pytest.fixture
def found(trained_folder, tmp_path):
    ablation = Ablation(tmp_path, trained_folder, CATALOG)
    return {name: ablation.losses(name, EXAMPLES) for name in (*PARTS, AS_SPOKEN)}


def test_every_part_that_is_taken_away_changes_the_loss(found):
    assert [values.shape for values in found.values()] == [(2,)] * 7
    whole = found.pop("both")
    del found[AS_SPOKEN]
    assert {name: bool(np.allclose(values, whole, atol=1e-4)) for name, values in found.items()} == dict.fromkeys(
        found, False
    )


def test_the_chat_computes_nearly_what_was_trained(found):
    assert found[AS_SPOKEN] == pytest.approx(found["both"], rel=0.1)
