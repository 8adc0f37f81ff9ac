"""Measure how well systems foretell what real recommenders name in real dialogues.

    python -m evaluation.dialogue --data redial/dev.jsonl --out dialogue.json

The dialogues are in the format of ReDial or of INSPIRED; which, is seen from the file. Every film that a recommender
names in a turn is a target, all films of the catalogue are ranked, and what was said before that turn is known. A film
that the catalogue does not have counts as never found. Targets that were named before in the dialogue and new ones are
also told apart. ``popularity`` counts films in --train, ``retriever`` and ``planner`` are parts of the chat,
``mentions`` learns from --train what is named after what, and ``fused`` is the sum of the others named, with weights
learned in cross-validation on --train. Where none is named, --train is ``train.jsonl`` beside --data; without either,
only the parts of the chat and the catalogue's own popularity are measured. The intervals are of 95 % of bootstrap
resamples of dialogues. ``python -m app.redial`` takes the same arguments and has the recommend head as well.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.corpora import Conversation, load_conversations
from evaluation.scorers import LEARNED, SYSTEMS, Learn, Maker, Setting, blend
from evaluation.situations import Scorer, Situation, all_situations
from evaluation.titles import Titles

FUSED = "fused"
_TRAIN = "train.jsonl"
_KS = (1, 10, 50)
METRICS = (*(f"recall@{k}" for k in _KS), "mrr")
_RESAMPLES = 2000
_KINDS = ("all", "new", "mentioned")


@dataclass(frozen=True)
class Targets:
    """What there was to foretell, one entry a target."""

    dialogues: np.ndarray
    """Of which dialogue, as a number from 0."""
    mentioned: np.ndarray
    """Whether it was named before in the dialogue."""
    known: np.ndarray
    """Whether the catalogue has it."""

    @classmethod
    def of(cls, situations: Sequence[Situation]) -> "Targets":
        """Return the targets of the situations, in their order."""
        found = [
            (one.dialogue, film.key in one.met, film.item_id is not None) for one in situations for film in one.targets
        ]
        ids, mentioned, known = zip(*found, strict=True)
        return cls(np.unique(ids, return_inverse=True)[1], np.array(mentioned), np.array(known))

    def kind(self, kind: str) -> np.ndarray:
        """Return which targets are of a kind, of bool."""
        return np.ones(len(self.known), bool) if kind == "all" else self.mentioned == (kind == "mentioned")


def ranks(scorers: Mapping[str, Scorer], situations: Sequence[Situation], catalog: Catalog) -> dict[str, np.ndarray]:
    """Return, by system, the 1-based rank of each target among all items; infinite for those not in the catalogue.

    Of items with equal scores the first in the catalogue ranks first.
    """
    found: dict[str, list[float]] = {name: [] for name in scorers}
    for situation in tqdm(situations, desc="turns", unit="turn", disable=None):
        rows = [catalog.position(film.item_id) if film.item_id else None for film in situation.targets]
        for name, scorer in scorers.items():
            places = np.argsort(np.argsort(-scorer.scores(situation), kind="stable"))
            found[name] += [np.inf if row is None else 1.0 + places[row] for row in rows]
    return {name: np.array(places) for name, places in found.items()}


def figures(found: np.ndarray, targets: Targets, kind: str, seed: int) -> dict[str, object]:
    """Return the means of METRICS over the targets of a kind by their (targets,) ranks, with intervals."""
    chosen = targets.kind(kind)
    if not chosen.any():
        return {"n": 0}
    values = np.stack([*(found <= k for k in _KS), 1 / found], axis=1)[chosen].astype(float)
    means = values.mean(axis=0)
    low, high = _interval(values, targets.dialogues[chosen], seed)
    return {
        "n": int(chosen.sum()),
        **{name: round(float(mean), 4) for name, mean in zip(METRICS, means, strict=True)},
        "intervals": {
            name: [round(float(a), 4), round(float(b), 4)] for name, a, b in zip(METRICS, low, high, strict=True)
        },
    }


def _interval(values: np.ndarray, dialogues: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the intervals of the means of (targets, metrics) values: whole dialogues are drawn."""
    _, group = np.unique(dialogues, return_inverse=True)
    sums = np.zeros((group.max() + 1, values.shape[1]))
    np.add.at(sums, group, values)
    sizes = np.bincount(group)
    drawn = np.random.default_rng(seed).integers(0, len(sizes), (_RESAMPLES, len(sizes)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None]
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return low, high


def report(found: Mapping[str, np.ndarray], targets: Targets, seed: int) -> dict[str, object]:
    """Return all figures by system: over all targets, and nested those of new and of mentioned ones."""
    rows: dict[str, object] = {
        "n": len(targets.known),
        "dialogues": int(targets.dialogues.max()) + 1,
        "seed": seed,
        "not in the catalogue": round(float(1 - targets.known.mean()), 4),
        "mentioned": round(float(targets.mentioned.mean()), 4),
    }
    for name, places in found.items():
        nested = {kind: figures(places, targets, kind, seed) for kind in _KINDS[1:]}
        rows[name] = figures(places, targets, "all", seed) | nested
    return rows


def table(found: Mapping[str, np.ndarray], targets: Targets, seed: int) -> str:
    """Return the figures as a Markdown table."""
    lines = [f"| targets | system | n | {' | '.join(METRICS)} |", "| --- " * (3 + len(METRICS)) + "|"]
    for kind in _KINDS:
        for name, places in found.items():
            row = figures(places, targets, kind, seed)
            cells = [_cell(row, metric) for metric in METRICS]
            lines.append(f"| {' | '.join([kind, name, str(row['n']), *cells])} |")
    return "\n".join(lines)


def _cell(row: Mapping[str, object], metric: str) -> str:
    spans = row.get("intervals")
    if not isinstance(spans, Mapping):
        return "-"
    low, high = spans[metric]
    return f"{row[metric]:.3f} [{low:.3f}, {high:.3f}]"


def scorers(
    names: Sequence[str], makers: Mapping[str, Maker], setting: Setting, taught: Sequence[Conversation]
) -> dict[str, Scorer]:
    """Return the systems of these names, in this order; the blend is of the others, or of all where it is alone."""
    parts = [name for name in names if name != FUSED] or list(makers)
    learners: dict[str, Learn] = {name: makers[name](setting) for name in parts}
    if FUSED not in names:
        return {name: learners[name](taught) for name in names}
    whole = blend(learners, setting.catalog, taught, setting.seed)
    return {name: whole if name == FUSED else whole.parts[name] for name in names}


def main(argv: Sequence[str] | None = None, systems: Mapping[str, Maker] | None = None) -> None:
    """Measure the systems and print the table; more ``systems`` may be named from outside."""
    makers = {**SYSTEMS, **(systems or {})}
    given = _parser([*makers, FUSED]).parse_args(argv)
    train = given.train or _beside(given.data)
    names = given.systems or [name for name in (*makers, FUSED) if train or name not in (*LEARNED, FUSED)]
    try:
        if not train and (left := [name for name in names if name in (*LEARNED, FUSED)]):
            raise ValueError(f"{left[0]} learns from dialogues: give some with --train FILE")
        catalog = load_catalog(given.home, given.catalog)
        titles = Titles(catalog)
        taught = load_conversations(train, titles) if train else ()
        data = all_situations(load_conversations(given.data, titles))
        if not data:
            raise ValueError(f"no recommender names a film in {given.data}")
        with threadpool_limits(1):
            chosen = scorers(names, makers, Setting(catalog, given.home, given.seed), taught)
            found = ranks(chosen, data, catalog)
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {error}") from None
    targets = Targets.of(data)
    rows = report(found, targets, given.seed) | {"data": given.data.name, "train": train and train.name}
    print(f"{_about(rows)}\n\n{table(found, targets, given.seed)}")  # noqa: T201
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _beside(data: Path) -> Path | None:
    """Return the dialogues to learn from that were published with those of ``data``."""
    train = data.with_name(_TRAIN)
    return train if train.is_file() and train.name != data.name else None


def _about(rows: Mapping[str, object]) -> str:
    taught = f"; learned from {rows['train']}" if rows["train"] else ""
    return (
        f"{rows['n']} targets in {rows['dialogues']} dialogues of {rows['data']}; {rows['mentioned']:.1%} were "
        f"mentioned before, {rows['not in the catalogue']:.1%} are not in the catalogue; seed {rows['seed']}{taught}"
    )


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="dialogues to foretell")
    parser.add_argument("--train", type=Path, metavar="FILE", help="to learn from (default: train.jsonl beside --data)")
    parser.add_argument("--systems", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of samples and intervals (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return parser


if __name__ == "__main__":
    main()
