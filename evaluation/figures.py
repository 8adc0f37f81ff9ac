"""What a report holds: figures with their intervals, as plain values that are written as JSON and read back.

Nothing here depends on time, so that equal dialogues give an equal file, byte for byte.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

FORMAT = 1
_DIGITS = 6


@dataclass(frozen=True)
class Figure:
    """A mean with its 95 % interval; all three are None when no dialogue says anything."""

    mean: float | None
    low: float | None
    high: float | None
    n: int
    """Of how many dialogues."""


@dataclass(frozen=True)
class Definition:
    """What a metric is."""

    meaning: str
    better: int
    """1 if more is better, -1 if less is, 0 if neither."""
    percent: bool = False
    digits: int = 2
    """After the point; of a percentage, once it is one."""
    must_be_zero: bool = False


@dataclass(frozen=True)
class Forbidden:
    """How often something happened that must not."""

    total: int
    dialogues: int
    """In how many of them."""
    n: int
    at_most: float
    """Upper end of the exact 95 % interval of the share of dialogues in which it happens."""


@dataclass(frozen=True)
class Part:
    """Figures of some of a system's dialogues."""

    n: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Bin:
    """Picks of about the same probability: what was promised, and what came true."""

    promised: float
    """Mean probability that the item is wanted."""
    wanted: float
    """Share of items that were."""
    low: float
    high: float
    n: int
    """How many picks."""


@dataclass(frozen=True)
class Trials:
    """The dialogues of one scenario."""

    behaviour: str
    n: int
    passed: int
    """In how many all checks held."""
    reliability: Mapping[str, float]
    """By k, as text: the chance that k tries in a row pass."""
    checks: Mapping[str, int]
    """By check: in how many dialogues it held."""


@dataclass(frozen=True)
class Exposure:
    """Shares of the tenths of a catalogue, the least known items first."""

    shown: tuple[float, ...]
    """Of what the system recommended."""
    wanted: tuple[float, ...]
    """Of what the people wanted."""
    n: int
    """How many recommended items."""


@dataclass(frozen=True)
class SystemReport:
    """All about one system."""

    n: int
    figures: Mapping[str, Figure]
    forbidden: Mapping[str, Forbidden]
    behaviours: Mapping[str, Part]
    groups: Mapping[str, Mapping[str, Part]]
    by_turn: tuple[Figure, ...]
    """Success within one turn, two turns and so on."""
    calibration: tuple[Bin, ...]
    scenarios: Mapping[str, Trials]
    exposure: Exposure


@dataclass(frozen=True)
class Comparison:
    """A system and the first one on the dialogues that both have."""

    system: str
    against: str
    metric: str
    difference: Figure
    """The system's figure less that of the other; ``n`` counts pairs of dialogues."""
    p: float | None
    """Of a paired permutation test."""
    adjusted: float | None
    """The same for all comparisons of the report together (Benjamini and Hochberg)."""


@dataclass(frozen=True)
class Report:
    """What a run showed."""

    catalog: str
    items: int
    digest: str
    """Of the catalogue."""
    order: tuple[str, ...]
    """Names of the systems; the first is the one that the others are compared with."""
    systems: Mapping[str, SystemReport]
    definitions: Mapping[str, Definition]
    comparisons: tuple[Comparison, ...]
    format: int = FORMAT

    def shown(self, metric: str, value: float | None, difference: bool = False) -> str:
        """Return a value of a metric as people read it, ``88.0 %``, or the difference of two, ``+1.5 points``."""
        if value is None:
            return "–"
        definition = self.definitions[metric]
        amount = 100 * value if definition.percent else value
        text = f"{amount:{'+' if difference else ''}.{definition.digits}f}".replace("-", "−")
        unit = (" points" if difference else " %") if definition.percent else ""
        return text + unit


_READER = TypeAdapter(Report)


def report_json(report: Report) -> str:
    """Return a report as JSON; equal reports give equal text."""
    return as_json(asdict(report))


def as_json(values: object) -> str:
    """Return plain values as JSON in the order of their names, numbers rounded to six digits."""
    return json.dumps(_rounded(values), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _rounded(value: object) -> object:
    match value:
        case float():
            return round(value, _DIGITS) + 0.0
        case Mapping():
            return {name: _rounded(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
    return value


def read_report(path: Path) -> Report:
    """Return the report of a file.

    Raises ValueError, naming the way out, for a file that is none or of another format.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no report: {error}") from None
    made = found.get("format") if isinstance(found, dict) else None
    if made != FORMAT:
        raise ValueError(
            f"{path} has the report format {made!r}, not {FORMAT}; write it again with `python -m evaluation.report`"
        )
    try:
        return _READER.validate_python(found)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ValueError(f"{path} is no report: {place}: {error.errors()[0]['msg']}") from None
