from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from catalog.items import Catalog, Item
from retrieval.embed import MiniLM, embed_items, item_text, save_vectors, text_key
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent, told


class EmbedderContract:
    """What every embedder promises; ``embedder`` is a fixture of the class."""

    TEXTS = ("a quiet film about a lighthouse", "a loud film about a car chase", "?", "Amélie (2001)")

    def test_every_text_has_one_vector_of_length_one(self, embedder):
        vectors = embedder.encode(self.TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape[0] == 4
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_the_vector_of_a_text_does_not_depend_on_the_others(self, embedder):
        together = embedder.encode(self.TEXTS)
        apart = np.vstack([embedder.encode([text]) for text in self.TEXTS])
        np.testing.assert_allclose(together, apart, atol=1e-5)

    def test_equal_texts_have_equal_vectors(self, embedder):
        first, second = embedder.encode(["space opera", "space opera"])
        np.testing.assert_allclose(first, second, atol=1e-6)

    def test_a_text_is_nearer_to_one_that_resembles_it(self, embedder):
        query, near, far = embedder.encode(["a funny film about a robot", "a robot in a comedy film", "tax law"])
        assert query @ near > query @ far

    def test_the_embedder_has_a_name(self, embedder):
        assert embedder.id


class TestWordEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self):
        return WordEmbedder()


class TestMiniLM(EmbedderContract):
    @pytest.fixture(scope="class")
    def embedder(self):
        return MiniLM()

    def test_vectors_have_384_dimensions(self, embedder):
        assert embedder.encode(["heat"]).shape == (1, 384)

    def test_a_meaning_is_near_though_no_word_is_shared(self, embedder):
        query, near, far = embedder.encode(["scary movie", "a horror film full of dread", "a recipe for apple pie"])
        assert query @ near > query @ far + 0.1


def test_the_text_of_an_item_holds_its_title_its_facets_and_its_description():
    assert item_text(tiny_catalog()["up"]) == (
        "Up (2009). genre: Animation, Comedy. mood: heartwarming. theme: friendship, old age. director: Pete Docter. "
        "actor: Ed Asner. decade: 2000s. runtime: up to two hours. A animation film about friendship"
    )


def test_only_the_first_values_of_a_facet_are_told():
    cast = tuple(f"actor{number}" for number in range(9))
    text = item_text(Item("a", "A", facets={"actor": cast}))
    assert "actor5" in text
    assert "actor6" not in text


def test_the_text_of_a_bare_item_is_its_title():
    assert item_text(Item("a", "Heat")) == "Heat"


def test_a_key_is_a_number_of_63_bits_and_differs_by_text_and_embedder():
    one, two = WordEmbedder(1), WordEmbedder(2)
    keys = [text_key(one, "heat"), text_key(one, "Heat"), text_key(two, "heat")]
    assert len(set(keys)) == 3
    assert all(0 <= key < 2**63 for key in keys)
    assert text_key(WordEmbedder(1), "heat") == keys[0]


def test_items_are_embedded_in_catalogue_order():
    catalog, embedder = tiny_catalog(), WordEmbedder()
    vectors = embed_items(catalog, embedder, (), silent)
    np.testing.assert_allclose(vectors, embedder.encode([item_text(item) for item in catalog]), atol=1e-6)


def test_progress_is_told_what_is_ready_before_and_all_in_the_end(tmp_path):
    catalog, embedder, steps = tiny_catalog(), WordEmbedder(), []
    part = Catalog("part", catalog.items[:5])
    save_vectors(tmp_path / "part", part, embedder, embed_items(part, embedder, (), silent))
    embed_items(catalog, embedder, [tmp_path / "part"], told(steps))
    assert steps == [(5, 12), (12, 12)]


def test_many_items_are_embedded_in_batches():
    catalog, embedder, steps = Catalog("many", tuple(Item(str(n), f"t{n}") for n in range(2100))), WordEmbedder(), []
    vectors = embed_items(catalog, embedder, (), told(steps))
    assert len(vectors) == 2100
    assert len(steps) > 2
    assert steps == sorted(steps)
    np.testing.assert_allclose(vectors[[0, 299]], embedder.encode(["t0", "t299"]), atol=1e-6)


@pytest.fixture
def ready(tmp_path):
    """The vectors of the tiny catalogue in a file."""
    vectors = embed_items(tiny_catalog(), WordEmbedder(), (), silent)
    save_vectors(tmp_path / "vectors" / "tiny.safetensors", tiny_catalog(), WordEmbedder(), vectors)
    return tmp_path / "vectors" / "tiny.safetensors"


def test_ready_vectors_are_used_again_without_the_embedder(ready):
    embedder = WordEmbedder()
    vectors = embed_items(tiny_catalog(), embedder, [ready], silent)
    assert embedder.asked == []
    np.testing.assert_allclose(vectors, embed_items(tiny_catalog(), embedder, (), silent), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_only_a_changed_text_is_embedded_again(ready):
    catalog, embedder = tiny_catalog(), WordEmbedder()
    renamed = replace(catalog["heat"], title="Heat 2")
    changed = Catalog("tiny", (catalog.items[0], renamed, *catalog.items[2:]))
    embed_items(changed, embedder, [ready], silent)
    assert embedder.asked == [item_text(renamed)]


def test_a_changed_popularity_changes_no_vector(ready):
    catalog, embedder = tiny_catalog(), WordEmbedder()
    famous = Catalog("tiny", tuple(replace(item, popularity=0.5) for item in catalog))
    embed_items(famous, embedder, [ready], silent)
    assert embedder.asked == []


def test_vectors_are_found_whatever_the_order_of_the_items(ready):
    catalog, embedder = tiny_catalog(), WordEmbedder()
    forward = embed_items(catalog, embedder, [ready], silent)
    backward = embed_items(Catalog("tiny", catalog.items[::-1]), embedder, [ready], silent)
    assert embedder.asked == []
    np.testing.assert_array_equal(backward, forward[::-1])


def test_vectors_of_another_embedder_are_not_used(ready):
    embedder = WordEmbedder(version=2)
    embed_items(tiny_catalog(), embedder, [ready], silent)
    assert len(embedder.asked) == 12


def test_several_files_are_used_and_missing_ones_passed_over(ready, tmp_path):
    catalog, embedder = tiny_catalog(), WordEmbedder()
    more = Catalog("tiny", (*catalog.items, Item("ronin", "Ronin")))
    save_vectors(tmp_path / "more", Catalog("one", more.items[-1:]), embedder, embedder.encode(["Ronin"]))
    embedder.asked.clear()
    assert len(embed_items(more, embedder, [ready, tmp_path / "more", tmp_path / "nowhere"], silent)) == 13
    assert embedder.asked == []


def test_two_items_of_one_text_share_its_vector():
    catalog, embedder = Catalog("twins", (Item("a", "Same"), Item("b", "Same"))), WordEmbedder()
    first, second = embed_items(catalog, embedder, (), silent)
    np.testing.assert_array_equal(first, second)


def test_a_catalogue_without_items_has_no_vectors():
    assert len(embed_items(Catalog("none", ()), WordEmbedder(), (), silent)) == 0


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_file_is_named_with_the_way_out(ready, damage):
    ready.write_bytes(ready.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(ValueError, match=r"vectors at .*tiny\.safetensors are damaged .*; delete the file"):
        embed_items(tiny_catalog(), WordEmbedder(), [ready], silent)


def test_a_file_of_something_else_is_named_with_the_way_out(ready):
    save_file({"weights": np.zeros(3, dtype=np.float32)}, ready)
    with pytest.raises(ValueError, match=r"vectors at .*tiny\.safetensors are damaged .*; delete the file"):
        embed_items(tiny_catalog(), WordEmbedder(), [ready], silent)


def test_a_file_with_more_keys_than_vectors_is_named_with_the_way_out(ready):
    save_file({"keys": np.arange(3), "vectors": np.zeros((2, 64), dtype=np.float16)}, ready)
    with pytest.raises(ValueError, match=r"vectors at .*tiny\.safetensors are damaged .*; delete the file"):
        embed_items(tiny_catalog(), WordEmbedder(), [ready], silent)
