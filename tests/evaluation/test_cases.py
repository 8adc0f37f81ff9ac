from dataclasses import replace

from agent.actions import Ask, Note, Pick, Recommend, Relaxation, Remark, Reply, ReplyKind
from evaluation.cases import case, worst
from evaluation.people import Record
from evaluation.transcripts import Exchange
from graph.build import ItemNode, UserNode
from graph.evidence import Wish
from graph.questions import Question
from graph.walk import Path
from tests.evaluation.talks import ASKED, CATALOG, SAID, failed, found, shown, talk


def step(action, record=SAID, wanted="heat"):
    dialogue = talk(0, Exchange("hm", record, action, "Well.", 0.1), taken=None, wanted=wanted)
    return case(dialogue, CATALOG, 0).steps[0]


def test_the_worst_come_first_and_what_went_well_does_not_come():
    short = talk(3, shown("casino"), taken=None)
    dialogues = [found(0), failed(1), short, found(2)]
    assert worst(dialogues, [0, 0, 0, 1], 10) == [3, 1, 2]
    assert worst(dialogues, [0, 0, 0, 1], 1) == [3]


def test_among_equals_every_scenario_has_its_turn():
    dialogues = [failed(seed, scenario=name) for seed, name in enumerate("aaab")]
    assert worst(dialogues, [0, 0, 0, 0], 2) == [0, 3]


def test_a_question_says_what_was_asked_and_why():
    read = case(talk(0, ASKED, taken=None), CATALOG, 0).steps[0]
    assert read.decision == (
        "Asked (choice) about mood: tense or dark. 7 films were still likely; "
        "the answer was expected to tell 0.83 bits."
    )
    compared = step(Ask(Question("title", ("heat", "up")), paths=(Path((ItemNode("up"), ItemNode("heat")), 0.5),)))
    assert "which is closer: Heat (1995) or Up (2009)" in compared.decision
    assert compared.reasons == ("Up (2009) → Heat (1995) (+0.5)",)


def test_picks_have_titles_chances_reasons_and_what_speaks_against_them():
    record = Record(
        dislikes=(Wish("genre", ("Horror",)),),
        required=(Wish("year", (">=1990",)),),
        seen=frozenset({"alien"}),
        rejected=frozenset({"heat"}),
    )
    action = Recommend(
        (Pick("heat", 0.25, unmet=(Wish("mood", ("dark",)),)), Pick("alien", 0.1), Pick("nowhere", 0.1)),
        (Remark(Note.UNKNOWN, "Hot"),),
    )
    read = step(action, record)
    assert read.decision == "Recommended 3 of the 12 films. Said first: unknown (Hot)."
    heat, alien, nowhere = read.choices
    assert (heat.label, heat.probability, heat.good) == ("Heat (1995)", 0.25, True)
    assert heat.marks == ("wanted", "rejected", "not known: dark")
    assert alien.marks == ("seen", "refused: a horror film", "not as required: from 1990 on")
    assert (nowhere.label, nowhere.marks) == ("unknown item nowhere", ("not in the catalogue",))


def test_reasons_are_paths_with_how_much_they_count():
    read = case(talk(0, shown("heat"), taken=None), CATALOG, 0).steps[0]
    assert read.choices[0].reasons == ("mood tense → Heat (1995) (+1.5)",)


def test_people_on_a_path_are_no_names_and_what_led_there_is_said():
    path = Path((ItemNode("up"), UserNode("ann"), ItemNode("heat")), 1.0, "2 people liked both")
    reasons = step(Recommend((Pick("heat", 0.1, (path,)),))).choices[0].reasons
    assert reasons == ("Up (2009) → someone → Heat (1995) → 2 people liked both (+1.0)",)


def test_a_reply_names_its_kind_its_item_and_the_way_out():
    assert step(Reply(ReplyKind.WHY_ITEM, Pick("heat", 0.0))).choices[0].label == "Heat (1995)"
    nothing = Reply(ReplyKind.NOTHING_FITS, relaxation=Relaxation(Wish("genre", ("Horror",)), 2))
    assert step(nothing).decision == "Replied: nothing fits. With a horror film allowed there would be 2 films."


def test_the_record_is_in_words_and_in_a_fixed_order():
    record = Record(
        wishes=frozenset({("title", "heat"), ("mood", "tense"), ("actor", "Al Pacino")}),
        preferred=frozenset({("heat", "up")}),
        seen=frozenset({"up", "alien"}),
    )
    assert step(Reply(ReplyKind.GREET), record).record == (
        ("wishes", "Al Pacino, tense, Heat (1995)"),
        ("seen", "Alien (1979), Up (2009)"),
        ("nearer to", "Heat (1995) than Up (2009)"),
    )


def test_a_case_says_how_it_ended_and_what_was_wanted():
    assert case(found(0), CATALOG, 0).ending == "Heat (1995) was taken"
    assert case(failed(0), CATALOG, 0).ending == "nothing was taken"
    assert case(found(0, wanted="up"), CATALOG, 0).ending == "Heat (1995) was taken, which was not wanted"
    everything = replace(failed(0), wanted=tuple(item.id for item in CATALOG))
    assert case(everything, CATALOG, 0).wanted.endswith("or 7 more")
    assert case(replace(everything, wanted=()), CATALOG, 0).wanted == "nothing in the catalogue"
