import csv
import time

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.columns import GivenColumns
from catalog.ingest import IngestOptions, ingest, main
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.tables import IngestError


def written(tmp_path, text, name="shop.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_row_becomes_an_item(tmp_path):
    table = written(
        tmp_path,
        "id,name,year,genres,price,description,votes\n"
        '007,"Heat",1995,Crime|Drama,"£1,299.00",A <b>long</b> night,9\n'
        "8,NA,,Crime,,,0\n",
    )
    catalog, report = ingest(table, IngestOptions(noun="film"))
    heat, other = catalog
    assert (catalog.name, catalog.noun) == ("shop", "film")
    assert (heat.id, heat.title, heat.year, heat.description) == ("007", "Heat", 1995, "A long night")
    assert heat.facets == {"genres": ("Crime", "Drama"), "decade": ("1990s",)}
    assert heat.numbers == {"price": 1299.0}
    assert (heat.popularity, other.popularity) == (1.0, 0.0)
    assert (other.title, other.year, other.numbers) == ("NA", None, {})
    assert report.roles["year"] == "year, and its decade as a facet"
    assert report.touched == {"HTML tags and entities resolved in 'description' (line 2)": 1}


def test_the_order_of_the_report_is_that_of_the_columns(tmp_path):
    _, report = ingest(written(tmp_path, "genre,photo,title,id\nCrime,x.jpg,Heat,1\n"))
    assert list(report.roles) == ["genre", "photo", "title", "id"]


def test_ids_are_made_from_title_and_year_and_numbered_when_they_meet(tmp_path):
    table = written(
        tmp_path, "title,year,n\nHeat,1995,1\nHeat,1995,2\nÉlan & Co,,3\n千と千尋,2001,4\n???,,5\nHeat,1986,6\n"
    )
    catalog, report = ingest(table)
    assert [item.id for item in catalog] == [
        "heat-1995",
        "heat-1995-2",
        "elan-co",
        "千と千尋-2001",
        "item",
        "heat-1986",
    ]
    assert report.touched["id made from title and year"] == 6
    assert report.touched["id numbered, title and year were used before (line 3)"] == 1


def test_a_made_id_never_meets_a_given_one(tmp_path):
    catalog, _ = ingest(written(tmp_path, "id,title\n,Heat\nheat,Other\n"))
    assert [item.id for item in catalog] == ["heat-2", "heat"]


def test_a_row_that_repeats_another_is_dropped_and_counted(tmp_path):
    catalog, report = ingest(written(tmp_path, "id,title\n1,Heat\n2,Up\n1,Heat\n2, Up\n"))
    assert len(catalog) == 2
    assert report.touched["dropped, the same as an earlier row (lines 4, 5)"] == 2


CLASH = "id,title,genre\n1,Heat,Crime\n2,Ronin,Crime\n1,Alien,SF\n2,Up,Comedy\n"


def test_two_rows_with_one_id_are_refused_with_both_lines_the_column_and_the_way_out(tmp_path):
    with pytest.raises(IngestError) as caught:
        ingest(written(tmp_path, CLASH))
    message = str(caught.value)
    assert (
        "shop.csv, lines 2 and 4, column 'id': both have the id '1', for 'Heat' and 'Alien' (and 1 more such)"
        in message
    )
    assert "--on-duplicate first" in message
    assert "--id ''" in message


def test_the_ways_out_of_two_rows_with_one_id_lead_out(tmp_path):
    table = written(tmp_path, CLASH)
    first, report = ingest(table, IngestOptions(keep_first=True))
    assert [item.title for item in first] == ["Heat", "Ronin"]
    assert report.touched["dropped, its id was used before (lines 4, 5)"] == 2
    made, _ = ingest(table, IngestOptions(columns=GivenColumns(id="")))
    assert [item.id for item in made] == ["heat", "ronin", "alien", "up"]


def test_rows_without_a_title_are_dropped_with_their_lines(tmp_path):
    table = written(tmp_path, "id,title\n" + "".join(f"{row},{'' if row < 8 else 'Heat'}\n" for row in range(10)))
    catalog, report = ingest(table)
    assert len(catalog) == 2
    assert report.touched == {"dropped, no title in 'title' (lines 2, 3, 4, 5, 6, ...)": 8}


def test_a_table_without_any_title_text_is_refused(tmp_path):
    with pytest.raises(IngestError, match="column 'title' is empty in every row; choose another with --title"):
        ingest(written(tmp_path, "id,title\n1,\n2, \n"))


def test_a_missing_title_column_is_refused_with_the_file_and_the_way_out(tmp_path):
    with pytest.raises(IngestError, match="shop.csv: no title column among 'a', 'b'.*--title COLUMN"):
        ingest(written(tmp_path, "a,b\n1,2\n"))


def test_unreadable_numbers_and_years_are_left_empty_and_counted(tmp_path):
    table = written(tmp_path, "title,year,price\nHeat,1995,1\nUp,soon,2\nRonin,1998,cheap\n")
    catalog, report = ingest(table)
    assert [item.year for item in catalog] == [1995, None, 1998]
    assert [item.numbers for item in catalog] == [{"price": 1.0}, {"price": 2.0}, {}]
    assert report.touched["no year found in 'year', left empty (line 3)"] == 1
    assert report.touched["no number found in 'price', left empty (line 4)"] == 1


def test_formulas_html_and_million_character_cells_are_cleaned_and_counted(tmp_path):
    table = written(
        tmp_path,
        f'title,genre,description\n"=HYPERLINK(""x"")",Crime,a\n<i>Up</i>,{"g" * 1_000_000},{"d" * 1_000_000}\n',
    )
    catalog, report = ingest(table)
    assert [item.title for item in catalog] == ['HYPERLINK("x")', "Up"]
    assert len(catalog.items[1].description) == 4000
    assert len(catalog.items[1].facets["genre"][0]) == 80
    assert report.touched["formula sign removed in 'title' (line 2)"] == 1
    assert report.touched["HTML tags and entities resolved in 'title' (line 3)"] == 1
    assert report.touched["cut to 4000 characters in 'description' (line 3)"] == 1
    assert report.touched["cut to 80 characters in 'genre' (line 3)"] == 1


def test_a_decade_column_of_its_own_is_kept(tmp_path):
    catalog, _ = ingest(written(tmp_path, "title,year,decade\nHeat,1995,nineties\n"))
    assert catalog.items[0].facets == {"decade": ("nineties",)}


def test_popularity_grows_with_the_count_and_ends_at_one(tmp_path):
    catalog, _ = ingest(written(tmp_path, "title,votes\na,0\nb,10\nc,1000\nd,-5\n"))
    low, middle, high, negative = (item.popularity for item in catalog)
    assert 0.0 == low == negative < middle < high == 1.0


def test_a_parquet_file_is_spoken_of_by_rows(tmp_path):
    pd.DataFrame({"id": ["1", "1"], "title": ["Heat", "Up"]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(IngestError, match=r"t.parquet, rows 1 and 2, column 'id'"):
        ingest(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["../up", "", "a/b", "-x"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path, name):
    with pytest.raises(IngestError, match="cannot be a catalogue's name; .* --name"):
        ingest(written(tmp_path, "title\nHeat\n"), IngestOptions(name=name))


def test_the_name_of_the_shipped_catalogue_is_refused(tmp_path):
    with pytest.raises(IngestError, match="belongs to the catalogue that ships; give another, as --name my-films"):
        ingest(written(tmp_path, "title\nHeat\n", name="films.csv"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=8))
def test_whatever_the_titles_each_row_is_an_item_or_counted(tmp_path, titles):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["title", "genre"], *([title, "x"] for title in titles)])
    try:
        catalog, report = ingest(path)
    except IngestError as error:
        assert "is empty in every row" in str(error)
        return
    dropped = sum(count for rule, count in report.touched.items() if rule.startswith("dropped"))
    assert report.rows == len(titles)
    assert report.items == len(catalog) == report.rows - dropped
    assert len({item.id for item in catalog}) == len(catalog)


def test_the_command_prints_the_roles_and_saves_a_catalogue_that_loads(tmp_path, capsys):
    table = written(tmp_path, "name;brand;colour;price\nTrail;Asics;red|blue;12,50\nRoad;Nike;red;99\n")
    main([str(table), "--title", "name", "--facets", "brand,colour", "--name", "my", "--noun", "shoe"], home=tmp_path)
    printed = capsys.readouterr().out
    assert "shop.csv: 2 rows read, 2 items kept" in printed
    assert "column 'colour': facet, split at '|'" in printed
    assert "python app.py --catalog my" in printed
    catalog = Catalog.load(tmp_path / "catalogs" / "my")
    assert catalog.noun == "shoe"
    assert catalog["trail"].facets == {"brand": ("Asics",), "colour": ("red", "blue")}
    assert catalog["trail"].numbers == {"price": 12.5}


def test_the_command_says_when_it_replaces_a_catalogue(tmp_path, capsys):
    table = written(tmp_path, "title\nHeat\n")
    main([str(table), "--home", str(tmp_path)])
    assert "in place of" not in capsys.readouterr().out
    main([str(table), "--home", str(tmp_path)])
    assert "in place of the one that was there" in capsys.readouterr().out


def test_the_command_ends_with_the_message_and_leaves_the_saved_catalogue(tmp_path):
    main([str(written(tmp_path, "title\nHeat\n"))], home=tmp_path)
    with pytest.raises(SystemExit, match="error: shop.csv: no title column"):
        main([str(written(tmp_path, "a\nb\n"))], home=tmp_path)
    assert [item.title for item in Catalog.load(tmp_path / "catalogs" / "shop")] == ["Heat"]


def test_ten_thousand_rows_take_seconds(tmp_path):
    rows = "".join(
        f"{row},Film é {row},1995,Crime|Drama,90 min,A <i>plot</i> of some length.\n" for row in range(10_000)
    )
    table = written(tmp_path, "id,title,year,genres,runtime,plot\n" + rows)
    start = time.perf_counter()
    catalog, _ = ingest(table)
    assert len(catalog) == 10_000
    assert time.perf_counter() - start < 10


def test_rows_of_empty_cells_are_counted_too(tmp_path):
    catalog, report = ingest(written(tmp_path, "title,genre\nHeat,Crime\n,\n\n,\n"))
    assert (report.rows, len(catalog)) == (3, 1)
    assert report.touched["dropped, no title in 'title' (line 3)"] == 1
    assert report.touched["dropped, the same as an earlier row (line 5)"] == 1


@pytest.fixture
def shop(tmp_path):
    """A home that holds a catalogue of one film."""
    main([str(written(tmp_path, "title,genre\nHeat,Crime\n"))], home=tmp_path)
    return tmp_path


def test_the_command_adds_to_a_catalogue_there_is(shop, capsys):
    table = written(shop, "title,genre\nUp,Comedy\nAlien,Horror\n")
    main([str(table), "--add-to", "shop"], home=shop)
    assert "added to shop, which has 3 items from its next start on; kept in" in capsys.readouterr().out
    assert [item.title for item in load_catalog(shop, "shop")] == ["Heat", "Up", "Alien"]
    assert [path.name for path in (shop / "catalogs").iterdir() if path.is_dir()] == ["shop"]


def test_what_cannot_be_added_is_named_and_nothing_is_added(shop):
    table = written(shop, "title,genre\nUp,Comedy\nHeat,Crime\n")
    with pytest.raises(SystemExit, match="error: the id 'heat' of 'Heat' belongs to 'Heat'; give it another"):
        main([str(table), "--add-to", "shop"], home=shop)
    with pytest.raises(SystemExit, match="error: no catalogue 'shoes' among films, shop;"):
        main([str(table), "--add-to", "shoes"], home=shop)
    assert len(load_catalog(shop, "shop")) == 1


def test_the_command_says_when_added_items_outlive_what_they_were_added_to(shop, capsys):
    main([str(written(shop, "title\nUp\n")), "--add-to", "shop"], home=shop)
    assert "stays" not in capsys.readouterr().out
    main([str(written(shop, "title\nAlien\n"))], home=shop)
    assert "what was added to it before stays, in" in capsys.readouterr().out
    assert [item.title for item in load_catalog(shop, "shop")] == ["Alien", "Up"]
