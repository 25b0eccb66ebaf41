"""Sources -> shards by the first digits of their documents' ids, on disk until their turn comes.

A document's id tells its shard, so a new text changes one shard and leaves all others as they were, wherever it came
from and whatever it is called.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, cast

from flows.provenance import SourceRecord, record_source
from flows.releases import disk_told_plainly
from flows.sources import Reject
from transforms.source import Source

_LEAST_DIGITS, _MOST_PER_SHARD = 2, 1_000
"""256 shards, and sixteen times as many as soon as each would hold more documents than that."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is known of a source, and where in the spool it stands."""

    record: SourceRecord
    offset: int


@dataclass(frozen=True, slots=True)
class Shard:
    """The sources whose documents' ids begin with the same digits, in the order of the ids."""

    prefix: str
    records: tuple[SourceRecord, ...]
    offsets: tuple[int, ...]


class Spool:
    """All sources of a run in a file without a name, which ends with the process; memory holds where each stands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with disk_told_plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
        self._entries: list[_Entry] = []
        self._rejects: list[Reject] = []

    def add(self, found: Iterable[Source | Reject]) -> Iterator[int]:
        """Take in what was read; yields how many sources there are after each."""
        for one in found:
            if isinstance(one, Reject):
                self._rejects.append(one)
                continue
            self._entries.append(_Entry(record_source(one), self._file.tell()))
            # The file is this process's own: nobody else can have written what is read from it.
            with disk_told_plainly(self._folder):
                pickle.dump(one, self._file, pickle.HIGHEST_PROTOCOL)
            yield len(self._entries)

    @property
    def records(self) -> list[SourceRecord]:
        """What is known of each source."""
        return [entry.record for entry in self._entries]

    @property
    def rejects(self) -> Sequence[Reject]:
        """What was no source, in the order in which it was read."""
        return self._rejects

    def shards(self) -> list[Shard]:
        """The shards in the order of their prefixes; none is empty."""
        self._entries.sort(key=lambda entry: (entry.record.sha256, entry.record.path))
        digits = _digits(len(self._entries))
        groups = groupby(self._entries, key=lambda entry: entry.record.document_id[:digits])
        return [_shard(prefix, list(entries)) for prefix, entries in groups]

    def read(self, shard: Shard) -> list[Source]:
        """A shard's sources."""
        sources = []
        for offset in shard.offsets:
            self._file.seek(offset)
            sources.append(pickle.load(self._file))
        return sources


def _digits(documents: int) -> int:
    """How many digits of an id tell the shard."""
    digits = _LEAST_DIGITS
    while documents > _MOST_PER_SHARD * 16**digits:
        digits += 1
    return digits


def _shard(prefix: str, entries: Sequence[_Entry]) -> Shard:
    records = tuple(map(attrgetter("record"), entries))
    return Shard(prefix, records, tuple(map(attrgetter("offset"), entries)))
