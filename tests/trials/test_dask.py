"""Workers of a Dask cluster extract; one of them dies in the middle of it, and nobody can tell from the release."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from faults import contents
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer
from sample import MEETING_TEXT, VISIT_TEXT

from trials.processes import BIN, Processes, free_port, until

pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")

TEXTS, SENTENCES = 600, 10
_CHARACTERS = sorted({c for c in MEETING_TEXT if "一" <= c <= "龥"})


def sentences(draw: random.Random) -> Iterator[str]:
    """Directives that no other text has, so that no two texts are the same report."""
    for _ in range(SENTENCES):
        name = "".join(draw.choices(_CHARACTERS, k=draw.randint(4, 9)))
        yield f"要{draw.choice(('抓好', '推进', '实施', '加快建设'))}{name}项目。"


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of many reports."""
    folder, draw = tmp_path / "many", random.Random(20260101)
    folder.mkdir()
    for number in range(TEXTS):
        text = VISIT_TEXT + "".join(sentences(draw))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def store(many: Path) -> Iterator[dict[str, str]]:
    """An S3 on loopback that holds the reports; the environment that leads to it."""
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    url = "http://{}:{}".format(*moto.get_host_and_port())
    known = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setenv(name, value)
        files = fsspec.filesystem("s3", endpoint_url=url, skip_instance_cache=True)
        files.mkdir("open-data")
        files.put(f"{many}/", "s3://open-data/texts/", recursive=True)
    yield known | {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "us-east-1"}
    moto.stop()


def objects(prefix: str) -> dict[str, bytes]:
    """What lies in the store under a prefix, by the names there."""
    keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets["open-data"].keys
    found = {key: keys[key].value for key in list(keys) if key.startswith(prefix)}
    return {key.removeprefix(prefix): content for key, content in found.items()}


def test_a_worker_that_dies_costs_nothing(
    processes: Processes,
    prefect_address: dict[str, str],
    store: dict[str, str],
    many: Path,
    tmp_path: Path,
) -> None:
    """Machines that share no folder: sources, what each extracts, and the release lie in the store."""
    processes.environment |= prefect_address
    address = f"tcp://127.0.0.1:{free_port()}"
    processes.start(
        BIN / "dask", "scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"
    )
    options = ("--nthreads", "1", "--nworkers", "1", "--no-nanny", "--no-dashboard")
    doomed, _ = (
        processes.start(
            BIN / "dask", "worker", address, *options, **store, XDG_CACHE_HOME=str(tmp_path / name)
        )
        for name in ("one", "other")
    )
    places = ("-s", "s3://open-data/texts", "-o", "s3://open-data/huiyi")
    run = processes.start(BIN / "huiyi", "publish", *places, "--dask", address, **store)
    until(lambda: objects("huiyi/.cache/"), "a shard is extracted")
    os.kill(doomed.pid, signal.SIGKILL)
    assert run.wait(timeout=600) == 0
    assert doomed.wait() == -signal.SIGKILL
    alone = tmp_path / "alone"
    assert processes.start(BIN / "huiyi", "publish", "-s", many, "-o", alone).wait(600) == 0
    assert objects("huiyi/1.0.0/") == contents(alone / "1.0.0")
    assert pq.read_metadata(alone / "1.0.0" / "documents.parquet").num_rows == TEXTS
    assert (alone / "1.0.0" / "rejects.csv").read_text().splitlines() == ["path,line,reason"]
    # Each home was its own: what a worker extracted went through the store alone.
    assert not [*(tmp_path / "one").rglob("*.arrow"), *(tmp_path / "other").rglob("*.arrow")]
