"""Checks: what must hold of a conversation, by the names under which scenarios list them."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from agent.actions import Ask, Recommend
from catalog.items import Catalog
from evaluation.transcripts import Dialogue, Exchange, recommended

Check = Callable[[Dialogue, Catalog], bool]


def success(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether the person took something that they wanted."""
    return dialogue.success


def within(dialogue: Dialogue, catalog: Catalog, turns: int) -> bool:
    """Tell whether what the person took was shown in one of the first ``turns`` turns."""
    return dialogue.success and any(dialogue.taken in recommended(turn.action) for turn in dialogue.turns[:turns])


def shows_by(dialogue: Dialogue, catalog: Catalog, turn: int) -> bool:
    """Tell whether anything was recommended by a 1-based turn; a conversation that was over before counts."""
    return dialogue.success or any(isinstance(each.action, Recommend) for each in dialogue.turns[:turn])


def asks_at_most(dialogue: Dialogue, catalog: Catalog, questions: int) -> bool:
    """Tell whether no more than so many questions were asked."""
    return sum(isinstance(turn.action, Ask) for turn in dialogue.turns) <= questions


def no_question_twice(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether every question was new."""
    asked = [turn.action.question for turn in dialogue.turns if isinstance(turn.action, Ask)]
    return all(question not in asked[:place] for place, question in enumerate(asked))


def no_question_when_impatient(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether no question came straight after one that the person left unanswered."""
    pairs = zip(dialogue.turns, dialogue.turns[1:], strict=False)
    return not any(
        isinstance(asked.action, Ask) and isinstance(answer.action, Ask) and answer.record == asked.record
        for asked, answer in pairs
    )


def no_violations(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether nothing was recommended that is known to have a value that the person said they dislike."""
    return not any(
        wish.holds_for(catalog[item_id])
        for turn, item_id in _offers(dialogue, catalog)
        for wish in turn.record.dislikes
    )


def conditions_kept(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether nothing was recommended that is known to break a condition of the person's."""
    return not any(
        wish.known_for(catalog[item_id]) and not wish.holds_for(catalog[item_id])
        for turn, item_id in _offers(dialogue, catalog)
        for wish in turn.record.required
    )


def no_repeats(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether nothing was recommended that the person said they had seen or did not want."""
    return not any(
        item_id in turn.record.seen | turn.record.rejected
        for turn in dialogue.turns
        for item_id in recommended(turn.action)
    )


def no_off_catalogue(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether everything that was recommended is in the catalogue."""
    return all(item_id in catalog for turn in dialogue.turns for item_id in recommended(turn.action))


def always_replies(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether every turn was met with words."""
    return all(turn.reply.strip() for turn in dialogue.turns)


def new_after_start_over(dialogue: Dialogue, catalog: Catalog) -> bool:
    """Tell whether what the person took in an earlier session was never recommended again."""
    slates = [recommended(turn.action) for turn in dialogue.turns]
    return all(sum(item_id in slate for slate in slates) <= 1 for item_id in dialogue.earlier)


def _offers(dialogue: Dialogue, catalog: Catalog) -> Iterator[tuple[Exchange, str]]:
    """Yield what was recommended and is in the catalogue, with its turn."""
    for turn in dialogue.turns:
        yield from ((turn, item_id) for item_id in recommended(turn.action) if item_id in catalog)


CHECKS: Mapping[str, Check] = {
    "success": success,
    "within-3": partial(within, turns=3),
    "within-5": partial(within, turns=5),
    "within-8": partial(within, turns=8),
    "shows-by-turn-2": partial(shows_by, turn=2),
    "shows-by-turn-4": partial(shows_by, turn=4),
    "asks-at-most-3": partial(asks_at_most, questions=3),
    "asks-at-most-6": partial(asks_at_most, questions=6),
    "no-question-twice": no_question_twice,
    "no-question-when-impatient": no_question_when_impatient,
    "no-violations": no_violations,
    "conditions-kept": conditions_kept,
    "no-repeats": no_repeats,
    "no-off-catalogue": no_off_catalogue,
    "always-replies": always_replies,
    "new-after-start-over": new_after_start_over,
}
"""Name to check: one dialogue in, whether it holds out."""
