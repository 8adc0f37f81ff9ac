"""The words by which a catalogue's items, people and values are called."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from catalog.items import TITLE, YEAR, Catalog, Item

_DATA = Path(__file__).parent / "data"
_WORDS = _DATA / "film_words.json"
_SHORT_NAMES: dict[str, list[str]] = json.loads((_DATA / "short_names.json").read_text(encoding="utf-8"))
"""By what else well-known people are called: a first name that is nobody else's, or one that is only spoken."""
_EVERYDAY = frozenset((_DATA / "everyday_words.txt").read_text(encoding="utf-8").split())
"""Words that are last names or titles too, but hardly ever said as such."""
_SPOKEN = frozenset((_DATA / "spoken_words.txt").read_text(encoding="utf-8").split())
"""Words of titles that people say of anything."""
_TOKEN = re.compile(r"w/o|[^\W_]+(?:['’][^\W_]+)*|&")
_SUBTITLE = re.compile(r"\s*(?::|\s[–—-]\s)\s*")
_NAME_SHARE = 0.7
"""A facet holds names of people when this share of its values is two or more capitalised words."""
_MANY = 1000
"""Items from which a word that only one title has is rare."""
_WELL_KNOWN = 0.6
"""Popularity from which an item is called by a part of its title."""
_IN_PART = 0.5
"""Weight of one word of a title: it counts only after words such as "seen"."""
_TELLING = 5
"""Letters of a word that may stand for a title."""
_SELDOM = 0.15
_FAMOUS = 2.0
"""Summed popularity of the items of someone who is known by the last name alone."""
_ARTICLES = ("the ", "a ", "an ")
_NUMBERS = {"II": "2", "III": "3", "IV": "4"}
FUNCTION_WORDS = frozenset(
    """a about after again all also always am an and another any anyone anything are arent as at away back be because
    been before being best better big but by call can cant come could couldnt day did didnt do does doesnt done dont
    down each else enough even ever every everything far few film films find fine first for four from get give go
    going gone good got great had hard has hasnt have havent he heard hello help her here hes him his home how i id
    if ill im in into is isnt it its ive just keep kind know last least less let lets life like little long look
    lost love made make man many maybe me mind mood more most movie movies much must my near never new next no none
    not nothing now of off ok okay old on once one only open or other our out over own people place play please
    quite rather really right run same saw say see seen set she shes should shouldnt show so some someone something
    soon still stop such sure take than thanks that thats the their them then there theres these they theyre thing
    things think this those three time to today together tomorrow tonight too try two under until up us use very
    wait want was wasnt watch way we well went were weve what whats when where which while who why will with without
    won wont work world would wouldnt year yes yet you youd your youre youve""".split()
)


@cache
def _synonyms() -> dict[str, dict[str, list[str]]]:
    """Return what values of films are called besides their names, by facet and value."""
    found: dict[str, dict[str, list[str]]] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return found


def names_of(facet: str, value: str) -> tuple[str, ...]:
    """Return what a value is called: its name and its synonyms."""
    return (value, *_synonyms().get(facet, {}).get(value, ()))


@dataclass(frozen=True)
class Token:
    """A word of a text with its place in it."""

    text: str
    norm: str
    """Lower-case, without accents and apostrophes."""
    start: int
    end: int

    @property
    def bare(self) -> str:
        """The normal form without a possessive ``'s``."""
        return self.norm[:-1] if re.search(r"['’]s$", self.text) else self.norm


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a text into words; punctuation and emoji are left between them."""
    found = _TOKEN.finditer(text)
    return tuple(Token(match[0], _normal(match[0]), match.start(), match.end()) for match in found)


def _normal(word: str) -> str:
    if word == "&":
        return "and"
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char) and char not in "'’")


def surface(text: str) -> str:
    """Return a text as its normal tokens joined by spaces, the key under which it is looked up."""
    return " ".join(token.norm for token in tokenize(text))


@dataclass(frozen=True)
class Meaning:
    """What a surface form may stand for."""

    facet: str
    values: tuple[str, ...]
    weight: float
    """Popularity of what is meant: the likelier of two readings has more."""


class Lexicon:
    """Surface forms to meanings, for every item, person and value of a catalogue."""

    def __init__(self, catalog: Catalog, words: Path = _WORDS) -> None:
        """Index a catalogue; synonyms for values that it does not have are left out."""
        self.catalog = catalog
        self._fame = _fame_of_values(catalog)
        self.names = frozenset(facet for facet, fame in self._fame.items() if _holds_names(fame))
        described = (token.text for item in catalog for token in tokenize(item.description))
        self.everyday = FUNCTION_WORDS | _EVERYDAY | {word for word in described if word.islower()}
        self.ordinary = self.everyday | _SPOKEN
        self.numbers = frozenset(name for item in catalog for name in item.numbers)
        self.values: dict[str, tuple[Meaning, ...]] = self._index_values(words)
        self.people: dict[str, tuple[Meaning, ...]] = self._index_people()
        self.short_names = {
            form: self.people[surface(name)]
            for name, forms in _SHORT_NAMES.items()
            for form in forms
            if surface(name) in self.people
        }
        self.parts: set[str] = set()
        """Forms of titles that are only a part of one."""
        self.titles: dict[str, tuple[Meaning, ...]] = self._with_parts(_index_titles(catalog))
        self.surnames: dict[str, tuple[Meaning, ...]] = self._index_surnames()

    def _index_values(self, words: Path) -> dict[str, tuple[Meaning, ...]]:
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for facet, fame in self._fame.items():
            if facet in self.names:
                continue
            for value in fame:
                for form in _inflections(surface(value)):
                    found[form][facet].append(value)
        synonyms = json.loads(words.read_text(encoding="utf-8"))
        for facet, values in synonyms.items():
            for value, forms in values.items():
                if value in self._fame.get(facet, {}) or (value[:2] in ("<=", ">=") and facet in {YEAR, *self.numbers}):
                    for form in forms:
                        found[surface(form)][facet].append(value)
        self.seldom = frozenset(form for form, meanings in found.items() if self._seldom(meanings))
        """Forms that mean a language far less often than a country: an Irish film is seldom in Irish."""
        return {
            form: tuple(Meaning(facet, tuple(dict.fromkeys(values)), 1.0) for facet, values in meanings.items())
            for form, meanings in found.items()
            if form and form not in FUNCTION_WORDS - {"new", "old", "long"}
        }

    def _seldom(self, meanings: dict[str, list[str]]) -> bool:
        language, country = (
            sum(self._fame[facet][value] for value in meanings.get(facet, ())) for facet in ("language", "country")
        )
        return 0 < language < _SELDOM * country

    def _index_people(self) -> dict[str, tuple[Meaning, ...]]:
        found: dict[str, list[Meaning]] = defaultdict(list)
        for facet in sorted(self.names):
            for value, fame in self._fame[facet].items():
                found[surface(value)].append(Meaning(facet, (value,), fame))
        return {form: tuple(sorted(meanings, key=_by_weight)) for form, meanings in found.items() if form}

    def _with_parts(self, titles: dict[str, tuple[Meaning, ...]]) -> dict[str, tuple[Meaning, ...]]:
        """Add the parts by which well-known titles are called and that no other has: ``shawshank``, ``dead poets``.

        In a small catalogue most words are in one title only, and tell nothing.
        """
        if len(self.catalog) < _MANY:
            return titles
        known = self.ordinary.union(word for form in self.people for word in form.split())
        bearers: dict[str, set[str]] = defaultdict(set)
        for item in self.catalog:
            words = surface(item.title).split()
            for part in {*words, *(" ".join(pair) for pair in zip(words, words[1:], strict=False))}:
                bearers[part].add(item.id)
        found = dict(titles)
        for item in self.catalog:
            if item.popularity < _WELL_KNOWN:
                continue
            words = surface(item.title).split()
            words = words[1:] if f"{words[0]} " in _ARTICLES else words
            telling = {word for word in words if word not in known and len(word) >= _TELLING}
            parts = {*telling, " ".join(words[:2])} if telling & set(words[:2]) and len(words) > 1 else telling
            for part in parts - {word for word in parts if set(word.split()) & FUNCTION_WORDS}:
                if len(bearers[part]) == 1 and part not in found and part not in self.values:
                    found[part] = (Meaning(TITLE, (item.id,), item.popularity if " " in part else _IN_PART),)
                    self.parts.add(part)
        return found

    def _index_surnames(self) -> dict[str, tuple[Meaning, ...]]:
        """Last names by which one person is meant; siblings who work together are meant together."""
        bearers: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
        for facet in sorted(self.names):
            for value, fame in self._fame[facet].items():
                words = surface(value).split()
                if fame >= _FAMOUS and len(words) > 1:
                    bearers[words[-1], facet].append((fame, value))
        found: dict[str, list[Meaning]] = defaultdict(list)
        for (name, facet), people in bearers.items():
            people.sort(reverse=True)
            best, most = people[0]
            rivals = [value for fame, value in people[1:] if fame >= 0.6 * best]
            if all(self._together(facet, most, value) for value in rivals):
                found[name].append(Meaning(facet, (most, *rivals), best))
        return {name: tuple(sorted(meanings, key=_by_weight)) for name, meanings in found.items()}

    def _together(self, facet: str, first: str, second: str) -> bool:
        """Tell whether an item carries both names."""
        return any(second in item.facets[facet] for item in self._items_of[facet, first])

    @cached_property
    def _items_of(self) -> dict[tuple[str, str], list[Item]]:
        """The items of everyone in a facet of names."""
        found: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for item in self.catalog:
            for facet in self.names:
                for value in item.facets.get(facet, ()):
                    found[facet, value].append(item)
        return found

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """Surface forms worth a fuzzy look, by kind: ``title``, ``person`` and ``value``."""
        return {
            "title": tuple(form for form, found in self.titles.items() if found[0].weight > 0.2 and len(form) > 3),
            "person": tuple(form for form, found in self.people.items() if found[0].weight > 1.0 and " " in form),
            "value": tuple(form for form in self.values if len(form) > 4 and " " not in form),
        }


def _holds_names(values: Iterable[str]) -> bool:
    named = [" " in value and value[0].isupper() and value.split()[-1][0].isupper() for value in values]
    return len(named) > 2 and sum(named) >= _NAME_SHARE * len(named)


def _by_weight(meaning: Meaning) -> float:
    return -meaning.weight


def _fame_of_values(catalog: Catalog) -> dict[str, Counter[str]]:
    fame: dict[str, Counter[str]] = {facet: Counter() for facet in catalog.facets}
    for item in catalog:
        for facet, values in item.facets.items():
            for value in values:
                fame[facet][value] += item.popularity  # type: ignore[assignment]
    return fame


def _inflections(form: str) -> Iterator[str]:
    yield form
    if len(form) > 3 and form.replace(" ", "").isalpha():
        yield form[:-1] if form.endswith("s") else f"{form}s"
        if form.endswith("y"):
            yield f"{form[:-1]}ies"


def _index_titles(catalog: Catalog) -> dict[str, tuple[Meaning, ...]]:
    """Index titles and their short forms; of two items of one form the more popular comes first."""
    whole: dict[str, list[Meaning]] = defaultdict(list)
    short: dict[str, list[Meaning]] = defaultdict(list)
    for item in catalog:
        meaning = Meaning(TITLE, (item.id,), item.popularity)
        whole[surface(item.title)].append(meaning)
        for form in _short_forms(item):
            short[form].append(meaning)
    for form, meanings in short.items():
        if form not in whole and not set(form.split()) <= FUNCTION_WORDS:
            whole[form] = meanings
    return {form: tuple(sorted(meanings, key=_by_weight)) for form, meanings in whole.items() if form}


def _short_forms(item: Item) -> Iterable[str]:
    full = surface(item.title)
    for article in _ARTICLES:
        if full.startswith(article) and full.count(" ") > 1:
            yield full.removeprefix(article)
    parts = _SUBTITLE.split(item.title)
    if len(parts) > 1:
        yield from (surface(part) for part in parts if len(surface(part)) > 3)
    for link in (" and the ", " vs. "):
        first = item.title.split(link)[0]
        if first != item.title and " " in first:
            yield surface(first)
    numbered = " ".join(_NUMBERS.get(word, word) for word in item.title.split())
    if numbered != item.title:
        yield surface(numbered)
