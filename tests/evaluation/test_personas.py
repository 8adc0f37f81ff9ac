import json
from dataclasses import replace

import pandas as pd
import pytest

from catalog.items import Catalog
from evaluation.people import Step
from evaluation.personas import Described, Dislike, World
from evaluation.scenarios import Persona
from graph.evidence import Wish
from tests.catalogs import tiny_catalog
from tests.evaluation.stage import CATALOG, WORLD


def test_the_world_knows_training_ratings_alone_and_the_catalogue_as_it_is():
    assert WORLD.catalog.items == tiny_catalog().items
    held = {(pair.user, pair.target) for pairs in WORLD.histories.held_out.values() for pair in pairs}
    left = set(zip(WORLD.catalog.ratings["user"], WORLD.catalog.ratings["item"], strict=True))
    assert held
    assert not held & left


def test_a_catalogue_without_ratings_has_a_world_as_well():
    bare = World(Catalog("bare", tiny_catalog().items))
    assert not bare.users
    assert bare.pairs(Persona("movielens")) == ()
    assert len(bare.pool(Persona())) == 12


def test_people_in_the_ratings_are_in_thirds_by_activity_and_rarity():
    assert WORLD.users["ann"].liked == ("godfather",)
    assert WORLD.users["cat"].liked == ("toys",)
    rarity = {user: each.rarity for user, each in WORLD.users.items()}
    assert rarity["ann"] == "mainstream"
    assert rarity["eve"] == "niche"
    assert {each.activity for each in WORLD.users.values()} <= {"low", "middle", "high"}


def test_people_are_chosen_by_split_activity_and_rarity():
    everybody = WORLD.pairs(Persona("movielens"))
    assert {pair.user for pair in everybody} == {"ann", "cat", "dan", "eve"} | {pair.user for pair in everybody}
    assert {pair.target for pair in everybody if pair.user == "ann"} == {"heat"}
    assert {pair.target for pair in WORLD.pairs(Persona("movielens", split="valid")) if pair.user == "ann"} == {
        "casino"
    }
    mainstream = WORLD.pairs(Persona("movielens", rarity="mainstream"))
    assert mainstream
    assert set(mainstream) < set(everybody)
    by_third = [WORLD.pairs(Persona("movielens", activity=third)) for third in ("low", "middle", "high")]
    assert sorted(pair.user for pairs in by_third for pair in pairs) == sorted(pair.user for pair in everybody)


def test_items_are_of_the_head_the_middle_or_the_tail():
    kinds = {item.id: WORLD.popularity_of(item) for item in CATALOG}
    assert kinds["godfather"] == "head"
    assert kinds["airplane"] == "tail"
    assert kinds["runner"] == "middle"


def test_a_persona_narrows_what_people_look_for():
    assert [item.id for item in WORLD.pool(Persona(item="up"))] == ["up"]
    crime = Persona(where=(Wish("genre", ("Crime",)), Wish("year", (">=1990",))))
    assert [item.id for item in WORLD.pool(crime)] == ["heat", "casino"]
    assert {item.id for item in WORLD.pool(Persona(fame="tail"))} == {"casino", "up", "airplane", "groundhog", "amelie"}
    assert WORLD.pool(Persona(item="nonsense")) == ()


def test_what_fulfils_a_script_comes_best_known_first_without_what_it_names():
    script = (
        Step("", likes=(Wish("genre", ("Comedy",)), Wish("title", ("toys",)))),
        Step("", dislikes=(Wish("mood", ("silly",)),)),
    )
    assert [item.id for item in WORLD.fulfilling(script)] == ["groundhog", "up", "amelie"]


def written(tmp_path, *rows):
    file = tmp_path / "people.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def test_people_are_read_from_a_file(tmp_path):
    row = {"id": "ann", "likes": ["heat"], "dislikes": [{"facet": "genre", "value": "Horror"}], "target": "casino"}
    people = World(tiny_catalog()).described(written(tmp_path, row, "", {"id": "bob", "target": "up"}))
    assert people == (Described("ann", "casino", ("heat",), (Dislike("genre", "Horror"),)), Described("bob", "up"))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"id": "ann"}, "line 1: target: "),
        ({"id": "ann", "target": "nope"}, "line 1: no item 'nope' in catalogue 'tiny'"),
        ({"id": "ann", "target": "up", "likes": ["nope"]}, "no item 'nope'"),
        (
            {"id": "ann", "target": "up", "dislikes": [{"facet": "genre", "value": "Comedy"}]},
            "has the disliked 'Comedy'",
        ),
        ("{", "line 1: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, row, problem):
    with pytest.raises(ValueError, match=problem):
        World(tiny_catalog()).described(written(tmp_path, row))


def test_nobody_looks_for_something_of_which_nothing_can_be_asked(tmp_path):
    catalog = tiny_catalog()
    bare = replace(catalog, items=(*catalog.items, replace(catalog["up"], id="bare", facets={})))
    with pytest.raises(ValueError, match="nothing can be asked of the target 'bare'"):
        World(bare).described(written(tmp_path, {"id": "ann", "target": "bare"}))


def test_a_single_rater_is_of_some_third():
    rows = [("zoe", item.id, 5.0, place) for place, item in enumerate(CATALOG)]
    ratings = pd.DataFrame(rows, columns=["user", "item", "rating", "seconds"])
    world = World(replace(tiny_catalog(), ratings=ratings))
    assert world.users["zoe"].activity == "low"
