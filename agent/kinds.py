"""What kind of utterance some acts come to."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from agent.acts import (
    Accepts,
    Act,
    Asks,
    Dislikes,
    Forget,
    Likes,
    Prefers,
    Rejects,
    Reset,
    Seen,
    SmallTalk,
    Talk,
    Topic,
    Undo,
)
from agent.state import DialogueState

Kind = Literal[
    "request",
    "answer",
    "critique",
    "accept",
    "reject",
    "why",
    "reset",
    "greet",
    "thanks",
    "offtopic",
    "undo",
    "just_recommend",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What an utterance can do, always in this order."""
_TALK: Mapping[Talk, Kind] = {
    Talk.GREET: "greet",
    Talk.THANKS: "thanks",
    Talk.GOODBYE: "thanks",
    Talk.OFFTOPIC: "offtopic",
}
_TOPIC: Mapping[Topic, Kind] = {
    Topic.RECOMMEND: "just_recommend",
    Topic.MORE: "reject",
    Topic.WHY_ITEM: "why",
    Topic.WHY_QUESTION: "why",
    Topic.ABOUT: "why",
    Topic.TASTE: "why",
}
_STATING = frozenset((Likes, Dislikes, Prefers))


def kind_of(acts: Sequence[Act], state: DialogueState, asked: bool = False) -> Kind:
    """Say what kind of utterance it was after ``state``; what stands first here counts.

    ``asked`` tells that Parley just asked something, be it nothing that it has a form for: "how long have you got?".
    """
    kinds = {type(act) for act in acts}
    stating = bool(kinds & _STATING)
    if Reset in kinds:
        return "reset"
    if Undo in kinds or (Forget in kinds and not stating):
        return "undo"
    if Accepts in kinds:
        return "accept"
    if kinds & {Rejects, Seen} and (state.slate or not stating) and not state.open_question:
        return "reject"
    if Asks(Topic.RECOMMEND) in acts:
        return "just_recommend"
    spoken = () if stating else tuple(act for act in acts if isinstance(act, Asks | SmallTalk))
    if spoken:
        return _TOPIC[spoken[0].topic] if isinstance(spoken[0], Asks) else _TALK[spoken[0].talk]
    if Forget in kinds:
        return "critique"
    if state.open_question or asked:
        return "answer"
    return "critique" if state.slate else "request"
