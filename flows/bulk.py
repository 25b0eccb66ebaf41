"""Bulk files -> documents: every line of JSON Lines, or row of Parquet, is a text with what is known of it.

They are read as they are needed, never as a whole. Parquet is unpacked by another process (`flows.rows`), since its
pages may hold more than they say.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from flows.origins import BulkRow, Origin, Reject, Sidecar, mistakes, shortened
from flows.sandbox import pipes, start
from transforms.source import Source

MOST_TEXT_BYTES = 16_000_000
"""No text is larger, neither as a file nor as a row of a bulk file."""
_PARQUET_MEGABYTES = 2_000


def read_json_lines(path: Path, name: str, sidecar: Sidecar) -> Iterator[Source | Reject]:
    """Every line a document; the sidecar says what the lines leave out."""
    known, number = _known(sidecar), 0
    try:
        with _opened(path) as lines:
            for number, line in _numbered(lines):
                if isinstance(line, int):
                    yield Reject(name, number, too_large(line))
                elif line.strip():
                    yield _read_line(line, number, name, known)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield _broken_off(name, number + 1, error)
    except OSError as error:
        # Arrow says with it that a file is not what its name says; one of the system has a number.
        if error.errno:
            raise
        yield _broken_off(name, number + 1, error)


def too_large(size: int, most: int = MOST_TEXT_BYTES) -> str:
    """Why a file of so many bytes is rejected."""
    return (
        f"{size / 1e6:,.0f} MB, more than the {most / 1e6:.0f} MB that one text can be; "
        "give each report alone"
    )


def _broken_off(name: str, line: int, error: Exception) -> Reject:
    problem = shortened(str(error))
    return Reject(name, line, f"the compressed file breaks off here ({problem}); make it anew")


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile:
    """The bytes of a file, decompressed as its name says."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path)
    if path.name.lower().endswith(".zst"):
        import pyarrow as pa

        return io.BufferedReader(pa.input_stream(path, compression="zstd"))  # type: ignore[type-var]
    return path.open("rb")


def _numbered(lines: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[int, bytes | int]]:
    """Each line with its number; of one that is too long, which is not kept, its length alone."""
    number = 0
    while line := lines.readline(MOST_TEXT_BYTES + 1):
        number += 1
        yield number, line if len(line) <= MOST_TEXT_BYTES else len(line) + _skip_line(lines)


def _skip_line(lines: IO[bytes] | gzip.GzipFile) -> int:
    """The number of bytes up to the end of a line."""
    skipped = 0
    while part := lines.readline(MOST_TEXT_BYTES):
        skipped += len(part)
        if part.endswith(b"\n"):
            break
    return skipped


def _read_line(line: bytes, number: int, name: str, known: Mapping[str, Any]) -> Source | Reject:
    try:
        row = json.loads(line)
    except UnicodeDecodeError as error:
        return Reject(name, number, f"not UTF-8 ({error.reason}); save the file in UTF-8")
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        return Reject(name, number, "not a JSON object; write one object a line, with its `text`")
    return _read_row(row, number, name, known)


def read_parquet(path: Path, name: str, sidecar: Sidecar) -> Iterator[Source | Reject]:
    """Every row a document; the sidecar says what the rows leave out."""
    known, number = _known(sidecar), 0
    for answer in _unpacked(path):
        if "problem" in answer:
            yield Reject(name, number + 1 if number else None, answer["problem"])
        elif "unfit" in answer:
            number += 1
            yield Reject(name, number, answer["unfit"])
        else:
            number += 1
            yield _read_row(answer["row"], number, name, known)


def _unpacked(path: Path) -> Iterator[dict[str, Any]]:
    """What the other process says of each row, and at the end why it is the end, if for a problem."""
    columns = ",".join(BulkRow.model_fields)
    with start("flows.rows", _PARQUET_MEGABYTES, str(MOST_TEXT_BYTES), str(path), columns) as child:
        try:
            for line in pipes(child)[1]:
                if line == b"\n":
                    return
                yield json.loads(line)
        except ValueError:
            pass  # It died in the middle of a line.
        finally:
            child.kill()
    yield {
        "problem": "the Parquet file cannot be unpacked: its reader died, or took too much time or memory; "
        "make the file anew"
    }


def _known(sidecar: Sidecar) -> dict[str, Any]:
    """What a sidecar says of every row."""
    return sidecar.model_dump(include=set(Origin.model_fields), exclude_unset=True)


def _read_row(
    row: Mapping[str, Any], number: int, name: str, known: Mapping[str, Any]
) -> Source | Reject:
    said = {key: value for key, value in row.items() if value is not None}
    try:
        read = BulkRow.model_validate({**known, **said})
        content = read.text.encode()
    except ValidationError as error:
        problems = "; ".join(mistake for _, mistake in mistakes(error, BulkRow))
        return Reject(name, number, problems)
    return source_of(f"{name}#{number}", content, "text/plain", read)


def source_of(path: str, content: bytes, media_type: str, origin: Origin) -> Source:
    """A source with what is known of it."""
    return Source(
        path=path,
        content=content,
        media_type=media_type,
        publisher=origin.publisher,
        published_on=origin.published_on,
        source_url=origin.source_url,
        licence=origin.licence,
    )
