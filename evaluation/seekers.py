"""How simulated people look for something: truthfully, by taste, contradicting themselves, or coming back."""

from collections.abc import Sequence
from dataclasses import replace

from agent.actions import Ask, Reply, ReplyKind
from evaluation.answers import answered, held_by_tastes, in_words
from evaluation.people import Person, Record
from evaluation.scene import (
    Saying,
    Scene,
    Way,
    complain,
    forget,
    less,
    liking,
    more,
    others,
    react,
    reject,
    reject_all,
    seen,
    why,
    withdraw,
)
from evaluation.transcripts import recommended
from evaluation.wording import about_value, phrase, sentences
from graph.evidence import Wish
from graph.questions import Question

_BEARS = 2
"""Turns for which someone lets stand what they said by mistake."""
_FIRST_THINGS_FIRST = 0.5
"""How often people only say that they are back, and wait for an answer."""


class TargetSeeker:
    """Looks for one item and answers truthfully about it, or, if they are noisy, takes back what was not so."""

    def takes(self, scene: Scene) -> str | None:
        """Return the id of the first item just recommended that the person would take."""
        offered = recommended(scene.action) if scene.action else ()
        return next((item_id for item_id in offered if item_id in scene.person.wanted), None)

    def say(self, scene: Scene) -> Saying | None:
        """Begin, take something back, answer, or react."""
        return self._begin(scene) or self._aside(scene) or self._respond(scene)

    def _begin(self, scene: Scene) -> Saying | None:
        person, rng = scene.person, scene.rng
        if not scene.turns:
            if person.opening:
                return person.opening, scene.record
            if rng.random() < person.config.hello:
                return phrase(rng, "hello"), scene.record
            return self._opening(scene)
        greeted = len(scene.turns) == 1 and scene.record == scene.start and not person.opening
        return self._opening(scene) if greeted else None

    def _opening(self, scene: Scene) -> Saying:
        parts, record = self._wants(scene)
        return sentences(scene.rng, parts), record

    def _wants(self, scene: Scene) -> tuple[list[str], Record]:
        """Begin with something liked or with one to three wishes, and perhaps a dislike."""
        person, rng = scene.person, scene.rng
        if person.liked is not None:
            parts = [phrase(rng, "liked", title=person.liked.title)]
            record = liking(person.liked, scene.record)
        else:
            pairs = one_a_facet(scene, rng.choice((1, 2, 2, 3)))
            parts = [about_value(rng, "wish", facet, value) for facet, value in pairs]
            record = scene.record.wishing(*pairs)
        if person.dislikes and (not parts or rng.random() < person.config.opens_with_dislike):
            wish = person.dislikes[0]
            parts.append(about_value(rng, "dislike", wish.facet, wish.values[0]))
            record = record.disliking(wish)
        return parts or [phrase(rng, "hello")], record

    def _aside(self, scene: Scene) -> Saying | None:
        """Take back what was just said, or make small talk."""
        person, rng, action = scene.person, scene.rng, scene.action
        misled = isinstance(action, Reply) and action.kind is ReplyKind.CONFIRM
        if scene.record.adds_to(scene.before) and (misled or rng.random() < person.config.undo):
            return phrase(rng, "undo"), scene.before
        if error := self._error(scene):
            return forget(scene, *error)
        if rng.random() < person.config.small_talk:
            return phrase(rng, "small_talk"), scene.record
        return None

    def _error(self, scene: Scene) -> tuple[str, str] | None:
        """Return a dislike of a value that the target has, once it stands for long or leaves nothing."""
        stuck = isinstance(scene.action, Reply) and scene.action.kind is ReplyKind.NOTHING_FITS
        old = scene.turns[-_BEARS].record if len(scene.turns) >= _BEARS else None
        for wish in scene.record.dislikes:
            if wish.holds_for(scene.person.target) and (stuck or (old and wish in old.dislikes)):
                return wish.facet, wish.values[0]
        return None

    def _respond(self, scene: Scene) -> Saying | None:
        match scene.action:
            case Ask(question) | Reply(ReplyKind.WHY_QUESTION, asked=Ask(question)):
                if isinstance(scene.action, Ask) and scene.rng.random() < scene.person.config.asks_back:
                    return phrase(scene.rng, "why_question"), scene.record
                return self._answer(scene, question)
            case Reply(ReplyKind.NOTHING_FITS):
                return withdraw(scene) or (phrase(scene.rng, "nothing"), scene.record)
        return self._react(scene)

    def _answer(self, scene: Scene, question: Question) -> Saying:
        return answered(question, scene.person, scene.record, scene.graph, scene.rng)

    def _react(self, scene: Scene) -> Saying:
        return react(scene, self._ways(scene.person))

    def _ways(self, person: Person) -> Sequence[tuple[Way, float]]:
        config = person.config
        return (
            (less, config.less),
            (more, config.more),
            (reject, config.reject),
            (reject_all, config.reject_all),
            (seen, config.seen),
            (why, config.why),
            (others, config.next),
        )


class TasteSeeker(TargetSeeker):
    """Has tastes but no item in mind, and takes what is good enough."""

    def _wants(self, scene: Scene) -> tuple[list[str], Record]:
        """Begin with a favourite, or with one or two strong preferences."""
        person, rng = scene.person, scene.rng
        pairs = one_a_facet(scene, rng.choice((1, 2)))
        if person.liked is not None and (not pairs or rng.random() < person.config.opens_with_liked):
            return [phrase(rng, "liked", title=person.liked.title)], liking(person.liked, scene.record)
        if not pairs:
            return super()._wants(scene)
        return [about_value(rng, "wish", *pair) for pair in pairs], scene.record.wishing(*pairs)

    def _answer(self, scene: Scene, question: Question) -> Saying:
        held = held_by_tastes(question, scene.person, scene.graph)
        return in_words(question, held, scene.person, scene.record, scene.graph, scene.rng)

    def _ways(self, person: Person) -> Sequence[tuple[Way, float]]:
        return tuple((complain if way is less else way, weight) for way, weight in super()._ways(person))


class Contradictor(TargetSeeker):
    """Says early on something that is not so of the target, and puts it right a few turns later."""

    def say(self, scene: Scene) -> Saying | None:
        """Put the slip right when it is time; else as anybody who looks for one item."""
        return self._correction(scene) or super().say(scene)

    def _wants(self, scene: Scene) -> tuple[list[str], Record]:
        slip = scene.person.slip
        if slip is None:
            return super()._wants(scene)
        pairs = tuple(pair for pair in scene.person.wishes if pair != (slip.facet, slip.value))
        parts, record = super()._wants(replace(scene, person=replace(scene.person, asks=pairs or scene.person.asks)))
        act = "wish" if slip.wished else "dislike"
        parts.append(about_value(scene.rng, act, slip.facet, slip.value))
        if slip.wished:
            return parts, record.wishing((slip.facet, slip.value))
        return parts, record.disliking(Wish(slip.facet, (slip.value,)))

    def _correction(self, scene: Scene) -> Saying | None:
        slip = scene.person.slip
        if slip is None or not _stands(scene.record, scene.person):
            return None
        for_turns = sum(_stands(turn.record, scene.person) for turn in scene.turns)
        stuck = isinstance(scene.action, Reply) and scene.action.kind is ReplyKind.NOTHING_FITS
        if not stuck and for_turns <= _BEARS and (for_turns < _BEARS or scene.rng.random() < 0.5):
            return None
        record = scene.record.without((slip.facet, slip.value))
        if not slip.wished:
            return about_value(scene.rng, "fine_after_all", slip.facet, slip.value), record
        if scene.rng.random() < 1 / 3:
            return forget(scene, slip.facet, slip.value)
        wish = Wish(slip.facet, (slip.value,))
        return about_value(scene.rng, "not_after_all", slip.facet, slip.value), record.disliking(wish)

    def _error(self, scene: Scene) -> tuple[str, str] | None:
        """Leave the slip to the correction."""
        error, slip = super()._error(scene), scene.person.slip
        return None if slip and error == (slip.facet, slip.value) else error


def _stands(record: Record, person: Person) -> bool:
    """Tell whether the slip was said and not put right."""
    slip = person.slip
    if slip is None:
        return False
    if slip.wished:
        return (slip.facet, slip.value) in record.wishes
    return Wish(slip.facet, (slip.value,)) in record.dislikes


class Returner(TargetSeeker):
    """Comes back after taking something, and looks for something else."""

    def say(self, scene: Scene) -> Saying | None:
        """Start over in plain words where the system is still at what was taken before; else as anybody."""
        if scene.last is None or not isinstance(scene.action, Reply):
            return super().say(scene)
        kind = scene.action.kind
        if kind is ReplyKind.CONFIRM or (kind is ReplyKind.NOTHING_FITS and not scene.record.dislikes):
            return self._afresh(scene, "start_over")
        return super().say(scene)

    def _begin(self, scene: Scene) -> Saying | None:
        if scene.turns or scene.last is None:
            return super()._begin(scene)
        return self._afresh(scene, "back", title=scene.catalog[scene.last].title)

    def _afresh(self, scene: Scene, act: str, **slots: str) -> Saying:
        """Say that all is new now, and perhaps at once what is wanted; what was seen or turned down stays so."""
        words = phrase(scene.rng, act, **slots)
        kept = Record(seen=scene.record.seen | scene.record.rejected)
        if scene.rng.random() < _FIRST_THINGS_FIRST:
            return words, kept
        parts, record = self._wants(replace(scene, turns=(), start=kept))
        return sentences(scene.rng, (words, *parts)), record


def one_a_facet(scene: Scene, most: int) -> list[tuple[str, str]]:
    """Return up to so many of the values that a person may ask for, the first of each facet."""
    by_facet = {facet: (facet, value) for facet, value in reversed(scene.person.wishes)}
    return scene.rng.sample(list(by_facet.values()), min(len(by_facet), most))
