"""Replies that are said plainly: why an item, what it is, what is believed of the person, and that nothing fits."""

from agent.actions import Pick, Reply
from agent.acts import Stance
from agent.phrases import (
    counted,
    description_sentence,
    fact_sentence,
    listed,
    shared_phrase,
    value_phrase,
    wish_phrase,
)
from agent.reasons import asked_of
from agent.state import DialogueState
from agent.ties import Ties, aside, said_first, worse_than
from catalog.items import TITLE, Catalog, Item
from graph.build import ItemNode, ValueNode


class PlainWords:
    """Speaks plainly about one catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        """Speak of the items of ``catalog``."""
        self._catalog = catalog

    def confirmation(self, item: Item) -> str:
        """Let someone go with an item."""
        runtime = item.numbers.get("runtime")
        length = f" {runtime:.0f} minutes, so plan the evening." if runtime else ""
        return f"{item.title} it is.{length} Enjoy it."

    def about(self, item: Item) -> str:
        """Tell the facts of an item, which answer most of what is asked about one."""
        asked = [facet for facet in item.facets if facet not in ("decade", "mood", "theme", "runtime")]
        facts = [
            fact_sentence(facet, listed([value_phrase(facet, value) for value in item.facets[facet][:2]]))
            for facet in asked
            if facet != "genre"
        ]
        runtime = item.numbers.get("runtime")
        facts += [f"It runs {runtime:.0f} minutes."] if runtime else []
        return " ".join([f"{item.label}.", *facts, description_sentence(item)]).strip()

    def why(self, pick: Pick, ties: Ties) -> str:
        """Explain a pick by its strongest walks, in words."""
        item = self._catalog[pick.item_id]
        asked = [asked_of(walk) for walk in pick.paths if isinstance(walk.nodes[0], ValueNode) or len(walk.nodes) == 1]
        parts = [f"you asked for {listed(asked)}, and {item.title} has that"] if asked else []
        for liked in dict.fromkeys(walk.nodes[0] for walk in said_first(pick.paths, ties)):
            if isinstance(liked, ItemNode) and liked.id != item.id:
                parts.append(self._shared(liked, pick, item) + aside(ties, liked.id, self._title))
        if worse := worse_than(ties, item.id):
            parts.append(f"you found it closer than {self._title(worse)}")
        if not parts:
            return self._brought(pick, item)
        because = "; ".join(parts)
        return f"{because[0].upper()}{because[1:]}. {self.missing(pick)}".strip()

    def missing(self, pick: Pick) -> str:
        """Say which wishes a pick does not fulfil; empty if it fulfils all."""
        lacks = [wish_phrase(wish, self._catalog) for wish in pick.unmet]
        return f"As far as I know, it misses what else you wished for: {listed(lacks)}." if lacks else ""

    def _brought(self, pick: Pick, item: Item) -> str:
        """Say why an item is there to which no walk led."""
        if pick.nearest:
            known = f"What I know of it that comes closest to your words: {pick.nearest.rstrip('.')}."
            return f"Nothing you named leads to {item.title} by itself. {known}"
        brought = "your words as a whole, or how well known it is, brought it up"
        return f"No single thing you named points to {item.title}: {brought}, and nothing you said rules it out."

    def _title(self, item_id: str) -> str:
        return self._catalog[item_id].title

    def _shared(self, liked: ItemNode, pick: Pick, item: Item) -> str:
        walks = [walk for walk in pick.paths if walk.nodes[0] == liked]
        values = [node for walk in walks for node in walk.nodes if isinstance(node, ValueNode)]
        title = self._title(liked.id)
        parts = (
            [f"{item.title} shares {listed([shared_phrase(node) for node in values[:3]])} with {title}"]
            if values
            else []
        )
        parts += [f"{walk.via} it and {title}" for walk in walks if walk.via]
        return ", and ".join(parts)

    def taste(self, state: DialogueState) -> str:
        """Sum up what is believed of the person."""
        stands = {stance: [b.wish for b in state.beliefs if b.stance == stance] for stance in Stance}
        liked = [self._title(wish.values[0]) for wish in stands[Stance.LIKES] if wish.facet == TITLE]
        wanted = [wish_phrase(wish, self._catalog) for wish in stands[Stance.LIKES] if wish.facet != TITLE]
        unwanted = [wish_phrase(wish, self._catalog) for wish in stands[Stance.DISLIKES]]
        enjoyed = [self._title(item_id) for item_id in state.history]
        parts = [f"you like {listed(liked)}"] if liked else []
        parts += [f"you went for {counted(enjoyed)} before"] if enjoyed else []
        parts += [f"you want {listed(wanted)}"] if wanted else []
        parts += [f"you don't want {listed(unwanted, 'or')}"] if unwanted else []
        parts += [
            f"it should be closer to {self._title(better)} than to {self._title(worse)}"
            for better, worse in state.preferred
        ]
        if not parts:
            return "Nothing yet. Tell me a favourite, or what you can't stand."
        return f"So far I believe that {listed(parts)}. You can take any of it back."

    def nothing_fits(self, reply: Reply) -> str:
        """Say that nothing is left, and the way out if one wish alone stands in it."""
        if reply.relaxation is None:
            return "Nothing is left that fits all of that. Take something back, and I'll look again."
        wish = wish_phrase(reply.relaxation.wish, self._catalog)
        many = f"{reply.relaxation.regained:,} {self._catalog.noun}s"
        return f"Nothing is left that fits all of that. If {wish} were allowed again, {many} would come back."
