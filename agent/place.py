"""Where a word or a name stands in its text, and what that tells of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.lexicon import Token

_LONG_CUES = tuple(
    tuple(cue.split()) for cue in ("vein of", "similar to", "close to", "fan of", "favourite is", "favorite is")
)
_OF_A_FRIEND = re.compile(
    r"\b(?:my|our|his|her) (?:\w+ )?$|"
    r"\b(?:i['’]?m|i am|me and|you and|called|named|hi,?|hello,?|hey,?|it['’]?s|this is|with my)\s+$",
    re.IGNORECASE,
)
_WHO_IS_HERE = re.compile(
    r"^,? (?:and (?:i|me|the kids)|here|from|at work|at the|said|says|is (?:my|coming|\d|\w+ing|an?)|my|wants?|likes?|"
    r"loves|hates|chooses|thinks|recommended)\b|^['’]s (?:pieces|party|birthday|house|place)\b|^ (?-i:[A-Z])",
    re.IGNORECASE,
)
"""Before and after a first name that is not of the screen: "my friend Judi", "Tilda says"."""


@dataclass(frozen=True)
class Place:
    """Where a form stands in its text."""

    text: str
    tokens: Sequence[Token]
    position: int
    length: int

    @property
    def before(self) -> str:
        """The word before the form, an article aside; empty at the start."""
        word = self._word(self.position - 1)
        return self._word(self.position - 2) if word in ("the", "a", "an") else word

    @property
    def after_article(self) -> bool:
        """Whether an article stands right before."""
        return self._word(self.position - 1) in ("the", "a", "an")

    @property
    def one_of(self) -> bool:
        """Whether it is one of several: to have never seen a Hitchcock is not about the film of that name."""
        return self._word(self.position - 1) in ("a", "an")

    def follows(self, *words: str) -> bool:
        """Tell whether these words stand right before, an article between them and the form aside."""
        skip = 1 if self.after_article else 0
        return tuple(self._word(self.position - skip - len(words) + place) for place in range(len(words))) == words

    @property
    def compared(self) -> bool:
        """Whether something like it is asked for, in several words."""
        return any(self.follows(*cue) for cue in _LONG_CUES)

    @property
    def after(self) -> str:
        """The word after the form; empty at the end."""
        return self._word(self.position + self.length)

    def _word(self, place: int) -> str:
        return self.tokens[place].norm if 0 <= place < len(self.tokens) else ""

    @property
    def capitalised(self) -> bool:
        """Whether the first word has a capital that means something: not all the text is in capitals."""
        return self.tokens[self.position].text[0].isupper() and not self.text.isupper()

    @property
    def titled(self) -> bool:
        """Whether the first and the last word have capitals."""
        last = self.tokens[self.position + self.length - 1].text[0]
        return self.capitalised and (last.isupper() or last.isdigit())

    @property
    def opens(self) -> bool:
        """Whether the form opens a sentence, where a capital means nothing."""
        rest = self.text[: self.tokens[self.position].start].rstrip(" \"'“”‘’([")
        return not rest or rest[-1] in ".!?\n"

    @property
    def ends(self) -> bool:
        """Whether nothing more of the clause comes after the form: ``like nine times`` goes on."""
        rest = self.text[self.tokens[self.position + self.length - 1].end :].lstrip(" \"'”’)]")
        return not rest or not (rest[0].isalnum() or rest[0] == "&")

    @property
    def apart(self) -> bool:
        """Whether the word before has no capital: it may be the first name of "Leonardo da Vinci"."""
        return self.position == 0 or not self.tokens[self.position - 1].text[0].isupper()

    @property
    def bracketed(self) -> bool:
        """Whether an opening bracket stands right before, as at a year: ``Prometheus (2012)``."""
        return self.text[: self.tokens[self.position].start].endswith("(")

    @property
    def shouted(self) -> bool:
        """Whether the words are in capitals for emphasis: ``the parents are ALWAYS dead``."""
        words = [token.text for token in self.tokens[self.position : self.position + self.length]]
        return all(word.isupper() for word in words) and len("".join(words)) > 1

    @property
    def of_the_screen(self) -> bool:
        """Whether a first name is not that of somebody in the room, nor the beginning of another name."""
        start, end = self.tokens[self.position].start, self.tokens[self.position + self.length - 1].end
        return not _OF_A_FRIEND.search(self.text[:start]) and not _WHO_IS_HERE.match(self.text[end:])

    @property
    def possessive(self) -> bool:
        """Whether the form ends in ``'s``."""
        token = self.tokens[self.position + self.length - 1]
        return token.bare != token.norm
