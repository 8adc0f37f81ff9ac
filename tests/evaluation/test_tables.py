from evaluation import tables
from evaluation.people import Record
from evaluation.summary import summary
from evaluation.tables import Cell, Table
from tests.evaluation.talks import CONTEXT, failed, found, shown, talk

GROUPS = {"activity": "low"}
SYSTEMS = {
    "parley": [found(seed, groups=GROUPS) for seed in range(12)],
    "random": [failed(seed, system="random") for seed in range(11)]
    + [talk(11, shown("heat", record=Record(seen=frozenset({"heat"}))), system="random")],
}
REPORT = summary(SYSTEMS, CONTEXT)


def row(table, name):
    return dict(zip(table.head, next(row for row in table.rows if row[0].text == name), strict=True))


def test_the_headline_has_a_row_for_each_system_with_intervals_and_what_must_be_zero():
    table = tables.headline(REPORT)
    parley, random = row(table, "parley"), row(table, "random")
    assert parley["success"].text == "100.0 %"
    assert parley["success"].detail == "73.5 to 100.0 %; n 12"
    assert parley["success"].bar[1] == 1.0
    assert parley["repeats"] == Cell("0", "of 12; ≤ 26.5 %", tone="good")
    assert random["repeats"] == Cell("1", "in 1 of 12; ≤ 38.5 %", tone="bad")


def test_every_metric_has_a_row_with_which_way_is_better():
    names = [row[0].text for row in tables.metrics(REPORT).rows]
    assert {"success ↑", "AT ↓", "questions", "distinct-1 ↑"} <= set(names)


def test_differences_are_coloured_where_they_are_sure():
    cells = row(tables.compared(REPORT), "random")
    assert cells["success"].tone == "bad"
    assert cells["success"].text == "−91.7 points"
    assert cells["success"].detail.endswith("p = 0.002; n 12")


def test_figures_of_few_dialogues_are_marked():
    table = tables.groups(REPORT, "success")
    assert str(row(table, "activity: low")["parley"]).startswith("[100.0 %] (73.5 to")
    assert row(table, "activity: low")["random"] == Cell("–")
    assert tables.behaviours(REPORT, "AT").title == "AT by behaviour"


def test_scenarios_show_what_passed_in_a_row_and_which_checks_failed():
    held = [(found if seed else failed)(2 * seed, checks={"within-5": bool(seed)}) for seed in range(4)]
    cell = row(tables.scenarios(summary({"parley": held}, CONTEXT)), "scenario-0")["parley"]
    assert cell.text == "3/4"
    assert cell.detail.replace("\u00a0", " ") == "pass^2 0.50; pass^4 0.00; within-5 3/4"
    assert tables.scenarios(REPORT).rows[0][0] == Cell("scenario-0", "target")


def test_markdown_has_a_line_for_each_row():
    table = Table("A title", ("", "one|two"), ((Cell("a|b"), Cell("1", "n 2", few=True)),), "A note.")
    assert (
        tables.markdown([table]) == "## A title\n\nA note.\n\n|  | one|two |\n| :--- | ---: |\n| a\\|b | [1] (n 2) |\n"
    )
