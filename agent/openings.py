"""How replies of a taught model begin: with the first words of one of the phrasings it was taught.

Left alone, a small model begins as most replies begin, and blends what follows. Told how to begin, it goes on as that
phrasing does; which one it is varies with what is said.
"""

import json
import zlib
from collections.abc import Iterable
from pathlib import Path

from agent.briefs import Brief, Job

OPENINGS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "data" / "openings.json").read_text(encoding="utf-8")
)
"""First words, up to the first fact, by ``key_of``."""


def opening(brief: Brief) -> str:
    """Return how a reply to a brief is to begin; empty where nothing is known. Equal briefs begin alike."""
    choices = OPENINGS.get(key_of(brief.job, (phrase.label for phrase in brief.phrases)), [])
    if not choices:
        return ""
    return choices[zlib.crc32(" ".join([brief.notes, *brief.items]).encode()) % len(choices)]


def key_of(job: Job, labels: Iterable[str]) -> str:
    """Return what briefs of a kind with these phrases have in common; a reply to a critique begins with the change."""
    return f"{job}: {'now' if job is Job.CRITIQUE else ', '.join(sorted(labels))}"
