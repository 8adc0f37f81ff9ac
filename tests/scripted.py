"""A language model that says what it is told to."""

from collections.abc import Iterator, Sequence

from agent.language import Guide, Message


class Scripted:
    """Replies in order; an exhausted script says nothing, so that the plain words are used."""

    def __init__(self, *replies: str, favourite: str = "", taught: bool = False) -> None:
        self.replies = list(replies)
        self.taught = taught
        self.favourite = favourite
        self.prompts: list[tuple[Message, ...]] = []

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        self.prompts.append(tuple(messages))
        reply = self.replies.pop(0) if self.replies else ""
        for place in range(0, len(reply), 3):
            yield reply[place : place + 3]

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        self.prompts.append(tuple(messages))
        return tuple(0.0 if option == self.favourite and "..." not in messages[-1].text else -1.0 for option in options)
