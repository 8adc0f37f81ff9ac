"""Other words for simulated people: a chat model says in its own what they mean.

A model may add a hint, drop a name or turn a refusal round. What it says is held against the plain words, and where it
does not say the same, they are said.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import Stemmer

from agent.language import LanguageModel, Message
from agent.lexicon import FUNCTION_WORDS, Token, surface, tokenize
from catalog.items import Catalog
from evaluation.wording import named

LEAK, LOSS, TURNED, NOTHING = "names a new title", "loses a name, value or number", "turns it round", "says nothing"
"""Why a rephrasing is not used."""
_ORDER = (
    "You speak for someone who talks to a {noun} recommender. Say what they mean in one casual line of your own words. "
    "Keep every name, number and wish as it is, refuse what they refuse, and add nothing. Reply with that line alone."
)
_ASKED = "They heard: {heard}\nThey mean: {plain}"
_MOST_TOKENS = 80
_LONGEST = 8
"""Words of a title or value that is looked for."""
_REFUSING = frozenset(
    """bored bother cancel cant couldnt didnt doesnt dont drop enough except fewer forget hate ignore isnt
    less mustnt nah neednt neither never no none nope nor not nothing scratch skip spare strike tired undo wasnt without
    wont wouldnt""".split()
)
_I = ("i", "id", "ill", "im", "ive")
_COUNTS = frozenset(
    """first second third last two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty
    sixty seventy eighty ninety hundred hour hours half quarter century thirties forties fifties sixties seventies
    eighties nineties""".split()
)
_STEM = Stemmer.Stemmer("english").stemWord
_Key = tuple[str, ...]


class ChatSpeaker:
    """Says things in the words of a chat model, as far as these mean the same.

    ``said`` counts what was said in the model's words and ``refused`` what was not, by reason.
    """

    def __init__(self, model: LanguageModel, catalog: Catalog) -> None:
        """Let ``model`` speak for people who look for something in ``catalog``."""
        self._model = model
        self._order = _ORDER.format(noun=catalog.noun)
        self._titles = {surface(item.title) for item in catalog}
        values = [(facet, value) for facet in catalog.facets for value in catalog.values(facet)]
        names = {name for facet, value in values for name in (value, named(facet, value))}
        self._values = {_key(tokenize(name)) for name in names} - {()}
        self.said = 0
        self.refused = Counter[str]()

    def say(self, plain: str, heard: str) -> str:
        """Return other words for ``plain``, said after the system's ``heard``; or ``plain`` itself."""
        asked = _ASKED.format(heard=heard or "(nothing yet)", plain=plain)
        messages = (Message("system", self._order), Message("user", asked))
        words = "".join(self._model.stream(messages, _MOST_TOKENS)).strip().partition("\n")[0].strip(' "“”')
        fault = self._fault(words, plain, heard)
        if fault:
            self.refused[fault] += 1
            return plain
        self.said += 1
        return words

    def _fault(self, words: str, plain: str, heard: str) -> str | None:
        if not words:
            return NOTHING
        if not self._kept(plain) <= {_STEM(token.bare) for token in tokenize(words)}:
            return LOSS
        if _refuses(words) != _refuses(plain):
            return TURNED
        # What the system has just shown may be named; what it has not may be what they look for.
        fresh = self._named(words) - self._named(plain) - self._named(heard)
        return LEAK if fresh else None

    def _kept(self, plain: str) -> set[str]:
        """Return the stems of the words that no rephrasing may lose: of names, titles, values and numbers."""
        tokens = tokenize(plain)
        inner = _inner_capitals(plain, tokens)
        kept = {token for token in tokens if token in inner or token.norm in _COUNTS or token.norm[0].isdigit()}
        for window in _windows(tokens):
            # The first word of a sentence has its capital whether it is a title or not.
            begins = len(window) == 1 and window[0].text[0].isupper() and _norm(window) in self._titles
            if begins or _key(window) in self._values or self._is_title(window, inner):
                kept |= {token for token in window if token.norm not in FUNCTION_WORDS}
        return {_STEM(token.bare) for token in kept}

    def _named(self, text: str) -> set[str]:
        """Return the titles that a text names."""
        tokens = tokenize(text)
        inner = _inner_capitals(text, tokens)
        return {_norm(window) for window in _windows(tokens) if self._is_title(window, inner)}

    def _is_title(self, window: Sequence[Token], inner: set[Token]) -> bool:
        """Tell whether words are a title: one word is where it is written as a name, a few where they say something."""
        if _norm(window) not in self._titles:
            return False
        telling = [token for token in window if token.norm not in FUNCTION_WORDS]
        return len(telling) > 1 or any(token in inner for token in window)


def _windows(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    for start in range(len(tokens)):
        yield from (tokens[start:end] for end in range(start + 1, min(len(tokens), start + _LONGEST) + 1))


def _inner_capitals(text: str, tokens: Sequence[Token]) -> set[Token]:
    """Return the words with a capital that no sentence begins with."""
    return {
        token
        for before, token in pairwise(tokens)
        if token.text[0].isupper() and token.norm not in _I
        if not set(".!?:") & set(text[before.end : token.start])
    }


def _refuses(text: str) -> bool:
    return any(token.norm in _REFUSING for token in tokenize(text))


def _norm(tokens: Iterable[Token]) -> str:
    return " ".join(token.norm for token in tokens)


def _key(tokens: Iterable[Token]) -> _Key:
    return tuple(_STEM(token.bare) for token in tokens)
