"""A simulated person talks to a system in plain words until they have taken something or give up.

How they behave is one of ``SIMULATORS``. Whatever they say is true of what they want, or is taken back; the record
holds what was said and stands, against which the system can be judged.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from evaluation.casting import person_of
from evaluation.critics import Critic, Impatient
from evaluation.people import Person
from evaluation.personas import World
from evaluation.scenarios import Scenario, evaluated
from evaluation.scene import Saying, Scene, take
from evaluation.scripts import ScriptSeeker
from evaluation.seekers import Contradictor, Returner, TargetSeeker, TasteSeeker
from evaluation.systems import System
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph


class Simulator(Protocol):
    """One way to behave."""

    def say(self, scene: Scene) -> Saying | None:
        """Return what the person says next; None when they give up."""
        ...

    def takes(self, scene: Scene) -> str | None:
        """Return the id of the item in the last recommendation that the person takes, or None."""
        ...


SIMULATORS: Mapping[str, Simulator] = {
    "target": TargetSeeker(),
    "target-free": TasteSeeker(),
    "reveal": ScriptSeeker(),
    "critiquing": Critic(),
    "impatient": Impatient(),
    "contradictory": Contradictor(),
    "returning": Returner(),
}
"""How people can behave, by the names that scenarios know."""

Voice = Callable[[str, str], str]
"""What the person says in plain words, and what they heard before, to how they say it."""


@dataclass(frozen=True)
class Course:
    """What came of a conversation."""

    turns: tuple[Exchange, ...] = ()
    taken: tuple[str, ...] = ()
    """Ids of the items taken, one each time that the person came."""


def converse(
    system: System,
    person: Person,
    simulator: Simulator,
    graph: AttributeGraph,
    conversation: str,
    voice: Voice = lambda plain, heard: plain,
) -> Course:
    """Let a person talk to a system until they have what they want, each time that they come, or give up."""
    rng = random.Random(f"{conversation}/{person.seed}")
    visits = [person, *person.later]
    scene = Scene(person, graph, (), rng)
    course = Course()
    while len(course.turns) < person.config.turns:
        item_id = simulator.takes(scene) if scene.turns else None
        saying = simulator.say(scene) if item_id is None else take(scene, item_id)
        if saying is None:
            break
        heard = course.turns[-1].reply if course.turns else ""
        exchange = _exchange(system, conversation, (voice(saying[0], heard), saying[1]))
        course = replace(course, turns=(*course.turns, exchange))
        scene = replace(scene, turns=(*scene.turns, exchange))
        if item_id is None:
            continue
        course = replace(course, taken=(*course.taken, item_id))
        if len(course.taken) == len(visits):
            break
        scene = Scene(visits[len(course.taken)], graph, (), rng, exchange.record.afresh(item_id), item_id)
    return course


def _exchange(system: System, conversation: str, saying: Saying) -> Exchange:
    text, record = saying
    begin = time.perf_counter()
    answer = system.answer(conversation, text)
    return Exchange(text, record, answer.action, answer.reply, time.perf_counter() - begin, answer.tokens)


class Speaker(Protocol):
    """Says things in words of its own."""

    def say(self, plain: str, heard: str) -> str:
        """Return other words for ``plain``, said after the system's ``heard``."""
        ...


def hold(
    system: System, name: str, scenario: Scenario, seed: int, world: World, speaker: Speaker | None = None
) -> Dialogue:
    """Hold one conversation of the scenario's person of that seed with a system called ``name``."""
    person = person_of(scenario, seed, world)
    conversation = f"{scenario.id}/{seed}"
    plain: Voice = speaker.say if speaker else lambda plain, heard: plain
    course = converse(system, person, SIMULATORS[scenario.behaviour], world.graph, conversation, plain)
    visits = [person, *person.later]
    done = len(course.taken) == len(visits)
    dialogue = Dialogue(
        scenario=scenario.id,
        behaviour=scenario.behaviour,
        system=name,
        seed=seed,
        wanted=visits[-1].wanted,
        turns=course.turns,
        taken=course.taken[-1] if done else None,
        preferences=person.tastes,
        groups=person.groups,
        earlier=course.taken[:-1] if done else course.taken,
    )
    return replace(dialogue, checks=evaluated(scenario, dialogue, world.catalog))
