"""A stage for simulated people: systems that follow a script or a whim, and scenes by hand."""

import random

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from catalog.items import TITLE
from evaluation.people import Person, PersonConfig, Record
from evaluation.personas import World
from evaluation.scene import Scene
from evaluation.systems import Answer
from evaluation.transcripts import Exchange
from graph.questions import Question
from tests.catalogs import tiny_catalog

WORLD = World(tiny_catalog())
CATALOG = WORLD.catalog
GRAPH = WORLD.graph
PLAIN = PersonConfig(hello=0.0, small_talk=0.0, indifferent=0.0, asks_back=0.0, undo=0.0)
"""Of people who do nothing by chance that they need not."""
QUESTIONS = (
    Question("genre", ("Comedy",)),
    Question("genre", ("Crime", "Horror", "Comedy")),
    Question("mood", ("dark", "tense")),
    Question("mood", ("heartwarming",)),
    Question("year", ("<=1989", ">=1990")),
    Question("runtime", ("<=109", ">=110")),
    Question(TITLE, ("alien", "amelie")),
)


def slate(*item_ids):
    return Recommend(tuple(Pick(item_id, 0.1) for item_id in item_ids))


class Scripted:
    """Does one thing after another, and the last one for ever."""

    def __init__(self, *actions):
        self.actions = list(actions)
        self.heard = []

    def answer(self, conversation, text):
        self.heard.append(text)
        return Answer(self.actions.pop(0) if len(self.actions) > 1 else self.actions[0], "So be it.", 3)


class Whimsical:
    """Asks, shows and says anything."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def answer(self, conversation, text):
        rng = self.rng
        ids = [item.id for item in CATALOG]
        kind = rng.choice((ReplyKind.CONFIRM, ReplyKind.NOTHING_FITS, ReplyKind.GREET, ReplyKind.WHY_ITEM))
        action = rng.choice(
            (Ask(rng.choice(QUESTIONS)), slate(*rng.sample(ids, 3)), slate(rng.choice(ids)), Reply(kind))
        )
        return Answer(action, "As you like.")


def person(target, **given):
    given = {"liked": None, "dislikes": (), "seed": 0, "config": PLAIN} | given
    return Person(CATALOG[target], **given)


def scene(who, *turns, seed=0, start=None, last=None):
    """Return what someone sees after turns of (words, record, action)."""
    said = tuple(Exchange(text, record, action, "", 0.0) for text, record, action in turns)
    return Scene(who, GRAPH, said, random.Random(seed), start or Record(), last)
