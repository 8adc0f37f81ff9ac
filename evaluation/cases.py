"""Dialogues to be read in full: what was said and, beside it, what was decided, why, and what was known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.actions import Action, Ask, Pick, Recommend, Relaxation, Remark, Reply
from agent.phrases import listed, value_phrase
from catalog.items import TITLE, Catalog
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.build import ItemNode, Node, UserNode, ValueNode
from graph.evidence import Wish
from graph.walk import Path

_MOST_REASONS = 3
_MOST_WANTED = 5


@dataclass(frozen=True)
class Choice:
    """An item that was picked."""

    label: str
    probability: float
    reasons: tuple[str, ...]
    marks: tuple[str, ...]
    """What is to be known of it: that it was wanted, that it was seen, that it has what was refused."""
    good: bool
    """Whether it was wanted."""


@dataclass(frozen=True)
class Step:
    """One turn."""

    text: str
    reply: str
    decision: str
    reasons: tuple[str, ...]
    choices: tuple[Choice, ...]
    record: tuple[tuple[str, str], ...]
    """(what, which) of what the person holds the system to."""


@dataclass(frozen=True)
class Case:
    """One dialogue."""

    dialogue: Dialogue
    broken: int
    """How often something happened that must not."""
    wanted: str
    ending: str
    steps: tuple[Step, ...]


def worst(dialogues: Sequence[Dialogue], broken: Sequence[float] | np.ndarray, most: int) -> list[int]:
    """Return the places of at most so many dialogues that went wrong, the worst first.

    Those come first in which more happened that must not (``broken``, by dialogue), then failures, then the longest;
    among equals each scenario has its turn.
    """
    ranked: list[tuple[tuple[float, bool, int], str, int]] = [
        ((-count, dialogue.success, -len(dialogue.turns)), dialogue.scenario, place)
        for place, (dialogue, count) in enumerate(zip(dialogues, broken, strict=True))
        if count or not dialogue.success
    ]
    before: Counter[tuple[tuple[float, bool, int], str]] = Counter()
    in_turn = []
    for badness, scenario, place in sorted(ranked):
        in_turn.append((badness, before[badness, scenario], scenario, place))
        before[badness, scenario] += 1
    return [place for *_, place in sorted(in_turn)[:most]]


def case(dialogue: Dialogue, catalog: Catalog, broken: int) -> Case:
    """Return a dialogue with its decisions in words."""
    wanted = [_label(catalog, item_id) for item_id in dialogue.wanted]
    others = len(wanted) - _MOST_WANTED
    wanted = wanted[:_MOST_WANTED] + ([f"{others} more"] if others > 0 else [])
    taken = "nothing was taken" if dialogue.taken is None else f"{_label(catalog, dialogue.taken)} was taken"
    ending = taken if dialogue.success or dialogue.taken is None else f"{taken}, which was not wanted"
    steps = tuple(_step(turn, dialogue, catalog) for turn in dialogue.turns)
    return Case(dialogue, broken, listed(wanted, "or") if wanted else "nothing in the catalogue", ending, steps)


def _step(turn: Exchange, dialogue: Dialogue, catalog: Catalog) -> Step:
    action = turn.action
    picks = action.picks if isinstance(action, Recommend) else ()
    if isinstance(action, Reply) and action.pick:
        picks = (action.pick,)
    return Step(
        turn.text,
        turn.reply,
        " ".join((_decision(action, catalog), *(_remark(remark) for remark in action.remarks))),
        _reasons(action.paths, catalog) if isinstance(action, Ask) else (),
        tuple(_choice(pick, turn.record, dialogue, catalog) for pick in picks),
        tuple(_record(turn.record, catalog)),
    )


def _decision(action: Action, catalog: Catalog) -> str:
    match action:
        case Ask(question, candidates):
            titled = question.facet == TITLE
            options = [
                _label(catalog, option) if titled else value_phrase(question.facet, option)
                for option in question.options
            ]
            about = "which is closer" if titled else question.facet.replace("_", " ")
            return (
                f"Asked ({question.form}) about {about}: {listed(options, 'or')}. {candidates:,} {catalog.noun}s were "
                f"still likely; the answer was expected to tell {question.gain:.2f} bits."
            )
        case Recommend(picks):
            return f"Recommended {len(picks)} of the {len(catalog):,} {catalog.noun}s."
        case Reply(kind):
            return f"Replied: {kind}.{_way_out(action.relaxation, catalog)}"


def _way_out(relaxation: Relaxation | None, catalog: Catalog) -> str:
    if relaxation is None:
        return ""
    return f" With {_wish(relaxation.wish, catalog)} allowed there would be {relaxation.regained:,} {catalog.noun}s."


def _remark(remark: Remark) -> str:
    return f"Said first: {remark.note}{f' ({remark.about})' if remark.about else ''}."


def _choice(pick: Pick, record: Record, dialogue: Dialogue, catalog: Catalog) -> Choice:
    wanted = pick.item_id in dialogue.wanted
    unmet = [f"not known: {_wish(wish, catalog)}" for wish in pick.unmet]
    marks = (*(("wanted",) if wanted else ()), *_faults(pick.item_id, record, catalog), *unmet)
    return Choice(_label(catalog, pick.item_id), pick.probability, _reasons(pick.paths, catalog), marks, wanted)


def _faults(item_id: str, record: Record, catalog: Catalog) -> tuple[str, ...]:
    """Return what speaks against an item, by what the person said."""
    if item_id not in catalog:
        return ("not in the catalogue",)
    item = catalog[item_id]
    refused = [f"refused: {_wish(wish, catalog)}" for wish in record.dislikes if wish.holds_for(item)]
    missed = [
        f"not as required: {_wish(wish, catalog)}"
        for wish in record.required
        if wish.known_for(item) and not wish.holds_for(item)
    ]
    marked = [name for name, ids in (("seen", record.seen), ("rejected", record.rejected)) if item_id in ids]
    return (*marked, *refused, *missed)


def _reasons(paths: Sequence[Path], catalog: Catalog) -> tuple[str, ...]:
    """Return the strongest paths, node by node, with how much each counted."""
    return tuple(
        " → ".join((*(_node(node, catalog) for node in path.nodes), *((path.via,) if path.via else ())))
        + f" ({path.weight:+.1f})"
        for path in paths[:_MOST_REASONS]
    )


def _node(node: Node, catalog: Catalog) -> str:
    match node:
        case ItemNode(item_id):
            return _label(catalog, item_id)
        case ValueNode(facet, value):
            return f"{facet.replace('_', ' ')} {value}"
        case UserNode():
            return "someone"


def _record(record: Record, catalog: Catalog) -> list[tuple[str, str]]:
    """Return what a person said that still stands, in a fixed order."""
    wishes = [_wish(Wish(facet, (value,)), catalog) for facet, value in sorted(record.wishes)]
    nearer = [f"{_label(catalog, one)} than {_label(catalog, other)}" for one, other in sorted(record.preferred)]
    rows = (
        ("wishes", wishes),
        ("required", [_wish(wish, catalog) for wish in record.required]),
        ("refused", [_wish(wish, catalog) for wish in record.dislikes]),
        ("seen", [_label(catalog, item_id) for item_id in sorted(record.seen)]),
        ("rejected", [_label(catalog, item_id) for item_id in sorted(record.rejected)]),
        ("nearer to", nearer),
    )
    return [(name, ", ".join(said)) for name, said in rows if said]


def _wish(wish: Wish, catalog: Catalog) -> str:
    words = [
        _label(catalog, value) if wish.facet == TITLE else value_phrase(wish.facet, value) for value in wish.values
    ]
    return listed(words, "or")


def _label(catalog: Catalog, item_id: str) -> str:
    """Return an item's title and year, or an id that the catalogue does not hold, as one."""
    return catalog[item_id].label if item_id in catalog else f"unknown item {item_id}"
