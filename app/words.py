"""How values, wishes and paths are called on the page."""

import re
import unicodedata
from collections.abc import Sequence
from functools import partial

from agent.acts import Stance
from agent.phrases import value_phrase
from agent.questioning import option_phrase
from agent.state import Belief
from agent.ties import NO_TIES, Enjoyed, Ties, standing
from catalog.items import TITLE, Catalog, parse_bound
from graph.build import ItemNode, UserNode, ValueNode
from graph.evidence import Wish
from graph.questions import Form, Question
from graph.walk import Path

ARROW = " → "
_RELATIONS = {
    "director": "directed by",
    "actor": "with",
    "writer": "written by",
    "author": "by",
    "artist": "by",
    "country": "from",
    "language": "in",
    "decade": "from the",
}
_BOUND_AT_END = re.compile(r"^(?P<facet>.*) (?P<value>(?:<=|>=)\S+)$")


def facet_name(facet: str) -> str:
    """Return a facet's name as people read it: ``actor`` is ``cast``, ``age_group`` is ``age group``."""
    return {"actor": "cast", TITLE: "title"}.get(facet, facet.replace("_", " "))


def value_name(facet: str, value: str) -> str:
    """Return a value as people read it: ``<=95`` of ``runtime`` is ``at most 95 minutes``."""
    return value_phrase(facet, value) if parse_bound(value) else value


def option_name(catalog: Catalog, question: Question, option: str) -> str:
    """Return an answer that a question offers as it stands on a button: a value, a side of a number, a title."""
    match question.form:
        case Form.COMPARISON if not all(item_id in catalog for item_id in question.options):
            return item_name(catalog, option)
        case Form.COMPARISON | Form.RANGE:
            return option_phrase(question, option, catalog)
    return value_name(question.facet, option)


def item_name(catalog: Catalog, item_id: str) -> str:
    """Return an item's title with its year, or its bare id when the catalogue no longer holds it."""
    return catalog[item_id].label if item_id in catalog else item_id


def wish_name(catalog: Catalog, wish: Wish) -> str:
    """Return the values of a wish, joined by "or"."""
    if wish.facet == TITLE:
        return " or ".join(item_name(catalog, value) for value in wish.values)
    return " or ".join(value_name(wish.facet, value) for value in wish.values)


def belief_name(catalog: Catalog, belief: Belief, remembered: Sequence[Belief] = ()) -> str:
    """Return a belief as a phrase about the person: ``likes Heat (1995)``, ``wants Crime or Drama``.

    What is ``remembered`` of other occasions is not said as if it were of today: ``went for Heat (1995)``.
    """
    if belief in remembered:
        return f"went for {wish_name(catalog, belief.wish)}"
    if belief.stance == Stance.PREFERS:
        better, worse = (item_name(catalog, item_id) for item_id in belief.wish.values)
        return f"wants more like {better} than {worse}"
    liked = belief.stance == Stance.LIKES
    if belief.wish.facet == TITLE:
        verb = "likes" if liked else "dislikes"
    else:
        verb = "wants" if liked else "does not want"
    return f"{verb} {wish_name(catalog, belief.wish)}"


def attribute(node: ValueNode) -> str:
    """Return what a value says of an item: ``directed by Michael Mann``, ``genre Crime``."""
    relation = _RELATIONS.get(node.facet, facet_name(node.facet))
    return f"{relation} {node.value}"


def stated_bound(path: Path) -> str | None:
    """Return the number that was asked for, as in ``at most 95 minutes``, or None for any other walk."""
    found = _BOUND_AT_END.match(path.via) if len(path.nodes) == 1 else None
    return value_name(found["facet"], found["value"]) if found else None


def path_line(catalog: Catalog, path: Path, ties: Ties = NO_TIES) -> str:
    """Return a walk in words: ``You like Heat (1995) → directed by Michael Mann → Collateral (2004)``."""
    bound = stated_bound(path)
    steps = [f"You want {bound}"] if bound else []
    for place, node in enumerate(path.nodes):
        match node:
            case ItemNode(item_id):
                name = item_name(catalog, item_id)
                is_start = place == 0 and len(path.nodes) > 1
                steps.append(_liking(catalog, item_id, ties) if is_start else name)
            case ValueNode(facet, value):
                steps.append(f"You want {value} ({facet_name(facet)})" if place == 0 else attribute(node))
            case UserNode():
                steps.append("someone who liked both")
    if path.via and not bound:
        steps.insert(-1, path.via)
    return ARROW.join(steps)


def _liking(catalog: Catalog, item_id: str, ties: Ties) -> str:
    return f"You {standing(ties, item_id, partial(item_name, catalog))}"


def reason(catalog: Catalog, path: Path, ties: Ties = NO_TIES) -> str:
    """Return a walk as the short reason on a card: ``Directed by Michael Mann, like Heat``."""
    if bound := stated_bound(path):
        return _sentence(f"{bound}, as you asked")
    match path.nodes:
        case (ValueNode(_, value), ItemNode()):
            return _sentence(f"{value}, as you asked")
        case (ItemNode(liked), ValueNode() as shared, ItemNode()):
            shows = attribute(shared) if shared.facet in _RELATIONS else shared.value
            return _sentence(f"{shows}, like {_recalled(catalog, liked, ties)}")
        case (ItemNode(liked), ItemNode()) if path.via:
            return _sentence(f"{path.via}, this and {_recalled(catalog, liked, ties)}")
    return ""


def _recalled(catalog: Catalog, item_id: str, ties: Ties) -> str:
    """Return a title, with why it comes up if nobody has spoken of it today."""
    title = catalog[item_id].title if item_id in catalog else item_id
    return f"{title}, which you went for" if isinstance(ties.get(item_id), Enjoyed) else title


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def clean(text: str) -> str:
    """Return what a person typed without surrogates and control characters, which nothing later accepts."""
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cs", "Cc"))
    return "".join(kept).strip()
