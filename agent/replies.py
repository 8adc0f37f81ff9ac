"""What is said word for word: small talk, remarks, and why a question is asked."""

from collections.abc import Sequence

from agent.actions import Ask, Note, Remark, ReplyKind
from agent.phrases import counted, listed
from agent.questioning import option_phrase, subject
from catalog.items import Catalog

_REPLIES: dict[ReplyKind, tuple[str, ...]] = {
    ReplyKind.GREET: (
        "Hello. What are you in the mood for tonight?",
        "Evening. Tell me a film you love, or a mood, and we'll go from there.",
        "Good to see you. What shall it be: a mood, a theme, a favourite to start from?",
    ),
    ReplyKind.THANKS: (
        "You're welcome. Come back and tell me how it was.",
        "A pleasure. Say the word when you want another.",
    ),
    ReplyKind.GOODBYE: ("Good night. I'll be here.", "See you. Enjoy the evening."),
    ReplyKind.OFFTOPIC: (
        "That's beyond my shelves, I'm afraid. Tell me what you feel like watching?",
        "I only know what's in my catalogue. What mood are you in?",
        "I'll leave that to others. Shall we find you something for tonight?",
    ),
}

_PLAIN_REPLIES: dict[ReplyKind, tuple[str, ...]] = {
    ReplyKind.GREET: ("Hello. What are you looking for?",),
    ReplyKind.THANKS: ("You're welcome.", "A pleasure. Say the word when you want another."),
    ReplyKind.GOODBYE: ("Goodbye. I'll be here.",),
    ReplyKind.OFFTOPIC: ("I only know what's in my catalogue. What are you looking for?",),
}
"""For other catalogues than the films: nothing of watching, evenings and moods."""


_UNDER_WAY = ("You're welcome. Say more, and I'll keep looking.", "A pleasure. Shall we go on?")
"""Replies to thanks from someone who has taken nothing yet."""


def small_talk(kind: ReplyKind, noun: str, chosen: bool = True) -> tuple[str, ...]:
    """Return replies of a kind, of which any will do.

    ``noun`` is what an item is called; ``chosen`` tells whether the person has taken one.
    """
    if kind is ReplyKind.THANKS and not chosen:
        return _UNDER_WAY
    return (_REPLIES if noun == "film" else _PLAIN_REPLIES)[kind]


def remark_words(remark: Remark, past: Sequence[str] = ()) -> str:
    """Return a remark as a sentence; ``past`` are the titles that outlast a new beginning, oldest first."""
    match remark.note:
        case Note.UNDONE:
            return "Taken back."
        case Note.NOTHING_TO_UNDO:
            return "There is nothing to take back yet."
        case Note.FORGOTTEN:
            return "Forgotten."
        case Note.STARTED_OVER:
            return f"A clean slate; I'll remember that you went for {counted(past)}." if past else "A clean slate."
        case Note.UNKNOWN:
            return f"I don't have “{remark.about}” in my catalogue, so I left it aside."
        case Note.CLOSEST:
            return f"I know of nothing that fits all of it, {remark.about} included; these come closest."


def why_question(ask: Ask, catalog: Catalog) -> str:
    """Say why a question is worth asking, in numbers of items."""
    left = max(1, round(ask.candidates / 2**ask.question.gain))
    many = f"{ask.candidates:,} {catalog.noun}{'' if ask.candidates == 1 else 's'}"
    if left >= ask.candidates:
        why = f"Because {many} could still be the one, and {subject(ask.question, catalog)} would tell me which."
    else:
        why = (
            f"Because about {many} are still in play, and of all I could ask, {subject(ask.question, catalog)} helps "
            f"most: your answer should leave about {left:,}."
        )
    return f"{why} {_for_instance(ask, catalog)}".strip()


def _for_instance(ask: Ask, catalog: Catalog) -> str:
    """Name the item that each answer would put first: ``My first thought would be Heat if tense.``."""
    led = [
        f"{catalog[item_id].title} if {option_phrase(ask.question, option, catalog)}"
        for option in ask.question.options
        if (item_id := ask.leading.get(option)) and item_id in catalog
    ]
    return f"My first thought would be {listed(led, 'or')}." if led else ""
