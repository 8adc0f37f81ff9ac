import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from evaluation import scenarios
from evaluation.checks import CHECKS
from evaluation.people import Record
from evaluation.scenarios import (
    BEHAVIOURS,
    KINDS,
    SOURCES,
    Persona,
    Reveal,
    Scenario,
    ScenarioError,
    evaluated,
    load_scenarios,
    matching,
    validated,
)
from evaluation.transcripts import Dialogue, Exchange
from graph.evidence import Wish
from graph.questions import Question
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
ROOT = Path(__file__).parents[2]
ASK = Ask(Question("mood", ("tense", "dark"), 1.0))
ASK_GENRE = Ask(Question("genre", ("Crime", "Comedy"), 1.0))
SILENT = Reply(ReplyKind.CONFIRM)
COMEDY = Wish("genre", ("Comedy",))
SHORT = Wish("runtime", ("<=100",))


@pytest.fixture(scope="module")
def library():
    return load_scenarios()


@pytest.fixture
def reading(tmp_path):
    def read(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenarios(path)

    return read


def complaint(reading, text):
    with pytest.raises(ScenarioError) as error:
        reading(text)
    return str(error.value)


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


def talk(*turns, taken=None, wanted=("heat",), earlier=()):
    """Return a dialogue of actions, or of pairs of a record and an action."""
    pairs = [turn if isinstance(turn, tuple) else (Record(), turn) for turn in turns]
    exchanges = tuple(Exchange("words", record, action, "reply", 0.0) for record, action in pairs)
    return Dialogue("s", "target", "parley", 0, wanted, exchanges, taken, earlier=earlier)


def holds(name, dialogue):
    return CHECKS[name](dialogue, CATALOG)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_short_scenario_has_all_defaults(reading):
    assert reading("- {id: plain, behaviour: target}") == (Scenario("plain", "target", Persona()),)


def test_wishes_are_facets_with_one_value_or_several(reading):
    text = """
    - id: script
      behaviour: reveal
      reveals:
        - say: Funny, but quick about it.
          likes: {genre: [Comedy, Musical], mood: witty}
          required: [{runtime: "<=100"}, {year: ">=1990"}, {year: "<=1999"}]
          dislikes: {genre: [Horror]}
    """
    (step,) = reading(text)[0].reveals
    assert step.likes == (Wish("genre", ("Comedy", "Musical")), Wish("mood", ("witty",)))
    assert step.required == (SHORT, Wish("year", (">=1990",)), Wish("year", ("<=1999",)))
    assert step.dislikes == (Wish("genre", ("Horror",)),)


def test_a_file_of_people_is_looked_for_beside_the_scenarios(reading, tmp_path):
    (tmp_path / "people.jsonl").write_text("{}\n", encoding="utf-8")
    (scenario,) = reading("- {id: ours, behaviour: target, persona: {source: file, file: people.jsonl}}")
    assert Path(scenario.persona.file) == tmp_path / "people.jsonl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: x, behaviour: targt}", "behaviour: 'targt' is none of target, "),
        ("- {id: x, behaviour: targt}", "; did you mean target?"),
        ("- {id: x, behavior: target}", "behavior: no such field among id, behaviour, .*; did you mean behaviour?"),
        ("- {id: x}", "behaviour: is missing"),
        ("- {id: x, behaviour: target, turns: 0}", "turns: '0': input should be greater than or equal to 1"),
        ("- {id: x, behaviour: target, noise: 2}", "noise: '2': .*less than or equal to 1"),
        ("- {id: x, behaviour: target, checks: [sucess]}", "checks.1: 'sucess' is none of .*; did you mean success?"),
        ("- {id: x, behaviour: target, persona: {kid: a}}", "persona.kid: no such field .*; did you mean kind?"),
        ("- {id: x, behaviour: target, persona: {fame: hed}}", "persona.fame: 'hed' is none of head, .*mean head?"),
        ("- {id: x, behaviour: target, persona: {source: movielens, fame: head}}", "fame: is for source 'catalogue'"),
        ("- {id: x, behaviour: target, persona: {source: request, kind: mod}}", "kind: 'mod' .*; did you mean mood?"),
        ("- {id: x, behaviour: target, persona: {source: file}}", "persona.file: is missing"),
        (
            "- {id: x, behaviour: target, persona: {source: file, file: no.jsonl}}",
            "persona.file: no file at .*no.jsonl",
        ),
        ("- {id: x, behaviour: reveal}", "reveals: behaviour 'reveal' needs at least one"),
        ("- {id: x, behaviour: target, reveals: [{say: hi}]}", "reveals: behaviour 'target' reads no script"),
        ("- {id: x, behaviour: reveal, reveals: [{say: hi}], persona: {fame: head}}", "persona: behaviour 'reveal'"),
        ("- {id: x, behaviour: reveal, reveals: [{say: ' '}]}", "reveals.1.say: ' ': "),
        ("- {id: x, behaviour: reveal, reveals: [{say: a}, {says: b}]}", "reveals.2.says: .*; did you mean say?"),
        (
            "- {id: x, behaviour: reveal, reveals: [{say: a, required: {runtime: '<100'}}]}",
            "reveals.1.required: runtime: '<100' is no bound; write \"<=100\"",
        ),
        (
            "- {id: x, behaviour: reveal, reveals: [{say: a, required: {runtime: 100}}]}",
            "required: runtime: 100 is no text; put it in quotation marks",
        ),
        (
            "- {id: x, behaviour: reveal, reveals: [{say: a, required: {year: ['>=1970', '<=1979']}}]}",
            "means any one of them; to keep all, write a list of wishes",
        ),
        ("- {id: x, behaviour: reveal, reveals: [{say: a, likes: [genre]}]}", "likes: 'genre' is no wish; write "),
    ],
)
def test_what_is_wrong_is_said_with_file_scenario_field_value_and_way_out(reading, text, said):
    message = complaint(reading, text)
    assert re.search(r"mine\.yaml, scenario 'x': ", message)
    assert re.search(said.replace("?", r"\?"), message), message


def test_all_that_is_wrong_is_said_at_once(reading):
    message = complaint(reading, "- {id: x, behaviour: targt}\n- {id: y, behaviour: target, turns: 0}")
    assert [line.split(": ")[0].split(", ")[1] for line in message.splitlines()] == ["scenario 'x'", "scenario 'y'"]


def test_a_second_scenario_of_one_id_is_refused(reading):
    message = complaint(reading, "- {id: x, behaviour: target}\n- {id: x, behaviour: reveal, reveals: [{say: hi}]}")
    assert "scenario 'x': id: another scenario has it" in message


def test_a_scenario_without_id_is_counted(reading):
    assert "scenario number 2" in complaint(reading, "- {id: x, behaviour: target}\n- {behaviour: target}")


@pytest.mark.parametrize("text", ["", "{}", "[]", "scenarios: []"])
def test_a_file_without_a_list_is_refused(reading, text):
    assert "a list of scenarios is wanted" in complaint(reading, text)


def test_damaged_yaml_is_named_with_its_line(reading):
    assert "mine.yaml is no YAML: " in complaint(reading, "- {id: x,\n- behaviour")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="no scenario file at .*none.yaml"):
        load_scenarios(tmp_path / "none.yaml")


# --- against a catalogue ---------------------------------------------------------------------------------------------


def script(likes=(), required=(), dislikes=()):
    return Scenario("s", "reveal", Persona(), reveals=(Reveal("words", likes, required, dislikes),))


def test_what_a_catalogue_has_is_returned_as_it_is():
    fine = (script((COMEDY,), (SHORT,)), Scenario("t", "target", Persona(where=(COMEDY,), item="up")))
    assert validated(fine, CATALOG) == fine


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (script((Wish("mod", ("witty",)),)), "scenario 's': reveals.1.likes: .* has no 'mod'; did you mean mood?"),
        (script((Wish("mood", ("wity",)),)), "likes: 'wity' is no mood in catalogue 'tiny'; did you mean witty?"),
        (script(dislikes=(Wish("genre", ("Crimes",)),)), "dislikes: 'Crimes' is no genre .*; did you mean Crime?"),
        (script(required=(Wish("genre", ("<=3",)),)), "'<=3' bounds no number .*; there is runtime, year"),
        (script((Wish("title", ("Heat",)),)), "no item 'Heat' .*; did you mean heat, Heat"),
        (script((COMEDY,), (Wish("runtime", ("<=20",)),)), "no film of catalogue 'tiny' fulfils all of it"),
        (Scenario("s", "target", Persona(item="Amelie")), "persona.item: no item 'Amelie' .*; did you mean amelie, "),
        (Scenario("s", "target", Persona(where=(Wish("genre", ("Comdy",)),))), "persona.where: 'Comdy' is no genre"),
    ],
)
def test_what_a_catalogue_lacks_is_said_with_a_hint(scenario, said):
    with pytest.raises(ScenarioError, match=said.replace("?", r"\?")):
        validated((scenario,), CATALOG)


def test_a_script_is_matched_by_what_fulfils_all_of_it():
    found = matching(script((COMEDY,), (SHORT,), (Wish("genre", ("Animation",)),)), CATALOG)
    assert [item.id for item in found] == ["airplane"]


# --- checks ----------------------------------------------------------------------------------------------------------


def test_the_checks_of_a_scenario_are_evaluated_by_name():
    scenario = Scenario("s", "target", Persona(), checks=("success", "no-repeats"))
    assert evaluated(scenario, talk(slate("heat"), taken="heat"), CATALOG) == {"success": True, "no-repeats": True}
    assert evaluated(scenario, talk(slate("casino")), CATALOG) == {"success": False, "no-repeats": True}


def test_within_counts_the_turns_until_the_item_was_shown():
    third = talk(ASK, ASK_GENRE, slate("heat"), SILENT, taken="heat")
    fourth = talk(ASK, ASK_GENRE, slate("up"), slate("heat"), SILENT, taken="heat")
    assert holds("within-3", third)
    assert not holds("within-3", fourth)
    assert holds("within-5", fourth)
    assert not holds("within-3", talk(slate("heat"), taken=None))


def test_something_is_shown_by_a_turn():
    assert holds("shows-by-turn-2", talk(ASK, slate("up")))
    assert not holds("shows-by-turn-2", talk(ASK, ASK, slate("up")))
    assert holds("shows-by-turn-4", talk(ASK, ASK, slate("up")))


def test_questions_are_counted_and_none_comes_twice():
    assert holds("asks-at-most-3", talk(ASK, ASK_GENRE, ASK, slate("up")))
    assert not holds("asks-at-most-3", talk(ASK, ASK, ASK, ASK))
    assert holds("no-question-twice", talk(ASK, slate("up"), ASK_GENRE))
    assert not holds("no-question-twice", talk(ASK, slate("up"), ASK))


def test_no_question_follows_one_that_was_not_answered():
    answered = Record().wishing(("mood", "tense"))
    assert holds("no-question-when-impatient", talk(ASK, slate("up"), ASK_GENRE))
    assert holds("no-question-when-impatient", talk(ASK, (answered, ASK_GENRE)))
    assert not holds("no-question-when-impatient", talk(ASK, ASK_GENRE))


def test_a_dislike_is_broken_by_an_item_that_has_the_value():
    said = Record().disliking(COMEDY)
    assert holds("no-violations", talk(slate("up"), (said, slate("heat"))))
    assert not holds("no-violations", talk((said, slate("heat", "up"))))


def test_a_condition_is_broken_by_what_is_known_to_be_otherwise():
    said = Record(required=(SHORT,))
    assert holds("conditions-kept", talk(slate("heat"), (said, slate("up", "airplane"))))
    assert holds("conditions-kept", talk((said, slate("casablanca")))), "its running time is not known"
    assert not holds("conditions-kept", talk((said, slate("up", "heat"))))


def test_what_was_seen_or_turned_down_is_not_shown_again():
    said = Record(seen=frozenset({"up"}), rejected=frozenset({"heat"}))
    assert holds("no-repeats", talk(slate("up", "heat"), (said, slate("casino"))))
    assert not holds("no-repeats", talk((said, slate("casino", "up"))))
    assert not holds("no-repeats", talk((said, slate("heat"))))


def test_what_is_recommended_exists():
    assert holds("no-off-catalogue", talk(slate("up")))
    assert not holds("no-off-catalogue", talk(slate("up", "Gone with the Breeze")))
    assert holds("no-violations", talk((Record().disliking(COMEDY), slate("Gone with the Breeze"))))


def test_every_turn_is_met_with_words():
    assert holds("always-replies", talk(ASK))
    mute = Exchange("words", Record(), ASK, " ", 0.0)
    assert not holds("always-replies", Dialogue("s", "target", "parley", 0, ("up",), (mute,)))


def test_what_was_taken_before_a_new_start_does_not_come_back():
    assert holds("new-after-start-over", talk(slate("up"), SILENT, slate("heat"), earlier=("up",)))
    assert not holds("new-after-start-over", talk(slate("up"), SILENT, slate("heat", "up"), earlier=("up",)))


# --- the library -----------------------------------------------------------------------------------------------------


def test_the_library_is_large_and_has_every_behaviour_source_and_kind_of_request(library):
    assert len(library) >= 70
    assert {scenario.behaviour for scenario in library} == set(BEHAVIOURS)
    assert {scenario.persona.source for scenario in library} == set(SOURCES) - {"file"}
    kinds = Counter(scenario.persona.kind for scenario in library if scenario.persona.source == "request")
    assert all(kinds[kind] >= 3 for kind in KINDS)
    assert 0.25 <= kinds.total() / len(library) <= 0.4
    assert sum(scenario.behaviour == "reveal" for scenario in library) >= 20


def test_the_kinds_are_those_of_the_written_requests():
    lines = (ROOT / "evaluation" / "data" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["kind"] for line in lines} == set(KINDS)


def test_a_short_run_meets_most_behaviours(library):
    assert {scenario.behaviour for scenario in library[:20]} == set(BEHAVIOURS)
    assert all(one.behaviour != two.behaviour or one.persona != two.persona for one, two in pairwise(library))


def test_requests_are_made_by_those_who_can_make_them(library):
    behaviours = {each.behaviour for each in library if each.persona.source == "request"}
    assert behaviours == {"target", "target-free", "impatient"}


def test_every_scenario_checks_something_and_every_script_has_two_to_four_steps(library):
    assert all(scenario.checks for scenario in library)
    scripts = [scenario for scenario in library if scenario.behaviour == "reveal"]
    assert all(2 <= len(scenario.reveals) <= 4 for scenario in scripts)
    assert all("conditions-kept" in scenario.checks for scenario in scripts)
    assert all(step.likes or step.required or step.dislikes for each in scripts for step in each.reveals)


def test_every_script_is_fulfilled_by_a_few_films(library, film_graph):
    validated(library, film_graph.catalog)
    scripts = [scenario for scenario in library if scenario.behaviour == "reveal"]
    counts = {scenario.id: len(matching(scenario, film_graph.catalog)) for scenario in scripts}
    assert {name: count for name, count in counts.items() if not 3 <= count <= 300} == {}


def plain(text):
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def runs(text, size=6):
    words = plain(text).split()
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


@pytest.fixture(scope="module")
def others():
    """The texts of training and of the written requests."""
    files = [*sorted((ROOT / "finetune" / "data").glob("*.jsonl")), ROOT / "evaluation" / "data" / "queries.jsonl"]
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [row["query"] for row in rows]


def test_the_words_of_the_library_are_nobody_elses(library, others):
    taken = set().union(*map(runs, others))
    said = [text for scenario in library for text in (scenario.opening, *(step.say for step in scenario.reveals))]
    assert [text for text in said if runs(text) & taken] == []
    assert {plain(text) for text in said if text} & {plain(text) for text in others} == set()


def test_the_phrasings_of_people_are_nobody_elses(others):
    words = json.loads((Path(scenarios.__file__).parent / "data" / "person_words.json").read_text(encoding="utf-8"))
    assert {plain(text) for text in strings(words)} & {plain(text) for text in others} == set()


def strings(node):
    if isinstance(node, str):
        return [node]
    return [text for inner in (node.values() if isinstance(node, dict) else node) for text in strings(inner)]
