import json

import pandas as pd
import pytest

from catalog.items import RATING_COLUMNS, Catalog, Item
from evaluation.queries import held_out
from finetune import requests
from finetune.requests import Request, dev_pool, for_training, likes_in_a_row, redial, written

SEEN = [number for number in map(str, range(100)) if not held_out(number)]
UNSEEN = next(number for number in map(str, range(100)) if held_out(number))


def catalog(ratings=()):
    items = tuple(Item(number, f"Film {number}", year=2000) for number in (*SEEN[:12], UNSEEN))
    return Catalog("films", items, ratings=pd.DataFrame(ratings, columns=list(RATING_COLUMNS)))


def test_the_written_requests_are_judged_within_their_lists():
    found = written()
    assert len(found) > 5000
    assert all(request.relevant <= request.judged for request in found)
    assert len({request.judged for request in found}) == 7


def test_no_film_that_is_held_out_or_of_the_development_set_is_trained_on():
    dev = dev_pool()
    for request in written():
        assert all(for_training(item_id, dev) for item_id in request.relevant | request.wrong)


def test_the_development_set_and_the_held_out_films_are_apart():
    assert not any(map(held_out, dev_pool()))


def test_the_development_requests_are_about_its_films():
    rows = [json.loads(line) for line in requests.DEV.read_text(encoding="utf-8").splitlines()]
    assert {item_id for row in rows for item_id in row["relevant"]} <= dev_pool()
    assert len({row["query"].lower() for row in rows} & {request.text.lower() for request in written()}) == 0


def test_a_fourth_of_all_ids_is_held_out_and_always_the_same():
    share = sum(held_out(f"tt{number:07}") for number in range(4000)) / 4000
    assert share == pytest.approx(0.25, abs=0.02)
    assert held_out(UNSEEN)


def test_three_likes_are_answered_by_the_next_and_the_others_count_neither_way():
    order = [*SEEN[:4], *SEEN[4:7]]
    first = likes_in_a_row(catalog([("u", item, 5.0, second) for second, item in enumerate(order)]))[0]
    assert first.text == f"I liked Film {order[0]}, Film {order[1]} and Film {order[2]}"
    assert first.relevant == {order[3]}
    assert first.spared == set(order[:5])  # the last two are held out as what is liked next


def test_what_was_not_liked_or_is_held_out_is_not_named():
    order = [SEEN[0], UNSEEN, SEEN[1], SEEN[2], SEEN[3], SEEN[4], SEEN[5]]
    ratings = [("u", item, 1.0 if item == SEEN[1] else 5.0, second) for second, item in enumerate(order)]
    for request in likes_in_a_row(catalog(ratings)):
        assert f"Film {UNSEEN}" not in request.text
        assert f"Film {SEEN[1]}," not in request.text


def dialogue(**changes):
    row = {
        "movieMentions": {"1": f"Film {SEEN[0]} (2000)", "2": f"film  {SEEN[1]}  (2000)"},
        "respondentQuestions": {"2": {"suggested": 1, "liked": 1}},
        "initiatorWorkerId": 7,
        "messages": [
            {"senderWorkerId": 7, "text": "I liked @1 a lot, more please"},
            {"senderWorkerId": 8, "text": "Have you seen @2 ?"},
        ],
    }
    return row | changes


def read(tmp_path, *rows):
    path = tmp_path / "redial.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return redial(path, catalog())


def test_what_the_seeker_said_is_answered_by_what_was_suggested_and_liked(tmp_path):
    assert read(tmp_path, dialogue()) == (
        Request(
            f"I liked film {SEEN[0]} a lot, more please",
            "redial",
            frozenset({SEEN[1]}),
            spared=frozenset({SEEN[1]}),
        ),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"respondentQuestions": {"2": {"suggested": 1, "liked": 0}}},
        {"respondentQuestions": {"2": {"suggested": 0, "liked": 1}}},
        {"respondentQuestions": []},
        {"movieMentions": {"1": f"Film {SEEN[0]} (2000)", "2": "Unknown (1999)"}},
        {"movieMentions": {"1": f"Film {SEEN[0]} (2000)", "2": f"Film {UNSEEN} (2000)"}},
        {"messages": [{"senderWorkerId": 8, "text": "Have you seen @2 ?"}]},
    ],
)
def test_a_dialogue_without_a_liked_suggestion_that_is_known_and_seen_gives_nothing(tmp_path, changes):
    assert read(tmp_path, dialogue(**changes)) == ()
