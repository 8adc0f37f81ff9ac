"""Ask, recommend or reply: the decision of a turn, made without the language model."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.actions import Action, Ask, Note, Pick, Recommend, Relaxation, Remark, Reply, ReplyKind
from agent.acts import (
    Accepts,
    Act,
    Asks,
    Dislikes,
    Forget,
    Likes,
    Mentions,
    Prefers,
    Reset,
    SmallTalk,
    Talk,
    Topic,
    Undo,
)
from agent.phrases import wish_phrase
from agent.state import DialogueState
from catalog.items import TITLE
from graph.attributes import AttributeGraph
from graph.evidence import Evidence
from graph.lookahead import LookaheadConfig
from graph.paths import question_paths
from graph.planner import PlannerConfig, plan
from graph.walk import Posterior, WalkConfig, paths_to, posterior

_SMALL_TALK = {
    Talk.GREET: ReplyKind.GREET,
    Talk.THANKS: ReplyKind.THANKS,
    Talk.GOODBYE: ReplyKind.GOODBYE,
    Talk.OFFTOPIC: ReplyKind.OFFTOPIC,
}


@dataclass(frozen=True)
class PolicyConfig:
    """Knobs of the ask-or-recommend rule."""

    most_paths: int = 8
    """Reasons kept for an item, the strongest first."""
    walk: WalkConfig = field(default_factory=WalkConfig)
    patience: float = 0.85
    """By how much people's readiness to answer shrinks with each question in a row."""
    patience_unanswered: float = 0.3
    """And with each that brought no answer."""
    patience_with_facet: float = 0.5
    """And with each question about the same facet."""
    planner: PlannerConfig = field(
        default_factory=lambda: PlannerConfig(
            lookahead=LookaheadConfig(turns=10, slate_size=3, haste=0.0, critique=2.0, equivalents=4.0)
        )
    )

    @property
    def slate_size(self) -> int:
        """How many items a recommendation shows."""
        return self.planner.lookahead.slate_size


def decide(
    graph: AttributeGraph, state: DialogueState, believed: Posterior, config: PolicyConfig = PolicyConfig()
) -> Action:
    """Choose what to do after the person's turn, which is the last of ``state.turns``.

    Words that bear on no item get a reply. Otherwise the planner weighs questions against a slate, unless the person
    asked for something.
    """
    said = state.turns[-1].acts
    remarks = _remarks(state, said)
    reply = _reply(graph, state, said, config)
    if reply is not None:
        return replace(reply, remarks=remarks)
    if not believed.possible:
        return _nothing_fits(graph, state, remarks, config)
    if not any(isinstance(act, Asks) for act in said):
        settled = state.settled | _mentioned(state)
        planned = plan(graph, believed, _actions_taken(state), settled, _as_patience_wears(state, config))
        if planned.question:
            walks = question_paths(graph, state.evidence(), believed, planned.question, config.walk)
            return Ask(planned.question, believed.breadth(), remarks, walks)
    return _recommend(graph, state, believed, remarks, config)


def _as_patience_wears(state: DialogueState, config: PolicyConfig) -> PlannerConfig:
    """Return how to plan now: nothing is asked of what does not matter, and repeated questions get fewer answers."""
    base = config.planner.questions
    asked = [turn.action.question.facet for turn in state.turns if isinstance(turn.action, Ask)]
    in_a_row = unanswered = 0
    for turn, following in zip(reversed(state.turns[:-1]), reversed(state.turns[1:]), strict=True):
        if isinstance(turn.action, Recommend):
            break
        if isinstance(turn.action, Ask):
            in_a_row += 1
            unanswered += not any(isinstance(act, Likes | Dislikes | Prefers | Asks | Undo) for act in following.acts)
    left = config.patience**in_a_row * config.patience_unanswered**unanswered
    eases = {
        facet: base.eases.get(facet, base.ease) * left * config.patience_with_facet ** asked.count(facet)
        for facet in {*base.eases, *asked}
    }
    # One comparison is a game, a second one an examination.
    closed = state.indifferent | ({TITLE} if TITLE in asked else set())
    questions = replace(base, ease=base.ease * left, eases=eases | dict.fromkeys(closed, 0.0))
    return replace(config.planner, questions=questions)


def _actions_taken(state: DialogueState) -> int:
    """Count questions and slates since an item was last taken: from then on the person looks for another."""
    count = 0
    for turn in reversed(state.turns[:-1]):
        if not turn.retracted and any(isinstance(act, Accepts) for act in turn.acts):
            break
        count += isinstance(turn.action, Ask | Recommend)
    return count


def _reply(graph: AttributeGraph, state: DialogueState, said: tuple[Act, ...], config: PolicyConfig) -> Reply | None:
    for act in said:
        match act:
            case Accepts(item_id):
                return Reply(ReplyKind.CONFIRM, Pick(item_id, 0.0))
            case Asks(Topic.WHY_ITEM, item_id) if about := item_id or next(iter(state.slate), None):
                (pick,) = _picks(graph, state.evidence(), (about,), None, config)
                return Reply(ReplyKind.WHY_ITEM, pick)
            case Asks(Topic.ABOUT, str(item_id)):
                return Reply(ReplyKind.ABOUT, Pick(item_id, 0.0))
            case Asks(Topic.WHY_QUESTION | Topic.WHY_ITEM) if state.last_ask:
                return Reply(ReplyKind.WHY_QUESTION, asked=state.last_ask)
            case Asks(Topic.TASTE):
                return Reply(ReplyKind.TASTE)
            case SmallTalk(talk) if len(said) == 1:
                return Reply(_SMALL_TALK[talk])
            case Reset() if len(said) == 1:
                return Reply(ReplyKind.GREET)
    return None


def _remarks(state: DialogueState, said: tuple[Act, ...]) -> tuple[Remark, ...]:
    found = []
    for act in said:
        match act:
            case Undo():
                found.append(Remark(Note.UNDONE if state.undone else Note.NOTHING_TO_UNDO))
            case Forget():
                found.append(Remark(Note.FORGOTTEN))
            case Reset():
                found.append(Remark(Note.STARTED_OVER))
            case Mentions(name):
                found.append(Remark(Note.UNKNOWN, name))
    return tuple(found)


def _mentioned(state: DialogueState) -> set[tuple[str, str]]:
    return {(belief.wish.facet, value) for belief in state.beliefs for value in belief.wish.values}


def _recommend(
    graph: AttributeGraph,
    state: DialogueState,
    believed: Posterior,
    remarks: tuple[Remark, ...],
    config: PolicyConfig,
) -> Recommend:
    """Recommend the most probable items, fresh ones first; what was shown returns if it alone fits a new wish."""
    shown = set(state.shown)
    ranked = [graph.catalog.items[position].id for position in believed.top(len(shown) + config.slate_size)]
    fresh = [item_id for item_id in ranked if item_id not in shown]
    evidence = state.evidence()
    picks = _picks(graph, evidence, (fresh or ranked)[: config.slate_size], believed, config)
    wished = any(isinstance(act, Likes | Prefers) for act in state.turns[-1].acts)
    if wished and all(pick.unmet for pick in picks):
        known = _picks(graph, evidence, [item_id for item_id in ranked if item_id in shown], believed, config)
        picks = (*(pick for pick in known if not pick.unmet), *(picks if fresh else ()))[: config.slate_size] or picks
    missed = set.intersection(*(set(pick.unmet) for pick in picks)) if picks else set()
    closest = tuple(
        Remark(Note.CLOSEST, wish_phrase(wish, graph.catalog)) for wish in evidence.wanted if wish in missed
    )
    return Recommend(picks, (*remarks, *closest[:1]))


def _picks(
    graph: AttributeGraph,
    evidence: Evidence,
    item_ids: Sequence[str],
    believed: Posterior | None,
    config: PolicyConfig,
) -> tuple[Pick, ...]:
    """Put the reasons to items; without ``believed``, which no longer matters, their probability is 0."""
    found = []
    for item_id, walks in zip(item_ids, paths_to(graph, evidence, item_ids, config.walk), strict=True):
        chance = 0.0 if believed is None else float(believed.probabilities[graph.catalog.position(item_id)])
        unmet = tuple(wish for wish in evidence.wanted if not wish.holds_for(graph.catalog[item_id]))
        found.append(Pick(item_id, chance, walks[: config.most_paths], unmet))
    return tuple(found)


def _nothing_fits(
    graph: AttributeGraph, state: DialogueState, remarks: tuple[Remark, ...], config: PolicyConfig
) -> Reply:
    """Say that nothing is left, and which dislike costs most: it is never set aside unasked."""
    evidence = state.evidence()
    best: Relaxation | None = None
    for wish in evidence.unwanted:
        rest = tuple(other for other in evidence.unwanted if other != wish)
        regained = posterior(graph, replace(evidence, unwanted=rest), config.walk).possible
        if regained > (best.regained if best else 0):
            best = Relaxation(wish, regained)
    return Reply(ReplyKind.NOTHING_FITS, relaxation=best, remarks=remarks)
