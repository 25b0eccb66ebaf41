"""Tables that are larger than memory: written to a file without a name, which ends with the process, and mapped.

And tables that grow row by row, packed as they grow: a million rows as objects of Python take half a gigabyte.
"""

import mmap
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

_ROWS_AT_ONCE = 10_000


def spilled(parts: Iterable[pa.Table], schema: pa.Schema, folder: Path | None = None) -> pa.Table:
    """The parts as one table that stands on disk: in `folder`, or where temporary files go.

    Memory holds one part at a time. OSError where the disk is full or cannot be written.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        with pa.ipc.new_stream(file, schema) as stream:
            for part in parts:
                stream.write_table(part)
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    with pa.ipc.open_stream(pa.py_buffer(mapped)) as stream:
        return stream.read_all()


class Growing:
    """A table to which rows are added."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._packed: list[pa.RecordBatch] = []
        self._rows: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._rows) + sum(map(len, self._packed))

    def add(self, *cells: Any) -> None:
        """Add a row."""
        self._rows.append(cells)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()

    def table(self) -> pa.Table:
        """All rows so far."""
        self._pack()
        return pa.Table.from_batches(self._packed, self._schema)

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._schema)
        arrays = [pa.array(c, field.type) for c, field in zip(columns, self._schema, strict=True)]
        self._packed.append(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()
