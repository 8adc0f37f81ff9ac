from dataclasses import replace
from math import log2, sqrt

import pytest

from agent.actions import Pick, Recommend, Reply, ReplyKind
from evaluation import slates
from evaluation.people import Preference, Record
from evaluation.slates import Fame
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)


NOTHING_SAID = Record()


def turn(*item_ids, record=NOTHING_SAID):
    return Exchange("text", record, Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids)), "Words.", 0.01)


def dialogue(*turns, wanted=("heat",), taken=None, preferences=()):
    return Dialogue("any", "target", "parley", 0, wanted, turns, taken, preferences)


SMALL_TALK = Exchange("hi", Record(), Reply(ReplyKind.GREET), "Hello.", 0.01)
NOTHING = dialogue(SMALL_TALK)
SHOWN = dialogue(turn("alien", "up"), SMALL_TALK, turn("up", "heat", "made-up"), wanted=("casino", "heat"))


def test_the_ranking_is_the_order_of_first_appearance():
    assert slates.ranking(SHOWN) == ("alien", "up", "heat", "made-up")
    assert slates.slates(SHOWN) == [("alien", "up"), ("up", "heat", "made-up")]


def test_the_wanted_item_in_third_place_of_two_wanted():
    assert slates.recall_shown(SHOWN) == 0.5
    assert slates.mrr_shown(SHOWN) == pytest.approx(1 / 3)
    assert slates.ndcg_shown(SHOWN) == pytest.approx(0.5 / (1 + 1 / log2(3)))


def test_only_the_first_items_shown_count():
    assert slates.recall_shown(SHOWN, k=2) == slates.mrr_shown(SHOWN, k=2) == slates.ndcg_shown(SHOWN, k=2) == 0.0


def test_without_anything_wanted_a_ranking_is_neither_good_nor_bad():
    unknown = replace(SHOWN, wanted=())
    assert slates.recall_shown(unknown) is slates.ndcg_shown(unknown) is slates.mrr_shown(unknown) is None


def test_one_of_five_items_was_shown_before():
    assert slates.reshown(SHOWN) == pytest.approx(1 / 5)
    assert slates.reshown(NOTHING) is None


def test_satisfaction_is_the_share_of_items_that_keep_to_everything_said():
    record = Record(required=(Wish("genre", ("Comedy",)),)).disliking(Wish("mood", ("silly",)))
    held = dialogue(turn("heat"), turn("up", "airplane", "heat", "made-up", record=record))
    assert slates.satisfaction(held, CATALOG) == 1 / 4


def test_what_is_not_known_of_an_item_fulfils_no_condition():
    record = Record(required=(Wish("runtime", ("<=200",)),))
    assert slates.satisfaction(dialogue(turn("casablanca", "heat", record=record)), CATALOG) == 0.5


def test_satisfaction_says_nothing_while_nothing_is_demanded():
    assert slates.satisfaction(SHOWN, CATALOG) is None


LIKES = (
    Preference("genre", "Comedy", 2.0),
    Preference("mood", "heartwarming", 1.0),
    Preference("theme", "toys", 1.0),
    Preference("genre", "Horror", -5.0),
)


def test_coverage_is_the_weight_that_the_taken_item_meets():
    assert slates.coverage(dialogue(turn("toys", "up"), taken="up", preferences=LIKES), CATALOG) == 0.75


def test_without_a_taken_item_the_best_of_the_last_slate_counts():
    held = dialogue(turn("toys"), turn("heat", "airplane"), SMALL_TALK, preferences=LIKES)
    assert slates.coverage(held, CATALOG) == 0.5


def test_coverage_needs_preferences_and_something_shown():
    assert slates.coverage(SHOWN, CATALOG) is None
    assert slates.coverage(replace(NOTHING, preferences=LIKES), CATALOG) == 0.0
    assert slates.coverage(dialogue(turn("made-up"), preferences=LIKES), CATALOG) == 0.0


def cosine(first, second):
    return sum(GRAPH.shared(first, second).values())


def test_diversity_is_the_mean_unlikeness_of_the_pairs_of_a_slate():
    pairs = [("heat", "casino"), ("heat", "up"), ("casino", "up")]
    expected = sum(1 - cosine(*pair) for pair in pairs) / 3
    assert slates.diversity(dialogue(turn("heat", "casino", "up")), GRAPH) == pytest.approx(expected)
    assert slates.diversity(dialogue(turn("heat", "up")), GRAPH) == pytest.approx(1.0)


def test_diversity_is_a_mean_over_slates_of_two_or_more():
    both = dialogue(turn("heat", "up"), turn("alien"), turn("heat", "casino"))
    assert slates.diversity(both, GRAPH) == pytest.approx((1 + 1 - cosine("heat", "casino")) / 2)
    assert slates.diversity(dialogue(turn("heat")), GRAPH) is None


def test_profiles_are_of_unit_length_so_that_an_item_is_wholly_like_itself():
    row = GRAPH.profiles[[CATALOG.position("heat")]]
    assert sqrt(row.multiply(row).sum()) == pytest.approx(1.0)


def test_popularity_is_the_share_of_the_catalogue_that_is_less_known():
    fame = Fame(CATALOG)
    assert fame.percentile(dialogue(turn("godfather"))) == pytest.approx(11.5 / 12)
    assert fame.percentile(dialogue(turn("airplane"))) == pytest.approx(0.5 / 12)
    assert fame.percentile(dialogue(turn("godfather", "airplane", "made-up"))) == pytest.approx(0.5)
    assert fame.percentile(NOTHING) is None


def test_novelty_is_the_news_of_hearing_that_someone_rated_it():
    fame = Fame(CATALOG)
    assert fame.novelty(dialogue(turn("up"))) == pytest.approx(-log2(4 / 7))
    assert fame.novelty(dialogue(turn("airplane"))) == pytest.approx(-log2(2 / 7))
    assert fame.novelty(dialogue(turn("airplane", "up"))) == pytest.approx(-(log2(2 / 7) + log2(4 / 7)) / 2)


def test_novelty_needs_ratings():
    assert Fame(replace(CATALOG, ratings=CATALOG.ratings[:0])).novelty(dialogue(turn("up"))) is None
