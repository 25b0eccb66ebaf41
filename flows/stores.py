"""Releases in object storage, such as `s3://bucket/prefix`.

There lies what lies in a folder of releases, `<version>/…` and `latest.json`, but no symbolic link.
Here `latest.json` is the index too: a release is there if, and only if, it is listed, with the SHA-256 of
its checksums. So one write of one object makes a release seen, and what a dead upload left is not seen.
Any file system that fsspec knows can be read; `flows/upload.py` writes to S3.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from flows.diff import Version
from flows.errors import PassingError, ReleaseError, StopError
from flows.progress import step
from flows.releases import AT_ONCE, SUMS, alone, hash_file, list_releases

INDEX = "latest.json"
# Names that cannot lead out of the folder.
_SUM = re.compile(r"([0-9a-f]{64})  ((?:[\w-][\w.-]*+/)*+[\w-][\w.-]*+)")
# What the table of versions shows.
_OVERVIEW = {"documents.parquet", "initiatives.parquet", "changes.parquet", "provenance.json"}


@dataclass(frozen=True, slots=True)
class Index:
    """What a store says of itself: its releases by the hash of their checksums, and who adds one."""

    releases: Mapping[Version, str]
    claim: str | None = None

    @property
    def newest(self) -> Version | None:
        """The newest release."""
        return max(self.releases, default=None)

    def to_bytes(self) -> bytes:
        """The index as it is written."""
        said: dict[str, Any] = {"version": str(self.newest) if self.newest else None}
        said["releases"] = {str(version): digest for version, digest in self.releases.items()}
        if self.claim:
            said["claim"] = self.claim
        return (json.dumps(said, indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Store:
    """Where releases lie outside this machine: an fsspec file system and a path in it."""

    url: str
    files: Any
    root: str

    @property
    def mirror(self) -> Path:
        """The folder in the user's cache where releases for this store are made."""
        return cache_of("stores", self.url)

    def path(self, *parts: object) -> str:
        """The path of an object."""
        return "/".join([self.root, *map(str, parts)])

    def content(self, path: str) -> bytes | None:
        """The bytes of an object; None where there is none."""
        try:
            return bytes(self.files.cat_file(path))
        except FileNotFoundError as error:
            if error_code(error) == "NoSuchBucket":
                raise
            return None

    def index(self) -> Index:
        """The index; without one, as where a folder of releases was copied, what has its checksums."""
        content = self.content(self.path(INDEX))
        try:
            said = json.loads(content or b"{}")
            if "releases" in said:
                listed = {Version.read(name): digest for name, digest in said["releases"].items()}
                return Index({v: digest for v, digest in listed.items() if v}, said.get("claim"))
        except (ValueError, TypeError, AttributeError) as error:
            raise ReleaseError(
                f"{self.url}/{INDEX} is damaged ({error}); remove it, and what has its {SUMS} is found again"
            ) from error
        found = {version: self.content(self.path(version, SUMS)) for version in self.folders()}
        return Index({v: hashlib.sha256(sums).hexdigest() for v, sums in found.items() if sums})

    def folders(self) -> list[Version]:
        """The versions of which there is anything at all, listed or not."""
        return sorted(version for version in map(Version.read, self.names()) if version)

    def fetch(
        self, version: Version, digest: str, folder: Path, wanted: Callable[[str], bool]
    ) -> None:
        """Bring the wanted files of a release into the folder, each compared with its checksum."""
        folder.mkdir(parents=True, exist_ok=True)
        self._fetch(version, SUMS, digest, folder)
        sums = read_sums((folder / SUMS).read_text(encoding="utf-8"))
        names = [name for name in sums if wanted(name)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(lambda name: self._fetch(version, name, sums[name], folder), names))

    def _fetch(self, version: Version, name: str, digest: str, folder: Path) -> None:
        target = folder / name
        if target.exists() and hash_file(target) == digest:
            return
        target.parent.mkdir(exist_ok=True)
        self.files.get_file(self.path(version, name), str(target))
        if hash_file(target) != digest:
            raise ReleaseError(
                f"{self.url}/{version}/{name} is not what was published; put it back from a copy, "
                f"and look for more with `huiyi verify {version} --output {self.url}`"
            )

    def names(self) -> set[str]:
        """The names of the objects and folders that lie here, not deeper."""
        try:
            found = self.files.ls(self.root, detail=False)
        except FileNotFoundError as error:
            if error_code(error) == "NoSuchBucket":
                raise
            return set()
        return {path.rstrip("/").rpartition("/")[2] for path in found}

    def put(self, name: str, content: bytes) -> None:
        """Write an object; it is seen only when it is whole."""
        self.files.pipe_file(self.path(name), content)

    def get(self, names: Sequence[str], folder: Path) -> None:
        """Bring the objects of these names into a folder."""
        for parent in {(folder / name).parent for name in names}:
            parent.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(lambda n: self.files.get_file(self.path(n), str(folder / n)), names))

    def remove(self, names: Iterable[str]) -> None:
        """Remove the objects of these names."""
        if paths := [self.path(name) for name in names]:
            self.files.rm(paths)

    def copy(self, version: Version, folder: Path) -> None:
        """Bring all files of a release into the folder as they are there, damaged or not."""
        prefix = self.path(version) + "/"
        for path in self.files.find(prefix):
            target = folder / path.partition(prefix)[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            self.files.get_file(path, str(target))


def cache_of(kind: str, url: str) -> Path:
    """The folder in the user's cache for what lies at an address."""
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("huiyi") / kind / name


def read_sums(text: str) -> Mapping[str, str]:
    """File -> SHA-256, as a release's checksums say it."""
    matches = [_SUM.fullmatch(line) for line in text.splitlines()]
    return {match[2]: match[1] for match in matches if match}


def _is_no_csv(name: str) -> bool:
    """The tables are read from Parquet alone."""
    return not name.endswith(".csv")


# ------------------------------------------------------------------------------ opening


def is_store(output: str) -> bool:
    """Whether the output is an address and no folder."""
    return "://" in output


def store_at(url: str) -> Store:
    """The store at an address, with the credentials and endpoint that the environment names."""
    import fsspec

    try:
        files, root = fsspec.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
    except ImportError as error:
        remedy = "pip install 'huiyi[s3]'" if url.startswith("s3") else "install that package"
        raise ReleaseError(f"{url} cannot be reached: {error}; {remedy}") from error
    except ValueError as error:
        raise ReleaseError(f"{url}: {error}; write it as s3://bucket/prefix") from error
    if not root.strip("/"):
        raise ReleaseError(f"{url} names no bucket; write it as s3://bucket/prefix")
    return Store(url.rstrip("/"), files, root.rstrip("/"))


def fetch_newest(url: str) -> None:
    """Make a store's mirror hold its newest release and no other, as far as the next one needs it."""
    store = store_at(url)
    with step(f"Fetching from {url}"), alone(store.mirror), told_plainly(url):
        index = store.index()
        for made in list_releases(store.mirror):
            if made.version != index.newest:
                shutil.rmtree(made.folder)
        if index.newest:
            digest = index.releases[index.newest]
            store.fetch(index.newest, digest, store.mirror / str(index.newest), _is_no_csv)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that holds releases, and the name by which its user knows it."""

    folder: Path
    name: str

    def told(self, message: str) -> str:
        """The message with the user's name of the place."""
        return message.replace(str(self.folder), self.name)


@contextlib.contextmanager
def opened(output: str, *names: str, whole: bool = False) -> Iterator[Place]:
    """The releases of those names in a folder: the output itself, or for a store a temporary one.

    Without names an overview of all; `whole` brings every file, damaged or not.
    """
    if not is_store(output):
        yield Place(Path(output), output)
        return
    with tempfile.TemporaryDirectory(prefix="huiyi-") as temporary:
        store = store_at(output)
        place = Place(Path(temporary), store.url)
        with told_plainly(store.url):
            _bring(store, names, place.folder, whole=whole)
        try:
            yield place
        except StopError as stop:
            raise type(stop)(place.told(str(stop))) from stop


def _bring(store: Store, names: tuple[str, ...], folder: Path, *, whole: bool) -> None:
    index = store.index()
    for version in _asked(store, index, names):
        target = folder / str(version)
        if whole:
            store.copy(version, target)
        store.fetch(version, index.releases[version], target, _nothing if whole else _is_no_csv)
    for version, digest in index.releases.items() if not names else ():
        target = folder / str(version)
        store.fetch(version, digest, target, _OVERVIEW.__contains__)
        written = store.files.modified(store.path(version, SUMS)).timestamp()
        os.utime(target, (written, written))


def _asked(store: Store, index: Index, names: tuple[str, ...]) -> set[Version]:
    """The releases of those names; what is the path of a folder here is none of the store's."""
    by_name = {str(version): version for version in index.releases}
    if index.newest:
        by_name["latest"] = index.newest
    known = ", ".join(map(str, sorted(index.releases))) or "none yet; make one with `huiyi publish`"
    asked = {name for name in names if name in by_name or not Path(name).exists()}
    for name in sorted(asked - by_name.keys() - {"latest"}):
        raise ReleaseError(f"no release {name} in {store.url} (there: {known})")
    return {by_name[name] for name in asked & by_name.keys()}


def _nothing(name: str) -> bool:
    """None of a release's files, beside its checksums."""
    return False


# ------------------------------------------------------------------------------ errors

_LATER = "check the address and that the store can be reached, and try again"


def error_code(error: BaseException) -> str:
    """The code by which S3 calls an error, such as NoSuchBucket; empty for other errors."""
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


@contextlib.contextmanager
def told_plainly(url: str, state: str = "the releases there are as they were") -> Iterator[None]:
    """What a store refuses becomes a message with a remedy, and how things stand; passing trouble was retried before."""
    try:
        yield
    except Exception as error:
        remedy = _remedy(error)
        if remedy is None:
            raise
        reason = str(error).strip().partition("\n")[0]
        kind = PassingError if remedy is _LATER else ReleaseError
        raise kind(f"{url}: {reason}; {remedy}; {state}") from error


def _remedy(error: Exception) -> str | None:
    """What the user can do; None for an error that is neither the store's nor the disk's."""
    is_botocore = type(error).__module__.startswith("botocore.")
    if "Credentials" in type(error).__name__ and is_botocore:
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    if error_code(error) == "NoSuchBucket":
        return "make the bucket first, or correct its name"
    if isinstance(error, OSError) and error.filename:
        return "make room on this machine's disk, or give the right to write there, and try again"
    if isinstance(error, PermissionError):
        return "check the credentials, and their right to list, get, put and delete objects there"
    if isinstance(error, FileNotFoundError):
        return "a release is not whole: put the object back from a copy"
    if isinstance(error, OSError) or is_botocore:
        return _LATER
    return None
