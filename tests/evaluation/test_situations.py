from evaluation.situations import Naming, all_situations, folds
from tests.evaluation.samples import talk

TALK = talk(1, ("like", "alien"), ("try", "alien", "shining"), ("hm?",), ("or", "heat"), ("bye",))


def test_every_turn_of_the_recommender_that_names_a_film_is_a_situation():
    first, second = all_situations([TALK, talk(2, ("hello", "up"), ("hi",))])
    assert [film.key for film in first.targets] == ["alien", "shining"]
    assert [film.key for film in second.targets] == ["heat"]
    assert (len(first.before), len(second.before)) == (1, 3)


def test_a_situation_knows_when_and_by_whom_films_were_named_before():
    first, second = all_situations([TALK])
    assert first.met == {"alien": (Naming(1, True),)}
    assert second.met == {"alien": (Naming(3, True), Naming(2, False)), "shining": (Naming(2, False),)}


def test_the_last_words_are_the_seekers_if_they_spoke_last():
    _, second = all_situations([TALK])
    assert second.last_words == "hm?"
    (first,) = all_situations([talk(3, ("",), ("see", "up"))])
    assert first.last_words == ""


def test_every_dialogue_is_set_aside_once():
    talks = [talk(number, ("hi",)) for number in range(7)]
    parts = folds(talks, 3)
    assert sorted(one.id for _, aside in parts for one in aside) == sorted(one.id for one in talks)
    assert all({one.id for one in rest}.isdisjoint(one.id for one in aside) for rest, aside in parts)
    assert all(len(rest) + len(aside) == 7 for rest, aside in parts)
