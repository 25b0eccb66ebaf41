"""What tests of faults stand on: whether a folder of releases is as it should be, and ways to make a disk refuse."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows.releases import files_of, list_releases

ROOT = Path(__file__).parent.parent
PAGE = 4096


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a release."""
    return {name: (folder / name).read_bytes() for name in files_of(folder)}


def expect_whole(folder: Path) -> None:
    """The folder holds what its checksums say, and nothing else."""
    sums = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert set(files_of(folder)) == {*sums, "SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def expect_tidy(output: Path, *beside: str) -> None:
    """Nothing is there but releases, pointers, the lock and these names; `latest` names a whole release."""
    names = {p.name for p in output.iterdir()} - {".lock", "latest", "latest.json", *beside}
    assert names == {str(found.version) for found in list_releases(output)}
    expect_whole(output / "latest")


def _is_run(*command: str) -> bool:
    return bool(shutil.which(command[0])) and not subprocess.call(
        command, stderr=subprocess.DEVNULL
    )


def unshared() -> list[str]:
    """A command in front of another that may mount what it likes, seen by nobody else."""
    way = (
        ["unshare", "--mount"]
        if os.geteuid() == 0
        else ["unshare", "--user", "--map-root-user", "--mount"]
    )
    if _is_run(*way, "mount", "-t", "tmpfs", "none", "/tmp"):
        return way
    pytest.skip("this machine lets nobody mount a small file system (unshare --mount)")


def may_not_write() -> list[str]:
    """A command in front of another that makes rights bind, which root stands above."""
    if os.geteuid() != 0:
        return []
    way = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if not _is_run(*way, "true"):
        pytest.skip("root cannot give up its rights on this machine (setpriv of util-linux)")
    return way


def run_script(
    name: str,
    *arguments: Path | int | str,
    within: Sequence[str] = (),
    prefix: str = "",
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run `killed.py` or `small.py`, in a process of its own."""
    code = f"{prefix}import {name}, sys; {name}.main(*sys.argv[1:])"
    return subprocess.run(
        [*within, sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")} | environment,
        cwd=ROOT,
    )


def kilobytes(folder: Path) -> int:
    """What a folder's files take where each has pages of its own."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return sum(-(-p.stat().st_size // PAGE) for p in files) * PAGE // 1024


def entries(folder: Path) -> int:
    """How many files, folders and links a folder holds."""
    return sum(1 for _ in folder.rglob("*"))
