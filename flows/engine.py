"""Prefect as the user meets it: its own server, started by itself, silent unless asked."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import platformdirs

from flows.errors import StopError

# A first start migrates the database, which takes long on a slow machine.
_STARTUP_SECONDS = 180.0


class Server:
    """Prefect's server as a child of this process; its address is in the environment.

    A flow would start this very server by itself, but only after it has imported all of it into its
    own process too, and then wait: started first, it is up when the flow is.
    """

    def __init__(self, *, is_verbose: bool) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}/api"
        output = None if is_verbose else subprocess.DEVNULL
        command = ["uvicorn", "--factory", "prefect.server.api.server:create_app"]
        options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
        ephemeral = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command, *options, "--lifespan", "on"],
            env=os.environ | ephemeral | {"PREFECT_UI_ENABLED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        atexit.register(self._stop)
        os.environ["PREFECT_API_URL"] = self._address

    def wait(self) -> None:
        """Wait until it answers: no flow may begin before."""
        import httpx

        until = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if httpx.get(f"{self._address}/health").is_success:
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


def prepare_prefect(*, is_verbose: bool) -> Server | None:
    """Settle where Prefect lives and how much it says, and start its server.

    To be called before Prefect is imported. What the user has set in the environment stands: where
    `PREFECT_API_URL` or `PREFECT_HOME` is set, no server is started here; Prefect knows its own.
    """
    is_ours = not {"PREFECT_API_URL", "PREFECT_HOME"} & os.environ.keys()
    level = "INFO" if is_verbose else "CRITICAL"
    settings = {
        "PREFECT_LOGGING_LEVEL": level,
        "PREFECT_LOGGING_INTERNAL_LEVEL": level,
        "PREFECT_SERVER_LOGGING_LEVEL": level,
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": f"{_STARTUP_SECONDS:.0f}",
    }
    settings |= {"PREFECT_HOME": _home()} if is_ours else {}
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    return Server(is_verbose=is_verbose) if is_ours else None


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
