"""Made-up dialogues about the tiny catalogue, to be summed up."""

from agent.actions import Ask, Pick, Recommend, Reply, ReplyKind
from catalog.items import Catalog
from evaluation.metrics import Context
from evaluation.people import Record
from evaluation.transcripts import Dialogue, Exchange
from graph.attributes import AttributeGraph
from graph.build import ItemNode, ValueNode
from graph.evidence import Wish
from graph.questions import Question
from graph.walk import Path
from tests.catalogs import tiny_catalog

CATALOG: Catalog = tiny_catalog()
CONTEXT = Context(CATALOG, AttributeGraph(CATALOG))
TENSE = Path((ValueNode("mood", "tense"), ItemNode("heat")), 1.5)
SAID = Record(dislikes=(Wish("genre", ("Horror",)),), wishes=frozenset({("mood", "tense")}))
ASKED = Exchange("no horror", SAID, Ask(Question("mood", ("tense", "dark"), 0.83), 7), "Tense or dark?", 0.01)


def shown(*item_ids, record=SAID, probability=0.25, seconds=0.02, text="tense"):
    """Return a turn that recommends items."""
    picks = tuple(Pick(item_id, probability, (TENSE,) if item_id == "heat" else ()) for item_id in item_ids)
    return Exchange(text, record, Recommend(picks), "Heat is a tense film.", seconds, 5)


def talk(seed, *turns, system="parley", wanted="heat", taken="heat", **others):
    """Return a dialogue; the person takes ``taken`` in one more turn, if it is given."""
    others = {"scenario": f"scenario-{seed % 2}", "behaviour": "target"} | others
    if taken:
        turns = (*turns, Exchange("that one", SAID, Reply(ReplyKind.CONFIRM, Pick(taken, 0.0)), "Enjoy Heat.", 0.01))
    return Dialogue(system=system, seed=seed, wanted=(wanted,), turns=tuple(turns), taken=taken, **others)


def found(seed, **others):
    """Return a dialogue that ends well after a question."""
    return talk(seed, ASKED, shown("heat", "casino"), **others)


def failed(seed, **others):
    """Return one that ends in nothing."""
    return talk(seed, ASKED, shown("casino"), shown("runner"), taken=None, **others)
