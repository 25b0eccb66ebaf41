"""Who extracts a lot of shards: this process, or several others.

The others have what reads texts and nothing of the engine; they are forked from a process that has loaded it
(`flows.nursery`), and they start while sources are still read.
"""

import gc
import heapq
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from types import TracebackType
from typing import Self

from flows import nursery
from flows.corrections import Corrections
from flows.errors import StopError
from flows.extraction import extract_shards, load_reader
from flows.kept import Kept
from transforms.source import Source

DOCUMENTS_PER_LOT = 400
_SLOWEST = 10
OBJECTS_BEFORE_GARBAGE = 50_000
"""What texts that take turns hold is no garbage; to look for some after each 700 objects takes a tenth of the time."""

Lot = Sequence[tuple[str, Sequence[Source]]]
"""Shards, each with the name under which what it gives is kept."""


@dataclass(frozen=True, slots=True)
class Done:
    """How many documents were extracted, and which took how many seconds: the slowest ones."""

    documents: int = 0
    slowest: tuple[tuple[float, str], ...] = ()

    def __add__(self, other: "Done") -> "Done":
        slowest = heapq.nlargest(_SLOWEST, self.slowest + other.slowest)
        return Done(self.documents + other.documents, tuple(slowest))


def extract_lot(lexicons: Path, corrections: Corrections, kept: Kept, lot: Lot) -> Done:
    """Extract each shard of a lot and keep what it gave."""
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE)
    took: list[tuple[float, str]] = []
    found = extract_shards(load_reader(lexicons), corrections, [sources for _, sources in lot])
    for (key, _), extracted in zip(lot, found, strict=True):
        kept.put(key, extracted)
        took += [(seconds, path) for path, seconds in extracted.seconds.items()]
    return Done(len(took), tuple(heapq.nlargest(_SLOWEST, took)))


class Workers:
    """So many processes, which end with the `with` block; what is one lot at most is extracted by this process."""

    def __init__(self, processes: int, lexicons: Path) -> None:
        self._processes = processes
        self._lexicons = lexicons
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        nursery.close()

    @property
    def are_others(self) -> bool:
        """Whether other processes extract, so that this one waits for them."""
        return self._pool is not None

    def expect(self, documents: int) -> None:
        """So many documents at least are to be extracted; more than one lot are worth other processes, which take
        seconds to start.
        """
        if self._pool is None and self._processes > 1 and documents > DOCUMENTS_PER_LOT:
            nursery.prepare(self._lexicons)
            self._pool = ProcessPoolExecutor(
                self._processes, nursery.context(), _begin, (self._lexicons,)
            )
            for _ in range(self._processes):
                self._pool.submit(os.getpid)

    def extract(self, lexicons: Path, corrections: Corrections, kept: Kept, lot: Lot) -> Done:
        """`extract_lot`, in the next process that is free; StopError if something killed it."""
        if self._pool is None:
            return extract_lot(lexicons, corrections, kept, lot)
        try:
            return self._pool.submit(extract_lot, lexicons, corrections, kept, lot).result()
        except BrokenProcessPool as error:
            raise StopError(
                "a process that extracts was ended from outside, perhaps for want of memory; start again with fewer "
                "--workers: what was extracted is kept"
            ) from error


def _begin(lexicons: Path) -> None:
    """What another process does first: it ends with this one, however that ends, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    load_reader(lexicons).extractor.prepare()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
