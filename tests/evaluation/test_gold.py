import json

import pytest

from evaluation.gold import FACETS, INTENTS, Heard, Spoken, compared, load_utterances
from evaluation.near import Said, Stated
from evaluation.understanding import HELD_OUT
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GOLD = {
    "likes": [{"facet": "mood", "value": "witty"}],
    "dislikes": [],
    "seen": [],
    "rejects": [],
    "accepts": [],
    "intent": "answer",
}
LINE = {"id": "1", "context": [{"role": "parley", "text": "Dark or witty?"}], "text": "witty", "gold": GOLD}
COMEDY, SILLY, HORROR = Said("genre", "Comedy"), Said("mood", "silly"), Said("genre", "Horror")


@pytest.fixture
def read(tmp_path):
    """Return what reads utterances from lines, each an object or the text itself."""

    def reading(*lines):
        path = tmp_path / "said.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return load_utterances(path, CATALOG)

    return reading


def test_a_line_is_an_utterance_with_what_it_says(read):
    (said,) = read(LINE)
    assert (said.id, said.text) == ("1", "witty")
    assert said.context == (Spoken("parley", "Dark or witty?"),)
    assert said.gold == Heard("answer", (Said("mood", "witty"),))


def test_gold_may_be_called_acts_and_a_context_show_items(read):
    shown = {"role": "parley", "text": "{1}?", "items": ["heat"]}
    line = {"id": "2", "context": [shown], "text": "seen it", "acts": GOLD | {"seen": ["Heat"], "intent": "reject"}}
    (said,) = read(line)
    assert said.context[0].items == ("heat",)
    assert said.gold.seen == ("Heat",)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{"], "line 1: the line: Invalid JSON"),
        ([LINE, LINE], "line 2: an utterance of id '1' came before"),
        ([LINE | {"gold": GOLD | {"intent": "chat"}}], "line 1: gold.intent: Input should be 'request'"),
        ([LINE | {"gold": GOLD | {"likes": [{"facet": "colour", "value": "red"}]}}], "line 1: gold.likes.0.facet"),
        ([LINE | {"note": "?"}], "line 1: note: Extra inputs"),
        ([{"id": "1", "text": "hi"}], "line 1: gold: Field required"),
        ([LINE | {"context": [{"role": "parley", "text": "{1}", "items": ["jaws"]}]}], "no item 'jaws' in catalogue"),
    ],
)
def test_what_is_no_utterance_is_said_with_its_line(read, lines, words):
    with pytest.raises(ValueError, match="said.jsonl") as raised:
        read(*lines)
    assert words in str(raised.value)


def test_a_file_of_nothing_is_refused(tmp_path):
    path = tmp_path / "none.jsonl"
    path.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no utterances"):
        load_utterances(path, CATALOG)


def test_near_synonyms_that_are_stated_alike_count_once():
    assert Heard("request", (COMEDY, SILLY, COMEDY)).stated == (Stated(True, COMEDY),)
    assert Heard("request", (COMEDY,), (SILLY,)).stated == (Stated(True, COMEDY), Stated(False, SILLY))


def test_an_equal_reading_agrees():
    found = compared(Heard("request", (COMEDY,), (HORROR,)), Heard("request", (SILLY,), (Said("mood", "scary"),)))
    assert len(found.right) == 2
    assert (found.turned, found.missed, found.extra) == ((), (), ())


def test_the_same_words_are_matched_before_near_ones():
    found = compared(Heard("request", (COMEDY,), (SILLY,)), Heard("request", (COMEDY,), (SILLY,)))
    assert found.right == (Stated(True, COMEDY), Stated(False, SILLY))


def test_a_value_the_other_way_round_is_missed_extra_and_turned():
    found = compared(Heard("request", (), (HORROR,)), Heard("request", (HORROR,)))
    assert found.right == ()
    assert found.turned == (Stated(True, HORROR),)
    assert found.missed == (Stated(False, HORROR),)
    assert found.extra == (Stated(True, HORROR),)


def test_of_a_reading_that_did_not_parse_everything_is_missed():
    found = compared(Heard("request", (COMEDY,), (HORROR,)), None)
    assert (len(found.missed), found.extra) == (2, ())


def test_a_match_is_used_once():
    gold = Heard("request", (Said("title", "Heat"),))
    found = compared(gold, Heard("request", (Said("title", "Heat"), Said("title", "Alien"))))
    assert found.extra == (Stated(True, Said("title", "Alien")),)


@pytest.fixture(scope="module")
def held_out(film_graph):
    return load_utterances(HELD_OUT, film_graph.catalog)


def test_the_held_out_utterances_are_many_and_of_every_kind(held_out):
    assert len(held_out) >= 300
    assert {said.gold.intent for said in held_out} == {*INTENTS}
    facets = {stated.said.facet for said in held_out for stated in said.gold.stated}
    assert facets == {*FACETS}
    assert len({(said.text, said.context) for said in held_out}) == len(held_out)


def test_the_held_out_utterances_have_a_slot_for_each_item_shown(held_out):
    for said in held_out:
        for spoken in said.context:
            slots = [f"{{{place}}}" for place in range(1, len(spoken.items) + 1)]
            assert all(slot in spoken.text for slot in slots), said.id
            assert spoken.text.count("{") == len(slots), said.id
            assert spoken.role == "parley" or not spoken.items


def test_people_and_titles_of_the_held_out_utterances_are_in_the_catalogue(held_out, film_graph):
    catalog = film_graph.catalog
    titles = {item.title for item in catalog}
    people = {name for item in catalog for facet in ("director", "actor") for name in item.facets.get(facet, ())}
    for said in held_out:
        gold = said.gold
        values = [stated.said for stated in gold.stated]
        named = [value.value for value in values if value.facet == "title"]
        assert {*named, *gold.seen, *gold.rejects, *gold.accepts} <= titles, said.id
        assert {value.value for value in values if value.facet in ("director", "actor")} <= people, said.id
