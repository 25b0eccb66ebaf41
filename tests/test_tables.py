"""The tables' definition is whole, closed, and says what the public contract says."""

import dataclasses
import re

import pytest

from expectations import tables
from expectations.tables import TABLES, Column, Table, table_of

# The public contract: names, order and types stay.
CONTRACT = {
    "documents": "document_id path sha256 bytes:int64 media_type encoding title? kicker? byline? "
    "publisher? published_on:date? source_url? licence? script characters:int32 text",
    "meetings": "meeting_id document_id name? kind convenor? level? jurisdiction? division_code? "
    "province? date? date_basis? planning_year:int16? start:int64? end:int64? line:int32?",
    "participants": "participant_id meeting_id? document_id name post? role start:int64 end:int64 "
    "line:int32",
    "focus_areas": "focus_area_id meeting_id? document_id ordinal:int16 text start:int64 end:int64 "
    "line:int32",
    "initiatives": "initiative_id meeting_id? document_id focus_area_id? ordinal:int32 text verb "
    "object? adverb? modal? kind topic:int8 topic_label keywords? sentence start:int64 end:int64 "
    "line:int32",
    "programmes": "programme_id document_id initiative_id? text name start:int64 end:int64 "
    "line:int32",
    "targets": "target_id document_id initiative_id? text indicator commitment? comparator "
    "low:float64? high:float64? unit? year:int16? start:int64 end:int64 line:int32",
    "enumerations": "enumeration_id document_id label count:int16 found:int16 complete:bool "
    "start:int64 end:int64 line:int32 text",
    "enumeration_items": "enumeration_id document_id ordinal:int16 text start:int64 end:int64 "
    "line:int32",
    "citations": "citation_id document_id text name level? start:int64 end:int64 line:int32",
    "clauses": "clause_id document_id ordinal:int32 role rule? initiative_id? text start:int64 "
    "end:int64 line:int32",
}
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in TABLES
    for column in table.columns
]


def _described(column: Column) -> str:
    kind = "" if column.type == "string" else f":{column.type}"
    return f"{column.name}{kind}{'?' if column.is_nullable else ''}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_columns_of_the_contract(table: Table) -> None:
    assert " ".join(map(_described, table.columns)) == CONTRACT[table.name]


def test_the_tables_are_those_of_the_contract() -> None:
    assert [table.name for table in TABLES] == list(CONTRACT)
    assert [table_of(name).name for name in CONTRACT] == list(CONTRACT)


def test_there_is_no_other_table() -> None:
    with pytest.raises(KeyError):
        table_of("speeches")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_are_slotted(table: Table) -> None:
    assert "__slots__" in vars(table.row_class)
    assert [f.name for f in dataclasses.fields(table.row_class)] == list(table.column_names)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_keys_and_spans_are_columns(table: Table) -> None:
    assert set(table.primary_key) <= set(table.column_names)
    if table.span_column is not None:
        assert {table.span_column, "start", "end", "line"} <= set(table.column_names)
    for key in table.foreign_keys:
        assert table_of(key.table).primary_key == (key.target,)
        assert table.column(key.column).type == table_of(key.table).column(key.target).type


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_is_described_in_both_languages(table: Table, column: Column) -> None:
    assert re.fullmatch(r"[A-Z][\x20-\x7e]+\.", column.description)
    assert re.search(r"[\u4e00-\u9fff]", column.description_zh)
    assert column.description_zh.endswith("。")
    assert "|" not in column.description + column.description_zh


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_columns_bounds_fit_its_type(table: Table, column: Column) -> None:
    if column.pattern is not None:
        assert column.type == "string"
        re.compile(column.pattern)
    if column.minimum is not None:
        assert column.type.startswith("int")
    if column.values is not None:
        python_type = str if column.type == "string" else int
        assert all(type(value) is python_type for value in column.values)


def test_vocabularies_are_labelled_in_both_languages() -> None:
    vocabularies = [
        value for name, value in vars(tables).items() if name.isupper() and name[0] != "_"
    ]
    labelled = [v for v in vocabularies if isinstance(v, dict)]
    assert len(labelled) == 10
    for vocabulary in labelled:
        assert all(label.en and label.zh for label in vocabulary.values())
    assert set(tables.TOPICS) == {*range(1, 11), *range(12, 22), 23}
