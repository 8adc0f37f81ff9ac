import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from catalog.items import Catalog, Item
from retrieval import store
from retrieval.store import CatalogIndex, Manifest, open_index, rebuild_index

COUNT, DIMENSIONS = 200, 64
IDS = [f"item{number}" for number in range(COUNT)]
MANIFEST = Manifest("digest", "words", COUNT)
MANY = 1100
"""From 1,000 on Chroma takes vectors out of its database into files of their own."""
MANY_IDS = [f"item{number}" for number in range(MANY)]
MANY_MANIFEST = Manifest("digest", "words", MANY)
ROOT = Path(__file__).parents[2]


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors():
    return unit(np.random.default_rng(7).normal(size=(COUNT, DIMENSIONS)))


@pytest.fixture
def folder(tmp_path, vectors):
    """A built index that nobody has open."""
    rebuild_index(tmp_path / "indexes" / "tiny", MANIFEST, IDS, vectors)
    return tmp_path / "indexes" / "tiny"


@pytest.fixture
def opened(folder):
    """Open an index of 200 items; what a test opens is closed after it."""
    indexes = []

    def open_it(manifest=MANIFEST, item_ids=IDS, vectors=None):
        indexes.append(open_index(folder, manifest, item_ids, vectors or must_not_build))
        return indexes[-1]

    yield open_it
    for index in indexes:
        index.close()


def must_not_build():
    raise AssertionError("a sound index was built again")


def must_build(vectors):
    """Return a source of vectors, and the list of its calls."""
    calls = []

    def give():
        calls.append(True)
        return vectors

    return give, calls


def test_every_item_is_nearest_to_itself(opened, vectors):
    index = opened()
    assert len(index) == COUNT
    for item_id, vector in zip(IDS[:20], vectors[:20], strict=True):
        hit = index.near(vector, 1)[0]
        assert hit.item_id == item_id
        assert hit.similarity == pytest.approx(1, abs=1e-5)


def test_the_nearest_come_first_with_their_cosine(opened, vectors):
    hits = opened().near(vectors[0], 10)
    similarities = [hit.similarity for hit in hits]
    assert similarities == sorted(similarities, reverse=True)
    for hit in hits:
        assert hit.similarity == pytest.approx(float(vectors[IDS.index(hit.item_id)] @ vectors[0]), abs=1e-4)


def test_the_search_finds_nearly_all_that_an_exact_search_finds(opened, vectors):
    index = opened()
    queries = unit(np.random.default_rng(8).normal(size=(20, DIMENSIONS)))
    found = 0
    for query in queries:
        exact = {IDS[row] for row in np.argsort(-(vectors @ query))[:10]}
        found += len(exact & {hit.item_id for hit in index.near(query, 10)})
    assert found >= 0.95 * 200


def test_the_length_of_a_query_does_not_matter(opened, vectors):
    index = opened()
    assert [hit.item_id for hit in index.near(7 * vectors[3], 5)] == [hit.item_id for hit in index.near(vectors[3], 5)]


def test_there_are_fewer_hits_where_there_are_fewer_items(opened, vectors):
    assert len({hit.item_id for hit in opened().near(vectors[0], 1000)}) == COUNT


def test_an_index_of_nothing_has_no_hits(tmp_path, vectors):
    index = open_index(tmp_path / "none", Manifest("digest", "words", 0), [], lambda: vectors[:0])
    try:
        assert len(index) == 0
        assert index.near(vectors[0], 3) == ()
    finally:
        index.close()


def test_a_known_id_gets_the_new_vector(opened, vectors):
    index = opened()
    index.add(["item0"], -vectors[:1])
    assert len(index) == COUNT
    assert index.near(-vectors[0], 1)[0].item_id == "item0"
    assert index.near(vectors[0], 1)[0].item_id != "item0"


def test_an_added_item_is_found(opened, vectors):
    index = opened()
    index.add(["new"], unit(vectors[:1] + 0.5 * vectors[1:2]))
    assert len(index) == COUNT + 1
    assert "new" in {hit.item_id for hit in index.near(vectors[0], 2)}


def test_a_sound_index_is_opened_without_building(opened, vectors):
    first = opened()
    before = first.near(vectors[5], 5)
    first.close()
    assert opened().near(vectors[5], 5) == before


def test_a_missing_index_is_built(tmp_path, vectors):
    give, calls = must_build(vectors)
    index = open_index(tmp_path / "a" / "b", MANIFEST, IDS, give)
    assert calls == [True]
    assert index.near(vectors[9], 1)[0].item_id == "item9"
    index.close()


@pytest.mark.parametrize("manifest", [Manifest("other", "words", COUNT), Manifest("digest", "other", COUNT)])
def test_an_index_of_another_catalogue_or_embedder_is_built_again(opened, vectors, manifest):
    give, calls = must_build(-vectors)
    index = opened(manifest, vectors=give)
    assert calls == [True]
    assert index.near(-vectors[9], 1)[0].item_id == "item9"


def test_an_index_of_fewer_items_replaces_one_of_more(opened, vectors):
    index = opened(Manifest("smaller", "words", 50), IDS[:50], lambda: vectors[:50])
    assert len(index) == 50
    assert {hit.item_id for hit in index.near(vectors[150], 50)} == set(IDS[:50])


def empty_database(folder):
    (folder / "chroma.sqlite3").write_bytes(b"")


def garbage_database(folder):
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 1000)


def cut_database(folder):
    whole = (folder / "chroma.sqlite3").read_bytes()
    (folder / "chroma.sqlite3").write_bytes(whole[: len(whole) // 2])


def no_database(folder):
    (folder / "chroma.sqlite3").unlink()


def segments(folder):
    return [path for path in folder.iterdir() if path.is_dir()]


def no_vectors(folder):
    assert segments(folder)
    for segment in segments(folder):
        shutil.rmtree(segment)


def garbage_vectors(folder):
    assert segments(folder)
    for segment in segments(folder):
        for file in segment.iterdir():
            file.write_bytes(b"garbage" * 100)


def no_vector_data(folder):
    (next(iter(segments(folder))) / "data_level0.bin").unlink()


def empty_vector_data(folder):
    (next(iter(segments(folder))) / "data_level0.bin").write_bytes(b"")


def cut_vector_data(folder):
    file = next(iter(segments(folder))) / "data_level0.bin"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def no_manifest(folder):
    (folder / "manifest.json").unlink()


def garbage_manifest(folder):
    (folder / "manifest.json").write_bytes(b"\xff\xfe garbage")


def manifest_of_a_list(folder):
    (folder / "manifest.json").write_text("[]")


def manifest_of_other_fields(folder):
    (folder / "manifest.json").write_text(json.dumps({"version": 1}))


def empty_folder(folder):
    shutil.rmtree(folder)
    folder.mkdir()


DAMAGES = [
    empty_database,
    garbage_database,
    cut_database,
    no_database,
    no_manifest,
    garbage_manifest,
    manifest_of_a_list,
    manifest_of_other_fields,
    empty_folder,
]
DAMAGES_OF_VECTORS = [no_vectors, garbage_vectors, no_vector_data, cut_vector_data]
OPEN_DAMAGED = """
import sys
from pathlib import Path
import numpy as np
from retrieval.store import Manifest, open_index

def give():
    print("built")
    return vectors

vectors = np.load(sys.argv[2])
item_ids = [f"item{row}" for row in range(MANY)]
index = open_index(Path(sys.argv[1]), Manifest("digest", "words", MANY), item_ids, give)
print(sum(index.near(vectors[row], 1)[0].item_id == item_ids[row] for row in range(0, MANY, 10)))
"""


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_built_again(opened, folder, vectors, damage):
    damage(folder)
    give, calls = must_build(vectors)
    index = opened(vectors=give)
    assert calls == [True]
    assert len(index) == COUNT
    assert [index.near(vectors[row], 1)[0].item_id for row in (0, 99, 199)] == ["item0", "item99", "item199"]


@pytest.mark.parametrize("damage", DAMAGES_OF_VECTORS, ids=lambda damage: damage.__name__)
def test_a_small_index_with_damaged_vectors_answers_right(opened, folder, vectors, damage):
    """Up to 1,000 vectors lie in the database too, and Chroma makes up for a lost file from there."""
    damage(folder)
    index = opened(vectors=lambda: vectors)
    assert [index.near(vectors[row], 1)[0].item_id for row in range(COUNT)] == IDS


@pytest.fixture(scope="module")
def many():
    return unit(np.random.default_rng(7).normal(size=(MANY, DIMENSIONS)))


@pytest.fixture
def large(tmp_path, many):
    """A built index that keeps its vectors in files of their own."""
    rebuild_index(tmp_path / "large", MANY_MANIFEST, MANY_IDS, many)
    return tmp_path / "large"


@pytest.mark.parametrize("damage", [*DAMAGES_OF_VECTORS, empty_vector_data], ids=lambda damage: damage.__name__)
def test_a_large_index_with_damaged_vectors_is_built_again(large, many, tmp_path, damage):
    """In a process of its own, because Chroma may crash the one that opens damaged vectors."""
    damage(large)
    np.save(tmp_path / "many.npy", many)
    script = OPEN_DAMAGED.replace("MANY", str(MANY))
    command = [sys.executable, "-c", script, str(large), str(tmp_path / "many.npy")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["built", "110"]), done.stderr[-500:]


def test_a_sound_large_index_is_opened_again_and_again_without_building(large, many):
    for _ in range(3):
        index = open_index(large, MANY_MANIFEST, MANY_IDS, must_not_build)
        assert index.near(many[700], 1)[0].item_id == "item700"
        index.close()


def test_an_index_that_was_built_again_is_sound_from_then_on(opened, folder, vectors):
    no_vectors(folder)
    opened(vectors=lambda: vectors).close()
    assert opened().near(vectors[4], 1)[0].item_id == "item4"


def test_a_failing_build_leaves_the_old_index(opened, folder, vectors):
    with pytest.raises(ValueError):
        rebuild_index(folder, Manifest("new", "words", 2), ["a", "b"], vectors[:1])
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
    assert opened().near(vectors[4], 1)[0].item_id == "item4"


def test_failing_vectors_leave_the_old_index(opened, folder, vectors):
    def fail():
        raise ValueError("no vectors today")

    with pytest.raises(ValueError, match="no vectors today"):
        opened(Manifest("new", "words", COUNT), vectors=fail)
    assert opened().near(vectors[4], 1)[0].item_id == "item4"


def test_an_index_can_be_built_again_while_the_old_one_is_open(opened, folder, vectors):
    old = opened()
    old.near(vectors[0], 1)
    rebuild_index(folder, Manifest("new", "words", COUNT), IDS, -vectors)
    old.close()
    assert opened(Manifest("new", "words", COUNT)).near(-vectors[0], 1)[0].item_id == "item0"


GROWN = Manifest("grown", "words", COUNT + 1)


def test_an_index_that_was_extended_is_opened_without_building(opened, vectors):
    first = opened()
    first.extend(["new"], -vectors[:1], GROWN)
    assert first.near(-vectors[0], 1)[0].item_id == "new"
    first.close()
    index = opened(GROWN, [*IDS, "new"])
    assert len(index) == COUNT + 1
    assert index.near(-vectors[0], 1)[0].item_id == "new"


def test_an_extended_index_is_stale_for_the_catalogue_before(opened, vectors):
    first = opened()
    first.extend(["new"], -vectors[:1], GROWN)
    first.close()
    give, calls = must_build(vectors)
    assert len(opened(vectors=give)) == COUNT
    assert calls == [True]


@pytest.mark.parametrize("manifest", [MANIFEST, GROWN])
def test_an_index_that_died_before_its_manifest_is_built_again(opened, folder, vectors, manifest, monkeypatch):
    first = opened()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store, "_write_manifest", interrupted)
        first.extend(["new"], -vectors[:1], GROWN)
    first.close()
    ids = IDS if manifest is MANIFEST else [*IDS, "new"]
    give, calls = must_build(np.vstack([vectors, -vectors[:1]])[: len(ids)])
    index = opened(manifest, ids, give)
    assert calls == [True]
    assert len(index) == manifest.count


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_large_index_is_extended_past_the_point_where_chroma_writes_its_files_anew(large, many):
    """Chroma keeps up to 999 additions in its database and then writes the files whose digests the manifest holds."""
    extra = unit(np.random.default_rng(9).normal(size=(1002, DIMENSIONS)))
    more = [f"extra{row}" for row in range(len(extra))]
    index = open_index(large, MANY_MANIFEST, MANY_IDS, must_not_build)
    before = (large / "manifest.json").read_text()
    for start, end in ((0, 1), (1, 998), (998, 1001), (1001, 1002)):
        manifest = Manifest(f"grown {end}", "words", MANY + end)
        index.extend(more[start:end], extra[start:end], manifest)
        index.close()
        index = open_index(large, manifest, [*MANY_IDS, *more[:end]], must_not_build)
        assert index.near(extra[end - 1], 1)[0].item_id == more[end - 1]
    index.close()
    assert json.loads(before)["files"] != json.loads((large / "manifest.json").read_text())["files"]


def test_a_catalogue_does_not_see_what_was_added_for_a_later_one(opened, vectors):
    catalog = Catalog("any", tuple(Item(item_id, "T") for item_id in IDS))
    index = opened()
    seen = CatalogIndex(index, catalog)
    before = seen.near(vectors[0], 5)
    more = [f"new{row}" for row in range(20)]
    index.add(more, unit(vectors[:1] + 0.01 * vectors[1:21]))
    assert index.near(vectors[0], 5) != before
    assert seen.near(vectors[0], 5) == before
    assert CatalogIndex(index, catalog.with_items(Item(name, "T") for name in more)).near(vectors[0], 5) == index.near(
        vectors[0], 5
    )
