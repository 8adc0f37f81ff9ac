"""What the dialogue model learns from: replies to chats."""

from dataclasses import dataclass

from agent.language import Message


@dataclass(frozen=True)
class Example:
    """A chat and what is said next."""

    messages: tuple[Message, ...]
    """Where the last is the assistant's, the reply goes on from it."""
    reply: str
