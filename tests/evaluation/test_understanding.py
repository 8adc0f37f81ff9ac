import json

import pytest

from evaluation import understanding
from evaluation.gold import Heard, Utterance
from evaluation.near import Said
from evaluation.understanding import by_facet, confusion, errors, intervals, measures, read_all, summary
from tests.catalogs import tiny_catalog

COMEDY, HORROR, DARK = Said("genre", "Comedy"), Said("genre", "Horror"), Said("mood", "dark")
GOLD = {
    "funny": Heard("request", (COMEDY,)),
    "no horror": Heard("request", (), (HORROR,)),
    "ta": Heard("thanks"),
    "dark": Heard("answer", (DARK,)),
}
UTTERANCES = tuple(Utterance(str(place), (), text, gold) for place, (text, gold) in enumerate(GOLD.items()))


def _value(genre):
    return {"facet": "genre", "value": genre}


class Told:
    """Hears what it was told to hear."""

    def __init__(self, **readings):
        self.readings = readings

    def hear(self, context, text):
        return self.readings.get(text.replace(" ", "_"), GOLD[text])


RIGHT = read_all(Told(), UTTERANCES)
WRONG = read_all(Told(no_horror=Heard("request", (HORROR,)), ta=Heard("greet"), dark=None), UTTERANCES)


def test_a_system_that_hears_what_was_said_is_right():
    found = {"likes_dislikes_f1": 1.0, "polarity_error_rate": 0.0, "intent_accuracy": 1.0, "parsed": 1.0}
    assert measures(RIGHT) == {"n": 4} | found


def test_each_error_counts_where_it_belongs():
    found = measures(WRONG)
    assert found["likes_dislikes_f1"] == 2 * 1 / (2 * 1 + 2 + 1)
    assert found["polarity_error_rate"] == 1 / 2
    assert found["intent_accuracy"] == 2 / 4
    assert found["parsed"] == 3 / 4


def test_where_nothing_is_stated_nothing_is_wrong():
    found = measures(read_all(Told(), UTTERANCES[2:3]))
    assert (found["likes_dislikes_f1"], found["polarity_error_rate"]) == (1.0, 0.0)


def test_intervals_hold_the_mean_and_come_back_with_the_seed():
    found, means = intervals(WRONG, seed=3), measures(WRONG)
    assert found == intervals(WRONG, seed=3)
    assert all(low <= means[name] <= high for name, (low, high) in found.items())
    assert found["parsed"][0] < 1
    assert intervals(RIGHT, seed=0)["intent_accuracy"] == (1.0, 1.0)


def test_facets_are_told_apart():
    found = by_facet(WRONG)
    assert found["genre"] == (2 / (2 + 2), 2)
    assert found["mood"] == (0.0, 1)
    assert "theme" not in found


def test_errors_are_counted_by_kind_with_their_texts():
    kinds = dict(errors(WRONG))
    assert set(kinds) == {
        "intent thanks read as greet",
        "missed: liked mood",
        "not parsed",
        "polarity turned: genre",
    }
    assert kinds["polarity turned: genre"] == ["1 'no horror': +genre Horror"]
    assert errors(RIGHT) == []


def test_what_was_made_up_and_how_often_comes_first():
    wild = {text.replace(" ", "_"): Heard(gold.intent, (DARK,)) for text, gold in GOLD.items()}
    found = errors(read_all(Told(**wild), UTTERANCES))
    assert (found[0][0], len(found[0][1])) == ("made up: liked mood", 3)


def test_the_confusion_has_gold_in_rows():
    rows = confusion(WRONG).splitlines()
    assert rows[0] == "| gold \\ read | request | greet | none |"
    assert "| thanks |  | 1 |  |" in rows
    assert "| answer |  |  | 1 |" in rows


def test_the_table_has_a_row_for_each_system():
    rows = summary({"told": RIGHT, "deaf": WRONG}, seed=0).splitlines()
    assert rows[0].startswith("| system | likes/dislikes F1 | polarity errors | intent accuracy | parsed |")
    assert rows[2].startswith("| told | 1.000 [1.000, 1.000] |")
    assert rows[3].startswith("| deaf | 0.400 [")


@pytest.fixture
def said(tmp_path, monkeypatch):
    """A file of utterances, and the tiny catalogue in place of the films."""
    monkeypatch.setattr(understanding, "load_catalog", lambda home, name: tiny_catalog())
    path = tmp_path / "said.jsonl"
    lines = [
        {"id": "1", "text": "no horror", "gold": {"dislikes": [_value("Horror")], "intent": "request"}},
        {"id": "2", "text": "funny", "acts": {"likes": [_value("Comedy")], "intent": "request"}},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def test_the_command_prints_tables_and_writes_the_measures_of_one_system(said, tmp_path, capsys):
    out = tmp_path / "found.json"
    understanding.main(["--data", str(said), "--system", "chat", "--out", str(out)])
    printed = capsys.readouterr().out
    assert "2 utterances, 95 % intervals, seed 0" in printed
    assert "| genre | 2 | 1.000 |" in printed
    assert "Errors of" not in printed
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found == {"n": 2, "likes_dislikes_f1": 1, "polarity_error_rate": 0, "intent_accuracy": 1, "parsed": 1}


def test_of_several_systems_each_is_written_and_its_errors_are_told(said, tmp_path, capsys):
    out = tmp_path / "found.json"
    understanding.main(["--data", str(said), "--errors", "3", "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))["systems"]
    assert found["linker"]["polarity_error_rate"] == 0.5
    assert found["chat"]["polarity_error_rate"] == 0
    assert "- 1 x polarity turned: genre; 1 'no horror': +genre Horror" in capsys.readouterr().out


def test_a_system_may_come_from_elsewhere(said, capsys):
    understanding.main(["--data", str(said)], systems={"told": lambda catalog: Told()})
    assert "| told | 1.000 [1.000, 1.000] |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--data", "nowhere.jsonl"], "nowhere.jsonl"), (["--system", "oracle"], "invalid choice: 'oracle'")],
)
def test_what_cannot_be_measured_is_said_in_words(said, arguments, words, capsys):
    with pytest.raises(SystemExit):
        understanding.main(arguments)
    assert words in capsys.readouterr().err
