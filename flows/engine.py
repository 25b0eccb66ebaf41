"""Prefect as the user meets it: its own server, started by itself, silent unless asked."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

import platformdirs

from flows.errors import StopError

# A first start migrates the database, which takes long on a slow machine.
_STARTUP_SECONDS = 180.0


class Server:
    """Prefect's server as a child of this process; its address is in the environment.

    A flow would start this very server by itself, but only after it has imported all of it into its
    own process too, and then wait: started first, it is up when the flow is.
    """

    def __init__(self, environment: Mapping[str, str], *, port: int, is_verbose: bool) -> None:
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                free.bind(("127.0.0.1", port))
            except OSError as error:
                raise StopError(
                    f"port {port} is taken ({error.strerror}); name another with --port, or stop "
                    "what listens there"
                ) from error
            port = free.getsockname()[1]
        self.page = f"http://127.0.0.1:{port}"
        output = None if is_verbose else subprocess.DEVNULL
        # In a session of its own: who types Ctrl-C means this process, which still needs its server
        # to say goodbye. The pipe ends the server with this process (see flows.server).
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.server", str(port)],
            env=os.environ | environment | {"PREFECT__SERVER_FINAL": "1"},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        atexit.register(self._stop)
        os.environ["PREFECT_API_URL"] = f"{self.page}/api"

    def wait(self) -> None:
        """Wait until it answers: no flow may begin before."""
        import httpx

        until = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if httpx.get(f"{self.page}/api/health").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise StopError("Prefect's server does not start; see why with --verbose")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


# A server for one run does without pages and without what makes schedules run.
_FOR_ONE_RUN = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_UI_ENABLED": "0"}
# A server with schedules remembers who is running, so that one killed in mid-run blocks no run for ever.
_FOR_SCHEDULES = {
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem"
}
# What a process that runs for months says: its runs, not each of their tasks.
_LOG_OF_SCHEDULES = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
}


def prepare_prefect(*, is_verbose: bool) -> Server | None:
    """Settle where Prefect lives and how much it says, and start its server for one run.

    To be called before Prefect is imported. What the user has set in the environment stands: where
    `PREFECT_API_URL` or `PREFECT_HOME` is set, no server is started here; Prefect knows its own.
    """
    is_ours = not {"PREFECT_API_URL", "PREFECT_HOME"} & os.environ.keys()
    level = "INFO" if is_verbose else "CRITICAL"
    _settle(is_ours, PREFECT_LOGGING_LEVEL=level, PREFECT_SERVER_LOGGING_LEVEL=level)
    return Server(_FOR_ONE_RUN, port=0, is_verbose=is_verbose) if is_ours else None


def prepare_schedules(port: int) -> Server | None:
    """Settle the same for a process that runs schedules; its server has pages, at that port.

    Where `PREFECT_API_URL` is set, the schedules are those of the server there.
    """
    is_ours = "PREFECT_API_URL" not in os.environ
    _settle(is_ours and "PREFECT_HOME" not in os.environ, **_LOG_OF_SCHEDULES)
    pages = {"PREFECT_SERVER_API_HOST": "127.0.0.1", "PREFECT_SERVER_API_PORT": str(port)}
    return Server(_FOR_SCHEDULES | pages, port=port, is_verbose=True) if is_ours else None


def _settle(is_ours_alone: bool, **levels: str) -> None:
    settings = levels | {
        "PREFECT_LOGGING_INTERNAL_LEVEL": levels["PREFECT_SERVER_LOGGING_LEVEL"],
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": f"{_STARTUP_SECONDS:.0f}",
    }
    settings |= {"PREFECT_HOME": _home()} if is_ours_alone else {}
    for name, value in settings.items():
        os.environ.setdefault(name, value)


def _home() -> str:
    """The user's cache folder, or a temporary one where that cannot be written."""
    folder = platformdirs.user_cache_path("huiyi") / "prefect"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        home = tempfile.mkdtemp(prefix="huiyi-prefect-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        return home
