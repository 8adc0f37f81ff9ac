import numpy as np
import pytest

from agent.kinds import KINDS
from evaluation.gold import Heard, Spoken, Utterance
from evaluation.near import Said
from finetune.utterances import DATA, LETTERS, Teacher, labels
from tests.catalogs import tiny_catalog

CATALOG = tiny_catalog()


class Letters:
    """An embedder by the letters of a text."""

    id = "letters"

    def encode(self, texts):
        counts = np.array([[text.lower().count(chr(97 + place)) + 0.1 for place in range(26)] for text in texts])
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    def encode_items(self, items):
        raise NotImplementedError


@pytest.fixture(scope="module")
def teacher():
    return Teacher(CATALOG, Letters(), near_values=1)


def utterance(text, gold, *context):
    return Utterance(text, tuple(context), text, gold)


def stands(lesson):
    lines = lesson.text.splitlines()
    about = [line.rstrip("\ue000").rstrip(":") for line in lines if line[:2] in ("+ ", "- ", "= ", "o ", "s ", "? ")]
    return dict(zip(about, lesson.stands, strict=True))


def test_a_candidate_is_right_where_gold_has_it(teacher):
    gold = Heard("request", likes=(Said("mood", "dark"),), dislikes=(Said("theme", "heist"),))
    lesson = teacher.lesson(utterance("a dark film, no heist", gold), [("mood", "witty")])
    assert stands(lesson) == {"+ dark": 1, "- heist": 2, "? witty": 0}
    assert lesson.kind == KINDS.index("request")


def test_near_synonyms_are_right_too(teacher):
    gold = Heard("request", likes=(Said("mood", "suspenseful"),))
    assert stands(teacher.lesson(utterance("edge of my seat", gold), [("mood", "tense")]))["? tense"] == 1


def test_options_are_candidates_after_a_question(teacher):
    asked = Spoken("parley", "Dark or witty?")
    gold = Heard("answer", likes=(Said("mood", "witty"),))
    lesson = teacher.lesson(utterance("whatever makes me laugh", gold, asked), [])
    assert {"o dark": 0, "o witty": 1}.items() <= stands(lesson).items()


def test_cross_fitting_makes_one_lesson_of_each_utterance(teacher):
    gold = Heard("request", likes=(Said("mood", "dark"),))
    many = [utterance(f"dark film number {place}", gold) for place in range(9)]
    assert sorted(lesson.text.splitlines()[0] for lesson in teacher.cross_fitted(many, seed=0)) == sorted(
        f"Person: {one.text}" for one in many
    )


def test_labels_are_the_values_of_the_catalogue_and_sides_of_numbers():
    found = labels(CATALOG)
    assert ("mood", "dark") in found
    assert ("runtime", "shorter") in found
    assert len(found) == len(set(found))


def test_every_letter_has_its_file():
    assert all((DATA / f"utterances_{letter}.jsonl").exists() for letter in LETTERS)
