from contextlib import contextmanager

import numpy as np
import pytest

from agent.retrieve import Retriever
from evaluation import rankers
from evaluation.rankers import BM25, Nearest, System, ranking
from evaluation.run import planner
from graph.attributes import AttributeGraph
from retrieval.embed import embed_items
from retrieval.store import Hit
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


class TestBM25(RankerContract):
    def make(self):
        return BM25(CATALOG)

    @pytest.mark.parametrize(("text", "first"), [("AMELIE", "amelie"), ("robot", "runner"), ("the flying", "airplane")])
    def test_case_accents_and_endings_do_not_matter(self, text, first):
        assert ranking(BM25(CATALOG).scores(text), CATALOG, ALL)[0] == first

    @pytest.mark.parametrize("text", ["", "the and of", "zzz"])
    def test_a_text_that_shares_no_words_leaves_the_catalogue_order(self, text):
        scores = BM25(CATALOG).scores(text)
        assert not scores.any()
        assert ranking(scores, CATALOG, SOME) == SOME


class TestSystem(RankerContract):
    def make(self):
        vectors, embedder = by_words()
        return System(planner(AttributeGraph(CATALOG), Retriever(CATALOG, Exact(vectors), embedder)))

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

    monkeypatch.setattr(rankers, "MiniLM", WordEmbedder)
    monkeypatch.setattr(rankers, "embedding_bar", no_bar)
    monkeypatch.setattr("evaluation.run.MiniLM", WordEmbedder)
    made = {name: type(make(CATALOG, tmp_path)) for name, make in rankers.RANKERS.items()}
    assert made == {"default": Nearest, "minilm": Nearest, "bm25": BM25, "system": System}


def test_measuring_the_encoder_writes_no_vectors(tmp_path, monkeypatch):
    monkeypatch.setattr(rankers, "MiniLM", WordEmbedder)
    rankers.minilm(CATALOG, tmp_path)
    assert list(tmp_path.iterdir()) == []
