"""Lessons in hearing: utterances that were labelled by hand, and what the rules and the tagger make of them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from agent.acts import Act, Dislikes, Likes
from agent.hearing import Candidate
from agent.kinds import KINDS
from agent.understand import Understander
from catalog.items import TITLE, Catalog
from evaluation.gold import Heard, Spoken, Utterance, load_utterances
from evaluation.listening import Chat, heard, just_asked
from evaluation.near import Said
from evaluation.systems import Silent
from finetune.hearing import Lesson
from finetune.tagging import Tagger, learn
from graph.evidence import Wish
from retrieval.embed import Embedder

DATA = Path(__file__).parent / "data" / "dialogues"
LETTERS = "ABCDEFGHIJKL"
_TAGGED = ("genre", "mood", "theme")
_SIDES = (("runtime", ("short", "shorter", "long", "longer")), ("decade", ("older", "newer")))
"""Values that the rules know as bounds, and that people imply in many words."""
_FOLDS = 4


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
    """Return the facets and values that a tagger knows: every genre, mood and theme, and sides of numbers."""
    found = {(facet, value): None for facet in _TAGGED for item in catalog for value in item.facets.get(facet, ())}
    return (*found, *((facet, side) for facet, sides in _SIDES for side in sides))


class Teacher:
    """Makes lessons of utterances about one catalogue."""

    def __init__(self, catalog: Catalog, embedder: Embedder, near_values: int) -> None:
        """Ask about ``near_values`` values near in meaning."""
        self._catalog = catalog
        self._embedder = embedder
        self._near = near_values
        self._chat = Chat(catalog)
        self._understander = Understander(catalog, Silent())
        self._labels = labels(catalog)
        self._values = embedder.encode([_name(facet, value) for facet, value in self._labels])

    def tagger(self, utterances: Sequence[Utterance], seed: int) -> Tagger:
        """Learn a tagger from all of the utterances."""
        return self._learn(utterances, self._embedder.encode([one.text for one in utterances]), seed)

    def _learn(self, utterances: Sequence[Utterance], told: np.ndarray, seed: int) -> Tagger:
        place = {value.casefold(): row for row, (_, value) in enumerate(self._labels)}
        meant = [
            {
                place[said.value.casefold()]
                for said in (*one.gold.likes, *one.gold.dislikes)
                if said.facet != TITLE and said.value.casefold() in place
            }
            for one in utterances
        ]
        return learn(self._labels, self._values, told, meant, seed)

    def cross_fitted(self, utterances: Sequence[Utterance], seed: int) -> list[Lesson]:
        """Return a lesson for each utterance, the near values of which come from a tagger that has not seen it."""
        told = self._embedder.encode([one.text for one in utterances])
        found: list[Lesson] = []
        for fold in range(_FOLDS):
            others = [row for row in range(len(utterances)) if row % _FOLDS != fold]
            tagger = self._learn([utterances[row] for row in others], told[others], seed)
            own = [row for row in range(len(utterances)) if row % _FOLDS == fold]
            found += [self.lesson(utterances[row], tagger.nearest(told[row], self._near)) for row in own]
        return found

    def lessons(self, utterances: Sequence[Utterance], tagger: Tagger) -> list[Lesson]:
        """Return a lesson for each utterance, none of which ``tagger`` may have seen."""
        told = self._embedder.encode([one.text for one in utterances])
        return [
            self.lesson(one, tagger.nearest(vector, self._near)) for one, vector in zip(utterances, told, strict=True)
        ]

    def lesson(self, utterance: Utterance, near_values: Sequence[tuple[str, str]]) -> Lesson:
        """Return what a model is asked about an utterance, and what is right."""
        state = self._chat.state_after(utterance.context)
        hearing = self._understander.hearing(utterance.text, state, near_values, just_asked(utterance.context))
        stands = tuple(self._stand(candidate, utterance.gold) for candidate in hearing.about)
        return Lesson(hearing.text, stands, KINDS.index(utterance.gold.intent))

    def _stand(self, candidate: Candidate, gold: Heard) -> int:
        """Return the place in STANDS of what gold thinks of a candidate."""
        wish = Wish(candidate.facet, candidate.values)
        acts: tuple[Act, ...] = (Likes(wish), Dislikes(wish))
        for place, act in enumerate(acts, 1):
            stated = heard((act,), "request", self._catalog).stated
            if any(one.near(other) for one in stated for other in gold.stated):
                return place
        return 0


def _name(facet: str, value: str) -> str:
    return f"{value} film" if facet in ("genre", "runtime", "decade") else value
