"""The conversation as HTML: what is behind us, and the turn that is going on."""

from dataclasses import dataclass, replace

from agent.actions import Ask, Recommend, Relaxation, Reply, ReplyKind
from agent.acts import Stance
from agent.phrases import listed
from agent.state import Belief, DialogueState, Turn
from app.cards import explanation, slate
from app.figures import question_figure
from app.markup import button, prose, text
from app.presses import answer_presses, belief_key, either, neither
from app.words import facet_name, option_name, wish_name
from catalog.items import Catalog, Item
from graph.questions import Form, Question

TURNS_SHOWN = 40
"""Older turns are left out of the page, though not of the conversation."""
_FILM_OPENERS = (
    "Something like Heat, but funnier",
    "A heist film, nothing violent",
    "Surprise me: feel-good, under 100 minutes",
    "A 1970s thriller",
)
_TELLING_FACETS = ("mood", "genre", "theme", "category", "type", "style", "subject", "decade")


@dataclass(frozen=True)
class View:
    """What one browser shows."""

    state: DialogueState
    busy: bool = False
    """Whether Parley is still at the last turn."""
    trouble: str = ""
    """What went wrong in the last turn, in words for the person."""

    def growing(self, reply: str) -> "View":
        """Return the view with Parley's words so far."""
        return replace(self, state=self.state.said(reply))


def waiting(state: DialogueState, words: str) -> View:
    """Return the view right after the person said something, before anything was made of it."""
    return View(replace(state, turns=(*state.turns, Turn(words, ())), last_ask=None), busy=True)


def past(catalog: Catalog, view: View) -> str:
    """Return all turns but the last."""
    turns = list(enumerate(view.state.turns))[:-1][-TURNS_SHOWN:]
    return "".join(_turn(catalog, view.state, number, turn) for number, turn in turns)


def live(catalog: Catalog, view: View) -> str:
    """Return the last turn with the answers that are possible now, or the greeting before any turn."""
    turns = view.state.turns
    if not turns:
        return f'<section class="turn opening">{_aloud("")}{_opening(catalog)}{_trouble(view)}</section>'
    inside = _parts(catalog, view.state, len(turns) - 1, turns[-1]) + _trouble(view)
    if view.busy:
        after, aloud = ("", "") if turns[-1].reply else (_DOTS, "Parley is thinking")
    else:
        after, aloud = chips(catalog, view.state), turns[-1].reply
    busy = " busy" if view.busy else ""
    return f'<section class="turn live{busy}" data-turn="{len(turns)}">{_aloud(aloud)}{inside}{after}</section>'


_DOTS = '<p class="dots" aria-hidden="true"><i></i><i></i><i></i></p>'


def _aloud(words: str) -> str:
    """Return what a screen reader says of itself: a reply once and whole, not word by word.

    It stands first and always, because only a change within an element that is there is read.
    """
    return f'<p class="aloud" role="status">{text(words)}</p>'


def _turn(catalog: Catalog, state: DialogueState, number: int, turn: Turn) -> str:
    retracted = " retracted" if turn.retracted else ""
    return f'<section class="turn{retracted}">{_parts(catalog, state, number, turn)}</section>'


def _parts(catalog: Catalog, state: DialogueState, number: int, turn: Turn) -> str:
    """Return what was said, the cards, and Parley's words below them, so that growing words move nothing."""
    back = '<span class="note"> taken back</span>' if turn.retracted else ""
    said = f'<p class="said"><span class="aloud">You: </span>{text(turn.text)}{back}</p>' if turn.text else ""
    return said + _shown(catalog, state, number, turn) + f'<div class="words">{prose(turn.reply)}</div>'


def _shown(catalog: Catalog, state: DialogueState, number: int, turn: Turn) -> str:
    match turn.action:
        case Recommend(picks):
            return slate(catalog, picks, state, number)
        case Reply(ReplyKind.WHY_ITEM, pick) if pick and pick.item_id in catalog:
            return f'<div class="inset">{explanation(catalog, pick, state.ties)}</div>'
        case Reply(ReplyKind.WHY_QUESTION, asked=ask) if ask:
            return f'<div class="inset">{_question(catalog, ask)}</div>'
    return ""


def _question(catalog: Catalog, ask: Ask) -> str:
    question = ask.question
    options = [option_name(catalog, question, option) for option in question.options]
    answers = listed(options)
    match question.form:
        case Form.YES_NO:
            summary = f"The answer tells apart {answers} and the rest."
        case Form.COMPARISON:
            summary = f"The answer tells apart what is like {listed(options, 'and what is like')}."
        case Form.RANGE:
            summary = f"The answer about the {facet_name(question.facet)} tells apart {answers}."
        case Form.CHOICE:
            summary = f"The answer about the {facet_name(question.facet)} tells apart {answers} and the rest."
    return f"<figure>{question_figure(catalog, ask, summary)}</figure>"


def chips(catalog: Catalog, state: DialogueState) -> str:
    """Return what can be answered now as buttons, or nothing when nothing was asked."""
    match state.turns[-1].action:
        case Reply(relaxation=way_out) if way_out:
            return _way_out(catalog, way_out)
    if state.last_ask is None:
        return ""
    question = state.last_ask.question
    answers = "".join(_answer_chips(catalog, question, press) for press in answer_presses(question))
    others = (
        button("recommend", "Just recommend", kind="chip soft"),
        "" if _is_explained(state) else button("why-question", "Why this question?", kind="link"),
    )
    return _group("Answers", answers + "".join(others))


def _answer_chips(catalog: Catalog, question: Question, press: str) -> str:
    """Return the buttons of one kind of answer; taking an option stands out."""
    if press == "option":
        return "".join(
            button(press, text(option_name(catalog, question, value)), kind="chip", facet=question.facet, value=value)
            for value in question.options
        )
    words = {
        "yes": "Yes",
        "no": "No",
        "either": either(question),
        "neither": neither(question),
        "unsure": "Can’t say",
        "whatever": "I don’t mind" if question.form is Form.CHOICE else "Doesn’t matter",
    }
    return button(press, words[press], kind="chip" if press in ("yes", "no") else "chip soft")


def _group(label: str, buttons: str) -> str:
    return f'<div class="chips" role="group" aria-label="{label}">{buttons}</div>'


def _trouble(view: View) -> str:
    return f'<p class="trouble" role="alert">{text(view.trouble)}</p>' if view.trouble else ""


def _is_explained(state: DialogueState) -> bool:
    action = state.turns[-1].action
    return isinstance(action, Reply) and action.kind == ReplyKind.WHY_QUESTION


def _way_out(catalog: Catalog, way_out: Relaxation) -> str:
    belief = belief_key(Belief(Stance.DISLIKES, way_out.wish))
    back = f"brings back {way_out.regained:,} {catalog.noun}{'' if way_out.regained == 1 else 's'}"
    allow = f"Allow {text(wish_name(catalog, way_out.wish))} after all <small>{back}</small>"
    return _group("Answers", button("forget", allow, kind="chip", belief=belief))


def _opening(catalog: Catalog) -> str:
    offers = "".join(button("say", text(words), kind="chip", text=words) for words in openers(catalog))
    return (
        "<h2>What do you feel like?</h2>"
        f"<p>Tell me in your own words, and I will find a {text(catalog.noun)} for it, with reasons you can check. "
        f"Or begin with one of these.</p>{_group('Examples', offers)}"
    )


def openers(catalog: Catalog) -> tuple[str, ...]:
    """Return a few things that one could say first about this catalogue."""
    if catalog.name == "films":
        return _FILM_OPENERS
    popular = sorted(catalog, key=lambda item: -item.popularity)[:2]
    told = [facet for facet in _TELLING_FACETS if facet in catalog.facets]
    others = [facet for facet in catalog.facets if facet not in told]
    values = [catalog.values(facet).most_common(1)[0][0] for facet in [*told, *others][:2]]
    return (*_like(popular), *(f"I feel like: {value}" for value in values))


def _like(items: list[Item]) -> list[str]:
    return [f"Something like {item.title}" for item in items]
