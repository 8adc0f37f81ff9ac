import json
import re

import numpy as np

from evaluation.charts import charts
from evaluation.summary import summary
from tests.evaluation.talks import CONTEXT, failed, found

REPORT = summary({"parley": [found(0), found(1), failed(2)], "random": [failed(0, system="random")]}, CONTEXT)
SUCCESS, TIME, POPULARITY, CALIBRATION = charts(REPORT, {"parley": np.array([0.01, 0.02]), "random": np.array([])})


def traces(chart):
    """Return what a drawing shows, by name."""
    found = re.search(r"Plotly\.newPlot\(\s*\"[^\"]+\",\s*(\[.*?\]),\s*\{\"template\"", chart.html, re.DOTALL)
    found = found or re.search(r"Plotly\.newPlot\(\s*\"[^\"]+\",\s*(\[.*\]),\s*\{", chart.html, re.DOTALL)
    return {trace["name"]: trace for trace in json.loads(found[1]) if "name" in trace}


def test_success_is_drawn_turn_by_turn_with_its_interval_and_n():
    parley = traces(SUCCESS)["parley"]
    assert parley["x"] == [1, 2, 3]
    assert parley["y"][0] == 0.0
    assert [ends[2] for ends in parley["customdata"]] == [3, 3, 3]


def test_a_system_without_turns_has_no_line_of_times():
    assert set(traces(TIME)) == {"parley"}
    assert traces(TIME)["parley"]["x"][0] >= 10


def test_what_is_shown_stands_beside_what_is_wanted():
    assert set(traces(POPULARITY)) == {"what people wanted", "parley", "random"}
    assert len(traces(POPULARITY)["parley"]["y"]) == 10


def test_the_calibration_has_a_diagonal_and_error_bars():
    drawn = traces(CALIBRATION)
    assert drawn["as promised"]["x"] == [0, 1]
    assert drawn["parley"]["error_y"]["array"][0] >= 0


def test_drawings_bring_no_script_of_their_own_and_ask_nothing_of_the_network():
    for chart in (SUCCESS, TIME, POPULARITY, CALIBRATION):
        assert "<script src" not in chart.html
        assert "cdn" not in chart.html


def test_equal_reports_give_equal_drawings():
    again = charts(REPORT, {"parley": np.array([0.01, 0.02]), "random": np.array([])})
    assert [chart.html for chart in again] == [SUCCESS.html, TIME.html, POPULARITY.html, CALIBRATION.html]
