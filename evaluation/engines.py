"""Hold conversations one after the other, on several cores or on a Ray cluster: they are the same on all of them."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from catalog import films
from catalog.items import Catalog
from catalog.saved import load_catalog
from evaluation.personas import World
from evaluation.scenarios import Scenario
from evaluation.simulator import Speaker, hold
from evaluation.systems import System, build
from evaluation.transcripts import Dialogue

ENGINES = ("processes", "ray")
_ROOT = Path(__file__).parents[1]


class EngineError(RuntimeError):
    """Conversations that cannot be held; the message names the way out."""


@dataclass(frozen=True)
class Job:
    """One conversation that is to be held."""

    system: str
    scenario: Scenario
    seed: int


@dataclass(frozen=True)
class Work:
    """What a process needs to know to hold any of the conversations."""

    home: Path
    systems: tuple[str, ...]
    catalog: str = films.NAME
    build: Callable[[str, World, Path], System] = build
    speaker: Callable[[Catalog], Speaker] | None = None
    """Makes who puts the people's words into others; None: they say the plain ones."""


class Stage:
    """The world and the systems, made once a process."""

    def __init__(self, work: Work) -> None:
        """Make all that ``work`` needs."""
        self._world = World(load_catalog(work.home, work.catalog))
        self._systems = {name: work.build(name, self._world, work.home) for name in work.systems}
        self._speaker = work.speaker(self._world.catalog) if work.speaker else None

    def hold(self, job: Job) -> Dialogue:
        """Hold one conversation."""
        # Sums that are split among threads are rounded otherwise, and threads of several processes crowd the cores.
        with threadpool_limits(1):
            return hold(self._systems[job.system], job.system, job.scenario, job.seed, self._world, self._speaker)


def run_all(
    jobs: Sequence[Job], work: Work, engine: str = ENGINES[0], workers: int | None = None
) -> Iterator[Dialogue]:
    """Yield the dialogue of each job as soon as it is finished, in any order; ``workers`` None: one for each core."""
    if not jobs:
        return iter(())
    if engine == "ray":
        return _on_ray(jobs, work, workers)
    count = min(workers or os.cpu_count() or 1, len(jobs))
    return _here(jobs, work) if count == 1 else _in_processes(jobs, work, count)


def _here(jobs: Sequence[Job], work: Work) -> Iterator[Dialogue]:
    stage = Stage(work)
    for job in jobs:
        yield stage.hold(job)


def _in_processes(jobs: Sequence[Job], work: Work, workers: int) -> Iterator[Dialogue]:
    # Forked processes would share the threads and locks of what is loaded here.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_end_with_the_parent)
    try:
        for done in as_completed([pool.submit(_held, work, job) for job in jobs]):
            yield done.result()
    except BrokenProcessPool:
        raise EngineError("a process died, perhaps for want of memory; go on with fewer --workers") from None
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _stage(work: Work) -> Stage:
    return Stage(work)


def _held(work: Work, job: Job) -> Dialogue:
    return _stage(work).hold(job)


def _end_with_the_parent() -> None:
    """Leave it to the parent to end this process: by its order, or by its death, which would not be noticed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:  # noqa: ANN401  (typeshed knows only the class of processes that can be started)
    parent.join()
    os._exit(1)


def _on_ray(jobs: Sequence[Job], work: Work, workers: int | None) -> Iterator[Dialogue]:
    try:
        ray: Any = import_module("ray")
        pools: Any = import_module("ray.util")
    except ModuleNotFoundError:
        way_out = "pip install -r requirements-scale.txt, or take --engine processes"
        raise EngineError(f"there is no ray here; {way_out}") from None
    ours = not ray.is_initialized()
    if ours:
        # Other machines get this code, but look for the catalogue and its vectors in the same folder as this one.
        ray.init(runtime_env={"working_dir": str(_ROOT)}, log_to_driver=False, logging_level=logging.ERROR)
    try:
        count = workers or int(ray.cluster_resources().get("CPU", 1))
        stage = ray.remote(num_cpus=1)(Stage)
        actors = [stage.remote(work) for _ in range(min(count, len(jobs)))]
        yield from pools.ActorPool(actors).map_unordered(lambda actor, job: actor.hold.remote(job), list(jobs))
    finally:
        if ours:
            ray.shutdown()
