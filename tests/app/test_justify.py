import json

import numpy as np
import pytest

from agent.actions import Pick, Recommend
from agent.state import DialogueState
from app import justify
from app.justify import Justification, Situation, justified, rows, situations, summary
from evaluation.claims import Checker, Claim
from evaluation.people import Record
from evaluation.personas import World
from evaluation.transcripts import Exchange
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

WORLD = World(tiny_catalog())
CATALOG = WORLD.catalog


@pytest.fixture(scope="module")
def found():
    return list(situations(WORLD, 6, 0))


@pytest.fixture(scope="module")
def checker():
    return Checker(WORLD.graph)


@pytest.fixture(autouse=True)
def unopened(monkeypatch):
    """The script is the whole reply."""
    monkeypatch.setattr("agent.speaker.opening", lambda brief: "")


def of(item_id):
    """Return a situation in which an item is recommended that nothing led to."""
    action = Recommend((Pick(item_id, 0.5),))
    return Situation(DialogueState().heard("x", ()).decided(action), Exchange("x", Record(), action, "", 0.0), ())


def test_each_situation_recommends_a_single_item(found):
    assert len(found) == 6
    for situation in found:
        assert isinstance(situation.exchange.action, Recommend)
        assert len(situation.exchange.action.picks) == 1
        assert situation.state.turns[-1].action == situation.exchange.action
        assert situation.state.turns[-1].text == situation.exchange.text
        assert len(situation.state.turns) == len(situation.earlier) + 1


def test_equal_seeds_give_equal_situations(found):
    again = list(situations(WORLD, 6, 0))
    assert [one.state for one in again] == [one.state for one in found]
    assert [one.state for one in situations(WORLD, 6, 50)] != [one.state for one in found]


def test_what_the_model_wrote_is_checked_apart_from_what_is_said(checker):
    model = Scripted("Try {1}: a tense film by Nicolas Cage.", taught=True)
    one = justified(of("heat"), CATALOG, model, checker)
    assert one.written == "Try Heat: a tense film by Nicolas Cage."
    assert "Cage" not in one.reply
    assert one.stepped_in
    assert [claim.true for claim in one.before].count(False) == 1
    assert all(claim.true for claim in one.after)


def test_what_passes_is_said_as_it_was_written(checker):
    said = "Try {1}: a tense film by Michael Mann, in which a crime film about heist."
    one = justified(of("heat"), CATALOG, Scripted(said, taught=True), checker)
    assert one.reply == one.written == said.replace("{1}", "Heat")
    assert not one.stepped_in


def test_a_taught_model_is_held_to_account_for_its_opening_too(checker, monkeypatch):
    monkeypatch.setattr("agent.speaker.opening", lambda brief: "Try {1}:")
    one = justified(of("heat"), CATALOG, Scripted(" a tense film by Nicolas Cage.", taught=True), checker)
    assert one.written == "Try Heat: a tense film by Nicolas Cage."
    assert one.stepped_in


def test_an_untaught_model_is_held_to_account_for_its_opening_too(checker):
    one = justified(of("heat"), CATALOG, Scripted(" Nicolas Cage is a vampire."), checker)
    assert one.written == "Heat is a tense film directed by Michael Mann, in which Nicolas Cage is a vampire."
    assert one.stepped_in
    assert [claim.value for claim in one.before if not claim.true] != []


def claims(*true):
    return tuple(Claim("heat", "name" if not each else "mood", "x", "", each) for each in true)


def test_the_figures_are_shares_of_claims_and_of_justifications():
    one = Justification("heat", "a", "a", claims(True, False), claims(True), True, 1.0)
    two = Justification("heat", "b", "c", claims(True, True), claims(True), True, 3.0)
    before, after = rows([one, two], 0)
    assert (before["claims"], after["claims"]) == (4, 2)
    assert before["true"].value == pytest.approx(0.75)
    assert before["all true"].value == before["off the catalogue"].value == pytest.approx(0.5)
    assert after["true"].value == 1.0
    rest = summary([one, two], 0)
    assert rest["the checker stepped in"].value == pytest.approx(0.5)
    assert rest["seconds"].value == pytest.approx(2.0)


def test_nothing_claimed_is_no_share():
    one = Justification("heat", "", "", (), (), False, 1.0)
    before, _ = rows([one], 0)
    assert before["true"] == "-"


def test_the_command_prints_both_and_writes_the_texts(tmp_path, monkeypatch, capsys):
    tiny_catalog().save(tmp_path / "catalogs" / "tiny")
    monkeypatch.setattr(justify, "_local", lambda home, model, catalog: Scripted())
    out = tmp_path / "out" / "justified.json"
    justify.main(["--n", "3", "--catalog", "tiny", "--home", str(tmp_path), "--out", str(out)])
    shown = capsys.readouterr().out
    assert "before the checker" in shown
    assert "after the checker" in shown
    written = json.loads(out.read_text())
    assert written["n"] == len(written["justifications"]) == 3
    assert np.isclose(written["figures"][1]["true"]["value"], 1.0)
    assert all(one["false after"] == [] for one in written["justifications"])


def test_a_wrong_catalogue_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(justify, "_local", lambda home, model, catalog: Scripted())
    with pytest.raises(SystemExit, match="nowhere"):
        justify.main(["--catalog", "nowhere", "--home", str(tmp_path)])
