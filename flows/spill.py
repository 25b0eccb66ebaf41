"""Tables that are larger than memory: written to a file without a name, which ends with the process, and mapped."""

import mmap
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

_ROWS_AT_ONCE = 10_000


def spilled(parts: Iterable[pa.Table], schema: pa.Schema, folder: Path | None = None) -> pa.Table:
    """The parts as one table that stands on disk: in `folder`, or where temporary files go.

    Memory holds one part at a time. OSError where the disk is full or cannot be written.
    """
    spill = Spill(schema, folder)
    for part in parts:
        spill.write(part)
    return spill.table


class Spill:
    """A table that grows on disk, by parts or row by row, until it is asked for.

    A million rows as objects of Python take half a gigabyte of memory; here it holds some thousand. OSError as above.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        self._schema = schema
        self._rows: list[tuple[Any, ...]] = []
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it ends with the table)
        self._stream = pa.ipc.new_stream(self._file, schema)

    def write(self, part: pa.Table) -> None:
        """Add the rows of a table."""
        self._stream.write_table(part)

    def add(self, *cells: Any) -> None:
        """Add a row."""
        self._rows.append(cells)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    @cached_property
    def table(self) -> pa.Table:
        """All rows; none is added any more."""
        self._pack()
        with self._file as file, self._stream:
            self._stream.close()
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with pa.ipc.open_stream(pa.py_buffer(mapped)) as stream:
            return stream.read_all()

    def _pack(self) -> None:
        if self._rows:
            arrays = map(pa.array, zip(*self._rows, strict=True), self._schema.types)
            self.write(pa.table([*arrays], schema=self._schema))
            self._rows.clear()
