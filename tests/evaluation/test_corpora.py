import json

import pytest

from evaluation.corpora import Film, load_conversations
from evaluation.titles import Titles
from tests.catalogs import tiny_catalog
from tests.evaluation.samples import CRIME, INSPIRED, SCARY, SWEET, redial, write_inspired, write_redial

TITLES = Titles(tiny_catalog())


def ids(turn):
    return [film.item_id for film in turn.films]


@pytest.fixture
def scary(tmp_path):
    (conversation,) = load_conversations(write_redial(tmp_path / "a.jsonl", SCARY), TITLES)
    return conversation


def test_messages_in_a_row_are_one_turn(scary):
    assert [turn.seeker for turn in scary.turns] == [True, False, True, False, True, False]
    assert scary.turns[1].text == "sure\nhave you seen Alien (1979) ?"


def test_the_one_who_began_the_task_is_the_seeker_whoever_speaks_first(tmp_path):
    (sweet,) = load_conversations(write_redial(tmp_path / "a.jsonl", SWEET), TITLES)
    assert [turn.seeker for turn in sweet.turns][:2] == [False, True]


def test_films_are_linked_to_the_catalogue_and_those_it_lacks_keep_their_names(scary):
    assert [ids(turn) for turn in scary.turns] == [[], ["alien"], ["alien"], ["shining"], [], ["shining", None]]
    assert scary.turns[-1].films[1] == Film("Moonlit Harbour (2016)")


def test_a_film_is_the_same_under_all_its_names():
    assert Film("Heat (1996)", "heat").key == Film("Heat", "heat").key
    assert Film("Moonlit Harbour (2016)").key == Film("moonlit harbour 2016").key


def test_texts_hold_titles_with_single_blanks_and_no_signs_of_html(tmp_path):
    (crime,) = load_conversations(write_redial(tmp_path / "a.jsonl", CRIME), TITLES)
    assert crime.turns[0].text == "crime like The Godfather (1972) & such"
    assert crime.turns[1].text == "Heat (1996) or Casino (1995)"


def test_a_film_named_twice_in_a_turn_counts_once(tmp_path):
    (one,) = load_conversations(write_redial(tmp_path / "a.jsonl", [("R", "@31"), ("R", "yes, @31")]), TITLES)
    assert ids(one.turns[0]) == ["heat"]


def test_a_dialogue_may_name_no_film_and_a_number_may_have_no_name(tmp_path):
    (one,) = load_conversations(write_redial(tmp_path / "a.jsonl", [("S", "hi @77")]), TITLES)
    assert one.turns[0].text == "hi a film"
    assert one.turns[0].films == ()


def test_a_table_with_tabs_is_read_as_inspired(tmp_path):
    first, second = load_conversations(write_inspired(tmp_path / "a.tsv"), TITLES)
    assert (first.id, second.id) == ("a", "b")
    assert [turn.seeker for turn in first.turns] == [False, True, False]
    assert first.turns[1].text == 'Something "scary"\nI "liked" Alien'
    assert [ids(turn) for turn in first.turns] == [[], ["alien"], ["shining", None]]
    assert ids(second.turns[1]) == ["heat"]


def test_a_table_without_a_column_says_which(tmp_path):
    path = write_inspired(tmp_path / "a.tsv", head=("dialog_id", "speaker", "text"))
    with pytest.raises(ValueError, match="no column 'movies'"):
        load_conversations(path, TITLES)


def test_an_unknown_speaker_is_told_with_its_row(tmp_path):
    path = write_inspired(tmp_path / "a.tsv", (*INSPIRED, ("b", "OTHER", "hm", "")))
    with pytest.raises(ValueError, match="row 7: the speaker 'OTHER' is none of SEEKER, RECOMMENDER"):
        load_conversations(path, TITLES)


def test_a_damaged_line_is_told_with_its_number(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(redial(1, SCARY) + "\n\n" + json.dumps({"messages": []}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: not a dialogue of ReDial .no 'movieMentions'"):
        load_conversations(path, TITLES)
    path.write_text(redial(1, SCARY)[:-3], encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        load_conversations(path, TITLES)


def test_a_file_of_neither_format_says_so(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,year\n", encoding="utf-8")
    with pytest.raises(ValueError, match="neither ReDial"):
        load_conversations(path, TITLES)


def test_a_table_without_rows_holds_no_dialogues(tmp_path):
    with pytest.raises(ValueError, match="holds no dialogues"):
        load_conversations(write_inspired(tmp_path / "a.tsv", ()), TITLES)
