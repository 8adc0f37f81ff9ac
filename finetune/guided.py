"""Decoding where a guide says what a reply may become, with steps back out of dead ends.

The last words are held back until others follow: what was shown is never taken back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import torch

from finetune.decoding import DecodingConfig, next_token

_LEAST = 0.02
"""Of all odds, what a token needs that is taken because a guide allows no likelier one: below it, sense is lost."""
_HELD_WORDS = 4
"""So many words at the end may be taken back."""
_STEPS_BACK = 20
"""In one reply."""

Allowed = Callable[[list[int], int], bool]
"""Tells whether a token may follow a reply."""


class GuidedReply:
    """The tokens of a reply, the likeliest that are allowed."""

    def __init__(self, logits: torch.Tensor, config: DecodingConfig, allowed: Allowed) -> None:
        """Begin with the (vocabulary,) logits of the first token."""
        self.tokens: list[int] = []
        """Taken so far."""
        self._config = config
        self._allowed = allowed
        self._logits = [logits]
        self._dead = defaultdict[int, set[int]](set)
        """By place, the tokens after which nothing could follow."""
        self._generator = torch.Generator().manual_seed(config.seed)
        self._left = _STEPS_BACK

    def follow(self, token: int, logits: torch.Tensor) -> None:
        """Take a token, and the (vocabulary,) logits of what follows it."""
        self.tokens.append(token)
        self._logits.append(logits)

    def choose(self, kept: int) -> int | None:
        """Return the next token; None where there is none, even if all but the first ``kept`` tokens are taken back.

        Then the reply is what it was, and at its end.
        """
        before = list(self.tokens)
        while (token := self._next()) is None and len(self.tokens) > kept and self._left:
            self._left -= 1
            self._logits.pop()
            self._dead.pop(len(self.tokens), None)
            last = self.tokens.pop()
            self._dead[len(self.tokens)].add(last)
        if token is None:
            self.tokens = before
        return token

    @torch.inference_mode()
    def _next(self) -> int | None:
        logits = self._logits[-1]
        odds, left = torch.softmax(logits, dim=-1), logits.clone()
        left[list(self._dead[len(self.tokens)])] = -torch.inf
        while left.max() > -torch.inf and odds[left.argmax()] >= _LEAST:
            token = next_token(left, self.tokens, self._config, self._generator)
            if self._allowed(self.tokens, token):
                return token
            left[token] = -torch.inf
        return None


def guided_pieces(
    reply: GuidedReply,
    advance: Callable[[list[int]], torch.Tensor],
    decode: Callable[[list[int]], str],
    ends: frozenset[int],
    stop: Sequence[str],
    max_tokens: int,
) -> Iterator[str]:
    """Yield a reply of at most ``max_tokens`` tokens, up to one of ``ends`` or with one of ``stop``, in whole words.

    ``advance`` returns the (vocabulary,) logits of what follows tokens of which only the last is new to it.
    """
    kept, shown = 0, 0
    while len(reply.tokens) < max_tokens:
        token = reply.choose(kept)
        if token is None or token in ends:
            break
        text = decode([*reply.tokens, token])
        if any(one in text for one in stop):
            reply.tokens.append(token)
            break
        reply.follow(token, advance([*reply.tokens, token]))
        safe = " ".join(text.split(" ")[:-_HELD_WORDS])
        while safe and len(decode(reply.tokens[: kept + 1])) <= len(safe):
            kept += 1
        sure = decode(reply.tokens[:kept])
        if len(sure) > shown:
            yield sure[shown:]
            shown = len(sure)
    if rest := decode(reply.tokens)[shown:]:
        yield rest
