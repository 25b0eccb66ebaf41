"""Where one row comes from: release, source, line, sentence, rule, and whether it comes out again."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.compute
from rich.text import Text

from expectations.derive import rows_to_table
from expectations.tables import TABLES, TOPICS, Table
from flows.corrections import Corrections
from flows.diff import row_ids
from flows.errors import StopError
from flows.extraction import Reader, read_one
from flows.releases import Release
from flows.sources import Reject, read_sources
from transforms.extract import Extraction
from transforms.source import Source
from transforms.topics import Reasons

pc: Any = pyarrow.compute

_SENTENCE_ENDS = "。！？\n"
_TELLING = 8
"""So many terms are named that spoke for a topic."""
_LIKELY = 0.01
"""Topics held less likely than this are not named."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one row, and what speaks against it."""

    facts: Sequence[tuple[str, Text]]
    objections: Sequence[str]


def prove(
    release: Release, row_id: str, sources: Path, reader: Reader, corrections: Corrections
) -> Proof:
    """Everything that a release and its sources tell of the row with that id."""
    table, row = _find(release, row_id)
    document = _row(release, "documents", row["document_id"])
    source, objection = _source(document, sources)
    facts = [
        ("row", Text(f"{table.name} {row_id}")),
        *((name, Text(str(value))) for name, value in _said(table, row)),
        ("source", Text(str(sources / document["path"]))),
        ("sha256", Text(document["sha256"])),
    ]
    if row.get("line"):
        facts += [("line", Text(str(row["line"]))), ("sentence", _marked(document["text"], row))]
        facts += [("rule", Text(rule)) for rule in _rules(release, row)]
    for applied in release.provenance().corrected:
        if (applied.table, applied.id) == (table.name, row_id):
            facts.append(("corrected", Text(f"{applied.column or 'row'}: {applied.reason}")))
    objections = [objection] if objection else []
    if source:
        again = read_one(reader.extractor, source)
        objections += _not_again(table, row_id, row, again, corrections)
        if table.name == "initiatives" and isinstance(again, Extraction) and not objections:
            extractor, start = reader.extractor, row["start"]
            facts += _topic_reasons(extractor.topic_reasons(source, again.parsed, start))
    return Proof(facts, objections)


def _find(release: Release, row_id: str) -> tuple[Table, dict[str, Any]]:
    for table in TABLES:
        rows = release.table(table.name)
        match = rows.filter(pc.equal(row_ids(table.name, rows), row_id))
        if match.num_rows:
            return table, match.to_pylist()[0]
    raise StopError(
        f"no row {row_id} in {release.version}; ids stand in the first column of every table "
        "(for enumeration_items: enumeration_id#ordinal)"
    )


def _row(release: Release, name: str, row_id: str) -> dict[str, Any]:
    rows = release.table(name)
    found: dict[str, Any] = rows.filter(pc.equal(row_ids(name, rows), row_id)).to_pylist()[0]
    return found


def _said(table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The row's own columns: not its keys, its place and the whole text."""
    aside = {*table.primary_key, "document_id", "start", "end", "line", "sentence"}
    aside |= {key.column for key in table.foreign_keys}
    aside |= {"text", "path", "sha256"} if table.name == "documents" else set()
    return ((name, value) for name, value in row.items() if name not in aside and value is not None)


def _source(document: Mapping[str, Any], folder: Path) -> tuple[Source | None, str | None]:
    """The source of a document, if it is there and the same; else what is wrong."""
    name = document["path"].partition("#")[0]
    if not (folder / name).exists():
        return None, f"{folder / name}: is not there; name the folder of the sources with --sources"
    for found in read_sources([folder]):
        if isinstance(found, Source) and found.path == document["path"]:
            if hashlib.sha256(found.content).hexdigest() == document["sha256"]:
                return found, None
            return None, f"{folder / name}: is not the file that was read; its hash is another"
    return None, f"{folder / name}: cannot be read as {document['path']} any more"


def _marked(text: str, row: Mapping[str, Any]) -> Text:
    """The sentence that holds the row's span, with the span marked."""
    start, end = row["start"], row["end"]
    first = max(text.rfind(mark, 0, start) for mark in _SENTENCE_ENDS) + 1
    ends = [text.find(mark, end - 1) for mark in _SENTENCE_ENDS]
    last = min((at + 1 for at in ends if at >= 0), default=len(text))
    marked = Text(
        f"{text[first:start]}【{text[start:end]}】{text[end : max(last, end)]}".strip("\n")
    )
    marked.highlight_regex("【.*】", "bold green")
    return marked


def _rules(release: Release, row: Mapping[str, Any]) -> Iterator[str]:
    """What the ledger says of the clauses that the span touches."""
    clauses = release.table("clauses")
    for clause in clauses.filter(pc.equal(clauses["document_id"], row["document_id"])).to_pylist():
        if clause["start"] < row["end"] and row["start"] < clause["end"]:
            yield f"{clause['role']} by {clause['rule'] or 'no rule'}: {clause['text']}"


def _topic_reasons(reasons: Reasons) -> Iterator[tuple[str, Text]]:
    """Which topics came into question, and what spoke for the first."""
    likely = (item for item in reasons.shares.items() if item[1] >= _LIKELY)
    yield (
        "topics",
        Text("; ".join(f"{code} {TOPICS[code].en} {share:.0%}" for code, share in likely)),
    )
    yield "places", Text(_added(reasons.places))
    terms = {term: adds for term, adds in reasons.terms.items() if adds > 0}
    yield "terms", Text(_added(dict(islice(terms.items(), _TELLING))))


def _added(told: Mapping[str, float]) -> str:
    return ", ".join(f"{what} {adds:+.2f}" for what, adds in told.items()) or "none"


def _not_again(
    table: Table,
    row_id: str,
    row: Mapping[str, Any],
    read: Extraction | Reject,
    corrections: Corrections,
) -> Iterator[str]:
    """How the row differs from what its document gave when it was extracted again."""
    if isinstance(read, Reject):
        yield f"extracted again, the document is rejected: {read.reason}"
        return
    corrected, _ = corrections.apply(read.rows)
    again = rows_to_table(table, corrected[table.name])
    match = again.filter(pc.equal(row_ids(table.name, again), row_id)).to_pylist()
    if not match:
        yield "extracted again, there is no such row"
        return
    for name, value in match[0].items():
        if value != row[name]:
            yield f"extracted again, {name} is {value!r}, not {row[name]!r}"
