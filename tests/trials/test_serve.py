"""`huiyi serve`, with a real schedule: it fires, it goes with all that belongs to it, even when killed."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from flows.releases import read_release
from flows.watch import read_runs
from trials.processes import BIN, Api, Processes, free_port, until


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
    options = ["--sources", texts, "--output", tmp_path / "datasets", "--guards", "none"]
    serving = processes.start(*command, *options)
    until(lambda: api.post("/deployments/filter"), 180, "the deployment in the API")
    until(lambda: api.runs("Running", "Completed"), 120, "a run that the schedule started")
    runs = until(lambda: api.runs("Completed"), 180, "the end of the run")
    assert runs[0]["auto_scheduled"]
    assert runs[0]["state"]["message"] == "released 1.0.0 (the first release); 0 rejected sources"
    assert read_release(tmp_path / "datasets").row_count("documents") == 1
    assert read_runs(tmp_path / "datasets")[0]["name"] == runs[0]["name"]
    assert "Traceback" not in processes.said()
    serving.send_signal(signal.SIGKILL)
    until(lambda: is_silent(api), 20, "the server's end after its parent's")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_stopping_pauses_the_schedule_and_is_quiet(
    processes: Processes, texts: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    port = free_port()
    api = Api(f"http://127.0.0.1:{port}/api")
    del processes.environment["PREFECT_HOME"]
    command = [BIN / "huiyi", "serve", "--cron", "0 3 * * *", "--port", str(port)]
    serving = processes.start(*command, "--sources", texts, "--output", tmp_path / "datasets")
    until(lambda: api.post("/deployments/filter"), 180, "the deployment in the API")
    time.sleep(3)
    serving.send_signal(sign)
    assert serving.wait(timeout=30) == 0
    assert is_silent(api)
    assert "Traceback" not in processes.said()
