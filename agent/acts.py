"""What a person does with an utterance or a button, linked to catalogue ids.

"not Cars, we've seen it; something sweet" becomes
``Rejects(cars), Seen(cars), Likes(Wish("mood", ("sweet",)))``.
"""

from dataclasses import dataclass
from enum import StrEnum

from graph.evidence import Wish


class Stance(StrEnum):
    """What a person thinks of a value or an item."""

    LIKES = "likes"
    DISLIKES = "dislikes"
    PREFERS = "prefers"
    """Finds what is wanted more like one item than another."""


class Topic(StrEnum):
    """What a person asks for."""

    RECOMMEND = "recommend"
    """Recommendations now, without further questions."""
    MORE = "more"
    """Other items than those shown."""
    WHY_ITEM = "why item"
    ABOUT = "about"
    """What an item is: who made it, how long it is, what happens."""
    WHY_QUESTION = "why question"
    TASTE = "taste"
    """What Parley believes about the person."""


class Talk(StrEnum):
    """Words that bear on no item."""

    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OFFTOPIC = "offtopic"


@dataclass(frozen=True)
class Likes:
    """Wants any of the values; under the facet ``title``, likes that item."""

    wish: Wish


@dataclass(frozen=True)
class Dislikes:
    """Wants none of the values; under the facet ``title``, judges that item badly."""

    wish: Wish


@dataclass(frozen=True)
class Seen:
    """Knows the item already."""

    item_id: str


@dataclass(frozen=True)
class Rejects:
    """Does not want to be shown the item."""

    item_id: str


@dataclass(frozen=True)
class Accepts:
    """Takes the item."""

    item_id: str


@dataclass(frozen=True)
class Prefers:
    """Wants something more like one item than another; that is not to like the one or dislike the other."""

    better: str
    worse: str
    """Ids."""


@dataclass(frozen=True)
class Indifferent:
    """Has no preference about what was just asked."""

    facet: str
    values: tuple[str, ...] = ()
    """Only these do not matter, or cannot be judged; without any, the whole facet does not matter."""


@dataclass(frozen=True)
class Asks:
    """Asks Parley for something."""

    topic: Topic
    item_id: str | None = None


@dataclass(frozen=True)
class SmallTalk:
    """Says something that bears on no item."""

    talk: Talk


@dataclass(frozen=True)
class Mentions:
    """Names something as if it were an item, which the catalogue does not hold."""

    name: str


@dataclass(frozen=True)
class Forget:
    """Withdraws one belief, whenever it was stated."""

    stance: Stance
    wish: Wish
    """For a preference, the better and the worse item under ``title``."""


@dataclass(frozen=True)
class Undo:
    """Takes back the last thing said that changed what Parley believes."""


@dataclass(frozen=True)
class Reset:
    """Starts over."""


Act = (
    Likes
    | Dislikes
    | Seen
    | Rejects
    | Accepts
    | Prefers
    | Indifferent
    | Asks
    | SmallTalk
    | Mentions
    | Forget
    | Undo
    | Reset
)
