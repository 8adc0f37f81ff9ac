"""Twelve films that everybody knows, and six people who rated them."""

import pandas as pd

from catalog.items import RATING_COLUMNS, Catalog, Item, decade_of

_FILMS = """
godfather | The Godfather | 1972 | Crime, Drama | dark | mafia, family | Francis Ford Coppola | Al Pacino, Marlon Brando | 175 | 1.0
heat | Heat | 1995 | Crime, Thriller | tense | heist, police | Michael Mann | Al Pacino, Robert De Niro | 170 | 0.8
casino | Casino | 1995 | Crime, Drama | dark | mafia, gambling | Martin Scorsese | Robert De Niro, Joe Pesci | 178 | 0.7
alien | Alien | 1979 | Horror, Science fiction | tense | space, monster | Ridley Scott | Sigourney Weaver, Tom Skerritt | 117 | 0.9
runner | Blade Runner | 1982 | Science fiction, Thriller | dark | robots, future | Ridley Scott | Harrison Ford, Rutger Hauer | 117 | 0.8
shining | The Shining | 1980 | Horror | | hotel, madness | Stanley Kubrick | Jack Nicholson, Shelley Duvall | 144 | 0.8
toys | Toy Story | 1995 | Animation, Comedy | heartwarming | friendship, toys | John Lasseter | Tom Hanks, Tim Allen | 81 | 0.9
up | Up | 2009 | Animation, Comedy | heartwarming | friendship, old age | Pete Docter | Ed Asner | 96 | 0.7
airplane | Airplane! | 1980 | Comedy | silly | parody, flying | Jim Abrahams | Leslie Nielsen, Robert Hays | 88 | 0.5
groundhog | Groundhog Day | 1993 | Comedy, Romance | heartwarming, witty | time loop | Harold Ramis | Bill Murray, Andie MacDowell | 101 | 0.7
amelie | Amélie | 2001 | Comedy, Romance | whimsical, heartwarming | paris, shyness | Jean-Pierre Jeunet | Audrey Tautou | 122 | 0.6
casablanca | Casablanca | 1942 | Drama, Romance | bittersweet | war, lost love | Michael Curtiz | Humphrey Bogart, Ingrid Bergman | | 0.8
"""  # noqa: E501
"""Id, title, year, genres, moods, themes, directors, actors, minutes, popularity.

One film has no mood and one no running time, so that what the catalogue does not know can be tested.
"""
_NAMES = ("genre", "mood", "theme", "director", "actor")
_RATINGS = """
ann godfather 5, casino 5, heat 4, up 2
bob godfather 5, heat 5, alien 4
cat toys 5, up 5, groundhog 4.5, alien 1
dan alien 5, runner 5, shining 4
eve amelie 5, groundhog 5, casablanca 4, shining 2
fay toys 4, airplane 4, up 3.5
"""


def tiny_catalog() -> Catalog:
    """Return twelve films in a fixed order, with twenty-one ratings."""
    items = tuple(_item(line) for line in _FILMS.strip().splitlines())
    return Catalog("tiny", items, "film", _ratings())


def _item(line: str) -> Item:
    item_id, title, year, *cells, minutes, popularity = (cell.strip() for cell in line.split("|"))
    facets = {
        name: tuple(value.strip() for value in cell.split(","))
        for name, cell in zip(_NAMES, cells, strict=True)
        if cell
    }
    facets["decade"] = (decade_of(int(year)),)
    numbers = {}
    if minutes:
        numbers["runtime"] = float(minutes)
        facets["runtime"] = ("up to two hours" if int(minutes) <= 120 else "over two hours",)
    description = f"A {facets['genre'][0].lower()} film about {facets['theme'][0]}."
    return Item(item_id, title, int(year), facets, numbers, description, float(popularity))


def _ratings() -> pd.DataFrame:
    rows = []
    for line in _RATINGS.strip().splitlines():
        user, _, rated = line.partition(" ")
        for pair in rated.split(", "):
            item, stars = pair.split(" ")
            rows.append((user, item, float(stars), 1_000_000 + len(rows)))
    return pd.DataFrame(rows, columns=list(RATING_COLUMNS))
