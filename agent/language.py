"""What the agent asks of a language model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Message:
    """One message of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    text: str
    items: tuple[str, ...] = ()
    """Ids of the items that ``{1}``, ``{2}`` in the text stand for: a model with an adapter sees them there."""


class Guide(Protocol):
    """Says of a reply, as it grows token by token, what it may become."""

    def may_go_on(self, text: str) -> bool:
        """Tell whether a reply that breaks off anywhere, within a word even, may still become a right one."""
        ...

    def may_end(self, text: str) -> bool:
        """Tell whether a reply is right as it stands."""
        ...


class LanguageModel(Protocol):
    """A model that replies to a chat and says how likely a reply is."""

    taught: bool
    """Whether it was trained on Parley's prompts and needs no examples in them."""

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield the reply to ``messages`` in pieces of text as they are generated (stops before any of ``stop``).

        Where the last message is the assistant's, the reply goes on from it and does not repeat it. A model that
        chooses its own tokens takes the likeliest that ``guide`` allows, and breaks off where it finds none; others
        leave it be.
        """
        ...

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Return the mean log-probability per token (natural log, higher is better) of each option as the reply."""
        ...
