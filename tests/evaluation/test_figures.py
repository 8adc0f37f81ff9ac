import json

import pytest

from evaluation.figures import FORMAT, as_json, read_report, report_json
from evaluation.summary import summary
from tests.evaluation.talks import CONTEXT, failed, found

REPORT = summary({"parley": [found(0), failed(1)]}, CONTEXT)


def test_a_report_is_read_back_as_it_was_written(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(report_json(REPORT), encoding="utf-8")
    again = read_report(path)
    assert report_json(again) == report_json(REPORT)
    assert again.order == ("parley",)


def test_numbers_are_rounded_and_names_in_order():
    assert as_json({"b": 1 / 3, "a": [0.1 + 0.2, -1e-12]}) == '{\n "a": [\n  0.3,\n  0.0\n ],\n "b": 0.333333\n}\n'


def test_what_is_no_report_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "old.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="old.json is no report"):
        read_report(path)


def test_a_report_of_another_format_is_an_error_that_names_the_way_out(tmp_path):
    path = tmp_path / "old.json"
    for text in ("[]", json.dumps({"format": FORMAT + 1})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="evaluation.report"):
            read_report(path)


def test_a_damaged_report_is_an_error_that_names_the_place(tmp_path):
    path = tmp_path / "old.json"
    values = json.loads(report_json(REPORT))
    del values["systems"]["parley"]["n"]
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ValueError, match="systems.parley.n"):
        read_report(path)


@pytest.mark.parametrize(
    ("metric", "value", "difference", "words"),
    [
        ("success", 0.885, False, "88.5 %"),
        ("success", -0.02, True, "−2.0 points"),
        ("AT", 4.567, False, "4.57"),
        ("AT", 0.5, True, "+0.50"),
        ("AT", None, False, "–"),
    ],
)
def test_values_are_shown_as_people_read_them(metric, value, difference, words):
    assert REPORT.shown(metric, value, difference) == words
