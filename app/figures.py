"""Paths and questions as small drawings, in the page's own colours so that they fit light and dark.

A drawing has three columns: what the person said, what it has in common, and the item. Every path
runs in a lane of its own from left to right.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.actions import Ask
from agent.ties import NO_TIES, Chosen, Enjoyed, Nearer, Ties
from app.markup import text
from app.words import attribute, facet_name, item_name, option_name, stated_bound
from catalog.items import Catalog
from graph.build import ItemNode, ValueNode
from graph.questions import Form, Question
from graph.walk import Path

_COLUMNS = (0, 132, 264)
_WIDTH = 104
_HEIGHT = 50
_LANE = 60
_LINE_CHARS = 16
MAX_LANES = 5
"""Paths drawn at most: more would be a thicket."""


@dataclass(frozen=True)
class Box:
    """A labelled box; ``caption`` says in small type what kind of thing it is."""

    caption: str
    label: str
    kind: str = "value"


@dataclass(frozen=True)
class Lane:
    """One path from left to right; without ``middle`` the line runs straight through, ``end`` is for it alone."""

    start: Box
    middle: Box | None
    weight: float
    end: Box | None = None


def strongest(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the paths worth showing: those that spoke for the item, or the best when none did.

    Paths that come back to where they began are left out: what an item has in common with itself is no reason.
    """
    paths = [path for path in paths if len(path.nodes) == 1 or path.nodes[0] != path.nodes[-1]]
    speaking = tuple(path for path in paths if path.weight > 0)
    return (speaking or tuple(paths[:1]))[:MAX_LANES]


def path_figure(catalog: Catalog, item_id: str, paths: Sequence[Path], summary: str, ties: Ties = NO_TIES) -> str:
    """Return the paths to an item as an SVG, or nothing when there are none; ``summary`` is read aloud."""
    lanes = [lane for path in strongest(paths) if (lane := _lane(catalog, path, ties))]
    return _drawing(lanes, Box("suggested", item_name(catalog, item_id), "goal"), summary)


def question_figure(catalog: Catalog, ask: Ask, summary: str) -> str:
    """Return what a question tells apart: what is still possible, split by its answers, and what each would favour."""
    possible = f"{ask.candidates:,} {catalog.noun}s" if ask.candidates else "what fits so far"
    start = Box("still possible", possible, "stated")
    led = [ask.leading.get(option, "") for option in ask.question.options]
    ends = [Box("such as", item_name(catalog, item_id), "goal") if item_id in catalog else None for item_id in led]
    lanes = [
        Lane(start, answer, 1.0, ends[place] if place < len(ends) else None)
        for place, answer in enumerate(_answers(catalog, ask.question))
    ]
    return _drawing(lanes, None, summary)


def _answers(catalog: Catalog, question: Question) -> list[Box]:
    """Return a box for each answer that a question may get."""
    facet = facet_name(question.facet)
    options = [option_name(catalog, question, option) for option in question.options]
    match question.form:
        case Form.YES_NO:
            return [Box(f"yes · {facet}", options[0]), Box(f"no · {facet}", f"not {options[0]}")]
        case Form.CHOICE:
            return [Box(facet, option) for option in [*options, "something else"]]
        case Form.RANGE:
            return [Box(facet, option) for option in options]
        case Form.COMPARISON:
            return [Box("more like", option) for option in options]


def _lane(catalog: Catalog, path: Path, ties: Ties) -> Lane | None:
    if bound := stated_bound(path):
        return Lane(Box("you want", bound, "stated"), None, path.weight)
    match path.nodes:
        case (ValueNode(facet, value), ItemNode()):
            return Lane(Box(f"you want · {facet_name(facet)}", value, "stated"), None, path.weight)
        case (ItemNode(liked), ValueNode() as shared, ItemNode()):
            relation = attribute(shared).removesuffix(shared.value).strip()
            middle = Box(relation, shared.value)
            return Lane(_liked(catalog, liked, ties), middle, path.weight)
        case (ItemNode(liked), ItemNode()) if path.via:
            return Lane(_liked(catalog, liked, ties), Box("others", path.via, "people"), path.weight)
    return None


def _liked(catalog: Catalog, item_id: str, ties: Ties) -> Box:
    captions = {Nearer: "you said nearer", Chosen: "you chose", Enjoyed: "you went for"}
    return Box(captions.get(type(ties.get(item_id)), "you like"), item_name(catalog, item_id), "stated")


def _drawing(lanes: Sequence[Lane], goal: Box | None, summary: str) -> str:
    if not lanes:
        return ""
    # A start is drawn once, however many paths leave it, so its lanes must lie side by side.
    order = list(dict.fromkeys(lane.start for lane in lanes))
    rows = sorted(lanes, key=lambda lane: order.index(lane.start))
    height = _LANE * len(rows)
    heaviest = max(max(lane.weight for lane in rows), 1e-9)
    drawn, boxes, row = [], [], 0
    for start, group in groupby(rows, key=lambda lane: lane.start):
        members = list(group)
        start_y = _LANE * (row + len(members) / 2)
        boxes.append(_box(start, _COLUMNS[0], start_y))
        for place, lane in enumerate(members, start=row):
            y = _LANE * (place + 0.5)
            thick = 1.2 + 2 * max(lane.weight, 0.0) / heaviest
            drawn += _edges(lane, (start_y, y, height / 2 if goal else None), thick)
            if lane.middle:
                boxes.append(_box(lane.middle, _COLUMNS[1], y))
            if lane.end:
                drawn += _edges(Lane(start, lane.middle, lane.weight), (y, y, y), thick)[1:]
                boxes.append(_box(lane.end, _COLUMNS[2], y))
        row += len(members)
    if goal:
        boxes.append(_box(goal, _COLUMNS[2], height / 2))
    view = f"-1 -1 {_COLUMNS[2] + _WIDTH + 2} {height + 2}"
    inside = "".join((*drawn, *boxes))
    return f'<svg class="figure" viewBox="{view}" role="img" aria-label="{text(summary)}">{inside}</svg>'


def _edges(lane: Lane, heights: tuple[float, float, float | None], thick: float) -> list[str]:
    """Draw one path at the heights of its start, its lane and the goal, if there is one."""
    start, middle, goal = heights
    dashed = " people" if lane.middle and lane.middle.kind == "people" else ""
    entry, leave = _COLUMNS[1], _COLUMNS[1] + _WIDTH
    curves = [_curve(_WIDTH, start, entry, middle)]
    if lane.middle is None:
        curves.append(f"M{entry} {middle:g}H{leave}")
    if goal is not None:
        curves.append(_curve(leave, middle, _COLUMNS[2], goal))
    return [f'<path class="edge{dashed}" stroke-width="{thick:.1f}" d="{curve}"/>' for curve in curves]


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    bend = (x2 - x1) / 2
    return f"M{x1} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2} {y2:g}"


def _box(box: Box, x: float, middle: float) -> str:
    """Draw a box whose label breaks over at most two lines; the whole label is in its tooltip."""
    lines = textwrap.wrap(box.label, _LINE_CHARS, max_lines=2, placeholder="…") or [""]
    top = middle - _HEIGHT / 2
    centre = x + _WIDTH / 2
    first = middle + (10 if len(lines) == 1 else 4)
    words = "".join(f'<text x="{centre:g}" y="{first + 13 * n:g}">{text(line)}</text>' for n, line in enumerate(lines))
    return (
        f'<g class="box {box.kind}"><title>{text(box.caption)}: {text(box.label)}</title>'
        f'<rect x="{x}" y="{top:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="9"/>'
        f'<text class="caption" x="{centre:g}" y="{top + 14:g}">{text(_short(box.caption))}</text>{words}</g>'
    )


def _short(caption: str) -> str:
    return textwrap.shorten(caption, 20, placeholder="…") or caption[:20]
