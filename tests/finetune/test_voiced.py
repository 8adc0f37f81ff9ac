import re
from collections import Counter

from agent.kinds import KINDS
from evaluation.gold import FACETS
from finetune.voiced import Voice
from tests.catalogs import tiny_catalog

FOUND = Voice(tiny_catalog(), seed=1).utterances(600)


def test_no_slot_is_left_in_what_is_said():
    assert not [one.text for one in FOUND if re.search(r"\{\w+\}", one.text)]


def test_every_kind_but_greetings_is_drawn():
    assert set(Counter(one.gold.intent for one in FOUND)) == set(KINDS) - {"greet"}


def test_what_is_stated_has_a_facet_of_gold_and_a_value():
    stated = [said for one in FOUND for said in (*one.gold.likes, *one.gold.dislikes)]
    assert all(said.facet in FACETS and said.value for said in stated)


def test_verdicts_come_after_films_and_answers_after_a_question():
    for one in FOUND:
        if one.gold.intent in ("accept", "critique"):
            assert one.context[-1].items
        if one.gold.intent == "answer":
            assert one.context[-1].text.endswith("?")


def test_the_same_seed_says_the_same():
    assert Voice(tiny_catalog(), seed=1).utterances(600) == FOUND
