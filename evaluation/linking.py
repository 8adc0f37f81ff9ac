"""Measure how much of what a sentence names is linked right.

    python -m evaluation.linking --n 50 --seed 0

Each sentence names a film's title, its director and two of its themes: four facts, each of which must be found again
in the acts that Parley reads.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.acts import Act, Likes, Seen
from agent.state import DialogueState
from agent.understand import Understander
from catalog import films
from catalog.items import TITLE, Catalog, Item
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.systems import Silent

_FACTS = 4
_PLACES_AND_TIMES = ("country", "decade")
"""A theme of this name is the same to whoever says it, wherever the film was made."""
_SENTENCES = (
    "I loved {title} by {director}, especially the {first} and {second}.",
    "Something like {title}, {first} or {second}, maybe another {director} film",
    "Could you find me something with {first} and {second}? I enjoyed {title}, directed by {director}.",
    "More like {title} please, anything by {director} about {first} or {second}",
    "I'm in the mood for {first} or {second}, something in the vein of {title} from {director}",
    "{director} made {title}, which I loved: {first}, {second}",
    "we watched {title} and liked it. a film about {first} with {second} in it? {director} directed that one",
)


@dataclass(frozen=True)
class Linking:
    """What was linked of the facts that sentences named."""

    facts: int
    missed: tuple[tuple[str, str], ...]
    """(fact, sentence) of each fact that was not found."""

    @property
    def share(self) -> float:
        """The share of facts that were linked right."""
        return 1 - len(self.missed) / self.facts


def linking(catalog: Catalog, n: int, seed: int) -> Linking:
    """Name ``n`` random films that have a director and two themes, and look for each fact."""
    rng = random.Random(seed)
    reader = Understander(catalog, Silent())
    described = [film for film in catalog if "director" in film.facets and len(film.facets.get("theme", ())) > 1]
    missed: list[tuple[str, str]] = []
    for place, film in enumerate(rng.sample(described, n)):
        director, (first, second) = film.facets["director"][0], rng.sample(film.facets["theme"], 2)
        shape = _SENTENCES[place % len(_SENTENCES)]
        text = shape.format(title=film.title, director=director, first=first, second=second)
        ids, names = _linked(reader.acts(text, DialogueState()), film)
        missed += [(name, text) for name in (director, first, second) if name.casefold() not in names]
        missed += [] if film.id in ids else [(film.title, text)]
    return Linking(_FACTS * n, tuple(missed))


def _linked(acts: Iterable[Act], film: Item) -> tuple[set[str], set[str]]:
    """Return the ids of the items that are named, and what is liked that is true of the film, in lower case.

    A theme may be a decade or a country as well, and a director may act: any facet of the film will do.
    """
    said = list(acts)
    liked = [(act.wish.facet, value) for act in said if isinstance(act, Likes) for value in act.wish.values]
    ids = {value for facet, value in liked if facet == TITLE} | {act.item_id for act in said if isinstance(act, Seen)}
    true = {value.casefold() for facet, value in liked if film.has(facet, value) or facet in _PLACES_AND_TIMES}
    return ids, true


def main(argv: Sequence[str] | None = None) -> None:
    """Print the share of facts linked right, and those that were not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=50, help="how many films (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of films (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    given = parser.parse_args(argv)
    found = linking(load_catalog(given.home, films.NAME), given.n, given.seed)
    print(f"{found.share:.1%} of {found.facts} facts about {given.n} films linked right, seed {given.seed}")  # noqa: T201
    for fact, text in found.missed:
        print(f"  missed {fact!r} in: {text}")  # noqa: T201


if __name__ == "__main__":
    main()
