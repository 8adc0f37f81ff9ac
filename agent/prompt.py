"""What the language model is asked, word for word."""

from collections.abc import Sequence

from agent.acts import Act, SmallTalk, Talk
from agent.briefs import Brief, Job
from agent.language import Message

SLOT = "{1}"
"""Stands for the title of the item: the model never spells one."""

SITUATIONS: dict[str, Act | None] = {
    "request": None,
    "greeting": SmallTalk(Talk.GREET),
    "off topic": SmallTalk(Talk.OFFTOPIC),
}
"""The labels among which the model chooses for words that the rules cannot read; a request names nothing."""

NEUTRAL_TEXTS = ("...", "hm", "well", "N/A")
"""Texts that are none of the situations: a label counts by how far it rises above its score on these."""

_SITUATION_EXAMPLES = (
    ("I just want to switch my brain off after work", "request"),
    ("ahoy there", "greeting"),
    ("can you fix my bicycle", "off topic"),
    ("long day, need to sink into the sofa", "request"),
    ("how far is the moon", "off topic"),
)
_JOIN = (
    "You are a warm film librarian. Rewrite the notes as one friendly sentence. "
    "Keep every fact, add none, and keep {1} as the title."
)
_JOIN_EXAMPLES = (
    (
        "You asked for a heist. {1} is a tense film directed by Michael Mann. "
        "A master thief and an obsessive detective circle each other across Los Angeles.",
        "You asked for a heist, and {1} is a tense film directed by Michael Mann, in which a master thief and an "
        "obsessive detective circle each other across Los Angeles.",
    ),
    (
        "You asked for a whodunit. {1} is a silly comedy from the 1980s. Invited to a mansion under false names, six "
        "strangers find their host murdered.",
        "You asked for a whodunit, and {1} is a silly comedy from the 1980s, in which six strangers invited to a "
        "mansion under false names find their host murdered.",
    ),
    (
        "{1} is an eerie film directed by Jim Jarmusch. It has Tilda Swinton and Tom Hiddleston.",
        "{1} is an eerie film directed by Jim Jarmusch, with Tilda Swinton and Tom Hiddleston.",
    ),
    (
        "{1} is a melancholic film directed by Duncan Jones. A miner alone on the Moon nears the end of his contract "
        "and begins to see things.",
        "{1} is a melancholic film directed by Duncan Jones, in which a miner alone on the Moon nears the end of his "
        "contract and begins to see things.",
    ),
    (
        "You asked for a road trip. {1} is a bittersweet film. Two old friends drive through wine country the week "
        "before one of them marries.",
        "You asked for a road trip, and {1} is a bittersweet film, in which two old friends drive through wine country "
        "the week before one of them marries.",
    ),
    (
        "{1} is a 1967 film directed by Arthur Penn. It is about outlaws.",
        "{1} is a 1967 film directed by Arthur Penn, about outlaws.",
    ),
)
_QUESTION = "You are a friendly film librarian. Turn the options into one short question. Keep the options as they are."
_QUESTION_EXAMPLES = (
    ("mood: witty or tense", "Would you like it witty or tense?"),
    ("genre: a drama, a comedy or a thriller", "Shall it be a drama, a comedy or a thriller?"),
    ("theme: friendship or revenge", "Should it be about friendship or revenge?"),
    ("decade: the 1990s, the 1970s or the 2000s", "Which decade would you like, the 1990s, the 1970s or the 2000s?"),
    ("mood: bittersweet, epic or stylish", "What would suit you, something bittersweet, epic or stylish?"),
    ("country: France or Italy", "Would you like it from France or Italy?"),
)
_SPEAKING: dict[Job, str] = {
    Job.ASK: "Ask which the person would like.",
    Job.RECOMMEND: "Recommend {1}.",
    Job.SECOND: "Name {1} as another choice.",
    Job.CRITIQUE: "Take the critique, then recommend {1}.",
    Job.WHY: "Say why you recommended {1}.",
    Job.CONFIRM: "The person takes {1}. Wish them well.",
    Job.TALK: "Answer kindly and lead back to films.",
    Job.UNKNOWN: "Say that you do not have {1}.",
    Job.RELAX: "Say that nothing fits, and the way out.",
    Job.CLOSEST: "Say what is missing.",
    Job.TASTE: "Say what the person likes.",
}
"""What a taught model is told for each kind of reply; the notes say the rest."""


def situation_prompt(text: str) -> tuple[Message, ...]:
    """Ask which of ``SITUATIONS`` an utterance is."""
    system = "Say what a visitor of a film library does: request, greeting or off topic."
    return _chat(system, _SITUATION_EXAMPLES, text)


def join_prompt(notes: str, begun: str) -> tuple[Message, ...]:
    """Ask for one sentence from notes that call the item ``{1}``; the sentence has ``begun`` already."""
    return (*_chat(_JOIN, _JOIN_EXAMPLES, notes), Message("assistant", begun))


def question_prompt(facet: str, options: str) -> tuple[Message, ...]:
    """Ask for a question that offers the options, given as ``a, b or c``."""
    return _chat(_QUESTION, _QUESTION_EXAMPLES, f"{facet}: {options}")


def speaking_prompt(brief: Brief, begun: str = "") -> tuple[Message, ...]:
    """Ask a taught model for a whole reply that says what ``brief`` says, or for how it goes on after ``begun``."""
    asked = (Message("system", _SPEAKING[brief.job]), Message("user", brief.notes, brief.items))
    return (*asked, Message("assistant", begun)) if begun else asked


def reply_prompt(text: str) -> tuple[Message, ...]:
    """Put words of the person before the model, which then says how well each of some replies follows."""
    return (Message("system", "You are Parley, a friendly film librarian."), Message("user", text))


def _chat(system: str, examples: Sequence[tuple[str, str]], last: str) -> tuple[Message, ...]:
    turns = [
        message for asked, answered in examples for message in (Message("user", asked), Message("assistant", answered))
    ]
    return (Message("system", system), *turns, Message("user", last))
