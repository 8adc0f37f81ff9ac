"""The promises that are kept over the film catalogue that ships."""

import random

from agent.acts import Likes, Seen
from agent.state import DialogueState
from agent.understand import Understander
from catalog.items import TITLE
from evaluation import metrics
from evaluation.people import Population
from evaluation.run import simulate
from evaluation.simulator import Silent

FILMS = 50
FACTS = 4
PLACES_AND_TIMES = ("country", "decade")
"""A theme of this name is the same to whoever says it, wherever the film was made."""
SENTENCES = (
    "I loved {title} by {director}, especially the {first} and {second}.",
    "Something like {title}, {first} or {second}, maybe another {director} film",
    "Could you find me something with {first} and {second}? I enjoyed {title}, directed by {director}.",
    "More like {title} please, anything by {director} about {first} or {second}",
    "I'm in the mood for {first} or {second}, something in the vein of {title} from {director}",
    "{director} made {title}, which I loved: {first}, {second}",
    "we watched {title} and liked it. a film about {first} with {second} in it? {director} directed that one",
)


def test_title_director_and_themes_of_a_film_are_linked(film_graph):
    rng = random.Random(0)
    reader = Understander(film_graph.catalog, Silent())
    described = [film for film in film_graph.catalog if "director" in film.facets and len(themes_of(film)) > 1]
    missed = []
    for place, film in enumerate(rng.sample(described, FILMS)):
        director, (first, second) = film.facets["director"][0], rng.sample(themes_of(film), 2)
        shape = SENTENCES[place % len(SENTENCES)]
        text = shape.format(title=film.title, director=director, first=first, second=second)
        items, names = linked(reader.acts(text, DialogueState()), film)
        facts = {"title": film.id in items, director: director.casefold() in names}
        facts |= {theme: theme.casefold() in names for theme in (first, second)}
        missed += [(fact, text) for fact, right in facts.items() if not right]
    assert len(missed) <= 0.05 * FACTS * FILMS, missed


def themes_of(film):
    return film.facets.get("theme", ())


def linked(acts, film):
    """Return the ids of the items that are named, and what is liked that is true of the film, in lower case.

    A theme may be a decade or a country as well, and a director may act: any facet of the film will do.
    """
    liked = [(act.wish.facet, value) for act in acts if isinstance(act, Likes) for value in act.wish.values]
    items = {value for facet, value in liked if facet == TITLE} | {act.item_id for act in acts if isinstance(act, Seen)}
    return items, {value.casefold() for facet, value in liked if film.has(facet, value) or facet in PLACES_AND_TIMES}


def test_two_hundred_simulated_chats_keep_every_promise(film_graph, film_planner):
    catalog = film_graph.catalog
    found = 0.0
    for dialogue in simulate(film_planner, Population(film_graph), n=200, seed=0):
        said = [turn.text for turn in dialogue.turns]
        assert metrics.off_catalogue(dialogue, catalog) == 0, said
        assert metrics.violations(dialogue, catalog) == 0, said
        assert metrics.repeats(dialogue) == 0, said
        found += metrics.success(dialogue)
    assert found / 200 > 0.75
