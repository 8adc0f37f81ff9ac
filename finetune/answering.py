"""The last stage: requests come to lie near the items that answer them, further from all others of a pool.

Items are sums of parts (retrieval.tower), so the vectors of parts are kept in a table; in each step those that matter
to the batch are computed anew, with gradients, and the softmax runs over the whole pool.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from catalog.items import Item
from finetune.objectives import align, embed, unlikeness
from finetune.requests import Request
from finetune.wishes import Wishes
from retrieval.tower import Composition, Tower

_NAMES = ("actor", "writer")
_SURE = ("memory", "like")
"""Kinds of written requests that hardly any film answers but those its author named."""
_STRICT = ("facts", "people")
"""Kinds of which code could not tell whether a film that the author did not judge answers them."""
_SHADES = ("theme", "mood")
_FEW = 20
"""So few answers are never too many."""


@dataclass(frozen=True)
class AnsweringConfig:
    """How requests are drawn and scored."""

    temperature: float = 0.05
    fresh: int = 160
    """Parts of items that get gradients in a step."""
    kept: float = 0.3
    """Weight of staying with the teacher."""
    aligns: bool = False
    """Whether this is the first stage that trains the head."""
    shares: Mapping[str, float] | None = None
    """How often each source of requests is drawn; None: see SHARES."""


SHARES = {"written": 0.6, "facets": 0.2, "liked": 0.08, "redial": 0.12}


class Answering:
    """Requests of several sources against a pool of items."""

    def __init__(
        self,
        tower: Tower,
        pool: Sequence[Item],
        sources: Mapping[str, Sequence[Request]],
        teach: Callable[[Sequence[str]], np.ndarray] | None,
        config: AnsweringConfig = AnsweringConfig(),
    ) -> None:
        """Draw from ``sources`` by name and from wishes about the pool's items that have a description."""
        self._pool = pool
        self._place = {item.id: row for row, item in enumerate(pool)}
        self._sources = {name: [r for r in rows if r.relevant & self._place.keys()] for name, rows in sources.items()}
        self._wishes = Wishes([item for item in pool if item.description])
        self._teach = teach
        self._config = config
        self._parts: Composition = tower.composition(pool)
        self._columns = _columns(self._parts, tower)
        self._described = np.array([bool(item.description) for item in pool])
        self._table = torch.zeros(0)
        self._masks: dict[Request, tuple[np.ndarray, np.ndarray]] = {}
        self._shades = [frozenset(value for facet in _SHADES for value in item.facets.get(facet, ())) for item in pool]

    def begin(self, tower: Tower) -> None:
        """Set the head by the teacher, where no stage before has done so."""
        if self._teach is not None and self._config.aligns:
            asked = [request.text for requests in self._sources.values() for request in requests]
            align(tower, self._teach, [*asked, *self._parts.texts[: len(asked)]])

    def refresh(self, tower: Tower) -> None:
        """Compute the vectors of all parts anew."""
        training = tower.training
        tower.eval()
        self._table = torch.from_numpy(tower.encode(self._parts.texts)).to(tower.head.weight.device)
        tower.train(training)

    def loss(self, tower: Tower, rng: random.Random, batch: int) -> torch.Tensor:
        """Return the contrastive loss of a batch of requests, plus what it costs to leave the teacher."""
        if not len(self._table):
            self.refresh(tower)
        requests = [self._draw(rng) for _ in range(batch)]
        fresh = self._fresh(requests, rng)
        texts = [request.text for request in requests] + [self._parts.texts[column] for column in fresh]
        vectors = embed(tower, texts)
        columns = torch.tensor(fresh, device=vectors.device)
        table = self._table.index_copy(0, columns, vectors[batch:])
        self._table = table.detach()
        scores = vectors[:batch] @ tower.compose(self._parts, table).T / self._config.temperature
        relevant, counted = (torch.from_numpy(mask).to(vectors.device) for mask in self._masked(requests))
        loss = contrast(scores, relevant, counted)
        if self._teach is not None and self._config.kept:
            loss = loss + self._config.kept * unlikeness(vectors, self._teach(texts))
        return loss

    def _draw(self, rng: random.Random) -> Request:
        shares = {name: share for name, share in (self._config.shares or SHARES).items() if self._has(name)}
        source = rng.choices(list(shares), list(shares.values()))[0]
        while source == "facets":
            request = self._wishes.draw(rng)
            # What too many films answer teaches little.
            if len(request.relevant) <= max(_FEW, len(self._pool) // 20):
                return request
        return rng.choice(self._sources[source])

    def _has(self, name: str) -> bool:
        return name == "facets" or bool(self._sources.get(name))

    def _fresh(self, requests: Sequence[Request], rng: random.Random) -> list[int]:
        """Return the columns of the parts that the batch is about, names of casts last."""
        found: dict[int, bool] = {}
        for request in requests:
            ids = [rng.choice(sorted(request.relevant & self._place.keys()))]
            ids += rng.sample(
                sorted(request.wrong & self._place.keys()), min(1, len(request.wrong & self._place.keys()))
            )
            for item_id in ids:
                for column, is_name in self._columns[self._place[item_id]]:
                    found[column] = found.get(column, True) and is_name
        order = sorted(found, key=lambda column: (found[column], rng.random()))
        return order[: self._config.fresh]

    def _masked(self, requests: Sequence[Request]) -> tuple[np.ndarray, np.ndarray]:
        """Return what is relevant and what counts at all, both (requests, pool) of bool."""
        pairs = [self._mask(request) for request in requests]
        return np.stack([relevant for relevant, _ in pairs]), np.stack([counted for _, counted in pairs])

    def _mask(self, request: Request) -> tuple[np.ndarray, np.ndarray]:
        if request in self._masks:
            return self._masks[request]
        relevant, counted = self._rows(request.relevant), self._counted(request)
        found = relevant, counted | relevant
        if request.kind != "facets":
            self._masks[request] = found
        return found

    def _counted(self, request: Request) -> np.ndarray:
        counted: np.ndarray = ~self._rows(request.spared)
        judged = None if request.judged is None else self._rows(request.judged)
        if judged is None or request.kind in _SURE:
            return counted
        if request.kind in ("facets", *_STRICT):
            counted &= judged
            return counted
        # A film that shares a mood or theme with an answer may be one too. Where an author gave one answer of many,
        # this holds, if two are shared, for the films that were looked at as well.
        shared = self._shared(request)
        most = 1 if len(request.relevant) == 1 else len(self._pool)
        clear = np.where(judged, shared <= most, (shared == 0) & self._described)
        counted = counted & clear | self._rows(request.wrong)
        return counted

    def _shared(self, request: Request) -> np.ndarray:
        """Return how many moods and themes each item of the pool shares with the answers, (pool,)."""
        own = frozenset().union(*(self._shades[self._place[i]] for i in request.relevant if i in self._place))
        return np.array([len(own & shades) for shades in self._shades])

    def _rows(self, ids: frozenset[str]) -> np.ndarray:
        found = np.zeros(len(self._pool), dtype=bool)
        found[[self._place[item_id] for item_id in ids if item_id in self._place]] = True
        return found


def contrast(scores: torch.Tensor, relevant: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of each relevant item against all that count and are not relevant.

    Scores, and the masks of bool, are (requests, items). This is the supervised contrastive loss with the other
    positives left out of the denominator, averaged over the positives of a request and then over requests.
    """
    others = scores.masked_fill(relevant | ~counted, float("-inf")).logsumexp(1, keepdim=True)
    each = torch.logaddexp(scores, others) - scores
    return ((each * relevant).sum(1) / relevant.sum(1).clamp_min(1)).mean()


def _columns(parts: Composition, tower: Tower) -> list[list[tuple[int, bool]]]:
    """Return for each item the columns of its parts, and whether each is the name of one of many people."""
    names = {tower.facet_place(facet) for facet in _NAMES}
    found: list[list[tuple[int, bool]]] = [[] for _ in range(parts.items)]
    entries = zip(parts.rows.tolist(), parts.columns.tolist(), parts.facets.tolist(), strict=True)
    for row, column, facet in entries:
        found[row].append((column, facet in names))
    return found
