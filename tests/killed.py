"""Publishes into folders, and kills itself at the n-th touch of the folder.

    python tests/killed.py SOURCES [FOLDER N …]

Publishes the sample's rows where SOURCES is `-`, else all that `huiyi publish` does with a folder of texts. Prints one
line a folder: how the publisher ended (-9: killed), and how often it had touched the folder if it lived. Every publisher
is a process of its own, forked from this one, which has loaded what they need. Without folders as arguments it takes
them from its input, a line each. Run by the tests of faults.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from conftest import dataset_of, sample_dataset

from flows.extraction import load_reader
from flows.releases import release
from flows.sources import LEXICONS

TOUCHES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "shutil.rmtree")
Publish = Callable[[Path, int], None]


def publish(publish_into: Callable[[Path], object], output: Path, last: int) -> None:
    """Publish, unless killed on the way."""
    touches = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal touches
        # Names without a folder are of what is removed piece by piece.
        if event in TOUCHES and str(arguments[0]).startswith((str(output), *"._0123456789")):
            touches += 1
            if touches == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    publish_into(output)
    print(0, touches, flush=True)


def publisher(sources: str) -> Publish:
    """What publishes, with all that it needs loaded."""
    if sources == "-":
        return partial(publish, partial(release, sample_dataset()))
    from expectations.suites import validate
    from flows.publish import Order
    from flows.publish import publish as run

    # Much is loaded by the first text that is read and the first rows that are validated.
    codes = load_reader(LEXICONS).division_codes
    with tempfile.TemporaryDirectory() as docs:
        validate([dataset_of(Path(sources)).tables], codes, Path(docs))
    none = Path(sources, "none.toml")

    def publish_into(output: Path) -> None:
        run(Order((Path(sources),), output, LEXICONS, none, none, golden=none))

    return partial(publish, publish_into)


def apart(work: Callable[[], None]) -> int:
    """The exit code of a process that does the work; negative where a signal ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main(sources: str, *arguments: str) -> None:
    """One publisher after the other."""
    publish_into = publisher(sources)
    given = [*zip(arguments[::2], arguments[1::2], strict=True)]
    for folder, last in given or map(str.split, sys.stdin):
        if code := apart(partial(publish_into, Path(folder), int(last))):
            print(code, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
