"""What a stretch of text means where it stands: a title, a value, a person, or nothing."""

from collections.abc import Sequence
from dataclasses import replace

from agent.lexicon import FUNCTION_WORDS, Lexicon, Meaning
from agent.place import Place

TITLE_CUES = frozenset(
    """like liked love loved enjoyed enjoy hate hated seen saw watched watch rewatch rewatched rewatching adore adored
    than called titled despise disliked rewatching""".split()
)
"""Words after which a title may follow."""
MAKER_CUES = frozenset("by from with starring directed director of does do".split())
"""Words after which a name is a person's: "by thursday" is about no film."""
PERSON_CUES = MAKER_CUES | frozenset("no not anything like love or and".split())
"""Words after which a last name may follow."""
_TITLE_CUES_AFTER = frozenset("vibes vibe meets minus again energy".split())
_AS_OFTEN = frozenset(("again", "energy"))
"""Of these words, those that as often follow any other: ``wrecked again``."""
_NO_TITLE_AFTER = frozenset("about of by with from".split())
"""Words after which a part of a title is more likely a name."""
_REMADE = frozenset("but meets except crossed minus".split())
"""Words that turn the title with which a text begins into something else: ``frankenstein but funny``."""
_PERSON_CUES_AFTER = frozenset("film films movie movies flick flicks style mood thing fan stuff marathon".split())
NEVER_ALONE = frozenset(
    """nope next later evening morning night together alone tonight today tomorrow
    it her them this him that us me one two you we they old new up monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december easter""".split()
)
"""Words that are titles too, but mean the title only after a cue and with a capital."""
_ROLES = {
    "directed": "director",
    "director": "director",
    "by": "director",
    "from": "director",
    "starring": "actor",
    "with": "actor",
}
_TITLE_DIGITS = 3
"""A number of fewer digits is a title only after a cue: ``kids of 9``."""
_NUMBER_WORDS = frozenset("one two three four five six seven eight nine ten eleven twelve".split())
_MADE_IT = 0.3
"""Whose last name is said made the film, if as a director they have this share of a namesake's fame: ``lynch``."""
_KNOWN_BY_ALL = 5.0
"""Summed popularity from which a name of everyday words needs no capitals: ``tom cruise``."""
_LITTLE_KNOWN = 0.5
"""Popularity below which "the" and a word in capitals are shouted rather than a title."""
_KNOWN_ANYHOW = 0.6
"""Popularity from which "the" and an ordinary word are a title without capitals: ``loved the ring``."""
_MADE = frozenset(("made", "directed", "directs"))


class Reader:
    """Decides what the forms of a lexicon mean in their places."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Read by the words of ``lexicon``."""
        self._lexicon = lexicon

    def meanings(self, form: str, where: Place) -> tuple[Meaning, ...]:
        """Return what ``form`` stands for here; several meanings are all meant, each in its facet."""
        lexicon = self._lexicon
        values = lexicon.values.get(form, ())
        people = lexicon.people.get(form, ())
        siblings = form.endswith((" brothers", " bros", " sisters")) and form.split()[0] not in lexicon.ordinary
        if siblings:
            people = lexicon.surnames.get(form.rsplit(" ", 1)[0], people)
        titles = lexicon.titles.get(form, ())
        where = self._unless_shouted(form, where, titles)
        titles = titles if siblings else self._beside_a_name(form, where, titles)
        if titles and self._is_title(form, where, titles[0].weight):
            return titles[:1]
        if values and not (form.startswith(("hate ", "love ")) and where.before in ("i", "we")):
            usual = tuple(one for one in values if not (one.facet == "language" and form in lexicon.seldom))
            return _where_or_what(values, usual, where)
        if form in lexicon.short_names and (" " in form or where.of_the_screen):
            return self._role(lexicon.short_names[form], where)
        if people and self._is_person(form, where, people[0].weight):
            return self._role(people, where)
        if form in lexicon.surnames and self._is_surname(form, where):
            return self._role(lexicon.surnames[form], where)
        if (
            form.endswith("s")
            and where.after_article
            and form[:-1] in lexicon.surnames
            and not {form, form[:-1]} & lexicon.ordinary
        ):
            return self._role(lexicon.surnames[form[:-1]], where)
        return ()

    def _unless_shouted(self, form: str, where: Place, titles: Sequence[Meaning]) -> Place:
        """Return a place whose capitals mean nothing, where they only shout."""
        little = bool(titles) and titles[0].weight < _LITTLE_KNOWN and form.split()[0] in ("the", "a")
        if where.shouted and where.before not in TITLE_CUES and (little or form in FUNCTION_WORDS):
            return replace(where, text=where.text.upper())
        return where

    def _beside_a_name(self, form: str, where: Place, titles: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        """Return the titles of a form that may be a last name as well, none if it is more likely that."""
        names = self._lexicon.surnames.get(form)
        if not titles or not names:
            return titles
        if where.before in TITLE_CUES:
            return () if where.one_of and form not in self._lexicon.ordinary else titles
        made = any(one.facet == "director" for one in names)
        anyhow = titles[0].weight > _KNOWN_ANYHOW and not made and where.before not in PERSON_CUES
        return titles if anyhow or titles[0].weight * 10 > names[0].weight else ()

    def _is_title(self, form: str, where: Place, weight: float) -> bool:
        words = form.split()
        if len(words) == 1 or (len(words) == 2 and words[0] in ("the", "a", "an")):
            return self._is_short_title(words, where, weight)
        cue = where.before in TITLE_CUES or where.compared
        if form in self._lexicon.values:
            return where.titled and cue
        if form in self._lexicon.people:
            known = weight * 2 > self._lexicon.people[form][0].weight
            return cue and (known or where.before not in ("like", "love"))
        if form in self._lexicon.parts and not cue:
            return where.titled and where.apart and where.before not in _NO_TITLE_AFTER
        return where.titled or (cue and weight > 0.2) or weight > self._needed(words)

    def _needed(self, words: Sequence[str]) -> float:
        """Return the popularity above which words are a title without capitals."""
        if all(word in self._lexicon.everyday for word in words):
            return 0.8
        return 0.7 if all(word in self._lexicon.ordinary for word in words) else 0.55

    def _is_short_title(self, words: Sequence[str], where: Place, weight: float) -> bool:
        """Judge a title of one telling word, which as often as not is just that word."""
        if where.bracketed and words[-1].isdigit():
            return False
        last = replace(where, position=where.position + len(words) - 1, length=1)
        if len(words[-1]) == 1 and not (last.capitalised and (last.before in TITLE_CUES or last.ends)):
            return False
        counts = words[-1] in _NUMBER_WORDS or (words[-1].isdigit() and len(words[-1]) < _TITLE_DIGITS)
        if counts and not last.ends and not (last.capitalised and not last.opens):
            return False
        remade = where.position == 0 and last.after in _REMADE
        plain = words[-1] in self._lexicon.ordinary
        known = where.position == 0 and weight > _KNOWN_ANYHOW
        cue = (
            last.before in TITLE_CUES
            or (last.after in _TITLE_CUES_AFTER and not (plain and last.after in _AS_OFTEN and not known))
            or where.compared
        )
        if words[-1] in self._lexicon.parts and (len(words) == 1 or " ".join(words) not in self._lexicon.titles):
            return cue
        if words[-1] in NEVER_ALONE or words == ["no"] or " ".join(words) in self._lexicon.values:
            return cue and last.capitalised and not last.opens
        if cue and last.capitalised and not last.opens:
            return True
        something = len(words) == 1 and where.after_article
        if plain:
            named = len(words) == 1 or last.capitalised or weight > _KNOWN_ANYHOW
            liked = (cue and named and last.after != "of" and not something) or (
                remade and words[-1] not in FUNCTION_WORDS
            )
            return (liked and weight > 0.3) or (last.capitalised and not last.opens and weight > 0.4)
        if words[-1].isdigit() and len(words[-1]) < _TITLE_DIGITS:
            return cue and weight > 0.3 and not something
        return weight > 0.3 and (cue or last.capitalised or (weight > 0.6 and not something))

    def _is_person(self, form: str, where: Place, weight: float) -> bool:
        words = form.split()
        if len(words) == 1:
            return where.capitalised and not where.opens and weight > 1.0 and form not in FUNCTION_WORDS
        if where.capitalised or any(word not in self._lexicon.ordinary for word in words):
            return True
        return weight > _KNOWN_BY_ALL and not FUNCTION_WORDS.intersection(words)

    def _is_surname(self, form: str, where: Place) -> bool:
        # The "weathers" of "weather's awful" is nobody's name, and neither is that of a month.
        if form in NEVER_ALONE or (where.possessive and form == where.tokens[where.position].norm):
            return False
        cue = where.before in PERSON_CUES or where.after in _PERSON_CUES_AFTER or where.possessive
        if form in self._lexicon.ordinary or form in self._lexicon.values:
            return where.capitalised and not where.opens and cue
        if where.one_of and where.before in TITLE_CUES:
            return True
        famous = self._lexicon.surnames[form][0].weight > 8.0 and len(form) > 3 and not where.after_article
        return cue or (where.capitalised and len(form) > 2) or famous

    def _role(self, people: Sequence[Meaning], where: Place) -> tuple[Meaning, ...]:
        """Choose between director, actor and so on by the words around, else by fame."""
        named = _ROLES.get(where.before) or ("director" if where.after in _MADE else None)
        for meaning in people:
            if meaning.facet == named:
                return (meaning,)
        others = [one for one in people if one.values != people[0].values]
        made = [one for one in others if one.facet == "director" and one.weight >= _MADE_IT * people[0].weight]
        likely = made or [meaning for meaning in people if meaning.weight >= 0.5 * people[0].weight]
        return (min(likely, key=lambda meaning: self._lexicon.catalog.facets.index(meaning.facet)),)


def _where_or_what(values: tuple[Meaning, ...], usual: tuple[Meaning, ...], where: Place) -> tuple[Meaning, ...]:
    """Choose between a country and the theme of it: a film from France need not be about it; else what is ``usual``."""
    facet = (
        "country"
        if where.before == "from" or where.follows("made", "in")
        else "language"
        if where.before == "in" or where.after in ("language", "speaking", "dialogue", "audio", "subtitles")
        else "theme"
        if where.before == "about" and not (where.follows("how", "about") or where.follows("what", "about"))
        else ""
    )
    return tuple(meaning for meaning in values if meaning.facet == facet) or usual
