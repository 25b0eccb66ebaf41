"""Sources -> shards by the first digits of their documents' ids, on disk until their turn comes.

A document's id tells its shard, so a new text changes one shard and leaves all others as they were, wherever it came
from and whatever it is called.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute

from flows.provenance import SOURCES, record_source
from flows.releases import disk_told_plainly
from flows.sources import Reject
from flows.spill import Spill, spilled
from transforms.source import Source

pc: Any = pyarrow.compute

_LEAST_DIGITS, _MOST_PER_SHARD = 2, 1_000
"""256 shards, and sixteen times as many as soon as each would hold more documents than that."""
_SORTED_AT_ONCE = 100_000

_SPOOLED = pa.schema([*SOURCES, pa.field("offset", pa.int64())])


@dataclass(frozen=True, slots=True)
class Shard:
    """The sources whose documents' ids begin with the same digits, in the order of the ids: rows of `SOURCES`, each with
    its place in the spool.
    """

    prefix: str
    sources: pa.Table

    def __len__(self) -> int:
        return self.sources.num_rows


class Spool:
    """All sources of a run in files without names, which end with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with disk_told_plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            self._as_found = Spill(_SPOOLED, folder)
        self._rejects: list[Reject] = []

    def add(self, found: Iterable[Source | Reject]) -> Iterator[int]:
        """Take in what was read; yields how many sources there are after each."""
        count = 0
        for one in found:
            if isinstance(one, Reject):
                self._rejects.append(one)
                continue
            with disk_told_plainly(self._folder):
                self._as_found.add(*record_source(one), self._file.tell())
                # The file is this process's own: nobody else can have written what is read from it.
                pickle.dump(one, self._file, pickle.HIGHEST_PROTOCOL)
            yield (count := count + 1)

    @cached_property
    def _spooled(self) -> pa.Table:
        """All sources in the order of their shards."""
        with disk_told_plainly(self._folder):
            found = self._as_found.table
            keys = [("sha256", "ascending"), ("path", "ascending")]
            order = pc.sort_indices(found, sort_keys=keys)
            starts = range(0, len(order), _SORTED_AT_ONCE)
            parts = (found.take(order.slice(start, _SORTED_AT_ONCE)) for start in starts)
            return spilled(parts, _SPOOLED, self._folder)

    @property
    def sources(self) -> pa.Table:
        """What is known of each source: rows of `SOURCES`."""
        return self._spooled.select(SOURCES.names)

    @property
    def rejects(self) -> Sequence[Reject]:
        """What was no source, in the order in which it was read."""
        return self._rejects

    def shards(self) -> list[Shard]:
        """The shards in the order of their prefixes; none is empty."""
        digits = _digits(self._spooled.num_rows)
        prefixes = pc.utf8_slice_codeunits(self._spooled["sha256"], 0, digits)
        shards, start = [], 0
        for prefix, count in zip(*pc.value_counts(prefixes).flatten(), strict=True):
            shards.append(Shard(prefix.as_py(), self._spooled.slice(start, count.as_py())))
            start += len(shards[-1])
        return shards

    def read(self, shard: Shard) -> list[Source]:
        """A shard's sources."""
        sources = []
        for offset in shard.sources["offset"]:
            self._file.seek(offset.as_py())
            sources.append(pickle.load(self._file))
        return sources


def _digits(documents: int) -> int:
    """How many digits of an id tell the shard."""
    digits = _LEAST_DIGITS
    while documents > _MOST_PER_SHARD * 16**digits:
        digits += 1
    return digits
