"""A taught model speaks: from a brief alone, and only as far as the brief vouches for it."""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from agent.briefs import NOUN, Brief, Job
from agent.language import LanguageModel
from agent.openings import opening
from agent.prompt import speaking_prompt
from agent.vouch import Vouching, spoken
from catalog.items import Catalog

_MAX_TOKENS = 110
_PLAIN = (Job.UNKNOWN, Job.RELAX, Job.CLOSEST)
"""What cannot be had is said plainly: of these a model still says too often what sounds like it and is not it."""
_SLOT = re.compile(r"\{(\d)\}")


class Speaker:
    """Puts briefs about the items of one catalogue into the words of a model."""

    def __init__(self, catalog: Catalog, language: LanguageModel) -> None:
        """Speak through ``language``, if it was taught to."""
        self._catalog = catalog
        self._language = language
        self.speaks = language.taught and catalog.noun == NOUN
        """Whether the model is asked at all: it has learnt to speak of films."""

    def words(self, brief: Brief | None, plain: Callable[[], str], name: str = "", last: str = "") -> Iterator[str]:
        """Yield the reply to a brief as it grows, or the plain one.

        ``name`` stands in a slot that has no item; ``last`` is a plain sentence to end the model's words with.
        """
        text = ""
        if brief is not None and brief.job not in _PLAIN and self.speaks:
            begun = opening(brief)
            guide = Vouching(brief, begun)
            pieces = self._language.stream(speaking_prompt(brief, begun), _MAX_TOKENS, ("\n",), guide)
            for grown in spoken(chain([begun], pieces) if begun else pieces, brief):
                text = self._filled(grown, brief, name)
                yield text
        if text and last:
            yield f"{text} {last}"
        if not text:
            yield plain()

    def _filled(self, text: str, brief: Brief, name: str) -> str:
        def title(match: re.Match[str]) -> str:
            item_id = brief.items[int(match[1]) - 1]
            return self._catalog[item_id].title if item_id else name

        return _SLOT.sub(title, text)
