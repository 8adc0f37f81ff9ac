"""A language model on another machine, behind a server that speaks OpenAI's protocol: vLLM, llama.cpp, a provider's."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from openai import OpenAIError
from pydantic import SecretStr

from agent.language import Guide, Message

_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_NO_KEY = "none"
"""Servers of one's own want no key, and the client wants something to send."""
_TOP = 20
"""Most first tokens of a reply that servers tell the chances of."""
_RARER = -1.0
"""Added to the log-probability of the last of them for a reply that begins with none."""
_GO_ON = {"add_generation_prompt": False, "continue_final_message": True}
"""How vLLM is told to go on from the assistant's message."""


class RemoteLanguageModel:
    """A ``LanguageModel`` that a server runs."""

    taught = False

    def __init__(self, url: str, model: str, key: str = "", seconds: float = 60.0, retries: int = 2) -> None:
        """Ask for ``model`` at ``url``, which ends in ``/v1``; wait ``seconds`` for an answer."""
        self._url = url
        self._name = model
        self._chat = ChatOpenAI(
            base_url=url,
            model=model,
            api_key=SecretStr(key or _NO_KEY),
            temperature=0.0,
            timeout=seconds,
            max_retries=retries,
            stream_usage=False,
        )

    def stream(
        self, messages: Sequence[Message], max_tokens: int, stop: Sequence[str] = (), guide: Guide | None = None
    ) -> Iterator[str]:
        """Yield the reply to ``messages`` as it comes, without any of ``stop`` and what follows it."""
        asked: dict[str, Any] = {"max_tokens": max_tokens}
        if stop:
            asked["stop"] = list(stop)
        if messages[-1].role == "assistant":
            asked["extra_body"] = _GO_ON
        try:
            texts = (str(chunk.text) for chunk in self._chat.stream(_as_langchain(messages), **asked))
            # A server that does not know the client's name for the limit would go on.
            yield from islice((text for text in texts if text), max_tokens)
        except OpenAIError as error:
            raise self._failure(error) from error

    def score(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Return the log-probability of the first token of each option, which is all that servers tell of it.

        Raises NotImplementedError where the server tells nothing.
        """
        asking = self._chat.bind(max_tokens=1, logprobs=True, top_logprobs=_TOP)
        try:
            reply = asking.invoke(_as_langchain(messages))
        except OpenAIError as error:
            raise self._failure(error) from error
        content = (reply.response_metadata.get("logprobs") or {}).get("content") or ()
        if not content:
            raise NotImplementedError(
                f"the server at {self._url} tells no log-probabilities of {self._name!r}; "
                "take one that does, such as vLLM, or a model on this machine"
            )
        return _chances(content[0]["top_logprobs"], options)

    def _failure(self, error: OpenAIError) -> ConnectionError:
        return ConnectionError(
            f"no reply from {self._name!r} at {self._url}: {error}; is the server up, and the name right?"
        )


def _as_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    return [_KINDS[message.role](message.text) for message in messages]


def _chances(top: Sequence[dict[str, Any]], options: Sequence[str]) -> tuple[float, ...]:
    """Sum up, for each option, the chances of the tokens with which it may begin."""
    least = min(entry["logprob"] for entry in top) + _RARER
    found = []
    for option in options:
        tokens = [(entry["token"].strip(), entry["logprob"]) for entry in top]
        fitting = [math.exp(chance) for token, chance in tokens if token and option.startswith(token)]
        found.append(math.log(sum(fitting)) if fitting else least)
    return tuple(found)
