"""What the dialogue model learns to say: briefs as the chat has them, and replies in Parley's words.

Replies come from self-play (``finetune.selfplay``), whose decisions are put into the phrasings of
``data/phrases_parley.json``; each is held to its brief by what holds the model to it in a chat. Small talk is written
out in ``agent/data/talk.jsonl``.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import agent
from agent.briefs import Brief, Job, Phrase
from agent.lexicon import tokenize
from agent.openings import key_of
from agent.prompt import speaking_prompt
from agent.smalltalk import exchanges
from agent.vouch import faithful
from finetune.examples import Example

Split = Literal["train", "valid"]
_DATA = Path(__file__).parent / "data"
UNMANAGED = _DATA / "unmanaged.json"
OPENINGS = Path(agent.__file__).parent / "data" / "openings.json"
_TELLING = re.compile(r"\b(?:short|new|newer|family|hours|kitchen|quick|plan b|mysterious|quiet|hope)\b", re.IGNORECASE)
"""Words that say something of an item though they are meant otherwise: "a short walk"."""
_PLACEHOLDER = re.compile(r"\{\w+\}")
_SLOT = re.compile(r"\{(\d)\}")
_FIRST = re.compile(r"(^|(?<=[.!?] ))[\"“]?[a-zà-þ]")


@dataclass(frozen=True)
class Spoken:
    """A brief and a reply that says what it says."""

    brief: Brief
    reply: str

    @property
    def example(self) -> Example:
        """What a model learns from it."""
        return Example(speaking_prompt(self.brief), self.reply)


def _phrasings() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_DATA / "phrases_parley.json").read_text(encoding="utf-8"))
    return found


PHRASINGS: Mapping[str, Any] = _phrasings()
_RECOMMENDING = ("recommend_asked", "recommend_liked", "recommend_plain")
_OF_ITEMS = (*_RECOMMENDING, "recommend_second", "critique_reply", "confirm", "explain")
"""Keys of phrasings that speak of items."""
_KEYS: Mapping[Job, tuple[str, ...]] = {
    Job.ASK: ("ask", "ask_yes", "ask_range_minutes", "ask_range_year", "ask_compare"),
    Job.RECOMMEND: _RECOMMENDING,
    Job.SECOND: ("recommend_second",),
    Job.CRITIQUE: ("critique_reply", "recommend_plain"),
    Job.WHY: ("explain",),
    Job.CONFIRM: ("confirm",),
    Job.UNKNOWN: ("refuse_unknown",),
    Job.RELAX: ("nothing_fits",),
    Job.CLOSEST: ("closest",),
    Job.TASTE: ("taste",),
}
_LIKES_ALONE = (
    "So far I have you down for {likes}.",
    "What I've gathered: you want {likes}. Tell me if I misheard.",
    "My notes say {likes}, and nothing against anything yet.",
    "You've asked for {likes}. That's all I know.",
    "Up to now it's {likes}.",
    "In my notes you stand next to {likes}.",
    "Let me read it back: {likes}.",
    "As I understand it, you'd like {likes}.",
    "In my notes, on the plus side: {likes}. The other side is empty.",
    "I'd say {likes}. Correct me where I'm wrong.",
)
"""Someone's taste where nothing is known that they do not like."""


def phrasings(key: str, *of: str) -> tuple[str, ...]:
    """Return the phrasings under a key (and a facet below it) that say nothing by themselves."""
    found = PHRASINGS[key]
    if isinstance(found, dict):
        found = found[of[0]] if of else [text for texts in found.values() for text in texts]
    return tuple(text for text in found if key not in _OF_ITEMS or not _TELLING.search(text))


def voice() -> dict[str, list[str]]:
    """Return the words in which each kind of reply may be said; ``agent/data/voice.json`` holds them.

    Under ``echoed`` are those that small talk mostly has from the person: a cat is mentioned to who has one.
    """
    found, written_out = {}, {Job.TASTE: _LIKES_ALONE}
    for job in Job:
        texts = (*written_out.get(job, ()), *(text for key in _KEYS.get(job, ()) for text in phrasings(key)))
        found[job.value] = _forms(_PLACEHOLDER.sub(" ", text) for text in texts)
    said, unheard = Counter[str](), Counter[str]()
    for one in exchanges():
        forms = _forms([one.reply])
        said.update(forms)
        unheard.update(forms - _forms([one.heard]))
    found[Job.TALK.value] = {word for word, times in said.items() if 2 * unheard[word] > times}
    found["echoed"] = set(said) - found[Job.TALK.value]
    return {name: sorted(words) for name, words in found.items()}


def _forms(texts: Iterable[str]) -> set[str]:
    return {token.norm for text in texts for token in tokenize(text)}


def worded(brief: Brief, rng: random.Random) -> str | None:
    """Return a reply that says what a brief says; None if there is no phrasing for it."""
    fitting = _with_room(brief)
    if not fitting:
        return None
    text = _filled(rng.choice(fitting), _fillers(brief))
    if brief.job is Job.CRITIQUE:
        text = f"{_filled(rng.choice(phrasings('critique_reply')), {'x': _of(brief, 'now')})} {text}"
    return text if faithful(text, brief) else None


def openings() -> dict[str, list[str]]:
    """Return how replies to each kind of brief begin; ``agent/data/openings.json`` holds them.

    Left out are those from which the model does not manage to go on (``finetune.beginnings``).
    """
    unmanaged = json.loads(UNMANAGED.read_text(encoding="utf-8"))
    return {
        key: [text for text in texts if text not in unmanaged.get(key, ())] for key, texts in all_openings().items()
    }


def all_openings() -> dict[str, list[str]]:
    """Return how replies to each kind of brief could begin; one word would say too little of how to go on."""
    found: dict[str, set[str]] = {}
    for brief in _prototypes():
        key = key_of(brief.job, (phrase.label for phrase in brief.phrases))
        found.setdefault(key, set()).update(text for text in map(_begun, _said(brief)) if " " in text)
    return {key: sorted(texts) for key, texts in found.items()}


_FACT = "\ue000"
"""Stands for a fact in a prototype."""


def _prototypes() -> Iterator[Brief]:
    """Yield a brief of each kind, its facts left open."""
    of_item = (("is",), ("is", "by"), ("is", "story"), ("is", "by", "story"))
    kinds: Mapping[Job, Sequence[Sequence[str]]] = {
        Job.ASK: [(facet,) for facet in (*PHRASINGS["ask"], "yes or no", "minutes", "year")] + [("closer to", "or to")],
        Job.RECOMMEND: [(*why, *rest) for why in ((), ("asked",), ("liked", "shared")) for rest in of_item],
        Job.SECOND: of_item[:1],
        Job.CRITIQUE: [("now",)],
        Job.WHY: [("because",)],
        Job.CONFIRM: [(), ("minutes",)],
        Job.UNKNOWN: [("not in the catalogue",)],
        Job.RELAX: [("ruled out", "would bring back")],
        Job.CLOSEST: [("missing",)],
        Job.TASTE: [("likes",), ("likes", "dislikes")],
    }
    for job, several in kinds.items():
        for labels in several:
            yield Brief(job, tuple(Phrase(label, "{2}" if label == "liked" else _FACT) for label in labels))


def _said(brief: Brief) -> list[str]:
    """Return the phrasings with which a reply to a brief may begin, filled in."""
    if brief.job is Job.CRITIQUE:
        return [_filled(text, {"x": _FACT}) for text in phrasings("critique_reply")]
    return [_filled(text, _fillers(brief)) for text in _with_room(brief)]


def _with_room(brief: Brief) -> list[str]:
    """Return the phrasings that have room for just what a brief says."""
    names = set(_fillers(brief))
    return [text for text in _fitting(brief) if {name[1:-1] for name in _PLACEHOLDER.findall(text)} - _SLOTS == names]


def _begun(text: str) -> str:
    """Return what comes before the first fact, or without any before the first title."""
    return text.partition(_FACT if _FACT in text else "{1}")[0].rstrip()


def small_talk() -> tuple[Spoken, ...]:
    """Return the written small talk that the chat would let pass: what people say, and what Parley says to it."""
    found = [Spoken(Brief(Job.TALK, heard=f"({one.kind}) {one.heard}"), one.reply) for one in exchanges()]
    return tuple(spoken for spoken in found if faithful(spoken.reply, spoken.brief))


_SLOTS = {"1", "2"}


def _of(brief: Brief, label: str) -> str:
    return next((phrase.text for phrase in brief.phrases if phrase.label == label), "")


def _fitting(brief: Brief) -> tuple[str, ...]:
    """Return the phrasings for a brief, whatever they have room for."""
    labels = {phrase.label for phrase in brief.phrases}
    match brief.job:
        case Job.ASK:
            return _questions(brief)
        case Job.RECOMMEND:
            return phrasings(f"recommend_{next((one for one in ('asked', 'liked') if one in labels), 'plain')}")
        case Job.CRITIQUE:
            return phrasings("recommend_plain")
        case Job.TASTE if "dislikes" not in labels:
            return _LIKES_ALONE
    return tuple(text for key in _KEYS.get(brief.job, ()) for text in phrasings(key))


def _questions(brief: Brief) -> tuple[str, ...]:
    label = brief.phrases[0].label
    key = {
        "yes or no": "ask_yes",
        "minutes": "ask_range_minutes",
        "year": "ask_range_year",
        "closer to": "ask_compare",
    }.get(label)
    if key:
        return phrasings(key)
    return phrasings("ask", label) if label in PHRASINGS["ask"] else ()


_NAMES: Mapping[str, str] = {
    "is": "trait",
    "by": "maker",
    "because": "reasons",
    "ruled out": "x",
    "would bring back": "n",
    "missing": "lacking",
    "yes or no": "x",
    "year": "x",
}
_UNNAMED = ("now", "closer to", "or to")


def _fillers(brief: Brief) -> dict[str, str]:
    """Return what goes into which placeholder."""
    found = {_NAMES.get(phrase.label, phrase.label): phrase.text for phrase in brief.phrases}
    if brief.job is Job.UNKNOWN:
        return {"title": "{1}"}
    if brief.job is Job.ASK and "minutes" in found:
        return {"x": found["minutes"]}
    if brief.job is Job.ASK and brief.phrases[0].label in PHRASINGS["ask"]:
        return {"options": brief.phrases[0].text}
    return {name: text for name, text in found.items() if name not in _UNNAMED}


def _filled(text: str, fillers: Mapping[str, str]) -> str:
    filled = _PLACEHOLDER.sub(lambda match: fillers.get(match[0][1:-1], match[0]), text)
    return _FIRST.sub(lambda match: match[0].upper(), filled)
