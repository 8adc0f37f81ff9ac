import numpy as np
import pytest

from catalog.items import Catalog, Item
from retrieval.words import WordIndex

CATALOG = Catalog(
    "films",
    (
        Item("amelie", "Amélie", facets={"actor": ("Audrey Tautou",)}, description="A shy waitress helps strangers."),
        Item("heat", "Heat", facets={"actor": ("Al Pacino", "Robert De Niro")}, description="Cops chase robbers."),
        Item("ocean", "Ocean's Eleven", facets={"actor": ("George Clooney",)}, description="Robbing three casinos."),
    ),
)
INDEX = WordIndex(CATALOG)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("anything with pacino", "heat"),
        ("AMELIE", "amelie"),
        ("amélie", "amelie"),
        ("oceans eleven", "ocean"),
        ("Ocean\N{RIGHT SINGLE QUOTATION MARK}s", "ocean"),
        ("a waitress who is helping a stranger", "amelie"),
    ],
)
def test_items_that_share_words_come_first_whatever_the_endings_and_accents(text, first):
    assert CATALOG.items[int(np.argmax(INDEX.scores(text)))].id == first


@pytest.mark.parametrize("text", ["", "the", "zzz", "🍿", "\ud83c"])
def test_a_text_that_shares_nothing_scores_nothing(text):
    assert INDEX.scores(text).tolist() == [0, 0, 0]
