"""A table -> its files: Parquet, read back and compared, CSV, and the CSV file's twin for spreadsheets.

A group of rows at a time, so that memory does not grow with the table; how the table was put together does not show.
"""

import io
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from flows.errors import ReleaseError
from flows.excel import BOM, CSV, CSV_GOES_ON, FOLDER, guarded

_ROWS_PER_GROUP, _TEXTS_PER_GROUP = 122_880, 16_384
"""The rows of `documents` hold whole texts: as many of them as of others would be hundreds of megabytes."""
_PIECE = 1 << 20


def write_table(stem: Path, table: pa.Table) -> None:
    """Write the three files of a table; ReleaseError if the disk does not give back what was written."""
    parquet = stem.with_suffix(".parquet")
    with ThreadPoolExecutor(1) as beside:
        csv_files = beside.submit(write_csv_files, table, stem.with_suffix(".csv"))
        _put_parquet(table, parquet)
        if not _reads_back(parquet, table):
            raise ReleaseError(
                f"{parquet.name} does not read back as it was written; check the disk"
            )
        csv_files.result()


def write_csv_files(table: pa.Table, path: Path) -> None:
    """Write a table as CSV, and its twin into the folder beside."""
    beside = path.parent / FOLDER / path.name
    with pa.OSFile(str(path), "wb") as plain, pa.OSFile(str(beside), "wb") as twin:
        twin.write(BOM)
        for rows, options in _csv_groups(table):
            start, harmless = plain.tell(), guarded(rows)
            pyarrow.csv.write_csv(rows, plain, options)
            if harmless is rows:
                _copy(path, start, twin)
            else:
                pyarrow.csv.write_csv(harmless, twin, options)


def _copy(path: Path, start: int, twin: pa.NativeFile) -> None:
    """Copy what stands in a file from a place to its end, in pieces: some dozen megabytes at once take much longer."""
    with path.open("rb") as plain:
        plain.seek(start)
        shutil.copyfileobj(plain, twin, _PIECE)


def csv_bytes(table: pa.Table) -> bytes:
    """The table as a release's CSV file."""
    return b"".join(_csv(rows, options) for rows, options in _csv_groups(table))


def twin_bytes(table: pa.Table) -> bytes:
    """The bytes of that file's twin."""
    groups = (_csv(guarded(rows), options) for rows, options in _csv_groups(table))
    return b"".join([BOM, *groups])


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as a release's Parquet file."""
    file = io.BytesIO()
    _put_parquet(table, file)
    return file.getvalue()


def _csv_groups(table: pa.Table) -> Iterator[tuple[pa.Table, pyarrow.csv.WriteOptions]]:
    """The groups of rows; the header stands above the first alone."""
    for number, rows in enumerate(_groups(table)):
        yield rows, CSV_GOES_ON if number else CSV


def _groups(table: pa.Table) -> Iterator[pa.Table]:
    """The table in groups of rows, each in one piece; an empty table is one group."""
    size = _group_size(table)
    for at in range(0, max(1, table.num_rows), size):
        yield table.slice(at, size).combine_chunks()


def _group_size(table: pa.Table) -> int:
    return _TEXTS_PER_GROUP if "sha256" in table.column_names else _ROWS_PER_GROUP


def _csv(rows: pa.Table, options: pyarrow.csv.WriteOptions) -> pa.Buffer:
    file = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, file, options)
    return file.getvalue()


def _put_parquet(table: pa.Table, where: Path | BinaryIO) -> None:
    with pq.ParquetWriter(where, table.schema, compression="zstd") as file:
        for rows in _groups(table):
            file.write_table(rows, _group_size(table))


def _reads_back(parquet: Path, table: pa.Table) -> bool:
    """Whether the file holds the table."""
    size = _group_size(table)
    with pq.ParquetFile(parquet) as file:
        groups = range(file.num_row_groups)
        return file.metadata.num_rows == table.num_rows and all(
            file.read_row_group(n).equals(table.slice(n * size, size)) for n in groups
        )
