"""What Parley does in a turn: ask, recommend or reply."""

from dataclasses import dataclass
from enum import StrEnum

from graph.build import ItemNode, ValueNode
from graph.evidence import Wish
from graph.questions import Question
from graph.walk import Path


@dataclass(frozen=True)
class Pick:
    """A recommended item with the reasons for it."""

    item_id: str
    probability: float
    """Posterior probability that it is the item the person wants."""
    paths: tuple[Path, ...] = ()
    """Walks in the graph that led to it, the strongest first."""
    unmet: tuple[Wish, ...] = ()
    """Wishes that the item is not known to fulfil."""
    nearest: str = ""
    """What is known of the item that comes closest to the person's own words, where no walk led to it."""


class Note(StrEnum):
    """Something to be said before the rest."""

    UNDONE = "undone"
    NOTHING_TO_UNDO = "nothing to undo"
    FORGOTTEN = "forgotten"
    STARTED_OVER = "started over"
    UNKNOWN = "unknown"
    """A name that the catalogue does not hold."""
    CLOSEST = "closest"
    """No item fulfils every wish; these come closest."""


@dataclass(frozen=True)
class Remark:
    """A note and what it is about."""

    note: Note
    about: str = ""


@dataclass(frozen=True)
class Relaxation:
    """The one dislike whose removal would bring back most items, and how many."""

    wish: Wish
    regained: int


@dataclass(frozen=True)
class Ask:
    """Ask which of a few values the person would like."""

    question: Question
    candidates: int = 0
    """How many items are still possible: those that share 95 % of the posterior."""
    remarks: tuple[Remark, ...] = ()
    paths: tuple[Path, ...] = ()
    """Walks in the graph to the options, the one whose answer would move the posterior most first."""

    @property
    def leading(self) -> dict[str, str]:
        """Option to the id of the item that its answer would put first, as the paths have it."""
        found: dict[str, str] = {}
        for path in self.paths:
            items = [node.id for node in path.nodes if isinstance(node, ItemNode)]
            end = path.nodes[-1]
            option = path.via.partition(" ")[2] if path.via else end.value if isinstance(end, ValueNode) else ""
            if option and items:
                found[option] = items[-1]
        return found


@dataclass(frozen=True)
class Recommend:
    """Show items, the most probable first."""

    picks: tuple[Pick, ...]
    remarks: tuple[Remark, ...] = ()


class ReplyKind(StrEnum):
    """A reply that neither asks about a facet nor recommends."""

    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OFFTOPIC = "offtopic"
    CONFIRM = "confirm"
    WHY_ITEM = "why item"
    ABOUT = "about"
    WHY_QUESTION = "why question"
    TASTE = "taste"
    NOTHING_FITS = "nothing fits"


@dataclass(frozen=True)
class Reply:
    """Say something; ``pick`` is the item it is about, ``asked`` the question."""

    kind: ReplyKind
    pick: Pick | None = None
    asked: Ask | None = None
    relaxation: Relaxation | None = None
    """The way out when nothing fits, if one dislike alone stands in the way."""
    remarks: tuple[Remark, ...] = ()


Action = Ask | Recommend | Reply
