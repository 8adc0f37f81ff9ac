"""What of a model's hearing is believed against the rules: labels and kinds of which it is sure enough."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.acts import (
    Accepts,
    Act,
    Asks,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Mentions,
    Prefers,
    Rejects,
    Reset,
    Seen,
    SmallTalk,
    Talk,
    Topic,
    Undo,
)
from agent.hearing import SOFT, Candidate, Heard, Hearing, Hint
from agent.kinds import Kind
from agent.pointing import wants_more
from agent.state import DialogueState
from catalog.items import parse_bound
from graph.evidence import Wish

_WITHOUT_WISHES = frozenset(("accept", "offtopic", "thanks", "undo", "why"))
_WISHES = Likes | Dislikes | Prefers | Indifferent | Forget | Mentions
_TALK = {"greet": Talk.GREET, "thanks": Talk.THANKS, "offtopic": Talk.OFFTOPIC}


@dataclass(frozen=True)
class HearingConfig:
    """How likely a label must be to be believed against the rules; above 1 it never is.

    Chosen on utterances kept for validation, where the model hears kinds far better than the rules and values a little
    better. What the rules take to be refused stays refused: to show it would break a promise.
    """

    drop: float = 0.7
    """That something is not meant at all which the rules take to be wanted."""
    turn: float = 1.1
    """That something is refused which the rules take to be wanted."""
    named: float = 0.9
    """That something is wanted or unwanted which is named, offered or shown, and of which the rules make nothing."""
    likely: float = 0.4
    """The same of what is most likely implied."""
    implied: float = 0.4
    """The same of what is likely implied."""
    near: float = 1.1
    """The same of what is only near in meaning."""
    side: float = 0.8
    """That a side of the numbers is wanted which is only implied: ``my bus goes at ten`` for a short film."""
    kind: float = 0.6
    """That the utterance is of another kind than the acts of the rules make it, if they see no wish in it."""
    quiet: float = 0.7
    """That the utterance is of a kind in which nothing is wished for, whatever the rules take to be wanted."""
    accept: float = 0.95
    """That something shown is taken, or that it is not: ending a conversation is worse than to ask again."""


def reheard(
    acts: Sequence[Act], about: Sequence[Candidate], heard: Heard, config: HearingConfig = HearingConfig()
) -> tuple[Act, ...]:
    """Return the acts with the likes and dislikes that the model hears in place of those of the rules."""
    stands = {
        candidate: _believed(candidate, odds, config) for candidate, odds in zip(about, heard.stands, strict=True)
    }
    told = {(candidate.facet, candidate.values): stand for candidate, stand in stands.items()}
    kept: list[Act] = []
    for act in acts:
        if not isinstance(act, Likes | Dislikes):
            kept.append(act)
            continue
        stand = told.get((act.wish.facet, act.wish.values), "likes" if isinstance(act, Likes) else "dislikes")
        kept += _stated(act.wish, stand)
    for candidate, stand in stands.items():
        if candidate.hint not in (Hint.LIKED, Hint.DISLIKED):
            kept += _stated(Wish(candidate.facet, candidate.values), stand)
    return tuple(dict.fromkeys(kept))


def _believed(candidate: Candidate, odds: np.ndarray, config: HearingConfig) -> str:
    """Return what is made of (3,) odds, given where the candidate comes from."""
    none, likes, dislikes = map(float, odds)
    hint = candidate.hint
    if hint == Hint.DISLIKED:
        return "dislikes"
    if hint == Hint.LIKED:
        if dislikes >= config.turn:
            return "dislikes"
        # Numbers, people, places and titles are always meant: to drop one would break a condition.
        return "none" if none >= config.drop and candidate.facet in SOFT else "likes"
    if hint in (Hint.LIKELY, Hint.IMPLIED, Hint.NEAR) and candidate.facet not in SOFT:
        return "likes" if likes >= config.side else "none"
    least = {Hint.NEAR: config.near, Hint.IMPLIED: config.implied, Hint.LIKELY: config.likely}.get(hint, config.named)
    if max(likes, dislikes) < least:
        return "none"
    return "likes" if likes >= dislikes else "dislikes"


def without_asides(
    hearing: Hearing, acts: Sequence[Act], heard: Heard, state: DialogueState, config: HearingConfig = HearingConfig()
) -> tuple[Act, ...]:
    """Return the acts without what is only named: in "perfect, she loves Hugh Grant" nothing is wished for.

    What is refused stays refused, and who asks for something wishes for it. If only such an aside kept the words from
    taking an item, they take it.
    """
    if heard.kinds.max() < config.quiet or wants_more(hearing.said):
        return tuple(acts)
    kept = tuple(act for act in acts if not (isinstance(act, Likes) and _only_said(act.wish, heard.kind, state)))
    if not kept and acts and heard.kind == "accept":
        return tuple(Accepts(item_id) for item_id in hearing.taken[:1])
    return kept


def _only_said(wish: Wish, kind: Kind, state: DialogueState) -> bool:
    """Tell whether what is named is no wish in an utterance of this kind; a side of the numbers always is one."""
    if any(map(parse_bound, wish.values)):
        return False
    if kind == "reject":
        return bool(state.slate) and wish.facet in SOFT
    return kind in _WITHOUT_WISHES


def hesitates(text: str) -> bool:
    """Tell whether an utterance leaves everything open, so that nothing can be heard in it: ``hmm, let me think``."""
    return bool(_HESITATION.fullmatch(text))


_HESITATION = re.compile(
    r"\W*(?:(?:h+m+|o+h+|a+h+|u+m+|er+m*|well|maybe|perhaps|possibly|interesting|not sure|dunno|i don'?t know|"
    r"let me (?:think|see)|wait|hold on|one (?:moment|second|sec))\W*)+",
    re.IGNORECASE,
)


def agreed(
    acts: Sequence[Act], heard: Heard, kind: Kind, state: DialogueState, config: HearingConfig = HearingConfig()
) -> tuple[Act, ...]:
    """Return the acts made to agree with the kind that the model hears, where it is sure and the rules saw ``kind``.

    Wishes, and that something is to be recommended, are never overruled by it.
    """
    plain = any(isinstance(act, _WISHES) or act == Asks(Topic.RECOMMEND) for act in acts)
    if heard.kind == kind or heard.kinds.max() < config.kind or plain:
        return tuple(acts)
    shown = state.slate if not state.open_question else ()
    match heard.kind:
        case "reset" if state.turns:
            return (Reset(),)
        case "undo" if state.turns:
            return (Undo(),)
        case "just_recommend":
            return (Asks(Topic.RECOMMEND),)
        case "why" if shown or state.last_ask:
            return (Asks(Topic.WHY_ITEM, shown[0]) if shown else Asks(Topic.WHY_QUESTION),)
        case "accept" if (
            shown and heard.kinds.max() >= config.accept and not any(isinstance(act, SmallTalk) for act in acts)
        ):
            return _taken(acts, shown)
        case "reject" if shown:
            turned = tuple(act for act in acts if isinstance(act, Rejects | Seen))
            return turned or tuple(Rejects(item_id) for item_id in shown)
        case "greet" | "thanks" | "offtopic":
            return (SmallTalk(_TALK[heard.kind]),)
        case "request" | "answer" | "critique":
            return tuple(
                act
                for act in acts
                if isinstance(act, Rejects | Seen) or (isinstance(act, Accepts) and heard.kinds.max() < config.accept)
            )
    return tuple(acts)


def _taken(acts: Sequence[Act], shown: Sequence[str]) -> tuple[Act, ...]:
    """Return that one of the items shown is taken: the one that the acts speak of, or the first."""
    named = [act.item_id for act in acts if isinstance(act, Asks | Rejects | Seen) and act.item_id in shown]
    return (Accepts(next(iter(item_id for item_id in named if item_id), shown[0])),)


def _stated(wish: Wish, stand: str) -> list[Act]:
    return [] if stand == "none" else [Likes(wish) if stand == "likes" else Dislikes(wish)]
