"""The first phase of the item-language adapter: its queries learn what texts say of items, and who likes them.

Four losses as in the Item-Language Model (Yang et al., arXiv 2406.02844), three of them those of BLIP-2 (Li et al.,
ICML 2023, arXiv 2301.12597): item-text contrastive, item-text matching, grounded generation, item-item contrastive.
The language model itself is not run; texts are read with its token embeddings, which stay as they are.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from catalog.items import Item
from finetune.adapter import ItemAdapter, added, token_size
from finetune.features import ItemFeatures
from retrieval.embed import item_text
from retrieval.tower import mean_pool

WORDS = 32
"""A longer text is cut after so many tokens."""
_SHARED = 128
"""Dimensions of the space in which items and texts are compared."""
_TEMPERATURE = 0.07
_JOINT = 8
"""One in so many rows of a batch is read together with its item, which costs several times what comparing does."""
_NEAR = 5
"""How many likes may at most lie between two that count as liked together."""
_VALUES = 3
_READING, _SPEAKING = 0, 1
"""The marks before a text that is read as a whole, and before one that is predicted token by token."""

Tokens = tuple[torch.Tensor, torch.Tensor]
"""Ids, and True where there is no padding, both (texts, length)."""


class ItemReader(nn.Module):
    """An adapter that also reads and speaks about its items; all but the adapter is left behind after training."""

    def __init__(self, adapter: ItemAdapter, language: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Read texts with the token embeddings of ``language``."""
        super().__init__()
        hidden = adapter.shape.hidden
        self.adapter = adapter
        self.tokenizer = tokenizer
        table: Any = language.get_input_embeddings()
        self.register_buffer("table", table.weight.detach() / token_size(language), persistent=False)
        self.table: torch.Tensor
        self.of_words = nn.Linear(adapter.shape.model_dim, hidden, bias=False)
        nn.init.orthogonal_(self.of_words.weight)
        self.marks = nn.Parameter(torch.randn(2, hidden))
        self.places = nn.Parameter(torch.randn(WORDS + 1, hidden) * 0.1)
        self.item_side = nn.Linear(hidden, _SHARED)
        self.text_side = nn.Linear(hidden, _SHARED)
        self.matches = nn.Linear(hidden, 2)
        self.speaks = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden))
        self.log_temperature = nn.Parameter(torch.tensor(_TEMPERATURE).log())

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Return the first tokens of texts, padded on the right."""
        rows = [torch.tensor(self.tokenizer.encode(text, add_special_tokens=False)[:WORDS]) for text in texts]
        device = self.marks.device
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        lengths = torch.tensor([len(row) for row in rows])
        return ids.to(device), (torch.arange(ids.shape[1]) < lengths[:, None]).to(device)

    def items(self, items: torch.Tensor) -> torch.Tensor:
        """Map (batch, item_dim) to the places of their queries in the shared space, (batch, tokens, shared)."""
        return functional.normalize(self.item_side(self.adapter.looked(items)).float(), dim=-1)

    def texts(self, tokens: Tokens) -> torch.Tensor:
        """Map texts, read without any item, to (texts, shared) unit vectors."""
        ids, real = tokens
        states: torch.Tensor = self.adapter.qformer(
            query_embeds=self._embedded(ids, _READING), query_length=0, attention_mask=added(_marked(real))
        ).last_hidden_state
        # The mean learns in far fewer steps what the first state alone would have to gather.
        return functional.normalize(self.text_side(mean_pool(states, _marked(real))), dim=-1)

    def matching(self, items: torch.Tensor, tokens: Tokens) -> torch.Tensor:
        """Map items, each with a text that its queries see, to (batch, 2) logits of whether they belong together."""
        ids, real = tokens
        queries = self.adapter.asked(len(items))
        states = torch.cat([queries, self._embedded(ids, _READING)], dim=1)
        mask = torch.cat([real.new_ones(queries.shape[:2]), _marked(real)], dim=1)
        found = self.adapter.attended(states, *self.adapter.inputs(items), mask)
        logits: torch.Tensor = self.matches(found[:, : queries.shape[1]]).float().mean(1)
        return logits

    def speaking(self, items: torch.Tensor, tokens: Tokens) -> torch.Tensor:
        """Map items, each with a text, to the (batch, length, model_dim) vectors that each token is chosen by.

        The one at a place has seen the item and the tokens before that place.
        """
        ids, real = tokens
        queries = self.adapter.asked(len(items))
        states = torch.cat([queries, self._embedded(ids, _SPEAKING)], dim=1)
        mask = speaking_mask(_marked(real), queries.shape[1])
        found = self.adapter.attended(states, *self.adapter.inputs(items), mask)
        spoken: torch.Tensor = self.speaks(found[:, queries.shape[1] : -1])
        # The head is tied to the frozen embeddings through the map by which words came in.
        chosen: torch.Tensor = functional.linear(spoken, self.of_words.weight.T) * self.adapter.shape.hidden**-0.5
        return chosen

    def _embedded(self, ids: torch.Tensor, mark: int) -> torch.Tensor:
        """Map (texts, length) to (texts, 1 + length, hidden), the mark first."""
        words = self.of_words(self.table[ids].to(self.of_words.weight.dtype))
        first = self.marks[mark].expand(len(ids), 1, -1)
        found: torch.Tensor = torch.cat([first.to(words), words], dim=1) + self.places[: ids.shape[1] + 1]
        return found


def _marked(real: torch.Tensor) -> torch.Tensor:
    """Return the mask of texts with a mark before them."""
    return functional.pad(real, (1, 0), value=True)


def speaking_mask(real: torch.Tensor, queries: int) -> torch.Tensor:
    """Return who sees whom when a text is spoken about an item: (batch, length, length), the queries first.

    The queries are blind to the text; a token sees the queries, itself and the tokens before it. ``real`` is
    (batch, length of the text) and True where there is no padding.
    """
    batch, length = real.shape
    seen = real.new_zeros(batch, queries + length, queries + length)
    seen[:, :, :queries] = True
    seen[:, queries:, queries:] = real[:, None, :] & real.new_ones(length, length).tril()
    return seen


def contrast(scores: torch.Tensor) -> torch.Tensor:
    """Return the InfoNCE loss of a (batch, batch) matrix of scores, both ways; right pairs are on the diagonal."""
    right = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2


def best_query(queries: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    """Map (items, tokens, shared) and (texts, shared) to (items, texts): the cosine of the query that fits best."""
    return torch.einsum("ikd,td->itk", queries, texts).amax(-1)


def best_pair(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Map two (batch, tokens, shared) to (batch, batch): the cosine of the two queries that fit best."""
    return torch.einsum("akd,bld->abkl", first, second).amax((-1, -2))


def hidden_twins(scores: torch.Tensor, first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
    """Return (batch, batch) scores with minus infinity where a wrong pair is a right one, or an item with itself."""
    rights = set(zip(first, second, strict=True))
    rights |= {(b, a) for a, b in rights}
    twins = [[(a, b) in rights or a == b for b in second] for a in first]
    mask = torch.tensor(twins, device=scores.device).fill_diagonal_(False)
    return scores.masked_fill(mask, -torch.inf)


class ItemLanguage:
    """All four losses over batches of items, their texts, and pairs of items that someone liked."""

    def __init__(
        self,
        reader: ItemReader,
        features: ItemFeatures,
        items: Sequence[Item],
        histories: Sequence[Sequence[str]],
    ) -> None:
        """Learn from ``items``, and from the ids that each person liked, oldest first."""
        self._reader = reader
        self._matrix = torch.from_numpy(features.matrix)
        self._rows = features.rows
        self._items = items
        self._told = [item for item in items if item.description]
        known = {item.id for item in items}
        likes = [[item_id for item_id in history if item_id in known] for history in histories]
        self._histories = [history for history in likes if len(history) > 1]

    def loss(self, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the sum of the losses, a scalar; equal states of ``rng`` and torch give equal losses."""
        return torch.stack(list(self.losses(rng, batch).values())).sum()

    def losses(self, rng: random.Random, batch: int) -> dict[str, torch.Tensor]:
        """Return each loss by name; those of reading and speaking are of every eighth item of the batch."""
        reader, drawn = self._reader, self._drawn(rng, batch)
        items, tokens = self._numbers([item.id for item in drawn]), reader.tokens([told(item, rng) for item in drawn])
        scores = best_query(reader.items(items), reader.texts(tokens)) / reader.log_temperature.exp()
        few = slice(0, max(2, len(drawn) // _JOINT))
        found = {
            "contrast": contrast(scores),
            "matching": self._matching(scores.detach(), items, tokens, few),
            "generation": generation(reader, items[few], _cut(tokens, few)),
        }
        if self._histories:
            found["likes"] = self._likes(rng, batch)
        return found

    def _drawn(self, rng: random.Random, batch: int) -> list[Item]:
        """Return different items, half of them with a story where there are so many."""
        storied = rng.sample(self._told, min(batch // 2, len(self._told)))
        taken = {item.id for item in storied}
        others = [item for item in rng.sample(self._items, min(batch, len(self._items))) if item.id not in taken]
        mixed = [*storied, *others][:batch]
        rng.shuffle(mixed)
        return mixed

    def _numbers(self, ids: Sequence[str]) -> torch.Tensor:
        return self._matrix[[self._rows[item_id] for item_id in ids]].to(self._reader.marks.device)

    def _matching(self, scores: torch.Tensor, items: torch.Tensor, tokens: Tokens, few: slice) -> torch.Tensor:
        """Return the cross-entropy of telling right pairs from hard wrong ones, of which there are twice as many."""
        wrong_texts, wrong_items = _hard(scores)[few], _hard(scores.T)[few]
        places = torch.arange(len(scores), device=scores.device)[few]
        item_of, text_of = torch.cat([places, places, wrong_items]), torch.cat([places, wrong_texts, places])
        right = (torch.arange(3 * len(places), device=scores.device) < len(places)).long()
        return functional.cross_entropy(self._reader.matching(items[item_of], _cut(tokens, text_of)), right)

    def _likes(self, rng: random.Random, batch: int) -> torch.Tensor:
        pairs = [_liked_together(rng.choice(self._histories), rng) for _ in range(batch)]
        first, second = zip(*pairs, strict=True)
        queries = self._reader.items(self._numbers([*first, *second]))
        scores = best_pair(queries[:batch], queries[batch:]) / _TEMPERATURE
        rows = [[self._rows[item_id] for item_id in side] for side in (first, second)]
        return contrast(hidden_twins(scores, *rows))


def generation(reader: ItemReader, items: torch.Tensor, tokens: Tokens) -> torch.Tensor:
    """Return the cross-entropy (natural log) of the tokens of texts, given their items.

    A token is chosen among those of all these texts: the whole vocabulary would take most of a step, and the frequent
    tokens, which are hard to tell apart, are there anyway.
    """
    ids, real = tokens
    candidates, right = torch.unique(ids[real], return_inverse=True)
    wanted = reader.speaking(items, tokens)[real]
    logits = wanted @ reader.table[candidates].to(wanted.dtype).T
    return functional.cross_entropy(logits.float(), right)


def told(item: Item, rng: random.Random) -> str:
    """Return an item's text or, half of the time, what it says in another order, half of these without the title."""
    if rng.random() < 0.5:
        return item_text(item)
    parts = [f"{facet}: {', '.join(_some(values, rng))}" for facet, values in item.facets.items()]
    parts += [item.description] if item.description else []
    if not parts or rng.random() < 0.5:
        parts.append(item.label)
    rng.shuffle(parts)
    return ". ".join(parts)


def _some(values: Sequence[str], rng: random.Random) -> list[str]:
    return rng.sample(list(values), rng.randint(1, min(_VALUES, len(values))))


def _liked_together(history: Sequence[str], rng: random.Random) -> tuple[str, str]:
    """Return two different places of a history that are near each other."""
    place = rng.randrange(len(history))
    low, high = max(0, place - _NEAR), min(len(history) - 1, place + _NEAR)
    other = rng.choice([near for near in range(low, high + 1) if near != place])
    return history[place], history[other]


def _hard(scores: torch.Tensor) -> torch.Tensor:
    """Draw for each row another place, (batch,), the likelier the higher its score."""
    likely = (functional.softmax(scores, dim=1) + 1e-4).fill_diagonal_(0.0)
    return torch.multinomial(likely, 1).squeeze(1)


def _cut(tokens: Tokens, rows: slice | torch.Tensor) -> Tokens:
    return tokens[0][rows], tokens[1][rows]


@torch.inference_mode()
def text_recall(
    reader: ItemReader,
    features: ItemFeatures,
    items: Sequence[Item],
    text: Callable[[Item], str] = item_text,
) -> Callable[[int], float]:
    """Return the function of k that gives the share of texts whose item is among the best k of ``items``."""
    training = reader.training
    reader.eval()
    matrix = torch.from_numpy(features.matrix[[features.rows[item.id] for item in items]])
    texts = [reader.texts(reader.tokens([text(item) for item in part])) for part in _parts(items)]
    scores = best_query(reader.items(matrix.to(reader.marks.device)), torch.cat(texts))
    reader.train(training)
    # Ties count against the right item.
    ranks = (scores >= scores.diagonal()).sum(0)
    return lambda k: float((ranks <= k).float().mean())


def _parts(items: Sequence[Item], most: int = 256) -> list[Sequence[Item]]:
    return [items[start : start + most] for start in range(0, len(items), most)]
