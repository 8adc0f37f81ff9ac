"""What is known in a conversation: a frozen value folded from its turns.

The turns are the truth; beliefs are computed from them, so undo and replay come free.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from agent.actions import Action, Ask, Recommend, Reply, ReplyKind
from agent.acts import (
    Accepts,
    Act,
    Dislikes,
    Forget,
    Indifferent,
    Likes,
    Prefers,
    Rejects,
    Reset,
    Seen,
    Stance,
    Undo,
)
from agent.ties import Chosen, Enjoyed, Nearer, Tie
from catalog.items import TITLE, parse_bound
from graph.evidence import Evidence, Wish
from graph.questions import Question

_CHANGES_BELIEFS = (Likes, Dislikes, Seen, Rejects, Accepts, Prefers, Forget, Indifferent)
"""That something does not matter is an answer, and like any other it can be taken back."""


@dataclass(frozen=True)
class Turn:
    """What the person said or pressed, and what Parley did and said."""

    text: str
    acts: tuple[Act, ...]
    action: Action | None = None
    reply: str = ""
    pressed: bool = False
    """A button: ``text`` only says what was pressed."""
    retracted: bool = False
    """Taken back by an undo: its acts no longer count."""
    remembered: tuple[str, ...] = ()
    """Ids of the items that someone who starts over in this turn enjoyed until then, oldest first."""
    met: tuple[str, ...] = ()
    """Ids of the items that they had taken, seen or turned down until then: these stay away."""


@dataclass(frozen=True)
class Belief:
    """Something Parley holds to be true of the person, shown so that it can be withdrawn."""

    stance: Stance
    wish: Wish


@dataclass(frozen=True)
class DialogueState:
    """A conversation so far."""

    turns: tuple[Turn, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    """In the order in which they were stated; likes and dislikes of items stand under the facet ``title``."""
    seen: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    """Ids of items that the person liked or took before they started over, oldest first."""
    preferred: tuple[tuple[str, str], ...] = ()
    """Pairs of ids: what is wanted is more like the first than like the second."""
    shown: tuple[str, ...] = ()
    """Ids of every item recommended so far."""
    settled: frozenset[tuple[str, str]] = frozenset()
    """(facet, value) pairs that were offered in a question: they are not offered again."""
    indifferent: frozenset[str] = frozenset()
    """Facets of which the person said that they do not matter."""
    slate: tuple[str, ...] = ()
    """Ids of the last recommendation."""
    last_ask: Ask | None = None
    """The question that the person's next words may answer, if Parley just asked one."""
    undone: bool = field(default=False, compare=False)
    """Whether the last turn's undo found something to take back."""

    @property
    def open_question(self) -> Question | None:
        """The question that the next words may answer: small talk does not close it, but news of an item does."""
        if self.last_ask is None:
            return None
        match self.turns[-1].action:
            case Reply(ReplyKind.CONFIRM | ReplyKind.NOTHING_FITS | ReplyKind.GOODBYE):
                return None
            case Reply(ReplyKind.WHY_ITEM | ReplyKind.ABOUT, pick) if pick and pick.item_id in self.slate:
                return None
        return self.last_ask.question

    @property
    def withdrawable(self) -> tuple[Belief, ...]:
        """Everything that can be withdrawn by itself: beliefs, preferences as beliefs about two items, the history."""
        leanings = (Belief(Stance.PREFERS, Wish(TITLE, pair)) for pair in self.preferred)
        return (*self.beliefs, *leanings, *self.remembered)

    @property
    def remembered(self) -> tuple[Belief, ...]:
        """The history as beliefs about one item each."""
        return tuple(Belief(Stance.LIKES, Wish(TITLE, (item_id,))) for item_id in self.history)

    @property
    def ties(self) -> dict[str, Tie]:
        """How the items are known with which reasons may begin, unless they are liked.

        What was withdrawn since is among them: it still says where reasons of that time come from.
        """
        acts = [act for turn in self.turns for act in turn.acts]
        found: dict[str, Tie] = {item_id: Enjoyed() for turn in self.turns for item_id in turn.remembered}
        found |= {act.item_id: Chosen() for act in acts if isinstance(act, Accepts)}
        found |= {act.better: Nearer(act.worse) for act in acts if isinstance(act, Prefers)}
        liked = set(self.evidence().liked)
        return {item_id: tie for item_id, tie in found.items() if item_id not in liked}

    def heard(self, text: str, acts: Iterable[Act], pressed: bool = False) -> "DialogueState":
        """Return the state after the person's part of a new turn."""
        turn = Turn(text, tuple(acts), pressed=pressed)
        if any(isinstance(act, Reset) for act in turn.acts):
            return _afresh(self, turn)
        if any(isinstance(act, Undo) for act in turn.acts):
            return self._undo(turn)
        state = replace(self, turns=(*self.turns, turn))
        for act in turn.acts:
            state = _believe(state, act)
        return state

    def decided(self, action: Action) -> "DialogueState":
        """Return the state after Parley chose what to do in the current turn."""
        turns = (*self.turns[:-1], replace(self.turns[-1], action=action))
        return _acted(replace(self, turns=turns), action)

    def said(self, reply: str) -> "DialogueState":
        """Return the state after Parley's words of the current turn."""
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], reply=reply)))

    def _undo(self, turn: Turn) -> "DialogueState":
        last = next((place for place in reversed(range(len(self.turns))) if _counts(self.turns[place])), None)
        turns = list(self.turns)
        if last is not None:
            turns[last] = replace(turns[last], retracted=True)
        rest = replay(turns)
        others = tuple(act for act in turn.acts if not isinstance(act, Undo))
        state = replace(rest.heard(turn.text, others), undone=last is not None)
        return replace(state, turns=(*rest.turns, turn))

    def evidence(self) -> Evidence:
        """Return what was said in the words of the graph."""
        likes = [belief.wish for belief in self.beliefs if belief.stance == Stance.LIKES]
        dislikes = [belief.wish for belief in self.beliefs if belief.stance == Stance.DISLIKES]
        liked, disliked = _items(likes), _items(dislikes)
        taken = [item_id for item_id in self.accepted if item_id not in self.rejected]
        known = dict.fromkeys((*self.history, *taken))
        return Evidence(
            wanted=tuple(wish for wish in likes if wish.facet != TITLE),
            unwanted=tuple(wish for wish in dislikes if wish.facet != TITLE),
            liked=liked,
            disliked=disliked,
            history=tuple(item_id for item_id in known if item_id not in (*liked, *disliked)),
            rejected=self.rejected,
            preferred=self.preferred,
            excluded=frozenset((*self.seen, *self.rejected, *self.accepted)),
        )


def replay(turns: Iterable[Turn]) -> DialogueState:
    """Return the state that these turns lead to; retracted ones stay in the transcript but do not count."""
    state = DialogueState()
    for turn in turns:
        if any(isinstance(act, Reset) for act in turn.acts):
            state = _afresh(state, turn)
        else:
            state = replace(state, turns=(*state.turns, turn), undone=False)
            for act in () if turn.retracted else turn.acts:
                state = _believe(state, act)
        if turn.action is not None:
            state = _acted(state, turn.action)
    return state


def _afresh(state: DialogueState, turn: Turn) -> DialogueState:
    """Forget everything but what the person enjoyed; the turn keeps that, being the only one left to tell of it."""
    evidence = state.evidence()
    enjoyed = turn.remembered or tuple(dict.fromkeys((*evidence.history, *evidence.liked)))
    met = turn.met or tuple(dict.fromkeys((*state.accepted, *state.seen, *state.rejected)))
    fresh = DialogueState(turns=(replace(turn, remembered=enjoyed, met=met),), seen=met, history=enjoyed)
    for act in () if turn.retracted else turn.acts:
        fresh = _believe(fresh, act)
    return fresh


def _counts(turn: Turn) -> bool:
    return not turn.retracted and any(isinstance(act, _CHANGES_BELIEFS) for act in turn.acts)


def _items(wishes: Iterable[Wish]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for wish in wishes if wish.facet == TITLE for value in wish.values))


def _believe(state: DialogueState, act: Act) -> DialogueState:
    match act:
        case Likes(wish):
            return _with_belief(state, Belief(Stance.LIKES, wish))
        case Dislikes(wish):
            return _with_belief(state, Belief(Stance.DISLIKES, wish))
        case Seen(item_id):
            return replace(state, seen=_added(state.seen, item_id))
        case Rejects(item_id):
            return replace(state, rejected=_added(state.rejected, item_id))
        case Accepts(item_id):
            return replace(state, accepted=_added(state.accepted, item_id))
        case Prefers(better, worse):
            others = tuple(pair for pair in state.preferred if set(pair) != {better, worse})
            return replace(state, preferred=(*others, (better, worse)))
        case Indifferent(facet, ()):
            return replace(state, indifferent=state.indifferent | {facet})
        case Forget(Stance.PREFERS, wish):
            return replace(state, preferred=tuple(pair for pair in state.preferred if pair != wish.values))
        case Forget(stance, wish):
            kept = tuple(belief for belief in state.beliefs if belief != Belief(stance, wish))
            history = _without(state.history, wish) if stance == Stance.LIKES else state.history
            return replace(state, beliefs=kept, history=history)
        case _:
            return state


def _with_belief(state: DialogueState, belief: Belief) -> DialogueState:
    """Add a belief; it replaces what was said to the contrary or before, and an older bound on the same number."""
    values = set(belief.wish.values)
    kept = []
    for old in state.beliefs:
        if old.wish.facet != belief.wish.facet:
            kept.append(old)
        elif old.stance != belief.stance:
            rest = tuple(value for value in old.wish.values if value not in values)
            if rest:
                kept.append(replace(old, wish=Wish(old.wish.facet, rest)))
        elif not (old == belief or _overruled(old.wish, belief.wish)):
            kept.append(old)
    return replace(state, beliefs=(*kept, belief), history=_without(state.history, belief.wish))


def _overruled(old: Wish, new: Wish) -> bool:
    """Tell whether a bound takes the place of another: on the same side, or one with which it leaves nothing."""
    before, after = parse_bound(old.values[0]), parse_bound(new.values[0])
    if before is None or after is None:
        return False
    if before[0] == after[0]:
        return True
    return before[1] > after[1] if before[0] == ">=" else before[1] < after[1]


def _without(history: tuple[str, ...], wish: Wish) -> tuple[str, ...]:
    """Return the history without the items that a wish is about."""
    return tuple(item_id for item_id in history if wish.facet != TITLE or item_id not in wish.values)


def _added(ids: tuple[str, ...], item_id: str) -> tuple[str, ...]:
    return ids if item_id in ids else (*ids, item_id)


def _acted(state: DialogueState, action: Action) -> DialogueState:
    match action:
        case Ask(question):
            pairs = {(question.facet, value) for value in question.options}
            return replace(state, settled=state.settled | pairs, last_ask=action)
        case Recommend(picks):
            ids = tuple(pick.item_id for pick in picks)
            shown = tuple(dict.fromkeys((*state.shown, *ids)))
            return replace(state, slate=ids, shown=shown, last_ask=None)
        case Reply(ReplyKind.CONFIRM):
            return replace(state, last_ask=None)
        case _:
            return state
