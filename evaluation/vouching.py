"""Who vouches for a statement: the catalogue for what an item is, the person's own words for what they asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.actions import Reply, ReplyKind
from agent.lexicon import tokenize
from agent.phrases import value_phrase
from catalog.items import TITLE, Item, parse_bound
from evaluation.statements import Reader, Statement, normal, tokens
from evaluation.transcripts import Exchange

Pair = tuple[str, str]
"""A facet and a value of it, or a bound."""
_NEAR = 1.0
"""Bounds that differ by no more are the same: "under 110 minutes" may stand for at most 109."""


@dataclass(frozen=True)
class Hearing:
    """What the person of a turn has said."""

    exchange: Exchange
    earlier: Sequence[Exchange] = ()

    @property
    def wishes(self) -> list[Pair]:
        """What they stand by having asked for."""
        required = ((wish.facet, value) for wish in self.exchange.record.required for value in wish.values)
        return [*sorted(self.exchange.record.wishes), *required]

    @property
    def dislikes(self) -> list[Pair]:
        """What they stand by not wanting."""
        return [(wish.facet, value) for wish in self.exchange.record.dislikes for value in wish.values]

    @property
    def texts(self) -> list[str]:
        """Their words, turn by turn."""
        return [turn.text for turn in (*self.earlier, self.exchange)]

    @property
    def liked(self) -> set[str]:
        """Ids of the items that they ever named as liked, or took."""
        taken = {
            action.pick.item_id
            for action in (turn.action for turn in self.earlier)
            if isinstance(action, Reply) and action.kind is ReplyKind.CONFIRM and action.pick
        }
        turns = (*self.earlier, self.exchange)
        return taken | {value for turn in turns for facet, value in turn.record.wishes if facet == TITLE}


@dataclass(frozen=True)
class Own:
    """The words that belong to an item."""

    text: str
    """Its title and description in normal form, between spaces."""
    words: frozenset[str]
    """Those, and the words of its values."""
    pairs: tuple[Pair, ...]
    """Its values, names aside."""


class Voucher:
    """Compares statements with items and people."""

    def __init__(self, reader: Reader) -> None:
        """Read people's words with ``reader``, which also knows which facets hold names."""
        self._reader = reader
        self._names = reader.lexicon.names
        self._own: dict[str, Own] = {}

    def own(self, item: Item) -> Own:
        """Return the words that belong to an item; they are made once."""
        if item.id not in self._own:
            said = tokenize(f"{item.title}. {item.description}")
            values = [(facet, value) for facet, values in item.facets.items() for value in values]
            words = {token.bare for _, value in values for token in tokenize(value)}
            self._own[item.id] = Own(
                f" {' '.join(token.norm for token in said)} ",
                frozenset(words | {token.bare for token in said}),
                tuple(pair for pair in values if pair[0] not in self._names),
            )
        return self._own[item.id]

    def has(self, item: Item, statement: Statement, text: str) -> bool:
        """Tell whether a statement in ``text`` is true of an item."""
        own = self.own(item)
        if not statement.pairs:
            return set(statement.form.split()) <= own.words
        if _stands(statement.form, own.text):
            return True
        if statement.exact:
            return all(item.has(facet, value) for facet, value in statement.pairs)
        if statement.facet in self._names:
            facets = [statement.role] if statement.role in self._names else self._names
            held = {value for facet in facets for value in item.facets.get(facet, ())}
            return any(value in held for _, value in statement.pairs)
        held_any = any(item.has(facet, value) for facet, value in statement.pairs)
        return held_any or any(_covers(phrase, statement) for phrase in self.phrases(item, text))

    def phrases(self, item: Item, text: str) -> list[Statement]:
        """Return the values of several words of an item that a text says."""
        return list(_spoken(self.own(item).pairs, text))

    def wishes(self, hearing: Hearing, text: str) -> list[Statement]:
        """Return the wishes of several words that a text repeats."""
        return list(_spoken((pair for pair in hearing.wishes if pair[0] not in (TITLE, *self._names)), text))

    def asked(self, hearing: Hearing, statement: Statement, text: str) -> bool:
        """Tell whether the person asked for what a statement in ``text`` says they did."""
        if not statement.pairs:
            said = {token.bare for words in hearing.texts for token in tokens(words)}
            return set(statement.form.split()) <= said
        if statement.facet == TITLE:
            return any(self.likes(hearing, value) for _, value in statement.pairs)
        if self._among(statement, hearing.wishes):
            return True
        if any(_covers(phrase, statement) for phrase in self.wishes(hearing, text)):
            return True
        return self._said(hearing, statement)

    def likes(self, hearing: Hearing, item_id: str) -> bool:
        """Tell whether the person named an item as liked, or took it.

        In their words, a title of several words counts too, unless they turned the item down; of a single word, it
        may mean anything.
        """
        if item_id in hearing.liked:
            return True
        record, catalog = hearing.exchange.record, self._reader.lexicon.catalog
        if item_id in record.seen | record.rejected or item_id not in catalog:
            return False
        title = f" {normal(catalog[item_id].title)} "
        longer = any(title in f" {normal(catalog[other].title)} " for other in hearing.liked if other in catalog)
        return not longer and " " in title.strip() and any(title in f" {normal(text)} " for text in hearing.texts)

    def avoided(self, hearing: Hearing, statement: Statement) -> bool:
        """Tell whether the person said that they do not want what a statement says."""
        return self._among(statement, hearing.dislikes)

    def _among(self, statement: Statement, pairs: Iterable[Pair]) -> bool:
        matches = [any(self._same(one, other) for other in pairs) for one in statement.pairs]
        return all(matches) if statement.exact else any(matches)

    def _same(self, one: Pair, other: Pair) -> bool:
        """Tell whether two pairs mean the same: a name counts whatever it is asked for as."""
        first, second = parse_bound(one[1]), parse_bound(other[1])
        if first and second:
            return one[0] == other[0] and first[0] == second[0] and abs(first[1] - second[1]) <= _NEAR
        both_names = one[0] in self._names and other[0] in self._names
        return one[1] == other[1] and (one[0] == other[0] or both_names)

    def _said(self, hearing: Hearing, statement: Statement) -> bool:
        """Tell whether the person's words name it, and they never said that they do not want it.

        Words with a bound may deny it ("nothing after 1965"), so that there must be one to that side on record.
        """
        if self._among(statement, hearing.dislikes) or not self._to_a_side(statement, hearing.wishes):
            return False
        named = [pair for words in hearing.texts for said in self._reader.statements(words) for pair in said.pairs]
        return self._among(statement, named)

    @staticmethod
    def _to_a_side(statement: Statement, wishes: Sequence[Pair]) -> bool:
        sides = {(facet, bound[0]) for facet, value in wishes if (bound := parse_bound(value))}
        return all((facet, bound[0]) in sides for facet, value in statement.pairs if (bound := parse_bound(value)))


@lru_cache(maxsize=1 << 14)
def _forms(facet: str, value: str) -> tuple[tuple[str, ...], ...]:
    """Return the words in which a value is said, where these are several."""
    found = []
    for phrase in (value_phrase(facet, value), value):
        words = tuple(token.norm for token in tokenize(phrase))
        found.append(words[1:] if words[:1] in (("a",), ("an",)) else words)
    return tuple(words for words in dict.fromkeys(found) if len(words) > 1)


def _spoken(pairs: Iterable[Pair], text: str) -> Iterator[Statement]:
    """Yield the values of several words that a text says."""
    said = tokens(text)
    norms = [token.norm for token in said]
    for pair in pairs:
        for words in _forms(*pair):
            if words[0] in norms:
                for place in range(norms.index(words[0]), len(norms) - len(words) + 1):
                    if tuple(norms[place : place + len(words)]) == words:
                        end = said[place + len(words) - 1].end
                        yield Statement(said[place].start, end, " ".join(words), (pair,))


def _covers(phrase: Statement, statement: Statement) -> bool:
    return phrase.start <= statement.start and statement.end <= phrase.end


def _stands(form: str, text: str) -> bool:
    """Tell whether words stand in a text between spaces, in the singular or the plural."""
    return any(f" {words} " in text for words in (form, form.removesuffix("s"), f"{form}s"))
