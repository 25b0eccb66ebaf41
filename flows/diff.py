"""Two datasets -> what changed, why, and what the next version is called."""

import itertools
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from expectations.tables import table_of
from flows.provenance import ID_DIGITS, Provenance
from flows.spill import spilled

# Its type stubs know fewer combinations of arrays and scalars than it does.
pc: Any = pyarrow.compute
Array: TypeAlias = "pa.Array[Any]"
Column: TypeAlias = "pa.ChunkedArray[Any]"
Field: TypeAlias = "pa.Field[Any]"
Words: TypeAlias = dict[tuple[Any, Any], str]

CHANGE_SCHEMA = pa.schema(
    [
        pa.field("table", pa.string(), nullable=False),
        pa.field("id", pa.string()),
        pa.field("change", pa.string(), nullable=False),
        pa.field("column", pa.string()),
        pa.field("old", pa.string()),
        pa.field("new", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("note", pa.string()),
    ]
)
# What a sidecar decides of a document; the other columns are read out of its text.
_SIDECAR_COLUMNS = {"path", "media_type", "publisher", "published_on", "source_url", "licence"}
_EXAMPLES = 5
_DOCUMENTS_AT_ONCE = 2_000
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_KEPT, _RETOLD = "kept", "retold"
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class UnexplainedDifferenceError(Exception):
    """Rows differ though neither sources, extractor, corrections nor schema do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dataset as it is compared: its tables and what they were made from."""

    tables: Mapping[str, pa.Table]
    provenance: Provenance


class Version(NamedTuple):
    """A release's version; MAJOR breaks a reader, MINOR adds rows, PATCH is anything else."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def read(cls, name: str) -> "Version | None":
        """The version of that name, None for any other name.

        >>> Version.read("1.10.0"), Version.read("docs")
        (Version(major=1, minor=10, patch=0), None)
        """
        match = _VERSION.fullmatch(name)
        return cls(*map(int, match.groups())) if match else None


@dataclass(frozen=True, slots=True)
class Step:
    """The next version and the reason for it."""

    version: Version
    why: str


def difference(old: Snapshot | None, new: Snapshot, scratch: Path | None = None) -> pa.Table:
    """Every added, removed and changed row and column, in the order of tables and documents.

    The result stands on disk, in the folder `scratch` or where temporary files go.
    """
    return spilled(_changes(old, new), CHANGE_SCHEMA, scratch)


def _changes(old: Snapshot | None, new: Snapshot) -> Iterator[pa.Table]:
    reasons = _Reasons(old.provenance if old else None, new.provenance)
    yield _as_table(list(_schema_changes(old, new)) if old else [])
    stretches = _stretches(old, new)
    for name, here in new.tables.items():
        there = old.tables.get(name) if old else None
        for rows, rows_before in _along(stretches, here, there):
            yield _rows_of_table(name, rows_before, rows, reasons)


def next_version(last: Version | None, changes: pa.Table) -> Step:
    """The version that these changes make; unchanged where there are none."""
    if last is None:
        return Step(Version(1, 0, 0), "the first release")
    breaking = _breaking(changes)
    if breaking:
        return Step(Version(last.major + 1, 0, 0), breaking)
    added = pc.sum(pc.and_(pc.equal(changes["change"], "added"), pc.is_valid(changes["id"])))
    if added.as_py():
        rows = _counted(added.as_py(), "row was", "rows were")
        return Step(Version(last.major, last.minor + 1, 0), f"{rows} added")
    if changes.num_rows:
        return Step(
            Version(*last[:2], last.patch + 1),
            f"{_counted(changes.num_rows, 'row or cell was', 'rows or cells were')} changed or "
            "removed, none added",
        )
    return Step(last, "nothing changed")


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _breaking(changes: pa.Table) -> str | None:
    """What breaks a reader of the release before: a table or column that moved, a value that is gone."""
    for row in changes.filter(pc.is_null(changes["id"])).to_pylist():
        place = f"{row['table']}.{row['column']}" if row["column"] else row["table"]
        if row["change"] != "changed":
            return f"{place} was {row['change']}"
        if row["note"] in {"type", "order"}:
            return f"the {row['note']} of {place} was changed"
        if row["note"] == "values":
            gone = [
                v for v in json.loads(row["old"] or "[]") if v not in json.loads(row["new"] or "[]")
            ]
            if gone:
                return f"{place} no longer allows {', '.join(map(str, gone))}"
    return None


# ------------------------------------------------------------------------------ schema


def _schema_changes(old: Snapshot, new: Snapshot) -> Iterator[dict[str, str | None]]:
    for name in [*new.tables, *(set(old.tables) - set(new.tables))]:
        if name not in old.tables:
            yield _schema_change(name, None, "added")
        elif name not in new.tables:
            yield _schema_change(name, None, "removed")
        else:
            yield from _column_changes(name, old.tables[name].schema, new.tables[name].schema)


def _column_changes(table: str, old: pa.Schema, new: pa.Schema) -> Iterator[dict[str, str | None]]:
    for column in [c for c in new.names if c not in old.names]:
        yield _schema_change(table, column, "added")
    for column in [c for c in old.names if c not in new.names]:
        yield _schema_change(table, column, "removed")
    shared = [c for c in new.names if c in old.names]
    if shared != [c for c in old.names if c in new.names]:
        yield _schema_change(
            table, None, "changed", ",".join(old.names), ",".join(new.names), "order"
        )
    for before, after in [(old.field(c), new.field(c)) for c in shared]:
        yield from _field_changes(table, before, after)


def _field_changes(table: str, old: Field, new: Field) -> Iterator[dict[str, str | None]]:
    said, says = _said(old), _said(new)
    if old.type != new.type:
        yield _schema_change(table, new.name, "changed", str(old.type), str(new.type), "type")
    for fact in sorted(said.keys() | says.keys()):
        if said.get(fact) != says.get(fact):
            yield _schema_change(table, new.name, "changed", said.get(fact), says.get(fact), fact)


def _said(column: Field) -> dict[str, str]:
    """All that a field says of its column besides the type."""
    metadata = {k.decode(): v.decode() for k, v in (column.metadata or {}).items()}
    metadata.pop("PARQUET:field_id", None)
    return metadata | {"nullable": str(column.nullable).lower()}


def _schema_change(
    table: str,
    column: str | None,
    change: str,
    old: str | None = None,
    new: str | None = None,
    note: str | None = None,
) -> dict[str, str | None]:
    return {
        "table": table,
        "id": None,
        "change": change,
        "column": column,
        "old": old,
        "new": new,
        "reason": "schema_changed",
        "note": note,
    }


# ------------------------------------------------------------------------------ rows


def _stretches(old: Snapshot | None, new: Snapshot) -> list[str]:
    """Ids of documents that cut all tables into stretches of some documents each; none where the order does not allow it.

    Rows stand in the order of their documents.
    """
    documents = [s.tables["documents"] for s in (old, new) if s and "documents" in s.tables]
    columns = [table["document_id"] for table in documents]
    if not all(map(_is_sorted, columns)):
        return []
    ids = columns[-1]
    return [str(ids[at]) for at in range(_DOCUMENTS_AT_ONCE, len(ids), _DOCUMENTS_AT_ONCE)]


def _is_sorted(ids: Column) -> bool:
    whole = _as_array(ids)
    return bool(pc.all(pc.less(whole[:-1], whole[1:])).as_py())


def _along(
    stretches: Sequence[str], here: pa.Table, there: pa.Table | None
) -> Iterator[tuple[pa.Table, pa.Table | None]]:
    """Both tables, a stretch of documents at a time."""
    before = _cut(there, stretches) if there is not None else itertools.repeat(None)
    return zip(_cut(here, stretches), before, strict=False)


def _cut(table: pa.Table, stretches: Sequence[str]) -> Iterator[pa.Table]:
    ids = table["document_id"]
    start = 0
    for first in stretches:
        end = _place(ids, first, start)
        yield table.slice(start, end - start)
        start = end
    yield table.slice(start)


def _rows_of_table(
    name: str, there: pa.Table | None, here: pa.Table, reasons: "_Reasons"
) -> pa.Table:
    """The changes of one table, or of a stretch of it."""
    if there is not None and _is_same(there, here):
        return _as_table([])
    ids = row_ids(name, here)
    if there is None:
        return reasons.of_rows(name, "added", here, ids)
    old_ids = row_ids(name, there)
    place = pc.index_in(ids, value_set=old_ids)
    is_gone = pc.is_null(pc.index_in(old_ids, value_set=ids))
    kept = pc.is_valid(place)
    parts = [
        reasons.of_rows(name, "removed", there.filter(is_gone), old_ids.filter(is_gone)),
        reasons.of_rows(name, "added", here.filter(pc.invert(kept)), ids.filter(pc.invert(kept))),
        *_cells_of_table(
            name, there.take(place.filter(kept)), here.filter(kept), ids.filter(kept), reasons
        ),
    ]
    return pa.concat_tables(parts)


def _is_same(there: pa.Table, here: pa.Table) -> bool:
    """Whether nothing has to be looked at row by row; what the columns say of themselves is looked at elsewhere."""
    return there.column_names == here.column_names and bool(there.equals(here))


def _cells_of_table(
    name: str, old: pa.Table, new: pa.Table, ids: Array, reasons: "_Reasons"
) -> Iterator[pa.Table]:
    """The changed cells of rows that both datasets hold, column by column."""
    for column in new.column_names:
        if column not in old.column_names:
            continue
        before, after = old[column].cast(pa.string()), new[column].cast(pa.string())
        if before.equals(after):
            continue
        differs = _differs(before, after)
        document_ids = _as_array(new["document_id"].filter(differs))
        yield reasons.of_cells(
            name,
            column,
            ids.filter(differs),
            document_ids,
            before.filter(differs),
            after.filter(differs),
        )


def _differs(before: Column, after: Column) -> Array:
    same = pc.fill_null(pc.equal(before, after), False)
    both_null = pc.and_(pc.is_null(before), pc.is_null(after))
    return _as_array(pc.invert(pc.or_(same, both_null)))


def row_ids(name: str, table: pa.Table) -> Array:
    """The key of every row as one string; the parts of a key of several columns are joined by `#`."""
    key: list[Any] = [table[column].cast(pa.string()) for column in table_of(name).primary_key]
    joined = key[0] if len(key) == 1 else pc.binary_join_element_wise(*key, "#")
    return _as_array(joined)


def _as_array(column: Column) -> Array:
    """A column in one piece."""
    combined: Any = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)


def _as_table(rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=CHANGE_SCHEMA)


# ------------------------------------------------------------------------------ reasons


class _Reasons:
    """Why a row or a cell differs, told from what the two datasets were made from."""

    def __init__(self, old: Provenance | None, new: Provenance) -> None:
        self._is_reread = old is not None and old.extractor != new.extractor
        self._is_corrected_otherwise = old is not None and old.corrections != new.corrections
        self._fates = _Fates(old.sources if old else new.sources.slice(0, 0), new.sources)
        was, now = set(old.corrected if old else ()), set(new.corrected)
        self._corrected = {(c.table, c.id, c.column): c for c in was ^ now}

    def of_rows(self, table: str, change: str, rows: pa.Table, ids: Array) -> pa.Table:
        """The added or removed rows with their reasons."""
        n = rows.num_rows
        nothing = pa.nulls(n, pa.string())
        document_ids = _as_array(rows["document_id"])
        reasons, notes = self._reasons(table, None, ids, document_ids)
        columns = [pa.repeat(table, n), ids, pa.repeat(change, n), nothing, nothing, nothing]
        return pa.Table.from_arrays([*columns, reasons, notes], schema=CHANGE_SCHEMA)

    def of_cells(
        self,
        table: str,
        column: str,
        ids: Array,
        document_ids: Array,
        old: Column,
        new: Column,
    ) -> pa.Table:
        """The changed cells of one column with their reasons."""
        n = len(ids)
        reasons, notes = self._reasons(table, column, ids, document_ids)
        columns = [pa.repeat(table, n), ids, pa.repeat("changed", n), pa.repeat(column, n)]
        return pa.Table.from_arrays([*columns, old, new, reasons, notes], schema=CHANGE_SCHEMA)

    def _reasons(
        self, table: str, column: str | None, ids: Array, document_ids: Array
    ) -> tuple[Array, Array]:
        """For every row its reason and, where a correction made it, the correction's own words."""
        corrected = {i: c for (t, i, k), c in self._corrected.items() if (t, k) == (table, column)}
        is_corrected = pc.is_in(ids, value_set=pa.array(corrected, pa.string()))
        documents = pc.unique(document_ids.filter(pc.invert(is_corrected)))
        why = pa.array(self._of_documents(table, column, documents), pa.string())
        reasons = why.take(pc.index_in(document_ids, value_set=documents))
        notes = [corrected[str(i)].reason for i in ids.filter(is_corrected).to_pylist()]
        return (
            pc.if_else(is_corrected, "correction", reasons),
            pc.replace_with_mask(
                pa.nulls(len(ids), pa.string()), is_corrected, pa.array(notes, pa.string())
            ),
        )

    def _of_documents(self, table: str, column: str | None, documents: Array) -> Iterator[str]:
        """The reason for each document of a stretch."""
        ids = documents.to_pylist()
        for document_id, fate in zip(ids, self._fates.of(ids), strict=True):
            is_told = fate.startswith("source_")
            yield fate if is_told else self._of_kept(table, column, document_id, fate)

    def _of_kept(self, table: str, column: str | None, document_id: Any, fate: Any) -> str:
        is_of_sidecar = table == "documents" and column in _SIDECAR_COLUMNS
        if fate == _RETOLD and (not self._is_reread or is_of_sidecar):
            return "source_changed"
        if self._is_reread:
            return "extractor_changed"
        if self._is_corrected_otherwise:
            return "correction"
        raise UnexplainedDifferenceError(
            f"{table}{f'.{column}' if column else ''} of document {document_id} differs from the last "
            "release though neither its source, the extractor nor a correction does: two builds of the "
            "same inputs must be the same; find what is not determined before releasing"
        )


class _Fates:
    """What became of each document's source between two releases: a reason, or `_KEPT`, or `_RETOLD` where what is known of
    it besides its bytes is another.

    Of a million sources each this holds some dozen bytes, in arrays that are in the order of the ids.
    """

    def __init__(self, old: pa.Table, new: pa.Table) -> None:
        before, after = _by_document(old), _by_document(new)
        self._ids = np.union1d(before.ids, after.ids)
        rows_before, rows_after = before.rows_of(self._ids), after.rows_of(self._ids)
        self._fates = np.full(len(self._ids), _KEPT, object)
        both = np.flatnonzero((rows_before >= 0) & (rows_after >= 0))
        told, tells = old["about"].take(rows_before[both]), new["about"].take(rows_after[both])
        self._fates[both[_as_mask(pc.not_equal(told, tells))]] = _RETOLD
        for reason, rows, others, here, there in (
            ("source_added", rows_after, rows_before, new, old),
            ("source_removed", rows_before, rows_after, old, new),
        ):
            alone = np.flatnonzero(others < 0)
            self._fates[alone] = reason
            # Its place was taken by other bytes, or it took the place of others.
            paths = here["path"].take(rows[alone])
            is_replaced = _as_mask(pc.is_in(paths, value_set=there["path"]))
            self._fates[alone[is_replaced]] = "source_changed"

    def of(self, documents: Sequence[Any]) -> list[str]:
        """The fates of documents, by their ids."""
        ids = np.array(documents, self._ids.dtype)
        return [str(fate) for fate in self._fates[self._ids.searchsorted(ids)]]


class _Documents(NamedTuple):
    """The documents that sources make: their ids in order, and the last row of each among the sources."""

    ids: npt.NDArray[np.bytes_]
    rows: npt.NDArray[np.int64]

    def rows_of(self, ids: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int64]:
        """The rows of these documents, -1 for one that is none of them."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        at = np.minimum(self.ids.searchsorted(ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, self.rows[at], -1)


def _by_document(sources: pa.Table) -> _Documents:
    ids = pc.utf8_slice_codeunits(sources["sha256"], 0, ID_DIGITS)
    found = np.array(ids.to_pylist(), f"S{ID_DIGITS}")
    order = np.argsort(found, kind="stable")
    in_order = found[order]
    is_last = np.append(in_order[1:] != in_order[:-1], np.ones(len(in_order[:1]), bool))
    return _Documents(in_order[is_last], order[is_last])


def _as_mask(values: Any) -> npt.NDArray[np.bool_]:
    """Of a column without nulls."""
    return np.array(values.to_numpy(), bool)


def _place(ids: Column, wanted: str, start: int = 0) -> int:
    """Where in a column that is in order an id stands or would stand."""
    return bisect_left(range(len(ids)), wanted, start, key=lambda row: str(ids[row]))


# ------------------------------------------------------------------------------ telling


def tally(changes: pa.Table) -> list[tuple[str, str, str, int]]:
    """(table, change, reason, how many rows or cells), in the order of the changes."""
    keys = ["table", "change", "reason"]
    counted = changes.group_by(keys, use_threads=False).aggregate([([], "count_all")])
    return [(*(row[key] for key in keys), row["count_all"]) for row in counted.to_pylist()]


def of_table(changes: pa.Table, name: str) -> pa.Table:
    """The changes of one table alone."""
    return changes.filter(pc.equal(changes["table"], name))


def beside_additions(changes: pa.Table) -> pa.Table:
    """The changes that are no row of a document that only the new dataset has."""
    is_addition = pc.and_(
        pc.equal(changes["change"], "added"), pc.equal(changes["reason"], "source_added")
    )
    return changes.filter(pc.invert(is_addition))


def as_text(changes: pa.Table, old: Snapshot | None, new: Snapshot) -> str:
    """The changes for a terminal: one line each, with the words of the rows that came or went."""
    words = {
        "removed": _words_of(old, changes, "removed"),
        "added": _words_of(new, changes, "added"),
    }
    return "".join(_line(row, words) + "\n" for row in changes.to_pylist())


def _line(row: Mapping[str, str | None], words: Mapping[str, Words]) -> str:
    place = ".".join(part for part in (row["table"], row["column"]) if part)
    parts = [_SIGNS[row["change"] or ""], place, row["id"], _told(row, words), f"[{row['reason']}]"]
    note = f"({row['note']})" if row["note"] else ""
    return " ".join(part for part in (*parts, note) if part)


def as_json(changes: pa.Table) -> str:
    """The changes as a JSON list of objects."""
    return json.dumps(changes.to_pylist(), ensure_ascii=False, indent=1) + "\n"


def as_markdown(changes: pa.Table, old: Snapshot | None, new: Snapshot) -> str:
    """The changes for people: counts by table and reason, then examples as before → after."""
    counts = tally(changes)
    lines = ["| table | change | reason | count |", "|---|---|---|---:|"]
    lines += [f"| {t} | {change} | {why} | {n:,} |" for t, change, why, n in counts]
    for table in dict.fromkeys(t for t, *_ in counts):
        lines += ["", f"## {table}", ""]
        for change, snapshot in (("removed", old), ("added", new), ("changed", None)):
            number = sum(n for t, c, _, n in counts if (t, c) == (table, change))
            examples = _first(changes, table, change, min(number, _EXAMPLES))
            words = {change: _words_of(snapshot, _as_table(examples), change)}
            lines += [_bullet(row, words) for row in examples]
            if number > _EXAMPLES:
                lines.append(f"- … and {number - _EXAMPLES:,} more {change}")
    return "\n".join(lines) + "\n"


def _first(changes: pa.Table, table: str, change: str, number: int) -> list[dict[str, str | None]]:
    """The first rows of that table and that kind, so many of them."""
    found: list[dict[str, str | None]] = []
    for batch in changes.to_batches() if number else ():
        those = pc.and_(pc.equal(batch["table"], table), pc.equal(batch["change"], change))
        found += batch.filter(those).slice(0, number - len(found)).to_pylist()
        if len(found) == number:
            break
    return found


def _bullet(row: Mapping[str, str | None], words: Mapping[str, Words]) -> str:
    column = f" `{row['column']}`" if row["column"] else ""
    name = f" `{row['id']}`" if row["id"] else ""
    note = f" – {row['note']}" if row["note"] else ""
    said = f": {told}" if (told := _told(row, words)) else ""
    return f"- {row['change']}{name}{column}{said}{note}"


def _told(row: Mapping[str, str | None], words: Mapping[str, Words]) -> str:
    """What a cell said and says, or the words of a row that came or went; empty for tables and columns that did."""
    if row["change"] == "changed":
        return f"{_short(row['old'])} → {_short(row['new'])}"
    return words[row["change"] or ""].get((row["table"], row["id"]), "")


def _words_of(snapshot: Snapshot | None, changes: pa.Table, change: str) -> Words:
    """Of each row that came or went, by its table and id, its span or path, cut short: what a person knows it by."""
    found: Words = {}
    if snapshot is None:
        return found
    those = pc.and_(pc.equal(changes["change"], change), pc.is_valid(changes["id"]))
    rows = changes.filter(those)
    for table in pc.unique(rows["table"]).to_pylist():
        wanted = _as_array(of_table(rows, table)["id"])
        known_by = table_of(table).span_column or "path"
        for batch in snapshot.tables[table].to_batches():
            here = pa.Table.from_batches([batch])
            ids = row_ids(table, here)
            hits = pc.is_in(ids, value_set=wanted)
            said = map(_short, here[known_by].filter(hits).to_pylist())
            found.update(zip(((table, i) for i in ids.filter(hits).to_pylist()), said, strict=True))
    return found


def _short(value: str | None) -> str:
    return "∅" if value is None else short(value)


def short(words: str, most: int = 60) -> str:
    """The words on one line, cut after so many characters."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else f"{flat[:most]}…"
