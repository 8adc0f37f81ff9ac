import json

from catalog.items import Catalog, Item
from evaluation.queries import held_out
from finetune.seekers import seekers

SEEN = [number for number in map(str, range(100)) if not held_out(number)]
UNSEEN = next(number for number in map(str, range(100)) if held_out(number))
CATALOG = Catalog(
    "films",
    tuple(
        Item(number, f"Film {number}", year=2000, facets={"genre": ("Drama",), "director": (f"Maker {number}",)})
        for number in (*SEEN[:12], UNSEEN)
    ),
)


def read(tmp_path, said, answer=SEEN[1], liked=1):
    row = {
        "movieMentions": {"1": f"Film {SEEN[0]} (2000)", "2": f"Film {answer} (2000)", "3": "Unknown (1990)"},
        "respondentQuestions": {"2": {"suggested": 1, "liked": liked}},
        "initiatorWorkerId": 7,
        "messages": [{"senderWorkerId": 7, "text": said}, {"senderWorkerId": 8, "text": "Have you seen @2 ?"}],
    }
    path = tmp_path / "redial.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return seekers(path, CATALOG)


def test_what_was_said_holds_its_films_as_slots_and_is_answered_by_what_was_liked(tmp_path):
    (example,) = read(tmp_path, "I liked @1 a lot and @3 , and @1 again")
    asked = example.messages[-1]
    assert "I liked {1} a lot and a film , and {1} again" in asked.text
    assert asked.items == (SEEN[0],)
    assert f"Maker {SEEN[1]}" in example.reply
    assert f"Film {SEEN[1]}" not in example.reply


def test_what_was_not_liked_is_held_out_or_follows_hardly_any_words_is_left_out(tmp_path):
    assert not read(tmp_path, "I liked @1 a lot, more please", liked=0)
    assert not read(tmp_path, "I liked @1 a lot, more please", answer=UNSEEN)
    assert not read(tmp_path, "hi there")


def test_braces_that_someone_typed_are_no_slots(tmp_path):
    (example,) = read(tmp_path, "I liked {1} and {2} and that is all of it")
    assert "{" not in example.messages[-1].text
    assert example.messages[-1].items == ()
