"""Workers of a Dask cluster extract; one of them dies in the middle of it, and nobody can tell from the release."""

import os
import signal
from pathlib import Path

import pytest
from sample import VISIT_TEXT

from trials.processes import BIN, Processes, free_port, until

pytest.importorskip("prefect_dask", reason="the extra `dask` is not installed")

TEXTS = 1_200


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of many short reports."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(TEXTS):
        more = "".join(f"要抓好第{number}批第{n}个项目。" for n in range(20))
        (folder / f"{number}.txt").write_text(VISIT_TEXT + more, encoding="utf-8")
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
