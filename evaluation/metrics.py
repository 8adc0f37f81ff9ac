"""Metrics: one dialogue in, one number out.

What Parley is held to is the record of the simulated person, not what Parley believes it heard: a
dislike that was misread and then recommended counts as a violation.
"""

from agent.actions import Ask, Recommend, Reply, ReplyKind
from agent.prompt import SLOT
from catalog.items import Catalog
from evaluation.simulator import Dialogue, Exchange, recommended


def success(dialogue: Dialogue, within: int | None = None) -> float:
    """Return 1.0 when the target was recommended in one of the first ``within`` turns and taken, else 0.0."""
    return float(dialogue.success and (within is None or turns(dialogue) <= within))


def turns(dialogue: Dialogue) -> int:
    """Return how many turns it took until the target was recommended, or how many were spent in vain.

    The turn in which the person takes the target is not counted.
    """
    return len(dialogue.turns) - dialogue.success


def off_catalogue(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return how many recommended ids the catalogue does not hold, plus the replies without their titles or words."""
    unknown = sum(item_id not in catalog for turn in dialogue.turns for item_id in recommended(turn.action))
    return unknown + sum(not turn.reply.strip() or SLOT in turn.reply for turn in dialogue.turns)


def violations(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return how often an item was recommended that is known to have a value the person said they dislike."""
    return sum(len(violating(turn, catalog)) for turn in dialogue.turns)


def violating(turn: Exchange, catalog: Catalog) -> tuple[str, ...]:
    """Return the ids recommended in a turn against a dislike that stands."""
    offered = [catalog[item_id] for item_id in recommended(turn.action) if item_id in catalog]
    return tuple(item.id for item in offered if any(wish.holds_for(item) for wish in turn.record.dislikes))


def repeats(dialogue: Dialogue) -> int:
    """Return how often an item was recommended that the person had seen or rejected."""
    return sum(len(repeating(turn)) for turn in dialogue.turns)


def repeating(turn: Exchange) -> tuple[str, ...]:
    """Return the ids recommended in a turn although they are marked as seen or rejected."""
    marked = turn.record.seen | turn.record.rejected
    return tuple(item_id for item_id in recommended(turn.action) if item_id in marked)


def questions(dialogue: Dialogue) -> int:
    """Return how many questions Parley asked."""
    return sum(isinstance(turn.action, Ask) for turn in dialogue.turns)


def recommendations(dialogue: Dialogue) -> int:
    """Return how often Parley recommended; one slate counts once, however many items it holds."""
    return sum(isinstance(turn.action, Recommend) for turn in dialogue.turns)


def misheard(dialogue: Dialogue) -> int:
    """Return 1 when the person took the target and Parley did not confirm it, else 0."""
    if not dialogue.success:
        return 0
    match dialogue.turns[-1].action:
        case Reply(ReplyKind.CONFIRM, pick) if pick and pick.item_id == dialogue.target:
            return 0
    return 1
