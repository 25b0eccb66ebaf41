"""What shards gave is validated while others are still extracted: Great Expectations works beside the processes that read.

What met every expectation in an earlier run is not looked at again.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.assembly import handfuls, joined
from flows.errors import UnsoundError
from flows.extraction import Extracted
from flows.kept import Kept
from flows.provenance import fingerprint_expectations

if TYPE_CHECKING:
    from expectations.suites import Verdict

_CHARACTERS_AT_ONCE = 2_000_000
"""Of the documents whose rows are in memory together."""


def validate(
    shards: Iterable[Mapping[str, pa.Table]], division_codes: frozenset[str], docs: Path | None
) -> "Verdict":
    """What Great Expectations says, imported here: who finds nothing new, or waits for the hour, does without."""
    from expectations import suites

    return suites.validate(shards, division_codes, docs)


class Judging:
    """The names of kept results come in, in their order; one verdict about all of them comes out."""

    def __init__(self, kept: Kept, division_codes: frozenset[str], docs: Path | None) -> None:
        self._kept = kept
        self._division_codes = division_codes
        self._docs = docs
        self._judge = fingerprint_expectations()
        # The site shows what is looked at; where there is none yet, everything is.
        has_site = docs is None or docs.exists()
        self._known = {*(kept.sound(self._judge) if has_site else ())}
        self._coming: SimpleQueue[str | None] = SimpleQueue()
        self._verdict: PrefectFuture[Verdict] | None = None

    def begin(self, keys: Iterable[str]) -> None:
        """Look at the results of these names, which are kept, as soon as may be."""
        new = [key for key in keys if key not in self._known]
        self._known.update(new)
        if new and self._verdict is None:
            look = task(cache_policy=NO_CACHE)(validate)
            self._verdict = look.submit(self._shards(), self._division_codes, self._docs)
        for key in new:
            self._coming.put(key)

    def expect_sound(self, keys: Collection[str]) -> None:
        """UnsoundError where a row of any of these results breaks an expectation."""
        self.begin(keys)
        self.end()
        if self._verdict is not None:
            verdict = self._verdict.result()
            if not verdict.is_sound:
                raise UnsoundError(verdict.message)
        self._kept.put_sound(keys, self._judge)

    def end(self) -> None:
        """No more will come."""
        self._coming.put(None)

    def _shards(self) -> Iterator[dict[str, pa.Table]]:
        """The tables of what comes, some whole results at a time: memory does not grow with the corpus."""
        opened = map(self._kept.read, iter(self._coming.get, None))
        return map(joined, handfuls(opened, _characters, _CHARACTERS_AT_ONCE))


@contextlib.contextmanager
def judging(kept: Kept, division_codes: frozenset[str], docs: Path | None) -> Iterator[Judging]:
    """Somebody who judges, and does not wait for more once this is left."""
    one = Judging(kept, division_codes, docs)
    try:
        yield one
    finally:
        one.end()


def _characters(part: Extracted) -> int:
    """How many characters its documents have."""
    return pyarrow.compute.sum(part.tables["documents"]["characters"]).as_py() or 0
