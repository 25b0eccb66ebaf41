"""What shards gave, kept for the next run under the hash of all that decides it.

The hash is over the shard's sources, the corrections that concern them, the extractor's code and lexicons and the packages
that read. So nothing here ever goes out of date: what has changed has another name, and what no run asks for any more
is removed. The folder may be deleted at any time; the next run extracts everything anew.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import overload

import pyarrow as pa

from expectations.tables import TABLES
from flows.corrections import Corrections
from flows.extraction import Extracted
from flows.provenance import SOURCES, AppliedCorrection
from flows.releases import disk_told_plainly
from flows.sketches import SKETCH
from flows.sources import Reject
from flows.spool import Shard
from flows.stores import Store, store_at, told_plainly

_SUFFIX = ".arrow"
_SOUND = "sound.json"
_OPEN_PARTS = 512
_SUM_BYTES = 64
"""A SHA-256 in hex, which leaves what follows where Arrow likes it, at a multiple of 64 bytes."""


def key_of(shard: Shard, corrections: Corrections, fingerprint: str) -> str:
    """The name of what a shard gives; `fingerprint` is that of code, lexicons and packages."""
    sources = shard.sources.select(SOURCES.names)
    paths = {*sources["path"].to_pylist()}
    concerned = [e.model_dump_json() for e in corrections.entries if e.document in paths]
    facts = [fingerprint, *concerned, json.dumps(sources.to_pydict())]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


@cache
def _opened(store: str) -> Store:
    """The store, opened once a process."""
    return store_at(store)


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of kept results, one file each; `store` is the address through which other machines give theirs."""

    folder: Path
    store: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept, so that everything will have to be extracted."""
        return not any(self.folder.glob(f"*{_SUFFIX}"))

    def has(self, key: str) -> bool:
        """Whether the result of that name is there and whole."""
        try:
            with self._path(key).open("rb") as file:
                told = file.read(_SUM_BYTES).decode("ascii", "replace")
                return hashlib.file_digest(file, "sha256").hexdigest() == told
        except OSError:
            return False

    def read(self, key: str) -> Extracted:
        """The result of that name, which is whole; its tables are mapped into memory, not read."""
        with pa.memory_map(str(self._path(key))) as file:
            return _read(file)

    def put(self, key: str, extracted: Extracted) -> None:
        """Keep a result; it is seen only when it is whole and durable."""
        if self.store:
            with tempfile.TemporaryFile() as file, told_plainly(self.store):
                _write(file, extracted)
                file.seek(0)
                _opened(self.store).put(self._path(key).name, file.read())
            return
        with disk_told_plainly(self.folder), tempfile.TemporaryDirectory(dir=self.folder) as aside:
            whole = Path(aside, key)
            with whole.open("w+b") as file:
                _write(file, extracted)
                file.flush()
                os.fsync(file.fileno())
            whole.rename(self._path(key))

    def fetch(self, keys: Iterable[str]) -> None:
        """Bring from the store what is there of these names and not here."""
        if not self.store:
            return
        with told_plainly(self.store):
            store = _opened(self.store)
            there = store.names()
            wanted = [self._path(key) for key in keys]
            missing = [path for path in wanted if path.name in there and not path.exists()]
            with tempfile.TemporaryDirectory(dir=self.folder) as aside:
                store.get([path.name for path in missing], Path(aside))
                for path in missing:
                    Path(aside, path.name).rename(path)

    def sound(self, judge: str) -> frozenset[str]:
        """The names of the results that met every expectation; `judge` is the fingerprint of what expects."""
        try:
            said = json.loads((self.folder / _SOUND).read_bytes())
            return frozenset(said["sound"]) if said["judge"] == judge else frozenset()
        except (OSError, ValueError, TypeError, KeyError):  # Not there, or cut short.
            return frozenset()

    def put_sound(self, keys: Collection[str], judge: str) -> None:
        """Remember that results of these names, and no others, met every expectation."""
        said = json.dumps({"judge": judge, "sound": sorted(keys)})
        with disk_told_plainly(self.folder), tempfile.TemporaryDirectory(dir=self.folder) as aside:
            Path(aside, _SOUND).write_text(said, encoding="utf-8")
            Path(aside, _SOUND).replace(self.folder / _SOUND)

    def borrow(self, other: "Kept") -> None:
        """Have what the other folder has, without a copy."""
        for path in (*other.folder.glob(f"*{_SUFFIX}"), *other.folder.glob(_SOUND)):
            (self.folder / path.name).symlink_to(path.absolute())

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove every result of another name, and what a killed run left."""
        names = {_SOUND, *(self._path(key).name for key in keys)}
        for path in self.folder.iterdir():
            if path.name not in names:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if self.store:
            with told_plainly(self.store):
                store = _opened(self.store)
                store.remove(store.names() - names)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"


class Parts(Sequence[Extracted]):
    """Kept results, each opened when it is asked for: of thousands, what describes their tables is more than what is in
    them.
    """

    def __init__(self, kept: Kept, keys: Sequence[str]) -> None:
        self._keys = keys
        self._read = lru_cache(_OPEN_PARTS)(kept.read)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, at: int) -> Extracted: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Extracted]: ...
    def __getitem__(self, at: int | slice) -> Extracted | Sequence[Extracted]:
        if isinstance(at, slice):
            return [self._read(key) for key in self._keys[at]]
        return self._read(self._keys[at])


def _write(file: io.BufferedRandom, extracted: Extracted) -> None:
    """The checksum of what follows, the facts, and the tables one after the other."""
    facts = {
        "rejects": [asdict(reject) for reject in extracted.rejects],
        "corrected": [asdict(correction) for correction in extracted.corrected],
    }
    told = pa.table({"facts": [json.dumps(facts)]})
    file.seek(_SUM_BYTES)
    sketches = pa.table({"sketch": extracted.sketches})
    for table in (told, sketches, *(extracted.tables[table.name] for table in TABLES)):
        with pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table)
    file.seek(_SUM_BYTES)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    file.write(digest.encode())


def _read(file: pa.MemoryMappedFile) -> Extracted:
    """What `_write` wrote."""
    file.seek(_SUM_BYTES)
    facts = json.loads(str(_next_table(file)["facts"][0].as_py()))
    sketches = _next_table(file)["sketch"]
    return Extracted(
        sketches=pa.concat_arrays([pa.array([], SKETCH), *sketches.chunks]),
        tables={table.name: _next_table(file) for table in TABLES},
        rejects=tuple(Reject(**reject) for reject in facts["rejects"]),
        corrected=tuple(AppliedCorrection(**c) for c in facts["corrected"]),
    )


def _next_table(file: pa.MemoryMappedFile) -> pa.Table:
    with pa.ipc.open_stream(file) as stream:
        return stream.read_all()
