"""Tables that are larger than memory: written to a file without a name, which ends with the process, and mapped."""

import mmap
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa


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
