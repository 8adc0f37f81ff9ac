"""Labelled utterances made from phrasings: each phrase of ``finetune/data`` with values of the catalogue in it.

They add breadth to the utterances that were written and labelled one by one. The phrasings of the simulated people in
evaluation are none of them.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.kinds import Kind
from agent.lexicon import names_of
from agent.questioning import question_words
from catalog.items import TITLE, Catalog, Item
from evaluation.gold import Heard, Spoken, Utterance
from evaluation.near import Said
from graph.questions import Question

_DATA = Path(__file__).parent / "data"
_FAMOUS = 1500
"""Films that people name are among so many of the best known."""
_SHOWN = (
    "How about {1}?",
    "{1} or {2}, perhaps.",
    "{1} comes to mind first. {2} is the other one.",
    "Try {1}. If not, {2} or {3}.",
    "I'd start with {1}.",
    "{1} first, then {2} and {3}.",
)
_PLACES = ("first", "second", "third")
_ASKED_FACETS = ("mood", "genre", "theme", "decade", "country")
_MINUTES = (90, 100, 110, 120, 135, 150)
_YEARS = (1960, 1970, 1980, 1990, 2000, 2010)
_SIDES: Mapping[str, Said] = {
    "shorter": Said("runtime", "shorter"),
    "longer": Said("runtime", "longer"),
    "newer": Said("decade", "newer"),
    "older": Said("decade", "older"),
}
_TOLD: Mapping[str, Kind] = {
    "accept": "accept",
    "accept_place": "accept",
    "accept_bare": "accept",
    "reject": "reject",
    "reject_place": "reject",
    "reject_all": "reject",
    "reject_reason": "reject",
    "seen": "reject",
    "seen_place": "reject",
    "seen_liked": "reject",
    "seen_disliked": "reject",
    "next": "reject",
    "why": "why",
    "why_place": "why",
    "about": "why",
    "taste": "why",
    "like_shown": "critique",
    "like_shown_but": "critique",
    "thanks": "thanks",
    "goodbye": "thanks",
    "offtopic": "offtopic",
    "injection": "offtopic",
}
"""What is said after films were shown."""
_ANSWERED: Mapping[str, Kind] = {
    "pick": "answer",
    "pick_two": "answer",
    "pick_place": "answer",
    "pick_not": "answer",
    "either": "answer",
    "neither": "answer",
    "unsure": "answer",
    "indifferent": "answer",
    "answer_plus": "answer",
    "typo_pick": "answer",
    "just_recommend": "just_recommend",
    "why_question": "why",
    "undo": "undo",
    "reset": "reset",
}
"""What is said after a question."""


@dataclass(frozen=True)
class _Draft:
    text: str
    gold: Heard
    context: tuple[Spoken, ...] = ()


class Voice:
    """Draws utterances about one catalogue."""

    def __init__(self, catalog: Catalog, seed: int) -> None:
        """Read the phrasings."""
        self._rng = random.Random(f"voice {seed}")
        self._phrases: dict[str, Any] = {}
        for name in ("wishes", "answers", "verdicts"):
            self._phrases |= json.loads((_DATA / f"phrases_{name}.json").read_text(encoding="utf-8"))
        self._films = sorted(catalog, key=lambda item: -item.popularity)[:_FAMOUS]
        told = [item for item in self._films if item.facets.get("mood") and item.facets.get("theme")]
        self._having = {facet: [item for item in told if item.facets.get(facet)] for facet in catalog.facets}
        self._catalog = catalog

    def utterances(self, count: int) -> list[Utterance]:
        """Return so many, of all kinds in turn."""
        makers = (self._wish, self._answer, self._verdict, self._change, self._verdict, self._answer)
        drafts = [makers[place % len(makers)]() for place in range(count)]
        return [Utterance(f"V-{place:05}", draft.context, draft.text, draft.gold) for place, draft in enumerate(drafts)]

    def _wish(self) -> _Draft:
        """Draw a first request."""
        kind = self._rng.choice(("wish", "wish", "dislike", "liked", "liked_but", "liked_not", "two_wishes"))
        film = self._film()
        if kind == "wish":
            named = [facet for facet in self._phrases["wish"] if "_" in facet or self._having.get(facet)]
            return self._plain_wish(self._rng.choice(named))
        if kind == "dislike":
            said, name, form = self._trait()
            return _Draft(self._said(self._phrases["dislike"][form], x=name), Heard("request", dislikes=(said,)))
        if kind == "two_wishes":
            mood, theme = self._value("mood"), self._value("theme")
            text = self._said(self._phrases[kind], x=self._name(mood), y=self._name(theme))
            return _Draft(text, Heard("request", likes=(mood, theme)))
        title, (said, name) = Said(TITLE, film.title), self._thing() if kind == "liked_not" else self._quality()
        text = self._said(self._phrases[kind], title=film.title, x=name)
        if kind == "liked":
            return _Draft(text, Heard("request", likes=(title,)))
        if kind == "liked_but":
            return _Draft(text, Heard("request", likes=(title, said)))
        return _Draft(text, Heard("request", likes=(title,), dislikes=(said,)))

    def _plain_wish(self, facet: str) -> _Draft:
        minutes, year = self._rng.choice(_MINUTES), self._rng.choice(_YEARS)
        bounds = {
            "runtime_below": (Said("runtime", f"<={minutes}"), f"{minutes} minutes"),
            "runtime_above": (Said("runtime", f">={minutes}"), f"{minutes} minutes"),
            "year_from": (Said("decade", f">={year}s"), str(year)),
            "year_until": (Said("decade", f"<={year - 10}s"), str(year - 1)),
        }
        said, name = bounds[facet] if facet in bounds else ((value := self._value(facet)), self._name(value))
        return _Draft(self._said(self._phrases["wish"][facet], x=name), Heard("request", likes=(said,)))

    def _change(self) -> _Draft:
        """Draw a critique of what was shown."""
        context, _ = self._slate()
        kind = self._rng.choice((*_SIDES, "less", "more", "dislike"))
        if kind in _SIDES:
            return _Draft(self._said(self._phrases[kind]), Heard("critique", likes=(_SIDES[kind],)), context)
        said, name, form = self._trait()
        gold = Heard("critique", likes=(said,)) if kind == "more" else Heard("critique", dislikes=(said,))
        return _Draft(self._said(self._phrases[kind][form], x=name), gold, context)

    def _answer(self) -> _Draft:
        """Draw an answer to a question with two or three options."""
        act = self._rng.choice(tuple(_ANSWERED))
        facet = self._rng.choice([facet for facet in _ASKED_FACETS if self._having.get(facet)])
        values = list(dict.fromkeys(self._value(facet) for _ in range(8)))[: self._rng.choice((2, 2, 3))]
        question = Question(facet, tuple(said.value for said in values))
        context = (Spoken("parley", question_words(question, self._catalog, self._rng.randrange(3))),)
        place, other = self._rng.randrange(min(2, len(values))), self._quality()
        x, y = values[place], values[(place + 1) % len(values)]
        pair = {"x": self._name(x), "y": other[1] if act == "answer_plus" else self._name(y)}
        text = self._said(self._phrases[act], place=_PLACES[place], **pair)
        empty = Heard(_ANSWERED[act])
        golds = {
            **dict.fromkeys(("pick", "typo_pick", "pick_place"), replace(empty, likes=(x,))),
            "pick_two": replace(empty, likes=(x, y)),
            "pick_not": replace(empty, dislikes=(x,)),
            "either": replace(empty, likes=tuple(values)),
            "neither": replace(empty, dislikes=tuple(values)),
            "answer_plus": replace(empty, likes=(x,), dislikes=(other[0],)),
        }
        return _Draft(text, golds.get(act, empty), context)

    def _verdict(self) -> _Draft:
        """Draw what is said of films just shown."""
        act = self._rng.choice(tuple(_TOLD))
        context, films = self._slate()
        place = self._rng.randrange(len(films))
        film, (said, name) = films[place], self._quality()
        text = self._said(self._phrases[act], title=film.title, place=_PLACES[place], x=name)
        gold, title = Heard(_TOLD[act]), Said(TITLE, film.title)
        if act in ("seen_liked", "like_shown"):
            gold = replace(gold, likes=(title,))
        if act == "like_shown_but":
            gold = replace(gold, likes=(title, said))
        if act == "seen_disliked":
            gold = replace(gold, dislikes=(title,))
        return _Draft(text, gold, context)

    def _slate(self) -> tuple[tuple[Spoken, ...], list[Item]]:
        shown = self._rng.choice(_SHOWN)
        films = self._rng.sample(self._films, sum(slot in shown for slot in ("{1}", "{2}", "{3}")))
        return (Spoken("parley", shown, tuple(film.id for film in films)),), films

    def _film(self) -> Item:
        return self._rng.choice(self._films)

    def _value(self, facet: str) -> Said:
        """Draw a value as often as films have it."""
        return Said(facet, self._rng.choice(self._rng.choice(self._having[facet]).facets[facet]))

    def _name(self, said: Said) -> str:
        return self._rng.choice((said.value, *names_of(said.facet, said.value)))

    def _quality(self) -> tuple[Said, str]:
        mood = self._value("mood")
        return mood, mood.value

    def _thing(self) -> tuple[Said, str]:
        theme = self._value("theme")
        return theme, theme.value

    def _trait(self) -> tuple[Said, str, str]:
        """Draw a mood or a theme, its name, and what part of speech it is."""
        if self._rng.random() < 0.5:
            return *self._quality(), "adjective"
        return *self._thing(), "noun"

    def _said(self, phrases: Sequence[str], **parts: str) -> str:
        text = self._rng.choice(phrases)
        for name, part in parts.items():
            text = text.replace(f"{{{name}}}", part)
        return text
