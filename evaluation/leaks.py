"""Whether simulated people give away what they look for: a system that is told the title has nothing to find."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import Stemmer
from rapidfuzz.distance import OSA

from agent.lexicon import FUNCTION_WORDS, surface, tokenize
from catalog.items import TITLE, Catalog, Item
from evaluation.transcripts import Dialogue, Exchange, recommended
from evaluation.wording import named

_PHRASINGS = Path(__file__).parent / "data" / "person_words.json"
_SUBTITLE = re.compile(r"\s*(?::|\s[–—-]\s|\(|\)|\band the\b|\bvs\.)\s*")
_NUMBERED = re.compile(r"\s+(?:\d+|[IVX]+)$")
_SENTENCE = re.compile(r"[.!?;\n]+\s*")
_ARTICLES = ("the ", "a ", "an ")
_SHORTEST = 4
"""Letters of a part of a title that says as much as the whole."""
_LETTERS_A_SLIP = 6
"""One letter in so many may be wrong, or two next to each other swapped."""
_MOST = 0.6
"""Share of the words of a premise that gives it away."""
_FEWEST = 5
"""Words of a premise that is told apart by them."""
_STEM = Stemmer.Stemmer("english").stemWord


def leaks(dialogue: Dialogue, catalog: Catalog) -> int:
    """Return in how many turns the person says what they look for before it was shown to them.

    Those who would take one of several items have no title to give away.
    """
    if len(dialogue.wanted) != 1:
        return 0
    hidden = [catalog[item_id] for item_id in (*dialogue.earlier, *dialogue.wanted) if item_id in catalog]
    count, shown = 0, dict[str, Item]()
    for turn in dialogue.turns:
        others = [*shown.values(), *_liked(turn, catalog)]
        count += any(gives_away(turn.text, item, others, _values(turn)) for item in hidden if item.id not in shown)
        shown |= {item_id: catalog[item_id] for item_id in recommended(turn.action) if item_id in catalog}
    return count


def gives_away(text: str, item: Item, others: Iterable[Item] = (), values: Collection[str] = ()) -> bool:
    """Tell whether a text says an item's title, or as much as the title, or most of its premise.

    ``others`` are items that may be spoken of: their titles are no hint, even where they hold that of ``item``.
    ``values`` may be asked for: their words alone do not tell a title.
    """
    rest = _without(text, [other.title for other in others if other.id != item.id])
    if any(_says(rest, form) for form in _forms(item.title)):
        return True
    title = _stems(item.title)
    told = any(title <= _stems(part) for part in _SENTENCE.split(_without(rest, values)))
    return (told and len(title) > 1) or _tells(rest, item.description)


def _liked(turn: Exchange, catalog: Catalog) -> list[Item]:
    return [catalog[value] for facet, value in sorted(turn.record.wishes) if facet == TITLE and value in catalog]


def _values(turn: Exchange) -> list[str]:
    """Return the values that a person has asked for or refused, as they are written and as they are called."""
    wishes = [(wish.facet, value) for wish in (*turn.record.dislikes, *turn.record.required) for value in wish.values]
    pairs = [*wishes, *sorted(turn.record.wishes)]
    return [name for facet, value in pairs if facet != TITLE for name in (value, named(facet, value))]


def _forms(title: str) -> Iterator[str]:
    """Yield a title and the parts of it that say as much."""
    yield title
    whole = _NUMBERED.sub("", title)
    parts = {whole, *(part for part in _SUBTITLE.split(whole) if len(part) >= _SHORTEST)}
    for part in sorted(parts - {title}):
        if not _ordinary(part):
            yield part
    for form in sorted({title, *parts}):
        bare = next((form[len(article) :] for article in _ARTICLES if form.lower().startswith(article)), form)
        if bare != form and len(bare) >= _SHORTEST and not _ordinary(bare):
            yield bare


def _says(text: str, form: str) -> bool:
    """Tell whether a text holds a title, rightly spelt or not; one of everyday words must be written as such."""
    if _ordinary(form):
        written = [match.start() for match in re.finditer(rf"\b{re.escape(form)}(?!\w)", text)]
        inner = any(char.isupper() for char in form[1:])
        return any(inner or (start and not _SENTENCE.search(text[max(0, start - 2) : start])) for start in written)
    name, words = surface(form), surface(text).split()
    slips = len(name) // _LETTERS_A_SLIP
    return any(
        window == name or (OSA.distance(window, name, score_cutoff=slips) <= slips and not _ordinary(window))
        for window in _windows(words, name.count(" "))
    )


def _windows(words: Sequence[str], blanks: int) -> Iterator[str]:
    """Yield the runs of words with about as many blanks as a title: one may be left out or put in."""
    for size in {max(1, blanks), blanks + 1, blanks + 2}:
        yield from (" ".join(words[start : start + size]) for start in range(len(words) - size + 1))


def _tells(text: str, premise: str) -> bool:
    """Tell whether a text holds most of what a premise says."""
    told = _stems(premise)
    return len(told) >= _FEWEST and len(told & _stems(text)) >= _MOST * len(told)


def _without(text: str, phrases: Iterable[str]) -> str:
    """Return a text without the titles or values that may be said."""
    for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text


def _stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that carry a meaning."""
    return frozenset(_STEM(token.bare) for token in tokenize(text) if token.norm not in FUNCTION_WORDS)


def _ordinary(form: str) -> bool:
    """Tell whether a title is made of words that people say anyway."""
    return all(word in _everyday() for word in surface(form).split())


@cache
def _everyday() -> frozenset[str]:
    words = json.loads(_PHRASINGS.read_text(encoding="utf-8"))
    return FUNCTION_WORDS | {word for text in _texts(words) for word in surface(re.sub(r"{\w+}", " ", text)).split()}


def _texts(node: object) -> Iterator[str]:
    """Yield the phrasings of a tree of them; names of values stand for themselves and are left out."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from (text for key, inner in node.items() if key not in ("names", "proper") for text in _texts(inner))
    elif isinstance(node, list):
        yield from (text for inner in node for text in _texts(inner))
