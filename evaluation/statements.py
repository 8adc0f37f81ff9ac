"""What the words of a sentence name: values, people, years, lengths, and names that nobody knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from agent.lexicon import FUNCTION_WORDS, Lexicon, Token, tokenize
from agent.linker import Linker
from agent.mention import Mention
from catalog.items import TITLE, YEAR, Catalog

RUNTIME = "runtime"
tokens = lru_cache(maxsize=1 << 15)(tokenize)
"""Words of a text, which is looked at more than once."""
_YEAR = re.compile(r"(?<![\d,.$€£])(?:18[89]\d|19\d\d|20[0-3]\d)(?![\d,]*\d|['’]?s\b)")
_MINUTES = re.compile(r"(?<![\d,.])(\d{1,3})[- ]?min(?:ute)?s?\b")
_BOUND = re.compile(
    r"\b(?:under|over|below|than|least|most|about|around|nearly|almost|roughly|to|within|just|from|before|after|since)"
    r"\s+$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:(?P<director>directed by|director|directs)|(?P<writer>written by|writer|screenplay by|penned by)|"
    r"(?P<actor>starring|stars?|actors?|actress)|with|has|from|about|features|featuring|by|in which)\b"
)
"""Words that say what someone did for an item, and words after which that is open again."""
_OR_MORE = re.compile(r" (?:or (?:more|longer|later)|on(?:wards?)?)\b")
_WITHIN_NAME = re.compile(r"(?:\.? |-|['’])?")
_FREE = frozenset("i im id ive ill tv us uk dvd ok mr mrs dr st jr sr".split())


@dataclass(frozen=True)
class Statement:
    """A stretch of a sentence that says something."""

    start: int
    end: int
    """Character offsets."""
    form: str
    """Its words in normal form."""
    pairs: tuple[tuple[str, str], ...] = ()
    """(facet, value) pairs of which any may be meant, or an item under ``title``; none for a name that nobody has."""
    exact: bool = False
    """All of the pairs are meant: two bounds on a number."""
    role: str = ""
    """The facet of names that the words call for: ``director`` after "directed by"."""

    @property
    def facet(self) -> str:
        """The facet of the first pair; empty for an unknown name."""
        return self.pairs[0][0] if self.pairs else ""


def normal(text: str) -> str:
    """Return the words of a text in normal form, joined by spaces."""
    return " ".join(token.norm for token in tokens(text))


class _Exact(Lexicon):
    """Words as they are written: a name that is nearly right is another name."""

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """Nothing is worth a fuzzy look."""
        return {"title": (), "person": (), "value": ()}


class Reader:
    """Reads sentences by the words of a catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        """Know the values, people and titles of ``catalog``."""
        self._linker = Linker(_Exact(catalog))
        self.lexicon = self._linker.lexicon
        self.statements = lru_cache(maxsize=1 << 15)(self._statements)

    def _statements(self, text: str) -> tuple[Statement, ...]:
        """Return what a sentence states, in its order."""
        numbers = [*_years(text), *_minutes(text)]
        linked = [
            statement
            for statement in self._linked(text)
            if not (statement.facet in (YEAR, RUNTIME) and any(_overlap(statement, number) for number in numbers))
        ]
        numbers = [number for number in numbers if not any(_overlap(number, other) for other in linked)]
        unknown = list(self._unknown(text, linked))
        kept = [one for one in linked if not (self._is_name(one) and any(_overlap(one, name) for name in unknown))]
        return tuple(sorted((*numbers, *kept, *unknown), key=lambda statement: statement.start))

    def _linked(self, text: str) -> Iterator[Statement]:
        by_place: dict[tuple[int, int], list[Mention]] = {}
        for mention in self._linker.mentions(text):
            by_place.setdefault((mention.start, mention.end), []).append(mention)
        for (start, end), mentions in by_place.items():
            form = normal(text[start:end])
            pairs = [(mention.facet, value) for mention in mentions for value in mention.values]
            if all(facet == TITLE for facet, _ in pairs):
                plain = form.removeprefix("the ")
                meanings = self.lexicon.values.get(plain, ()) or self.lexicon.people.get(form, ())
                pairs = [(meaning.facet, value) for meaning in meanings for value in meaning.values] or pairs
            exact = len(mentions) > 1 and len({mention.facet for mention in mentions}) == 1
            found = Statement(start, end, form, tuple(pairs), exact)
            yield replace(found, role=_role(text[:start])) if self._is_name(found) else found

    def _is_name(self, statement: Statement) -> bool:
        return any(facet in self.lexicon.names for facet, _ in statement.pairs)

    def _unknown(self, text: str, linked: Sequence[Statement]) -> Iterator[Statement]:
        """Yield the runs of capitalised words that hold one which no value, person or title accounts for."""
        for run in _capitalised(text):
            if _opens(text, run[0]):
                run = run[next((i for i, token in enumerate(run) if not self._is_common(token)), len(run)) :]
            open_words = [token for token in run if not any(one.start <= token.start < one.end for one in linked)]
            alone = len(run) == 1 and _opens(text, run[0])
            if not alone and any(token.norm not in FUNCTION_WORDS | _FREE for token in open_words):
                yield Statement(run[0].start, run[-1].end, " ".join(token.bare for token in run))

    def _is_common(self, token: Token) -> bool:
        return token.norm in self.lexicon.ordinary or token.norm in FUNCTION_WORDS | _FREE


def _opens(text: str, token: Token) -> bool:
    """Tell whether a word begins a sentence, where a capital means nothing."""
    before = text[: token.start].rstrip(" '\"‘“(*")
    return not before or before[-1] in ".!?:;•\n–—"


def _years(text: str) -> Iterator[Statement]:
    for match in _YEAR.finditer(text):
        if _OR_MORE.match(text, match.end()):
            yield Statement(match.start(), match.end(), match[0], ((YEAR, f">={match[0]}"),))
        elif not _BOUND.search(text[: match.start()].replace("from ", "")):
            yield _exactly(match, YEAR, float(match[0]))


def _minutes(text: str) -> Iterator[Statement]:
    for match in _MINUTES.finditer(text):
        if not (_BOUND.search(text[: match.start()]) or _OR_MORE.match(text, match.end())):
            yield _exactly(match, RUNTIME, float(match[1]))


def _exactly(match: re.Match[str], facet: str, number: float) -> Statement:
    """Return the statement of a number, which is known to the nearest whole one."""
    bounds = ((facet, f">={number - 0.5}"), (facet, f"<={number + 0.5}"))
    return Statement(match.start(), match.end(), normal(match[0]), bounds, exact=True)


def _role(before: str) -> str:
    found = [match.lastgroup or "" for match in _ROLE.finditer(before)]
    return found[-1] if found else ""


def _capitalised(text: str) -> Iterable[list[Token]]:
    """Return the runs of capitalised words with nothing but a space, a hyphen or a full stop between."""
    runs: list[list[Token]] = []
    before: Token | None = None
    for token in tokens(text):
        if token.text[0].isupper():
            if before and runs and runs[-1][-1] is before and _WITHIN_NAME.fullmatch(text[before.end : token.start]):
                runs[-1].append(token)
            else:
                runs.append([token])
        before = token
    return runs


def _overlap(first: Statement, second: Statement) -> bool:
    return first.start < second.end and second.start < first.end
