"""Put a decision into words: the language model speaks, the catalogue has the last word.

Titles are slots that are filled here. What the model says is let through clause by clause, as long as the
notes that were built from the catalogue vouch for it; where nothing passes, a plain sentence is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from agent.acts import Stance
from agent.check import checked, sentence, vouched
from agent.language import LanguageModel
from agent.phrases import (
    article,
    asked_phrase,
    counted,
    description_sentence,
    fact_sentence,
    listed,
    shared_phrase,
    value_phrase,
    wish_phrase,
)
from agent.prompt import SLOT, join_prompt, question_prompt, reply_prompt
from agent.questioning import option_phrase, question_words
from agent.replies import remark_words, small_talk, why_question
from agent.state import DialogueState
from agent.ties import Ties, aside, said_first, standing, worse_than
from catalog.items import TITLE, Catalog, Item
from graph.build import ItemNode, ValueNode
from graph.questions import Form
from graph.walk import Path as Walk

_MAX_TOKENS = 70
_SPOKEN_PICKS = 2


@dataclass(frozen=True)
class _Line:
    """A sentence about an item: how it opens, and what the model is to put in after that."""

    opening: str
    """True as it stands, without a full stop."""
    bridge: str
    """Leads from the opening to the model's words."""
    rest: str
    """The remaining facts as plain sentences; empty when the opening says it all."""
    whole: tuple[str, ...] = ()
    """Phrases of the rest that may not be taken apart."""


class Respondent:
    """Speaks about one catalogue."""

    def __init__(self, catalog: Catalog, language: LanguageModel) -> None:
        """Speak through ``language`` of the items of ``catalog``."""
        self._catalog = catalog
        self._language = language

    def words(self, state: DialogueState) -> Iterator[str]:
        """Yield the reply to the last turn as it grows; every text holds all that was said so far."""
        turn = state.turns[-1]
        action = turn.action
        if action is None:
            raise ValueError(f"turn {len(state.turns)} has no action to put into words")
        enjoyed = [self._title(item_id) for item_id in state.history]
        said = " ".join(remark_words(remark, enjoyed) for remark in action.remarks)
        if said:
            yield said
        match action:
            case Ask():
                earlier = sum(isinstance(turn.action, Ask) for turn in state.turns[:-1])
                parts = self._question(action, earlier)
            case Recommend(picks):
                parts = self._recommendation(picks, state.ties)
            case Reply():
                parts = iter([self._reply(action, state, turn.text)])
        yield from _grown(said, parts)

    def _question(self, ask: Ask, earlier: int) -> Iterator[str]:
        """Yield the question; a choice in the model's words, if they offer every option and nothing else."""
        question = ask.question
        plain = question_words(question, self._catalog, earlier)
        if question.form is not Form.CHOICE:
            yield plain
            return
        options = listed([option_phrase(question, option, self._catalog) for option in question.options], "or")
        prompt = question_prompt(question.facet.replace("_", " "), options)
        text = "".join(self._language.stream(prompt, _MAX_TOKENS, ("\n", "?"))).strip() + "?"
        stray = question.facet in ("mood", "genre") and _STRAY.search(text.replace(options, ""))
        fits = options in text and not stray and vouched(text, f"{_QUESTION_WORDS} {question.facet} {options}")
        yield text[:1].upper() + text[1:] if fits else plain

    def _recommendation(self, picks: Sequence[Pick], ties: Ties) -> Iterator[str]:
        """Yield a sentence for each of the first picks, growing; the cards say the rest."""
        done = ""
        for place, pick in enumerate(picks[:_SPOKEN_PICKS]):
            item = self._catalog[pick.item_id]
            text = ""
            for grown in self._spoken(self._line(item, pick, self._reason(pick, ties) if place == 0 else "")):
                text = _joined(done, grown.replace(SLOT, item.title))
                yield text
            done = text

    def _spoken(self, line: _Line) -> Iterator[str]:
        """Yield the opening, then what the model makes of the rest as far as it is vouched for, or the plain rest."""
        yield line.opening
        if not line.rest:
            yield f"{line.opening}."
            return
        notes = f"{line.opening.replace(', and ', '. ', 1)}. {line.rest}"
        begun = line.opening + line.bridge
        pieces = self._language.stream(join_prompt(notes, begun), _MAX_TOKENS, ("\n",))
        text = ""
        for text in sentence(begun, checked(pieces, line.rest, line.whole)):
            if len(text.split()) >= len(begun.split()) + _SHORTEST:
                yield text
        if len(text.split()) < len(begun.split()) + _SHORTEST:
            yield f"{line.opening}. {line.rest}"

    def _line(self, item: Item, pick: Pick, reason: str) -> _Line:
        """Choose what to say of a pick: what was asked for and it has, what kind it is, whose, and its story."""
        told = {node.value for walk in pick.paths[:2] for node in walk.nodes if isinstance(node, ValueNode)}
        opening = f"{reason}, and {self._kind(item, told)}" if reason else self._kind(item, told)
        if story := description_sentence(item):
            return _Line(opening, ", in which", story)
        if "actor" in item.facets:
            cast = listed(item.facets["actor"][:2])
            return _Line(opening, ", with", fact_sentence("actor", cast), (cast,))
        others = [facet for facet in item.facets if facet not in ("director", "mood", "genre", "decade")]
        facts = [fact_sentence(facet, item.facets[facet][0]) for facet in others[:2]]
        told_plainly = listed([f"{fact[0].lower()}{fact[1:-1]}" for fact in facts]) if facts else ""
        return _Line(f"{opening}: {told_plainly}" if told_plainly else opening, "", "")

    def _kind(self, item: Item, told: set[str]) -> str:
        """Say what kind of item it is and who made it, with a mood or a year that was not asked for."""
        moods, genres = item.facets.get("mood", ()), item.facets.get("genre", ())
        kind = genres[0].lower() if genres and genres[0] in _NOUN_GENRES else self._catalog.noun
        mood = next((mood for mood in moods if mood not in told), None)
        trait = mood or (str(item.year) if item.year else "")
        # Whoever was asked for comes first: an anthology has more directors than are named.
        directors = sorted(item.facets.get("director", ()), key=lambda name: name not in told)
        made = f" directed by {listed(directors[:2])}" if directors else ""
        return f"{SLOT} is {article(f'{trait} {kind}'.strip())}{made}"

    def _reason(self, pick: Pick, ties: Ties) -> str:
        """Return the strongest reason as words about the person; empty when nothing they said led here."""
        starts = [walk.nodes[0] for walk in said_first(pick.paths, ties)]
        for start in [*starts, ItemNode(pick.item_id)]:
            if isinstance(start, ValueNode):
                asked = asked_phrase(start.facet, start.value)
                plain = start.facet == "genre" and asked == start.value
                return f"You asked for {article(f'{asked.lower()} {self._catalog.noun}') if plain else asked}"
            if isinstance(start, ItemNode) and (start.id != pick.item_id or worse_than(ties, start.id)):
                return f"You {standing(ties, start.id, self._title)}"
        return ""

    def _reply(self, reply: Reply, state: DialogueState, text: str) -> str:
        match reply.kind:
            case ReplyKind.CONFIRM if reply.pick:
                return self._confirmation(self._catalog[reply.pick.item_id])
            case ReplyKind.WHY_ITEM if reply.pick:
                return self._why(reply.pick, state.ties)
            case ReplyKind.ABOUT if reply.pick:
                return self._about(self._catalog[reply.pick.item_id])
            case ReplyKind.WHY_QUESTION if reply.asked:
                return why_question(reply.asked, self._catalog)
            case ReplyKind.TASTE:
                return self._taste(state)
            case ReplyKind.NOTHING_FITS:
                return self._nothing_fits(reply)
            case kind:
                options = small_talk(kind, self._catalog.noun, chosen=bool(state.accepted))
                scores = self._language.score(reply_prompt(text), options)
                return options[max(range(len(options)), key=lambda place: scores[place])]

    def _confirmation(self, item: Item) -> str:
        runtime = item.numbers.get("runtime")
        length = f" {runtime:.0f} minutes, so plan the evening." if runtime else ""
        return f"{item.title} it is.{length} Enjoy it."

    def _about(self, item: Item) -> str:
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

    def _why(self, pick: Pick, ties: Ties) -> str:
        """Explain a pick by its strongest walks, in words."""
        item = self._catalog[pick.item_id]
        asked = [
            _asked_for(walk) for walk in pick.paths if isinstance(walk.nodes[0], ValueNode) or len(walk.nodes) == 1
        ]
        parts = [f"you asked for {listed(asked)}, and {item.title} has that"] if asked else []
        for liked in dict.fromkeys(walk.nodes[0] for walk in said_first(pick.paths, ties)):
            if isinstance(liked, ItemNode) and liked.id != item.id:
                parts.append(self._shared(liked, pick, item) + aside(ties, liked.id, self._title))
        if worse := worse_than(ties, item.id):
            parts.append(f"you found it closer than {self._title(worse)}")
        if not parts:
            return self._brought(pick, item)
        because = "; ".join(parts)
        lacks = [wish_phrase(wish, self._catalog) for wish in pick.unmet]
        missing = f" As far as I know, it misses what else you wished for: {listed(lacks)}." if lacks else ""
        return f"{because[0].upper()}{because[1:]}.{missing}"

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

    def _taste(self, state: DialogueState) -> str:
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

    def _nothing_fits(self, reply: Reply) -> str:
        if reply.relaxation is None:
            return "Nothing is left that fits all of that. Take something back, and I'll look again."
        wish = wish_phrase(reply.relaxation.wish, self._catalog)
        many = f"{reply.relaxation.regained:,} {self._catalog.noun}s"
        return f"Nothing is left that fits all of that. If {wish} were allowed again, {many} would come back."


_STRAY = re.compile(r"\b(?:from|about|with|of|by|in)\b|\ban?\s*\?")
"""A preposition that leads to no mood or genre: "Would you like it from intimate, romantic or witty?"."""
_SHORTEST = 3
"""Fewer words than this after the opening say too little."""
_NOUN_GENRES = ("Comedy", "Thriller", "Western", "Documentary", "Musical")
_QUESTION_WORDS = "mood genre theme decade country suit feel kind tonight rather"


def _asked_for(walk: Walk) -> str:
    """Return what was asked for that a walk begins with; a bound is told by the walk's only step."""
    start = walk.nodes[0]
    if isinstance(start, ValueNode):
        return asked_phrase(start.facet, start.value)
    return asked_phrase(*walk.via.rsplit(" ", 1))


def _joined(left: str, right: str) -> str:
    return f"{left} {right}".strip()


def _grown(said: str, parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        yield _joined(said, part)
