"""Known wrong results, put right by `seeds/corrections.toml`; an entry that matches no more fails."""

import datetime
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from expectations.tables import (
    CLAUSE_ROLES,
    TABLES,
    TOPICS,
    Clause,
    Column,
    Document,
    Initiative,
    Table,
    table_of,
)
from flows.errors import CorrectionError
from flows.origins import iso_day, line_of_key, mistakes, shortened, suggestion
from flows.provenance import AppliedCorrection

Rows = Mapping[str, Sequence[Any]]
_Applied = list[AppliedCorrection]

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*correction[ \t]*\]\]", re.MULTILINE)
_SENTENCE_END = re.compile(r"[。！？\n]")


def _reason(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; say why")
    return value


class _Entry(BaseModel):
    """What all corrections say: which row of which document, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    document: str
    text: str = ""
    line: int | None = None
    reason: Annotated[str, AfterValidator(_reason)]
    date: Annotated[datetime.date, BeforeValidator(iso_day)]
    _place: str = PrivateAttr("")
    """File and line, for messages."""

    @model_validator(mode="after")
    def _of_a_table(self) -> Self:
        if self.table not in _TABLES:
            known = suggestion(self.table, _TABLES, "there are")
            raise ValueError(f"table: no such table as {shortened(self.table)}; {known}")
        return self

    def standing_at(self, place: str) -> Self:
        """The same, with the place in the file by which messages begin."""
        self._place = place
        return self

    def __str__(self) -> str:
        words = f" “{self.text}”" if self.text else ""
        return f"{self._place}correction of {self.table} in {self.document}{words} ({self.date})"


class SetCell(_Entry):
    """Another value in one column; without `value` the cell becomes null."""

    action: Literal["set"]
    column: str
    value: Any = None

    @model_validator(mode="after")
    def _of_a_column(self) -> Self:
        _expect_fit("column", self.table, self.column, self.value)
        return self


class DropRow(_Entry):
    """A row that should not be there; for an initiative `value` is the role that its clause plays instead."""

    action: Literal["drop"]
    value: str | None = None


class AddRow(_Entry):
    """A row that is missing: `text` quotes its span, `value` holds the columns that do not follow from it."""

    action: Literal["add"]
    value: dict[str, Any] = {}

    @model_validator(mode="after")
    def _of_columns(self) -> Self:
        for column, value in self.value.items():
            _expect_fit("value", self.table, column, value)
        return self


_TABLES = frozenset(table.name for table in TABLES)
_ACTIONS: Mapping[str, type[SetCell | DropRow | AddRow]] = {
    "set": SetCell,
    "drop": DropRow,
    "add": AddRow,
}
_PYTHON_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "words in quotation marks"),
    "date": ((datetime.date,), "a day without quotation marks, as in 2023-01-31"),
    "bool": ((bool,), "true or false"),
    "float64": ((int, float), "a number"),
}


def _expect_fit(key: str, table: str, name: str, value: Any) -> None:
    """ValueError that begins with the key of the entry if there is no such column, or the value cannot be in it."""
    columns = {column.name: column for column in table_of(table).columns}
    if name not in columns:
        known = suggestion(name, columns, "there are")
        raise ValueError(f"{key}: no column {shortened(name)} in {table}; {known}")
    if problem := _misfit(columns[name], value):
        raise ValueError(f"value: {shortened(repr(value))} cannot be {table}.{name}: {problem}")


def _misfit(column: Column, value: Any) -> str | None:
    """What a value of a column would have to be, if it is not."""
    if value is None:
        return None if column.is_nullable else "it must have a value; give it one"
    kinds, said = _PYTHON_TYPES.get(column.type, ((int,), "a whole number"))
    # What is true is no number, although Python has it for one.
    if type(value) not in kinds:
        return f"it must be {said}; correct it"
    if column.values is not None and value not in column.values:
        return f"write one of {', '.join(map(str, column.values))}"
    if column.pattern and not re.fullmatch(column.pattern, value):
        return f"it must match {column.pattern}; correct it"
    least, most = column.minimum, column.maximum
    if (least is not None and value < least) or (most is not None and value > most):
        return f"it must lie between {least} and {most}; correct it"
    return None


@dataclass(frozen=True, slots=True)
class Corrections:
    """The entries of a corrections file, and its text."""

    text: str
    entries: tuple[SetCell | DropRow | AddRow, ...]

    def apply(self, rows: Rows) -> tuple[Rows, _Applied]:
        """The rows of one document with its corrections, and the cells and rows that these touched."""
        path = rows["documents"][0].path
        right = {name: list(some) for name, some in rows.items()}
        applied: _Applied = []
        for entry in self.entries:
            if entry.document == path:
                applied += _apply(entry, right)
        return right, applied

    def expect_documents(self, paths: Iterable[str]) -> None:
        """Fail if an entry names a document that is not released."""
        if not self.entries:
            return
        released = {entry.document for entry in self.entries}.intersection(paths)
        for entry in self.entries:
            if entry.document not in released:
                raise CorrectionError(
                    f"{entry}: no such document is released; correct its path, or remove the entry"
                )


def read_corrections(path: Path) -> Corrections:
    """The corrections of a file, none where there is no file; CorrectionError names each that is not well-formed."""
    if not path.exists():
        return Corrections("", ())
    try:
        text = path.read_text(encoding="utf-8")
        told = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path}: not UTF-8; save it in UTF-8") from error
    except OSError as error:
        raise CorrectionError(f"{path}: {error.strerror}; name a file of corrections") from error
    except tomllib.TOMLDecodeError as error:
        raise CorrectionError(
            f"{path}: not TOML: {error}; write each entry under [[correction]], as key = value"
        ) from error
    found = told.pop("correction", [])
    if told or not isinstance(found, list) or not all(isinstance(e, dict) for e in found):
        names = ", ".join(told) or "correction"
        raise CorrectionError(f"{path}: {names}: only [[correction]] entries stand here")
    places = _Places(path, text)
    entries, problems = [], []
    for number, values in enumerate(found):
        try:
            entry = _entry_of(values)
            entries.append(entry.standing_at(places.of(number)))
        except _Problems as wrong:
            problems += [
                f"{places.of(number, key)}correction {number + 1}: {problem}"
                for key, problem in wrong.found
            ]
    if problems:
        raise CorrectionError("\n".join(problems))
    return Corrections(text, tuple(entries))


class _Problems(Exception):  # noqa: N818 - they are told together with those of other entries
    """The key of each mistake of an entry, and the mistake."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.found = list(found)


def _entry_of(values: Mapping[str, Any]) -> SetCell | DropRow | AddRow:
    action = values.get("action")
    model = _ACTIONS.get(str(action))
    if model is None:
        what = f"{shortened(repr(action))} is no action" if "action" in values else "is missing"
        raise _Problems([("action", f"action: {what}; write one of {', '.join(_ACTIONS)}")])
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _Problems(mistakes(error, model)) from error


class _Places:
    """Where the entries of a file stand in it."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._starts = [match.start() for match in _HEADER.finditer(text)]

    def of(self, number: int, key: str = "") -> str:
        """`path:line: ` of an entry, or of a key in it; without a line where it is written in an unusual way."""
        if number >= len(self._starts):
            return f"{self._path}: "
        start, stop = (*self._starts, len(self._text))[number : number + 2]
        line = self._text.count("\n", 0, start) + 1
        within = line_of_key(self._text[start:stop], key) if key else None
        return f"{self._path}:{line + (within - 1 if within else 0)}: "


def _apply(entry: SetCell | DropRow | AddRow, rows: dict[str, list[Any]]) -> _Applied:
    if isinstance(entry, SetCell):
        return list(_set(entry, rows))
    if isinstance(entry, DropRow):
        return list(_drop(entry, rows))
    return list(_add(entry, rows))


# ------------------------------------------------------------------------------ set


def _set(entry: SetCell, rows: dict[str, list[Any]]) -> Iterator[AppliedCorrection]:
    at = _find(entry, rows)
    row = rows[entry.table][at]
    if getattr(row, entry.column) == entry.value:
        raise CorrectionError(
            f"{entry}: {entry.column} is {entry.value!r} already; remove the entry"
        )
    values = {entry.column: entry.value}
    if entry.column == "topic":
        values |= _labelled(entry.value)
    rows[entry.table][at] = replace(row, **values)
    for column in values:
        yield AppliedCorrection(entry.table, _id(entry.table, row), column, entry.reason)


def _find(entry: _Entry, rows: Mapping[str, Sequence[Any]]) -> int:
    """The place of the one row that the entry means."""
    words = table_of(entry.table).span_column
    found = [
        at
        for at, row in enumerate(rows[entry.table])
        if (words is None or _squeeze(getattr(row, words)) == _squeeze(entry.text))
        and entry.line in (None, getattr(row, "line", None))
    ]
    if not found:
        raise CorrectionError(
            f"{entry}: matches no row any more; correct the quoted text, or remove the entry"
        )
    if len(found) > 1:
        lines = ", ".join(str(rows[entry.table][at].line) for at in found)
        raise CorrectionError(
            f"{entry}: matches several rows, on lines {lines}; say which with `line`"
        )
    return found[0]


def _squeeze(text: str | None) -> str:
    return "".join((text or "").split())


def _id(table: str, row: Any) -> str:
    return "#".join(str(getattr(row, column)) for column in table_of(table).primary_key)


# ------------------------------------------------------------------------------ drop


def _drop(entry: DropRow, rows: dict[str, list[Any]]) -> Iterator[AppliedCorrection]:
    row = rows[entry.table].pop(_find(entry, rows))
    yield AppliedCorrection(entry.table, _id(entry.table, row), None, entry.reason)
    for table in TABLES:
        for key in table.foreign_keys:
            if key.table == entry.table:
                yield from _let_go(entry, rows, table, key.column, getattr(row, key.target))
    yield from _renumber(entry, rows)


def _let_go(
    entry: DropRow, rows: dict[str, list[Any]], table: Table, column: str, gone: str
) -> Iterator[AppliedCorrection]:
    """What becomes of the rows that refer to a dropped one."""
    for at, row in reversed(list(enumerate(rows[table.name]))):
        if getattr(row, column) != gone:
            continue
        touched: list[str | None] = [column]
        if not table.column(column).is_nullable:
            touched = [None]
            del rows[table.name][at]
        elif isinstance(row, Clause):
            touched = [column, "role", "rule"]
            rows[table.name][at] = replace(
                row, initiative_id=None, role=_role(entry), rule="correction"
            )
        else:
            rows[table.name][at] = replace(row, **{column: None})
        for name in touched:
            yield AppliedCorrection(table.name, _id(table.name, row), name, entry.reason)


def _role(entry: DropRow) -> str:
    if entry.value is None or entry.value not in CLAUSE_ROLES or entry.value == "initiative":
        roles = ", ".join(role for role in CLAUSE_ROLES if role != "initiative")
        raise CorrectionError(
            f"{entry}: `value` must be the role that its clause plays instead: {roles}"
        )
    return entry.value


def _renumber(entry: _Entry, rows: dict[str, list[Any]]) -> Iterator[AppliedCorrection]:
    """Initiatives are counted in reading order, also where one has come or gone."""
    if entry.table != "initiatives":
        return
    rows["initiatives"].sort(key=lambda row: row.start)
    for at, row in enumerate(rows["initiatives"]):
        if row.ordinal != at + 1:
            rows["initiatives"][at] = replace(row, ordinal=at + 1)
            yield AppliedCorrection("initiatives", row.initiative_id, "ordinal", entry.reason)


# ------------------------------------------------------------------------------ add


def _add(entry: AddRow, rows: dict[str, list[Any]]) -> Iterator[AppliedCorrection]:
    row = _new_row(entry, rows)
    rows[entry.table].append(row)
    rows[entry.table].sort(key=lambda other: other.start)
    yield AppliedCorrection(entry.table, _id(entry.table, row), None, entry.reason)
    if isinstance(row, Initiative):
        yield from _claim(entry, row, rows)
    yield from _renumber(entry, rows)


def _new_row(entry: AddRow, rows: Mapping[str, Sequence[Any]]) -> Any:
    table = table_of(entry.table)
    if table.span_column is None or not entry.text:
        raise CorrectionError(f"{entry}: a row is added by quoting its words in `text`")
    values = (
        dict.fromkeys(table.column_names) | _known(table, rows, _span(entry, rows)) | entry.value
    )
    if "topic" in entry.value:
        values |= _labelled(entry.value["topic"])
    row = table.row_class(**values)
    missing = [c.name for c in table.columns if not c.is_nullable and values[c.name] is None]
    if missing:
        raise CorrectionError(f"{entry}: `value` lacks {', '.join(missing)}")
    return row


def _labelled(topic: Any) -> dict[str, str]:
    """A topic's label goes with it."""
    return {"topic_label": TOPICS[topic].en} if topic in TOPICS else {}


def _span(entry: AddRow, rows: Mapping[str, Sequence[Any]]) -> tuple[int, int, int]:
    """Start, end and line of the quoted words, which stand in the text once, or once on `line`."""
    document: Document = rows["documents"][0]
    pattern = r"\s*".join(map(re.escape, _squeeze(entry.text)))
    places = [(*m.span(), _line(rows, m.start())) for m in re.finditer(pattern, document.text)]
    found = [place for place in places if entry.line in (None, place[2])]
    if len(found) != 1:
        lines = ", ".join(str(place[2]) for place in places) or "none"
        raise CorrectionError(
            f"{entry}: the quoted text must stand in the document once (on lines: {lines})"
        )
    return found[0]


def _line(rows: Mapping[str, Sequence[Any]], offset: int) -> int:
    """The source's line, as the clause that holds the offset tells it."""
    clause: Clause = next(c for c in rows["clauses"] if offset < c.end)
    return clause.line


def _known(
    table: Table, rows: Mapping[str, Sequence[Any]], span: tuple[int, int, int]
) -> dict[str, Any]:
    """The columns that follow from the place of the words."""
    document: Document = rows["documents"][0]
    start, end, line = span
    words = document.text[start:end]
    digest = hashlib.sha256(f"{table.name}\0{start}\0{words}".encode()).hexdigest()[:12]
    meetings = rows["meetings"]
    known = {
        table.primary_key[0]: f"{document.document_id}-{digest}",
        "document_id": document.document_id,
        "meeting_id": meetings[0].meeting_id if len(meetings) == 1 else None,
        "initiative_id": next(
            (i.initiative_id for i in rows["initiatives"] if i.start < end and start < i.end), None
        ),
        "ordinal": 0,
        "sentence": _sentence(document.text, start, end),
        "start": start,
        "end": end,
        "line": line,
        str(table.span_column): words,
    }
    if table.name == "initiatives":
        known["initiative_id"] = f"{document.document_id}-{digest}"
    return {name: value for name, value in known.items() if name in table.column_names}


def _sentence(text: str, start: int, end: int) -> str:
    first = max((m.end() for m in _SENTENCE_END.finditer(text, 0, start)), default=0)
    closing = _SENTENCE_END.search(text, end)
    return text[first : closing.end() if closing else len(text)].strip()


def _claim(
    entry: AddRow, initiative: Initiative, rows: dict[str, list[Any]]
) -> Iterator[AppliedCorrection]:
    """The clause that holds an added initiative says so in the ledger."""
    for at, clause in enumerate(rows["clauses"]):
        holds = clause.start <= initiative.start and initiative.end <= clause.end
        if holds and clause.initiative_id is None:
            rows["clauses"][at] = replace(
                clause, role="initiative", rule="correction", initiative_id=initiative.initiative_id
            )
            for column in ("role", "rule", "initiative_id"):
                yield AppliedCorrection("clauses", clause.clause_id, column, entry.reason)
            return
    raise CorrectionError(
        f"{entry}: the quoted text must stand in one clause that holds no initiative yet"
    )
