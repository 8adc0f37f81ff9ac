from dataclasses import replace

from evaluation.figures import Figure, Forbidden, read_report, report_json
from evaluation.regressions import difference
from evaluation.summary import summary
from tests.evaluation.talks import CONTEXT, failed, found

REPORT = summary({"parley": [found(seed) for seed in range(8)] + [failed(8), failed(9)]}, CONTEXT)


def changed(metric=None, figure=None, **parts):
    """Return the report with another figure."""
    system = REPORT.systems["parley"]
    figures = {**system.figures, metric: figure} if metric else system.figures
    return replace(REPORT, systems={"parley": replace(system, figures=figures, **parts)})


def between(metric, before, now):
    return difference(
        changed(metric, Figure(sum(before) / 2, *before, 100)), changed(metric, Figure(sum(now) / 2, *now, 100))
    ).regressions


def test_nothing_got_worse_where_nothing_changed():
    found = difference(REPORT, REPORT)
    assert found.regressions == ()
    assert found.unmatched == ()
    assert found.compared > 10


def test_a_report_that_was_written_and_read_is_no_worse_than_itself(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(report_json(REPORT), encoding="utf-8")
    assert difference(read_report(path), REPORT).regressions == ()
    assert difference(REPORT, read_report(path)).regressions == ()


def test_an_interval_wholly_on_the_worse_side_is_a_regression():
    (regression,) = between("success", (0.8, 0.9), (0.6, 0.79))
    assert str(regression) == (
        "parley: success was 85.0 % (80.0 % to 90.0 %, n 100), is now 69.5 % (60.0 % to 79.0 %, n 100)"
    )
    (regression,) = between("AT", (4.0, 5.0), (5.1, 6.0))
    assert regression.metric == "AT"


def test_intervals_that_touch_and_changes_for_the_better_are_none():
    assert between("success", (0.8, 0.9), (0.6, 0.8)) == ()
    assert between("success", (0.6, 0.7), (0.8, 0.9)) == ()
    assert between("AT", (5.0, 6.0), (3.0, 4.0)) == ()


def test_a_metric_that_is_neither_better_nor_worse_cannot_regress():
    assert between("questions", (1.0, 2.0), (8.0, 9.0)) == ()


def test_a_figure_without_an_interval_cannot_regress():
    unknown = changed("success", Figure(None, None, None, 0))
    assert difference(REPORT, unknown).regressions == ()
    assert difference(unknown, REPORT).regressions == ()


def test_once_more_of_what_must_not_happen_is_a_regression():
    once = changed(forbidden={"violations": Forbidden(1, 1, 10, 0.4)})
    never = changed(forbidden={"violations": Forbidden(0, 0, 10, 0.3)})
    (regression,) = difference(never, once).regressions
    assert str(regression) == "parley: violations was 0 in 10 dialogues, is now 1 in 10 dialogues"
    assert difference(once, never).regressions == ()
    twice_as_many = changed(forbidden={"violations": Forbidden(2, 2, 20, 0.3)})
    assert difference(once, twice_as_many).regressions == ()


def test_what_only_one_report_has_is_named_and_no_regression():
    other = replace(REPORT, order=("random",), systems={"random": REPORT.systems["parley"]}, digest="else", items=9)
    found = difference(REPORT, other)
    assert found.regressions == ()
    assert found.unmatched == (
        "system parley, only in the old report",
        "system random, only in the new report",
        "the catalogues: tiny with 12 items then, tiny with 9 now, which are not the same",
    )
    fewer = replace(REPORT, definitions={"success": REPORT.definitions["success"]})
    assert "metric AT, only in the old report" in difference(REPORT, fewer).unmatched


def test_a_difference_is_readable():
    worse = changed("success", Figure(0.1, 0.05, 0.2, 10))
    lines = str(difference(REPORT, replace(worse, digest="else"))).splitlines()
    assert lines[0].startswith("1 of ")
    assert lines[1].startswith("worse: parley: success was 80.0 %")
    assert lines[2].startswith("not compared: the catalogues")
