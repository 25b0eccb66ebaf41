"""Trials start what runs in production: servers, schedules, workers, databases, as processes of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample import MEETING_TEXT

from trials.processes import Processes, free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.trial)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    ours = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
    home = {"PREFECT_HOME": str(tmp_path / "prefect"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    (tmp_path / "logs").mkdir()
    some = Processes(kept | ours | home, tmp_path / "logs", [])
    yield some
    for process in reversed(some.started):
        process.terminate()
        try:
            process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "meeting.txt").write_text(MEETING_TEXT, encoding="utf-8")
    return folder


def _postgres_binaries() -> Path | None:
    """The folder of `initdb` as Debian, or the path, has it; the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = str(found[-1]) if found else shutil.which("initdb")
    return Path(path).parent if path else None


def _as_postgres(*command: str | Path) -> list[str]:
    """The command as a user that the database's programs accept: any but root."""
    words = list(map(str, command))
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a database in a PostgreSQL of our own, with a password; skipped without binaries."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="huiyi-postgres-"))
    (folder / "password").write_text("secret-of-the-trial")
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres")
    data, port = folder / "data", free_port()
    initdb = [binaries / "initdb", "-D", data, "-U", "prefect", "-A", "scram-sha-256", "-E", "UTF8"]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    control = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    run = subprocess.run
    run(_as_postgres(*initdb, f"--pwfile={folder / 'password'}"), check=True, capture_output=True)
    run(_as_postgres(*control, "-o", options, "start"), check=True, stdout=subprocess.DEVNULL)
    address = f"prefect:secret-of-the-trial@127.0.0.1:{port}/postgres"
    try:
        yield address
    finally:
        run(_as_postgres(*control, "-m", "immediate", "stop"), stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
