"""Runs small enough for a test: twelve films, three kinds of people, systems that need no weights."""

import json
from dataclasses import replace

from evaluation.scenarios import Persona, Scenario
from evaluation.transcripts import line, read_dialogues
from tests.catalogs import tiny_catalog

SYSTEMS = ("planner-only", "popularity", "random")
SCENARIOS = (
    Scenario("plain", "target", Persona()),
    Scenario("hurried", "impatient", Persona()),
    Scenario("choosy", "critiquing", Persona()),
)


def make_home(folder):
    """Save the twelve films and a scenario file below ``folder`` and return it."""
    tiny_catalog().save(folder / "catalogs" / "tiny")
    rows = [{"id": scenario.id, "behaviour": scenario.behaviour} for scenario in SCENARIOS]
    (folder / "scenarios.yaml").write_text(json.dumps(rows))
    return folder


def arguments(home, *more):
    """Return the arguments of a run over what ``make_home`` saved."""
    return ["--catalog", "tiny", "--home", str(home), "--scenarios", str(home / "scenarios.yaml"), *more]


def timeless(dialogue):
    """Return the line of a dialogue without how long it took."""
    return line(replace(dialogue, turns=tuple(replace(turn, seconds=0.0) for turn in dialogue.turns)))


def kept(folder):
    """Return by system the lines in the folder of a run, without how long they took."""
    return {path.stem: [timeless(dialogue) for dialogue in read_dialogues(path)] for path in folder.glob("*.jsonl")}
