"""What the embedder learns from: the catalogue's films that are not held out, histories, written requests, ReDial."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from catalog.items import Catalog, Item
from evaluation.queries import load_queries
from evaluation.ranking_metrics import ndcg
from finetune import requests
from finetune.answering import Answering, AnsweringConfig
from finetune.objectives import Following, Imitation, Objective, Unmasking, Views, shortened
from finetune.requests import Request
from finetune.wishes import Wishes
from retrieval.embed import MiniLM, item_parts, item_text
from retrieval.tower import Tower

_POOL = 2000
"""How many films without a description, the best known, stand among those that requests are answered from."""
_WISHES = 3000
"""How many requests made of facts the teacher is imitated on."""
_TO_ROTATE = 4000
"""Texts on which the teacher's space is measured before dimensions are cut."""


@dataclass(frozen=True)
class Lessons:
    """All that may be learned from."""

    catalog: Catalog
    dimensions: int
    redial: Path | None = None
    aligns: bool = False
    """Whether answering is the first stage that trains the head."""

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Items that may be seen, the best known first."""
        dev = requests.dev_pool()
        return tuple(item for item in self.catalog if requests.for_training(item.id, dev))

    @cached_property
    def pool(self) -> tuple[Item, ...]:
        """Items among which requests are answered."""
        described = [item for item in self.items if item.description]
        return (*described, *[item for item in self.items if not item.description][:_POOL])

    @cached_property
    def sources(self) -> dict[str, tuple[Request, ...]]:
        """Requests by where they come from."""
        found = {"written": requests.written(), "liked": requests.likes_in_a_row(self.catalog)}
        if self.redial is not None:
            found["redial"] = requests.redial(self.redial, self.catalog)
        return found

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Texts of all kinds: requests, and parts of items."""
        wishes = Wishes([item for item in self.pool if item.description])
        rng = random.Random(0)
        asked = [request.text for requests in self.sources.values() for request in requests]
        asked += [wishes.draw(rng).text for _ in range(_WISHES)]
        parts = {text for item in self.items for values in item_parts(item).values() for text in values}
        premises = [item.description for item in self.items if item.description]
        return (*dict.fromkeys(asked), *sorted(parts)[:: max(1, len(parts) // len(asked))], *premises)

    @cached_property
    def teach(self) -> Callable[[Sequence[str]], np.ndarray]:
        """The sentence encoder, cut to as many dimensions as the embedder has."""
        encoder = MiniLM()
        texts = random.Random(0).sample(self.texts, min(_TO_ROTATE, len(self.texts)))
        rotation = shortened(encoder.encode, texts, self.dimensions)

        def teach(texts: Sequence[str]) -> np.ndarray:
            vectors = encoder.encode(texts) @ rotation
            return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

        return teach

    def objectives(self, tower: Tower) -> dict[str, Callable[[], Objective]]:
        """Return what each stage learns, made when the stage begins."""
        return {
            "following": lambda: Following(self._histories()),
            "unmasking": lambda: Unmasking([item_text(item) for item in self.items]),
            "views": lambda: Views([item_text(item) for item in self.items]),
            "imitation": lambda: Imitation(self.teach, self.texts),
            "answering": lambda: Answering(
                tower, self.pool, self.sources, self.teach, AnsweringConfig(aligns=self.aligns)
            ),
        }

    def _histories(self) -> list[list[str]]:
        """Return what each person liked, oldest first, as titles with their genres."""
        seen = {item.id: ", ".join([item.label, *item.facets.get("genre", ())[:2]]) for item in self.items}
        return [[seen[item] for item in ids if item in seen] for ids in requests.liked_in_order(self.catalog)]


def development(catalog: Catalog) -> Callable[[Tower], float]:
    """Return the function that gives an embedder's mean nDCG@10 on the development set, over its films."""
    dev = requests.dev_pool()
    items = [item for item in catalog if item.id in dev]
    queries = load_queries(requests.DEV, catalog, dev)

    def check(tower: Tower) -> float:
        training = tower.training
        tower.eval()
        scores = tower.encode([query.text for query in queries]) @ tower.encode_items(items).T
        tower.train(training)
        ranked = [[items[place].id for place in np.argsort(-row, kind="stable")[:10]] for row in scores]
        return float(np.mean([ndcg(ids, query.gains) for ids, query in zip(ranked, queries, strict=True)]))

    return check
