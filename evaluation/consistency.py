"""Whether simulated people stay true to what they want: a metric of the people, not of the system."""

from collections.abc import Iterable, Mapping

from catalog.items import TITLE, Catalog, Item
from evaluation.people import Record
from evaluation.transcripts import Dialogue, recommended
from graph.evidence import Wish

_MEANT_TO_CONTRADICT = ("contradictory",)


def consistency(dialogue: Dialogue, catalog: Catalog) -> float | None:
    """Return the share of the person's turns that say nothing untrue of them.

    What a turn adds to the record must hold for one of the items they want (a wish, a condition) or be missing from
    one of them (a dislike), and must not go against their preferences. None without an item to go by, and for people
    who are meant to contradict themselves. Of several visits only the last counts, since ``wanted`` is what they came
    for then; of someone who came back and gave up, nobody knows which visit that was.
    """
    wanted = [catalog[item_id] for item_id in dialogue.wanted if item_id in catalog]
    first = _last_visit(dialogue)
    gave_up = dialogue.behaviour == "returning" and dialogue.taken is None
    if not wanted or gave_up or first >= len(dialogue.turns) or dialogue.behaviour in _MEANT_TO_CONTRADICT:
        return None
    weights = {(entry.facet, entry.value): entry.weight for entry in dialogue.preferences}
    records = [turn.record for turn in dialogue.turns[first:]]
    before = [dialogue.turns[first - 1].record if first else Record(), *records]
    true = sum(_true(now, then, wanted, weights) for then, now in zip(before, records, strict=False))
    return true / len(records)


def _last_visit(dialogue: Dialogue) -> int:
    """Return the place of the turn with which the last visit begins: after the one that took an earlier item."""
    shown = [
        place
        for place, turn in enumerate(dialogue.turns)
        if dialogue.earlier and dialogue.earlier[-1] in recommended(turn.action)
    ]
    return shown[-1] + 2 if shown else 0


def _true(now: Record, before: Record, wanted: Iterable[Item], weights: Mapping[tuple[str, str], float]) -> bool:
    wishes = [Wish(facet, (value,)) for facet, value in now.wishes - before.wishes if facet != TITLE]
    wishes += set(now.required) - set(before.required)
    dislikes = set(now.dislikes) - set(before.dislikes)
    fits = all(any(wish.holds_for(item) for item in wanted) for wish in wishes)
    bearable = all(any(not wish.holds_for(item) for item in wanted) for wish in dislikes)
    return fits and bearable and not _against(wishes, weights, -1) and not _against(dislikes, weights, 1)


def _against(wishes: Iterable[Wish], weights: Mapping[tuple[str, str], float], sign: int) -> bool:
    """Tell whether a wish is about nothing but values whose weight has this sign."""
    return any(all(weights.get((wish.facet, value), 0.0) * sign > 0 for value in wish.values) for wish in wishes)
