"""Find the items, people and values that a text names."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from agent.lexicon import FUNCTION_WORDS, Lexicon, Meaning, Token, surface, tokenize
from agent.mention import Mention, amounts, overlap, quantities
from agent.place import Place
from agent.reading import MAKER_CUES, NEVER_ALONE, PERSON_CUES, TITLE_CUES, Reader
from agent.sides import sides
from agent.tale import sayings
from catalog.items import TITLE

_LONGEST = 12
_SPELT, _SPELT_ALONE = 6, 7
"""Letters from which a name may be misspelt; a single word, unless it has a capital or is said to be watched."""
_WATCHED = frozenset("seen saw watched rewatched loved liked".split())
_SHORT_FORMS = frozenset("mr mrs ms dr st sgt lt col capt vs jr sr".split())
_RANGE = re.compile(r"\b\d{1,3} ?(?:to|-|–) ?\d{1,3} minutes\b", re.IGNORECASE)
_SCARE = re.compile(
    r"\b(?:an?|my|his|her|our|your|their|so|very|bit|too|being|as|called me|this|that)\s*$", re.IGNORECASE
)
"""Before a word in quotation marks that is no title: anything described as "moving"."""
QUOTED = re.compile(r"[\"“]([^\"“”]{2,80})[\"”]")
"""Something in quotation marks."""


class Linker:
    """Links texts to one catalogue."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Link by the words of ``lexicon``."""
        self.lexicon = lexicon
        self._catalog = lexicon.catalog
        self._reader = Reader(lexicon)

    def mentions(self, text: str, near: Sequence[str] = ()) -> tuple[Mention, ...]:
        """Return what ``text`` names, in the order of the text.

        ``near`` are ids of items just spoken of: a part of their title is enough to name them.
        """
        tokens = tokenize(text)
        shown = self._near(text, tokens, near)
        numbers = self._quantities(text)
        # "like 30 Minutes or Less but older" names a film, and no length.
        said = sides(text, {*self._catalog.facets, *self.lexicon.numbers})
        said = [mention for mention in said if not any(overlap(mention, other) for other in shown)]
        numbers = [number for number in numbers if not any(overlap(number, other) for other in (*shown, *said))]
        found = [*numbers, *shown, *self._quoted(text)]
        unsaid = [span for span in sayings(text) if not self._in_title(tokens, *span)]
        found = [mention for mention in found if not any(start <= mention.start < end for start, end in unsaid)]
        found += said
        taken = [*unsaid, *((mention.start, mention.end) for mention in found)]
        taken += [match.span() for match in QUOTED.finditer(text)]
        free = [token for token in tokens if not any(start <= token.start < end for start, end in taken)]
        position = 0
        while position < len(free):
            mentions, used = self._longest(text, free, position)
            found += mentions
            position += used
        found += self._misspelt(text, free, found)
        named = [
            self._right_one(text, mention, found)
            if mention.facet == TITLE and mention.values[0] not in near
            else mention
            for mention in found
        ]
        return tuple(sorted(set(named), key=lambda one: (one.start, one.facet, one.end, one.values)))

    def _in_title(self, tokens: Sequence[Token], start: int, end: int) -> bool:
        """Tell whether a saying is part of a longer title: the "my neighbor" of My Neighbor Totoro."""
        within = [place for place, token in enumerate(tokens) if start <= token.start < end]
        if not within:
            return False
        spans = (
            (first, last)
            for first in range(max(0, within[-1] - _LONGEST), within[0] + 1)
            for last in range(within[-1], min(len(tokens), first + _LONGEST))
            if last - first >= len(within)
        )
        return any(" ".join(token.norm for token in tokens[a : b + 1]) in self.lexicon.titles for a, b in spans)

    def _quantities(self, text: str) -> list[Mention]:
        """Read numbers, unless they stand in the name of a value: ``90 to 120 minutes``."""
        names = [match.span() for match in _RANGE.finditer(text) if surface(match[0]) in self.lexicon.values]
        found = quantities(text, self._catalog.facets)
        found += [
            mention
            for mention in amounts(text, self.lexicon.numbers - {"runtime"})
            if not any(overlap(mention, other) for other in found)
        ]
        return [mention for mention in found if not any(start <= mention.start < end for start, end in names)]

    def _right_one(self, text: str, mention: Mention, found: Sequence[Mention]) -> Mention:
        """Of several items of one name, take the one with the people, the decade or the year that the text names."""
        telling = {*self.lexicon.names, "decade"}
        same = self.lexicon.titles.get(surface(text[mention.start : mention.end]), ())
        if len(same) < 2:
            return mention
        others = [(other.facet, value) for other in found if other.facet in telling for value in other.values]
        year = re.match(r"\W{0,3}(?:from )?((?:19|20)\d\d)\b", text[mention.end :])
        others += [("year", f">={year[1]}"), ("year", f"<={year[1]}")] if year else []

        def agreement(meaning: Meaning) -> int:
            return sum(self._catalog[meaning.values[0]].has(facet, value) for facet, value in others)

        best = max(same, key=agreement)
        return replace(mention, values=best.values) if agreement(best) else mention

    def _near(self, text: str, tokens: Sequence[Token], near: Sequence[str]) -> list[Mention]:
        """Find the titles just spoken of, or parts of them: ``sneakers it is`` after Sneakers was shown.

        A whole title counts before parts, and of two that share words the one with more of them.
        """
        found: list[tuple[bool, Mention]] = []
        for item_id in near:
            title = [token.norm for token in tokenize(self._catalog[item_id].title)]
            whole = self._whole(title, tokens)
            places = whole or self._telling(title, tokens)
            if places:
                mention = Mention(tokens[places[0]].start, tokens[places[-1]].end, TITLE, (item_id,))
                found.append((bool(whole), mention))
        found.sort(key=lambda entry: (not entry[0], entry[1].start - entry[1].end))
        kept: list[Mention] = []
        for _, mention in found:
            if not any(mention.start < other.end and other.start < mention.end for other in kept):
                kept.append(mention)
        return kept

    def _whole(self, title: Sequence[str], tokens: Sequence[Token]) -> list[int]:
        """Return the places of a title that stands in the text word by word; one ordinary word must be capitalised."""
        norms = [token.norm for token in tokens]
        for start in range(len(norms) - len(title) + 1):
            alone = len(title) == 1 and (title[0] in self.lexicon.ordinary or title[0] in self.lexicon.values)
            if norms[start : start + len(title)] == list(title) and not (alone and not tokens[start].text[0].isupper()):
                return list(range(start, start + len(title)))
        return []

    def _telling(self, title: Sequence[str], tokens: Sequence[Token]) -> list[int]:
        """Return the places of the words that only this title has."""
        telling = {word for word in title if word not in self.lexicon.ordinary and len(word) > 2}
        telling = telling or ({title[0]} if len(title) == 1 else set())
        return [
            place
            for place, token in enumerate(tokens)
            if (token.bare in telling or token.norm in telling)
            and (token.text[0].isupper() or not self._in_value(tokens, place))
        ]

    def _in_value(self, tokens: Sequence[Token], place: int) -> bool:
        """Tell whether a word is a value, or part of one of two words: ``new york`` after Gangs of New York."""
        spans = (tokens[place : place + 1], tokens[max(place - 1, 0) : place + 1], tokens[place : place + 2])
        return any(" ".join(token.norm for token in span) in self.lexicon.values for span in spans)

    def _quoted(self, text: str) -> list[Mention]:
        """Read what stands in quotation marks as one name."""
        found = []
        for match in QUOTED.finditer(text):
            form = surface(match[1])
            if match[1].islower() and form in self.lexicon.everyday and _SCARE.search(text[: match.start()]):
                continue
            meanings = self.lexicon.titles.get(form) or self.lexicon.people.get(form) or self.lexicon.values.get(form)
            if meanings:
                found.append(Mention(match.start(1), match.end(1), meanings[0].facet, meanings[0].values))
            elif mention := self._fuzzy_name(words := tokenize(match[1]), least=len(words)):
                found.append(replace(mention, start=match.start(1), end=match.end(1)))
        return found

    def _longest(self, text: str, tokens: Sequence[Token], position: int) -> tuple[list[Mention], int]:
        """Take the longest form that starts at ``position``; return its mentions and the tokens it used."""
        for length in range(min(_LONGEST, len(tokens) - position), 0, -1):
            span = tokens[position : position + length]
            place = Place(text, tokens, position, length)
            broken = _broken(text, span)
            forms = {" ".join(token.norm for token in span)}
            forms.add(" ".join([*(token.norm for token in span[:-1]), span[-1].bare]))
            for form in sorted(forms, key=lambda form: (-len(form), form)):
                if broken and not (form in self.lexicon.titles and place.titled):
                    continue
                if meanings := self._reader.meanings(form, place):
                    start, end = span[0].start, span[-1].end
                    return [Mention(start, end, meaning.facet, meaning.values) for meaning in meanings], length
        return [], 1

    def _misspelt(self, text: str, tokens: Sequence[Token], found: Sequence[Mention]) -> list[Mention]:
        """Look for misspelt names where the words call for one, and for misspelt values."""
        free = [token for token in tokens if not any(m.start <= token.start < m.end for m in found)]
        fixed: list[Mention] = []
        titles = self.lexicon.titles
        for place, token in enumerate(free):
            span = _run(text, free, place)
            ordinary = token.norm in self.lexicon.ordinary
            if (fixed and token.start < fixed[-1].end) or token.norm.removesuffix("s") in NEVER_ALONE:
                continue
            if token.norm in FUNCTION_WORDS or (ordinary and (len(span) == 1 or span[1].norm in self.lexicon.ordinary)):
                continue
            near = [other for other in free[max(place - 2, 0) : place] if not _broken(text, (other, token))]
            before = [other.norm for other in near if other.norm not in ("the", "a", "an")]
            cued = bool(before) and before[-1] in TITLE_CUES | PERSON_CUES
            named = cued or (token.text[0].isupper() and len(span) > 1)
            # A word that is spelt right was read already: after "by" it is no title.
            read = token.norm in titles and bool(before) and before[-1] in MAKER_CUES
            least = 2 if ordinary or read else 1
            shortest = _SPELT if token.text[0].isupper() or (before and before[-1] in _WATCHED) else _SPELT_ALONE
            mention = self._fuzzy_name(span, least, shortest) if named else None
            name_like = ordinary or (token.text[0].isupper() and place > 0)
            mention = mention or (None if name_like else self._fuzzy_value(token))
            if mention:
                fixed.append(mention)
        return fixed

    def _fuzzy_name(self, span: Sequence[Token], least: int, shortest: int = _SPELT) -> Mention | None:
        """Return the name nearest in spelling to the first words of a run, at least so many, if any is near enough.

        A single word of fewer letters than ``shortest`` is more often another word.
        """
        found: list[tuple[float, int, Meaning]] = []
        for length in range(len(span), least - 1, -1):
            form = " ".join(token.norm for token in span[:length])
            if len(form) < (shortest if length == 1 else _SPELT):
                continue
            for kind, table in (("title", self.lexicon.titles), ("person", self.lexicon.people)):
                best = process.extractOne(form, self.lexicon.spellings[kind], scorer=fuzz.ratio, score_cutoff=88)
                if best:
                    found.append((best[1], length, table[best[0]][0]))
        if not found:
            return None
        _, length, meaning = max(found, key=lambda candidate: candidate[:2])
        return Mention(span[0].start, span[length - 1].end, meaning.facet, meaning.values)

    def _fuzzy_value(self, token: Token) -> Mention | None:
        form = re.sub(r"(.)\1{2,}", r"\1", token.norm)
        if len(form) < 5:
            return None
        best = process.extractOne(form, self.lexicon.spellings["value"], scorer=fuzz.ratio, score_cutoff=86)
        if not best or best[0][0] != form[0]:
            return None
        meaning = self.lexicon.values[best[0]][0]
        return Mention(token.start, token.end, meaning.facet, meaning.values)


def _broken(text: str, span: Sequence[Token]) -> bool:
    """Tell whether a sentence ends, or something already linked stands, between the words of a span.

    The full stop of an initial or a short form, as in "J. Lee Thompson" or "St. Elmo", ends nothing.
    """
    for left, right in zip(span, span[1:], strict=False):
        gap = text[left.end : right.start]
        if re.search(r"[!?;\n\"]\s|\w", gap):
            return True
        if re.search(r"\.\s", gap) and not (len(left.text) == 1 or left.norm in _SHORT_FORMS):
            return True
    return False


def _run(text: str, tokens: Sequence[Token], place: int) -> list[Token]:
    """Return the words that may belong to one name: at most five, up to punctuation."""
    span = [tokens[place]]
    for token in tokens[place + 1 : place + 5]:
        if re.search(r"[^\s'’-]", text[span[-1].end : token.start]):
            break
        span.append(token)
    return span
