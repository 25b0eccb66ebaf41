"""The process that unpacks a Parquet file of a stranger: `python -m flows.rows MEGABYTES MOST_BYTES FILE COLUMN,…`.

It writes a line of JSON for each row, `{"row": …}` or `{"unfit": why}`, and at the end `{"problem": why}` if it is not the
end of the file; then an empty line.
"""

import datetime
import json
import signal
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from flows.parser import limit_memory, own_output

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 64
_MOST_GROUP_BYTES = 512_000_000
_SECONDS = 60
"""For one handful of rows: the process dies of an alarm that nothing catches."""
_MOST_STRING, _MOST_PARTS = 10_000_000, 1_000_000
"""What the file's own description may hold: bytes of a string, members of a list."""
_MOST_SHOWN = 200


def main() -> None:
    """Write the rows of the file that the arguments name."""
    megabytes, most_bytes, path, columns = sys.argv[1:]
    limit_memory(int(megabytes))
    write_rows(path, columns.split(","), int(most_bytes), own_output())


def write_rows(path: str, columns: list[str], most_bytes: int, out: IO[bytes]) -> None:
    """Write the rows of a file, those columns alone that are named."""
    signal.alarm(_SECONDS)
    for answer in _answers(path, columns, most_bytes):
        signal.alarm(0)
        out.write(json.dumps(answer, default=_plain).encode() + b"\n")
        signal.alarm(_SECONDS)
    out.write(b"\n")
    out.flush()


def _answers(path: str, columns: list[str], most_bytes: int) -> Iterator[dict[str, Any]]:
    try:
        for batch in _batches(path, columns):
            for at in range(batch.num_rows):
                yield _row(batch.slice(at, 1), most_bytes)
    except _UnfitError as error:
        yield {"problem": str(error)}
    except MemoryError:
        problem = "the Parquet file takes more memory to unpack than texts can; make it anew"
        yield {"problem": problem}
    except Exception as error:  # Of many kinds, and none of them is an error of this program.
        said = str(error).strip()[:_MOST_SHOWN]
        yield {"problem": f"not a Parquet file that can be read ({said}); make it anew"}


class _UnfitError(Exception):
    """A Parquet file that is none of ours; the message says why, and what to do."""


def _batches(path: str, columns: list[str]) -> Iterator["pa.RecordBatch"]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(
        path,
        thrift_string_size_limit=_MOST_STRING,
        thrift_container_size_limit=_MOST_PARTS,
    ) as file:
        names = file.schema_arrow.names
        if "text" not in names:
            raise _UnfitError(
                f"has no column `text`, but {', '.join(names)[:_MOST_SHOWN]}; name the texts' column so"
            )
        groups = range(file.metadata.num_row_groups)
        largest = max((file.metadata.row_group(n).total_byte_size for n in groups), default=0)
        if largest > _MOST_GROUP_BYTES:
            raise _UnfitError(
                f"has a row group of {largest / 1e6:,.0f} MB, more than {_MOST_GROUP_BYTES // 1_000_000}; "
                "write it with smaller ones"
            )
        chosen = [name for name in columns if name in names]
        yield from file.iter_batches(_ROWS_AT_ONCE, columns=chosen, use_threads=False)


def _row(one: "pa.RecordBatch", most_bytes: int) -> dict[str, Any]:
    """The answer about one row, which may be alone in its faults."""
    if one.get_total_buffer_size() > most_bytes and one.nbytes > most_bytes:
        size = one.nbytes / 1e6
        return {
            "unfit": f"{size:,.0f} MB, more than the {most_bytes / 1e6:.0f} MB that one text can be; "
            "give each report alone"
        }
    try:
        return {"row": one.to_pylist()[0]}
    except UnicodeDecodeError as error:
        return {"unfit": f"not UTF-8 ({error.reason}); write the texts in UTF-8"}
    except (ValueError, OverflowError) as error:
        said = str(error)[:_MOST_SHOWN]
        return {"unfit": f"holds a value that cannot be read ({said}); correct it"}


def _plain(value: object) -> str | dict[str, str]:
    """A day as JSON writes it; what JSON has no form for is no text either."""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return {"type": type(value).__name__}


if __name__ == "__main__":
    main()
