"""Atomic claims: each thing that a reply says of an item, and whether the catalogue vouches for it.

A value is true of an item that has it or in whose description it stands. Where a sentence says what the person asked
for, it is held against what they said; where it says what two items share, both must have it. A name that nothing
vouches for is false, whether or not the world knows it. What is not checked: the plot, in words that name no value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.actions import Ask, Recommend, Reply, ReplyKind
from catalog.items import TITLE, Item, parse_bound
from evaluation.clauses import Manner, Sentence, Stretch, sentences
from evaluation.statements import Reader, Statement, normal
from evaluation.transcripts import Dialogue, Exchange, recommended
from evaluation.vouching import Hearing, Voucher
from graph.attributes import AttributeGraph
from graph.build import ItemNode

NAME, PEOPLE, STORY = "name", "people", "story"
"""Facets of claims that are about no value: a name that nobody has, who liked it, its description word for word."""
_LIKED_BOTH = re.compile(r"\b(?:(\d+) (?:person|people) |people who )(?:liked|loved|enjoyed)\b", re.IGNORECASE)
_NEARER = re.compile(r"\b(?:closer|nearer) (?:to )?(?:(?P<better>_+) )?than (?:to )?(?P<worse>_+)")
_CHOSEN = re.compile(r"(?P<title>_+), which you (?:chose|went for)")
_HAS_THAT = re.compile(r"_ has (?:that|it|all of it|all of that)\b")
_STORY = re.compile(r", in which (.+)")


@dataclass(frozen=True)
class Claim:
    """One thing that is said of an item."""

    item_id: str
    facet: str
    value: str
    text: str
    """The sentence, its titles masked."""
    true: bool
    manner: Manner | None = None
    """None: the item is said to have it."""


class Checker:
    """Checks what is said of the items of one graph."""

    def __init__(self, graph: AttributeGraph) -> None:
        """Check against ``graph`` and its catalogue; all names in it are read first, which takes seconds."""
        self._graph = graph
        self._catalog = graph.catalog
        self._reader = Reader(graph.catalog)
        self._voucher = Voucher(self._reader)
        self._read: dict[int, tuple[Dialogue, tuple[tuple[Claim, ...], ...]]] = {}

    def of(self, dialogue: Dialogue) -> tuple[Claim, ...]:
        """Return the claims of all replies of a dialogue."""
        return tuple(claim for found in self._by_turn(dialogue) for claim in found)

    def _by_turn(self, dialogue: Dialogue) -> tuple[tuple[Claim, ...], ...]:
        """Return the claims of each reply; they are kept, since several metrics go by them."""
        if id(dialogue) not in self._read:
            turns = dialogue.turns
            found = tuple(self.claims(turn, turns[:place]) for place, turn in enumerate(turns))
            self._read[id(dialogue)] = (dialogue, found)
        return self._read[id(dialogue)][1]

    def claims(self, exchange: Exchange, earlier: Sequence[Exchange] = ()) -> tuple[Claim, ...]:
        """Return what the reply of a turn says of its items; ``earlier`` are the turns before."""
        subjects = self._items(_subjects(exchange))
        if not subjects:
            return ()
        own = {item.id for item in subjects}
        others = [item for item in self._items(_others(exchange, earlier)) if item.id not in own]
        hearing = Hearing(exchange, earlier)
        said = sentences(exchange.reply, subjects, others)
        return tuple(claim for sentence in said for claim in self._claims(sentence, hearing))

    def factuality(self, dialogue: Dialogue) -> float | None:
        """Return the share of the claims of a dialogue that are true; None without any."""
        found = self.of(dialogue)
        return sum(claim.true for claim in found) / len(found) if found else None

    def aspects(self, dialogue: Dialogue) -> float | None:
        """Return the F1 of the values that reasons name and those that the person wished for and the item has.

        Of the items that a recommendation, or its explanation, names; None if nothing is named nor wished for.
        """
        named: set[tuple[int, str, str]] = set()
        wished: set[tuple[int, str, str]] = set()
        for place, (turn, claims) in enumerate(zip(dialogue.turns, self._by_turn(dialogue), strict=True)):
            if isinstance(turn.action, Recommend) or _explains(turn):
                found = [claim for claim in claims if self._is_aspect(claim)]
                named |= {(place, claim.item_id, claim.value) for claim in found}
                wished |= {(place, *pair) for pair in self._wished(turn)}
        both = len(named & wished)
        return 2 * both / (len(named) + len(wished)) if named or wished else None

    def _is_aspect(self, claim: Claim) -> bool:
        return claim.facet in self._catalog.facets and claim.manner not in (Manner.LACKING, Manner.AVOIDED)

    def _wished(self, turn: Exchange) -> Iterator[tuple[str, str]]:
        """Yield (item id, value) for what was wished for and an item has that the reply names."""
        named = [item for item in self._items(_subjects(turn)) if item.title in turn.reply]
        for facet, value in Hearing(turn).wishes:
            if facet != TITLE and not parse_bound(value):
                yield from ((item.id, value) for item in named if item.has(facet, value))

    def _items(self, item_ids: Iterable[str]) -> list[Item]:
        return [self._catalog[item_id] for item_id in dict.fromkeys(item_ids) if item_id in self._catalog]

    def _claims(self, sentence: Sentence, hearing: Hearing) -> Iterator[Claim]:
        """Yield what one sentence claims."""
        stretches = sentence.stretches()
        yield from self._of_titles(sentence, stretches, hearing)
        yield from self._liked_both(sentence)
        story, until = self._story(sentence)
        yield from story
        for statement in self._statements(sentence, hearing) if until else ():
            item_id = sentence.about(statement.start)
            if item_id and statement.start < until:
                inside = [one for one in stretches if one.start <= statement.start < one.end]
                stretch = max(inside, key=lambda one: one.start, default=None)
                yield from self._judged(statement, sentence, self._catalog[item_id], stretch, hearing)

    def _statements(self, sentence: Sentence, hearing: Hearing) -> list[Statement]:
        """Return what the words name, and the values in words of their own, as ``told out of order``."""
        linked = list(self._reader.statements(sentence.text))
        item_id = sentence.about(len(sentence.text))
        phrases = self._voucher.phrases(self._catalog[item_id], sentence.text) if item_id else []
        for phrase in (*phrases, *self._voucher.wishes(hearing, sentence.text)):
            if not any(phrase.start < other.end and other.start < phrase.end for other in linked):
                linked.append(phrase)
        return linked

    def _judged(
        self, statement: Statement, sentence: Sentence, item: Item, stretch: Stretch | None, hearing: Hearing
    ) -> Iterator[Claim]:
        """Yield the claim that a statement makes about an item, or about what the person said."""
        text, vouch = sentence.text, self._voucher
        manner, other_id = (stretch.manner, stretch.other) if stretch else (None, "")
        if statement.facet == TITLE and manner is not Manner.ASKED:
            return
        has = vouch.has(item, statement, text)
        match manner:
            case Manner.ASKED:
                true = vouch.asked(hearing, statement, text)
            case Manner.AVOIDED:
                true = vouch.avoided(hearing, statement)
            case Manner.SHARED:
                true = has and any(vouch.has(other, statement, text) for other in self._items([other_id]))
            case Manner.LACKING:
                true = not has
            case _:
                true = has is not sentence.denies(statement.start)
        yield self._claim(item, statement, text, true, manner)
        if manner is Manner.ASKED and statement.facet != TITLE and _HAS_THAT.search(text, statement.end):
            yield self._claim(item, statement, text, has, None)

    def _claim(self, item: Item, statement: Statement, text: str, true: bool, manner: Manner | None) -> Claim:
        if not statement.pairs:
            return Claim(item.id, NAME, statement.form, text, true, manner)
        held = [pair for pair in statement.pairs if item.has(*pair)]
        facet, value = (held or statement.pairs)[0]
        return Claim(item.id, facet, statement.form if statement.exact else value, text, true, manner)

    def _story(self, sentence: Sentence) -> tuple[list[Claim], int]:
        """Return the claim that repeats a description, if there is one, and where it begins."""
        item_id = sentence.about(len(sentence.text))
        told = _STORY.search(sentence.text)
        start = told.start(1) if told else 0
        words = normal(sentence.text[start:])
        if not item_id or len(words.split()) < 4 or f" {words} " not in self._voucher.own(self._catalog[item_id]).text:
            return [], len(sentence.text)
        return [Claim(item_id, STORY, words, sentence.text, True)], start

    def _of_titles(self, sentence: Sentence, stretches: Sequence[Stretch], hearing: Hearing) -> Iterator[Claim]:
        """Yield what is said of the person and other items: liked, taken, or found closer than another."""
        at = {mark.start: mark.item_id for mark in sentence.marks}
        item_id = sentence.about(len(sentence.text))
        if not item_id:
            return
        done: set[int] = set()
        for match in _NEARER.finditer(sentence.text):
            better = at.get(match.start("better"), item_id)
            pair = (better, at.get(match.start("worse"), ""))
            done |= {match.start("better"), match.start("worse")}
            true = pair in hearing.exchange.record.preferred
            yield Claim(item_id, TITLE, pair[1], sentence.text, true, Manner.ASKED)
        chosen = [match.start("title") for match in _CHOSEN.finditer(sentence.text)]
        asked = [one for one in stretches if one.manner is Manner.ASKED]
        for start, title in at.items():
            if start not in done and (start in chosen or any(one.start <= start < one.end for one in asked)):
                yield Claim(item_id, TITLE, title, sentence.text, self._voucher.likes(hearing, title), Manner.ASKED)

    def _liked_both(self, sentence: Sentence) -> Iterator[Claim]:
        """Yield what is said of the people who liked an item and another."""
        for match in _LIKED_BOTH.finditer(sentence.text):
            item_id = sentence.about(match.start())
            other = sentence.named_after(match.end(), item_id)
            if item_id and other:
                people = self._graph.co_likers(item_id, other)
                true = people == int(match[1]) if match[1] else people > 0
                yield Claim(item_id, PEOPLE, match[1] or "some", sentence.text, true)


def _subjects(exchange: Exchange) -> Iterator[str]:
    """Yield the ids of the items that a turn shows or speaks about."""
    yield from recommended(exchange.action)
    if isinstance(exchange.action, Reply):
        if exchange.action.pick:
            yield exchange.action.pick.item_id
        if exchange.action.asked:
            yield from exchange.action.asked.leading.values()


def _others(exchange: Exchange, earlier: Sequence[Exchange]) -> Iterator[str]:
    """Yield the ids of items that may be named besides: liked ones, those shown before, and those on a path."""
    record, action = exchange.record, exchange.action
    yield from (value for turn in (*earlier, exchange) for facet, value in sorted(turn.record.wishes) if facet == TITLE)
    yield from (item_id for pair in sorted(record.preferred) for item_id in pair)
    picks = action.picks if isinstance(action, Recommend) else [action.pick] if isinstance(action, Reply) else []
    for pick in picks:
        if pick is not None:
            yield from (node.id for path in pick.paths for node in path.nodes if isinstance(node, ItemNode))
    yield from (item_id for turn in earlier for item_id in recommended(turn.action))
    asked = action.asked if isinstance(action, Reply) else action if isinstance(action, Ask) else None
    if asked and asked.question.facet == TITLE:
        yield from asked.question.options


def _explains(turn: Exchange) -> bool:
    return isinstance(turn.action, Reply) and turn.action.kind is ReplyKind.WHY_ITEM
