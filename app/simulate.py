"""Simulate conversations in which the language model reads and speaks, as it does in the page.

    python -m app.simulate --n 50

The command is that of python -m evaluation.run with one more system, parley-speaking, which is the one that is talked
to unless --systems says otherwise; the times and tokens in the report are then those of the chat on this machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agent.chatbot import Chatbot
from agent.language import LanguageModel, Message
from agent.respond import Respondent
from agent.understand import Understander
from evaluation.personas import World
from evaluation.run import Offer, command
from evaluation.systems import SYSTEMS, Answer, Parley, System, exact_retriever, warm_graph
from evaluation.systems import build as build_silent

SPEAKING = "parley-speaking"
_N = 50


class Counting:
    """A language model that counts what it generates."""

    def __init__(self, language: LanguageModel) -> None:
        """Pass everything on to ``language``."""
        self._language = language
        self.tokens = 0
        """Generated so far: a piece is a token, but where one character takes several."""

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = ()) -> Iterator[str]:
        """Yield the reply to ``messages`` in pieces as they are generated."""
        for piece in self._language.stream(messages, max_tokens, stop):
            self.tokens += 1
            yield piece

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Return the mean log-probability per token of each option; nothing is generated for it."""
        return self._language.score(messages, options)


class Speaking:
    """Parley with a language model, whose tokens are counted turn by turn."""

    def __init__(self, bot: Chatbot, language: Counting) -> None:
        """Let ``bot``, which speaks through ``language``, take the turns."""
        self._parley = Parley(bot)
        self._language = language

    def answer(self, conversation: str, text: str) -> Answer:
        """Take a turn."""
        before = self._language.tokens
        return replace(self._parley.answer(conversation, text), tokens=self._language.tokens - before)


def build(name: str, world: World, home: Path) -> System:
    """Return the system of a name; the model is fetched at first use."""
    if name != SPEAKING:
        return build_silent(name, world, home)
    language = Counting(_local(home))
    catalog = world.catalog
    retriever = exact_retriever(catalog, home)
    bot = Chatbot(warm_graph(world), Understander(catalog, language), retriever, Respondent(catalog, language))
    return Speaking(bot, language)


def _local(home: Path) -> LanguageModel:
    # These import torch; --help and a wrong argument need not wait for it.
    from finetune.model import LocalLanguageModel
    from retrieval.base import DEFAULT_BASE, fetch_base, named_base

    return LocalLanguageModel.load(fetch_base(home, named_base(DEFAULT_BASE.hub_id)))


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate conversations with the language model speaking."""
    command(argv, Offer(__doc__ or "", (*SYSTEMS, SPEAKING), SPEAKING, _N, build))


if __name__ == "__main__":
    main()
