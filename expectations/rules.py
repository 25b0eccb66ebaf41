"""What a column's type cannot say: spans, the ledger, keys that lead somewhere, columns that agree.

A rule looks at whole tables and says of every row what is wrong with it, in words, or None. The
suites hand these findings to Great Expectations; whoever wants them without it calls `breaks`.
"""

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from expectations.tables import TABLES, TOPICS, ForeignKey, Table, table_of

Findings = list[str | None]
# Characters of no width that web pages leave between paragraphs; like white space, they belong to no clause.
_NO_WIDTH = "\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class Dataset:
    """All tables of a release as columns of plain values, each read from Arrow once."""

    tables: Mapping[str, pa.Table]
    division_codes: frozenset[str]
    _columns: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    _groups: dict[tuple[str, str, str], list[tuple[Any, list[int]]]] = field(default_factory=dict)

    def column(self, table: str, name: str) -> list[Any]:
        """The values of a column, None for null."""
        key = (table, name)
        if key not in self._columns:
            self._columns[key] = self.tables[table].column(name).to_pylist()
        return self._columns[key]

    def rows(self, table: str, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of several columns, row by row."""
        return zip(*(self.column(table, name) for name in names), strict=True)

    def groups(self, table: str, by: str, order: str) -> list[tuple[Any, list[int]]]:
        """The numbers of the rows that agree in one column, in the order of another."""
        key = (table, by, order)
        if key not in self._groups:
            self._groups[key] = _grouped(self.column(table, by), self.column(table, order))
        return self._groups[key]

    def mapping(self, table: str, key: str, *names: str) -> dict[Any, tuple[Any, ...]]:
        """The values of several columns by the value of a key."""
        return {row[0]: row[1:] for row in self.rows(table, key, *names)}

    def texts(self) -> dict[str, str]:
        """The documents' texts by document."""
        return {key: text or "" for key, text in self.rows("documents", "document_id", "text")}


def _grouped(keys: list[Any], order: list[Any]) -> list[tuple[Any, list[int]]]:
    groups: dict[Any, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        groups[key].append(index)
    for indices in groups.values():
        indices.sort(key=lambda index: order[index] or 0)
    return list(groups.items())


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whom it concerns, what it says, and how to find the rows that break it."""

    table: str
    name: str
    column: str
    statement: str
    breaks: Callable[[Dataset], Findings]


def squeeze(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def shown(text: str) -> str:
    """What is to be seen of a text: without white space, and without spaces of no width at its ends."""
    return squeeze(text).strip(_NO_WIDTH)


def excerpt(text: str) -> str:
    """The text in quotation marks, cut to forty characters."""
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"


# ---------------------------------------------------------------------------- rules of all tables


def _spans(table: Table, data: Dataset) -> Findings:
    texts = data.texts()
    columns = ("document_id", "start", "end", str(table.span_column))
    return [
        None
        if words and start is not None and start >= 0 and texts.get(key, "")[start:end] == words
        else _span(texts.get(key), start, end, words)
        for key, start, end, words in data.rows(table.name, *columns)
    ]


def _span(text: str | None, start: int | None, end: int | None, words: str | None) -> str | None:
    if text is None or (start is None and end is None):  # where that may be, null-ness tells
        return None
    if start is None or end is None or words is None:
        return f"start {start}, end {end}, words {words!r}: one of them is missing"
    if not 0 <= start < end <= len(text):
        return f"{start}:{end} is no range of a text of {len(text)} characters"
    if text[start:end] == words:
        return None
    return f"{start}:{end} holds {excerpt(text[start:end])}, not {excerpt(words)}"


def _ids(table: Table, data: Dataset) -> Findings:
    return [
        f"id {key!r} does not begin with document {document_id!r}"
        if key and document_id and not key.startswith(f"{document_id}-")
        else None
        for key, document_id in data.rows(table.name, table.primary_key[0], "document_id")
    ]


def _references(table: Table, key: ForeignKey, data: Dataset) -> Findings:
    known = {*data.column(key.table, key.target)}
    return [
        _reference(value, document_id, known, key)
        for value, document_id in data.rows(table.name, key.column, "document_id")
    ]


def _reference(
    value: str | None, document_id: str | None, known: set[str], key: ForeignKey
) -> str | None:
    if value is None:
        return None
    if value not in known:
        return f"{value!r} is not in {key.table}.{key.target}"
    if document_id and not value.startswith(document_id):
        return f"{value!r} is of another document"
    return None


def _ordinals(table: str, group: str, order: str, data: Dataset) -> Findings:
    """Numbers that do not count 1, 2, 3 in reading order within each group."""
    ordinals = data.column(table, "ordinal")
    findings: Findings = [None] * len(ordinals)
    for _, indices in data.groups(table, group, order):
        for expected, index in enumerate(indices, 1):
            if ordinals[index] != expected:
                findings[index] = f"ordinal {ordinals[index]} at place {expected}"
    return findings


# ---------------------------------------------------------------------------- documents


def _document_ids(data: Dataset) -> Findings:
    return [
        f"{key!r} does not begin {sha256!r}"
        if key and sha256 and not sha256.startswith(key)
        else None
        for key, sha256 in data.rows("documents", "document_id", "sha256")
    ]


def _characters(data: Dataset) -> Findings:
    return [
        f"{characters} said, {len(squeeze(text))} counted"
        if text is not None and characters != len(squeeze(text))
        else None
        for text, characters in data.rows("documents", "text", "characters")
    ]


def _layout(data: Dataset) -> Findings:
    debris = re.compile(r"\r|^\s|\s$|\n\s|[^\S\n]\n")
    found = [debris.search(text or "") for text in data.column("documents", "text")]
    return [f"stray white space at character {m.start()}" if m else None for m in found]


def _ledger_covers(data: Dataset) -> Findings:
    clauses = dict(data.groups("clauses", "document_id", "start"))
    spans = list(data.rows("clauses", "start", "end"))
    return [
        _uncovered(text or "", [spans[index] for index in clauses.get(key, ())])
        for key, text in data.rows("documents", "document_id", "text")
    ]


def _uncovered(text: str, spans: Sequence[tuple[int | None, int | None]]) -> str | None:
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        if (start or 0) > at and (gap := shown(text[at:start])):
            return f"no clause holds {excerpt(gap)} at {at}:{start}"
        at = max(at, end or 0)
    return None


# ---------------------------------------------------------------------------- clauses


def _ledger_order(data: Dataset) -> Findings:
    texts = data.texts()
    starts, ends = data.column("clauses", "start"), data.column("clauses", "end")
    findings: Findings = [None] * len(starts)
    for document_id, indices in data.groups("clauses", "document_id", "ordinal"):
        text, at = texts.get(document_id, ""), 0
        for index in indices:
            start = starts[index] or 0
            if start < at:
                findings[index] = f"starts at {start}, before {at} where the clause before it ends"
            elif start > at and (gap := shown(text[at:start])):
                findings[index] = f"leaves out {excerpt(gap)} before it"
            at = max(at, ends[index] or 0)
    return findings


def _clause_initiatives(data: Dataset) -> Findings:
    return [
        f"role {role!r} with initiative {initiative_id!r}"
        if (role == "initiative") != (initiative_id is not None)
        else None
        for role, initiative_id in data.rows("clauses", "role", "initiative_id")
    ]


def _clause_rules(data: Dataset) -> Findings:
    return [
        f"role {role!r} with rule {rule!r}" if (role == "unexplained") != (rule is None) else None
        for role, rule in data.rows("clauses", "role", "rule")
    ]


def _clause_holds(data: Dataset) -> Findings:
    places = data.mapping("initiatives", "initiative_id", "start", "end")
    return [
        _held(places.get(key), start, end)
        for key, start, end in data.rows("clauses", "initiative_id", "start", "end")
    ]


def _held(place: tuple[Any, ...] | None, start: int | None, end: int | None) -> str | None:
    if place is None or None in (*place, start, end):
        return None
    within = start <= place[0] and place[1] <= end
    return (
        None if within else f"{start}:{end} does not hold the initiative at {place[0]}:{place[1]}"
    )


# ---------------------------------------------------------------------------- meetings


def _days(data: Dataset) -> Findings:
    return [_day(date) for date in data.column("meetings", "date")]


def _day(date: str | None) -> str | None:
    if date is None:
        return None
    try:
        datetime.date.fromisoformat(date if len(date) > 7 else f"{date}-01")
    except ValueError:
        return f"there is no {date}"
    return None


def _date_bases(data: Dataset) -> Findings:
    return [
        f"date {date!r} with basis {basis!r}" if (date is None) != (basis is None) else None
        for date, basis in data.rows("meetings", "date", "date_basis")
    ]


def _division_codes(data: Dataset) -> Findings:
    return [
        f"no division has the code {code}"
        if code is not None and code not in data.division_codes
        else None
        for code in data.column("meetings", "division_code")
    ]


# ---------------------------------------------------------------------------- initiatives


def _topic_labels(data: Dataset) -> Findings:
    return [
        f"topic {topic} is not {label!r}"
        if topic in TOPICS and label is not None and TOPICS[topic].en != label
        else None
        for topic, label in data.rows("initiatives", "topic", "topic_label")
    ]


def _sentences(data: Dataset) -> Findings:
    return [
        f"{excerpt(sentence)} does not hold {excerpt(text)}"
        if text and sentence and squeeze(text) not in squeeze(sentence)
        else None
        for text, sentence in data.rows("initiatives", "text", "sentence")
    ]


def _in_one_clause(data: Dataset) -> Findings:
    counts = Counter(data.column("clauses", "initiative_id"))
    return [
        None if counts[key] == 1 else f"{counts[key]} clauses of the ledger hold it"
        for key in data.column("initiatives", "initiative_id")
    ]


def _in_initiative(table: str, data: Dataset) -> Findings:
    places = data.mapping("initiatives", "initiative_id", "start", "end")
    return [
        _touches(places.get(key), start, end)
        for key, start, end in data.rows(table, "initiative_id", "start", "end")
    ]


def _touches(place: tuple[Any, ...] | None, start: int | None, end: int | None) -> str | None:
    if place is None or None in (*place, start, end):
        return None
    touches = start < place[1] and place[0] < end
    return None if touches else f"{start}:{end} is outside the initiative at {place[0]}:{place[1]}"


# ---------------------------------------------------------------------------- targets, enumerations


def _figures(data: Dataset) -> Findings:
    return [
        _figure(comparator, low, high)
        for comparator, low, high in data.rows("targets", "comparator", "low", "high")
    ]


def _figure(comparator: str | None, low: float | None, high: float | None) -> str | None:
    if low is None and high is None:
        return "neither low nor high"
    if low is not None and high is not None and low > high:
        return f"low {low} is above high {high}"
    if comparator == "<=" and high is None:
        return f"at most, with low {low} and no high"
    return None


def _complete(data: Dataset) -> Findings:
    return [
        f"{complete}, with {found} of {count}" if complete != (found == count) else None
        for complete, found, count in data.rows("enumerations", "complete", "found", "count")
    ]


def _members(data: Dataset) -> Findings:
    counts = Counter(data.column("enumeration_items", "enumeration_id"))
    return [
        f"{found} said, {counts[key]} in enumeration_items" if found != counts[key] else None
        for key, found in data.rows("enumerations", "enumeration_id", "found")
    ]


# ---------------------------------------------------------------------------- the list

_OF_ONE_TABLE = (
    Rule(
        "documents",
        "document_id_begins_the_hash",
        "document_id",
        "document_id is the beginning of sha256",
        _document_ids,
    ),
    Rule(
        "documents",
        "characters_are_counted",
        "characters",
        "characters is the number of characters of text that are not white space",
        _characters,
    ),
    Rule(
        "documents",
        "text_is_one_paragraph_a_line",
        "text",
        "text has no empty lines and no white space at the ends of lines",
        _layout,
    ),
    Rule(
        "documents",
        "ledger_covers_the_text",
        "text",
        "every character of text that is not a space, of some width or none, stands in a clause",
        _ledger_covers,
    ),
    Rule(
        "meetings",
        "date_is_a_day_that_exists",
        "date",
        "date is a day, or a month, of the calendar",
        _days,
    ),
    Rule(
        "meetings",
        "date_has_a_basis",
        "date_basis",
        "date and date_basis are both given or both null",
        _date_bases,
    ),
    Rule(
        "meetings",
        "division_code_exists",
        "division_code",
        "division_code is in the list of divisions",
        _division_codes,
    ),
    Rule(
        "initiatives",
        "topic_label_names_the_topic",
        "topic_label",
        "topic_label is the name of topic",
        _topic_labels,
    ),
    Rule(
        "initiatives",
        "ordinal_counts_in_reading_order",
        "ordinal",
        "ordinal counts the document's initiatives in reading order",
        partial(_ordinals, "initiatives", "document_id", "start"),
    ),
    Rule(
        "initiatives",
        "sentence_holds_the_text",
        "sentence",
        "sentence holds text",
        _sentences,
    ),
    Rule(
        "initiatives",
        "stands_in_one_clause",
        "initiative_id",
        "exactly one clause of the ledger holds the initiative",
        _in_one_clause,
    ),
    Rule(
        "programmes",
        "stands_in_its_initiative",
        "initiative_id",
        "the span touches that of its initiative",
        partial(_in_initiative, "programmes"),
    ),
    Rule(
        "targets",
        "stands_in_its_initiative",
        "initiative_id",
        "the span touches that of its initiative",
        partial(_in_initiative, "targets"),
    ),
    Rule(
        "targets",
        "figure_fits_the_comparator",
        "low",
        "there is a figure, low is at most high, and an upper bound stands in high",
        _figures,
    ),
    Rule(
        "enumerations",
        "complete_says_that_all_are_found",
        "complete",
        "complete is whether found equals count",
        _complete,
    ),
    Rule(
        "enumerations",
        "found_counts_the_items",
        "found",
        "found is the number of the phrase's rows in enumeration_items",
        _members,
    ),
    Rule(
        "enumeration_items",
        "ordinal_counts_the_items",
        "ordinal",
        "ordinal counts the members of the phrase",
        partial(_ordinals, "enumeration_items", "enumeration_id", "ordinal"),
    ),
    Rule(
        "clauses",
        "ordinal_counts_in_reading_order",
        "ordinal",
        "ordinal counts the document's clauses in reading order",
        partial(_ordinals, "clauses", "document_id", "start"),
    ),
    Rule(
        "clauses",
        "follows_the_clause_before",
        "start",
        "nothing but spaces, of some width or none, lie between a clause and the one before it, and none is told twice",
        _ledger_order,
    ),
    Rule(
        "clauses",
        "initiative_fits_the_role",
        "initiative_id",
        "initiative_id is given where role is initiative, and nowhere else",
        _clause_initiatives,
    ),
    Rule(
        "clauses",
        "role_has_a_rule",
        "rule",
        "rule is given unless role is unexplained",
        _clause_rules,
    ),
    Rule(
        "clauses",
        "holds_its_initiative",
        "initiative_id",
        "the clause's span holds that of its initiative",
        _clause_holds,
    ),
)


def _of_every_table() -> Iterator[Rule]:
    for table in TABLES:
        if table.span_column is not None:
            statement = f"documents.text[start:end] is {table.span_column}"
            find = partial(_spans, table)
            yield Rule(table.name, "span_reproduces_its_text", "start", statement, find)
        if table.name != "documents":
            key = table.primary_key[0]
            statement = f"{key} begins with document_id"
            yield Rule(
                table.name, "id_begins_with_the_document", key, statement, partial(_ids, table)
            )
        for foreign in table.foreign_keys:
            name = f"{foreign.column}_leads_to_{foreign.table}"
            statement = f"{foreign.column} is in {foreign.table}, of the same document"
            find = partial(_references, table, foreign)
            yield Rule(table.name, name, foreign.column, statement, find)


RULES: tuple[Rule, ...] = (*_of_every_table(), *_OF_ONE_TABLE)


def rules_of(table_name: str) -> tuple[Rule, ...]:
    """The rules that concern the rows of one table."""
    return tuple(rule for rule in RULES if rule.table == table_of(table_name).name)
