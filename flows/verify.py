"""Is a release still what was published? Every byte, every key, every span, and the sources where they are."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet as pq

from expectations.derive import arrow_schema
from expectations.rules import RULES
from expectations.rules import Dataset as RuleDataset
from expectations.tables import TABLES, Table, table_of
from flows.diff import CHANGE_SCHEMA, row_ids
from flows.excel import FOLDER
from flows.formats import csv_bytes, parquet_bytes, twin_bytes
from flows.releases import SUMS, Release, files_of, hash_file
from flows.sandbox import parse_safely
from flows.sources import read_sources
from transforms.pages import Page
from transforms.source import Rejected, Source

# Its type stubs know fewer combinations of arrays and scalars than it does.
pc: Any = pyarrow.compute

_SCHEMAS = {table.name: arrow_schema(table) for table in TABLES} | {"changes": CHANGE_SCHEMA}


@dataclass(frozen=True, slots=True)
class Verified:
    """Everything that is wrong with a release, each with its exact place, and how many documents were held against their source."""

    problems: tuple[str, ...]
    compared: int = 0


def verify(release: Release, division_codes: frozenset[str], sources: Path | None) -> Verified:
    """What is wrong with a release; a damaged file keeps the rest from being looked at.

    The sources are looked at where they are there: a folder that holds them, or None.
    """
    if damaged := tuple(_damaged_files(release.folder)):
        return Verified(damaged)
    listed = release.table_names()
    tables = {name: release.table(name) for name in listed if release.has_table(name)}
    problems = [
        f"{release.folder / name}.parquet: is missing, though datapackage.json lists it"
        for name in sorted({*listed} - tables.keys())
    ]
    schemas = list(_schema_problems(tables))
    problems += [*schemas, *_twins(release.folder, tables)]
    if schemas:
        return Verified(tuple(problems))
    problems += [*_column_problems(tables), *_broken_rules(tables, division_codes)]
    if sources is None or not sources.exists():
        return Verified(tuple(problems))
    pairs = _with_sources(tables, sources)
    for document, source in pairs:
        problems += _source_problems(tables, document, source, sources)
    return Verified(tuple(problems), len(pairs))


# ------------------------------------------------------------------------------ bytes


def _damaged_files(folder: Path) -> Iterator[str]:
    """Files that are missing, surplus, or not what their checksum says."""
    sums_file = folder / SUMS
    if not sums_file.exists():
        yield f"{sums_file}: is missing"
        return
    sums, malformed = _read_sums(sums_file)
    yield from malformed
    there = set(files_of(folder)) - {SUMS}
    for name in sorted(sums.keys() - there):
        yield f"{folder / name}: is missing"
    for name in sorted(there - sums.keys()):
        yield f"{folder / name}: is not listed in {SUMS}"
    for name in sorted(sums.keys() & there):
        if hash_file(folder / name) != sums[name]:
            yield _damage(folder, name, sums)


def _read_sums(path: Path) -> tuple[dict[str, str], list[str]]:
    sums: dict[str, str] = {}
    malformed: list[str] = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        digest, _, name = line.decode("utf-8", "replace").partition("  ")
        if len(digest) == 64 and name:
            sums[name] = digest
        else:
            malformed.append(f"{path}:{number}: is no checksum line")
    if not path.read_bytes().endswith(b"\n"):
        malformed.append(f"{path}: does not end with a line break")
    return sums, malformed


def _damage(folder: Path, name: str, sums: Mapping[str, str]) -> str:
    """Where in a file the damage is: to the byte if its twin of the other format is whole."""
    found, right = (folder / name).read_bytes(), _from_twin(folder, name, sums)
    if right == found:
        return (
            f"{folder / SUMS}: the checksum of {name} is not what was published; the file is whole"
        )
    if right is None or hashlib.sha256(right).hexdigest() != sums[name]:
        return f"{folder / name}: is not what its checksum in {SUMS} says"
    at = next((i for i, (a, b) in enumerate(zip(found, right, strict=False)) if a != b), None)
    at = min(len(found), len(right)) if at is None else at
    line = f", line {right.count(10, 0, at) + 1}" if name.endswith(".csv") else ""
    return f"{folder / name}: byte {at}{line} is not what was published"


def _from_twin(folder: Path, name: str, sums: Mapping[str, str]) -> bytes | None:
    """The bytes that a table's file had, made anew from the same table in the other format."""
    path = folder / name
    if path.stem not in _SCHEMAS:
        return None
    is_csv = path.suffix == ".csv"
    twin = folder / f"{path.stem}{'.parquet' if is_csv else '.csv'}"
    if not twin.exists() or hash_file(twin) != sums.get(twin.name):
        return None
    if not is_csv:
        return parquet_bytes(_read_csv(twin))
    as_bytes = twin_bytes if name.startswith(f"{FOLDER}/") else csv_bytes
    return as_bytes(pq.read_table(twin))


def _read_csv(path: Path) -> pa.Table:
    schema = _SCHEMAS[path.stem]
    options = pyarrow.csv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(path, parse_options=parsing, convert_options=options)
    return table.cast(schema)


def _twins(folder: Path, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Tables whose CSV files say something else than their Parquet."""
    for name, table in tables.items():
        for file, as_bytes in ((f"{name}.csv", csv_bytes), (f"{FOLDER}/{name}.csv", twin_bytes)):
            if not (folder / file).exists():
                yield f"{folder / file}: is missing"
            elif (folder / file).read_bytes() != as_bytes(table):
                yield f"{folder / file}: does not say the same as {name}.parquet"


# ------------------------------------------------------------------------------ rows


def _schema_problems(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Tables whose columns are not those that this version of Huiyi knows."""
    for table in TABLES:
        if table.name not in tables:
            yield f"{table.name}: there is no such table in this release"
            continue
        found, wanted = tables[table.name].schema, arrow_schema(table)
        for field in wanted:
            if field.name not in found.names:
                yield f"{table.name}.{field.name}: there is no such column in this release"
            elif found.field(field.name).type != field.type:
                yield f"{table.name}.{field.name}: is {found.field(field.name).type}, not {field.type}"


def _column_problems(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Keys that are not unique, nulls and values that a column does not allow."""
    for table in TABLES:
        rows = tables[table.name]
        counts = pc.value_counts(row_ids(table.name, rows))
        for entry in counts.filter(pc.greater(counts.field("counts"), 1)).to_pylist():
            yield f"{table.name} {entry['values']}: stands in {entry['counts']} rows"
        for column in table.columns:
            values = rows[column.name]
            if not column.is_nullable and values.null_count:
                yield f"{table.name}.{column.name}: {values.null_count} rows are null"
            if column.values is not None:
                known = pa.array(list(column.values), values.type)
                wrong = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=known)))
                for value in pc.unique(values.filter(wrong)).to_pylist():
                    yield f"{table.name}.{column.name}: {value!r} is none of its values"


def _broken_rules(tables: Mapping[str, pa.Table], division_codes: frozenset[str]) -> Iterator[str]:
    """Foreign keys that lead nowhere, spans that do not reproduce their text, and the like."""
    dataset = RuleDataset(tables, division_codes)
    for rule in RULES:
        for row, finding in enumerate(rule.breaks(dataset)):
            if finding is not None:
                yield f"{_place(table_of(rule.table), tables, row)}: {rule.column}: {finding}"


def _place(table: Table, tables: Mapping[str, pa.Table], row: int) -> str:
    found = tables[table.name].slice(row, 1)
    line = found["line"][0].as_py() if "line" in found.column_names else None
    return f"{table.name} {row_ids(table.name, found)[0].as_py()}" + (
        f", line {line}" if line else ""
    )


# ------------------------------------------------------------------------------ sources


def _with_sources(
    tables: Mapping[str, pa.Table], folder: Path
) -> list[tuple[dict[str, str], Source]]:
    """The documents whose source is there, each with it."""
    sources = {found.path: found for found in read_sources([folder]) if isinstance(found, Source)}
    columns = ("document_id", "path", "sha256", "encoding", "media_type", "text")
    documents = tables["documents"].select(columns).to_pylist()
    return [(one, sources[one["path"]]) for one in documents if one["path"] in sources]


def _source_problems(
    tables: Mapping[str, pa.Table], document: Mapping[str, str], source: Source, folder: Path
) -> Iterator[str]:
    """What of a document is not what its source says: its bytes, its text, the lines of its spans."""
    if hashlib.sha256(source.content).hexdigest() != document["sha256"]:
        yield f"{folder / source.path}: is not the file that {document['document_id']} was read from"
    else:
        yield from _line_problems(tables, document, source)


def _line_problems(
    tables: Mapping[str, pa.Table], document: Mapping[str, str], source: Source
) -> Iterator[str]:
    try:
        page = parse_safely(source).page
    except Rejected as rejected:
        yield f"documents {document['document_id']}: {source.path} {rejected.reason}"
        return
    if "".join(page.text.split()) != "".join(document["text"].split()):
        yield f"documents {document['document_id']}: text is not that of {source.path}"
        return
    # Line of the source by place in the mended text: white space is all that differs.
    lines, squeezed = _lines(page), _places(document["text"])
    for table in TABLES:
        if table.span_column is None:
            continue
        rows = tables[table.name]
        own = rows.filter(pc.equal(rows["document_id"], document["document_id"]))
        for row, (start, line) in enumerate(
            zip(*(own[c].to_pylist() for c in ("start", "line")), strict=True)
        ):
            if start is not None and lines[squeezed[start]] != line:
                place = row_ids(table.name, own.slice(row, 1))[0].as_py()
                yield f"{table.name} {place}: starts on line {lines[squeezed[start]]} of {source.path}, not {line}"


def _lines(page: Page) -> list[int]:
    """The line of the file for every character of a page that is not white space."""
    if page.marks is None:
        return [
            n for n, line in enumerate(page.text.splitlines(), 1) for _ in "".join(line.split())
        ]
    return [page.line_of(at) for at, ch in enumerate(page.text) if not ch.isspace()]


def _places(text: str) -> list[int]:
    """For every character of a text the number of characters before it that are not white space."""
    places, count = [], 0
    for character in text:
        places.append(count)
        count += not character.isspace()
    return places
