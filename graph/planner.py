"""The planner of a turn: which question, if any, is worth more than recommending now."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.asking import QuestionConfig, prepared, questions
from graph.attributes import AttributeGraph
from graph.lookahead import LookaheadConfig, Outlook, outlook
from graph.questions import Question, Shortlist
from graph.walk import Posterior

_TINY = 1e-300


@dataclass(frozen=True)
class PlannerConfig:
    """How a conversation is planned."""

    considered: int = 1500
    """Only so many items take part, the most probable ones: the rest hardly change the answers' odds."""
    lookahead: LookaheadConfig = field(default_factory=LookaheadConfig)
    questions: QuestionConfig = field(default_factory=QuestionConfig)


@dataclass(frozen=True)
class Plan:
    """What the planner considered."""

    considered: tuple[Question, ...]
    """The questions, in the order of ``outlook.asks``."""
    outlook: Outlook

    @property
    def question(self) -> Question | None:
        """What to ask; None to recommend."""
        return None if self.outlook.best is None else self.considered[self.outlook.best]


def plan(
    graph: AttributeGraph,
    believed: Posterior,
    turn: int,
    settled: Iterable[tuple[str, str]] = (),
    config: PlannerConfig = PlannerConfig(),
) -> Plan:
    """Compare recommending with the best questions; ``turn`` counts the actions that were taken so far.

    ``settled`` is as in ``graph.asking.questions``. Takes time linear in the number of items.
    """
    rows = believed.top(config.considered)
    mass = believed.probabilities[rows]
    shortlist = Shortlist(graph, rows, mass / max(float(mass.sum()), _TINY))
    if len(rows) <= config.lookahead.slate_size or config.lookahead.left(turn) <= 1:
        return Plan((), outlook(shortlist.mass, None, turn, config.lookahead))
    asked = questions(shortlist, settled, config.questions)
    answers = prepared(shortlist, asked, config.questions) if asked else None
    return Plan(asked, outlook(shortlist.mass, answers, turn, config.lookahead))
