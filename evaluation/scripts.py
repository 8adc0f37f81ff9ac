"""People who follow a script: their wishes come one after another, in words that were written for them."""

from collections.abc import Sequence

from agent.actions import Ask, Reply, ReplyKind
from evaluation.answers import held_by_wishes, in_words
from evaluation.people import Person
from evaluation.scene import Saying, Scene, Way, forget, others, reject, reject_all, seen, why
from evaluation.seekers import TargetSeeker
from evaluation.wording import phrase, sentences, uncapitalised
from graph.questions import Question


class ScriptSeeker(TargetSeeker):
    """Says one step of a script a turn, and then holds the system to all of them."""

    def say(self, scene: Scene) -> Saying | None:
        """Answer what was asked, and go on with the script; then react."""
        person = scene.person
        if person.opening and not scene.turns:
            return person.opening, scene.record
        done = len(scene.turns) - bool(person.opening)
        if done >= len(person.script):
            return self._aside(scene) or self._respond(scene)
        parts, record = [], scene.record
        if isinstance(scene.action, Ask):
            answer, record = self._answer(scene, scene.action.question)
            parts = [answer]
        step = person.script[done]
        record = record.wishing(*((wish.facet, value) for wish in step.likes for value in wish.values))
        record = record.requiring(*step.required).disliking(*step.dislikes)
        return (sentences(scene.rng, (*parts, step.words)) if parts else step.words), record

    def _aside(self, scene: Scene) -> Saying | None:
        if error := self._error(scene):
            return forget(scene, *error)
        if scene.rng.random() < scene.person.config.small_talk:
            return phrase(scene.rng, "small_talk"), scene.record
        return None

    def _respond(self, scene: Scene) -> Saying | None:
        if isinstance(scene.action, Reply) and scene.action.kind is ReplyKind.NOTHING_FITS:
            return phrase(scene.rng, "nothing"), scene.record
        return super()._respond(scene)

    def _answer(self, scene: Scene, question: Question) -> Saying:
        script = scene.person.script
        wishes = [wish for step in script for wish in (*step.likes, *step.required)]
        dislikes = [wish for step in script for wish in step.dislikes]
        held = held_by_wishes(question, wishes, dislikes)
        return in_words(question, held, scene.person, scene.record, scene.graph, scene.rng)

    def _ways(self, person: Person) -> Sequence[tuple[Way, float]]:
        config = person.config
        return (
            (_remind, config.less + config.more),
            (reject, config.reject),
            (reject_all, config.reject_all),
            (seen, config.seen),
            (why, config.why),
            (others, config.next),
        )


def _remind(scene: Scene) -> Saying | None:
    """Say again what something on the table breaks, but not twice in a row."""
    broken = [step for step in scene.person.script if not all(step.holds_for(item) for item in scene.shown_items)]
    said = scene.turns[-1].text.casefold()
    new = [step for step in broken if uncapitalised(step.words).casefold() not in said]
    if not new:
        return None
    return phrase(scene.rng, "reminder", words=uncapitalised(scene.rng.choice(new).words)), scene.record
