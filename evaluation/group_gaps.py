"""Whether some kinds of people or items are served worse than others, from conversations that were held.

A gap may come of what people do rather than of who they are, where groups follow different scenarios.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control, permutation_test

from evaluation.estimates import Cell, Row, difference, mean
from evaluation.metrics import turns
from evaluation.transcripts import Dialogue, read_dialogues

LEAST = 20
"""Groups of fewer conversations are marked, and take no part in gaps."""
_RESAMPLES = 9999


def read_folder(folder: Path) -> tuple[Dialogue, ...]:
    """Return all conversations of a finished run; ValueError if there are none."""
    found = tuple(dialogue for path in sorted(folder.glob("*.jsonl")) for dialogue in read_dialogues(path))
    if not found:
        raise ValueError(f"no conversations in {folder}; hold some with `python -m evaluation.run --out {folder}`")
    return found


def audit(dialogues: Sequence[Dialogue], seed: int) -> dict[str, list[Row]]:
    """Return two tables by title: success and turns of each group, and the largest gap of each kind of groups.

    The adjusted p holds for all gaps together (Benjamini and Hochberg).
    """
    most = patience(dialogues)
    groups: list[Row] = []
    gaps: list[dict[str, Cell]] = []
    for system in dict.fromkeys(dialogue.system for dialogue in dialogues):
        own = [dialogue for dialogue in dialogues if dialogue.system == system]
        for kind in sorted({kind for dialogue in own for kind in dialogue.groups}):
            members = _members(own, kind)
            groups += [
                {"system": system, "groups by": kind} | _figures(group, held, most, seed)
                for group, held in members.items()
            ]
            gap = _gap_row(system, kind, {group: held for group, held in members.items() if len(held) >= LEAST}, seed)
            gaps += [] if gap is None else [gap]
    if not groups:
        raise ValueError(f"none of {len(dialogues)} conversations says which groups it belongs to")
    adjusted = false_discovery_control([gap["p"] for gap in gaps]).tolist() if gaps else []
    tested: list[Row] = [gap | {"p, adjusted": p} for gap, p in zip(gaps, adjusted, strict=True)]
    return {"success by group": groups, "largest gap in success between groups": tested}


def _members(dialogues: Sequence[Dialogue], kind: str) -> dict[str, list[Dialogue]]:
    found: dict[str, list[Dialogue]] = defaultdict(list)
    for dialogue in dialogues:
        if kind in dialogue.groups:
            found[dialogue.groups[kind]].append(dialogue)
    return {group: found[group] for group in sorted(found)}


def successes(dialogues: Sequence[Dialogue]) -> np.ndarray:
    """Return 1 for each conversation that ended well and 0 for the others, (dialogues,)."""
    return np.array([float(dialogue.success) for dialogue in dialogues])


def patience(dialogues: Sequence[Dialogue]) -> dict[str, int]:
    """Return for each scenario the turns of its longest conversation: so long people would have gone on."""
    found: dict[str, int] = {}
    for dialogue in dialogues:
        found[dialogue.scenario] = max(found.get(dialogue.scenario, 0), len(dialogue.turns))
    return found


def gap_chance(samples: Sequence[np.ndarray], seed: int) -> float:
    """Return how probable it is that means of groups lie so far apart by chance, by permutation of all of them.

    The largest of several gaps is often large.
    """

    def spread(*groups: np.ndarray, axis: int) -> np.ndarray:
        means = np.stack([group.mean(axis=axis) for group in groups])
        return np.asarray(means.max(axis=0) - means.min(axis=0))

    rng = np.random.default_rng(seed)
    found = permutation_test(
        samples, spread, vectorized=True, n_resamples=_RESAMPLES, alternative="greater", batch=500, rng=rng
    )
    return float(found.pvalue)


def _figures(group: str, held: Sequence[Dialogue], most: Mapping[str, int], seed: int) -> dict[str, Cell]:
    spent = np.array([float(turns(dialogue, most[dialogue.scenario])) for dialogue in held])
    return {
        "group": group if len(held) >= LEAST else f"{group} (few)",
        "n": len(held),
        "success": mean(successes(held), seed),
        "AT": mean(spent, seed, digits=1),
    }


def _gap_row(system: str, kind: str, members: dict[str, list[Dialogue]], seed: int) -> dict[str, Cell] | None:
    """Return the gap between the best and the worst served group; None where there are not two."""
    if len(members) < 2:
        return None
    samples = {group: successes(held) for group, held in members.items()}
    worst, *_, best = sorted(samples, key=lambda group: float(samples[group].mean()))
    return {
        "system": system,
        "groups by": kind,
        "n": sum(map(len, samples.values())),
        "worst": worst,
        "best": best,
        "gap": difference(samples[best], samples[worst], seed),
        "p": gap_chance(tuple(samples.values()), seed),
    }
