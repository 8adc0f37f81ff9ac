"""The words of questions and of the answers that they offer.

The language model may phrase a choice among values, see ``agent.respond``; all else is said word for word.
"""

from agent.phrases import is_thing, listed, says_what_it_is, value_phrase
from catalog.items import YEAR, Catalog, parse_bound
from graph.questions import Form, Question

_UNITS = {"runtime": " minutes"}
_YES_NO = {
    "mood": ("Would you like it {}?", "Should it be {}?", "In the mood for something {}?"),
    "theme": ("Should it be about {}?", "Would you like one about {}?"),
    "setting": ("Should it be {}?", "Would you like one that is {}?"),
    "thing": ("Shall it be {}?", "Would you like {}?", "Are you up for {}?"),
    "genre": ("Shall it be {}?", "Would you like {}?", "Are you up for {}?"),
    "director": ("Should it be directed by {}?", "Would you like it to be by {}?"),
    "writer": ("Should it be written by {}?",),
    "author": ("Should it be by {}?",),
    "artist": ("Should it be by {}?",),
    "actor": ("Should {} be in it?", "Would you like to see {} in it?"),
    "country": ("Should it come from {}?", "Would you like one from {}?"),
    "language": ("Should it be in {}?",),
    "decade": ("Should it be from {}?", "Would you like one from {}?"),
    "runtime": ("Should it run {}?",),
}
"""What is asked about a value; questions that follow each other are worded differently."""
_OTHER_FACET, _OTHER_LIST = "Should the {} be {}?", "Should its {} include {}?"
_RANGE = {
    YEAR: ("Should it be from before {cut}, or from {cut} on?", "Older or newer: from before {cut}, or from {cut} on?"),
    "runtime": ("Should it run {low}, or longer?", "How long may it be: {low}, or longer?"),
}
_OTHER_RANGE = ("Should the {facet} be {low}, or more?",)
_COMPARED = (
    "Should it be more like {}, or more like {}?",
    "Which comes closer to what you have in mind, {} or {}?",
    "If you had to choose, would it be nearer to {} or to {}?",
)
_CHOICE = {
    "mood": "What would suit you",
    "genre": "What kind shall it be",
    "theme": "What should it be about",
    "decade": "Which decade",
    "runtime": "How long may it be",
    "country": "From where",
    "language": "In which language",
    "director": "Whose film would you like",
    "actor": "Whom would you like to see",
}


def question_words(question: Question, catalog: Catalog, earlier: int = 0) -> str:
    """Return a question in plain words; ``earlier`` counts the questions before it, which were worded differently."""
    options = [option_phrase(question, option, catalog) for option in question.options]
    facet = _plain(question.facet)
    match question.form:
        case Form.YES_NO:
            return _yes_no(question, earlier)
        case Form.RANGE:
            wordings = _RANGE.get(question.facet, _OTHER_RANGE)
            return _turn(wordings, earlier).format(facet=facet, low=options[0], cut=f"{_cut(question):g}")
        case Form.COMPARISON:
            return _turn(_COMPARED, earlier).format(*options)
        case Form.CHOICE:
            return f"{_CHOICE.get(question.facet, 'Which would you like')}: {listed(options, 'or')}?"


def option_phrase(question: Question, option: str, catalog: Catalog) -> str:
    """Return an option as it stands in a sentence: a value, a side of a number, or a title."""
    match question.form:
        case Form.COMPARISON:
            titles = {catalog[item_id].title for item_id in question.options}
            return catalog[option].title if len(titles) == len(question.options) else catalog[option].label
        case Form.RANGE:
            return _side(question, option)
    return value_phrase(question.facet, option)


def subject(question: Question, catalog: Catalog) -> str:
    """Return what a question is about, in a sentence: ``the mood``, ``the year``, ``Heat and Alien``."""
    if question.form is Form.COMPARISON:
        return listed([option_phrase(question, option, catalog) for option in question.options])
    return f"the {'cast' if question.facet == 'actor' else _plain(question.facet)}"


def _yes_no(question: Question, earlier: int) -> str:
    facet, (value,) = question.facet, question.options
    kind, phrase = facet, value_phrase(facet, value)
    if facet in ("mood", "theme") and is_thing(phrase) and (facet == "mood" or says_what_it_is(value)):
        kind = "thing"
    elif facet == "theme" and says_what_it_is(value):
        kind = "setting"
    if kind in _YES_NO:
        return _turn(_YES_NO[kind], earlier).format(phrase)
    several = facet.endswith("s") and not facet.endswith("ss")
    return (_OTHER_LIST if several else _OTHER_FACET).format(_plain(facet), phrase)


def _side(question: Question, option: str) -> str:
    """Return one side of a number: ``before 1990``, ``110 minutes or more``."""
    cut, unit = f"{_cut(question):.10g}", _UNITS.get(question.facet, "")
    below = option.startswith("<=")
    if question.facet == YEAR:
        return f"before {cut}" if below else f"{cut} or later"
    if _amount(question.options[0]) == _amount(question.options[1]):
        return f"at most {cut}{unit}" if below else f"more than {cut}{unit}"
    return f"under {cut}{unit}" if below else f"{cut}{unit} or more"


def _cut(question: Question) -> float:
    """Return the number at which the upper side begins."""
    return _amount(question.options[1])


def _amount(option: str) -> float:
    bound = parse_bound(option)
    if bound is None:
        raise ValueError(f"{option!r} is no bound; write it as '<=95' or '>=2000'")
    return bound[1]


def _turn(wordings: tuple[str, ...], earlier: int) -> str:
    return wordings[earlier % len(wordings)]


def _plain(facet: str) -> str:
    return facet.replace("_", " ")
