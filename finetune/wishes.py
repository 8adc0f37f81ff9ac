"""Requests made of facts: a film is drawn, some of what holds for it is said, and code knows who else fits."""

import random
from collections.abc import Iterable, Sequence
from functools import cached_property

from catalog.items import Item
from finetune.requests import Request

_GENRES = {
    "Drama": ("drama",),
    "Comedy": ("comedy", "funny film", "something that makes me laugh"),
    "Romance": ("love story", "romance", "romantic film"),
    "Action": ("action film", "action movie"),
    "Crime": ("crime film", "gangster or crime thing"),
    "Thriller": ("thriller",),
    "Horror": ("horror film", "scary movie", "horror"),
    "Documentary": ("documentary", "doc", "docu"),
    "Sci-Fi": ("sci-fi", "science fiction film", "scifi movie"),
    "Fantasy": ("fantasy", "fantasy film"),
    "Adventure": ("adventure", "adventure film"),
    "Biography": ("biopic", "film about somebody's real life"),
    "Musical": ("musical", "film with singing"),
    "Mystery": ("mystery", "whodunit"),
    "War": ("war film", "war movie"),
    "Family": ("family film", "film for the kids"),
    "Animation": ("animated film", "cartoon", "animation"),
    "Western": ("western", "cowboy film"),
    "History": ("historical film", "period piece"),
    "Sport": ("sports film", "film about sport"),
    "Music": ("film about music",),
}
_COUNTRIES = {
    "United States": "american",
    "United Kingdom": "british",
    "France": "french",
    "Germany": "german",
    "Canada": "canadian",
    "Italy": "italian",
    "Australia": "australian",
    "Japan": "japanese",
    "Spain": "spanish",
    "India": "indian",
    "Belgium": "belgian",
    "Mexico": "mexican",
    "Hong Kong": "hong kong",
    "Sweden": "swedish",
    "China": "chinese",
    "Ireland": "irish",
    "Denmark": "danish",
    "South Korea": "korean",
    "Russia": "russian",
    "Brazil": "brazilian",
    "Poland": "polish",
    "New Zealand": "from new zealand",
    "Iran": "iranian",
    "Norway": "norwegian",
    "Argentina": "argentinian",
}
_RUNTIMES = {
    "up to 90 minutes": ("short", "under 90 minutes", "not long", "an hour and a half at most"),
    "90 to 120 minutes": ("normal length", "under two hours"),
    "over two hours": ("long", "over two hours", "a long one"),
}
_OPENERS = (
    "",
    "",
    "",
    "looking for a ",
    "any ",
    "i want a ",
    "got a ",
    "recommend me a ",
    "in the mood for a ",
    "maybe ",
)
_CLOSERS = ("", "", "", "", " please", "?", " for tonight", " i might not know", ", anything like that?")
_WITH = ("with {}", "starring {}", "that has {} in it", "{} in it", "{}")
_BY = ("by {}", "directed by {}", "from {}", "{} film")
_ABOUT = ("about {}", "with {} in it", "that deals with {}", "{}", "to do with {}")
_REFUSED = ("no {}", "not {}", "without any {}", "nothing {}", "but no {}", "i can't stand {}")
_MOST = 3
_REFUSABLE = ("genre", "mood", "theme", "country", "decade")
_ASKED = ("genre", "genre", "mood", "mood", "theme", "theme", "actor", "director", "decade", "country", "language")
_PARTIAL = ("theme", "mood")
"""Facets that most films lack though the values would hold."""


class Wishes:
    """Draws requests about a set of items."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Draw about ``items``."""
        self._items = items

    @cached_property
    def _carriers(self) -> dict[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for item in self._items:
            for facet, values in item.facets.items():
                for value in values:
                    found.setdefault((facet, value), set()).add(item.id)
        return {value: frozenset(ids) for value, ids in found.items()}

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return {
            facet: frozenset(item.id for item in self._items if item.facets.get(facet))
            for facet in {facet for item in self._items for facet in item.facets}
        }

    @cached_property
    def _common(self) -> tuple[tuple[str, str], ...]:
        """What many items have, so that refusing it makes sense."""
        return tuple(
            sorted(value for value, ids in self._carriers.items() if value[0] in _REFUSABLE and len(ids) >= 25)
        )

    def draw(self, rng: random.Random) -> Request:
        """Return a request that at least one item answers."""
        item = rng.choice(self._items)
        facets = [facet for facet in _ASKED if item.facets.get(facet)]
        chosen = dict.fromkeys(rng.choice(facets) for _ in range(rng.randint(1, _MOST))) if facets else {}
        wanted = [(facet, rng.choice(item.facets[facet][:6])) for facet in chosen]
        refused = self._refused(item, wanted, rng) if wanted and self._common and rng.random() < 0.2 else []
        if runtime := item.facets.get("runtime"):
            wanted += [("runtime", runtime[0])] * (rng.random() < 0.1)
        if not wanted:
            return Request(item.title, "title", frozenset({item.id}))
        half = frozenset.intersection(*(self._carriers[value] for value in wanted))
        wrong = half & frozenset().union(*(self._carriers[value] for value in refused))
        named = {facet for facet, _ in (*wanted, *refused) if facet in _PARTIAL}
        judged = frozenset.intersection(*(self._known[facet] for facet in named)) if named else None
        fitting = half - wrong if judged is None else (half - wrong) & judged
        return Request(_phrase(wanted, refused, rng), "facets", fitting, wrong, judged=judged)

    def _refused(self, item: Item, wanted: Sequence[tuple[str, str]], rng: random.Random) -> list[tuple[str, str]]:
        """Return a value that the item lacks, though its facet is known, and that others who fit have."""
        fitting = frozenset.intersection(*(self._carriers[value] for value in wanted))
        for _ in range(10):
            facet, value = rng.choice(self._common)
            others = fitting & self._carriers[facet, value]
            if item.facets.get(facet) and item.id not in self._carriers[facet, value] and others:
                return [(facet, value)]
        return []


def _phrase(wanted: Iterable[tuple[str, str]], refused: Iterable[tuple[str, str]], rng: random.Random) -> str:
    before: list[str] = []
    after: list[str] = []
    noun = rng.choice(("film", "movie", "something", "one"))
    for facet, value in wanted:
        match facet:
            case "genre":
                noun = rng.choice(_GENRES.get(value, (value.lower(),)))
            case "mood":
                (before if rng.random() < 0.6 else after).append(value)
            case "theme":
                after.append(rng.choice(_ABOUT).format(value))
            case "actor":
                after.append(rng.choice(_WITH).format(_name(value, rng)))
            case "director":
                after.append(rng.choice(_BY).format(_name(value, rng)))
            case "decade":
                _place(rng.choice((value, value[2:], f"from the {value[2:]}")), before, after)
            case "country":
                _place(_COUNTRIES.get(value, f"from {value}"), before, after)
            case "language":
                _place(rng.choice((f"in {value}", f"{value.lower()} language")), before, after)
            case _:
                _place(rng.choice(_RUNTIMES.get(value, (value,))), before, after)
    rng.shuffle(before)
    rng.shuffle(after)
    after += [rng.choice(_REFUSED).format(_refusal(facet, value, rng)) for facet, value in refused]
    text = " ".join([*before, noun, ", ".join(after) if rng.random() < 0.4 else " ".join(after)]).strip()
    text = f"{rng.choice(_OPENERS)}{text}{rng.choice(_CLOSERS)}"
    return text if rng.random() < 0.4 else text.lower()


def _place(words: str, before: list[str], after: list[str]) -> None:
    (after if words.startswith(("from", "in ", "under", "over", "an ")) else before).append(words)


def _name(value: str, rng: random.Random) -> str:
    """Return a person as people write them: in full, the surname alone now and then."""
    return value.split()[-1] if rng.random() < 0.3 else value


def _refusal(facet: str, value: str, rng: random.Random) -> str:
    if facet == "genre":
        return rng.choice(_GENRES.get(value, (value.lower(),)))
    return _COUNTRIES.get(value, value) if facet == "country" else value
