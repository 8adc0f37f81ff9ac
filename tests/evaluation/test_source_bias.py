from dataclasses import replace

import numpy as np
import pytest

from evaluation.source_bias import (
    SourceConfig,
    audit,
    balance,
    bare,
    drawn,
    exposure,
    requests,
    written,
)
from tests.catalogs import tiny_catalog
from tests.evaluation.layers import COUNT, ByFame, ByLength, Fair, film, layered

CATALOG = layered()
KIND = np.array([written(item) for item in CATALOG])
ALIKE = np.zeros(COUNT, dtype=int)
GENRES = tuple(request for request in requests(CATALOG) if "from the 1990s" in request.words)


def weighed(ranker, bands=ALIKE, asked=GENRES, kind=KIND):
    return balance(exposure(ranker, asked, "short", 10), asked, kind, bands, seed=0)


def test_any_part_of_the_layer_makes_an_item_a_written_one():
    full, none = film(0), film(1)
    assert written(full)
    assert not written(none)
    for part in ({"description": "A film."}, {"memories": ("a red balloon",)}, {"facets": {"mood": ("dark",)}}):
        assert written(replace(none, **part))


def test_without_the_layer_the_facts_are_left():
    found = bare(film(0))
    assert not written(found)
    assert found.facets == {"genre": ("Comedy", "Drama"), "decade": ("1990s",), "director": ("Director 0",)}
    assert (found.id, found.title, found.year, found.popularity) == ("f00", "Film 0", 1995, 0.5)
    assert bare(film(1)) == film(1)


def test_about_half_of_the_written_items_lose_it_always_the_same_ones_and_no_others():
    many = [replace(film(0), id=f"x{number}") for number in range(1000)]
    assert 430 < sum(map(drawn, many)) < 570
    assert not any(drawn(item) for item in CATALOG if not written(item))


def test_requests_name_what_enough_items_of_both_kinds_have():
    assert [request.words for request in requests(CATALOG)] == [
        "any Comedy film from the 1990s",
        "any Drama film from the 1990s",
        "any film by Director 0",
        "any film by Director 1",
        "any film by Director 2",
    ]
    assert all(KIND[request.fulfilling].sum() == len(request.fulfilling) / 2 for request in requests(CATALOG))
    assert [request.words for request in requests(CATALOG, SourceConfig(least=9))] == [
        request.words for request in GENRES
    ]
    assert len(requests(CATALOG, SourceConfig(most=1))) == 2


def test_a_request_that_every_item_fits_into_one_slate_would_say_nothing():
    assert not [request for request in requests(CATALOG, SourceConfig(slate=16)) if " by " in request.words]


def test_a_catalogue_of_one_kind_cannot_be_audited():
    with pytest.raises(ValueError, match="no request of catalogue 'tiny' is fulfilled by items of both kinds"):
        requests(tiny_catalog())


def test_exposure_falls_with_the_rank_and_counts_only_what_fulfils_the_request():
    asked = [request for request in requests(CATALOG) if "Director 0" in request.words]
    shown = exposure(Fair(CATALOG), asked, "short", 10)
    assert np.flatnonzero(shown[0]).tolist() == [0, 3, 6, 9]
    assert shown[0, [0, 3, 6]].tolist() == pytest.approx([1.0, 1 / np.log2(5), 1 / np.log2(8)])


def test_a_ranker_that_favours_long_descriptions_shows_the_written_ones_too_often():
    found = weighed(ByLength(CATALOG))
    assert (found.requests, found.due) == (2, 0.5)
    assert (found.written.value, found.written.low, found.plain.value) == (2, 2, 0)


def test_a_fair_ranker_shows_each_kind_as_often_as_it_deserves():
    found = weighed(Fair(CATALOG))
    assert found.written.value == pytest.approx(1)
    assert found.plain.value == pytest.approx(1)


def test_the_share_that_is_deserved_is_that_among_the_items_that_fulfil_a_request():
    few = np.arange(COUNT) < 12
    found = weighed(Fair(CATALOG), kind=few)
    assert found.due == pytest.approx(12 / COUNT)
    assert found.written.value == pytest.approx(COUNT / 12)


def test_better_known_items_are_not_taken_for_favoured_ones():
    known = np.arange(COUNT) < COUNT // 2
    catalog = replace(CATALOG, items=tuple(film(number, 0.2 + 0.6 * known[number]) for number in range(COUNT)))
    assert weighed(ByFame(catalog), kind=KIND & known).written.value == pytest.approx(2)
    within_bands = weighed(ByFame(catalog), kind=KIND & known, bands=known.astype(int))
    assert within_bands.written.value == pytest.approx(1)


def test_items_outside_all_bands_do_not_count():
    found = weighed(ByLength(CATALOG), bands=np.where(np.arange(COUNT) < 8, 0, -1))
    assert found.due == pytest.approx(0.5)
    assert weighed(ByLength(CATALOG), bands=np.full(COUNT, -1)) is None


@pytest.fixture(scope="module")
def tables():
    return audit(CATALOG, lambda catalog: {"fair": Fair(catalog), "by length": ByLength(catalog)}, seed=0)


def test_the_audit_has_a_line_for_each_ranker_wording_and_comparison(tables):
    balances, _ = tables.values()
    assert [(row["ranker"], row["items"]) for row in balances][:2] == [
        ("fair, short requests", "all"),
        ("fair, short requests", "equally popular"),
    ]
    assert {row["ranker"].split(",")[0]: row["written: exposure / merit"].value > 1.5 for row in balances} == {
        "fair": False,
        "by length": True,
    }


def test_whoever_loses_the_layer_loses_what_it_brought(tables):
    _, effects = tables.values()
    found = {
        row["items"].split(" (")[0]: row["after / before"].value
        for row in effects
        if row["ranker"] == "by length, long requests"
    }
    assert found["written, layer taken away"] == 0
    assert found["written, layer kept"] > 1
    fair = [row["after / before"].value for row in effects if row["ranker"].startswith("fair")]
    assert fair == [1.0] * len(fair)
