"""Great Expectations in a process of its own: it is imported there while texts are read here; each takes seconds."""

import contextlib
import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from expectations.suites import Failure


class Expecting:
    """The process; it begins to import as soon as this is made."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._ready = pool.submit(_failures, {}, frozenset())

    def failures(
        self, tables: Mapping[str, Any], division_codes: frozenset[str]
    ) -> tuple["Failure", ...]:
        """The expectations that the rows of all tables break."""
        self._ready.result()
        return self._pool.submit(_failures, tables, division_codes).result()


@contextlib.contextmanager
def expecting() -> Iterator[Expecting]:
    """Great Expectations, for as long as it is needed."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield Expecting(pool)


def _failures(tables: Mapping[str, Any], division_codes: frozenset[str]) -> tuple["Failure", ...]:
    from expectations.suites import validate

    return validate([tables], division_codes, None).failures if tables else ()
