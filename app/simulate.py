"""Simulate conversations in which models hear and speak, as they do in the page.

    python -m app.simulate --n 50

The command is that of python -m evaluation.run with two more systems. parley-speaking is the chat as it is in the page,
and the one that is talked to unless --systems says otherwise; the times and tokens in the report are then those of the
chat on this machine. parley-hearing understands as the page does and says plain sentences, which is much quicker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agent.chatbot import Chatbot
from agent.hearing import Hearer
from agent.language import Guide, LanguageModel, Message
from agent.respond import Respondent
from agent.smalltalk import SmallTalk
from agent.understand import Understander
from catalog import films
from catalog.items import Catalog
from evaluation.personas import World
from evaluation.run import Offer, command
from evaluation.systems import SYSTEMS, Answer, Parley, Silent, System, exact_retriever, warm_graph
from evaluation.systems import build as build_silent
from retrieval.embed import TrainedEmbedder

SPEAKING, HEARING = "parley-speaking", "parley-hearing"
_N = 50


class Counting:
    """A language model that counts what it generates."""

    def __init__(self, language: LanguageModel) -> None:
        """Pass everything on to ``language``."""
        self._language = language
        self.taught = language.taught
        self.tokens = 0
        """Generated so far, as far as pieces tell: a piece is a token or, where a guide watches, a word or more."""

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield the reply to ``messages`` in pieces as they are generated."""
        for piece in self._language.stream(messages, max_tokens, stop, guide):
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
    """Return the system of a name; models are fetched at first use."""
    if name not in (SPEAKING, HEARING):
        return build_silent(name, world, home)
    language = Counting(_local(home, world.catalog) if name == SPEAKING else Silent())
    catalog = world.catalog
    retriever, understander = exact_retriever(catalog, home), Understander(catalog, language, _hearer(catalog, home))
    respondent = Respondent(catalog, language, _talk(catalog, home))
    return Speaking(Chatbot(warm_graph(world), understander, retriever, respondent), language)


def _local(home: Path, catalog: Catalog) -> LanguageModel:
    # These import torch; --help and a wrong argument need not wait for it.
    from app.models import speaking_model
    from app.settings import Settings

    return speaking_model(home, Settings.model, catalog, TrainedEmbedder(home))


def _hearer(catalog: Catalog, home: Path) -> Hearer | None:
    from finetune.hearing import shipped_hearer

    return shipped_hearer(home) if catalog.name == films.NAME else None


def _talk(catalog: Catalog, home: Path) -> SmallTalk | None:
    return SmallTalk(TrainedEmbedder(home).encode) if catalog.name == films.NAME else None


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate conversations with models."""
    command(argv, Offer(__doc__ or "", (*SYSTEMS, SPEAKING, HEARING), SPEAKING, _N, build))


if __name__ == "__main__":
    main()
