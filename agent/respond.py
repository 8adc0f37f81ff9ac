"""Put a decision into words: the language model speaks, the catalogue has the last word.

Titles are slots that are filled here. What the model says is let through clause by clause, as long as the
notes that were built from the catalogue vouch for it; where nothing passes, a plain sentence is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.actions import Ask, Note, Pick, Recommend, Remark, Reply, ReplyKind
from agent.briefs import (
    Brief,
    closest_brief,
    confirm_brief,
    question_brief,
    relax_brief,
    talk_brief,
    taste_brief,
    unknown_brief,
)
from agent.check import checked, sentence, vouched
from agent.language import LanguageModel
from agent.phrases import (
    article,
    asked_phrase,
    description_sentence,
    fact_sentence,
    listed,
)
from agent.plain import PlainWords
from agent.prompt import SLOT, join_prompt, question_prompt, reply_prompt, speaking_prompt
from agent.questioning import option_phrase, question_words
from agent.reasons import kind_of, makers_of, recommended_brief, second_brief, why_brief
from agent.replies import remark_words, small_talk, why_question
from agent.smalltalk import SmallTalk
from agent.speaker import Speaker
from agent.state import DialogueState
from agent.ties import Ties, said_first, standing, worse_than
from catalog.items import Catalog, Item
from graph.build import ItemNode, ValueNode
from graph.questions import Form

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

    def __init__(self, catalog: Catalog, language: LanguageModel, talk: SmallTalk | None = None) -> None:
        """Speak through ``language`` of the items of ``catalog``; with ``talk``, small talk is answered as written."""
        self._catalog = catalog
        self._language = language
        self._talk = talk
        self._words = PlainWords(catalog)
        self._speaker = Speaker(catalog, language)

    def words(self, state: DialogueState) -> Iterator[str]:
        """Yield the reply to the last turn as it grows; every text holds all that was said so far."""
        turn = state.turns[-1]
        action = turn.action
        if action is None:
            raise ValueError(f"turn {len(state.turns)} has no action to put into words")
        enjoyed = [self._title(item_id) for item_id in state.history]
        said = " ".join(dict.fromkeys(self._remark(remark, enjoyed) for remark in action.remarks))
        if said:
            yield said
        match action:
            case Ask():
                earlier = sum(isinstance(turn.action, Ask) for turn in state.turns[:-1])
                parts = self._question(action, earlier)
            case Recommend(picks):
                parts = self._recommendation(picks, state)
            case Reply():
                parts = self._reply(action, state, turn.text)
        yield from _grown(said, parts)

    def _remark(self, remark: Remark, enjoyed: Sequence[str]) -> str:
        """Return a remark; what the catalogue has not is said in the model's words, if it is said right."""
        brief = {Note.UNKNOWN: unknown_brief(), Note.CLOSEST: closest_brief(remark.about)}.get(remark.note)
        *_, text = self._speaker.words(brief, lambda: remark_words(remark, enjoyed), f"“{remark.about}”")
        return text

    def _question(self, ask: Ask, earlier: int) -> Iterator[str]:
        """Yield the question; a choice in the model's words, if they offer every option and nothing else."""
        question = ask.question
        plain = question_words(question, self._catalog, earlier)
        if self._speaker.speaks:
            yield from self._speaker.words(question_brief(question, self._catalog), lambda: plain)
            return
        if question.form is not Form.CHOICE:
            yield plain
            return
        options = listed([option_phrase(question, option, self._catalog) for option in question.options], "or")
        prompt = question_prompt(question.facet.replace("_", " "), options)
        text = "".join(self._language.stream(prompt, _MAX_TOKENS, ("\n", "?"))).strip() + "?"
        stray = question.facet in ("mood", "genre") and _STRAY.search(text.replace(options, ""))
        fits = options in text and not stray and vouched(text, f"{_QUESTION_WORDS} {question.facet} {options}")
        yield text[:1].upper() + text[1:] if fits else plain

    def _recommendation(self, picks: Sequence[Pick], state: DialogueState) -> Iterator[str]:
        """Yield a sentence or two for each of the first picks, growing; the cards say the rest."""
        done = ""
        for place, pick in enumerate(picks[:_SPOKEN_PICKS]):
            text = ""
            for grown in self._told(pick, state, first=place == 0):
                text = _joined(done, grown)
                yield text
            done = text

    def _told(self, pick: Pick, state: DialogueState, first: bool) -> Iterator[str]:
        """Yield what is said of a pick, growing."""
        item = self._catalog[pick.item_id]
        line = self._line(item, pick, self._reason(pick, state.ties) if first else "")
        if not self._speaker.speaks:
            yield from (grown.replace(SLOT, item.title) for grown in self._spoken(line))
            return
        brief = recommended_brief(pick, state, self._catalog) if first else second_brief(pick, self._catalog)
        yield from self._speaker.words(brief, lambda: f"{line.opening}. {line.rest}".strip().replace(SLOT, item.title))

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
        makers = makers_of(item, told)
        made = f" directed by {makers}" if makers else ""
        return f"{SLOT} is {kind_of(item, self._catalog.noun, told)}{made}"

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

    def _title(self, item_id: str) -> str:
        return self._catalog[item_id].title

    def _reply(self, reply: Reply, state: DialogueState, heard: str) -> Iterator[str]:
        """Yield the reply in the model's words where these are vouched for, else in plain ones."""
        missing = self._words.missing(reply.pick) if reply.pick and reply.kind is ReplyKind.WHY_ITEM else ""
        brief = self._brief(reply, state)
        yield from self._speaker.words(brief, lambda: self._plain(reply, state, heard), last=missing)

    def _brief(self, reply: Reply, state: DialogueState) -> Brief | None:
        """Return what there is to say for a taught model; None for what is always said plainly."""
        match reply:
            case Reply(ReplyKind.CONFIRM, Pick(item_id)):
                return confirm_brief(self._catalog[item_id])
            case Reply(ReplyKind.WHY_ITEM, Pick() as pick):
                return why_brief(pick, state.ties)
            case Reply(ReplyKind.TASTE):
                return taste_brief(state, self._catalog)
            case Reply(ReplyKind.NOTHING_FITS, relaxation=relaxation):
                return relax_brief(relaxation, self._catalog) if relaxation else None
        return None

    def _plain(self, reply: Reply, state: DialogueState, heard: str) -> str:
        match reply.kind:
            case ReplyKind.CONFIRM if reply.pick:
                return self._words.confirmation(self._catalog[reply.pick.item_id])
            case ReplyKind.WHY_ITEM if reply.pick:
                return self._words.why(reply.pick, state.ties)
            case ReplyKind.ABOUT if reply.pick:
                return self._words.about(self._catalog[reply.pick.item_id])
            case ReplyKind.WHY_QUESTION if reply.asked:
                return why_question(reply.asked, self._catalog)
            case ReplyKind.TASTE:
                return self._words.taste(state)
            case ReplyKind.NOTHING_FITS:
                return self._words.nothing_fits(reply)
            case kind:
                return self._small_talk(kind, heard, chosen=bool(state.accepted))

    def _small_talk(self, kind: ReplyKind, heard: str, chosen: bool) -> str:
        """Return which of the replies written for what was said, or for anything, the model finds likeliest."""
        brief = talk_brief(kind, heard, chosen)
        options = self._talk.replies(brief) if self._talk else ()
        options = options or small_talk(kind, self._catalog.noun, chosen)
        if len(options) == 1:
            return options[0]
        prompt = speaking_prompt(brief) if self._speaker.speaks else reply_prompt(heard)
        scores = self._language.score(prompt, options)
        return options[max(range(len(options)), key=lambda place: scores[place])]


_STRAY = re.compile(r"\b(?:from|about|with|of|by|in)\b|\ban?\s*\?")
"""A preposition that leads to no mood or genre: "Would you like it from intimate, romantic or witty?"."""
_SHORTEST = 3
"""Fewer words than this after the opening say too little."""
_QUESTION_WORDS = "mood genre theme decade country suit feel kind tonight rather"


def _joined(left: str, right: str) -> str:
    return f"{left} {right}".strip()


def _grown(said: str, parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        yield _joined(said, part)
