"""What a person watches while a flow runs; nothing where nobody watches."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_shown: ContextVar[Progress | None] = ContextVar("progress", default=None)
_seconds: ContextVar[dict[str, float] | None] = ContextVar("seconds", default=None)


@contextlib.contextmanager
def shown_on(console: Console) -> Iterator[None]:
    """Show the steps within on the console, if it is a terminal."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        token = _shown.set(progress)
        try:
            yield
        finally:
            _shown.reset(token)


@contextlib.contextmanager
def timed(seconds: dict[str, float]) -> Iterator[None]:
    """Put into the dictionary how long each step within takes, of the wall clock."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


@contextlib.contextmanager
def step(name: str) -> Iterator[Callable[[int], None]]:
    """One step of the work; what it yields is told how many documents are done."""
    start = time.perf_counter()
    try:
        with _shown_step(name) as tell:
            yield tell
    finally:
        if (seconds := _seconds.get()) is not None:
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start


@contextlib.contextmanager
def _shown_step(name: str) -> Iterator[Callable[[int], None]]:
    progress = _shown.get()
    if progress is None:
        yield lambda done: None
        return
    task = progress.add_task(name, total=1)
    yield lambda done: progress.update(task, description=f"{name}: {done:,} documents")
    progress.update(task, completed=1)
