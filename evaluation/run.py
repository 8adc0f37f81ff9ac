"""Simulate conversations and report how they went.

    python -m evaluation.run --n 500 --seed 0 --systems parley,popularity --out runs/today

Conversation number i follows scenario i, counted round, with the person of seed SEED + i; every system talks to the
same people. With --out each conversation is written down once it is over, and a run that was stopped goes on from
there; at the end the report lies beside them. No language model speaks for Parley here (python -m app.simulate lets
it). The exit status is 1 if Parley did what it must not, or, with --against, if something got worse.
"""

import argparse
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from catalog.storage import default_home
from evaluation import tables
from evaluation.engines import ENGINES, EngineError, Job, Work, run_all
from evaluation.figures import Report, read_report
from evaluation.ledger import open_ledger
from evaluation.personas import World
from evaluation.regressions import difference
from evaluation.reporting import context_of, write_report
from evaluation.scenarios import LIBRARY, Scenario, load_scenarios, validated
from evaluation.simulator import Speaker
from evaluation.summary import summary
from evaluation.systems import SEARCHING, SYSTEMS, System, build, ready_vectors
from evaluation.transcripts import Dialogue
from retrieval.base import WeightsError
from retrieval.embed import TrainedEmbedder

_OURS = "parley"
"""Begins the names of the systems that are held to what must be zero."""
_NOT_SEARCHING = set(SYSTEMS) - set(SEARCHING)


@dataclass(frozen=True)
class Offer:
    """What a command that simulates can do."""

    help: str
    systems: tuple[str, ...] = tuple(SYSTEMS)
    default: str = _OURS
    n: int = 500
    build: Callable[[str, World, Path], System] = build


class _Ledger(Protocol):
    """Where finished dialogues go."""

    def held(self) -> dict[str, tuple[Dialogue, ...]]: ...

    def add(self, dialogue: Dialogue) -> None: ...

    def order(self) -> None: ...


class Memory:
    """Keeps dialogues until the command ends."""

    def __init__(self, systems: Iterable[str]) -> None:
        """Keep the dialogues of ``systems``."""
        self._held: dict[str, list[Dialogue]] = {system: [] for system in systems}

    def held(self) -> dict[str, tuple[Dialogue, ...]]:
        """Return the finished dialogues of each system by seed."""
        return {name: tuple(sorted(own, key=lambda dialogue: dialogue.seed)) for name, own in self._held.items()}

    def add(self, dialogue: Dialogue) -> None:
        """Keep a dialogue."""
        self._held[dialogue.system].append(dialogue)

    def order(self) -> None:
        """Do nothing: ``held`` is in order."""


def jobs(scenarios: Sequence[Scenario], systems: Sequence[str], n: int, seed: int) -> list[Job]:
    """Return ``n`` conversations of each system, number by number, so that all systems get on alike."""
    return [Job(system, scenarios[number % len(scenarios)], seed + number) for number in range(n) for system in systems]


def missing(wanted: Iterable[Job], held: Mapping[str, Sequence[Dialogue]]) -> list[Job]:
    """Return the jobs of which there is no dialogue yet."""
    done = {(system, dialogue.seed) for system, dialogues in held.items() for dialogue in dialogues}
    return [job for job in wanted if (job.system, job.seed) not in done]


def simulate(given: argparse.Namespace, offer: Offer) -> Report:
    """Hold the conversations that were asked for, or what is missing of them, and return the report."""
    catalog = load_catalog(given.home, given.catalog)
    scenarios = validated(load_scenarios(given.scenarios), catalog)
    wanted = jobs(scenarios, given.systems, given.n, given.seed)
    work = Work(given.home, given.systems, given.catalog, offer.build, _voice(given))
    if set(given.systems) - _NOT_SEARCHING:
        # Made here, so that several processes need not make them all at once.
        ready_vectors(catalog, given.home, TrainedEmbedder(given.home))
    with _ledger(given, settings(given, catalog, scenarios)) as ledger:
        left = missing(wanted, ledger.held())
        with tqdm(total=len(wanted), initial=len(wanted) - len(left), desc="chats", unit="chat", disable=None) as bar:
            for dialogue in run_all(left, work, given.engine, given.workers):
                ledger.add(dialogue)
                bar.update()
        ledger.order()
        context = context_of(catalog, scenarios)
        return write_report(given.out, context) if given.out else summary(ledger.held(), context)


def settings(given: argparse.Namespace, catalog: Catalog, scenarios: Sequence[Scenario]) -> dict[str, Any]:
    """Return what the dialogues depend on, as plain values; neither the engine nor the number of workers does it."""
    digest = hashlib.sha256(given.scenarios.read_bytes())
    for file in sorted({scenario.persona.file for scenario in scenarios if scenario.persona.file}):
        digest.update(Path(file).read_bytes())
    return {
        "n": given.n,
        "seed": given.seed,
        "systems": list(given.systems),
        "scenarios": digest.hexdigest()[:12],
        "catalog": catalog.name,
        "digest of the catalogue": catalog.digest[:12],
        "speaker": given.speaker and f"{given.speaker_model} at {given.speaker}",
    }


def _voice(given: argparse.Namespace) -> Callable[[Catalog], Speaker] | None:
    if not given.speaker:
        return None
    key = given.speaker_key.read_text(encoding="utf-8").strip() if given.speaker_key else ""
    return partial(remote_speaker, given.speaker, given.speaker_model, key)


def remote_speaker(url: str, model: str, key: str, catalog: Catalog) -> Speaker:
    """Return who speaks for people in the words of a model on an OpenAI-compatible server."""
    # The client takes a second to import, which runs with plain words need not wait for.
    from agent.remote import RemoteLanguageModel
    from evaluation.speaker import ChatSpeaker

    return ChatSpeaker(RemoteLanguageModel(url, model, key), catalog)


@contextmanager
def _ledger(given: argparse.Namespace, held_to: Mapping[str, Any]) -> Iterator[_Ledger]:
    if given.out is None:
        yield Memory(given.systems)
        return
    with open_ledger(given.out, given.systems, held_to) as ledger:
        yield ledger


def faults(report: Report) -> list[str]:
    """Return, in words, what Parley did that it must not."""
    return [
        f"{system}: {name} {found.total}, must be 0"
        for system in report.order
        if system.startswith(_OURS)
        for name, found in report.systems[system].forbidden.items()
        if found.total
    ]


def command(argv: Sequence[str] | None, offer: Offer) -> None:
    """Parse, simulate, print, and fail where there is something to fail for."""
    given = _checked(_parser(offer).parse_args(argv), offer)
    try:
        # Read first: a report that cannot be compared with should not cost the time of making one.
        old = read_report(given.against) if given.against else None
        report = simulate(given, offer)
    # Each of these says what is wrong and what to do about it.
    except (OSError, ValueError, EngineError, WeightsError) as error:
        raise SystemExit(f"error: {error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    print(tables.headline(report).markdown())  # noqa: T201
    if given.out:
        print(f"\nwritten to {given.out / 'report.html'}")  # noqa: T201
    found = faults(report)
    if old is not None:
        compared = difference(old, report)
        print(f"\n{compared}")  # noqa: T201
        found += [str(regression) for regression in compared.regressions]
    if found:
        raise SystemExit("\n".join(found))


def _checked(given: argparse.Namespace, offer: Offer) -> argparse.Namespace:
    """Return the arguments with a tuple of systems, Parley first, and paths that mean the same to every process."""
    names = sorted({name.strip() for name in given.systems.split(",")}, key=lambda name: (name != _OURS, name))
    given.systems = tuple(names)
    if unknown := [name for name in given.systems if name not in offer.systems]:
        raise SystemExit(f"error: no system {unknown[0]!r}; choose among {', '.join(offer.systems)}")
    if given.n < 1:
        raise SystemExit(f"error: {given.n} chats say nothing; ask for at least 1")
    if given.workers is not None and given.workers < 1:
        raise SystemExit(f"error: {given.workers} workers do nothing; ask for at least 1")
    given.home, given.scenarios = given.home.expanduser().resolve(), given.scenarios.expanduser().resolve()
    return given


def _parser(offer: Offer) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=offer.help, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--scenarios", type=Path, default=LIBRARY, metavar="FILE", help="who talks, and how (default: those that ship)")
    add("--n", type=int, default=offer.n, help="how many chats with each system (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the first person (default: %(default)s)")
    add("--out", type=Path, metavar="DIR", help="keep the chats there, go on with what is there, write the report")
    add("--systems", default=offer.default, help=f"with commas: {', '.join(offer.systems)} (default: %(default)s)")
    add("--against", type=Path, metavar="OLD.json", help="an earlier report.json to compare with")
    add("--engine", choices=ENGINES, default=ENGINES[0], help="what the chats run on (default: %(default)s)")
    add("--workers", type=int, help="how many at once (default: one for each core)")
    add("--speaker", metavar="URL", help="OpenAI-compatible server whose model speaks for people, .../v1")
    add("--speaker-model", default="default", metavar="NAME", help="its model (default: %(default)s)")
    add("--speaker-key", type=Path, metavar="FILE", help="holds the key that it wants, if any")
    add("--catalog", default=films.NAME, help="what was ingested before (default: %(default)s)")
    add("--home", type=Path, default=default_home(), help="folder for all data (default: %(default)s)")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate conversations with the systems that are chosen."""
    command(argv, Offer(__doc__ or ""))


if __name__ == "__main__":
    main()
