"""Releases in object storage are whole or not there, whatever dies; they are read from there."""

import errno
import json
import logging
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
from conftest import ROOT, Place, Run
from faults import contents
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer
from test_readme import snippets
from uploader import publish
from wire import Wire

from flows import upload as uploading
from flows.errors import ReleaseError
from flows.fetch import fetch
from flows.publish import Order
from flows.publish import publish as run_flow
from flows.releases import Dataset, release
from flows.stores import fetch_newest, store_at
from flows.upload import mirrored, upload

# CI is to take a quarter of an hour.
KILLS, CUTS, OVERTAKINGS = (8, 3, 3) if os.environ.get("CI") else (20, 6, 6)
BUCKET = "open-data"
URL = f"s3://{BUCKET}/huiyi"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """An S3 of our own, on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    with pytest.MonkeyPatch.context() as patch:
        one_at_a_time = threading.Lock()
        for name in ("put_object", "delete_object"):
            patch.setattr(S3Response, name, locked(getattr(S3Response, name), one_at_a_time))
        yield moto.get_host_and_port()
    moto.stop()


def locked(method: Callable[..., Any], lock: threading.Lock) -> Callable[..., Any]:
    """The method under a lock: S3 judges a condition and writes in one step, moto in two."""

    def within(*arguments: Any, **named: Any) -> Any:
        with lock:
            return method(*arguments, **named)

    return within


@dataclass(frozen=True)
class Bucket:
    """A bucket, looked at from behind."""

    name: str

    @property
    def _inside(self) -> Any:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[self.name]

    def objects(self) -> dict[str, bytes]:
        return {key: found.value for key, found in self._inside.keys.items()}

    def parts(self) -> list[str]:
        return list(self._inside.multiparts)

    def index(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.objects()["huiyi/latest.json"])
        return said

    def files(self, version: str) -> dict[str, bytes]:
        prefix = f"huiyi/{version}/"
        return {k.removeprefix(prefix): v for k, v in self.objects().items() if prefix in k}


@pytest.fixture
def bucket(
    server: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bucket]:
    """An empty bucket, and an environment that leads to it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{server[0]}:{server[1]}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = store_at(URL).files
    files.mkdir(BUCKET)
    yield Bucket(BUCKET)
    files.rm(BUCKET, recursive=True)


def publish_dataset(dataset: Dataset) -> str:
    """Publish a dataset into the store; the version."""
    folder, _ = mirrored(URL)
    fetch_newest(URL)
    published = release(dataset, folder)
    upload(URL, published)
    return str(published.release.version)


def expect_published(bucket: Bucket, *folders: Path) -> None:
    """The store holds the releases in these folders, the last one as the newest, and nothing else."""
    index = bucket.index()
    assert index["version"] == folders[-1].name
    assert "claim" not in index
    assert list(index["releases"]) == [folder.name for folder in folders]
    for folder in folders:
        assert bucket.files(folder.name) == contents(folder)
    count = sum(len(contents(folder)) for folder in folders)
    assert len(bucket.objects()) == count + 1
    assert not bucket.parts()


@pytest.fixture
def first(without_visit: Dataset, tmp_path: Path) -> Path:
    """The release 1.0.0 as it is in a folder."""
    return release(without_visit, tmp_path / "folder").release.folder


@pytest.fixture
def second(first: Path, dataset: Dataset) -> Path:
    """The release 1.1.0 as it is in a folder."""
    return release(dataset, first.parent).release.folder


def test_a_store_gets_the_bytes_that_a_folder_gets(
    bucket: Bucket, dataset: Dataset, without_visit: Dataset, first: Path, second: Path
) -> None:
    assert publish_dataset(without_visit) == "1.0.0"
    expect_published(bucket, first)
    assert publish_dataset(dataset) == "1.1.0"
    expect_published(bucket, first, second)
    before = bucket.objects()
    assert publish_dataset(dataset) == "1.1.0"
    assert bucket.objects() == before


def test_a_machine_that_has_no_mirror_goes_on_where_another_stopped(
    bucket: Bucket,
    dataset: Dataset,
    without_visit: Dataset,
    first: Path,
    second: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish_dataset(without_visit)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    assert publish_dataset(dataset) == "1.1.0"
    expect_published(bucket, first, second)


def test_a_folder_that_was_copied_there_is_gone_on_with(
    bucket: Bucket, dataset: Dataset, first: Path, second: Path
) -> None:
    files = store_at(URL).files
    files.put(f"{first}/", f"{BUCKET}/huiyi/1.0.0/", recursive=True)
    assert publish_dataset(dataset) == "1.1.0"
    expect_published(bucket, first, second)


# ------------------------------------------------------------------------------ faults


@dataclass(frozen=True)
class Uploader:
    """A process that publishes the sample, over a wire."""

    process: subprocess.Popen[str]
    wire: Wire

    def _says(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def run(self, moment: int = 0, event: Callable[[int], object] = lambda _: None) -> str:
        """How a publisher ended to which that happened at that moment; the event is told its process."""
        assert self.process.stdin
        children: list[int] = []
        self.wire.reset(moment, lambda: event(children[0]))
        # Its first request comes long after it has said who it is.
        self.process.stdin.write(f"{URL}\n")
        self.process.stdin.flush()
        children.append(int(self._says()))
        return self._says()


@pytest.fixture
def uploader(bucket: Bucket, server: tuple[str, int]) -> Iterator[Uploader]:
    """A publisher to which things may happen; it does not try again for long."""
    wire = Wire(server)
    environment = os.environ | {
        "AWS_ENDPOINT_URL": wire.url,
        "AWS_MAX_ATTEMPTS": "1",
        "PYTHONPATH": str(ROOT / "tests"),
    }
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "uploader.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    yield Uploader(process, wire)
    process.communicate()
    wire.close()


Disturbed = Callable[[int, Callable[[int], object]], Iterator[str]]


@pytest.fixture
def disturbed(
    bucket: Bucket, uploader: Uploader, without_visit: Dataset, second: Path
) -> Disturbed:
    """A function that lets something happen to so many uploads, and tells how each ended.

    Each at another moment; before each, the store holds 1.0.0 alone.
    """
    publish_dataset(without_visit)

    def uploads(count: int, event: Callable[[int], object]) -> Iterator[str]:
        assert uploader.run() == "0"
        everything, moments = uploader.wire.messages, random.Random(20260101)
        assert everything > 2 * len(contents(second))
        take_back()
        while count:
            # What is sent at once varies a little: a late moment may never come.
            said = uploader.run(moments.randint(1, everything), event)
            if uploader.wire.has_happened:
                count -= 1
                yield said
            take_back()

    return uploads


def take_back() -> None:
    """Make 1.0.0 the newest release of the store again."""
    store = store_at(URL)
    index = json.loads(store.content(store.path("latest.json")) or b"")
    kept = {"version": "1.0.0", "releases": {"1.0.0": index["releases"]["1.0.0"]}}
    store.files.pipe_file(store.path("latest.json"), json.dumps(kept).encode())
    for version in store.folders()[1:]:
        store.files.rm(store.path(version), recursive=True)


def expect_last_good(bucket: Bucket, first: Path, second: Path) -> None:
    """What the index names is whole, and what was published before is as it was."""
    index = bucket.index()
    assert bucket.files("1.0.0") == contents(first)
    assert index["version"] in ("1.0.0", "1.1.0")
    if index["version"] == "1.1.0":
        assert bucket.files("1.1.0") == contents(second)


def test_killed_at_any_moment_nothing_half_done_is_seen(
    bucket: Bucket, disturbed: Disturbed, first: Path, second: Path
) -> None:
    for said in disturbed(KILLS, lambda child: os.kill(child, signal.SIGKILL)):
        assert said == "-9"
        expect_last_good(bucket, first, second)
        publish(URL)
        expect_published(bucket, first, second)


def test_cut_off_at_any_moment_nothing_half_done_is_seen(
    bucket: Bucket,
    uploader: Uploader,
    disturbed: Disturbed,
    first: Path,
    second: Path,
) -> None:
    for said in disturbed(CUTS, lambda _: uploader.wire.cut()):
        assert "check the address and that the store can be reached" in said
        expect_last_good(bucket, first, second)
        publish(URL)
        expect_published(bucket, first, second)


def test_who_is_overtaken_at_any_moment_stops_with_a_clear_word(
    bucket: Bucket,
    disturbed: Disturbed,
    dataset: Dataset,
    change_cell: Callable[..., Dataset],
    first: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = replace(dataset, provenance=replace(dataset.provenance, extractor="f" * 16))
    other = change_cell(other, "initiatives", "topic", 0, 20)
    shutil.copytree(first, tmp_path / "other" / "1.0.0")
    rival = release(other, tmp_path / "other").release.folder
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "rival"))
    rivals: list[str] = []
    for said in disturbed(OVERTAKINGS, lambda _: rivals.append(publish_dataset(other))):
        assert rivals.pop() == "1.1.0"
        assert bucket.files("1.1.0") == contents(rival)
        if said == "0":
            # It had not even looked yet, and came after the other.
            assert list(bucket.index()["releases"]) == ["1.0.0", "1.1.0", "1.1.1"]
        else:
            assert re.search("another publish (is writing|released 1.1.0 meanwhile)", said), said
            expect_published(bucket, first, rival)


def test_a_connection_that_dies_once_is_made_anew(
    bucket: Bucket, uploader: Uploader, disturbed: Disturbed, second: Path
) -> None:
    for said in disturbed(3, lambda _: uploader.wire.cut(for_good=False)):
        assert said == "0"
        assert bucket.files("1.1.0") == contents(second)


def test_what_dead_uploads_left_is_removed(
    bucket: Bucket, dataset: Dataset, without_visit: Dataset, first: Path, second: Path
) -> None:
    publish_dataset(without_visit)
    store = store_at(URL)
    for left in ("1.0.1/initiatives.parquet", "1.1.0/initiatives.parquet", "1.1.0/old.csv"):
        store.files.pipe_file(store.path(left), b"left")
    for left in ("huiyi/1.2.0/documents.parquet", "huiyi/1.1.0/documents.csv"):
        store.files.call_s3("create_multipart_upload", Bucket=BUCKET, Key=left)
    assert len(bucket.parts()) == 2
    publish_dataset(dataset)
    expect_published(bucket, first, second)


def test_a_store_without_conditional_writes_is_not_published_to(
    bucket: Bucket, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = uploading._call

    def unconditional(store: Any, method: str, path: str, **arguments: Any) -> Any:
        kept = {k: v for k, v in arguments.items() if k not in ("IfMatch", "IfNoneMatch")}
        return call(store, method, path, **kept)

    with monkeypatch.context() as patch:
        patch.setattr(uploading, "_call", unconditional)
        with pytest.raises(ReleaseError, match="does not know conditional writes"):
            publish_dataset(dataset)
    assert list(bucket.objects()) == ["huiyi/latest.json"]
    assert publish_dataset(dataset) == "1.0.0"


@pytest.fixture
def order_there(order: Order, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order to publish into the store, without long pauses."""
    monkeypatch.setattr("flows.storage.PAUSES", (0.01, 0.02, 0.04))
    folder, url = mirrored(URL)
    return replace(order, output=folder, store=url)


def fail_twice(monkeypatch: pytest.MonkeyPatch, number: int) -> list[str]:
    """Let two uploads fail with that error; the list tells how many were tried."""
    calls: list[str] = []
    claim = uploading._claim

    def fail(store: Any, last: Any) -> Any:
        calls.append(store.url)
        if len(calls) < 3:
            raise OSError(number, os.strerror(number))
        return claim(store, last)

    monkeypatch.setattr(uploading, "_claim", fail)
    return calls


@pytest.mark.usefixtures("prefect_server")
def test_a_store_that_fails_for_longer_is_tried_again(
    bucket: Bucket, order_there: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fail_twice(monkeypatch, errno.EIO)
    run_flow(order_there)
    assert len(calls) == 3
    expect_published(bucket, order_there.output / "1.0.0")


@pytest.mark.usefixtures("prefect_server")
def test_a_store_that_refuses_is_not_tried_again(
    bucket: Bucket, order_there: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fail_twice(monkeypatch, errno.EACCES)
    with pytest.raises(ReleaseError, match="check the credentials"):
        run_flow(order_there)
    assert len(calls) == 1
    assert not bucket.objects()


# ------------------------------------------------------------------------------ messages


def test_a_bucket_that_is_not_there_is_told_plainly(bucket: Bucket) -> None:
    with pytest.raises(ReleaseError, match=r"s3://none/x: .*; make the bucket first"):
        fetch_newest("s3://none/x")


def test_sources_in_a_bucket_that_is_not_there_are_told_plainly(bucket: Bucket) -> None:
    with pytest.raises(
        ReleaseError, match=r"make the bucket first.*; nothing was read or published"
    ):
        fetch("s3://absent/texts")


def test_credentials_that_are_missing_are_told_plainly(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ReleaseError, match=r"Unable to locate credentials; set AWS_ACCESS_KEY_ID"):
        fetch_newest(URL)


def test_credentials_that_are_refused_are_told_plainly(
    bucket: Bucket, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_dataset(dataset)
    with monkeypatch.context() as patch:
        # From here on moto asks who may do what; the key was never given out.
        patch.setattr("moto.core.responses.ActionAuthenticatorMixin.request_count", 0)
        patch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
        with pytest.raises(ReleaseError, match=r"; check the credentials, and their right to list"):
            fetch_newest(URL)


def test_an_address_that_names_no_bucket_or_nothing_known_is_told_plainly() -> None:
    with pytest.raises(ReleaseError, match=r"s3:// names no bucket; write it as s3://bucket"):
        mirrored("s3://")
    with pytest.raises(ReleaseError, match=r"Protocol not known: .*; write it as s3://bucket"):
        mirrored("no-such://bucket")
    with pytest.raises(ReleaseError, match="can be read but not published to"):
        mirrored("memory://bucket/x")


def test_an_index_that_is_damaged_is_told_plainly(bucket: Bucket, dataset: Dataset) -> None:
    publish_dataset(dataset)
    before, store = bucket.objects(), store_at(URL)
    store.files.pipe_file(store.path("latest.json"), b'{"version": ')
    with pytest.raises(ReleaseError, match=r"latest.json is damaged .*; remove it, and what has"):
        publish_dataset(dataset)
    store.files.rm(store.path("latest.json"))
    assert list(store.index().releases) == [(1, 0, 0)]
    assert {**bucket.objects(), "huiyi/latest.json": b""} == {**before, "huiyi/latest.json": b""}


def test_a_release_that_was_damaged_there_is_not_built_upon(
    bucket: Bucket,
    dataset: Dataset,
    without_visit: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish_dataset(without_visit)
    store = store_at(URL)
    store.files.pipe_file(store.path("1.0.0/targets.parquet"), b"x")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    with pytest.raises(ReleaseError, match=r"1.0.0/targets.parquet is not what was published"):
        publish_dataset(dataset)


# ------------------------------------------------------------------------------ the command


@pytest.fixture
def filled(bucket: Bucket, place: Place) -> Bucket:
    """A store that holds two releases of texts."""
    store_at(URL).files.put(f"{place.output}/", f"{BUCKET}/huiyi/", recursive=True)
    return bucket


def test_the_command_publishes_into_a_store(run: Run, bucket: Bucket, place: Place) -> None:
    arguments = ("publish", "-s", place.sources, "-o", URL, "--guards", os.devnull)
    answer = run(*arguments, "--dry-run")
    assert (answer.code, bucket.objects()) == (0, {}), answer
    answer = run(*arguments)
    assert answer.code == 0, answer
    assert f"Released 1.0.0 (the first release) in {URL}/1.0.0" in answer.out
    assert bucket.index()["version"] == "1.0.0"
    assert "Nothing has changed since 1.0.0" in run(*arguments).out


def test_the_command_reads_out_of_a_store(run: Run, filled: Bucket, place: Place) -> None:
    for arguments in (
        ("versions",),
        ("diff", "1.0.0", "--format", "json"),
        ("prove", str(place.newest.table("initiatives")[0][0]), "-s", place.sources),
        ("verify", "1.1.0", "-s", place.sources),
    ):
        here, there = (run(*arguments, "-o", output) for output in (place.output, URL))
        assert there.code == 0, there
        # Tables are as wide as what stands in them.
        told = "".join(here.out.split()).replace(str(place.output), URL)
        assert "".join(there.out.split()) == told
    answer = run("verify", "3.0.0", "-o", URL)
    assert answer.code == 4
    assert f"no release 3.0.0 in {URL} (there: 1.0.0, 1.1.0)" in answer.err


def test_a_flipped_byte_in_a_store_is_found(run: Run, filled: Bucket, place: Place) -> None:
    store = store_at(URL)
    for name in ("initiatives.csv", "targets.parquet", "SHA256SUMS"):
        content = store.files.cat_file(store.path("1.1.0", name))
        flipped = content[:70] + bytes([content[70] ^ 1]) + content[71:]
        store.files.pipe_file(store.path("1.1.0", name), flipped)
        answer = run("verify", "-o", URL, "-s", place.sources)
        assert answer.code == 1, answer
        assert f"{URL}/1.1.0/" in answer.err
        assert name in answer.err or name == "SHA256SUMS"
        store.files.pipe_file(store.path("1.1.0", name), content)


def test_the_snippet_that_reads_from_afar_runs(
    bucket: Bucket,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    publish_dataset(dataset)
    [snippet] = snippets("README.md", elsewhere=True)
    fsspec.filesystem("s3").clear_instance_cache()
    exec(compile(snippet, "README.md", "exec"), {})
    said = capsys.readouterr().out
    for words in ("修缮", "principle", "Domestic Commerce"):
        assert words in said
