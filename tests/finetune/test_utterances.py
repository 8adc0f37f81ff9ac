import pytest

from agent.hearing import Implied
from agent.kinds import KINDS
from evaluation.gold import Heard, Spoken, Utterance
from evaluation.near import Said
from finetune.utterances import DATA, LETTERS, Teacher, labels
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


@pytest.fixture(scope="module")
def teacher():
    return Teacher(CATALOG)


def utterance(text, gold, *context):
    return Utterance(text, tuple(context), text, gold)


def stands(lesson):
    lines = lesson.text.splitlines()
    about = [
        line.rstrip("\ue000").rstrip(":") for line in lines if line[:2] in ("+ ", "- ", "= ", "o ", "s ", "? ", "! ")
    ]
    return dict(zip(about, lesson.stands, strict=True))


def test_a_candidate_is_right_where_gold_has_it(teacher):
    gold = Heard("request", likes=(Said("mood", "dark"),), dislikes=(Said("theme", "heist"),))
    lesson = teacher.lesson(utterance("a dark film, no heist", gold), [Implied("mood", "witty", 0.1)])
    assert stands(lesson) == {"+ dark": 1, "- heist": 2, "? witty": 0}
    assert lesson.kind == KINDS.index("request")


def test_near_synonyms_are_right_too(teacher):
    gold = Heard("request", likes=(Said("mood", "suspenseful"),))
    assert stands(teacher.lesson(utterance("edge of my seat", gold), [Implied("mood", "tense", 0.3)]))["! tense"] == 1


def test_options_are_candidates_after_a_question(teacher):
    asked = Spoken("parley", "Dark or witty?")
    gold = Heard("answer", likes=(Said("mood", "witty"),))
    lesson = teacher.lesson(utterance("whatever makes me laugh", gold, asked), [])
    assert {"o dark": 0, "o witty": 1}.items() <= stands(lesson).items()


def test_there_is_a_lesson_of_each_utterance(teacher):
    gold = Heard("request", likes=(Said("mood", "dark"),))
    many = [utterance(f"dark film number {place}", gold) for place in range(3)]
    lessons = teacher.lessons(many, [()] * 3)
    assert [lesson.text.splitlines()[0] for lesson in lessons] == [f"Person: {one.text}" for one in many]


def test_what_a_tagger_learns_is_what_was_liked_or_disliked_after_what_was_asked(teacher):
    gold = Heard("answer", likes=(Said("mood", "Dark"),), dislikes=(Said("theme", "heist"), Said("title", "Heat")))
    (lesson,) = teacher.tag_lessons([utterance("the first, no robbers", gold, Spoken("parley", "Dark or witty?"))])
    assert lesson.text == "Dark or witty? > the first, no robbers"
    assert {teacher.labels[place] for place in lesson.meant} == {("mood", "dark"), ("theme", "heist")}


def test_a_value_of_two_facets_is_learned_under_the_one_that_was_meant(teacher):
    place = teacher.labels.index(("genre", "Crime"))
    (lesson,) = teacher.tag_lessons([utterance("bank jobs", Heard("request", likes=(Said("genre", "crime"),)))])
    assert lesson.meant == {place}


def test_a_finer_theme_is_learned_as_what_it_comes_under(teacher):
    gold = Heard("request", likes=(Said("theme", "bank robbery"), Said("theme", "selkies")))
    (lesson,) = teacher.tag_lessons([utterance("bank jobs", gold)])
    assert {teacher.labels[place] for place in lesson.meant} == {("theme", "heist")}
    assert stands(teacher.lesson(utterance("bank jobs", gold), [Implied("theme", "heist", 0.2)])) == {"! heist": 1}


def test_labels_are_values_of_the_catalogue_in_the_vocabularies_and_sides_of_numbers():
    found = labels(CATALOG)
    assert ("theme", "old age") not in found
    assert ("mood", "dark") in found
    assert ("runtime", "shorter") in found
    assert len(found) == len(set(found))


def test_every_letter_has_its_file():
    assert all((DATA / f"utterances_{letter}.jsonl").exists() for letter in LETTERS)
