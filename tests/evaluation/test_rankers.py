from contextlib import contextmanager

import numpy as np
import pytest

from agent.retrieve import Retriever
from evaluation import rankers
from evaluation.rankers import Nearest, Scope, System, ranker, ranking
from evaluation.systems import planner
from graph.attributes import AttributeGraph
from retrieval.embed import embed_items
from retrieval.store import Hit
from retrieval.words import WordIndex
from tests.catalogs import tiny_catalog
from tests.retrieval.fakes import WordEmbedder, silent

CATALOG = tiny_catalog()
ALL = tuple(item.id for item in CATALOG)
SOME = tuple(item_id for item_id in ALL if item_id not in ("casino", "airplane"))
TEXTS = ("a monster in space", "no horror", "amelie in Paris!", "hello", "zzz", "the", "🍿", "", "a" * 3000)


class Exact:
    """An index that looks at every vector."""

    def __init__(self, vectors):
        self.vectors = vectors

    def near(self, vector, k):
        cosines = self.vectors @ vector
        return tuple(Hit(ALL[row], float(cosines[row])) for row in np.argsort(-cosines)[:k])


def by_words():
    embedder = WordEmbedder()
    return embed_items(CATALOG, embedder, (), silent), embedder


def of_words(*_):
    """Stand in for the class of an embedder, whatever it is made of."""
    return WordEmbedder()


class RankerContract:
    @pytest.fixture(scope="class")
    def ranker(self):
        return self.make()

    @pytest.mark.parametrize("text", TEXTS)
    def test_every_item_has_a_score_that_is_a_number(self, ranker, text):
        scores = ranker.scores(text)
        assert scores.shape == (len(CATALOG),)
        assert np.isfinite(scores).all()

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_ranking_holds_each_candidate_once_best_first(self, ranker, text):
        scores = ranker.scores(text)
        ranked = ranking(scores, CATALOG, SOME)
        assert sorted(ranked) == sorted(SOME)
        own = [float(scores[CATALOG.position(item_id)]) for item_id in ranked]
        assert own == sorted(own, reverse=True)

    @pytest.mark.parametrize("text", TEXTS)
    def test_what_is_excluded_is_not_ranked_and_the_rest_keeps_its_order(self, ranker, text):
        scores = ranker.scores(text)
        whole = ranking(scores, CATALOG, SOME)
        assert ranking(scores, CATALOG, SOME, {"alien", "casino"}) == tuple(
            item_id for item_id in whole if item_id != "alien"
        )

    @pytest.mark.parametrize("text", TEXTS)
    def test_the_same_text_gets_the_same_scores_whatever_came_between(self, ranker, text):
        before = ranker.scores(text).copy()
        ranker.scores("I loved Casino")
        assert (ranker.scores(text) == before).all()
        assert (self.make().scores(text) == before).all()

    def test_what_a_text_describes_comes_first(self, ranker):
        assert ranking(ranker.scores("space monster"), CATALOG, ALL)[0] == "alien"


class TestNearest(RankerContract):
    def make(self):
        return Nearest(*by_words())

    def test_scores_are_cosines(self):
        vectors, embedder = by_words()
        scores = Nearest(vectors, embedder).scores("a heist in Paris")
        assert np.abs(scores).max() <= 1 + 1e-6
        assert scores[3] == pytest.approx(float(vectors[3] @ embedder.encode(["a heist in Paris"])[0]))


class TestWordIndex(RankerContract):
    def make(self):
        return WordIndex(CATALOG)

    @pytest.mark.parametrize(("text", "first"), [("AMELIE", "amelie"), ("robot", "runner"), ("the flying", "airplane")])
    def test_case_accents_and_endings_do_not_matter(self, text, first):
        assert ranking(WordIndex(CATALOG).scores(text), CATALOG, ALL)[0] == first

    @pytest.mark.parametrize("text", ["", "the and of", "zzz"])
    def test_a_text_that_shares_no_words_leaves_the_catalogue_order(self, text):
        scores = WordIndex(CATALOG).scores(text)
        assert not scores.any()
        assert ranking(scores, CATALOG, SOME) == SOME


class TestSystem(RankerContract):
    def make(self):
        vectors, embedder = by_words()
        return System(
            planner(AttributeGraph(CATALOG), Retriever(CATALOG, Exact(vectors), WordIndex(CATALOG), embedder))
        )

    def test_what_is_ruled_out_comes_last_in_catalogue_order(self):
        scores = self.make().scores("no dramas and no horror")
        out = [item.id for item in CATALOG if {"Drama", "Horror"} & set(item.facets["genre"])]
        assert [scores[CATALOG.position(item_id)] for item_id in out] == [0.0] * len(out)
        assert list(ranking(scores, CATALOG, ALL)[-len(out) :]) == out

    def test_words_and_links_both_count(self):
        whole = self.make().scores("an Al Pacino film with detectives and crooks")
        linked = System(planner(AttributeGraph(CATALOG))).scores("an Al Pacino film with detectives and crooks")
        assert ranking(linked, CATALOG, ALL)[:2] == ("godfather", "heat")
        assert (whole != linked).any()


def test_every_ranker_is_made_by_its_name(tmp_path, monkeypatch):
    @contextmanager
    def no_bar(catalog):
        yield silent

    for name in ("MiniLM", "TrainedEmbedder", "BaseEmbedder"):
        monkeypatch.setattr(rankers, name, of_words)
    monkeypatch.setattr(rankers, "embedding_bar", no_bar)
    monkeypatch.setattr("evaluation.systems.TrainedEmbedder", of_words)
    made = {name: type(ranker(name, Scope(CATALOG, tmp_path, SOME))) for name in rankers.RANKERS}
    nearest = dict.fromkeys(("default", "minilm", "minilm-parts", "base"), Nearest)
    assert made == nearest | dict.fromkeys(("bm25", "words"), WordIndex) | {"system": System}


def test_a_name_that_means_no_ranker_is_an_error_that_lists_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="no embedder 'minilm2'; choose default, minilm, .*, or the folder"):
        ranker("minilm2", Scope(CATALOG, tmp_path, ALL))


def test_vectors_can_be_cut_to_their_first_dimensions():
    vectors, embedder = by_words()
    cut = vectors[:, :8] / np.linalg.norm(vectors[:, :8], axis=1, keepdims=True)
    query = embedder.encode(["a monster in space"])[0, :8]
    expected = cut @ (query / np.linalg.norm(query))
    np.testing.assert_allclose(Nearest(vectors, embedder, 8).scores("a monster in space"), expected, atol=1e-6)


def test_an_embedder_looks_at_the_candidates_alone(tmp_path):
    embedder = WordEmbedder()
    found = rankers.nearest(Scope(CATALOG, tmp_path, SOME), embedder)
    assert len(embedder.asked) == len(SOME)
    assert found.scores("a monster in space")[CATALOG.position("casino")] == 0


def test_measuring_the_encoder_writes_no_vectors(tmp_path, monkeypatch):
    rankers.nearest(Scope(CATALOG, tmp_path, ALL), WordEmbedder())
    assert list(tmp_path.iterdir()) == []
