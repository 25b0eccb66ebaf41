"""Prefect as the user meets it: its own server, started by itself, silent unless asked."""

import atexit
import os
import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor

import platformdirs


def prepare_prefect(level: str) -> None:
    """Settle where Prefect lives and how much it says; to be called before Prefect is imported.

    What the user has set in the environment stands: with `PREFECT_API_URL` the run is recorded by
    that server and none is started.
    """
    settings = {
        "PREFECT_HOME": _home(),
        "PREFECT_LOGGING_LEVEL": level,
        "PREFECT_LOGGING_INTERNAL_LEVEL": level,
        "PREFECT_SERVER_LOGGING_LEVEL": level,
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        # A first start migrates the database: on a slow machine that takes longer than the 20 s allowed.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    }
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


def start_server() -> Future[None]:
    """Start Prefect's server beside what the caller does meanwhile; no flow may begin before it is up."""
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        started: Future[None] = Future()
        started.set_result(None)
        return started
    return ThreadPoolExecutor(1).submit(SubprocessASGIServer().start)
