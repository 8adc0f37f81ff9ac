"""Lessons in hearing: utterances that were labelled by hand, and what the rules and the tagger make of them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from agent.acts import Act, Dislikes, Likes
from agent.hearing import Candidate, Implied, tagged_text
from agent.kinds import KINDS
from agent.understand import Understander
from catalog.items import TITLE, Catalog
from evaluation.gold import Heard, Spoken, Utterance, load_utterances
from evaluation.listening import Chat, heard, just_asked
from evaluation.near import Said, Stated
from evaluation.systems import Silent
from evaluation.vocabulary import in_vocabulary
from finetune.hearing import Lesson
from finetune.tagging import TagLesson
from graph.evidence import Wish

DATA = Path(__file__).parent / "data" / "dialogues"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXY"
_TAGGED = ("genre", "mood", "theme")
_SIDES = (("runtime", ("short", "shorter", "long", "longer")), ("decade", ("older", "newer")))
"""Values that the rules know as bounds, and that people imply in many words."""


def written(catalog: Catalog, letters: Iterable[str]) -> list[Utterance]:
    """Return the utterances of some letters, and what people say in the dialogues of those letters."""
    found: list[Utterance] = []
    for letter in letters:
        found += load_utterances(DATA / f"utterances_{letter}.jsonl", catalog)
        dialogues = DATA / f"dialogues_{letter}.jsonl"
        if dialogues.exists():
            for line in dialogues.read_text(encoding="utf-8").splitlines():
                found += _turns(json.loads(line))
    return found


def _turns(dialogue: dict[str, object]) -> list[Utterance]:
    turns: list[dict[str, object]] = dialogue["turns"]  # type: ignore[assignment]
    spoken = tuple(Spoken(turn["role"], turn["text"], tuple(turn.get("items", ()))) for turn in turns)  # type: ignore[arg-type]
    return [
        Utterance(f"{dialogue['id']}-{place}", spoken[:place], spoken[place].text, _gold(turn["acts"]))  # type: ignore[arg-type]
        for place, turn in enumerate(turns)
        if turn["role"] == "user"
    ]


def _gold(acts: dict[str, list[object]]) -> Heard:
    likes, dislikes = (tuple(Said(**said) for said in acts[name]) for name in ("likes", "dislikes"))  # type: ignore[arg-type]
    titles = (tuple(acts[name]) for name in ("seen", "rejects", "accepts"))
    return Heard(acts["intent"], likes, dislikes, *titles)  # type: ignore[arg-type]


def labels(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """Return the facets and values that a tagger knows: genres, moods and themes of gold, and sides of numbers."""
    every = {(facet, value): None for facet in _TAGGED for item in catalog for value in item.facets.get(facet, ())}
    found = [label for label in every if in_vocabulary(Said(*label)) == Said(*label)]
    return (*found, *((facet, side) for facet, sides in _SIDES for side in sides))


class Teacher:
    """Makes lessons of utterances about one catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        """Index the words of the catalogue."""
        self._catalog = catalog
        self._chat = Chat(catalog)
        self._understander = Understander(catalog, Silent())
        self.labels = labels(catalog)
        """What a tagger is to know."""
        by_value = {value.casefold(): place for place, (_, value) in reversed([*enumerate(self.labels)])}
        self._places = {(facet, value.casefold()): place for place, (facet, value) in enumerate(self.labels)}
        self._places |= {("", value): place for value, place in by_value.items()}

    def tag_lessons(self, utterances: Sequence[Utterance]) -> list[TagLesson]:
        """Return of each utterance what it is about, liked or not."""
        found = []
        for one in utterances:
            named = [said for said in map(in_vocabulary, (*one.gold.likes, *one.gold.dislikes)) if said]
            meant = frozenset(
                place for said in named if said.facet != TITLE and (place := self._place(said)) is not None
            )
            found.append(TagLesson(tagged_text(one.text, self._chat.state_after(one.context)), meant))
        return found

    def _place(self, said: Said) -> int | None:
        """Return the place of a value, under another facet if need be: people differ in whether gore is a theme."""
        value = said.value.casefold()
        return self._places.get((said.facet, value), self._places.get(("", value)))

    def lessons(self, utterances: Sequence[Utterance], implied: Iterable[Sequence[Implied]]) -> list[Lesson]:
        """Return a lesson for each utterance, with what a tagger that has not seen it finds ``implied``."""
        return [self.lesson(one, near) for one, near in zip(utterances, implied, strict=True)]

    def lesson(self, utterance: Utterance, near_values: Sequence[Implied]) -> Lesson:
        """Return what a model is asked about an utterance, and what is right."""
        state = self._chat.state_after(utterance.context)
        hearing = self._understander.hearing(utterance.text, state, near_values, just_asked(utterance.context))
        stands = tuple(self._stand(candidate, utterance.gold) for candidate in hearing.about)
        return Lesson(hearing.text, stands, KINDS.index(utterance.gold.intent))

    def _stand(self, candidate: Candidate, gold: Heard) -> int:
        """Return the place in STANDS of what gold thinks of a candidate."""
        wish = Wish(candidate.facet, candidate.values)
        acts: tuple[Act, ...] = (Likes(wish), Dislikes(wish))
        named = [Stated(one.liked, said) for one in gold.stated if (said := in_vocabulary(one.said))]
        for place, act in enumerate(acts, 1):
            stated = heard((act,), "request", self._catalog).stated
            if any(one.near(other) for one in stated for other in named):
                return place
        return 0


def name_of(facet: str, value: str) -> str:
    """Return what a value is called where nothing else says that it is about films."""
    return f"{value} film" if facet in ("genre", "runtime", "decade") else value
