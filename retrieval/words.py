"""Search by shared words, for names and whatever else has no meaning of its own."""

import re
import unicodedata
from collections.abc import Callable, Iterator

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from catalog.items import Catalog, Item
from retrieval.embed import search_text

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")


class WordIndex:
    """BM25 over the texts of the items (Lucene's variant, k1 1.5, b 0.75).

    Words lose their accents, apostrophes and English endings (Snowball); words such as "the" do not count.
    """

    def __init__(self, catalog: Catalog, text: Callable[[Item], str] = search_text) -> None:
        """Index the ``text`` of every item."""
        self._stem = Stemmer.Stemmer("english").stemWord
        self._index = bm25s.BM25()
        self._index.index([list(self._words(text(item))) for item in catalog], show_progress=False)

    def scores(self, text: str) -> np.ndarray:
        """Return the sums of the weights of the words shared, (items,) in catalogue order; higher is better."""
        known = self._index.get_tokens_ids(list(self._words(text)))
        return np.asarray(self._index.get_scores_from_ids(known))

    def _words(self, text: str) -> Iterator[str]:
        plain = unicodedata.normalize("NFKD", text.lower().translate(_APOSTROPHES))
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
        for word in _WORD.findall(bare):
            if word not in STOPWORDS_EN:
                yield self._stem(word)
