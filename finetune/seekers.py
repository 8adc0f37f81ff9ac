"""What real people said until they were suggested a film that they liked (ReDial, Li et al., NeurIPS 2018, CC BY 4.0).

The films that they name become soft tokens, as in ``finetune.aligning``; the reply tells what the film is like that
they liked. Recommenders' own replies are not learned from: hardly any says more than a title.
"""

from collections.abc import Sequence
from pathlib import Path

from catalog.items import Catalog
from finetune.aligning import about, described
from finetune.examples import Example
from finetune.requests import MENTION, Suggestion, dev_pool, for_training, suggestions

_ASKED = 'Someone looks for a film and says: "{}" What will they like?'
_WORDS, _FEWEST = 50, 4
"""Of what is said at most the last so many words, and more than so few."""
_SLOTS = 9
"""A text has no more slots than there are digits."""


def seekers(path: Path, catalog: Catalog) -> tuple[Example, ...]:
    """Return an example for each suggestion in ``path`` that the seeker liked and that may be trained on."""
    dev = dev_pool()
    asked = (_example(told, catalog) for told in suggestions(path, catalog) if for_training(told.item_id, dev))
    return tuple(example for example in asked if example is not None)


def _example(told: Suggestion, catalog: Catalog) -> Example | None:
    words = told.said.replace("{", "(").replace("}", ")").replace('"', "'").split()[-_WORDS:]
    if len(words) <= _FEWEST:
        return None
    text, ids = _slotted(" ".join(words), told)
    return about(_ASKED.format(text), ids, described(catalog[told.item_id], catalog.noun))


def _slotted(text: str, told: Suggestion) -> tuple[str, Sequence[str]]:
    """Return a text with slots for the films that the catalogue has, and their ids; others are "a film"."""
    ids: list[str] = []
    parts = MENTION.split(text)
    for place in range(1, len(parts), 2):
        item_id = told.ids.get(parts[place])
        if item_id is not None and item_id not in ids and len(ids) < _SLOTS:
            ids.append(item_id)
        parts[place] = f"{{{ids.index(item_id) + 1}}}" if item_id in ids else "a film"
    return "".join(parts), ids
