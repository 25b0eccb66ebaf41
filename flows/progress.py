"""What a person watches while a flow runs; nothing where nobody watches."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_shown: ContextVar[Progress | None] = ContextVar("progress", default=None)


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
def step(name: str) -> Iterator[Callable[[int], None]]:
    """One step of the work; what it yields is told how many documents are done."""
    progress = _shown.get()
    if progress is None:
        yield lambda done: None
        return
    task = progress.add_task(name, total=1)
    yield lambda done: progress.update(task, description=f"{name}: {done:,} documents")
    progress.update(task, completed=1)
