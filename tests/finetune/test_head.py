import numpy as np
import pytest
import torch

from evaluation.mentions import Library
from evaluation.situations import Situation
from finetune.evidence import Evidence
from finetune.head import ClueBatch, HeadShape, PointerHead, load_head
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import lessons, said

CATALOG = tiny_catalog()
IDS = [item.id for item in CATALOG]
LIBRARY = Library(CATALOG, np.eye(12))
EVIDENCE = Evidence.learn(LIBRARY, lessons())
ITEMS = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
CLUES = [EVIDENCE.of(Situation("new", turns, ())) for turns in ((), (said(True, "", "alien", "heat"),))]


def make(**others):
    torch.manual_seed(0)
    return PointerHead(HeadShape(6, 5, 12, EVIDENCE.kinds, dim=4, inner=8, **others), ITEMS).eval()


def scores(head, hidden=None, clues=CLUES):
    with torch.inference_mode():
        return head(torch.ones(len(clues), 6) if hidden is None else hidden, ClueBatch.of(clues)).numpy()


def test_every_item_has_a_score_in_every_situation():
    assert scores(make()).shape == (2, 12)
    assert np.isfinite(scores(make())).all()


def test_an_untrained_head_that_points_nowhere_goes_by_fame():
    head = make()
    torch.nn.init.zeros_(head.key.weight)
    np.testing.assert_allclose(scores(head)[0], EVIDENCE.fame, rtol=1e-5)


def test_the_hidden_state_moves_the_scores():
    hidden = torch.tensor([[1.0, -1, 0, 0, 2, 0], [0, 3, 0, -1, 0, 0]])
    assert np.abs(np.diff(scores(make(), hidden, [CLUES[0]] * 2), axis=0)).max() > 1e-3


def test_the_weight_of_a_kind_of_evidence_counts_for_what_goes_with_the_items_named():
    head = make()
    before = scores(head)
    head.near.data[EVIDENCE.kinds.index("director")] = 2.0
    change = scores(head) - before
    assert not change[0].any(), "nothing was named there"
    assert change[1].argmax() == CATALOG.position("runner")


def test_the_weight_of_naming_again_counts_for_the_items_named_alone():
    head = make()
    before = scores(head)
    head.again.data[0] = 3.0
    change = scores(head) - before
    assert not change[0].any()
    np.testing.assert_allclose(change[1], [3.0 * (one in ("alien", "heat")) for one in IDS], atol=1e-5)


def test_what_was_said_can_sway_the_evidence():
    head = make()
    head.sways.weight.data[len(EVIDENCE.kinds)] = torch.arange(8.0)
    hidden = torch.tensor([[1.0, -1, 0, 0, 2, 0], [0, 3, 0, -1, 0, 0]])
    alien = CATALOG.position("alien")
    plain = make()
    moved = scores(head, hidden, [CLUES[1]] * 2)[:, alien] - scores(plain, hidden, [CLUES[1]] * 2)[:, alien]
    assert abs(moved[0] - moved[1]) > 1e-3


def test_without_knowledge_what_was_named_does_not_count():
    head = make(knowledge=False)
    head.near.data[:] = 2.0
    head.again.data[:] = 3.0
    found = scores(head)
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_vectors_of_other_items_are_refused():
    with pytest.raises(ValueError, match="12 items of 5 numbers"):
        PointerHead(HeadShape(6, 5, 12, EVIDENCE.kinds), ITEMS[:3])


def test_a_saved_head_scores_the_same_and_holds_no_vectors(tmp_path):
    head = make()
    head.bias.data[3] = 2.0
    head.save(tmp_path / "head", IDS, EVIDENCE.baskets)
    again, baskets = load_head(tmp_path / "head", IDS, ITEMS)
    assert Evidence(LIBRARY, baskets).baskets == EVIDENCE.baskets
    np.testing.assert_allclose(scores(again), scores(head), atol=0.02)
    assert sorted(path.name for path in (tmp_path / "head").iterdir()) == ["head.json", "head.safetensors"]
    big = PointerHead(HeadShape(576, 321, 500, EVIDENCE.kinds), np.zeros((500, 321)))
    big.save(tmp_path / "big", [str(number) for number in range(500)], [])
    weights = sum(parameter.numel() for parameter in big.parameters())
    assert (tmp_path / "big" / "head.safetensors").stat().st_size < 2 * weights + 4000


def test_a_head_of_another_catalogue_is_refused(tmp_path):
    make().save(tmp_path / "head", IDS, EVIDENCE.baskets)
    with pytest.raises(ValueError, match="points at other items"):
        load_head(tmp_path / "head", IDS[::-1], ITEMS)


def test_a_missing_or_damaged_head_is_told(tmp_path):
    with pytest.raises(ValueError, match="no recommend head in"):
        load_head(tmp_path, IDS, ITEMS)
    make().save(tmp_path / "head", IDS, EVIDENCE.baskets)
    (tmp_path / "head" / "head.safetensors").write_bytes(b"{}")
    with pytest.raises(ValueError, match="no recommend head in"):
        load_head(tmp_path / "head", IDS, ITEMS)
