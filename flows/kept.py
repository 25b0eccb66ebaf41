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
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

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

    def find(self, key: str) -> Extracted | None:
        """The result of that name, if it is there and whole; its tables are mapped into memory, not read."""
        try:
            with pa.memory_map(str(self._path(key))) as file:
                return _read(file)
        except (OSError, ValueError):  # Not there, or cut short by a disk that was full.
            return None

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
    """What `_write` wrote; ValueError if it is not that any more."""
    digest = file.read(_SUM_BYTES)
    if hashlib.sha256(file.read_buffer()).hexdigest().encode() != digest:
        raise ValueError("is not what its checksum says")
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
