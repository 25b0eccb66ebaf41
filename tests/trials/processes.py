"""Real processes and Prefect's API, as the trials use them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
_PATIENCE_SECONDS = 400


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """As a machine that loses its power."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
    for pid in (process.pid, *map(int, found.stdout.split())):
        os.kill(pid, signal.SIGKILL)


def until(found: Callable[[], Any], what: str) -> Any:
    """What the function finds, as soon as it does; patient, for machines that have much else to do."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if answer := found():
                return answer
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"not within {_PATIENCE_SECONDS} seconds: {what}")


@dataclass(frozen=True)
class Api:
    """A Prefect server as its clients see it."""

    url: str

    def post(self, path: str, **body: Any) -> Any:
        answer = httpx.post(f"{self.url}{path}", json=body, timeout=10).raise_for_status()
        return answer.json() if answer.content else None

    def runs(self, *states: str) -> list[dict[str, Any]]:
        """The flow runs in one of these states, in the order of their dates."""
        runs = self.post("/flow_runs/filter", sort="EXPECTED_START_TIME_ASC", limit=50)
        return [run for run in runs if run["state_name"] in states]


@dataclass
class Processes:
    """Starts processes with an environment of their own, and ends them."""

    environment: dict[str, str]
    folder: Path
    started: list[subprocess.Popen[bytes]]

    def start(self, *command: str | Path, **environment: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{len(self.started)}-{Path(command[0]).name}.log").open("wb")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment | environment,
            stdout=log,
            stderr=log,
            # A shell that runs the trials in the background has them ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.started.append(process)
        return process

    def run(self, *command: str | Path) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def said(self) -> str:
        """What the processes have printed up to now."""
        return "\n".join(log.read_text() for log in sorted(self.folder.glob("*.log")))
