"""`huiyi serve`, with a real schedule: it fires, it goes with all that belongs to it, even when killed."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import filelock
import httpx
import pytest

from flows.releases import list_releases, read_release
from flows.watch import read_runs
from trials.processes import BIN, Api, Processes, free_port, kill_with_children, until

Serving = subprocess.Popen[bytes]


def is_silent(api: Api) -> bool:
    try:
        httpx.get(f"{api.url}/health")
    except httpx.TransportError:
        return True
    return False


def test_a_schedule_fires_within_two_minutes_and_a_killed_server_leaves_nothing(
    processes: Processes, texts: Path, tmp_path: Path
) -> None:
    port = free_port()
    api = Api(f"http://127.0.0.1:{port}/api")
    del processes.environment["PREFECT_HOME"]
    command = [BIN / "huiyi", "serve", "--cron", "* * * * *", "--port", str(port)]
    options = ["--sources", texts, "--output", tmp_path / "datasets", "--guards", os.devnull]
    serving = processes.start(*command, *options)
    until(lambda: api.post("/deployments/filter"), "the deployment in the API")
    until(lambda: api.runs("Running", "Completed"), "a run that the schedule started")
    runs = until(lambda: api.runs("Completed"), "the end of the run")
    assert runs[0]["auto_scheduled"]
    assert runs[0]["state"]["message"] == "released 1.0.0 (the first release); 0 rejected sources"
    assert read_release(tmp_path / "datasets").row_count("documents") == 1
    assert read_runs(tmp_path / "datasets")[0]["name"] == runs[0]["name"]
    assert "Traceback" not in processes.said()
    serving.send_signal(signal.SIGKILL)
    until(lambda: is_silent(api), "the server's end after its parent's")


@pytest.fixture
def serve(processes: Processes, texts: Path, tmp_path: Path) -> Callable[[], tuple[Serving, Api]]:
    """A function that serves a schedule which is far from due, and waits until it does."""
    port = free_port()
    api = Api(f"http://127.0.0.1:{port}/api")
    del processes.environment["PREFECT_HOME"]
    processes.environment |= {
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
    }
    command = [BIN / "huiyi", "serve", "--cron", "0 3 29 2 *", "--port", str(port)]
    options: list[str | Path] = [
        "--sources",
        texts,
        "--output",
        tmp_path / "datasets",
        "--guards",
        os.devnull,
    ]

    def start() -> tuple[Serving, Api]:
        serving = processes.start(*command, *options)
        until(lambda: is_served(api), "the deployment in the API, not paused")
        return serving, api

    return start


def is_served(api: Api) -> bool:
    return any(not deployment["paused"] for deployment in api.post("/deployments/filter"))


def start_run(api: Api) -> str:
    (deployment,) = api.post("/deployments/filter")
    path, state = f"/deployments/{deployment['id']}/create_flow_run", {"type": "SCHEDULED"}
    # A server with much to do may answer "unavailable" at first.
    run = until(lambda: api.post(path, state=state), "a run that is created")
    return str(run["name"])


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_quiet(
    serve: Callable[[], tuple[Serving, Api]], processes: Processes, sign: signal.Signals
) -> None:
    serving, api = serve()
    time.sleep(
        10
    )  # between the deployment and the wait for its dates, nothing is seen from outside
    serving.send_signal(sign)
    assert serving.wait(timeout=120) == 0
    assert is_silent(api)
    assert "All deployments have been paused" in processes.said()
    assert not re.search("Traceback|Warning", processes.said())


def test_a_run_that_is_going_is_not_started_twice(
    serve: Callable[[], tuple[Serving, Api]],
) -> None:
    _, api = serve()
    names = {start_run(api), start_run(api)}
    (late,) = until(lambda: api.runs("Cancelled"), "the second run, cancelled")
    assert late["state"]["message"] == "Deployment concurrency limit reached."
    (run,) = until(lambda: api.runs("Completed"), "the end of the first run")
    assert {late["name"], run["name"]} == names


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_stopped_in_mid_run_is_crashed_and_blocks_no_other(
    serve: Callable[[], tuple[Serving, Api]],
    processes: Processes,
    tmp_path: Path,
    sign: signal.Signals,
) -> None:
    (tmp_path / "datasets").mkdir()
    with filelock.FileLock(tmp_path / "datasets" / ".lock"):  # which the run waits for
        serving, api = serve()
        stopped = start_run(api)
        until(lambda: api.runs("Running"), "a run that is going")
        if sign == signal.SIGKILL:
            kill_with_children(serving)
        else:
            serving.send_signal(sign)
        assert serving.wait(timeout=120) == (0 if sign == signal.SIGTERM else -sign)
        until(lambda: is_silent(api), "the server's end")
    assert list_releases(tmp_path / "datasets") == []
    serve()
    (crashed,) = until(lambda: api.runs("Crashed"), "the run that was stopped, crashed")
    assert crashed["name"] == stopped
    start_run(api)
    until(lambda: api.runs("Completed"), "another run")
    assert api.runs("Cancelled") == []
    assert read_release(tmp_path / "datasets").row_count("documents") == 1
