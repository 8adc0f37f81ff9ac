import json

import pytest

from evaluation.queries import load_candidates, load_queries
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
ALL = [item.id for item in CATALOG]
HEISTS = {"id": "1", "kind": "plot", "query": "crooks and police", "relevant": ["heat", "casino"]}


@pytest.fixture
def read(tmp_path):
    """Return what reads queries from lines, each an object or the text itself."""

    def reading(*lines, candidates=ALL):
        path = tmp_path / "queries.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return load_queries(path, CATALOG, candidates)

    return reading


def test_a_query_has_its_gains_and_what_is_excluded(read):
    (query,) = read(HEISTS | {"grade2": ["heat"], "exclude": ["alien"]})
    assert (query.id, query.kind, query.text) == ("1", "plot", "crooks and police")
    assert query.gains == {"heat": 2, "casino": 1}
    assert query.exclude == {"alien"}


def test_grades_and_exclusions_may_be_absent_and_lines_blank(read):
    first, second = read(HEISTS, "", HEISTS | {"id": "2", "query": "a line\u2028of verse"})
    assert set(first.gains.values()) == {1}
    assert first.exclude == frozenset()
    assert second.text == "a line\u2028of verse"


def test_an_item_that_is_no_candidate_may_be_excluded(read):
    (query,) = read(HEISTS | {"exclude": ["alien"]}, candidates=["heat", "casino"])
    assert query.exclude == {"alien"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"relevant": ["heat", "jaws"]}, "no item 'jaws' in catalogue 'tiny', but 'relevant' names it"),
        ({"exclude": ["jaws"]}, "no item 'jaws' in catalogue 'tiny', but 'exclude' names it"),
        ({"relevant": []}, "no relevant item"),
        ({"relevant": ["up"]}, "relevant item 'up' is not among the 11 candidates"),
        ({"relevant": ["heat", "heat"]}, "'relevant' names 'heat' twice"),
        ({"grade2": ["alien"]}, "'alien' is in 'grade2' but not in 'relevant'"),
        ({"exclude": ["casino"]}, "relevant item 'casino' is excluded"),
        ({"relevant": "heat"}, "'relevant' should be a list of item ids, not 'heat'"),
        ({"relevant": [7]}, "'relevant' should be a list of item ids, not .7."),
        ({"query": " "}, "'query' should be a text, not ' '"),
        ({"kind": None}, "'kind' should be a text, not None"),
        ({"excluded": []}, "unknown key 'excluded'"),
        ({"id": "first"}, "a query of id 'first' came before"),
    ],
)
def test_an_error_names_the_line_and_what_is_wrong(read, change, told):
    candidates = [item_id for item_id in ALL if item_id != "up"]
    with pytest.raises(ValueError, match=f"queries.jsonl, line 3: {told}"):
        read(HEISTS | {"id": "first"}, "", HEISTS | change, candidates=candidates)


@pytest.mark.parametrize(
    ("line", "told"), [("{oops", r"line 1: not JSON \(.* at character 2\)"), ("[1]", "line 1: an object"), ("", "no q")]
)
def test_a_file_that_holds_no_queries_says_so(read, line, told):
    with pytest.raises(ValueError, match=told):
        read(line)


def test_candidates_come_in_catalogue_order(tmp_path):
    path = tmp_path / "ids.txt"
    path.write_text("up\n\nheat\nup\n")
    assert load_candidates(path, CATALOG) == ("heat", "up")


@pytest.mark.parametrize(("text", "told"), [("heat\njaws\n", "ids.txt, line 2: no item 'jaws'"), ("\n", "names no")])
def test_candidates_that_cannot_be_ranked_are_an_error(tmp_path, text, told):
    path = tmp_path / "ids.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=told):
        load_candidates(path, CATALOG)
