"""Makes the person of a scenario and a seed: who they are, what they would take, and how they will behave."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.items import Item
from evaluation.people import (
    CRITICISED,
    Person,
    PersonConfig,
    Population,
    Slip,
    Step,
    clear,
    drawn,
    fulfilling,
    gives_away,
)
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.tastes import strong, taste
from graph.evidence import Wish

_IMPATIENT_TURNS = 5
_SEEDS = 4
"""Items that someone made from the catalogue liked, if they have tastes."""
_SEEDS_AMONG = 24
_OLD, _RECENT = 1970, 2000


@dataclass(frozen=True)
class _Part:
    """What is at hand to make a person of."""

    scenario: Scenario
    seed: int
    world: World
    rng: random.Random

    @property
    def population(self) -> Population:
        return self.world.population

    def nobody(self, lack: str) -> ValueError:
        """Return the error that there is no such person."""
        return ValueError(f"scenario {self.scenario.id!r}: {lack} in catalogue {self.world.catalog.name!r}")


_Sketch = tuple[Person, tuple[str, ...]]
"""Someone, and the ids of what they liked before."""


def person_of(scenario: Scenario, seed: int, world: World) -> Person:
    """Return the person of a scenario and a seed; equal ones give equal people."""
    part = _Part(scenario, seed, world, random.Random(f"{scenario.id}/{seed}"))
    config = PersonConfig(turns=scenario.turns, noise=scenario.noise)
    sketch, liked = _scripted(part) if scenario.behaviour == "reveal" else _SOURCES[scenario.persona.source](part)
    person = replace(sketch, config=config, opening=scenario.opening or sketch.opening)
    if scenario.behaviour in _MANNERS:
        person = _MANNERS[scenario.behaviour](part, person, liked)
    return replace(person, groups={"source": scenario.persona.source, **person.groups, **_kind(person, world)})


def _kind(person: Person, world: World) -> dict[str, str]:
    """Return what kind of item someone looks for, if it is a single one."""
    last = [person, *person.later][-1]
    if len(last.wanted) > 1:
        return {}
    found = {"popularity": world.popularity_of(last.target)}
    year = last.target.year
    if year is not None:
        found["age"] = "before 1970" if year < _OLD else "1970s-1990s" if year < _RECENT else "since 2000"
    return found


def _scripted(part: _Part) -> _Sketch:
    """Return someone who would take all that fulfils a script, the best known first."""
    script = tuple(Step(each.say, each.likes, each.required, each.dislikes) for each in part.scenario.reveals)
    if not script:
        raise ValueError(f"scenario {part.scenario.id!r}: behaviour 'reveal' needs reveals")
    wanted = part.world.fulfilling(script)
    if not wanted:
        raise part.nobody("nothing fulfils every reveal")
    also = tuple(item.id for item in wanted[1:])
    return Person(wanted[0], None, (), part.seed, also=also, script=script), ()


def _of_catalogue(part: _Part) -> _Sketch:
    persona = part.scenario.persona
    pool = part.world.pool(persona)
    if not pool:
        raise part.nobody("no item is as its persona has it")
    target = part.rng.choice(pool) if persona.fame else drawn(pool, part.rng)
    near = (part.population.similar(target, part.rng, _SEEDS_AMONG) for _ in range(_SEEDS))
    liked = tuple(dict.fromkeys(item.id for item in near if item is not None))
    return part.population.seeker(target, part.seed, part.rng), liked or (target.id,)


def _of_ratings(part: _Part) -> _Sketch:
    """Return someone in the ratings who looks for what they turned out to like."""
    pairs = part.world.pairs(part.scenario.persona)
    if not pairs:
        raise part.nobody("nobody in the ratings is as its persona has it")
    pair = part.rng.choice(pairs)
    user = part.world.users[pair.user]
    person = _who_likes(part, part.world.catalog[pair.target], user.liked)
    groups = {"activity": user.activity, "rarity": user.rarity}
    return replace(person, known=user.rated, groups=groups), user.liked


def _of_requests(part: _Part) -> _Sketch:
    """Return someone who begins with a written request and takes whatever answers it."""
    kind, catalog = part.scenario.persona.kind, part.world.catalog
    queries = [query for query in part.world.queries if kind in ("", query.kind)]
    if not queries:
        raise part.nobody(f"no written request of kind {kind!r}")
    query = part.rng.choice(queries)
    best = max(query.gains.values())
    target = catalog[min(item_id for item_id, gain in query.gains.items() if gain == best)]
    dislikes = part.population.lacking(target, part.rng)
    free = tuple(wish for wish in dislikes if not any(wish.holds_for(catalog[item_id]) for item_id in query.gains))
    also = tuple(sorted(query.gains))
    return Person(target, None, free, part.seed, also=also, known=query.exclude, opening=query.text), also


def _of_file(part: _Part) -> _Sketch:
    people = part.world.described(part.scenario.persona.file)
    if not people:
        raise ValueError(f"scenario {part.scenario.id!r}: nobody in {part.scenario.persona.file}")
    described = part.rng.choice(people)
    person = _who_likes(part, part.world.catalog[described.target], described.likes)
    dislikes = tuple(Wish(each.facet, (each.value,)) for each in described.dislikes)
    return replace(person, dislikes=dislikes, known=frozenset(described.likes)), described.likes


def _who_likes(part: _Part, target: Item, liked: Sequence[str]) -> Person:
    """Return someone who looks for an item and may begin with one that they like."""
    named = [item for item in map(part.world.catalog.__getitem__, liked) if not gives_away(item.title, target.title)]
    opens = part.rng.random() < PersonConfig.opens_with_liked or part.scenario.behaviour == "target-free"
    favourite = part.rng.choice(named) if named and opens else None
    return Person(target, favourite, part.population.lacking(target, part.rng), part.seed)


_SOURCES: Mapping[str, Callable[[_Part], _Sketch]] = {
    "catalogue": _of_catalogue,
    "movielens": _of_ratings,
    "request": _of_requests,
    "file": _of_file,
}


def _with_tastes(part: _Part, person: Person, liked: Sequence[str]) -> Person:
    """Let someone take all that is good enough; who wrote a request takes what answers it."""
    given = person.dislikes if part.scenario.persona.source in ("file", "request") else None
    found = taste(part.world.graph, liked or (person.target.id,), person.target, part.rng, person.known, given)
    favourites = [part.world.catalog[item_id] for item_id in liked if item_id not in person.wanted]
    favourites = [item for item in favourites if not gives_away(item.title, person.target.title)]
    return replace(
        person,
        liked=person.liked or (part.rng.choice(favourites) if favourites else None),
        dislikes=found.dislikes,
        also=person.also or found.wanted,
        asks=strong(found.preferences),
        tastes=found.preferences,
        utilities=found.utilities,
    )


def _in_a_hurry(part: _Part, person: Person, liked: Sequence[str]) -> Person:
    """Let someone take all that is as they say in a few words; who wrote a request has said it all."""
    config = replace(person.config, turns=min(person.config.turns, _IMPATIENT_TURNS))
    if part.scenario.persona.source == "request":
        return replace(person, config=config, dislikes=())
    by_facet = {facet: (facet, value) for facet, value in reversed(person.wishes)}
    asks = tuple(part.rng.sample(list(by_facet.values()), min(len(by_facet), part.rng.choice((1, 2, 2, 3)))))
    dislikes = person.dislikes[:1] if part.rng.random() < person.config.opens_with_dislike else ()
    also = fulfilling(part.world.catalog, asks, dislikes)
    return replace(person, config=config, asks=asks, dislikes=dislikes, also=also)


def _with_a_slip(part: _Part, person: Person, liked: Sequence[str]) -> Person:
    """Let someone wish at first for what the target has not, or refuse what it has."""
    lacking = [(wish.facet, wish.values[0]) for wish in part.population.lacking(person.target, part.rng)]
    disliked = {(wish.facet, wish.values[0]) for wish in person.dislikes}
    slips = [Slip(*pair, wished=True) for pair in lacking if pair not in disliked]
    held = [pair for pair in person.wishes if pair[0] in CRITICISED and clear(*pair)]
    slips = part.rng.sample(slips, min(len(slips), 1)) + [Slip(*pair, wished=False) for pair in held[:3]][:1]
    return replace(person, slip=part.rng.choice(slips) if slips else None)


def _who_returns(part: _Part, person: Person, liked: Sequence[str]) -> Person:
    """Let someone come back once or twice, each time for something that they have not spoken of."""
    pool: Sequence[Item] = part.population.targets
    if part.scenario.persona.source == "catalogue":
        pool = part.world.pool(part.scenario.persona)
    used = {*person.wanted, *person.known, *([person.liked.id] if person.liked else [])}
    visits = [person]
    for _ in range(part.rng.choice((1, 1, 2))):
        rest = [item for item in pool if item.id not in used]
        rest = rest or [item for item in part.population.targets if item.id not in used]
        if not rest:
            break
        next_one = part.population.seeker(drawn(rest, part.rng), part.seed, part.rng)
        if next_one.liked and next_one.liked.id in used:
            next_one = replace(next_one, liked=None)
        used |= {next_one.target.id, *([next_one.liked.id] if next_one.liked else [])}
        visits.append(replace(next_one, config=person.config, known=person.known))
    later: tuple[Person, ...] = ()
    for visit in reversed(visits[1:]):
        later = (replace(visit, later=later), *later)
    return replace(person, later=later)


_MANNERS: Mapping[str, Callable[[_Part, Person, Sequence[str]], Person]] = {
    "target-free": _with_tastes,
    "impatient": _in_a_hurry,
    "contradictory": _with_a_slip,
    "returning": _who_returns,
}
