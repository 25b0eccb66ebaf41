"""What shards gave -> one dataset, on disk: a handful of shards at a time, so that memory does not grow with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from expectations.derive import arrow_schema
from expectations.tables import TABLES
from flows.corrections import Corrections
from flows.extraction import Extracted, Reader
from flows.origins import Reject, reading_order
from flows.provenance import trace
from flows.releases import Dataset
from flows.repeats import NONE, Repetitions
from flows.spill import Spill

pc: Any = pyarrow.compute

_DOCUMENTS_AT_ONCE = 2_000


def assemble(
    reader: Reader,
    corrections: Corrections,
    sources: pa.Table,
    rejects: Iterable[Reject],
    parts: Sequence[Extracted],
    repetitions: Repetitions = NONE,
    scratch: Path | None = None,
) -> Dataset:
    """All shards as one dataset without repetitions, with what it was made from and what no document came of.

    Its tables stand in a folder for temporary files.
    """
    corrected = [c for part in parts for c in part.corrected]
    corrections.expect_documents(_paths(parts))
    first_of = repetitions.first_of
    rejected = [*rejects, *chain.from_iterable(part.rejects for part in parts)]
    rejected.sort(key=lambda r: (*reading_order(r.path), r.line or 0))
    # What is not released was no source of the release, so that a difference to another tells that it went.
    is_gone = pc.is_in(sources["path"], value_set=pa.array(first_of, pa.string()))
    sources = sources.filter(pc.invert(is_gone))
    return Dataset(
        tables=_gathered(parts, repetitions.documents, scratch),
        rejects=(*(_of_released(r, first_of) for r in rejected), *repetitions.rejects),
        provenance=trace(reader.lexicon.files, sources, corrections.text, corrected),
    )


def _paths(parts: Iterable[Extracted]) -> Iterator[str]:
    """The paths of all documents."""
    for part in parts:
        yield from map(str, part.tables["documents"]["path"].to_pylist())


def _of_released(reject: Reject, first_of: dict[str, str]) -> Reject:
    """The reject, where it has the bytes of a document that is itself a repetition, as one of what that repeats."""
    if reject.repeats is None or reject.repeats.path not in first_of:
        return reject
    return replace(reject, repeats=replace(reject.repeats, path=first_of[reject.repeats.path]))


def _gathered(parts: Iterable[Extracted], gone: Any, scratch: Path | None) -> dict[str, pa.Table]:
    """The tables of all parts, each as one, without the rows of documents that are gone."""
    spills = {table.name: Spill(arrow_schema(table), scratch) for table in TABLES}
    for handful in handfuls(parts, lambda part: len(part.sketches), _DOCUMENTS_AT_ONCE):
        for name, table in joined(handful).items():
            is_gone = pc.is_in(table["document_id"], value_set=gone)
            spills[name].write(table.filter(pc.invert(is_gone)).combine_chunks())
    return {name: spill.table for name, spill in spills.items()}


def joined(parts: Iterable[Extracted]) -> dict[str, pa.Table]:
    """The tables of some parts, each as one, without a copy."""
    known = list(parts)
    return {
        table.name: pa.concat_tables(
            [arrow_schema(table).empty_table(), *(part.tables[table.name] for part in known)]
        )
        for table in TABLES
    }


def handfuls(
    parts: Iterable[Extracted], size_of: Callable[[Extracted], int], enough: int
) -> Iterator[list[Extracted]]:
    """The parts in handfuls of about that size."""
    handful: list[Extracted] = []
    size = 0
    for part in parts:
        handful.append(part)
        size += size_of(part)
        if size > enough:
            yield handful
            handful, size = [], 0
    if handful:
        yield handful
