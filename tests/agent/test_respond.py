import pytest

from agent.actions import Ask, Note, Pick, Recommend, Relaxation, Remark, Reply, ReplyKind
from agent.acts import Accepts, Dislikes, Likes, Prefers, Reset
from agent.respond import Respondent
from agent.state import DialogueState
from catalog.items import TITLE
from graph.attributes import AttributeGraph
from graph.evidence import Evidence, Wish
from graph.questions import Question
from graph.walk import paths
from tests.catalogs import tiny_catalog
from tests.scripted import Scripted

CATALOG = tiny_catalog()
GRAPH = AttributeGraph(CATALOG)
START = DialogueState()
HEIST = Evidence(wanted=(Wish("theme", ("heist",)),))
HEAT = Pick("heat", 0.5, paths(GRAPH, HEIST, "heat"))


def reply(action, *script, state=START, favourite=""):
    words = Respondent(CATALOG, Scripted(*script, favourite=favourite)).words(state.heard("x", ()).decided(action))
    return list(words)


def test_the_model_goes_on_from_a_true_opening():
    grown = reply(Recommend((HEAT,)), " a crime film about heist.")
    assert grown[0] == "You asked for a heist, and Heat is a tense film directed by Michael Mann"
    assert grown[-1] == f"{grown[0]}, in which a crime film about heist."


def test_a_liked_film_is_the_reason_when_it_moved_most():
    pick = Pick("casino", 0.5, paths(GRAPH, Evidence(liked=("godfather",)), "casino"))
    assert reply(Recommend((pick,)))[0].startswith(
        "You like The Godfather, and Casino is a 1995 film directed by Martin Scorsese"
    )


def test_a_reply_only_ever_grows():
    grown = reply(Recommend((HEAT, Pick("alien", 0.1))), " a crime film about heist.", "")
    assert all(after.startswith(before.rstrip(" .,")) for before, after in zip(grown, grown[1:], strict=False))


def test_an_invention_is_replaced_by_the_plain_truth():
    grown = reply(Recommend((HEAT,)), " Nicolas Cage is a vampire.")
    assert "Cage" not in "".join(grown)
    assert grown[-1].endswith("directed by Michael Mann. A crime film about heist.")


@pytest.mark.parametrize("item_id", [item.id for item in CATALOG])
def test_the_plain_sentence_names_every_film_with_true_facts(item_id):
    text = reply(Recommend((Pick(item_id, 0.1),)))[-1]
    item = CATALOG[item_id]
    assert item.title in text
    assert all(name in text for name in item.facets.get("director", ()))
    others = {name for other in CATALOG for name in other.facets["director"]} - set(item.facets["director"])
    assert not any(name in text for name in others)


def test_a_question_offers_every_option():
    ask = Ask(Question("mood", ("tense", "dark", "witty"), 1.0))
    assert reply(ask, "Would you like it tense, dark or witty")[-1] == "Would you like it tense, dark or witty?"
    assert reply(ask, "Would you like it tense or dark")[-1] == "What would suit you: tense, dark or witty?"
    assert reply(ask, "Would you like Heat tense, dark or witty")[-1] == "What would suit you: tense, dark or witty?"


def test_remarks_come_first():
    action = Reply(ReplyKind.NOTHING_FITS, remarks=(Remark(Note.UNKNOWN, "Zardoz"),))
    assert reply(action)[0] == "I don't have “Zardoz” in my catalogue, so I left it aside."


def test_the_way_out_is_said_when_nothing_fits():
    action = Reply(ReplyKind.NOTHING_FITS, relaxation=Relaxation(Wish("mood", ("dark",)), 412))
    assert "If dark were allowed again, 412 films would come back." in reply(action)[-1]


def test_why_a_film_names_what_was_asked_for_and_what_is_shared():
    evidence = Evidence(wanted=HEIST.wanted, liked=("casino",))
    text = reply(Reply(ReplyKind.WHY_ITEM, Pick("heat", 0.5, paths(GRAPH, evidence, "heat"))))[-1]
    assert text.startswith("You asked for a heist, and Heat has that")
    assert "Robert De Niro" in text
    assert "Casino" in text


def test_why_a_film_admits_what_it_lacks_and_names_bounds():
    evidence = Evidence(wanted=(*HEIST.wanted, Wish("runtime", (">=150",)), Wish("mood", ("witty",))))
    pick = Pick("heat", 0.5, paths(GRAPH, evidence, "heat"), (Wish("mood", ("witty",)),))
    text = reply(Reply(ReplyKind.WHY_ITEM, pick))[-1]
    assert "at least 150 minutes" in text
    assert text.endswith("As far as I know, it misses what else you wished for: witty.")


def test_why_a_question_says_what_it_would_leave():
    text = reply(Reply(ReplyKind.WHY_QUESTION, asked=Ask(Question("mood", ("a", "b"), 2.0), 100)))[-1]
    assert "100 films" in text
    assert "about 25" in text


def test_taste_is_summed_up():
    told = (Likes(Wish(TITLE, ("heat",))), Likes(Wish("mood", ("tense",))), Dislikes(Wish("genre", ("Horror",))))
    text = reply(Reply(ReplyKind.TASTE), state=START.heard("", told))[-1]
    assert "you like Heat, you want tense and you don't want a horror film" in text


def test_the_model_chooses_among_replies_to_small_talk():
    choice = "That's beyond my shelves, I'm afraid. Tell me what you feel like watching?"
    assert reply(Reply(ReplyKind.OFFTOPIC), favourite=choice) == [choice]


def test_a_turn_without_an_action_is_refused():
    with pytest.raises(ValueError, match="turn 1"):
        list(Respondent(CATALOG, Scripted()).words(START.heard("x", ())))


def test_a_question_about_a_film_is_answered_with_its_facts():
    text = reply(Reply(ReplyKind.ABOUT, Pick("heat", 0.0)))[-1]
    assert text.startswith("Heat (1995). It is directed by Michael Mann. It has Al Pacino and Robert De Niro.")
    assert "It runs 170 minutes." in text


@pytest.mark.parametrize("question", [Question("mood", ("tense",)), Question("year", ("<=1989", ">=1990"))])
def test_only_a_choice_is_left_to_the_model(question):
    model = Scripted("Would you like it silly")
    words = list(Respondent(CATALOG, model).words(START.heard("x", ()).decided(Ask(question))))
    assert words[-1] in ("Would you like it tense?", "Should it be from before 1990, or from 1990 on?")
    assert model.prompts == []


def test_questions_that_follow_each_other_are_worded_differently():
    ask = Ask(Question("genre", ("Comedy",)))
    first = reply(ask)[-1]
    assert reply(ask, state=START.heard("x", ()).decided(ask))[-1] != first


LEANING = START.heard("the first", (Prefers("godfather", "alien"),))


def test_a_film_that_was_only_found_nearer_is_no_film_that_is_liked():
    pick = Pick("casino", 0.5, paths(GRAPH, LEANING.evidence(), "casino"))
    said = reply(Recommend((pick,)), state=LEANING)[-1]
    assert said.startswith("You said closer to The Godfather than to Alien, and Casino is a 1995 film")
    why = reply(Reply(ReplyKind.WHY_ITEM, pick), state=LEANING)[-1]
    assert why.endswith("The Godfather, which you found closer than Alien.")


def test_a_film_is_no_reason_for_itself():
    pick = Pick("godfather", 0.5, paths(GRAPH, LEANING.evidence(), "godfather"))
    why = reply(Reply(ReplyKind.WHY_ITEM, pick), state=LEANING)[-1]
    assert why == "You found it closer than Alien."
    said = reply(Recommend((pick,)), state=LEANING)[-1]
    assert said.startswith("You said closer to The Godfather than to Alien, and The Godfather is")


def test_a_preference_is_part_of_the_taste():
    assert "it should be closer to The Godfather than to Alien" in reply(Reply(ReplyKind.TASTE), state=LEANING)[-1]


@pytest.mark.parametrize(
    ("question", "about"),
    [
        (Question("actor", ("Al Pacino",), 1.0), "the cast helps most"),
        (Question(TITLE, ("heat", "up"), 1.0), "Heat and Up helps most"),
    ],
)
def test_why_a_question_says_what_it_is_about(question, about):
    assert about in reply(Reply(ReplyKind.WHY_QUESTION, asked=Ask(question, 100)))[-1]


def test_why_a_question_promises_no_more_than_it_will_do():
    asked = Ask(Question("mood", ("tense",), 0.001), 3)
    assert reply(Reply(ReplyKind.WHY_QUESTION, asked=asked))[-1].startswith("Because 3 films could still be the one")


TOOK = START.heard("that one", (Accepts("godfather"),))
RETURNED = TOOK.heard("start over", (Reset(),))


@pytest.mark.parametrize(
    ("state", "opening", "beside"),
    [
        (RETURNED, "You went for The Godfather before, and Casino is", "The Godfather, which you went for before."),
        (TOOK, "You chose The Godfather, and Casino is", "The Godfather, which you chose."),
    ],
)
def test_a_film_of_another_occasion_is_no_film_that_is_liked_now(state, opening, beside):
    pick = Pick("casino", 0.5, paths(GRAPH, Evidence(liked=("godfather",)), "casino"))
    assert reply(Recommend((pick,)), state=state)[-1].startswith(opening)
    assert reply(Reply(ReplyKind.WHY_ITEM, pick), state=state)[-1].endswith(beside)


def test_starting_over_says_what_is_remembered():
    action = Reply(ReplyKind.GREET, remarks=(Remark(Note.STARTED_OVER),))
    assert reply(action, state=RETURNED)[0] == "A clean slate; I'll remember that you went for The Godfather."
    assert reply(action)[0] == "A clean slate."


def test_what_was_enjoyed_before_is_part_of_the_taste():
    words = reply(Reply(ReplyKind.TASTE), state=RETURNED.heard("", (Likes(Wish("mood", ("tense",))),)))[-1]
    assert "you went for The Godfather before and you want tense" in words


def test_an_item_without_reasons_is_explained_by_what_is_closest_to_the_words():
    pick = Pick("runner", 0.5, nearest="robots")
    text = reply(Reply(ReplyKind.WHY_ITEM, pick))[-1]
    assert text.endswith("What I know of it that comes closest to your words: robots.")
    assert "rules it out" in reply(Reply(ReplyKind.WHY_ITEM, Pick("runner", 0.5)))[-1]
