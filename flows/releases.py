"""Rows -> a release folder, all or nothing; the pointer `latest` moves last.

A release is made in `.staging/` beside the releases (the same file system), read back, made durable
and renamed into place. What a killed run leaves lies in `.staging/`; the next run removes it.
"""

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from expectations import derive
from expectations.guards import Measures, Override
from flows.diff import Snapshot, Step, Version, as_markdown, difference, next_version
from flows.errors import PassingError, ReleaseError
from flows.excel import FOLDER
from flows.formats import twin_bytes, write_csv_files, write_table
from flows.origins import ORIGIN, Reject
from flows.provenance import Provenance, read_provenance
from flows.spill import spilled
from flows.storage import is_passing

pc: Any = pyarrow.compute

SUMS = "SHA256SUMS"
_LOCK = ".lock"
_LOCK_SECONDS = 30.0
AT_ONCE = 4
_REPEATS = pa.schema(
    [
        *((name, pa.string()) for name in ("document_id", "path", "other_path")),
        *(
            (f"other_{name}", pa.date32() if name == "published_on" else pa.string())
            for name in ORIGIN
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the extraction does on the gold set: for programs, and in words for the card."""

    figures: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Guards:
    """What the next release is measured against, and the bounds set otherwise, with their reasons."""

    measures: Measures
    overrides: tuple[Override, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """All that a release is made of."""

    tables: Mapping[str, pa.Table]
    rejects: Sequence[Reject]
    provenance: Provenance
    quality: Quality | None = None
    guards: Guards | None = None

    def snapshot(self) -> Snapshot:
        """The dataset as it is compared with another."""
        return Snapshot(self.tables, self.provenance)


@dataclass(frozen=True, slots=True)
class Release:
    """A published folder."""

    version: Version
    folder: Path

    def table(self, name: str) -> pa.Table:
        """One table as it was published."""
        return pq.read_table(self.folder / f"{name}.parquet")

    def _unpacked(self, name: str, scratch: Path | None) -> pa.Table:
        path = self.folder / f"{name}.parquet"
        with path.open("rb") as content, pq.ParquetFile(content) as file:
            groups = map(file.read_row_group, range(file.num_row_groups))
            return spilled(groups, file.schema_arrow, scratch)

    def has_table(self, name: str) -> bool:
        """Whether the file of a table is there."""
        return (self.folder / f"{name}.parquet").exists()

    def table_names(self) -> list[str]:
        """The tables that the release's own description lists, in its order."""
        package = json.loads((self.folder / "datapackage.json").read_bytes())
        paths = [Path(resource["path"]) for resource in package["resources"]]
        return [path.stem for path in paths if path.suffix == ".parquet"]

    def row_count(self, name: str) -> int:
        """The number of a table's rows."""
        return int(pq.read_metadata(self.folder / f"{name}.parquet").num_rows)

    def reasons(self) -> dict[str, int]:
        """Why rows and cells differ from the release before, most frequent first."""
        reasons = Counter(map(str, self.table("changes")["reason"].to_pylist()))
        return dict(reasons.most_common())

    def provenance(self, scratch: Path | None = None) -> Provenance:
        """What the release was made from."""
        return read_provenance(self.folder / "provenance.json", scratch)

    def measures(self) -> Measures | None:
        """What guards measured of the release."""
        path = self.folder / "guards.json"
        if not path.exists():
            return None
        measures: Measures = json.loads(path.read_bytes())["measures"]
        return measures

    def snapshot(self, scratch: Path | None = None) -> Snapshot:
        """The release as it is compared with another; its tables stand unpacked in a folder for temporary files."""
        try:
            tables = {name: self._unpacked(name, scratch) for name in self.table_names()}
            return Snapshot(tables, self.provenance(scratch))
        except FileNotFoundError as error:
            raise ReleaseError(
                f"{self.folder} is no whole release: {error.filename or error} is missing; "
                "fetch the folder anew, or remove it"
            ) from error


@dataclass(frozen=True, slots=True)
class Plan:
    """What a dataset would be released as: the next version and the changes that decide it."""

    last: Release | None
    before: Snapshot | None
    step: Step
    changes: pa.Table

    @property
    def unchanged(self) -> Release | None:
        """The newest release, if it holds this very dataset."""
        return self.last if self.last and self.last.version == self.step.version else None


@dataclass(frozen=True, slots=True)
class Published:
    """The release that holds a dataset, and whether this run made it."""

    release: Release
    plan: Plan


# ------------------------------------------------------------------------------ reading


def list_releases(output: Path) -> list[Release]:
    """The releases of a folder, oldest version first."""
    if not output.is_dir():
        return []
    found = [(Version.read(p.name), p) for p in output.iterdir() if p.is_dir()]
    return sorted(
        (Release(version, p) for version, p in found if version and not p.is_symlink()),
        key=lambda release: release.version,
    )


def read_release(output: Path, name: str = "latest") -> Release:
    """The release of that version, the newest one for `latest`, or the one in a folder of that path."""
    releases = list_releases(output)
    for release in releases:
        if name == str(release.version) or (name == "latest" and release is releases[-1]):
            return release
    folder = Path(name).resolve()
    if (folder / "datapackage.json").exists():
        version = Version.read(json.loads((folder / "datapackage.json").read_bytes())["version"])
        assert version
        return Release(version, folder)
    known = ", ".join(str(r.version) for r in releases) or "none yet; make one with `huiyi publish`"
    raise ReleaseError(f"no release {name} in {output} (there: {known})")


# ------------------------------------------------------------------------------ writing


def newest_release(output: Path) -> Release | None:
    """The newest release of a folder, if there is one."""
    return next(reversed(list_releases(output)), None)


def plan_release(dataset: Dataset, output: Path, scratch: Path | None = None) -> Plan:
    """What the dataset would be released as; nothing stays on disk of what does not fit into memory."""
    last = newest_release(output)
    before = last.snapshot(scratch) if last else None
    changes = difference(before, dataset.snapshot(), scratch)
    return Plan(last, before, next_version(last.version if last else None, changes), changes)


def release(dataset: Dataset, output: Path) -> Published:
    """Publish the dataset unless the newest release already holds it."""
    with alone(output):
        with disk_told_plainly(output):
            plan = plan_release(dataset, output, output)
            newest = plan.unchanged or _add_release(dataset, plan, output)
        with disk_told_plainly(output, f"{newest.version} is whole, but not yet named by `latest`"):
            point_to(newest, output)
        return Published(newest, plan)


def _add_release(dataset: Dataset, plan: Plan, output: Path) -> Release:
    made = Release(plan.step.version, output / str(plan.step.version))
    with _aside(output) as aside:
        write_release(dataset, plan, aside / made.folder.name)
        (aside / made.folder.name).rename(made.folder)
        _sync(output)
    return made


def write_release(dataset: Dataset, plan: Plan, folder: Path) -> None:
    """Every file of a release, the tables read back, all of it durable; `folder` is new."""
    (folder / FOLDER).mkdir(parents=True)
    for name, table in [*dataset.tables.items(), ("changes", plan.changes)]:
        write_table(folder / name, table)
    _write_text(folder / "rejects.csv", rejects_as_csv(dataset.rejects))
    (folder / FOLDER / "rejects.csv").write_bytes(twin_bytes(_reject_table(dataset.rejects)))
    if (repeats := _repeats_table(dataset)).num_rows:
        write_csv_files(repeats, folder / "repeats.csv")
    with (folder / "provenance.json").open("w", encoding="utf-8", newline="") as file:
        file.writelines(dataset.provenance.to_json())
    _write_text(folder / "CHANGES.md", _changes_page(dataset, plan))
    if dataset.quality:
        _write_text(folder / "quality.json", derive.to_json(dict(dataset.quality.figures)))
    if dataset.guards:
        _write_text(folder / "guards.json", derive.to_json(asdict(dataset.guards)))
    names = files_of(folder)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        hashes = dict(zip(names, threads.map(hash_file, map(folder.joinpath, names)), strict=True))
    hashes |= _write_metadata(dataset, plan.step.version, folder, hashes)
    sums = [f"{hashes[name]}  {name}\n" for name in sorted(hashes)]
    _write_text(folder / SUMS, "".join(sums))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(_sync, [*folder.rglob("*"), folder]))


def files_of(folder: Path) -> list[str]:
    """The files of a release, by their paths in its folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())


def _write_metadata(
    dataset: Dataset, version: Version, folder: Path, hashes: Mapping[str, str]
) -> dict[str, str]:
    """Write the files that describe the others to people, programs and catalogues; their hashes."""
    described = derive.Release(
        version=str(version),
        files={
            name: derive.ReleasedFile((folder / name).stat().st_size, hashes[name])
            for name in sorted(hashes)
        },
        row_counts={name: table.num_rows for name, table in dataset.tables.items()},
    )
    quality = dataset.quality.words if dataset.quality else ""
    pages = {
        "datapackage.json": derive.to_json(derive.data_package(described)),
        "croissant.json": derive.to_json(derive.croissant(described)),
        "catalogue.jsonld": derive.to_json(derive.catalogue(described)),
        "CITATION.cff": derive.citation_file(described.version),
        "README.md": derive.dataset_card(described, quality),
    }
    for name, text in pages.items():
        _write_text(folder / name, text)
    return {name: hash_file(folder / name) for name in pages}


def _changes_page(dataset: Dataset, plan: Plan) -> str:
    against = f"Against {plan.last.version}" if plan.last else "Against nothing"
    head = f"# Changes in {plan.step.version}\n\n{against}: {plan.step.why}.\n\n"
    return head + as_markdown(plan.changes, plan.before, dataset.snapshot())


def rejects_as_csv(rejects: Sequence[Reject]) -> str:
    """The rejected sources as CSV."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["path", "line", "reason"])
    writer.writerows([r.path, r.line, r.reason] for r in rejects)
    return lines.getvalue()


def _reject_table(rejects: Sequence[Reject]) -> pa.Table:
    return pa.table(
        {
            "path": pa.array([reject.path for reject in rejects], pa.string()),
            "line": pa.array([reject.line for reject in rejects], pa.int64()),
            "reason": pa.array([reject.reason for reject in rejects], pa.string()),
        }
    )


def _repeats_table(dataset: Dataset) -> pa.Table:
    """The other sources of released documents: one row a source that says what the document says."""
    documents = dataset.tables["documents"].select(["path", "document_id"])
    repeated = pa.array({r.repeats.path for r in dataset.rejects if r.repeats}, pa.string())
    theirs = documents.filter(pc.is_in(documents["path"], value_set=repeated))
    ids = dict(zip(*(theirs[c].to_pylist() for c in ("path", "document_id")), strict=True))
    rows = [
        {
            "document_id": ids[reject.repeats.path],
            "path": reject.repeats.path,
            "other_path": reject.path,
            **{f"other_{name}": getattr(reject.repeats, name) for name in ORIGIN},
        }
        for reject in dataset.rejects
        if reject.repeats and reject.repeats.path in ids
    ]
    return pa.Table.from_pylist(rows, _REPEATS)


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


# ------------------------------------------------------------------------------ pointing


def point_to(newest: Release, output: Path) -> None:
    """Make `latest` and `latest.json` name the release, each in one step, unless they do already."""
    name = str(newest.version)
    said = json.dumps({"version": name}) + "\n"
    link, file = output / "latest", output / "latest.json"
    if not file.exists() or file.read_text(encoding="utf-8") != said:
        with _aside(output) as aside:
            _write_text(aside / file.name, said)
            _sync(aside / file.name)
            (aside / file.name).replace(file)
    if not link.is_symlink() or str(link.readlink()) != name:
        with _aside(output) as aside, contextlib.suppress(NotImplementedError):
            (aside / link.name).symlink_to(name)
            (aside / link.name).replace(link)
    _sync(output)


@contextlib.contextmanager
def _aside(output: Path) -> Iterator[Path]:
    """An empty folder on the same file system for what is not yet to be seen."""
    staging = output / ".staging"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def alone(output: Path) -> Iterator[None]:
    """One publisher at a time, after the debris of a killed one is gone; another one waits a while.

    Who is alone already may ask again.
    """
    lock = _lock(output)
    try:
        shutil.rmtree(output / ".staging", ignore_errors=True)
        yield
    finally:
        lock.release()


def _lock(output: Path) -> filelock.BaseFileLock:
    with disk_told_plainly(output):
        output.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(output / _LOCK, is_singleton=True, thread_local=False)
        try:
            lock.acquire(timeout=_LOCK_SECONDS)
        except filelock.Timeout as error:
            raise ReleaseError(
                f"another publish has been writing to {output} for {_LOCK_SECONDS:.0f} seconds; "
                "wait until it is done and try again"
            ) from error
    return lock


def is_published_to(output: Path) -> bool:
    """Whether somebody is publishing to the folder now; who may not ask, being no publisher, is told yes."""
    try:
        with filelock.FileLock(output / _LOCK, timeout=0, thread_local=False):
            return False
    except OSError:
        return True


@contextlib.contextmanager
def disk_told_plainly(
    output: Path, state: str = "nothing was published and the releases before are as they were"
) -> Iterator[None]:
    """A disk that is full or cannot be written becomes a message, which says how things stand then."""
    try:
        yield
    except OSError as error:
        kind = PassingError if is_passing(error) else ReleaseError
        raise kind(
            f"cannot write to {output} ({error.strerror or error}); {state}: "
            "make room or give the right to write, and try again"
        ) from error


def _sync(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
