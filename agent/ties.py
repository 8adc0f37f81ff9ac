"""How the person stands to an item with which a reason begins: liked now, or known in another way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph.build import ItemNode
from graph.walk import Path


@dataclass(frozen=True)
class Nearer:
    """Found more like what is wanted than another item, which is not to be liked."""

    worse: str
    """Id of the other one."""


@dataclass(frozen=True)
class Chosen:
    """Taken in this conversation."""


@dataclass(frozen=True)
class Enjoyed:
    """Liked or taken on another occasion."""


Tie = Nearer | Chosen | Enjoyed
Ties = Mapping[str, Tie]
"""Item id to how it is known; an item that is not there is liked, as far as reasons begin with it."""
NO_TIES: Ties = MappingProxyType({})


def standing(ties: Ties, item_id: str, name: Callable[[str], str]) -> str:
    """Return how an item is known, to follow "you": ``like Heat``, ``went for Heat before``; ``name`` names an id."""
    match ties.get(item_id):
        case Nearer(worse):
            return f"said closer to {name(item_id)} than to {name(worse)}"
        case Chosen():
            return f"chose {name(item_id)}"
        case Enjoyed():
            return f"went for {name(item_id)} before"
    return f"like {name(item_id)}"


def aside(ties: Ties, item_id: str, name: Callable[[str], str]) -> str:
    """Return how an item is known, to follow its name: ``, which you went for before``; nothing if it is liked."""
    match ties.get(item_id):
        case Nearer(worse):
            return f", which you found closer than {name(worse)}"
        case Chosen():
            return ", which you chose"
        case Enjoyed():
            return ", which you went for before"
    return ""


def said_first(paths: Iterable[Path], ties: Ties) -> list[Path]:
    """Put reasons from what was said now before those from what was taken or enjoyed, each kind in its order.

    A reason that speaks against its item keeps no precedence.
    """

    def waits(path: Path) -> bool:
        start = path.nodes[0]
        known = ties.get(start.id) if isinstance(start, ItemNode) else None
        return path.weight <= 0 or isinstance(known, Chosen | Enjoyed)

    return sorted(paths, key=waits)


def worse_than(ties: Ties, item_id: str) -> str | None:
    """Return the id of the item than which this one was found nearer, if it was compared."""
    tie = ties.get(item_id)
    return tie.worse if isinstance(tie, Nearer) else None
