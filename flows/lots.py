"""Shards -> what each gave: taken from what is kept, or extracted by as many processes as the flow has.

Shards that are missing are extracted in lots of many documents, so that what the engine costs for each task does not
count. What a process extracted it puts into the kept results; what comes back is how many documents that were, and which
of them took long.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.corrections import Corrections
from flows.errors import ReleaseError, StopError, UsageError
from flows.extraction import Extracted, load_reader
from flows.kept import Kept, Parts, key_of
from flows.progress import step
from flows.provenance import fingerprint_tables
from flows.spool import Shard, Spool
from flows.workers import DOCUMENTS_PER_LOT, Done, Workers, extract_lot

_LOTS_AHEAD = 2
"""So many lots for each process are in memory at once."""
_LOTS_ON_DASK = 64
_SCHEDULER_SECONDS = 20
_ADDRESS = re.compile(r"(?:\w+://)?(?:\[[^\]\s]+\]|[^\s/:]+):\d+/?")


@dataclass(frozen=True, slots=True)
class Crew:
    """Who extracts: so many processes of this machine, or a Dask cluster, by its scheduler's address."""

    processes: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """UsageError where the address can be none, told also where nothing will be left to extract."""
        if self.scheduler is not None and not _ADDRESS.fullmatch(self.scheduler):
            raise UsageError(
                f"--dask {self.scheduler}: is no address of a Dask scheduler; write its host and port, "
                "as in tcp://127.0.0.1:8786"
            )

    def workers(self, lexicons: Path) -> Workers:
        """The processes of this machine."""
        return Workers(1 if self.scheduler else self.processes, lexicons)

    def runner(self, lots: int) -> TaskRunner[Any]:
        """Who hands so many lots on: threads that wait for a process each, or a Dask cluster."""
        if self.scheduler is not None and lots:
            return _dask_runner(self.scheduler)
        return ThreadPoolTaskRunner(max_workers=self.processes)

    @property
    def lots_ahead(self) -> int:
        """How many lots may be in memory at once."""
        return _LOTS_ON_DASK if self.scheduler else _LOTS_AHEAD * self.processes


ALONE = Crew()


@dataclass(frozen=True, slots=True)
class Extractions:
    """What all shards gave, in their order; how many documents of them had been kept, and what the others took."""

    keys: tuple[str, ...]
    parts: Sequence[Extracted]
    kept_documents: int
    done: Done


def extract_all(
    spool: Spool,
    kept: Kept,
    lexicons: Path,
    corrections: Corrections,
    crew: Crew,
    workers: Workers,
    tell_kept: Callable[[Collection[str]], None],
) -> Extractions:
    """The rows of all shards, extracted where they are not kept already.

    While other processes extract, `tell_kept` is told the names of what is kept, in the order of the shards.
    """
    fingerprint = fingerprint_tables(load_reader(lexicons).lexicon.files)
    shards = {key_of(shard, corrections, fingerprint): shard for shard in spool.shards()}
    kept.fetch(shards)
    missing = {key: shard for key, shard in shards.items() if not kept.has(key)}
    kept_documents = _count(shards.values()) - _count(missing.values())
    workers.expect(_count(missing.values()))
    lots = list(_lots(missing))
    # Only this package keeps what a task gives.
    extract = task(cache_policy=NO_CACHE)(extract_lot if crew.scheduler else workers.extract)
    read = ([(key, spool.read(shard)) for key, shard in lot.items()] for lot in lots)
    done = Done()
    with step("Extracting") as tell, crew.runner(len(lots)) as runner:
        always = {"lexicons": lexicons.absolute(), "corrections": corrections, "kept": kept}
        submitted = (runner.submit(extract, {**always, "lot": lot}) for lot in read)
        for lot, extracted in zip(lots, _in_turn(submitted, crew.lots_ahead), strict=True):
            done += extracted
            tell(kept_documents + done.documents)
            if workers.are_others:
                tell_kept(lot)
    kept.fetch(missing)
    if not all(map(kept.has, missing)):
        raise ReleaseError(
            f"{kept.folder} does not keep what is written to it; check the disk, then try again"
        )
    keys = tuple(shards)
    return Extractions(keys, Parts(kept, keys), kept_documents, done)


def _count(shards: Iterable[Shard]) -> int:
    return sum(map(len, shards))


def _lots(missing: dict[str, Shard]) -> Iterator[dict[str, Shard]]:
    """The shards in handfuls of not more documents than a process is to hold, a larger shard alone."""
    lot: dict[str, Shard] = {}
    for key, shard in missing.items():
        if lot and _count(lot.values()) + len(shard) > DOCUMENTS_PER_LOT:
            yield lot
            lot = {}
        lot[key] = shard
    if lot:
        yield lot


def _in_turn(submitted: Iterable[PrefectFuture[Done]], ahead: int) -> Iterator[Done]:
    """What each task gives; so many are submitted at once, so that memory stays flat."""
    running: deque[PrefectFuture[Done]] = deque()
    for future in submitted:
        running.append(future)
        if len(running) >= ahead:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


def _dask_runner(scheduler: str) -> TaskRunner[Any]:
    """The lots go to a Dask cluster; StopError where the packages or the scheduler are not there."""
    try:
        from distributed import Client
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise StopError("--dask needs the extra `dask`: pip install 'huiyi[dask]'") from error
    try:
        Client(scheduler, timeout=_SCHEDULER_SECONDS, set_as_default=False).close()
    except (OSError, ValueError) as error:
        raise StopError(
            f"no Dask scheduler answers at {scheduler}; start one with `dask scheduler`, and workers with "
            "`dask worker`, or give its address as in tcp://127.0.0.1:8786"
        ) from error
    runner: TaskRunner[Any] = DaskTaskRunner(address=scheduler)
    return runner
