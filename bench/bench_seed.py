"""What `huiyi publish` of the seeds costs beside a bare Prefect flow with one empty task."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from measurement import Measurement, at_most

ROOT = Path(__file__).parent.parent
RUNS = 5
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}
BARE_FLOW = """
from prefect import flow, task

@task
def nothing(): pass

@flow
def bare(): nothing()

bare()
"""


def seconds(command: Sequence[str | Path]) -> float:
    """Wall time of a command, its output left aside."""
    environment = os.environ | QUIET
    began = time.perf_counter()
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, cwd=ROOT
    )
    if ran.returncode:
        raise SystemExit(ran.stderr.decode())
    return time.perf_counter() - began


def measure() -> Iterator[Measurement]:
    """Medians of several runs each, taken in turn after a first one that does not count."""
    bare, publish = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for run in range(RUNS + 1):
            bare.append(seconds([sys.executable, "-c", BARE_FLOW]))
            output = Path(scratch, str(run))
            publish.append(
                seconds([sys.executable, "-m", "flows.cli", "publish", "--output", output])
            )
    a_bare, a_publish = statistics.median(bare[1:]), statistics.median(publish[1:])
    yield Measurement("bare Prefect flow, one empty task", f"{a_bare:.2f} s")
    yield Measurement("huiyi publish, the seeds", f"{a_publish:.2f} s")
    yield at_most("publish / bare flow", a_publish / a_bare, 1.5)


if __name__ == "__main__":
    print(*measure(), sep="\n")
