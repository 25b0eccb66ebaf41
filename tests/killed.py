"""Publishes the sample into folders, and kills itself at the n-th touch of the disk.

    python tests/killed.py FOLDER N [FOLDER N …]

Prints one line a folder: how the publisher ended (-9: killed), and how often it had touched the
disk if it lived. Every publisher is a process of its own. Run by the tests of releases.
"""

import os
import signal
import sys
from pathlib import Path

from conftest import sample_dataset

from flows.releases import release

TOUCHES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "shutil.rmtree")


def publish(output: Path, last: int) -> None:
    """Publish, unless killed on the way."""
    dataset = sample_dataset()
    touches = 0

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal touches
        if event in TOUCHES:
            touches += 1
            if touches == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    release(dataset, output)
    print(0, touches, flush=True)


def main(arguments: list[str]) -> None:
    """One publisher after the other."""
    for folder, last in zip(arguments[::2], arguments[1::2], strict=True):
        child = os.fork()
        if child == 0:
            publish(Path(folder), int(last))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
