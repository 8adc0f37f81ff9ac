"""The language model as it comes, asked to recommend: what Parley is worth beyond the model it speaks with.

The model reads the dialogue so far and names one film a turn, none in the same words again. It knows nothing of the
catalogue, so that what it names is looked up there, and what is not found counts as made up.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from agent.actions import Pick, Recommend
from agent.lexicon import surface
from catalog.items import Catalog, Item
from evaluation.systems import Answer
from retrieval.base import DEFAULT_BASE, fetch_base, named_base

OFF_CATALOGUE = "off-catalogue:"
"""Begins the id of an item that the catalogue does not hold; the title that was named follows."""
_MAX_TOKENS = 40
_ORDER = (
    "You recommend {noun}s. Reply with the title of one {noun} that fits all that the user said, in quotation marks, "
    "and never with one that you named before."
)
_BEGUN = 'You could try "'
_END = re.compile(r'["“”\n]')
"""Here the title is over: what would follow is praise."""
_YEAR = re.compile(r"\s*\((?P<year>(?:18|19|20)\d\d)\)$")


class BaseLlm:
    """A chat model that is told the conversation and nothing else."""

    def __init__(self, catalog: Catalog, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Look up in ``catalog`` what ``model`` names; its ``tokenizer`` has a chat template."""
        self._titles = _Titles(catalog)
        self._noun = catalog.noun
        # The types of transformers hide its generate.
        self._model: Any = model
        self._tokenizer = tokenizer
        pieces = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
        self._ends = [tokenizer.eos_token_id, *(token for token, piece in enumerate(pieces) if _END.search(piece))]
        self._said: dict[str, list[tuple[str, str]]] = {}
        self._named: dict[str, list[list[int]]] = {}

    def answer(self, conversation: str, text: str) -> Answer:
        """Take a turn."""
        said = self._said.setdefault(conversation, [])
        said.append(("user", text))
        named = self._named.setdefault(conversation, [])
        tokens = self._go_on(said, named)
        title = _END.split(str(self._tokenizer.decode(tokens, skip_special_tokens=True)))[0].strip()
        if bare := [token for token in tokens if token not in self._ends]:
            named.append(bare)
        reply = f'{_BEGUN}{title}".'
        said.append(("assistant", reply))
        return Answer(Recommend((Pick(self._titles.named(title), 0.0),)), reply, len(tokens))

    @torch.inference_mode()
    def _go_on(self, said: Sequence[tuple[str, str]], named: Sequence[Sequence[int]]) -> list[int]:
        """Return the tokens of a title that the model says after the beginning that is put into its mouth.

        It is none of those ``named``, which it would say again and again.
        """
        turns = [("system", _ORDER.format(noun=self._noun)), *said]
        chat = [{"role": role, "content": content} for role, content in turns]
        prompt = str(self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)) + _BEGUN
        given = self._tokenizer(prompt, return_tensors="pt", add_special_tokens=False)
        made = self._model.generate(
            **given,
            max_new_tokens=_MAX_TOKENS,
            do_sample=False,
            pad_token_id=self._tokenizer.eos_token_id,
            eos_token_id=self._ends,
            bad_words_ids=named or None,
        )
        return [int(token) for token in made[0, given["input_ids"].shape[1] :]]


class _Titles:
    """The items of a catalogue by title, and by title and year."""

    def __init__(self, catalog: Catalog) -> None:
        self._found: dict[str, list[Item]] = defaultdict(list)
        for item in sorted(catalog, key=lambda item: -item.popularity):
            self._found[surface(item.title)].append(item)

    def named(self, title: str) -> str:
        """Return the id of the item of a title, which may end in its year, or one that says that there is none."""
        year = _YEAR.search(title)
        bare = title[: year.start()] if year else title
        same = [item for item in self._found.get(surface(bare), ()) if year is None or item.year == int(year["year"])]
        return same[0].id if same else OFF_CATALOGUE + title


def load(catalog: Catalog, home: Path) -> BaseLlm:
    """Return the model below ``home``, fetched there first where it is missing."""
    folder = str(fetch_base(home, named_base(DEFAULT_BASE.hub_id)))
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    # Each process would draw its bar across the one of the run.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    return BaseLlm(catalog, model, tokenizer)
