"""The process that workers are forked from: what all of them need is loaded once, and its memory is theirs together.

The engine itself must not be forked: it has threads, whose locks a fork would copy as they are. This one has none, starts
while the engine does, and ends with the workers. Where the system has no such processes, each worker loads everything.
"""

import multiprocessing
import os
import sys
from multiprocessing.context import BaseContext
from pathlib import Path

LEXICONS = "HUIYI_NURSERY_LEXICONS"
"""The environment variable that tells `flows.warm` what to load."""
_IS_THERE = sys.platform == "linux"  # macOS has libraries that no fork survives.


def prepare(lexicons: Path) -> None:
    """Have it begin to load, unless it has."""
    if not _IS_THERE:
        return
    from multiprocessing import forkserver

    os.environ[LEXICONS] = str(lexicons.absolute())
    forkserver.set_forkserver_preload(["__main__", "flows.warm"])
    forkserver.ensure_running()


def context() -> BaseContext:
    """How workers are started."""
    return multiprocessing.get_context("forkserver" if _IS_THERE else "spawn")


def close() -> None:
    """End it, if it runs; its workers have ended or were never needed, and what it holds would be held for nothing."""
    if _IS_THERE:
        from multiprocessing import forkserver

        # The library ends it with the whole program and has no public name for ending it before; its own tests use this.
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
