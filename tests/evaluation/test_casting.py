import json

import pytest

from catalog.items import Catalog
from evaluation import casting
from evaluation.casting import person_of
from evaluation.personas import World
from evaluation.queries import Query
from evaluation.scenarios import Persona, Reveal, Scenario
from evaluation.simulator import SIMULATORS
from graph.evidence import Wish
from tests.catalogs import tiny_catalog
from tests.evaluation.stage import CATALOG, WORLD

SEEDS = range(60)
ANYONE = Persona()


@pytest.fixture
def asked():
    """Return a world with two written requests."""
    world = World(tiny_catalog())
    world.__dict__["queries"] = (
        Query("q1", "mood", "something to cheer me up", {"up": 1, "toys": 2, "groundhog": 2}, frozenset({"airplane"})),
        Query("q2", "plot", "the one at the hotel", {"shining": 1}),
    )
    return world


def people(behaviour, persona=ANYONE, world=WORLD, **given):
    scenario = Scenario("s", behaviour, persona, **given)
    return [person_of(scenario, seed, world) for seed in SEEDS]


@pytest.mark.parametrize(
    "behaviour", ["target", "target-free", "critiquing", "impatient", "contradictory", "returning"]
)
@pytest.mark.parametrize("source", ["catalogue", "movielens"])
def test_a_person_depends_on_scenario_and_seed_alone(behaviour, source):
    first = people(behaviour, Persona(source))
    assert first == people(behaviour, Persona(source), World(tiny_catalog()))
    assert len({person.target.id for person in first}) > 2
    assert all(person.groups["source"] == source for person in first)


def test_people_of_two_scenarios_differ():
    other = Scenario("t", "target", Persona())
    assert [person_of(other, seed, WORLD).target for seed in SEEDS] != [each.target for each in people("target")]


def test_the_scenario_says_how_patient_and_noisy_someone_is_and_how_they_begin():
    person = people("target", turns=4, noise=0.3, opening="Well then")[0]
    assert (person.config.turns, person.config.noise, person.opening) == (4, 0.3, "Well then")


def test_a_persona_without_anybody_is_an_error_that_names_the_scenario():
    with pytest.raises(ValueError, match="scenario 's': no item is as its persona has it in catalogue 'tiny'"):
        people("target", Persona(where=(Wish("genre", ("Polka",)),)))
    with pytest.raises(ValueError, match="scenario 's': nobody in the ratings"):
        people(
            "target",
            Persona("movielens", activity="high", rarity="niche", split="valid"),
            World(Catalog("tiny", tiny_catalog().items)),
        )


def test_people_of_the_ratings_look_for_what_they_came_to_like_and_may_name_what_they_liked():
    found = people("target", Persona("movielens"))
    pairs = {(pair.target) for pair in WORLD.histories.pairs("test")}
    assert {person.target.id for person in found} <= pairs
    named = [person for person in found if person.liked]
    assert named
    for person in named:
        assert person.liked.id in person.known
        assert person.target.id not in person.known
    assert all(person.groups["activity"] in ("low", "middle", "high") for person in found)
    assert all(person.groups["rarity"] in ("niche", "mixed", "mainstream") for person in found)


def test_who_wrote_a_request_begins_with_it_and_takes_what_answers_it(asked):
    for behaviour in ("target", "target-free", "impatient", "critiquing"):
        (person,) = {each.opening: each for each in people(behaviour, Persona("request", kind="mood"), asked)}.values()
        assert person.opening == "something to cheer me up"
        assert person.wanted == ("groundhog", "toys", "up")
        assert person.target.id == "groundhog"
        assert not any(wish.holds_for(CATALOG[item_id]) for wish in person.dislikes for item_id in person.wanted)
        assert "popularity" not in person.groups
    assert len({person.opening for person in people("target", Persona("request"), asked)}) == 2
    with pytest.raises(ValueError, match="no written request of kind 'facts'"):
        people("target", Persona("request", kind="facts"), asked)


def test_people_of_a_file_are_as_it_says(tmp_path):
    file = tmp_path / "people.jsonl"
    row = {
        "id": "ann",
        "likes": ["heat", "godfather"],
        "dislikes": [{"facet": "genre", "value": "Horror"}],
        "target": "casino",
    }
    file.write_text(json.dumps(row), encoding="utf-8")
    person = people("target", Persona("file", file=str(file)))[0]
    assert person.target.id == "casino"
    assert person.dislikes == (Wish("genre", ("Horror",)),)
    tasting = people("target-free", Persona("file", file=str(file)))[0]
    assert tasting.dislikes == (Wish("genre", ("Horror",)),)
    assert tasting.liked.id in row["likes"]
    file.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="nobody in"):
        people("target", Persona("file", file=str(file)), World(tiny_catalog()))


def test_someone_with_tastes_wants_what_is_good_and_the_held_out_like():
    for person in people("target-free", Persona("movielens")):
        assert person.target.id in person.wanted
        assert person.tastes
        assert person.liked.id not in person.wanted
        assert not any(wish.holds_for(CATALOG[item_id]) for wish in person.dislikes for item_id in person.wanted)


def test_a_script_wants_all_that_fulfils_it():
    reveals = (
        Reveal("a comedy", (Wish("genre", ("Comedy",)),)),
        Reveal("from before 2000", (), (Wish("year", ("<=1999",)),)),
    )
    person = people("reveal", reveals=reveals)[0]
    assert person.wanted == ("airplane", "groundhog", "toys")
    assert person.target.id == "toys"
    assert [step.words for step in person.script] == ["a comedy", "from before 2000"]
    with pytest.raises(ValueError, match="nothing fulfils every reveal"):
        people("reveal", reveals=(*reveals, Reveal("horror", (), (Wish("genre", ("Horror",)),))))
    with pytest.raises(ValueError, match="needs reveals"):
        people("reveal")


def test_someone_in_a_hurry_takes_all_that_is_as_they_say_within_five_turns():
    for person in people("impatient"):
        assert person.config.turns == 5
        assert 1 <= len(person.asks) <= 3
        assert len({facet for facet, _ in person.asks}) == len(person.asks)
        for item in CATALOG:
            fits = all(item.has(*pair) for pair in person.asks)
            free = not any(wish.holds_for(item) for wish in person.dislikes)
            assert (item.id in person.wanted) == (fits and free)
    assert people("impatient", turns=3)[0].config.turns == 3


def test_a_slip_is_not_so():
    slips = [(person, person.slip) for person in people("contradictory") if person.slip]
    assert {slip.wished for _, slip in slips} == {True, False}
    for person, slip in slips:
        assert person.target.has(slip.facet, slip.value) != slip.wished
        assert Wish(slip.facet, (slip.value,)) not in person.dislikes


def test_who_returns_looks_for_something_new_each_time():
    found = people("returning")
    assert {len(person.later) for person in found} == {1, 2}
    for person in found:
        visits = [person, *person.later]
        assert len({visit.target.id for visit in visits}) == len(visits)
        liked = {visit.liked.id for visit in visits if visit.liked}
        assert not liked & {visit.target.id for visit in visits[1:]}
        if len(visits) == 3:
            assert visits[1].later == (visits[2],)
        assert visits[-1].later == ()


def test_who_returns_looks_for_the_same_kind_of_item_as_long_as_there_is_any():
    crime = Persona(where=(Wish("genre", ("Crime",)),))
    for person in people("returning", crime):
        assert CATALOG["up"] not in [visit.target for visit in (person, *person.later)]
    assert all(person.later for person in people("returning", Persona(item="up")))


def test_groups_tell_the_fame_and_the_age_of_a_single_item_that_is_wanted():
    groups = {person.target.id: person.groups for person in people("target")}
    assert groups["godfather"] == {"source": "catalogue", "popularity": "head", "age": "1970s-1990s"}
    assert groups["casablanca"]["age"] == "before 1970"
    assert groups["amelie"]["age"] == "since 2000"


def test_the_name_of_every_manner_is_a_behaviour():
    assert set(casting._MANNERS) < set(SIMULATORS)
