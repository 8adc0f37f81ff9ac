"""Find the items, people and values that a text names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from agent.lexicon import Lexicon, Meaning, Token, surface, tokenize
from agent.mention import Mention, quantities
from catalog.items import TITLE

_LONGEST = 9
QUOTED = re.compile(r"[\"“]([^\"“”]{2,80})[\"”]")
"""Something in quotation marks."""
_TITLE_CUES = frozenset(
    """like liked love loved enjoyed enjoy hate hated seen saw watched watch rewatch rewatched rewatching adore adored
    than called titled despise disliked""".split()
)
_TITLE_CUES_AFTER = frozenset("vibes vibe meets minus again energy".split())
_PERSON_CUES = frozenset("by from with starring directed director of does do no not anything like love or and".split())
_PERSON_CUES_AFTER = frozenset("film films movie movies flick flicks style mood thing fan stuff marathon".split())
_NEVER_ALONE = frozenset("it her them this him that us me one two you we they old new up".split())


class Linker:
    """Links texts to one catalogue."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Link by the words of ``lexicon``."""
        self.lexicon = lexicon
        self._catalog = lexicon.catalog

    def mentions(self, text: str, near: Sequence[str] = ()) -> tuple[Mention, ...]:
        """Return what ``text`` names, in the order of the text.

        ``near`` are ids of items just spoken of: a part of their title is enough to name them.
        """
        tokens = tokenize(text)
        found = [*quantities(text, self._catalog.facets), *self._near(text, tokens, near), *self._quoted(text)]
        taken = [(mention.start, mention.end) for mention in found] + [match.span() for match in QUOTED.finditer(text)]
        free = [token for token in tokens if not any(start <= token.start < end for start, end in taken)]
        position = 0
        while position < len(free):
            mentions, used = self._longest(text, free, position)
            found += mentions
            position += used
        found += self._misspelt(text, free, found)
        return tuple(sorted(set(found), key=lambda mention: (mention.start, mention.facet)))

    def _near(self, text: str, tokens: Sequence[Token], near: Sequence[str]) -> list[Mention]:
        """Find parts of the titles just spoken of: ``sneakers it is`` after Sneakers was shown."""
        found = []
        for item_id in near:
            title = [token.norm for token in tokenize(self._catalog[item_id].title)]
            telling = {word for word in title if word not in self.lexicon.ordinary and len(word) > 2}
            telling = telling or ({title[0]} if len(title) == 1 else set())
            places = [place for place, token in enumerate(tokens) if token.bare in telling or token.norm in telling]
            if len(title) == 1 and title[0] in self.lexicon.values and places:
                places = [place for place in places if tokens[place].text[0].isupper()]
            if places:
                found.append(Mention(tokens[places[0]].start, tokens[places[-1]].end, TITLE, (item_id,)))
        return found

    def _quoted(self, text: str) -> list[Mention]:
        """Read what stands in quotation marks as one name."""
        found = []
        for match in QUOTED.finditer(text):
            form = surface(match[1])
            meanings = self.lexicon.titles.get(form) or self.lexicon.people.get(form) or self.lexicon.values.get(form)
            if meanings:
                found.append(Mention(match.start(1), match.end(1), meanings[0].facet, meanings[0].values))
            elif len(form) > 5 and (mention := self._fuzzy_name(tokenize(match[1]))):
                found.append(replace(mention, start=match.start(1), end=match.end(1)))
        return found

    def _longest(self, text: str, tokens: Sequence[Token], position: int) -> tuple[list[Mention], int]:
        """Take the longest form that starts at ``position``; return its mentions and the tokens it used."""
        for length in range(min(_LONGEST, len(tokens) - position), 0, -1):
            span = tokens[position : position + length]
            if _broken(text, span):
                continue
            forms = {" ".join(token.norm for token in span)}
            forms.add(" ".join([*(token.norm for token in span[:-1]), span[-1].bare]))
            for form in sorted(forms, key=len, reverse=True):
                meanings = self._read(text, tokens, position, length, form)
                if meanings:
                    start, end = span[0].start, span[-1].end
                    return [Mention(start, end, meaning.facet, meaning.values) for meaning in meanings], length
        return [], 1

    def _read(self, text: str, tokens: Sequence[Token], position: int, length: int, form: str) -> tuple[Meaning, ...]:
        """Decide what a form means here: a title, a value, a person, or nothing."""
        lexicon = self.lexicon
        where = _Place(text, tokens, position, length)
        values = lexicon.values.get(form, ())
        titles = lexicon.titles.get(form, ())
        people = lexicon.people.get(form, ())
        if length > 1 and form.endswith((" brothers", " bros", " sisters")):
            people = lexicon.surnames.get(form.rsplit(" ", 1)[0], people)
        elif length == 1 and titles and form in lexicon.surnames and where.before not in _TITLE_CUES:
            titles = titles if titles[0].weight * 10 > lexicon.surnames[form][0].weight else ()
        if titles and self._title_meant(form, where, bool(values), bool(people), titles[0].weight):
            return (self._of_year(titles, where),)
        if values:
            return values
        if people and (length > 1 or (where.capitalised and not where.opens and people[0].weight > 1.0)):
            return self._role(people, where)
        if length == 1 and form in lexicon.surnames and self._surname_meant(form, where):
            return self._role(lexicon.surnames[form], where)
        return ()

    def _title_meant(self, form: str, where: "_Place", is_value: bool, is_person: bool, weight: float) -> bool:
        words = form.split()
        plain = all(word in self.lexicon.ordinary for word in words)
        if len(words) == 1 or (len(words) == 2 and words[0] in ("the", "a", "an")):
            plain = words[-1] in self.lexicon.ordinary
            something = len(words) == 1 and where.after_article
            where = replace(where, position=where.position + len(words) - 1, length=1)
            cue = where.before in _TITLE_CUES or where.after in _TITLE_CUES_AFTER
            if form in _NEVER_ALONE or is_value:
                return cue and where.capitalised and not where.opens
            if plain:
                return (cue and weight > 0.3) or (where.capitalised and not where.opens and weight > 0.4)
            return weight > 0.3 and (cue or where.capitalised or (weight > 0.6 and not something))
        if is_value:
            return where.titled and where.before in _TITLE_CUES
        if is_person:
            return where.before in _TITLE_CUES and where.before not in ("like", "love")
        return where.titled or not plain or (where.before in _TITLE_CUES and weight > 0.3)

    def _of_year(self, titles: Sequence[Meaning], where: "_Place") -> Meaning:
        for meaning in titles:
            if str(self._catalog[meaning.values[0]].year) == where.year_after:
                return meaning
        return titles[0]

    def _surname_meant(self, form: str, where: "_Place") -> bool:
        cue = where.before in _PERSON_CUES or where.after in _PERSON_CUES_AFTER or where.possessive
        if form in self.lexicon.ordinary or form in self.lexicon.values:
            return where.capitalised and not where.opens and cue
        famous = self.lexicon.surnames[form][0].weight > 8.0 and len(form) > 3 and not where.after_article
        return cue or (where.capitalised and len(form) > 2) or famous

    def _role(self, people: Sequence[Meaning], where: "_Place") -> tuple[Meaning, ...]:
        """Choose between director, actor and so on by the words around, else by fame."""
        wanted = {
            "directed": "director",
            "director": "director",
            "by": "director",
            "starring": "actor",
            "with": "actor",
        }
        named = wanted.get(where.before) or wanted.get(where.before_that)
        for meaning in people:
            if meaning.facet == named:
                return (meaning,)
        likely = [meaning for meaning in people if meaning.weight >= 0.5 * people[0].weight]
        return (min(likely, key=lambda meaning: self._catalog.facets.index(meaning.facet)),)

    def _misspelt(self, text: str, tokens: Sequence[Token], found: Sequence[Mention]) -> list[Mention]:
        """Look for misspelt names where the words call for one, and for misspelt values."""
        free = [token for token in tokens if not any(m.start <= token.start < m.end for m in found)]
        fixed: list[Mention] = []
        for place, token in enumerate(free):
            if token.norm in self.lexicon.ordinary or (fixed and token.start < fixed[-1].end):
                continue
            span = _run(text, free, place)
            before = [other.norm for other in free[max(place - 2, 0) : place] if other.norm not in ("the", "a", "an")]
            cued = bool(before) and before[-1] in _TITLE_CUES | _PERSON_CUES
            mention = self._fuzzy_name(span) if cued or (token.text[0].isupper() and len(span) > 1) else None
            name_like = token.text[0].isupper() and place > 0
            mention = mention or (None if name_like else self._fuzzy_value(token))
            if mention:
                fixed.append(mention)
        return fixed

    def _fuzzy_name(self, span: Sequence[Token]) -> Mention | None:
        """Return the name nearest in spelling to the first words of a run, if any is near enough."""
        found: list[tuple[float, int, Meaning]] = []
        for length in range(len(span), 0, -1):
            form = " ".join(token.norm for token in span[:length])
            if len(form) < 6:
                continue
            for kind, table in (("title", self.lexicon.titles), ("person", self.lexicon.people)):
                best = process.extractOne(form, self.lexicon.spellings[kind], scorer=fuzz.ratio, score_cutoff=88)
                if best:
                    found.append((best[1], length, table[best[0]][0]))
        if not found:
            return None
        _, length, meaning = max(found, key=lambda candidate: candidate[:2])
        return Mention(span[0].start, span[length - 1].end, meaning.facet, meaning.values, exact=False)

    def _fuzzy_value(self, token: Token) -> Mention | None:
        form = re.sub(r"(.)\1{2,}", r"\1", token.norm)
        if len(form) < 5:
            return None
        best = process.extractOne(form, self.lexicon.spellings["value"], scorer=fuzz.ratio, score_cutoff=86)
        if not best or best[0][0] != form[0]:
            return None
        meaning = self.lexicon.values[best[0]][0]
        return Mention(token.start, token.end, meaning.facet, meaning.values, exact=False)


@dataclass(frozen=True)
class _Place:
    """Where a form stands in its text."""

    text: str
    tokens: Sequence[Token]
    position: int
    length: int

    @property
    def before(self) -> str:
        word = self._word(self.position - 1)
        return self._word(self.position - 2) if word in ("the", "a", "an") else word

    @property
    def after_article(self) -> bool:
        return self._word(self.position - 1) in ("the", "a", "an")

    @property
    def before_that(self) -> str:
        return self._word(self.position - 2)

    @property
    def after(self) -> str:
        return self._word(self.position + self.length)

    def _word(self, place: int) -> str:
        return self.tokens[place].norm if 0 <= place < len(self.tokens) else ""

    @property
    def capitalised(self) -> bool:
        """Whether the first word has a capital that means something: not all the text is in capitals."""
        return self.tokens[self.position].text[0].isupper() and not self.text.isupper()

    @property
    def titled(self) -> bool:
        """Whether the first and the last word have capitals."""
        last = self.tokens[self.position + self.length - 1].text[0]
        return self.capitalised and (last.isupper() or last.isdigit())

    @property
    def opens(self) -> bool:
        """Whether the form opens a sentence, where a capital means nothing."""
        rest = self.text[: self.tokens[self.position].start].rstrip(" \"'“”‘’([")
        return not rest or rest[-1] in ".!?\n"

    @property
    def possessive(self) -> bool:
        token = self.tokens[self.position + self.length - 1]
        return token.bare != token.norm

    @property
    def year_after(self) -> str:
        match = re.match(
            r"\s*[\(,]?\s*(?:from )?((?:19|20)\d\d)\b", self.text[self.tokens[self.position + self.length - 1].end :]
        )
        return match[1] if match else ""


def _broken(text: str, span: Sequence[Token]) -> bool:
    """Tell whether a sentence ends, or something already linked stands, between the words of a span."""
    gaps = [text[left.end : right.start] for left, right in zip(span, span[1:], strict=False)]
    return any(re.search(r"[.!?;\n\"]\s|\w", gap) for gap in gaps)


def _run(text: str, tokens: Sequence[Token], place: int) -> list[Token]:
    """Return the words that may belong to one name: at most five, up to punctuation."""
    span = [tokens[place]]
    for token in tokens[place + 1 : place + 5]:
        if re.search(r"[^\s'’-]", text[span[-1].end : token.start]):
            break
        span.append(token)
    return span
