import pytest

from agent.actions import Pick, Recommend
from agent.acts import Accepts, Dislikes, Likes
from agent.briefs import Job
from agent.reasons import changes_of, pick_brief, recommended_brief, second_brief, told_story, why_brief
from agent.state import DialogueState
from agent.ties import NO_TIES
from catalog.items import Item
from graph.attributes import AttributeGraph
from graph.evidence import Evidence, Wish
from graph.walk import paths
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
START = DialogueState()
HEIST = Evidence(wanted=(Wish("theme", ("heist",)),))


def pick(item_id, evidence):
    return Pick(item_id, 0.5, paths(GRAPH, evidence, item_id))


def test_what_was_asked_for_comes_first_then_the_facts():
    brief = pick_brief(pick("heat", HEIST), NO_TIES, CATALOG)
    assert brief is not None
    assert brief.notes == (
        "film: {1}\nasked: a heist\nis: a tense film\nby: Michael Mann\nstory: in which a crime film about heist"
    )
    assert brief.items == ("heat",)


def test_a_liked_item_is_a_slot_with_what_is_shared():
    brief = pick_brief(pick("casino", Evidence(liked=("godfather",))), NO_TIES, CATALOG)
    assert brief is not None
    assert brief.items == ("casino", "godfather")
    labels = {phrase.label: phrase.text for phrase in brief.phrases}
    assert labels["liked"] == "{2}"
    assert "mafia" in labels["shared"]


def test_an_item_taken_before_takes_plain_words():
    state = START.heard("that one", (Accepts("godfather"),))
    assert pick_brief(pick("casino", Evidence(liked=("godfather",))), state.ties, CATALOG) is None


def test_without_a_story_it_says_who_is_in_it():
    brief = pick_brief(Pick("x", 0.1), NO_TIES, CATALOG.with_items([Item("x", "X", 1999, {"actor": ("Al Pacino",)})]))
    assert brief is not None
    assert brief.notes == "film: {1}\nis: a 1999 film with Al Pacino"


@pytest.mark.parametrize(
    ("description", "story"),
    [
        ("Two friends rob a bank. They fail.", "in which two friends rob a bank"),
        ("After the war, a nurse goes home.", "in which, after the war, a nurse goes home"),
        ("Gotham's protector falls.", ""),
        ("", ""),
    ],
)
def test_a_story_follows_in_which_unless_it_may_begin_with_a_name(description, story):
    assert told_story(Item("x", "X", description=description)) == story


def test_the_second_item_has_one_phrase():
    brief = second_brief(Pick("heat", 0.1), CATALOG)
    assert (brief.job, brief.notes) == (Job.SECOND, "film: {1}\nis: a tense film by Michael Mann")


def test_changes_are_those_that_the_item_fulfils():
    heat = CATALOG["heat"]
    assert changes_of((Likes(Wish("mood", ("tense",))),), heat) == "something tense"
    assert changes_of((Dislikes(Wish("theme", ("mafia",))),), heat) == "no mafia"
    assert changes_of((Likes(Wish("mood", ("silly",))),), heat) == ""
    assert changes_of((Dislikes(Wish("mood", ("tense",))),), heat) == ""


def test_nothing_is_claimed_of_what_is_not_known_of_an_item():
    assert "mood" not in CATALOG["shining"].facets
    assert changes_of((Dislikes(Wish("mood", ("silly",))),), CATALOG["shining"]) == ""


def test_a_wish_after_a_slate_is_a_critique():
    wish = (Likes(Wish("mood", ("tense",))),)
    action = Recommend((pick("heat", HEIST),))
    first = START.heard("x", wish).decided(action)
    brief = recommended_brief(action.picks[0], first, CATALOG)
    assert brief is not None
    assert brief.job is Job.RECOMMEND
    brief = recommended_brief(action.picks[0], first.heard("tenser", wish).decided(action), CATALOG)
    assert brief is not None
    assert brief.job is Job.CRITIQUE
    assert brief.notes.startswith("film: {1}\nnow: something tense\nis: a tense film")


def test_why_an_item_gives_all_reasons_as_one_phrase():
    evidence = Evidence(wanted=(*HEIST.wanted, Wish("runtime", (">=150",))), liked=("casino",))
    brief = why_brief(pick("heat", evidence), NO_TIES)
    assert brief is not None
    (because,) = brief.phrases
    assert "you asked for a heist and at least 150 minutes, and it has that" in because.text
    assert "it shares Robert De Niro with {2}" in because.text
    assert brief.items == ("heat", "casino")
    assert why_brief(Pick("heat", 0.5), NO_TIES) is None
