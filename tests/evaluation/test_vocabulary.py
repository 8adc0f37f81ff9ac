import json
from pathlib import Path

import pytest

from evaluation import vocabulary
from evaluation.near import Said
from evaluation.vocabulary import in_vocabulary

FILMS = Path(vocabulary.__file__).parents[1] / "catalog" / "data"
BROADER = json.loads((Path(vocabulary.__file__).parent / "data" / "broader_themes.json").read_text(encoding="utf-8"))
THEMES, MOODS = (set((FILMS / f"{name}.txt").read_text(encoding="utf-8").splitlines()) for name in ("themes", "moods"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Said("theme", "heist"), Said("theme", "heist")),
        (Said("theme", "Heist"), Said("theme", "Heist")),
        (Said("theme", "tennis"), Said("theme", "sports")),
        (Said("theme", "gore"), Said("mood", "violent")),
        (Said("theme", "mafia"), Said("theme", "mafia")),
        (Said("theme", "selkies"), None),
        (Said("genre", "Comedy"), Said("genre", "Comedy")),
        (Said("director", "Michael Mann"), Said("director", "Michael Mann")),
    ],
)
def test_a_value_is_named_as_gold_names_it(said, expected):
    assert in_vocabulary(said) == expected


def test_what_finer_themes_come_under_is_in_the_vocabularies_and_they_are_not():
    assert set(BROADER.values()) <= THEMES | MOODS
    assert not set(BROADER) & (THEMES | MOODS)
