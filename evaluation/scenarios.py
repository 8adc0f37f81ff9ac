"""Scenarios: who speaks with a system, how they behave, and what must hold of the conversation.

They are read from YAML, a list with an entry each; what is left out has the default of ``Scenario``:

    - id: short-and-silly
      behaviour: reveal
      reveals:
        - {say: Half an hour of peace is all I have., required: {runtime: "<=90"}}
        - {say: It can be as daft as you like., likes: {mood: [silly, absurd]}}
      checks: [conditions-kept]

Wishes are facets with values of which any one will do; a list of them must be fulfilled all:
``[{year: ">=1970"}, {year: "<=1979"}]``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from rapidfuzz import fuzz, process

from catalog.items import TITLE, YEAR, Catalog, Item, parse_bound
from evaluation.checks import CHECKS
from evaluation.transcripts import Dialogue
from graph.evidence import Wish

LIBRARY = Path(__file__).parent / "data" / "scenarios.yaml"
"""The scenarios that ship."""
BEHAVIOURS = ("target", "target-free", "reveal", "critiquing", "impatient", "contradictory", "returning")
SOURCES: Mapping[str, tuple[str, ...]] = {
    "catalogue": ("where", "fame", "item"),
    "movielens": ("split", "activity", "rarity"),
    "request": ("kind",),
    "file": ("file",),
}
"""Where people come from, and the fields of ``Persona`` that matter there."""
KINDS = ("memory", "theme", "mood", "like", "people", "facts", "occasion", "negation")
"""Of the written requests."""
_ALIKE = 60


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message names it, what is wrong, and the way out."""


def _hint(value: object, choices: Sequence[str]) -> str:
    """Return ``; did you mean ...?`` when one of the choices is like ``value``."""
    near = process.extractOne(str(value), choices, scorer=fuzz.ratio, processor=str.lower, score_cutoff=_ALIKE)
    return f"; did you mean {near[0]}?" if near else ""


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(filter(None, choices))}{_hint(value, choices)}")
        return value

    return checked


def _wishes(given: object) -> object:
    """Turn a mapping of facets to values, or a list of such mappings, into wishes."""
    parts = given if isinstance(given, list | tuple) else [given]
    return [wish if isinstance(wish, Wish) else _wish(*wish) for part in parts for wish in _entries(part)]


def _entries(part: object) -> Sequence[Any]:
    if isinstance(part, Wish):
        return [part]
    if not isinstance(part, dict) or not part:
        raise ValueError(f"{part!r} is no wish; write {{facet: [value]}}, as in {{genre: [Comedy]}}")
    return list(part.items())


def _wish(facet: object, given: object) -> Wish:
    values: list[str] = []
    for value in given if isinstance(given, list) else [given]:
        if not isinstance(value, str):
            raise ValueError(f"{facet}: {value!r} is no text; put it in quotation marks")
        if value.startswith(("<", ">", "=")) and not parse_bound(value):
            raise ValueError(f'{facet}: {value!r} is no bound; write "<=100" or ">=1990"')
        values.append(value)
    if len(values) > 1 and any(parse_bound(value) for value in values):
        raise ValueError(f"{facet}: {values} means any one of them; to keep all, write a list of wishes")
    return Wish(str(facet), tuple(values))


Wishes = Annotated[tuple[Wish, ...], BeforeValidator(_wishes)]
_Text = Annotated[str, Field(strict=True)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Persona:
    """Where a scenario's people come from; each seed draws one of them."""

    __pydantic_config__ = _STRICT

    source: Annotated[str, AfterValidator(_one_of(tuple(SOURCES)))] = "catalogue"
    split: Annotated[str, AfterValidator(_one_of(("valid", "test")))] = "test"
    """movielens: which held-out like is the target."""
    activity: Annotated[str, AfterValidator(_one_of(("low", "middle", "high", "")))] = ""
    """movielens: third of the people by number of ratings; empty: anyone."""
    rarity: Annotated[str, AfterValidator(_one_of(("mainstream", "mixed", "niche", "")))] = ""
    """movielens: third by mean popularity of what they liked."""
    where: Wishes = ()
    """catalogue: the target fulfils all of them."""
    fame: Annotated[str, AfterValidator(_one_of(("head", "middle", "tail", "")))] = ""
    """catalogue: top tenth by popularity, between, or below the median; empty: drawn by popularity."""
    item: _Text = ""
    """catalogue: this id and no other."""
    kind: Annotated[str, AfterValidator(_one_of((*KINDS, "")))] = ""
    """request: only written requests of this kind; empty: all."""
    file: _Text = ""
    """file: JSON lines with ``id``, ``likes``, ``dislikes``, ``target``; relative to the scenario file until read."""


@dataclass(frozen=True)
class Reveal:
    """One step of a script: words, and what they say."""

    __pydantic_config__ = _STRICT

    say: Annotated[str, Field(strict=True, pattern=r"\S")]
    likes: Wishes = ()
    required: Wishes = ()
    """Conditions: whatever is recommended from here on must fulfil them; bounds are allowed."""
    dislikes: Wishes = ()


@dataclass(frozen=True)
class Scenario:
    """A kind of conversation, of which each seed makes one."""

    __pydantic_config__ = _STRICT

    id: Annotated[str, Field(strict=True, pattern=r"^[a-z0-9][a-z0-9-]*$")]
    behaviour: Annotated[str, AfterValidator(_one_of(BEHAVIOURS))]
    persona: Persona = Persona()
    opening: _Text = ""
    """The person's first words; empty: from phrasings."""
    reveals: tuple[Reveal, ...] = ()
    """Behaviour ``reveal``: the script."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Chance that an answer to a question is wrong."""
    turns: Annotated[int, Field(ge=1)] = 12
    """The person gives up after so many."""
    checks: tuple[Annotated[str, AfterValidator(_one_of(tuple(CHECKS)))], ...] = ()
    """Names of what must hold of the conversation."""


_READER = TypeAdapter(Scenario)


def load_scenarios(path: Path = LIBRARY) -> tuple[Scenario, ...]:
    """Read the scenarios of a file; raise ScenarioError with all that is wrong, a line each."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError(f"no scenario file at {path}") from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(rows, list) or not rows:
        raise ScenarioError(f"{path}: a list of scenarios is wanted, each beginning with `- id: ...`")
    problems: list[str] = []
    found: dict[str, Scenario] = {}
    for number, row in enumerate(rows, 1):
        name = f"scenario {row['id']!r}" if isinstance(row, dict) and "id" in row else f"scenario number {number}"
        try:
            scenario = _READER.validate_python(row)
        except ValidationError as error:
            problems += [f"{path}, {name}: {problem}" for problem in _problems(error)]
            continue
        here = list(_misfits(scenario, path.parent))
        if scenario.id in found:
            here.append("id: another scenario has it; give each its own")
        problems += [f"{path}, {name}: {problem}" for problem in here]
        file = scenario.persona.file and str(path.parent / scenario.persona.file)
        found[scenario.id] = replace(scenario, persona=replace(scenario.persona, file=file))
    if problems:
        raise ScenarioError("\n".join(problems))
    return tuple(found.values())


def _problems(error: ValidationError) -> Iterator[str]:
    """Yield what is wrong with a row: field, value and the way out."""
    holders = {"persona": Persona, "reveals": Reveal}
    for each in error.errors():
        loc = [part for part in each["loc"] if part not in ("Persona", "Reveal", "Scenario")]
        field = ".".join(str(part + 1 if isinstance(part, int) else part) for part in loc)
        holder = holders.get(str(loc[0]), Scenario) if len(loc) > 1 else Scenario
        known = [entry.name for entry in fields(holder)]
        match each["type"]:
            case "unexpected_keyword_argument":
                yield f"{field}: no such field among {', '.join(known)}{_hint(loc[-1], known)}"
            case "missing":
                yield f"{field}: is missing"
            case "value_error":
                yield f"{field}: {each['ctx']['error']}"
            case _:
                said = each["msg"][0].lower() + each["msg"][1:]
                yield f"{f'{field}: ' if field else ''}{str(each['input'])[:60]!r}: {said}"


def _misfits(scenario: Scenario, folder: Path) -> Iterator[str]:
    """Yield the fields of a scenario that do not go together."""
    persona, scripted = scenario.persona, scenario.behaviour == "reveal"
    if scripted and not scenario.reveals:
        yield "reveals: behaviour 'reveal' needs at least one, as in `- {say: ..., likes: {genre: [Comedy]}}`"
    if scenario.reveals and not scripted:
        yield f"reveals: behaviour {scenario.behaviour!r} reads no script; make it 'reveal' or leave them out"
    if scripted and persona != Persona():
        yield "persona: behaviour 'reveal' is its script and reads no persona; leave it out"
    for source, names in SOURCES.items():
        for name in names:
            if source != persona.source and getattr(persona, name) != getattr(Persona(), name):
                yield f"persona.{name}: is for source {source!r}, not {persona.source!r}; leave it out or change source"
    if persona.source == "file" and not (folder / persona.file).is_file():
        yield f"persona.file: no file at {folder / persona.file}" if persona.file else "persona.file: is missing"


def validated(scenarios: Sequence[Scenario], catalog: Catalog) -> tuple[Scenario, ...]:
    """Return the scenarios if a catalogue has all that they name; else raise ScenarioError, a line for each lack."""
    stock, problems = _Stock(catalog), []
    for scenario in scenarios:
        found = [f"{field}: {lack}" for field, wish in _named(scenario) for lack in stock.lacks(wish)]
        item = scenario.persona.item
        if item and item not in catalog:
            found.append(f"persona.item: {stock.no_item(item)}")
        if not found and not any(_matches(scenario, catalog)):
            found.append(f"no {catalog.noun} of catalogue {catalog.name!r} fulfils all of it; ask for less")
        problems += [f"scenario {scenario.id!r}: {problem}" for problem in found]
    if problems:
        raise ScenarioError("\n".join(problems))
    return tuple(scenarios)


def matching(scenario: Scenario, catalog: Catalog) -> tuple[Item, ...]:
    """Return the items that fulfil all that a scenario's people may want: the whole script, or ``persona.where``."""
    return tuple(_matches(scenario, catalog))


def _matches(scenario: Scenario, catalog: Catalog) -> Iterator[Item]:
    wanted = (*scenario.persona.where, *(wish for step in scenario.reveals for wish in (*step.likes, *step.required)))
    unwanted = [wish for step in scenario.reveals for wish in step.dislikes]
    for item in catalog:
        if all(wish.holds_for(item) for wish in wanted) and not any(wish.holds_for(item) for wish in unwanted):
            yield item


def evaluated(scenario: Scenario, dialogue: Dialogue, catalog: Catalog) -> dict[str, bool]:
    """Return the checks of a scenario by name, and whether they hold of a dialogue."""
    return {name: CHECKS[name](dialogue, catalog) for name in scenario.checks}


def _named(scenario: Scenario) -> Iterator[tuple[str, Wish]]:
    """Yield every wish of a scenario with the field that holds it."""
    yield from (("persona.where", wish) for wish in scenario.persona.where)
    for number, step in enumerate(scenario.reveals, 1):
        for name in ("likes", "required", "dislikes"):
            yield from ((f"reveals.{number}.{name}", wish) for wish in getattr(step, name))


class _Stock:
    """What a catalogue has, counted once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._values = {facet: sorted(catalog.values(facet)) for facet in catalog.facets}
        self._numbers = sorted({YEAR, *(name for item in catalog for name in item.numbers)})

    def lacks(self, wish: Wish) -> Iterator[str]:
        """Yield what a wish names that the catalogue has not."""
        facet, name = wish.facet, self._catalog.name
        known = (TITLE, *self._values, *self._numbers)
        if facet not in known:
            yield f"catalogue {name!r} has no {facet!r}{_hint(facet, known)}"
            return
        for value in wish.values:
            if parse_bound(value):
                if facet not in self._numbers:
                    yield f"{value!r} bounds no number of catalogue {name!r}; there is {', '.join(self._numbers)}"
            elif facet == TITLE:
                if value not in self._catalog:
                    yield self.no_item(value)
            elif value not in self._values.get(facet, ()):
                yield f"{value!r} is no {facet} in catalogue {name!r}{_hint(value, self._values.get(facet, ()))}"

    def no_item(self, item_id: str) -> str:
        """Say that there is no such item, and which has a title like it."""
        labels = {item.title.lower(): item for item in self._catalog}
        near = process.extractOne(item_id.lower(), list(labels), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        hint = f"; did you mean {labels[near[0]].id}, {labels[near[0]].label}?" if near else ""
        return f"no item {item_id!r} in catalogue {self._catalog.name!r}{hint}"
