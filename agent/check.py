"""Hold a language model to its notes: what it says beyond them is cut before anyone sees it."""

import re
from collections.abc import Iterable, Iterator

from agent.lexicon import tokenize

_CONNECTIVES = frozenset(
    """a about along also an and another as asked at be because but by can comes directed else film films follows for
    from good has have here how i if in into is it its like liked likes made may meets movie of on one or out perhaps
    plus prefer rather runs set shall should since so some something starring such take tells that the their them then
    there these they this to tonight too try turns up want wanted was were what when where which while who whose with
    would written you your youd""".split()
)
_CLAUSE_END = re.compile(r"(?<!\b[A-Z])(?<!\b[DMJS]r)(?<!\bSt)(?<!\bMrs)[,;:.!?](?=\s|$)")
"""Not at an initial or a title: the full stop of "M. Night Shyamalan" ends nothing."""
_A_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[ai]|e(?!u)|o(?!ne\b|nce\b)|u(?!ni|s\b|k\b))")
_SENTENCE_END = (".", "!", "?")
_SLOT = re.compile(r"[{}]")


def checked(pieces: Iterable[str], notes: str, whole: Iterable[str] = ()) -> Iterator[str]:
    """Yield the clauses of one sentence as they come, as long as the notes vouch for them.

    The content words of a clause must stand in the notes in the same order, none used twice, so that
    facts can be left out but neither added nor mixed up; of the phrases in ``whole``, a clause says all
    or nothing: "it has Harold Ramis" is no way to say who directed. The first clause must take up a clause
    of the notes at its beginning, or it could leave out who does what. At the first clause that fails the
    sentence ends before it.
    """
    source = [token.norm for token in tokenize(notes)]
    whole = tuple(whole)
    used: set[int] = set()
    for clause in _clauses(pieces):
        places = _places(clause, source, used)
        if places is None or _takes_apart(clause, whole) or _SLOT.search(clause):
            return
        if _adds_article(clause, source, places):
            return
        if places and not used and places[0] not in _beginnings(notes):
            return
        used |= set(places)
        yield clause
        if clause.rstrip().endswith(_SENTENCE_END):
            return


def sentence(opening: str, clauses: Iterable[str]) -> Iterator[str]:
    """Yield ``opening`` and the clauses after it as a sentence that grows; nothing when there are no clauses."""
    text = opening
    for clause in clauses:
        text = _tidy(text + clause)
        yield text.rstrip(" ,;:")
    if text != opening:
        whole = text.strip().rstrip(" ,;:")
        yield whole if whole.endswith(_SENTENCE_END) else f"{whole}."


def vouched(text: str, notes: str) -> bool:
    """Tell whether every content word of a text stands in the notes, each used once."""
    source = [token.norm for token in tokenize(notes)]
    for token in tokenize(text):
        if token.norm in _CONNECTIVES:
            continue
        if token.norm not in source:
            return False
        source.remove(token.norm)
    return True


def _beginnings(notes: str) -> set[int]:
    """Return where among the words of the notes the first content word of each clause stands."""
    found, count = set(), 0
    for clause in _clauses([f"{notes} "]):
        norms = [token.norm for token in tokenize(clause)]
        content = [place for place, norm in enumerate(norms) if norm not in _CONNECTIVES]
        found |= {count + content[0]} if content else set()
        count += len(norms)
    return found


def _adds_article(clause: str, source: list[str], places: list[int]) -> bool:
    """Tell whether a clause says "a" where its notes have no article: "a competitive couples gather"."""
    norms = [token.norm for token in tokenize(clause)]
    content = [place for place, norm in enumerate(norms) if not _is_free(norm)]
    return any(
        here > 0 and norms[here - 1] in ("a", "an") and (there == 0 or source[there - 1] not in ("a", "an", "the"))
        for here, there in zip(content, places, strict=True)
    )


def _is_free(norm: str) -> bool:
    """Tell whether a word needs no note: it joins others, or is the number of a slot."""
    return norm in _CONNECTIVES or (norm.isdigit() and len(norm) == 1)


def _takes_apart(clause: str, whole: Iterable[str]) -> bool:
    """Tell whether a clause says a name from a phrase without the rest of it."""
    words = {token.norm for token in tokenize(clause)}
    for phrase in whole:
        names = {token.norm for token in tokenize(phrase) if token.text[0].isupper()}
        if names & words and phrase not in clause:
            return True
    return False


def _clauses(pieces: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        held += piece
        while (end := _CLAUSE_END.search(held)) and end.end() < len(held):
            yield held[: end.end()]
            held = held[end.end() :]
    if held.strip():
        yield held


def _places(clause: str, source: list[str], used: set[int]) -> list[int] | None:
    """Return where in the notes the content words of a clause stand, or None if one does not."""
    places: list[int] = []
    for token in tokenize(clause):
        if _is_free(token.norm):
            continue
        after = places[-1] if places else -1
        found = next(
            (place for place in range(after + 1, len(source)) if source[place] == token.norm and place not in used),
            None,
        )
        if found is None:
            return None
        places.append(found)
    return places


def _tidy(text: str) -> str:
    return _A_BEFORE_VOWEL.sub(r"\1n ", text.lstrip())
