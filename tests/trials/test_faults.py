"""Whole runs of `huiyi publish` that are killed, that find the disk full or closed, or another clock.

Afterwards the last good release is as it was, `latest` names a whole release, and the next run makes what an undisturbed
one makes, and leaves nothing else.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import (
    contents,
    entries,
    expect_tidy,
    expect_whole,
    kilobytes,
    may_not_write,
    run_script,
    unshared,
)
from sample import DIVISION_CODES, MEETING_TEXT, VISIT_TEXT

from flows.releases import list_releases
from flows.verify import verify
from trials.processes import BIN, ROOT, Processes

# CI is to take a quarter of an hour, and tests/test_faults.py kills the writing of a release at 50 moments in any case.
KILLS, DISKS = (6, 1) if os.environ.get("CI") else (50, 4)
BESIDE = (".cache", "docs", "runs")
YEARS = 5 * 365 * 86_400


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "meeting.txt").write_text(MEETING_TEXT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(prefect_address: dict[str, str]) -> dict[str, str]:
    """The environment of runs that use the server of the tests."""
    return prefect_address | {"PREFECT_LOGGING_LEVEL": "INFO"}


@dataclass(frozen=True)
class Publisher:
    """`killed.py`, which is asked for one publish after the other."""

    process: subprocess.Popen[str]

    def publish(self, output: Path, last: int = 0) -> str:
        """How it ended that was to be killed at that touch of the folder."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{output} {last}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def expect_published(self, output: Path) -> int:
        """Publish; how often the folder was touched."""
        how, touches = self.publish(output).split()
        assert how == "0"
        return int(touches)


@pytest.fixture(scope="module")
def publisher(sources: Path, server: dict[str, str]) -> Iterator[Publisher]:
    """What publishes these sources."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "killed.py", sources],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | server,
        cwd=ROOT,
    )
    yield Publisher(process)
    process.communicate()


@pytest.fixture(scope="module")
def before(sources: Path, publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the release of one text, to which another is added."""
    folder = tmp_path_factory.mktemp("before")
    publisher.expect_published(folder)
    (sources / "visit.txt").write_text(VISIT_TEXT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    before: Path, publisher: Publisher, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "datasets"
    shutil.copytree(before, folder, symlinks=True)
    publisher.expect_published(folder)
    return folder


def expect_good(output: Path, before: Path) -> None:
    assert contents(output / "1.0.0") == contents(before / "1.0.0")
    expect_whole(output / "latest")
    for found in list_releases(output):
        assert not verify(found, DIVISION_CODES, None).problems


def expect_made_up_for(output: Path, undisturbed: Path) -> None:
    expect_tidy(output, *BESIDE)
    assert (output / "latest").readlink() == Path("1.1.0")
    for version in ("1.0.0", "1.1.0"):
        assert contents(output / version) == contents(undisturbed / version)
    kept = {path.name for path in (undisturbed / ".cache").iterdir()}
    assert {path.name for path in (output / ".cache").iterdir()} == kept
    assert {path.suffix for path in (output / "runs").iterdir()} == {".json"}


def test_killed_at_any_moment_nothing_half_done_is_seen(
    before: Path, undisturbed: Path, publisher: Publisher, tmp_path: Path
) -> None:
    lived = shutil.copytree(before, tmp_path / "lived", symlinks=True)
    touches = publisher.expect_published(lived)
    for moment in random.Random(20260103).sample(range(1, touches + 1), KILLS):
        output = shutil.copytree(before, tmp_path / f"killed-{moment}", symlinks=True)
        assert publisher.publish(output, moment) == "-9"
        expect_good(output, before)
        publisher.expect_published(output)
        expect_made_up_for(output, undisturbed)


@pytest.mark.parametrize("limit", ["size", "nr_inodes"])
def test_a_disk_that_is_full_leaves_the_last_release(
    limit: str,
    before: Path,
    undisturbed: Path,
    sources: Path,
    server: dict[str, str],
    tmp_path: Path,
) -> None:
    # A run leaves more than the release, its record for one, and needs room for a while.
    if limit == "size":
        bounds, room = (kilobytes(before), kilobytes(undisturbed) + 400), 400
    else:
        bounds, room = (entries(before) + 1, entries(undisturbed) + 40), 40
    draw = random.Random(20260104)
    unit = "k" if limit == "size" else ""
    options = [
        f"{limit}={n}{unit}" for n in sorted(draw.sample(range(bounds[0], bounds[1] - room), DISKS))
    ]
    options.append(f"{limit}={2 * bounds[1]}{unit}")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    run = run_script("small", sources, before, scratch, *options, within=unshared(), **server)
    assert run.returncode == 0, run.stderr
    refused = 0
    for option in options:
        expect_good(scratch / option / "failed", before)
        expect_made_up_for(scratch / option / "after", undisturbed)
        *_, last = (scratch / f"{option}.log").read_text(encoding="utf-8").strip().splitlines()
        is_told = last.startswith("cannot write to") and "No space left on device" in last
        assert is_told or last.endswith("Finished in state Completed()"), (option, last)
        refused += is_told
    assert 0 < refused < len(options)


def test_a_folder_that_may_not_be_written_leaves_the_last_release(
    before: Path,
    undisturbed: Path,
    sources: Path,
    server: dict[str, str],
    publisher: Publisher,
    tmp_path: Path,
) -> None:
    closed = {name: tmp_path / f"closed-{name}" for name in (".", ".cache", "runs")}
    for name, output in closed.items():
        shutil.copytree(before, output, symlinks=True)
        (output / name).chmod(0o555)
    arguments = (word for output in closed.values() for word in (output, 0))
    run = run_script("killed", sources, *arguments, within=may_not_write(), **server)
    # What a run was like is told where it can be; a release does not depend on it.
    assert [line.split()[0] for line in run.stdout.splitlines()] == ["1", "1", "0"], run.stderr
    for name, output in closed.items():
        (output / name).chmod(0o755)
        is_refused = rf"cannot write to {re.escape(str(output))}(/.cache)? \(Permission denied\)"
        assert bool(re.search(is_refused, run.stderr)) == (name != "runs")
        expect_good(output, before)
        publisher.expect_published(output)
        expect_made_up_for(output, undisturbed)


def test_a_clock_that_jumps_back_changes_nothing(
    processes: Processes, server: dict[str, str], texts: Path, tmp_path: Path
) -> None:
    compiler, library = shutil.which("cc"), tmp_path / "clock.so"
    if compiler is None:
        pytest.skip("no C compiler on this machine to build a wrong clock with: cc")
    source = Path(__file__).parent / "clock.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    ahead = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(YEARS)}

    def publish(output: Path, **environment: str) -> None:
        command = [BIN / "huiyi", "publish", "-s", texts, "-o", output, "--guards", os.devnull]
        assert processes.start(*command, **environment).wait(300) == 0, processes.said()

    right, wrong = tmp_path / "right", tmp_path / "wrong"
    publish(right, **server)
    publish(wrong, **ahead)
    # The clock of the disk is the machine's own.
    for path in [*wrong.rglob("*"), wrong]:
        if not path.is_symlink():
            then = path.stat().st_mtime + YEARS
            os.utime(path, (then, then))
    (texts / "visit.txt").write_text(VISIT_TEXT, encoding="utf-8")
    publish(right, **server)
    publish(wrong)
    expect_made_up_for(wrong, right)
    late, early = sorted(json.loads(p.read_text())["started"] for p in (wrong / "runs").iterdir())[
        ::-1
    ]
    assert int(late[:4]) - int(early[:4]) in (4, 5)
    processes.run(BIN / "huiyi", "verify", "-o", wrong)
