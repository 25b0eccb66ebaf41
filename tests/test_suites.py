"""Every expectation is broken on purpose, and says so: table, column, expectation, row, place."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import dataset_of
from sample import DIVISION_CODES, MEETING_TEXT, sample_tables

from expectations.rules import RULES, Dataset, Rule
from expectations.suites import Failure, Verdict, suite_of, validate
from expectations.tables import TABLES, Column

Tables = dict[str, pa.Table]
PATH = "yunxi/2023-01-05-economic-work-conference.txt"


def change(tables: Tables, table: str, column: str, row: int, value: Any) -> None:
    """Put a value into one cell."""
    arrow = tables[table]
    at = arrow.column_names.index(column)
    values = arrow.column(column).to_pylist()
    values[row] = value
    field = arrow.schema.field(at).with_nullable(True)
    tables[table] = arrow.set_column(at, field, pa.array(values, field.type))


def cell(tables: Tables, table: str, column: str, row: int) -> Any:
    return tables[table].column(column)[row].as_py()


def failures_of(tables: Tables) -> set[tuple[str, str, str]]:
    verdict = validate([tables], DIVISION_CODES, None)
    return {(f.table, f.column, f.expectation) for f in verdict.failures}


def columns(is_wanted: Callable[[Column], object]) -> Iterator[tuple[str, Column]]:
    return ((t.name, column) for t in TABLES for column in t.columns if is_wanted(column))


# ---------------------------------------------------------------------------- sound data


def test_the_sample_is_sound() -> None:
    verdict = validate([sample_tables()], DIVISION_CODES, None)
    assert verdict.message == f"All {verdict.expectation_count} expectations hold."
    assert verdict.is_sound
    suites = [suite_of(table) for table in TABLES]
    assert verdict.expectation_count == sum(len(suite.expectations) for suite in suites) + 2


def test_empty_tables_are_sound() -> None:
    empty = {name: table.slice(0, 0) for name, table in sample_tables().items()}
    assert validate([empty], DIVISION_CODES, None).is_sound


def test_pandas_frames_are_judged_like_arrow_tables() -> None:
    frames = {name: table.to_pandas() for name, table in sample_tables().items()}
    assert validate([frames], DIVISION_CODES, None).is_sound
    frames["targets"]["low"] = "six"
    verdict = validate([frames], DIVISION_CODES, None)
    assert [(f.table, f.column) for f in verdict.failures] == [("targets", "low")]


# ---------------------------------------------------------------------------- structure


def test_wrong_columns_and_types_are_named() -> None:
    tables = sample_tables()
    del tables["citations"]
    tables["targets"] = tables["targets"].drop_columns(["line"])
    tables["programmes"] = tables["programmes"].append_column("note", pa.array(["?"]))
    tables["focus_areas"] = tables["focus_areas"].select(
        [*reversed(tables["focus_areas"].column_names)]
    )
    years = pa.array([2023], pa.int64())
    tables["meetings"] = tables["meetings"].set_column(11, "planning_year", years)
    verdict = validate([tables], DIVISION_CODES, None)
    kind = "every column has its type (expect_column_pair_values_to_be_equal), but"
    place = "every column stands in its place (expect_column_pair_values_to_be_equal), but"
    messages = verdict.message.splitlines()
    assert f"targets.line: {kind}: no such column, expected: int32" in messages
    assert f"programmes.note: {kind}: string, expected: no such column" in messages
    assert f"meetings.planning_year: {kind}: int64, expected: int16" in messages
    assert f"citations.citation_id: {kind}: no such column, expected: string" in messages
    assert f"focus_areas.line: {place}: column 1, expected: column 8" in messages


# ---------------------------------------------------------------------------- columns


def test_nulls_in_required_columns_are_found() -> None:
    tables = sample_tables()
    wanted = set()
    for table, column in columns(lambda c: not c.is_nullable):
        change(tables, table, column.name, -1, None)
        wanted.add((table, column.name, "expect_multicolumn_values_to_be_given"))
    given = {f for f in failures_of(tables) if f[2] == "expect_multicolumn_values_to_be_given"}
    assert given == wanted


def test_empty_strings_are_found() -> None:
    tables = sample_tables()
    wanted = set()
    for table, column in columns(lambda c: c.type == "string"):
        change(tables, table, column.name, -1, "")
        wanted.add((table, column.name, "expect_multicolumn_values_to_not_be_empty"))
    empty = {f for f in failures_of(tables) if f[2] == "expect_multicolumn_values_to_not_be_empty"}
    assert empty == wanted


def test_values_outside_vocabularies_are_found() -> None:
    tables = sample_tables()
    wanted = set()
    for table, column in columns(lambda c: c.values is not None):
        change(tables, table, column.name, -1, "?" if column.type == "string" else 11)
        wanted.add((table, column.name, "expect_column_values_to_be_in_set"))
    assert {f for f in failures_of(tables) if f[2] == "expect_column_values_to_be_in_set"} == wanted


def test_values_that_match_no_pattern_are_found() -> None:
    tables = sample_tables()
    wanted = set()
    for table, column in columns(lambda c: c.pattern and not c.references):
        change(tables, table, column.name, -1, "/;;\n")
        wanted.add((table, column.name, "expect_column_values_to_match_regex"))
    found = {f for f in failures_of(tables) if f[2] == "expect_column_values_to_match_regex"}
    assert found == wanted


def test_a_pattern_matches_the_whole_value() -> None:
    tables = sample_tables()
    change(tables, "meetings", "division_code", 0, "999901\n")
    assert ("meetings", "division_code", "expect_column_values_to_match_regex") in failures_of(
        tables
    )


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_values_out_of_bounds_are_found(bound: str) -> None:
    tables = sample_tables()
    wanted = set()
    for table, column in columns(lambda c: getattr(c, bound) is not None):
        if column.name not in ("start", "end"):
            value = column.minimum - 1 if bound == "minimum" else column.maximum + 1
            change(tables, table, column.name, -1, value)
            wanted.add((table, column.name, "expect_column_values_to_be_between"))
    found = {f for f in failures_of(tables) if f[2] == "expect_column_values_to_be_between"}
    assert found == wanted


def test_repeated_keys_are_found() -> None:
    tables = {name: pa.concat_tables([t, t.slice(0, 1)]) for name, t in sample_tables().items()}
    found = failures_of(tables)
    for table in TABLES:
        kind = (
            "expect_column_values_to_be_unique"
            if len(table.primary_key) == 1
            else "expect_compound_columns_to_be_unique"
        )
        assert (table.name, table.primary_key[0], kind) in found


def test_spans_that_end_before_they_start_are_found() -> None:
    tables = sample_tables()
    spans = [table.name for table in TABLES if table.span_column is not None]
    for table in spans:
        change(tables, table, "end", 0, cell(tables, table, "start", 0))
    change(tables, "enumerations", "found", 0, 3)
    pair = "expect_column_pair_values_a_to_be_greater_than_b"
    found = {f for f in failures_of(tables) if f[2] == pair}
    assert found == {(table, "end", pair) for table in spans} | {("enumerations", "count", pair)}


# ---------------------------------------------------------------------------- rules

# What breaks each rule: a cell, its new value, and the words with which the finding begins.
BREAKS: dict[tuple[str, str], tuple[str, str, int, Any, str]] = {
    ("documents", "document_id_begins_the_hash"): (
        "documents", "sha256", 0, "0" * 64, "'d0942a8208180fb5' does not begin '0000",
    ),
    ("documents", "characters_are_counted"): (
        "documents", "characters", 1, 9, "9 said, 18 counted",
    ),
    ("documents", "text_is_one_paragraph_a_line"): (
        "documents", "text", 1, "县领导到河湾镇调研。\n\n要加快修缮水渠。", "stray white space at character",
    ),
    ("documents", "ledger_covers_the_text"): (
        "clauses", "end", 5, 53, "no clause holds “全县经济稳中有进。” at 53:63",
    ),
    ("meetings", "date_is_a_day_that_exists"): (
        "meetings", "date", 0, "2023-02-30", "there is no 2023-02-30",
    ),
    ("meetings", "date_has_a_basis"): (
        "meetings", "date", 0, None, "date None with basis 'inferred_from_planning_year'",
    ),
    ("meetings", "division_code_exists"): (
        "meetings", "division_code", 0, "110100", "no division has the code 110100",
    ),
    ("initiatives", "topic_label_names_the_topic"): (
        "initiatives", "topic", 0, 2, "topic 2 is not 'Macroeconomics'",
    ),
    ("initiatives", "ordinal_counts_in_reading_order"): (
        "initiatives", "ordinal", 1, 5, "ordinal 5 at place 2",
    ),
    ("initiatives", "sentence_holds_the_text"): (
        "initiatives", "sentence", 4, "要修缮", "“要修缮” does not hold “加快修缮水渠”",
    ),
    ("initiatives", "stands_in_one_clause"): (
        "clauses", "initiative_id", 7, None, "0 clauses of the ledger hold it",
    ),
    ("programmes", "stands_in_its_initiative"): (
        "initiatives", "end", 1, 85, "86:94 is outside the initiative at 84:85",
    ),
    ("targets", "stands_in_its_initiative"): (
        "initiatives", "start", 2, 112, "100:112 is outside the initiative at 112:112",
    ),
    ("targets", "figure_fits_the_comparator"): (
        "targets", "comparator", 0, "<=", "at most, with low 6.0 and no high",
    ),
    ("enumerations", "complete_says_that_all_are_found"): (
        "enumerations", "complete", 0, False, "False, with 2 of 2",
    ),
    ("enumerations", "found_counts_the_items"): (
        "enumerations", "found", 0, 1, "1 said, 2 in enumeration_items",
    ),
    ("enumeration_items", "ordinal_counts_the_items"): (
        "enumeration_items", "ordinal", 1, 3, "ordinal 3 at place 2",
    ),
    ("clauses", "ordinal_counts_in_reading_order"): (
        "clauses", "ordinal", 3, 9, "ordinal 9 at place 4",
    ),
    ("clauses", "follows_the_clause_before"): (
        "clauses", "start", 2, 14, "starts at 14, before 17 where the clause before it ends",
    ),
    ("clauses", "initiative_fits_the_role"): (
        "clauses", "role", 13, "frame", "role 'frame' with initiative '1ea9e0f3b227d441-",
    ),
    ("clauses", "role_has_a_rule"): (
        "clauses", "rule", 0, None, "role 'masthead' with rule None",
    ),
    ("clauses", "holds_its_initiative"): (
        "clauses", "start", 13, 13, "13:19 does not hold the initiative at 12:18",
    ),
}  # fmt: skip
FOREIGN = "0000000000000000-00000001"


def breakage(rule: Rule, tables: Tables) -> tuple[str, str, int, Any, str]:
    """How to break a rule; those that every table has are broken alike."""
    if (rule.table, rule.name) in BREAKS:
        return BREAKS[rule.table, rule.name]
    if rule.name == "span_reproduces_its_text":
        start = cell(tables, rule.table, "start", 0)
        return rule.table, "start", 0, start + 1, f"{start + 1}:"
    if rule.name == "id_begins_with_the_document":
        return rule.table, rule.column, 0, FOREIGN, f"id '{FOREIGN}' does not begin with"
    assert "_leads_to_" in rule.name
    return rule.table, rule.column, 0, FOREIGN, f"'{FOREIGN}' is not in "


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.table}.{rule.name}")
def test_a_rule_finds_the_row_that_breaks_it(rule: Rule) -> None:
    tables = sample_tables()
    table, column, row, value, finding = breakage(rule, tables)
    assert not any(rule.breaks(Dataset(tables, DIVISION_CODES)))
    change(tables, table, column, row, value)
    found = [f for f in rule.breaks(Dataset(tables, DIVISION_CODES)) if f is not None]
    assert found, f"{rule.name} does not notice {column} = {value!r}"
    assert any(f.startswith(finding) for f in found), found


@pytest.mark.parametrize(
    ("changes", "table", "name", "finding"),
    [
        ({("meetings", "start"): None}, "meetings", "span_reproduces_its_text", "start None"),
        ({("meetings", "end"): 999}, "meetings", "span_reproduces_its_text", "17:999 is no range"),
        ({("targets", "start"): -1}, "targets", "span_reproduces_its_text", "-1:112 is no range"),
        ({("targets", "low"): None}, "targets", "figure_fits_the_comparator", "neither"),
        ({("targets", "high"): 5.0}, "targets", "figure_fits_the_comparator", "low 6.0 is above"),
        ({("meetings", "date"): "2023-13"}, "meetings", "date_is_a_day_that_exists", "there is no"),
    ],
)
def test_near_misses_are_found(
    changes: dict[tuple[str, str], Any], table: str, name: str, finding: str
) -> None:
    tables = sample_tables()
    for (here, column), value in changes.items():
        change(tables, here, column, 0, value)
    rule = next(rule for rule in RULES if (rule.table, rule.name) == (table, name))
    (found,) = [f for f in rule.breaks(Dataset(tables, DIVISION_CODES)) if f]
    assert found.startswith(finding)


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u200b \ufeff"])
def test_spaces_of_no_width_cost_no_release(unseen: str, tmp_path: Path) -> None:
    lines = MEETING_TEXT.split("\n")
    text = f"\n{unseen}".join([*lines[:2], unseen, f"{unseen}　　{lines[2]}{unseen}", *lines[3:]])
    (tmp_path / "page.txt").write_text(text, encoding="utf-8")
    assert validate([dataset_of(tmp_path).tables], DIVISION_CODES | {"370781"}, None).is_sound


def test_a_meeting_without_a_name_and_a_month_are_sound() -> None:
    tables = sample_tables()
    for column in ("name", "start", "end", "line"):
        change(tables, "meetings", column, 0, None)
    change(tables, "meetings", "date", 0, "2023-01")
    assert validate([tables], DIVISION_CODES, None).is_sound


def test_a_row_of_another_document_is_no_referent() -> None:
    tables = sample_tables()
    visit = cell(tables, "initiatives", "initiative_id", 4)
    change(tables, "programmes", "initiative_id", 0, visit)
    assert ("programmes", "initiative_id", "initiative_id_leads_to_initiatives") in failures_of(
        tables
    )


def _broken_by(changes: list[Rule]) -> Verdict:
    tables = sample_tables()
    for rule in changes:
        table, column, row, value, _ = breakage(rule, sample_tables())
        change(tables, table, column, row, value)
    return validate([tables], DIVISION_CODES, None)


def test_great_expectations_reports_every_broken_rule() -> None:
    """Several at a time, as far as they do not undo each other."""
    seen = set()
    by_name = sorted(RULES, key=lambda rule: (rule.name, rule.table))
    apart = (
        "document_id_leads_to_documents",
        "date_has_a_basis",
        "complete_says_that_all_are_found",
    )
    groups = [
        [rule for rule in by_name if rule.name in apart],
        [rule for rule in by_name if (rule.table, rule.name) in BREAKS and rule.name not in apart],
        [
            rule
            for rule in by_name
            if (rule.table, rule.name) not in BREAKS and rule.name not in apart
        ],
    ]
    for group in groups:
        verdict = _broken_by(group)
        seen |= {(f.table, f.column, f.expectation) for f in verdict.failures}
    assert {(rule.table, rule.column, rule.name) for rule in RULES} <= seen


# ---------------------------------------------------------------------------- messages


def test_a_message_names_table_column_expectation_row_and_place() -> None:
    tables = sample_tables()
    change(tables, "initiatives", "kind", 1, "wish")
    change(tables, "meetings", "date", 0, "2023-02-30")
    change(tables, "documents", "characters", 0, 1)
    verdict = validate([tables], DIVISION_CODES, None)
    key, meeting = (
        cell(tables, table, column, row)
        for table, column, row in (
            ("initiatives", "initiative_id", 1),
            ("meetings", "meeting_id", 0),
        )
    )
    assert verdict.message.splitlines() == [
        "documents.characters: characters is the number of characters of text that are not white "
        "space (characters_are_counted), but not in 1 row:",
        f"  {PATH}: d0942a8208180fb5: 1 said, 137 counted",
        "meetings.date: date is a day, or a month, of the calendar (date_is_a_day_that_exists), "
        "but not in 1 row:",
        f"  {PATH}, line 2: {meeting}: there is no 2023-02-30",
        "initiatives.kind: kind is one of target, bid, principle, goal, measure "
        "(expect_column_values_to_be_in_set), but not in 1 row:",
        f"  {PATH}, line 4: {key}: “wish”",
    ]
    assert verdict.failures[1] == Failure(
        table="meetings",
        column="date",
        expectation="date_is_a_day_that_exists",
        statement="date is a day, or a month, of the calendar",
        row_ids=(meeting,),
        lines=(2,),
        paths=(PATH,),
        observed=("there is no 2023-02-30",),
    )


def test_many_failing_rows_are_all_counted_and_some_are_shown() -> None:
    tables = sample_tables()
    clauses = tables["clauses"]
    many = pa.concat_tables([clauses] * 100)
    verdict = validate([{**tables, "clauses": many}], DIVISION_CODES, None)
    unique = next(f for f in verdict.failures if f.expectation.endswith("to_be_unique"))
    assert len(unique.row_ids) == 1400
    assert "but not in 1400 rows:" in unique.message
    assert unique.message.endswith("  … and 1390 more")
    assert unique.message.count("\n") == 11


def test_a_composite_key_names_the_row() -> None:
    tables = sample_tables()
    change(tables, "enumeration_items", "text", 1, "服务质效")
    (failure,) = validate([tables], DIVISION_CODES, None).failures
    phrase = cell(tables, "enumerations", "enumeration_id", 0)
    assert failure.row_ids == (f"{phrase}/2",)
    assert failure.observed == ("134:140 holds “服务质效提升”, not “服务质效”",)


def test_what_several_shards_break_is_one_failure() -> None:
    assert validate([sample_tables()] * 2, DIVISION_CODES, None).is_sound
    shards = [sample_tables() for _ in range(3)]
    change(shards[0], "initiatives", "kind", 0, "wish")
    change(shards[2], "initiatives", "kind", 4, "hope")
    change(shards[2], "citations", "document_id", 0, FOREIGN[:16])
    verdict = validate(iter(shards), DIVISION_CODES, None)
    kinds = next(f for f in verdict.failures if f.table == "initiatives")
    assert kinds.observed == ("“wish”", "“hope”")
    assert "but not in 2 rows:" in kinds.message
    found = {(f.table, f.expectation) for f in verdict.failures}
    assert ("citations", "document_id_leads_to_documents") in found


def test_a_shard_of_another_structure_does_not_hide_what_the_others_break() -> None:
    shards = [sample_tables() for _ in range(2)]
    shards[0]["targets"] = shards[0]["targets"].drop_columns("year")
    change(shards[1], "initiatives", "kind", 0, "wish")
    found = {(f.table, f.column) for f in validate(shards, DIVISION_CODES, None).failures}
    assert {("targets", "year"), ("initiatives", "kind")} <= found


# ---------------------------------------------------------------------------- Data Docs


def test_data_docs_are_built_anew(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    tables = sample_tables()
    change(tables, "initiatives", "kind", 1, "wish")
    assert not validate([tables], DIVISION_CODES, docs).is_sound
    (page,) = docs.glob("validations/initiatives/**/*.html")
    assert "wish" in page.read_text("utf-8")
    assert "kind is one of target, bid" in page.read_text("utf-8")
    assert validate([sample_tables()], DIVISION_CODES, docs).is_sound
    (page,) = docs.glob("validations/initiatives/**/*.html")
    assert "wish" not in page.read_text("utf-8")
    assert (docs / "index.html").exists()


def test_several_shards_are_one_page_with_the_counts_of_all(tmp_path: Path) -> None:
    shards = [sample_tables() for _ in range(3)]
    change(shards[1], "initiatives", "kind", 1, "wish")
    assert not validate(shards, DIVISION_CODES, tmp_path).is_sound
    (page,) = tmp_path.glob("validations/initiatives/**/*.html")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text("utf-8")))
    rows = shards[0]["initiatives"].num_rows * 3
    assert "1 unexpected values found." in words
    assert f"of {rows} total rows" in words
    assert "wish" in words
    assert "Unsuccessful Expectations 1 " in words


def test_a_table_without_a_row_has_its_page(tmp_path: Path) -> None:
    tables = sample_tables()
    tables["citations"] = tables["citations"].slice(0, 0)
    assert validate([tables, tables], DIVISION_CODES, tmp_path).is_sound
    assert {page.name for page in (tmp_path / "validations").iterdir()} == {
        *(table.name for table in TABLES),
        "structure",
    }


def test_validation_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    validate([sample_tables()], DIVISION_CODES, None)
    assert capfd.readouterr() == ("", "")
