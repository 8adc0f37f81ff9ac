"""Measure planners by the multi-round protocol, on a benchmark folder or on the film catalogue.

    python -m evaluation.multi_round --data FOLDER --split valid --planner bayes

Every person and target of the split holds one conversation of at most 15 turns. The same people volunteer the same
values to every planner. The table gives 95 % bootstrap intervals over conversations.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from catalog.storage import default_home
from evaluation.histories import Histories, Pair, load
from evaluation.intervals import interval
from evaluation.personal import person_logits
from evaluation.planners import PLAYERS, Belief, World
from evaluation.protocol import Person, Played, Player, hold
from graph.asking import QuestionConfig
from graph.attributes import AttributeGraph
from graph.questions import Form, Shortlist

_FORMS = {"yes-no": frozenset({Form.YES_NO}), "all": frozenset(Form)}
_METRICS: Mapping[str, Callable[[Played], float]] = {
    "sr@5": lambda played: played.success and played.turns <= 5,
    "sr@10": lambda played: played.success and played.turns <= 10,
    "sr@15": lambda played: played.success,
    "at": lambda played: played.turns,
    "hdcg": lambda played: played.hdcg,
    "questions": lambda played: played.questions,
    "recommendations": lambda played: played.recommendations,
}
_DIGITS = {"at": 2, "questions": 2, "recommendations": 2}


@dataclass(frozen=True)
class Setting:
    """What a run was about."""

    data: str
    split: str
    seed: int
    noise: float = 0.0
    questions: str = "yes-no"
    """``yes-no`` as in the protocol, or ``all`` the forms that the chat uses."""

    def ask(self) -> QuestionConfig:
        """Return what may be asked: people always have an answer here, so that only information counts."""
        forms = _FORMS[self.questions]
        many = 4 if self.questions == "yes-no" else QuestionConfig.most
        return QuestionConfig(
            forms, many, most_of_facet=4, least_mass=0.0, noise=self.noise, easy_vocabulary=10**9, ease=1.0, eases={}
        )


@dataclass(frozen=True)
class Result:
    """What one planner reached."""

    planner: str
    setting: Setting
    played: tuple[Played, ...]
    seconds: float
    """In all, on one core, the prior not included."""

    def values(self, metric: str) -> np.ndarray:
        """Return a metric of each conversation, (conversations,)."""
        return np.array([_METRICS[metric](played) for played in self.played], dtype=np.float64)

    def row(self) -> dict[str, object]:
        """Return the figures by name, with intervals, as they are written to a file."""
        setting = self.setting
        values = {metric: self.values(metric) for metric in _METRICS}
        figures = {metric: round(float(found.mean()), 4) for metric, found in values.items()}
        ends = {metric: interval(found, setting.seed) for metric, found in values.items()}
        return {
            "data": setting.data,
            "split": setting.split,
            "planner": self.planner,
            "n": len(self.played),
            "seed": setting.seed,
            "noise": setting.noise,
            "forms": setting.questions,
            **figures,
            "conversations_per_second": round(len(self.played) / self.seconds, 1),
            "intervals": {metric: [round(low, 4), round(high, 4)] for metric, (low, high) in ends.items()},
        }


def world(histories: Histories, split: str, seed: int) -> World:
    """Return what planners may know: it comes from training, but for the prior's few weights (see ``priors``)."""
    users = {user: row for row, user in enumerate(histories.users)}
    known = histories.known
    rows = [known.indices[start:end] for start, end in zip(known.indptr, known.indptr[1:], strict=False)]
    return World(AttributeGraph(histories.catalog), users, person_logits(histories, split, seed), rows)


def play(
    player: Player[Belief], within: World, pairs: Sequence[tuple[int, Pair]], setting: Setting
) -> Iterator[Played]:
    """Yield one conversation for each numbered pair; the number makes its random draws, whoever plays."""
    for number, pair in pairs:
        target = np.array([within.graph.catalog.position(pair.target)])
        truth = Shortlist(within.graph, target, np.ones(1))
        person = Person(truth, np.random.default_rng([setting.seed, number]), setting.noise)
        yield hold(player, person, pair.user)


def chosen(pairs: Sequence[Pair], n: int | None, seed: int) -> list[tuple[int, Pair]]:
    """Return all numbered pairs, or ``n`` of them drawn at random."""
    numbered = list(enumerate(pairs))
    if n is None or n >= len(numbered):
        return numbered
    return [numbered[place] for place in np.random.default_rng(seed).permutation(len(numbered))[:n]]


def table(results: Sequence[Result]) -> str:
    """Return results as a Markdown table: means with the half-widths of their intervals."""
    names = [*_METRICS, "conversations/s"]
    lines = ["| planner | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
    for result in results:
        cells = []
        for metric in _METRICS:
            values, digits = result.values(metric), _DIGITS.get(metric, 3)
            low, high = interval(values, result.setting.seed)
            cells.append(f"{values.mean():.{digits}f} ± {(high - low) / 2:.{digits}f}")
        cells.append(f"{len(result.played) / result.seconds:.0f}")
        lines.append(f"| {result.planner} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Hold the conversations and print the table."""
    given = _parser().parse_args(argv)
    setting = Setting(given.data, given.split, given.seed, given.noise, given.questions)
    try:
        histories = load(given.data, given.home)
        pairs = chosen(histories.pairs(given.split), given.n, given.seed)
        within = world(histories, given.split, given.seed)
    except ValueError as error:
        raise SystemExit(f"error: {error}") from None
    results = []
    for name in given.planner:
        player = PLAYERS[name](within, setting.ask())
        begun = time.perf_counter()
        with threadpool_limits(1, "blas"):
            played = tuple(tqdm(play(player, within, pairs, setting), total=len(pairs), desc=name, disable=None))
        results.append(Result(name, setting, played, time.perf_counter() - begun))
    noise = f", answers wrong with chance {setting.noise:g}" if setting.noise else ""
    print(f"{given.data}, {given.split}, {len(pairs)} conversations, seed {given.seed}{noise}\n\n{table(results)}")  # noqa: T201
    if given.out is not None:
        rows = [result.row() for result in results]
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(rows[0] if len(rows) == 1 else rows, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a benchmark folder, or an ingested catalogue such as films")
    parser.add_argument("--split", default="valid", help="valid, or test where there is one (default: %(default)s)")
    parser.add_argument("--planner", nargs="+", choices=list(PLAYERS), default=["bayes"], help="one or several")
    parser.add_argument("--noise", type=_chance, default=0.0, help="the chance that an answer is wrong")
    parser.add_argument("--questions", choices=list(_FORMS), default="yes-no", help="forms that may be asked")
    parser.add_argument("--n", type=_count, help="so many pairs, drawn at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of every random draw (default: %(default)s)")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there, as JSON")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} conversations say nothing: give 1 or more, or leave it out for all")
    return value


def _chance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 0.5:
        raise argparse.ArgumentTypeError(f"{text} is no noise: give a chance from 0 to below 0.5")
    return value


if __name__ == "__main__":
    main()
