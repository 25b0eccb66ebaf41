"""Files from strangers are parsed in a process of their own, with limits on its time and memory.

A parser that dies or never ends costs its own file, with a reason, and nobody else's. The process starts at the first
file that needs it (plain text is read here), serves one file after the other, and is replaced when it dies. What it
answers is JSON, so that not even a parser that was taken over can run anything here.
"""

import atexit
import datetime
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from transforms.pages import Page
from transforms.parsing import Parsed, parse
from transforms.source import Rejected, Source

SECONDS, MEGABYTES = 30.0, 1_000
"""What one file may take to be parsed."""
_REMEDY = "the file is damaged or made to harm; save the text of the report as .txt in UTF-8"
_MOST_ANSWER = 64_000_000


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Answer:
    """What the other process says of a file: what it holds, or why it is rejected."""

    text: str = ""
    marks: tuple[tuple[int, int], ...] | None = None
    title: str | None = None
    publisher: str | None = None
    published_on: datetime.date | None = None
    encoding: str = ""
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    reason: str | None = None
    line: int | None = None

    def parsed(self) -> Parsed:
        """What the file holds; raises `Rejected` where there is a reason for it."""
        if self.reason is not None:
            raise Rejected(self.reason, self.line)
        page = Page(self.text, self.marks, self.title, self.publisher, self.published_on)
        return Parsed(page, self.encoding, self.confidence)


_ANSWERS = TypeAdapter(Answer)


def parse_safely(source: Source) -> Parsed:
    """What a source holds to be read; `Rejected` says why there is nothing, also where its parser died."""
    if source.media_type == "text/plain":
        return parse(source.content, source.media_type)
    with _lock:
        return _process().parse(source).parsed()


class _Process:
    """The other process, waiting for files at its standard input."""

    def __init__(self) -> None:
        self._child = start("flows.parser", MEGABYTES)

    def is_alive(self) -> bool:
        """Whether it can be given another file."""
        return self._child.poll() is None

    def parse(self, source: Source) -> Answer:
        """Its answer about a file, or what became of it."""
        with limited(self._child, SECONDS) as ran_out:
            answer = self._ask(source)
        if answer is not None:
            return answer
        self.end()
        if ran_out.is_set():
            return Answer(reason=f"takes more than {SECONDS:.0f} s to parse; {_REMEDY}")
        return Answer(reason=f"its parser {_death(self._child)}; {_REMEDY}")

    def _ask(self, source: Source) -> Answer | None:
        into, out = pipes(self._child)
        head = {"media_type": source.media_type, "bytes": len(source.content)}
        try:
            into.write(json.dumps(head).encode() + b"\n" + source.content)
            into.flush()
            return _ANSWERS.validate_json(out.readline(_MOST_ANSWER))
        except (OSError, ValidationError):
            return None

    def end(self) -> None:
        """Make sure that it runs no longer."""
        self._child.kill()
        self._child.communicate()


def start(module: str, megabytes: int, *arguments: str) -> subprocess.Popen[bytes]:
    """A Python process that runs a module of this package within that much memory."""
    return subprocess.Popen(
        [sys.executable, "-m", module, str(megabytes), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parent.parent,
    )


def pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """What a process that was started here reads, and what it writes."""
    assert child.stdin
    assert child.stdout
    return child.stdin, child.stdout


@contextmanager
def limited(child: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill a process that is not done in time; the event tells whether it was."""
    ran_out = threading.Event()

    def kill() -> None:
        ran_out.set()
        child.kill()

    timer = threading.Timer(seconds, kill)
    timer.start()
    try:
        yield ran_out
    finally:
        timer.cancel()


def _death(child: subprocess.Popen[bytes]) -> str:
    """How a process ended, in words."""
    code = child.returncode
    return f"died of signal {-code}" if code < 0 else f"asked for more than {MEGABYTES:,} MB"


# One process at a time, for all threads; a process that is forked off starts its own.
_lock = threading.Lock()
_current: list[_Process] = []


def _process() -> _Process:
    if not _current or not _current[0].is_alive():
        _current[:] = [_Process()]
    return _current[0]


def _end() -> None:
    for process in _current:
        process.end()


def _forget() -> None:
    global _lock
    _lock = threading.Lock()
    _current.clear()


atexit.register(_end)
os.register_at_fork(after_in_child=_forget)
