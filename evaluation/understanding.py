"""Measure how well systems understand utterances that were written and labelled by hand.

    python -m evaluation.understanding --system chat linker --errors 15

``python -m app.understanding`` takes the same arguments and has the systems with a model as well. Likes and dislikes
count as (polarity, facet, value), near-synonyms (``evaluation/near.py``) being equal; a polarity error is a value that
is in gold the other way round. Intervals are bootstrapped over the utterances.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation.gold import FACETS, INTENTS, Agreement, Heard, Utterance, compared, load_utterances
from evaluation.listening import LISTENERS, Listener
from evaluation.near import Stated

HELD_OUT = Path(__file__).parent / "data" / "understanding.jsonl"
_SAMPLES = 1000
_MEASURES = ("likes_dislikes_f1", "polarity_error_rate", "intent_accuracy", "parsed")
_NAMES = ("likes/dislikes F1", "polarity errors", "intent accuracy", "parsed")


@dataclass(frozen=True)
class Outcome:
    """An utterance and how one system read it."""

    utterance: Utterance
    read: Heard | None
    agreement: Agreement

    @property
    def counts(self) -> tuple[int, ...]:
        """What the measures are made of: right, missed, extra, turned, right intent, parsed, one utterance."""
        found = self.agreement
        sizes = [len(part) for part in (found.right, found.missed, found.extra, found.turned)]
        return (*sizes, bool(self.read and self.read.intent == self.utterance.gold.intent), self.read is not None, 1)


def read_all(listener: Listener, utterances: Iterable[Utterance]) -> tuple[Outcome, ...]:
    """Let a system read each utterance."""
    found = []
    for utterance in utterances:
        read = listener.hear(utterance.context, utterance.text)
        found.append(Outcome(utterance, read, compared(utterance.gold, read)))
    return tuple(found)


def measures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return ``n`` and the four measures, as shares of 1."""
    totals = np.array([outcome.counts for outcome in outcomes], dtype=float).sum(axis=0, keepdims=True)
    return {"n": len(outcomes)} | dict(zip(_MEASURES, map(float, _measured(totals)[0]), strict=True))


def intervals(outcomes: Sequence[Outcome], seed: int) -> dict[str, tuple[float, float]]:
    """Return the 95 % bootstrap interval of each measure over the utterances."""
    counts = np.array([outcome.counts for outcome in outcomes], dtype=float)
    n = len(outcomes)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_SAMPLES)
    low, high = np.quantile(_measured(weights @ counts), (0.025, 0.975), axis=0)
    return {name: (float(low[place]), float(high[place])) for place, name in enumerate(_MEASURES)}


def _measured(totals: np.ndarray) -> np.ndarray:
    """Map sums of counts, (samples, 7), to the measures, (samples, 4); of no values at all F1 is 1."""
    right, missed, extra, turned, intents, parsed, n = totals.T
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * right / (2 * right + missed + extra), nan=1.0)
        wrong = np.nan_to_num(turned / (right + turned))
    return np.stack((f1, wrong, intents / n, parsed / n), axis=1)


def by_facet(outcomes: Iterable[Outcome]) -> dict[str, tuple[float, int]]:
    """Return F1 and the number of gold values of each facet; what is made up counts against the facet it is in."""
    right, wrong, size = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        found = outcome.agreement
        right.update(stated.said.facet for stated in found.right)
        wrong.update(stated.said.facet for stated in (*found.missed, *found.extra))
        size.update(stated.said.facet for stated in (*found.right, *found.missed))
    named = [facet for facet in (*FACETS, *sorted(wrong.keys() - {*FACETS})) if right[facet] + wrong[facet]]
    return {facet: (2 * right[facet] / (2 * right[facet] + wrong[facet]), size[facet]) for facet in named}


def errors(outcomes: Iterable[Outcome]) -> list[tuple[str, list[str]]]:
    """Return the kinds of errors with an example of each occurrence, the most frequent kind first."""
    found: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        name, agreement = f"{outcome.utterance.id} {outcome.utterance.text!r}", outcome.agreement
        gold, read = outcome.utterance.gold.intent, outcome.read
        if read is None:
            found["not parsed"].append(name)
        elif read.intent != gold:
            found[f"intent {gold} read as {read.intent}"].append(name)
        for stated in agreement.turned:
            found[f"polarity turned: {stated.said.facet}"].append(f"{name}: {_shown(stated)}")
        turned = {stated.said for stated in agreement.turned}
        for kind, values in (("missed", agreement.missed), ("made up", agreement.extra)):
            for stated in values:
                if stated.said not in turned:
                    found[f"{kind}: {_stance(stated)} {stated.said.facet}"].append(f"{name}: {_shown(stated)}")
    return sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))


def _stance(stated: Stated) -> str:
    return "liked" if stated.liked else "disliked"


def _shown(stated: Stated) -> str:
    return f"{'+' if stated.liked else '-'}{stated.said.facet} {stated.said.value}"


def summary(outcomes: Mapping[str, Sequence[Outcome]], seed: int) -> str:
    """Return a Markdown table of the systems, a row each, with intervals."""
    rows = [f"| system | {' | '.join(_NAMES)} |", f"|---{'|---:' * len(_NAMES)}|"]
    for system, found in outcomes.items():
        means, ranges = measures(found), intervals(found, seed)
        cells = [f"{means[name]:.3f} [{ranges[name][0]:.3f}, {ranges[name][1]:.3f}]" for name in _MEASURES]
        rows.append(f"| {system} | {' | '.join(cells)} |")
    return "\n".join(rows)


def facets_table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """Return a Markdown table of F1 by facet and system."""
    scores = {system: by_facet(found) for system, found in outcomes.items()}
    named = [*FACETS, *sorted({facet for found in scores.values() for facet in found} - {*FACETS})]
    rows = [f"| facet | in gold | {' | '.join(scores)} |", f"|---|---:{'|---:' * len(scores)}|"]
    for facet in named:
        held = [found.get(facet) for found in scores.values()]
        if any(held):
            size = max(entry[1] for entry in held if entry)
            cells = [f"{entry[0]:.3f}" if entry else "" for entry in held]
            rows.append(f"| {facet} | {size} | {' | '.join(cells)} |")
    return "\n".join(rows)


def confusion(outcomes: Iterable[Outcome]) -> str:
    """Return a Markdown table of intents, gold in rows and readings in columns."""
    pairs = Counter((one.utterance.gold.intent, one.read.intent if one.read else "none") for one in outcomes)
    columns = [intent for intent in (*INTENTS, "none") if any(read == intent for _, read in pairs)]
    rows = [f"| gold \\ read | {' | '.join(columns)} |", f"|---{'|---:' * len(columns)}|"]
    for gold in INTENTS:
        cells = [str(pairs.get((gold, read), "")) for read in columns]  # type: ignore[arg-type]
        if any(cells):
            rows.append(f"| {gold} | {' | '.join(cells)} |")
    return "\n".join(rows)


def report(outcomes: Mapping[str, Sequence[Outcome]], kinds: int, seed: int) -> str:
    """Return everything that was found as Markdown, with so many kinds of errors of each system."""
    n = len(next(iter(outcomes.values())))
    parts = [f"{n} utterances, 95 % intervals, seed {seed}", summary(outcomes, seed), facets_table(outcomes)]
    for system, found in outcomes.items():
        parts += [f"Intents of {system}:", confusion(found)]
        if kinds:
            lines = [f"- {len(cases)} x {kind}; {cases[0]}" for kind, cases in errors(found)[:kinds]]
            parts.append("\n".join([f"Errors of {system}:", "", *lines]))
    return "\n\n".join(parts)


def main(argv: Sequence[str] | None = None, systems: Mapping[str, Callable[[Catalog], Listener]] = LISTENERS) -> None:
    """Print how well systems understand, and write the measures to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HELD_OUT, help="JSON lines of utterances (default: %(default)s)")
    names = sorted(systems)
    about = f"of {', '.join(names)} (default: all)"
    parser.add_argument("--system", nargs="+", choices=names, default=names, metavar="NAME", help=about)
    parser.add_argument("--out", type=Path, help="write the measures to this file as JSON")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print the N most frequent kinds of errors")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    given = parser.parse_args(argv)
    catalog = load_catalog(given.home, films.NAME)
    try:
        utterances = load_utterances(given.data, catalog)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    outcomes = {name: read_all(systems[name](catalog), utterances) for name in dict.fromkeys(given.system)}
    print(report(outcomes, given.errors, given.seed))  # noqa: T201
    if given.out:
        found = {name: measures(each) for name, each in outcomes.items()}
        told = next(iter(found.values())) if len(found) == 1 else {"systems": found}
        given.out.write_text(f"{json.dumps(told, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
