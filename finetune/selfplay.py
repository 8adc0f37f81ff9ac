"""Self-play: simulated people talk to the planner, and each of its decisions becomes a brief.

The language model is silent while they talk, and neither the words of the simulated people nor Parley's plain ones are
learnt from: only what was decided, and why. What people say in small talk comes from ``data/phrases_verdicts.json``.
"""

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from agent.actions import Ask, Pick, Recommend, Relaxation, ReplyKind
from agent.briefs import (
    Brief,
    Job,
    closest_brief,
    confirm_brief,
    question_brief,
    relax_brief,
    talk_brief,
    taste_brief,
    unknown_brief,
    why_question_brief,
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
from finetune.speaking import Split, Spoken, phrasings, worded, written
from graph.questions import Form, Question

BEHAVIOURS = ("target", "critiquing", "target-free", "contradictory", "returning", "impatient")
"""How the people of self-play behave, by turns; none of them follows a script."""
_FIRST_SEED = 5_000_000
"""Of the people: far from those of the evaluation."""
_SHARES = {
    Job.ASK: 0.2,
    Job.RECOMMEND: 0.3,
    Job.SECOND: 0.08,
    Job.CRITIQUE: 0.13,
    Job.WHY: 0.08,
    Job.WHY_QUESTION: 0.03,
    Job.CONFIRM: 0.04,
    Job.TALK: 0.06,
    Job.UNKNOWN: 0.01,
    Job.RELAX: 0.02,
    Job.CLOSEST: 0.02,
    Job.TASTE: 0.03,
}
"""Of each kind of reply among all."""
_WORDINGS = 3
"""Of one question, which are fewer than other replies."""
_HALF = 0.5
_VERDICTS = json.loads((Path(__file__).parent / "data" / "phrases_verdicts.json").read_text(encoding="utf-8"))
_TALKS = (
    ("greet", "greet", ReplyKind.GREET, False),
    ("thanks", "thanks", ReplyKind.THANKS, True),
    ("thanks", "thanks_under_way", ReplyKind.THANKS, False),
    ("goodbye", "goodbye", ReplyKind.GOODBYE, True),
    ("offtopic", "offtopic", ReplyKind.OFFTOPIC, False),
    ("injection", "injection", ReplyKind.OFFTOPIC, False),
)
"""What people say and Parley answers, by the names of their phrasings; whether something was chosen."""


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


def played(world: World, n: int, seed: int) -> tuple[Spoken, ...]:
    """Return about ``n`` briefs of self-play with replies; equal arguments give equal ones.

    A brief may come several times, each time worded differently. Where conversations never lead to a kind of reply,
    there are fewer.
    """
    rng = random.Random(seed)
    left = Counter({job: round(share * n) for job, share in _SHARES.items()})
    found = dict.fromkeys(_talks(left[Job.TALK], rng))
    left[Job.TALK] = 0
    for state in itertools.islice(decisions(world, seed), n):
        for brief in briefs_of(state, world.catalog, rng):
            wordings = {worded(brief, rng) for _ in range(_WORDINGS if brief.job is Job.ASK else 1)}
            fresh = [one for reply in sorted(filter(None, wordings)) if (one := Spoken(brief, reply)) not in found]
            found |= dict.fromkeys(fresh[: left[brief.job]])
            left[brief.job] -= len(fresh[: left[brief.job]])
        if not +left:
            break
    return tuple(found)


def _talks(n: int, rng: random.Random) -> Iterator[Spoken]:
    """Yield small talk: what people say, and what Parley says to it."""
    while n > 0:
        heard, said, kind, chosen = rng.choice(_TALKS)
        brief = talk_brief(kind, rng.choice(_VERDICTS[heard]), chosen)
        yield Spoken(brief, rng.choice(phrasings(said)))
        n -= 1


def briefs_of(state: DialogueState, catalog: Catalog, rng: random.Random) -> list[Brief]:
    """Return what Parley has to say after the last turn of a conversation, or would have if it were asked to."""
    turn = state.turns[-1]
    found: list[Brief | None] = [taste_brief(state, catalog)]
    found += [relax_brief(Relaxation(wish, rng.randint(2, 2000)), catalog) for wish in state.evidence().unwanted[-1:]]
    match turn.action:
        case Ask() as ask:
            found += [_shuffled(question_brief(ask.question, catalog), ask.question, catalog, rng)]
            found += [why_question_brief(ask, catalog)]
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


def speaking(world: World, split: Split, n: int = 3000, seed: int = 0) -> tuple[Spoken, ...]:
    """Return what the model learns to say, or what it is judged by: written replies, then about ``n`` of self-play."""
    faithful, _ = written(world.catalog, split)
    return (*faithful, *played(world, n, 2 * seed + (split == "valid")))


def speaking_examples(world: World, split: Split, n: int = 3000, seed: int = 0) -> tuple[Example, ...]:
    """Return ``speaking`` as training examples."""
    return tuple(spoken.example for spoken in speaking(world, split, n, seed))
