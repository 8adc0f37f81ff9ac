from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evaluation.figures import read_report
from evaluation.reporting import context_of, dialogues_of, write_report
from evaluation.scenarios import Scenario
from evaluation.transcripts import write_dialogues
from tests.evaluation.talks import CATALOG, CONTEXT, failed, found, shown, talk

NASTY = "<script>alert('x')</script> & “tense”"


@pytest.fixture
def folder(tmp_path):
    write_dialogues(tmp_path / "random.jsonl", [failed(seed, system="random") for seed in (0, 1)])
    talks = [found(1), talk(0, shown("casino", text=NASTY), taken=None)]
    write_dialogues(tmp_path / "parley.jsonl", talks)
    return tmp_path


class Reader(HTMLParser):
    """Collects tags with their attributes, and text."""

    def __init__(self):
        super().__init__()
        self.tags, self.texts = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)


def read(folder):
    reader = Reader()
    reader.feed((folder / "report.html").read_text(encoding="utf-8"))
    return reader


def test_dialogues_come_by_system_parley_first_and_by_seed(folder):
    assert {name: [one.seed for one in held] for name, held in dialogues_of(folder).items()} == {
        "parley": [0, 1],
        "random": [0, 1],
    }
    assert next(iter(dialogues_of(folder))) == "parley"


def test_a_folder_without_dialogues_is_an_error_that_names_the_way_out(tmp_path):
    with pytest.raises(ValueError, match="evaluation.run --out"):
        dialogues_of(tmp_path)


def test_a_report_is_written_four_ways(folder):
    report = write_report(folder, CONTEXT)
    assert read_report(folder / "report.json").order == report.order == ("parley", "random")
    assert "p95_ms" in (folder / "latency.json").read_text(encoding="utf-8")
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "| parley | 50.0 % (" in text
    assert "- **AT**: turns until" in text


def test_equal_dialogues_give_equal_values_in_whatever_order_they_were_held(folder):
    write_report(folder, CONTEXT)
    before = (folder / "report.json").read_bytes()
    held = dialogues_of(folder)["parley"]
    slower = [
        replace(dialogue, turns=tuple(replace(turn, seconds=7.0) for turn in dialogue.turns)) for dialogue in held
    ]
    write_dialogues(folder / "parley.jsonl", reversed(slower))
    write_report(folder, CONTEXT)
    assert (folder / "report.json").read_bytes() == before


def test_the_page_needs_nothing_from_elsewhere(folder):
    write_report(folder, CONTEXT)
    tags = read(folder).tags
    assert not [tag for tag, _ in tags if tag in ("img", "iframe", "object", "embed")]
    assert not [attributes for tag, attributes in tags if tag == "script" and "src" in attributes]
    links = [value for _, attributes in tags for name, value in attributes.items() if name in ("href", "src")]
    assert all(link.startswith(("#", "data:")) for link in links)
    inner = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {link[1:] for link in links if link.startswith("#")} <= inner


def test_what_people_and_systems_said_is_escaped(folder):
    write_report(folder, CONTEXT)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert NASTY not in page
    assert NASTY in read(folder).texts


def test_the_page_shows_titles_decisions_and_definitions(folder):
    write_report(folder, CONTEXT)
    text = " ".join(read(folder).texts)
    assert "wanted: Heat (1995)" in text
    assert "Recommended 1 of the 12 films." in text
    assert "Casino (1995)" in text
    assert "share of people who took something that they wanted" in text
    assert "What matters most" in text


def test_a_run_in_which_nothing_went_wrong_says_so(tmp_path):
    write_dialogues(tmp_path / "parley.jsonl", [found(0)])
    write_report(tmp_path, CONTEXT)
    assert "None did." in " ".join(read(tmp_path).texts)
    assert "Against" not in " ".join(read(tmp_path).texts)


def test_dialogues_are_judged_by_the_ratings_for_training_and_the_turns_of_their_scenarios():
    context = context_of(CATALOG, [Scenario("short", "target", turns=3)], price=2.0)
    assert context.most_turns == {"short": 3}
    assert context.price == 2.0
    assert context.graph.catalog is context.catalog
    assert len(context.catalog.ratings) < len(CATALOG.ratings)
