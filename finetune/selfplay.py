"""Self-play: simulated people talk to the planner, and each of its decisions becomes a brief.

The language model is silent while they talk, and neither the words of the simulated people nor Parley's plain ones are
learnt from: only what was decided, and why. Small talk is written out, ``agent/data/talk.jsonl``.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from agent.actions import Ask, Pick, Recommend, Relaxation
from agent.briefs import (
    Brief,
    Job,
    closest_brief,
    confirm_brief,
    question_brief,
    relax_brief,
    taste_brief,
    unknown_brief,
)
from agent.phrases import wish_phrase
from agent.reasons import changes_of, critique_brief, pick_brief, second_brief, why_brief
from agent.state import DialogueState, replay
from catalog.items import TITLE, YEAR, Catalog
from evaluation.casting import person_of
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.simulator import SIMULATORS, converse
from evaluation.systems import Parley, planner, warm_graph
from finetune.examples import Example
from finetune.speaking import Split, Spoken, small_talk, worded
from graph.questions import Form, Question

BEHAVIOURS = ("target", "critiquing", "target-free", "contradictory", "returning", "impatient")
"""How the people of self-play behave, by turns; none of them follows a script."""
_FIRST_SEED = 5_000_000
"""Of the people: far from those of the evaluation."""
_SHARES = {
    Job.ASK: 0.15,
    Job.RECOMMEND: 0.24,
    Job.SECOND: 0.07,
    Job.CRITIQUE: 0.1,
    Job.WHY: 0.09,
    Job.CONFIRM: 0.04,
    Job.TALK: 0.1,
    Job.UNKNOWN: 0.04,
    Job.RELAX: 0.06,
    Job.CLOSEST: 0.05,
    Job.TASTE: 0.06,
}
"""Of each kind of reply among all."""
_FEWEST, _BRIEFS = 80, 4
"""Turns that are played, at the least; one gives about ten briefs, of which most are of the common kinds."""
_WORDINGS = 3
_FEW = (Job.ASK, Job.UNKNOWN, Job.RELAX, Job.CLOSEST, Job.TASTE)
"""Kinds of which there are fewer briefs than others, each of which is worded in so many ways."""
_HALF = 0.5
_KEPT_TALK = 10
"""Of so many written small_talk one is for validation."""


def decisions(world: World, seed: int) -> Iterator[DialogueState]:
    """Yield where conversations stand after each of Parley's turns; there is no end to them."""
    parley = Parley(planner(warm_graph(world)))
    number = 0
    while True:
        behaviour = BEHAVIOURS[number % len(BEHAVIOURS)]
        scenario = Scenario(f"self-play-{behaviour}", behaviour)
        conversation = f"{seed}/{number}"
        person = person_of(scenario, _FIRST_SEED + 1_000_000 * seed + number, world)
        converse(parley, person, SIMULATORS[behaviour], world.graph, conversation)
        turns = parley.bot.state(conversation).turns
        yield from (replay(turns[: place + 1]) for place in range(len(turns)))
        number += 1


def played(world: World, split: Split, n: int, seed: int) -> tuple[Spoken, ...]:
    """Return about ``n`` briefs of self-play with replies; equal arguments give equal ones.

    A brief may come several times, each time worded differently; small talk also in the same words. Where
    conversations never lead to a kind of reply, there are fewer.
    """
    rng = random.Random(2 * seed + (split == "valid"))
    left = Counter({job: round(share * n) for job, share in _SHARES.items()})
    small = tuple(itertools.islice(_talks(split, rng), left.pop(Job.TALK)))
    found = dict[Spoken, None]()
    for state in itertools.islice(decisions(world, 2 * seed + (split == "valid")), max(_FEWEST, n // _BRIEFS)):
        for brief in briefs_of(state, world.catalog, rng):
            wordings = {worded(brief, rng) for _ in range(_WORDINGS if brief.job in _FEW else 1)}
            fresh = [one for reply in sorted(filter(None, wordings)) if (one := Spoken(brief, reply)) not in found]
            found |= dict.fromkeys(fresh[: left[brief.job]])
            left[brief.job] -= len(fresh[: left[brief.job]])
        if not +left:
            break
    return (*small, *found)


def _talks(split: Split, rng: random.Random) -> Iterator[Spoken]:
    """Yield small talk of a split without end, every exchange once before any comes again, typed in various ways."""
    split_off = [
        spoken
        for number, spoken in enumerate(small_talk())
        if (number % _KEPT_TALK == _KEPT_TALK - 1) == (split == "valid")
    ]
    while True:
        for spoken in rng.sample(split_off, len(split_off)):
            yield replace(spoken, brief=replace(spoken.brief, heard=_typed(spoken.brief.heard, rng)))


def _typed(text: str, rng: random.Random) -> str:
    """Return a text as it may be typed as well: in lower case, or without the mark at its end."""
    if rng.random() < _HALF:
        text = text.lower()
    return text.rstrip(".!") if rng.random() < _HALF else text


def briefs_of(state: DialogueState, catalog: Catalog, rng: random.Random) -> list[Brief]:
    """Return what Parley has to say after the last turn of a conversation, or would have if it were asked to."""
    turn = state.turns[-1]
    found: list[Brief | None] = [taste_brief(state, catalog)]
    found += [relax_brief(Relaxation(wish, rng.randint(2, 2000)), catalog) for wish in state.evidence().unwanted[-1:]]
    match turn.action:
        case Ask() as ask:
            found += [_shuffled(question_brief(ask.question, catalog), ask.question, catalog, rng)]
            if ask.question.form is Form.CHOICE:
                found += [question_brief(replace(ask.question, options=(rng.choice(ask.question.options),)), catalog)]
            found += [question_brief(_number(rng), catalog)]
        case Recommend(picks) if picks:
            found += [brief for pick in picks for brief in _of_pick(pick, state, catalog)]
            found += [question_brief(Question(TITLE, tuple(pick.item_id for pick in picks[:2])), catalog)]
            found += [closest_brief(wish_phrase(wish, catalog)) for pick in picks for wish in pick.unmet[:1]]
            found += [unknown_brief()]
    return [brief for brief in found if brief]


def _of_pick(pick: Pick, state: DialogueState, catalog: Catalog) -> Iterator[Brief | None]:
    """Yield all that may be said of an item that is recommended."""
    first = pick_brief(pick, state.ties, catalog)
    changes = changes_of(state.turns[-1].acts, catalog[pick.item_id])
    yield first
    yield critique_brief(first, changes) if first and changes else None
    yield second_brief(pick, catalog)
    yield why_brief(pick, state.ties)
    yield confirm_brief(catalog[pick.item_id])


def _shuffled(brief: Brief | None, question: Question, catalog: Catalog, rng: random.Random) -> Brief | None:
    """Return the brief of a choice with its options in another order."""
    if question.form is not Form.CHOICE:
        return brief
    return question_brief(
        replace(question, options=tuple(rng.sample(question.options, len(question.options)))), catalog
    )


def _number(rng: random.Random) -> Question:
    cut = rng.choice(range(80, 151, 5))
    if rng.random() < _HALF:
        return Question("runtime", (f"<={cut - 1}", f">={cut}"))
    year = rng.choice(range(1950, 2021, 5))
    return Question(YEAR, (f"<={year - 1}", f">={year}"))


def speaking_examples(world: World, split: Split, n: int = 3000, seed: int = 0) -> tuple[Example, ...]:
    """Return ``played`` as training examples: what the model learns to say, or what it is judged by."""
    return tuple(spoken.example for spoken in played(world, split, n, seed))
