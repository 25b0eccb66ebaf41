"""Publishes the sample into a store, each time by a process of its own that may be killed.

    python tests/uploader.py

For each address on a line of its input it prints the process's id and, when that has ended, how: 0, the
message that stopped it, or -9. Where the store lies is in the environment. Run by the tests of stores.
"""

import os
import sys

from conftest import sample_dataset

from flows.errors import StopError
from flows.releases import release
from flows.stores import fetch_newest
from flows.upload import mirrored, upload


def publish(output: str) -> None:
    """Publish the sample into a store."""
    folder, _ = mirrored(output)
    fetch_newest(output)
    upload(output, release(sample_dataset(), folder))


def _child(output: str) -> None:
    try:
        publish(output)
        print(0, flush=True)
    except StopError as stop:
        print(stop, flush=True)
    os._exit(0)


def main() -> None:
    """One publisher after the other; an S3 client cannot be forked, so each makes its own."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _child(line.strip())
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        if status:
            print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
