"""A catalogue of twelve films and a chatbot over it that needs no weights."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from agent.actions import Action, Ask, Pick, Recommend, Reply, ReplyKind
from agent.acts import Act, Asks, Dislikes, Likes, Reset, SmallTalk, Talk, Topic
from agent.chatbot import Update
from agent.state import DialogueState
from app.adding import Additions
from app.server import serve
from app.turns import Bot
from app.ui import build
from catalog.items import RATING_COLUMNS, TITLE, Catalog, Item
from graph.asking import QuestionConfig, questions
from graph.attributes import AttributeGraph
from graph.evidence import Wish
from graph.questions import Form, Shortlist
from graph.walk import paths, posterior

ROWS = """
heat | Heat | 1995 | Michael Mann | Al Pacino, Robert De Niro, Val Kilmer | Crime, Thriller | tense | 170
collateral | Collateral | 2004 | Michael Mann | Tom Cruise, Jamie Foxx | Crime, Thriller | tense | 120
thief | Thief | 1981 | Michael Mann | James Caan, Tuesday Weld | Crime, Drama | tense | 123
ronin | Ronin | 1998 | John Frankenheimer | Robert De Niro, Jean Reno | Action, Thriller | tense | 122
snatch | Snatch | 2000 | Guy Ritchie | Jason Statham, Brad Pitt | Crime, Comedy | funny | 104
oceans | Ocean's Eleven | 2001 | Steven Soderbergh | George Clooney, Brad Pitt | Crime, Comedy | funny | 117
sting | The Sting | 1973 | George Roy Hill | Paul Newman, Robert Redford | Crime, Comedy | funny | 129
paddington | Paddington 2 | 2017 | Paul King | Ben Whishaw, Hugh Grant | Comedy, Family | sweet | 103
amelie | Amélie | 2001 | Jean-Pierre Jeunet | Audrey Tautou | Comedy, Romance | sweet | 122
groundhog | Groundhog Day | 1993 | Harold Ramis | Bill Murray, Andie MacDowell | Comedy, Romance | sweet | 101
listener | The Conversation | 1974 | Francis Ford Coppola | Gene Hackman, John Cazale | Drama, Thriller | bleak | 113
bomb | Dr. Strangelove or: How I Learned to Stop Worrying | 1964 | Stanley Kubrick | Peter Sellers | War | funny | 95
"""
CHOICES = QuestionConfig(forms=frozenset({Form.CHOICE}))
NASTY = (
    Item("dollar", "${alert(1)} {{value}}", 1999, {"genre": ("${document.title='owned'}",), "director": ("`${1}`",)}),
    Item("tag", "<img src=x onerror=alert(2)>", 1998, {"genre": ("<script>alert(3)</script>",)}),
    Item('"><b id="out">', "Quote \" and ' and \\", 1997, {"genre": ("Crime", '" onmouseover="alert(4)')}),
)
"""Items of a catalogue that means harm."""


def tiny_catalog(*more: Item) -> Catalog:
    """Return the twelve films and ``more``, the best known first."""
    films = [_film(place, line.split(" | ")) for place, line in enumerate(ROWS.strip().splitlines())]
    pairs = [(f"u{user}", item) for user in range(12) for item in ("heat", "collateral", "ronin")]
    ratings = pd.DataFrame([(user, item, 5.0, 0) for user, item in pairs], columns=list(RATING_COLUMNS))
    return Catalog("films", (*more, *films), "film", ratings)


def _film(place: int, cells: list[str]) -> Item:
    key, title, year, director, cast, genres, mood, minutes = cells
    facets = {
        "genre": tuple(genres.split(", ")),
        "director": (director,),
        "actor": tuple(cast.split(", ")),
        "mood": (mood,),
        "decade": (f"{year[:3]}0s",),
    }
    premise = f"In {year}, {cast.split(', ')[0]} gets into more trouble than a quiet evening usually holds."
    return Item(key, title, int(year), facets, {"runtime": float(minutes)}, premise, 1.0 - place / 20)


@contextmanager
def serving(bot: Bot, additions: Additions | None = None) -> Iterator[str]:
    """Serve a page of ``bot`` on a free port and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    page = build(bot, additions)
    try:
        yield serve(page, "127.0.0.1", port).rstrip("/")
    finally:
        page.close(verbose=False)


class FakeBot:
    """Understands titles and values by their letters; asks once, then recommends three."""

    def __init__(self, catalog: Catalog, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.catalog = catalog
        self.graph = AttributeGraph(catalog)
        self.seconds = seconds
        self.error = error
        self._states: dict[str, DialogueState] = {}

    def state(self, conversation: str) -> DialogueState:
        return self._states.get(conversation, DialogueState())

    def talk(self, conversation: str, text: str, pressed: tuple[Act, ...] | None = None) -> Iterator[Update]:
        if self.error:
            raise self.error
        acts = self._acts(text) if pressed is None else pressed
        state = self.state(conversation).heard(text, acts)
        state = state.decided(self._decide(state))
        time.sleep(5 * self.seconds)
        yield Update(state)
        so_far = ""
        for word in self._words(state).split(" "):
            time.sleep(self.seconds)
            so_far = f"{so_far} {word}".strip()
            yield Update(state, so_far)
        state = state.said(so_far)
        self._states[conversation] = state
        yield Update(state, so_far, final=True)

    def _acts(self, text: str) -> tuple[Act, ...]:
        low, found = text.lower(), []
        for item in self.catalog:
            if item.title.lower() in low:
                found.append(Likes(Wish(TITLE, (item.id,))))
        for facet in self.catalog.facets:
            for value in self.catalog.values(facet):
                if value.lower() in low:
                    found.append((Dislikes if f"not {value.lower()}" in low else Likes)(Wish(facet, (value,))))
        if "100 minutes" in low:
            found.append(Likes(Wish("runtime", ("<=100",))))
        return tuple(found) or (SmallTalk(Talk.GREET),)

    def _decide(self, state: DialogueState) -> Action:
        acts = state.turns[-1].acts
        if any(isinstance(act, Asks) and act.topic == Topic.WHY_QUESTION for act in acts):
            return Reply(ReplyKind.WHY_QUESTION, asked=state.last_ask)
        if any(isinstance(act, SmallTalk | Reset) for act in acts):
            return Reply(ReplyKind.GREET)
        believed = posterior(self.graph, state.evidence())
        rows = believed.top(99)
        shortlist = Shortlist(self.graph, rows, believed.probabilities[rows])
        options = questions(shortlist, state.settled, config=CHOICES)
        if options and not state.settled and not any(isinstance(act, Asks) for act in acts):
            return Ask(options[0], believed.breadth())
        ranked = [self.catalog.items[place].id for place in believed.top(99)]
        fresh = [item_id for item_id in ranked if item_id not in state.shown]
        return Recommend(tuple(self._pick(state, item_id, believed) for item_id in fresh[:3]))

    def _pick(self, state: DialogueState, item_id: str, believed) -> Pick:
        evidence = state.evidence()
        unmet = tuple(wish for wish in evidence.wanted if not wish.holds_for(self.catalog[item_id]))
        chance = float(believed.probabilities[self.catalog.position(item_id)])
        return Pick(item_id, chance, paths(self.graph, evidence, item_id), unmet)

    def _words(self, state: DialogueState) -> str:
        match state.turns[-1].action:
            case Ask(question):
                return f"Good. One thing first: would you rather have {' or '.join(question.options)}?"
            case Recommend(picks) if picks:
                first = self.catalog[picks[0].item_id].label
                return (
                    f"I would start with {first}: it has what you asked for and does not waste a minute. "
                    "The other two go a little further afield.\n\nTell me if one of them is close but not quite right."
                )
            case Recommend():
                return "Nothing is left that fits. Shall we take something back?"
            case Reply(ReplyKind.WHY_QUESTION):
                return "Because your answer tells these films apart better than anything else I could ask."
        return "Hello! Tell me a film you like, or the mood you are in."
