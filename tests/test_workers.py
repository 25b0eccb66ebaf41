"""Other processes that extract: they start when there is enough to do, and whatever ends one is told."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from sample import VISIT_TEXT

from flows.corrections import Corrections, read_corrections
from flows.errors import StopError
from flows.kept import Kept
from flows.sources import LEXICONS
from flows.workers import DOCUMENTS_PER_LOT, Workers
from transforms.source import Source

LOT = [("a" * 64, [Source("visit.txt", VISIT_TEXT.encode())])]
MANY = DOCUMENTS_PER_LOT + 1
SECONDS = 60.0

# What a run that is killed leaves to its workers: the parent says who they are, then sleeps.
PARENT = """
import time, psutil
from flows.sources import LEXICONS
from flows.workers import Workers
if __name__ == "__main__":
    with Workers(2, LEXICONS) as workers:
        workers.expect(1_000)
        mine = psutil.Process()
        print(*(p.pid for p in mine.children(True) if p not in mine.children()), flush=True)
        time.sleep(600)
"""


@pytest.fixture
def no_corrections(tmp_path: Path) -> Corrections:
    return read_corrections(tmp_path / "corrections.toml")


def workers_of_this_process() -> list[psutil.Process]:
    """Those that the nursery forked, or, where there is none, this process's own."""
    mine = psutil.Process()
    forked = [p for p in mine.children(recursive=True) if p not in mine.children()]
    return forked or [p for p in mine.children() if "spawn_main" in " ".join(p.cmdline())]


@pytest.mark.parametrize(("processes", "documents"), [(1, MANY), (2, DOCUMENTS_PER_LOT)])
def test_one_lot_or_one_process_starts_no_other(
    processes: int, documents: int, tmp_path: Path, no_corrections: Corrections
) -> None:
    with Workers(processes, LEXICONS) as workers:
        workers.expect(documents)
        assert not workers_of_this_process()
        assert workers.extract(LEXICONS, no_corrections, Kept(tmp_path), LOT).documents == 1


def test_another_process_extracts_the_same(tmp_path: Path, no_corrections: Corrections) -> None:
    here, there = Kept(tmp_path / "here"), Kept(tmp_path / "there")
    for kept in (here, there):
        kept.folder.mkdir()
    Workers(1, LEXICONS).extract(LEXICONS, no_corrections, here, LOT)
    with Workers(2, LEXICONS) as workers:
        workers.expect(MANY)
        workers.extract(LEXICONS, no_corrections, there, LOT)
    [one], [other] = (list(kept.folder.iterdir()) for kept in (here, there))
    assert one.read_bytes() == other.read_bytes()
    assert not workers_of_this_process()


def test_killed_processes_are_told_with_what_to_do(
    tmp_path: Path, no_corrections: Corrections
) -> None:
    with Workers(2, LEXICONS) as workers:
        workers.expect(MANY)
        for process in workers_of_this_process():
            process.kill()
        with pytest.raises(StopError, match=r"ended from outside.*fewer --workers.*is kept"):
            workers.extract(LEXICONS, no_corrections, Kept(tmp_path), LOT)


def test_no_process_outlives_a_killed_run(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=SECONDS)
    assert len(workers) == 2
    assert not alive
