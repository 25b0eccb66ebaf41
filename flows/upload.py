"""A release into S3, all or nothing: its files, its checksums, last the index that makes it seen.

Objects cannot be renamed, and there is no lock. What keeps publishers apart is the index: it is written
only in place of the very index that was read (a conditional write). A publisher first writes its claim
there; who comes later writes its own over it, and who finds its claim gone stops. So a publisher that was
killed holds up nobody, and one that was overtaken cannot finish, however long it slept.
"""

import contextlib
import os
import socket
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.diff import Version
from flows.errors import ReleaseError
from flows.progress import step
from flows.releases import AT_ONCE, SUMS, Published, hash_file
from flows.stores import (
    INDEX,
    Index,
    Store,
    error_code,
    is_store,
    read_sums,
    store_at,
    told_plainly,
)

# As S3 calls a condition that does not hold, and one that two writers met at once.
_REFUSED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_GONE = {"NoSuchKey", "404"}
_TRIES = 3


def mirrored(output: str) -> tuple[Path, str | None]:
    """The folder in which releases for an output are made, and the address if that is its mirror."""
    if not is_store(output):
        return Path(output), None
    store = store_at(output)
    if not hasattr(store.files, "call_s3"):
        raise ReleaseError(
            f"{output} can be read but not published to; publish to s3://bucket/prefix, or to a "
            "folder and copy it"
        )
    return store.mirror, store.url


def upload(url: str, published: Published) -> None:
    """Bring a release that was made in a store's mirror into the store, unless it is there."""
    store, made, last = store_at(url), published.release, published.plan.last
    digest = hash_file(made.folder / SUMS)
    with step(f"Uploading to {url}"), told_plainly(url):
        if store.index().releases.get(made.version) == digest:
            return
        claim = _claim(store, last.version if last else None)
        _clear(claim)
        sums = read_sums((made.folder / SUMS).read_text(encoding="utf-8"))
        files = [_File(made.folder / name, made.version, name, sums[name]) for name in sums]
        _all(claim.put, files)
        _expect_there(store, files)
        claim.put(_File(made.folder / SUMS, made.version, SUMS, digest))
        claim.replace_by(Index({**claim.index.releases, made.version: digest}))


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the release that is to be brought."""

    path: Path
    version: Version
    name: str
    digest: str


def _all(work: Callable[[_File], None], files: Iterable[_File]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        waiting = [threads.submit(work, file) for file in files]
        try:
            for each in waiting:
                each.result()
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


def _expect_there(store: Store, files: Iterable[_File]) -> None:
    """Stop where a file was taken away, by whom this run overtook, after it had been sent."""
    sizes = {store.path(file.version, file.name): file.path.stat().st_size for file in files}
    [folder] = {store.path(file.version) for file in files}
    found = store.files.find(f"{folder}/", detail=True)
    if {path: about["size"] for path, about in found.items()} != sizes:
        raise _overtaken(store)


# ------------------------------------------------------------------------------ claims


@dataclass(frozen=True, slots=True)
class _Claim:
    """This run's right to write to the store, until another takes it over."""

    store: Store
    index: Index
    etag: str

    def expect(self) -> None:
        """Stop where another publisher has taken over."""
        if self.store.content(self.store.path(INDEX)) != self.index.to_bytes():
            raise _overtaken(self.store)

    def replace_by(self, index: Index) -> None:
        """Make a release seen."""
        if _write_index(self.store, index, self.etag) is None:
            raise _overtaken(self.store)

    def put(self, file: _File) -> None:
        """Send a file where there is none; what a publisher that was overtaken still sends is replaced."""
        target = self.store.path(file.version, file.name)
        for _ in range(_TRIES):
            self.expect()
            with _Refusable():
                self.store.files.put_file(
                    str(file.path), target, mode="create", Metadata={"sha256": file.digest}
                )
                return
            # A request that was repeated because its answer was lost is refused by its own success.
            if self._holds(file):
                return
            self.delete(target)
        raise _overtaken(self.store)

    def _holds(self, file: _File) -> bool:
        head = _head(self.store, self.store.path(file.version, file.name))
        if head is None or head["ContentLength"] != file.path.stat().st_size:
            return False
        return bool(head.get("Metadata", {}).get("sha256") == file.digest)

    def delete(self, path: str) -> None:
        """Remove an object, unless another one is there by the time that the store is asked to."""
        head = _head(self.store, path)
        self.expect()
        if head:
            with _Refusable():
                _call(self.store, "delete_object", path, IfMatch=head["ETag"])


def _claim(store: Store, last: Version | None) -> _Claim:
    """Claim the store, in place of nothing or of another's claim."""
    # The tag first: an index that is newer than its tag is refused.
    head, index = _head(store, store.path(INDEX)), store.index()
    if index.newest != last:
        raise ReleaseError(
            f"{store.url}: another publish released {index.newest} meanwhile, and this one was compared "
            f"with {last or 'nothing'}; nothing was published: run it again"
        )
    who = f"{socket.gethostname()}, process {os.getpid()}, run {uuid.uuid4().hex}"
    claimed = replace(index, claim=who)
    etag = _write_index(store, claimed, head["ETag"] if head else None)
    if etag is None:
        raise _overtaken(store)
    if _write_index(store, replace(index, claim=f"{who}, again"), None):
        raise ReleaseError(
            f"{store.url}: this store does not know conditional writes (If-None-Match), which keep two "
            "publishers apart; publish to a folder and copy it"
        )
    return _Claim(store, claimed, etag)


def _overtaken(store: Store) -> ReleaseError:
    return ReleaseError(
        f"{store.url}: another publish is writing there; this one stops and has published nothing: "
        "let one alone publish there, and run again"
    )


def _write_index(store: Store, index: Index, etag: str | None) -> str | None:
    """Write the index in place of what has that tag, or of nothing; its tag, None where refused."""
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    path, content = store.path(INDEX), index.to_bytes()
    with _Refusable():
        arguments = {"Body": content, "ContentType": "application/json", **condition}
        return str(_call(store, "put_object", path, **arguments)["ETag"])
    # Refused, it may be, by its own success: see above.
    head = _head(store, path)
    return str(head["ETag"]) if head and store.content(path) == content else None


# ------------------------------------------------------------------------------ clearing


def _clear(claim: _Claim) -> None:
    """Remove all that belongs to no release: what dead and overtaken runs left."""
    store = claim.store
    for version in store.folders():
        if version not in claim.index.releases:
            for path in store.files.find(store.path(version) + "/"):
                claim.delete(path)
    _abort_parts(store)


def _abort_parts(store: Store) -> None:
    """Forget large files that were sent in part; where that may not be listed, the bucket's rules do it."""
    bucket, key, _ = store.files.split_path(store.root + "/")
    with contextlib.suppress(PermissionError):
        found = store.files.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=key)
        for part in found.get("Uploads", ()):
            with _Refusable():
                which = {"Key": part["Key"], "UploadId": part["UploadId"]}
                store.files.call_s3("abort_multipart_upload", Bucket=bucket, **which)


# ------------------------------------------------------------------------------ requests


def _call(store: Store, method: str, path: str, **arguments: Any) -> Any:
    bucket, key, _ = store.files.split_path(path)
    return store.files.call_s3(method, Bucket=bucket, Key=key, **arguments)


def _head(store: Store, path: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = _call(store, "head_object", path)
    except FileNotFoundError:
        return None
    return found


class _Refusable:
    """Lets a write that is refused for its condition pass."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, OSError) and error_code(error) in _REFUSED | _GONE
