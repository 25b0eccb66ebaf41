"""Workers of a Dask cluster extract; one of them dies in the middle of it, and nobody can tell from the release."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sample import MEETING_TEXT, VISIT_TEXT

from trials.processes import BIN, Processes, free_port, until

pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")

TEXTS, SENTENCES = 900, 20
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


def tables_of(output: Path) -> dict[str, bytes]:
    folder = output / "1.0.0"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_worker_that_dies_costs_nothing(processes: Processes, many: Path, tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    processes.start(
        BIN / "dask", "scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"
    )
    options = ("--nthreads", "1", "--nworkers", "1", "--no-nanny", "--no-dashboard")
    doomed, _ = (processes.start(BIN / "dask", "worker", address, *options) for _ in range(2))
    output, alone = tmp_path / "dask", tmp_path / "alone"
    run = processes.start(BIN / "huiyi", "publish", "-s", many, "-o", output, "--dask", address)
    until(lambda: list((output / ".cache").glob("*.arrow")), "a shard is extracted")
    os.kill(doomed.pid, signal.SIGKILL)
    assert run.wait(timeout=600) == 0
    assert doomed.wait() == -signal.SIGKILL
    assert processes.start(BIN / "huiyi", "publish", "-s", many, "-o", alone).wait(600) == 0
    assert tables_of(output) == tables_of(alone)
    assert pq.read_metadata(alone / "1.0.0" / "documents.parquet").num_rows == TEXTS
    assert (alone / "1.0.0" / "rejects.csv").read_text().splitlines() == ["path,line,reason"]
