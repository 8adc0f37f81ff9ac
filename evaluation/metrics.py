"""Metrics: one dialogue in, one number out.

What a system is held to is the record of the simulated person, not what the system believes it heard: a dislike that
was misread and then recommended counts as a violation. What is said of the items in words is judged in
``evaluation.claims``, and numbers that only many dialogues have are in ``evaluation.corpus``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import log2

from agent.actions import Ask, Recommend, Reply, ReplyKind
from agent.prompt import SLOT
from catalog.items import Catalog
from evaluation import claims, slates
from evaluation.consistency import consistency
from evaluation.leaks import leaks
from evaluation.transcripts import Dialogue, Exchange, recommended
from graph.attributes import AttributeGraph


@dataclass(frozen=True, eq=False)
class Context:
    """What metrics look things up in; made once for all dialogues."""

    catalog: Catalog
    graph: AttributeGraph
    """The one that the systems had: how many people liked both of two items is counted there."""
    most_turns: Mapping[str, int] = field(default_factory=dict)
    """Scenario to the turns after which its people give up; those of a scenario that is not there, after the last."""
    price: float = 0.0
    """Of a million generated tokens."""

    @cached_property
    def checker(self) -> claims.Checker:
        """Checks what is said of items."""
        return claims.Checker(self.graph)

    @cached_property
    def fame(self) -> slates.Fame:
        """How well known the items are."""
        return slates.Fame(self.catalog)


@dataclass(frozen=True)
class Metric:
    """A number of a dialogue, and how to read it."""

    name: str
    number: Callable[[Dialogue, Context], float | None]
    """None: says nothing of this dialogue, which is then left out of the mean."""
    meaning: str
    better: int = 0
    """1 if more is better, -1 if less is, 0 if neither."""
    percent: bool = False
    digits: int = 2
    """After the point; of a percentage, once it is one."""
    must_be_zero: bool = False
    timing: bool = False
    """Differs between runs with equal dialogues."""


def success(dialogue: Dialogue, within: int | None = None) -> float:
    """Return 1.0 when something wanted was taken that was recommended in the first ``within`` turns, else 0.0."""
    return float(dialogue.success and (within is None or turns(dialogue) <= within))


def turns(dialogue: Dialogue, most: int = 0) -> int:
    """Return how many turns it took until something wanted was on the table.

    The turn in which the person takes it is not counted; of several visits, those before the last are. A failure counts
    ``most`` turns, those that the person would have gone on for, or the turns held if they are more: to be left early
    is no short conversation.
    """
    return len(dialogue.turns) - 1 if dialogue.success else max(most, len(dialogue.turns))


def hdcg(dialogue: Dialogue) -> float:
    """Return the hierarchical DCG: high when what is taken comes early and on top of its slate; 0 for a failure.

    1 / log2(t + 3) + (1 / log2(t + 2) - 1 / log2(t + 3)) / log2(rank + 1) after ``t`` earlier turns of any kind, as
    in ``evaluation.protocol``; the rank is the 1-based place in the slate.
    """
    ranks = [slate.index(dialogue.taken) + 1 for slate in slates.slates(dialogue) if dialogue.taken in slate]
    if not dialogue.success or not ranks:
        return 0.0
    earlier = turns(dialogue) - 1
    low, high = 1 / log2(earlier + 3), 1 / log2(earlier + 2)
    return low + (high - low) / log2(ranks[-1] + 1)


def questions(dialogue: Dialogue) -> int:
    """Return how many questions were asked."""
    return sum(isinstance(turn.action, Ask) for turn in dialogue.turns)


def recommendations(dialogue: Dialogue) -> int:
    """Return how often something was recommended; one slate counts once, however many items it holds."""
    return sum(isinstance(turn.action, Recommend) for turn in dialogue.turns)


def acceptance(dialogue: Dialogue) -> float | None:
    """Return the share of the recommendations from which the person took something; None without any."""
    rounds = recommendations(dialogue)
    taken = len(dialogue.earlier) + (dialogue.taken is not None)
    return min(taken / rounds, 1.0) if rounds else None


def off_catalogue(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return how many recommended ids the catalogue does not hold, plus the replies without their titles or words."""
    unknown = sum(item_id not in catalog for turn in dialogue.turns for item_id in recommended(turn.action))
    return unknown + sum(not turn.reply.strip() or SLOT in turn.reply for turn in dialogue.turns)


def violations(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return how often an item was recommended that is known to have a value the person said they dislike."""
    return sum(len(violating(turn, catalog)) for turn in dialogue.turns)


def violating(turn: Exchange, catalog: Catalog) -> tuple[str, ...]:
    """Return the ids recommended in a turn against a dislike that stands."""
    offered = slates.known(turn, catalog)
    return tuple(item.id for item in offered if any(wish.holds_for(item) for wish in turn.record.dislikes))


def broken(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return how often an item was recommended that is known to break a condition of the person's."""
    return sum(len(breaking(turn, catalog)) for turn in dialogue.turns)


def breaking(turn: Exchange, catalog: Catalog) -> tuple[str, ...]:
    """Return the ids recommended in a turn against a condition that stands; what is not known breaks none."""
    required = turn.record.required
    return tuple(
        item.id
        for item in slates.known(turn, catalog)
        if any(wish.known_for(item) and not wish.holds_for(item) for wish in required)
    )


def repeats(dialogue: Dialogue) -> int:
    """Return how often an item was recommended that the person had seen or rejected."""
    return sum(len(repeating(turn)) for turn in dialogue.turns)


def repeating(turn: Exchange) -> tuple[str, ...]:
    """Return the ids recommended in a turn although they are marked as seen or rejected."""
    marked = turn.record.seen | turn.record.rejected
    return tuple(item_id for item_id in recommended(turn.action) if item_id in marked)


def seen(dialogue: Dialogue) -> int:
    """Return how often an item was recommended that the person had said they had seen."""
    return sum(item_id in turn.record.seen for turn in dialogue.turns for item_id in recommended(turn.action))


def misheard(dialogue: Dialogue) -> int:
    """Return 1 when the person took something and the system did not confirm it, else 0."""
    if dialogue.taken is None:
        return 0
    match dialogue.turns[-1].action:
        case Reply(ReplyKind.CONFIRM, pick) if pick and pick.item_id == dialogue.taken:
            return 0
    return 1


def latency(dialogue: Dialogue) -> float | None:
    """Return the system's mean seconds for a turn."""
    seconds = [turn.seconds for turn in dialogue.turns]
    return sum(seconds) / len(seconds) if seconds else None


def tokens(dialogue: Dialogue) -> int:
    """Return how many tokens a language model generated."""
    return sum(turn.tokens for turn in dialogue.turns)


def _early(most: int) -> Metric:
    meaning = f"share of people who took something that was shown in the first {most} turn{'s' * (most > 1)}"
    return Metric(f"SR@{most}", lambda dialogue, context: success(dialogue, most), meaning, 1, percent=True, digits=1)


def _must_not(name: str, number: Callable[[Dialogue, Context], int], meaning: str) -> Metric:
    return Metric(name, number, meaning, -1, must_be_zero=True)


_share = partial(Metric, percent=True, digits=1)
OUTCOMES = (
    *(_early(most) for most in (1, 3, 5, 10)),
    _share("success", lambda d, _: success(d), "share of people who took something that they wanted", 1),
    Metric(
        "AT",
        lambda d, context: turns(d, context.most_turns.get(d.scenario, 0)),
        "turns until something wanted was shown; a failure counts all turns that the person would have gone on for",
        -1,
    ),
    Metric("hDCG", lambda d, _: hdcg(d), "high when what is taken comes early and on top of its slate", 1, digits=3),
    Metric("rounds", lambda d, _: recommendations(d), "turns that recommend something", 0),
    Metric("questions", lambda d, _: questions(d), "turns that ask something", 0),
    Metric(
        "shown", lambda d, _: sum(map(len, slates.slates(d))), "items recommended, one shown twice counted twice", 0
    ),
    _share("acceptance", lambda d, _: acceptance(d), "share of recommendations from which something was taken", 1),
    _share("misheard", lambda d, _: misheard(d), "share of people whose taking an item was not confirmed", -1),
)
"""Whether people find what they want, and how soon."""
RANKING = (
    Metric("Recall@10", lambda d, _: slates.recall_shown(d), "wanted items among the first ten shown", 1, digits=3),
    Metric("NDCG@10", lambda d, _: slates.ndcg_shown(d), "the same, discounted by the order shown in", 1, digits=3),
    Metric("MRR", lambda d, _: slates.mrr_shown(d), "one over the place of the first wanted item shown", 1, digits=3),
)
"""Of the distinct items in the order in which they were shown."""
HONESTY = (
    _must_not("off-catalogue", lambda d, c: off_catalogue(d, c.catalog), "items that do not exist, or empty replies"),
    _must_not("violations", lambda d, c: violations(d, c.catalog), "items known to have a value said to be disliked"),
    _must_not("broken conditions", lambda d, c: broken(d, c.catalog), "items known to break a condition"),
    _must_not("repeats", lambda d, _: repeats(d), "items that the person had seen or rejected"),
    _must_not("seen items", lambda d, _: seen(d), "items that the person had said they had seen"),
    _must_not("leaks", lambda d, c: leaks(d, c.catalog), "turns in which the person gives the title away"),
    _share("reshown", lambda d, _: slates.reshown(d), "share of recommended items that were shown before", -1),
    _share(
        "constraints",
        lambda d, c: slates.satisfaction(d, c.catalog),
        "share of items that fulfil every condition and have nothing disliked",
        1,
    ),
    _share("coverage", lambda d, c: slates.coverage(d, c.catalog), "share of what the person likes that is met", 1),
    _share("consistency", lambda d, c: consistency(d, c.catalog), "share of turns that are true to the person", 1),
)
"""Whether system and person keep to what was said."""
VARIETY = (
    Metric(
        "diversity", lambda d, c: slates.diversity(d, c.graph), "mean unlikeness of two items of a slate", 0, digits=3
    ),
    _share("popularity", lambda d, c: c.fame.percentile(d), "share of the catalogue less known than what is shown", 0),
    Metric("novelty", lambda d, c: c.fame.novelty(d), "bits: one more if half as many people rated what is shown", 0),
)
"""What kind of items are shown."""
WORDS = (
    _share("factuality", lambda d, c: c.checker.factuality(d), "share of what is said of items that is true", 1),
    Metric("claims", lambda d, c: len(c.checker.of(d)), "things said of items that can be checked", 0, digits=1),
    Metric("aspect F1", lambda d, c: c.checker.aspects(d), "do reasons name what was wished for, and nothing else", 1),
)
"""What is said of the items."""
COST = (
    Metric("seconds", lambda d, _: latency(d), "the system's time for a turn", -1, digits=3, timing=True),
    Metric("tokens", lambda d, _: tokens(d), "generated by a language model", -1, digits=0),
    Metric("cost", lambda d, c: tokens(d) * c.price / 1e6, "of the generated tokens", -1, digits=4),
)
METRICS: tuple[Metric, ...] = (*OUTCOMES, *RANKING, *HONESTY, *VARIETY, *WORDS, *COST)
