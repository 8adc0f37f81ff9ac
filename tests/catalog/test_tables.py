import csv
import json

import pandas as pd
import pytest

from catalog.tables import IngestError, read_table


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(tmp_path, name, text, **options):
    with pytest.raises(IngestError) as caught:
        read_table(written(tmp_path, name, text), **options)
    return str(caught.value)


def test_every_format_gives_the_same_cells(tmp_path):
    frame = pd.DataFrame({"id": ["007", "8"], "title": ["NA", "None"]})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    frame.to_json(tmp_path / "t.json", orient="records")
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_csv(tmp_path / "t.tsv", index=False, sep="\t")
    for suffix in ("parquet", "jsonl", "json", "csv", "tsv"):
        cells = read_table(tmp_path / f"t.{suffix}").cells
        assert cells.to_dict("list") == {"id": ["007", "8"], "title": ["NA", "None"]}, suffix


def test_csv_rows_carry_the_line_an_editor_shows(tmp_path):
    cells = read_table(written(tmp_path, "t.csv", 'title\n"one\ntwo"\n\nthree\n')).cells
    assert cells.index.name == "line"
    assert cells.index.tolist() == [2, 5]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    assert list(read_table(written(tmp_path, "t.csv", b"\xef\xbb\xbftitle,genre\nHeat,Crime\n")).cells) == [
        "title",
        "genre",
    ]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_another_delimiter_is_found_and_reported(tmp_path, sign):
    table = read_table(written(tmp_path, "t.csv", f'title{sign}genre\n"Good, Bad"{sign}Western\n'))
    assert table.cells.to_dict("list") == {"title": ["Good, Bad"], "genre": ["Western"]}
    assert list(table.notes) == [f"cells parted by {sign!r} (else give --delimiter)"]


def test_a_given_delimiter_overrules_the_header(tmp_path):
    table = read_table(written(tmp_path, "t.csv", "title;a,b,c\nHeat;x\n"), delimiter=";")
    assert list(table.cells) == ["title", "a,b,c"]


def test_a_delimiter_of_two_characters_is_refused(tmp_path):
    assert "one character, not '::'" in refusal(tmp_path, "t.csv", "a::b\n", delimiter="::")


def test_latin_letters_are_refused_with_line_column_byte_and_way_out(tmp_path):
    raw = "id,title\n1,Heat\n2,Amélie\n".encode("latin-1")
    message = refusal(tmp_path, "t.csv", raw)
    assert "t.csv, line 3, column 'title', byte 5: 0xe9" in message
    assert "--encoding cp1252" in message
    assert "Amélie" in message
    assert read_table(tmp_path / "t.csv", encoding="cp1252").cells["title"].tolist() == ["Heat", "Amélie"]


def test_utf_16_is_recognised(tmp_path):
    raw = "title,genre\nHeat,Crime\n".encode("utf-16")
    assert "--encoding utf-16" in refusal(tmp_path, "t.csv", raw)
    assert list(read_table(tmp_path / "t.csv", encoding="utf-16").cells) == ["title", "genre"]


@pytest.mark.parametrize("encoding", ["klingon", "hex"])
def test_an_unknown_encoding_is_refused_with_one_to_try(tmp_path, encoding):
    assert f"no text encoding {encoding!r}; try" in refusal(tmp_path, "t.csv", "title\n", encoding=encoding)


@pytest.mark.parametrize("text", ["", " \n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_an_empty_file_is_refused(tmp_path, text, suffix):
    assert "is empty; its first line must name the columns" in refusal(tmp_path, f"t.{suffix}", text)


@pytest.mark.parametrize(("name", "text"), [("t.csv", "id,title\n"), ("t.json", "[]"), ("t.jsonl", "{}")])
def test_a_file_without_rows_is_refused(tmp_path, name, text):
    assert "no rows below the header; add at least one item" in refusal(tmp_path, name, text)


def test_a_row_with_too_many_cells_is_refused_with_its_line(tmp_path):
    message = refusal(tmp_path, "t.csv", "id,title,genre\n1,Heat,Crime\n2,Good, Bad,Western\n")
    assert "t.csv, line 3: 4 cells where the header names 3 columns, after column 'genre' comes 'Western'" in message
    assert "put double quotes around" in message


def test_empty_cells_past_the_header_lose_nothing(tmp_path):
    assert read_table(written(tmp_path, "t.csv", "id,title\n1,Heat,,\n")).cells["title"].tolist() == ["Heat"]


def test_cells_missing_at_the_end_are_counted(tmp_path):
    table = read_table(written(tmp_path, "t.csv", "title,genre\nHeat\nUp,Comedy\n"))
    assert table.cells["genre"].tolist() == ["", "Comedy"]
    assert table.notes == {"cells missing at the end, read as empty": (2,)}


@pytest.mark.parametrize("text", ['id,title\n1,"Heat\n2,Ronin\n3,"Up"\n', 'id,title\n1,"Heat\n2,Ronin\n'])
def test_a_stray_quote_that_would_swallow_rows_is_refused_where_it_opens(tmp_path, text):
    message = refusal(tmp_path, "t.csv", text)
    assert "t.csv, line 2, column 'title': a quoted cell begins here" in message
    assert "remove the stray one" in message


def test_quotes_within_a_cell_are_read(tmp_path):
    cells = read_table(written(tmp_path, "t.csv", 'title,genre\n"The ""Heat""",5" disc\n')).cells
    assert cells.to_dict("list") == {"title": ['The "Heat"'], "genre": ['5" disc']}


def test_a_cell_of_a_million_characters_is_read_and_the_limit_of_csv_stays(tmp_path):
    before = csv.field_size_limit()
    cells = read_table(written(tmp_path, "t.csv", f"title\n{'x' * 1_000_000}\n")).cells
    assert len(cells["title"].iloc[0]) == 1_000_000
    assert csv.field_size_limit() == before


def test_blank_and_repeated_header_names_become_different(tmp_path):
    assert list(read_table(written(tmp_path, "t.csv", ",title,genre,genre\n0,Heat,a,b\n")).cells) == [
        "column 1",
        "title",
        "genre",
        "genre (2)",
    ]


def test_a_missing_file_a_folder_and_another_suffix_are_refused_with_what_is_read(tmp_path):
    (tmp_path / "t.csv").mkdir()
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    for name, start in (("t.csv", "is a folder"), ("none.csv", "no file"), ("t.xlsx", "cannot read suffix '.xlsx'")):
        with pytest.raises(IngestError, match=start) as caught:
            read_table(tmp_path / name)
        assert ".csv, .tsv, .jsonl" in str(caught.value)


def test_json_values_become_text_and_lists(tmp_path):
    entry = {
        "id": 7,
        "score": 7.0,
        "when": None,
        "tags": ["a", 1],
        "maker": {"name": "X"},
        "new": True,
        "text": "\u2028",
    }
    path = written(tmp_path, "t.jsonl", json.dumps(entry, ensure_ascii=False) + '\n{"id": 12345678901234567890}\n')
    first, second = read_table(path).cells.to_dict("records")
    assert first == {
        "id": "7",
        "score": "7",
        "when": "",
        "tags": ("a", "1"),
        "maker": "X",
        "new": "True",
        "text": "\u2028",
    }
    assert second["id"] == "12345678901234567890"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "B",}', "not JSON"),
        ("[1]", "is no object; write each item as"),
        ('{"title": "a", "title": "b"}', "the column 'title' stands twice"),
        ('{"title": ' + "[" * 100_000 + "]" * 100_000 + "}", "cannot be read"),
        ('{"title": ' + "9" * 10_000 + "}", "cannot be read"),
    ],
)
def test_a_broken_json_line_is_refused_with_its_number(tmp_path, line, reason):
    message = refusal(tmp_path, "t.jsonl", '{"title": "A"}\n\n' + line + "\n")
    assert message.startswith("t.jsonl, line 3")
    assert reason in message


def test_a_broken_json_list_is_refused_with_the_line(tmp_path):
    assert refusal(tmp_path, "t.json", '[{"title": "A"},\n{"title"}]').startswith(
        "t.json, line 2, character 9: not JSON"
    )


def test_an_entry_of_a_json_list_that_is_no_object_is_refused_with_its_row(tmp_path):
    assert "t.json, row 2: 'B' is no object" in refusal(tmp_path, "t.json", '[{"title": "A"}, "B"]')


def test_a_broken_parquet_file_is_refused(tmp_path):
    message = refusal(tmp_path, "t.parquet", b"no parquet")
    assert message.startswith("t.parquet: not a Parquet file that can be read")
    assert message.endswith("export it again")


def test_a_parquet_file_keeps_its_index_its_lists_and_whole_numbers(tmp_path):
    frame = pd.DataFrame(
        {
            "title": ["Heat", "Up"],
            "id": pd.array([2**60 + 1, None], dtype="Int64"),
            "genres": [["Crime"], None],
            "seen": [float("nan"), 7.0],
        }
    )
    frame.set_index("title").to_parquet(tmp_path / "t.parquet")
    cells = read_table(tmp_path / "t.parquet").cells
    assert cells.index.tolist() == [1, 2]
    assert cells.index.name == "row"
    assert cells.to_dict("list") == {
        "title": ["Heat", "Up"],
        "id": ["1152921504606846977", ""],
        "genres": [("Crime",), ""],
        "seen": ["", "7"],
    }
