"""Publishes on file systems that cannot take it, and once more when they can.

    unshare --mount python tests/small.py SOURCES BEFORE SCRATCH OPTIONS [OPTIONS …]

SOURCES is as `killed.py` has it, BEFORE what stands on each of them at first; OPTIONS are those that `mount` takes for a tmpfs (size=500k, ro). For
each, SCRATCH holds afterwards OPTIONS.log, what the publisher said, and copies of what stood there, OPTIONS/failed and
OPTIONS/after. To be run in a name space of its own, so that nobody else sees these mounts. Run by the tests of faults.
"""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from killed import Publish, apart, publisher

ROOMY = "rw,size=64m,nr_inodes=10000"


def mount(options: str, where: Path) -> None:
    """Mount a new file system, or change the one that is there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(where)], check=True)


def publish_saying(publish: Publish, output: Path, log: Path) -> None:
    """Publish; what it says goes into a file."""
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
        publish(output, 0)


def main(sources: str, before: str, scratch_folder: str, *all_options: str) -> None:
    """One small file system after the other."""
    publish, scratch = publisher(sources), Path(scratch_folder)
    disk = scratch / "disk"
    disk.mkdir()
    for options in all_options:
        mount(ROOMY, disk)
        shutil.copytree(before, disk, symlinks=True, dirs_exist_ok=True)
        mount(f"remount,{options}", disk)
        code = apart(partial(publish_saying, publish, disk, scratch / f"{options}.log"))
        shutil.copytree(disk, scratch / options / "failed", symlinks=True)
        mount(f"remount,{ROOMY}", disk)
        again = apart(partial(publish, disk, 0))
        shutil.copytree(disk, scratch / options / "after", symlinks=True)
        subprocess.run(["umount", str(disk)], check=True)
        print(options, code, again, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
