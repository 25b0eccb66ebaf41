"""A server on PostgreSQL, `prefect.yaml`, a worker; a schedule that fires, a failure that is told."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.releases import read_release
from trials.processes import BIN, ROOT, Api, Processes, free_port, until


@pytest.fixture
def api(processes: Processes, database: str) -> Api:
    """A server as docs/operations.md sets it up, with its settings in the environment."""
    port = free_port()
    api = Api(f"http://127.0.0.1:{port}/api")
    processes.environment |= {
        "PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{database}",
        "PREFECT_API_URL": api.url,
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
    processes.start(BIN / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    until(lambda: api.runs("Completed") == [], "Prefect's server on PostgreSQL")
    return api


@pytest.fixture
def prefect(processes: Processes) -> Callable[..., str]:
    return lambda *words: processes.run(BIN / "prefect", "--no-prompt", *words)


def create_automation(processes: Processes, address: str) -> None:
    """Run the snippet of docs/operations.md, as it stands there."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.S)
    environment = processes.environment | {"HUIYI_WEBHOOK": address}
    subprocess.run([sys.executable, "-c", snippet], cwd=ROOT, env=environment, check=True)


def test_a_worker_runs_the_deployment_and_the_server_tells_of_failures(
    processes: Processes,
    api: Api,
    prefect: Callable[..., str],
    database: str,
    texts: Path,
    tmp_path: Path,
    webhook: tuple[str, list[dict[str, Any]]],
) -> None:
    address, told = webhook
    prefect("work-pool", "create", "huiyi", "--type", "process")
    output, none = f'"{tmp_path / "datasets"}"', f'"{tmp_path / "none"}"'
    parameters = (f'sources=["{texts}"]', f"output={output}", f"guards={none}")
    options = [word for parameter in parameters for word in ("--param", parameter)]
    prefect("deploy", "--name", "huiyi", "--cron", "* * * * *", *options)
    create_automation(processes, address)
    processes.start(BIN / "prefect", "worker", "start", "--pool", "huiyi")

    until(lambda: api.runs("Running", "Completed"), "a run that the schedule started")
    (run, *_) = until(lambda: api.runs("Completed"), "the end of the run")
    assert run["auto_scheduled"]
    assert run["work_pool_name"] == "huiyi"
    assert run["state"]["message"] == "released 1.0.0 (the first release); 0 rejected sources"
    assert read_release(tmp_path / "datasets").row_count("documents") == 1

    (deployment,) = api.post("/deployments/filter")
    api.post(f"/deployments/{deployment['id']}/pause_deployment")
    until(lambda: not api.runs("Pending", "Running"), "the end of what the schedule started")
    prefect("deployment", "run", "nightly/huiyi", "--param", f'sources=["{tmp_path / "logs"}"]')
    (failed,) = until(lambda: api.runs("Failed"), "a run that fails")
    assert f"nothing in {tmp_path / 'logs'} can be released" in failed["state"]["message"]
    (news,) = until(lambda: told, "the automation's call")
    assert (news["run"], news["state"]) == (failed["name"], "Failed")
    assert news["message"] == failed["state"]["message"]

    query = "select count(*) from flow_run where state_name = 'Failed'"
    counted = subprocess.run(
        ["psql", f"postgresql://{database}", "-tAc", query], capture_output=True, text=True
    )
    assert counted.stdout.strip() == "1", counted.stderr
    assert not [p for p in (tmp_path / "prefect").glob("*.db") if p.stat().st_size]
