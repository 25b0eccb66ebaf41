"""Corrections set, drop and add what they say, keep the tables whole, and fail when they match no more."""

from pathlib import Path
from typing import Any

import pytest
from sample import DIVISION_CODES, meeting_rows

from expectations.derive import rows_to_table
from expectations.rules import RULES, Dataset
from expectations.tables import TABLES, Row
from flows.corrections import Corrections, read_corrections
from flows.errors import CorrectionError

DOCUMENT = "yunxi/2023-01-05-economic-work-conference.txt"


@pytest.fixture
def rows() -> dict[str, list[Row]]:
    """The rows of the sample meeting."""
    found: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    names = {table.row_class: table.name for table in TABLES}
    for row in meeting_rows():
        found[names[type(row)]].append(row)
    return found


def corrections(tmp_path: Path, **entry: str) -> Corrections:
    """A file of one correction; values are written as TOML."""
    entry = {"table": '"initiatives"', "document": f'"{DOCUMENT}"', "date": "2026-01-02"} | entry
    entry = {"reason": '"to be tried"'} | entry
    lines = "\n".join(f"{key} = {value}" for key, value in entry.items())
    path = tmp_path / "corrections.toml"
    path.write_text(f"[[correction]]\n{lines}\n", encoding="utf-8")
    return read_corrections(path)


def findings(rows: Any) -> list[str]:
    """What the rules of the tables have against the rows."""
    tables = {table.name: rows_to_table(table, rows[table.name]) for table in TABLES}
    dataset = Dataset(tables, DIVISION_CODES)
    return [f"{r.table}.{r.name}: {f}" for r in RULES for f in r.breaks(dataset) if f]


def test_a_cell_is_set(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {"text": '"实施 “百企攀登”行动"', "action": '"set"', "column": '"topic"', "value": "13"}
    right, applied = corrections(tmp_path, **entry).apply(rows)
    initiative = right["initiatives"][1]
    assert (initiative.topic, initiative.topic_label) == (13, "Social Welfare")
    assert [(a.id, a.column) for a in applied] == [
        (initiative.initiative_id, "topic"),
        (initiative.initiative_id, "topic_label"),
    ]
    assert rows["initiatives"][1].topic == 15  # type: ignore[union-attr]
    assert findings(right) == []


def test_a_cell_becomes_null_without_a_value(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {"table": '"participants"', "text": '"张明远"', "action": '"set"', "column": '"post"'}
    right, _ = corrections(tmp_path, **entry).apply(rows)
    assert right["participants"][0].post is None


def test_a_column_of_a_document_is_set(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {"table": '"documents"', "action": '"set"', "column": '"byline"', "value": '"王一"'}
    right, _ = corrections(tmp_path, **entry).apply(rows)
    assert right["documents"][0].byline == "王一"


def test_an_initiative_is_dropped_with_all_that_leads_to_it(
    rows: dict[str, list[Row]], tmp_path: Path
) -> None:
    entry = {"text": '"实施“百企攀登”行动"', "action": '"drop"', "value": '"assessment"'}
    right, applied = corrections(tmp_path, **entry).apply(rows)
    assert [i.ordinal for i in right["initiatives"]] == [1, 2, 3]
    assert right["programmes"][0].initiative_id is None
    clause = next(c for c in right["clauses"] if "百企" in c.text)
    assert (clause.role, clause.rule, clause.initiative_id) == ("assessment", "correction", None)
    assert {(a.table, a.column) for a in applied} == {
        ("initiatives", None),
        ("initiatives", "ordinal"),
        ("programmes", "initiative_id"),
        *(("clauses", column) for column in ("initiative_id", "role", "rule")),
    }
    assert findings(right) == []


def test_members_go_with_their_enumeration(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {"table": '"enumerations"', "text": '"两个提升"', "action": '"drop"'}
    right, _ = corrections(tmp_path, **entry).apply(rows)
    assert right["enumeration_items"] == []
    assert findings(right) == []


def test_an_initiative_is_added_to_its_clause(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {
        "text": '"全县经济稳中有进"',
        "action": '"add"',
        "value": '{ verb = "进", kind = "goal", topic = 1 }',
    }
    right, _ = corrections(tmp_path, **entry).apply(rows)
    added = right["initiatives"][0]
    assert (added.text, added.ordinal, added.line) == ("全县经济稳中有进", 1, 3)
    assert added.sentence == "会议指出，去年全县经济稳中有进。"
    assert added.meeting_id == right["meetings"][0].meeting_id
    clause = next(c for c in right["clauses"] if "稳中有进" in c.text)
    assert (clause.role, clause.initiative_id) == ("initiative", added.initiative_id)
    assert findings(right) == []


def test_a_row_of_another_table_is_added(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    entry = {
        "table": '"citations"',
        "text": '"云溪县委"',
        "line": "2",
        "action": '"add"',
        "value": '{ name = "云溪县委", level = "county" }',
    }
    right, _ = corrections(tmp_path, **entry).apply(rows)
    assert [c.name for c in right["citations"]] == ["云溪县委", "中央经济工作会议"]
    assert findings(right) == []


WRONG = {
    "matches no row any more; correct the quoted text": {"text": '"修桥"', "action": '"drop"'},
    "kind is 'measure' already; remove the entry": {
        "text": '"实施“百企攀登”行动"',
        "action": '"set"',
        "column": '"kind"',
        "value": '"measure"',
    },
    "`value` must be the role that its clause plays instead": {
        "text": '"实施“百企攀登”行动"',
        "action": '"drop"',
    },
    "must stand in the document once (on lines: none)": {"text": '"修桥"', "action": '"add"'},
    "`value` lacks verb, kind, topic": {"text": '"全县经济稳中有进"', "action": '"add"'},
    "must stand in one clause that holds no initiative yet": {
        "text": '"百企攀登"',
        "action": '"add"',
        "value": '{ verb = "攀登", kind = "goal", topic = 1 }',
    },
}


@pytest.mark.parametrize("words", WRONG)
def test_an_entry_that_cannot_be_applied_is_named(
    rows: dict[str, list[Row]], tmp_path: Path, words: str
) -> None:
    entry = corrections(tmp_path, **WRONG[words])
    with pytest.raises(CorrectionError) as stopped:
        entry.apply(rows)
    assert str(stopped.value).startswith(f"{tmp_path / 'corrections.toml'}:1: correction of ")
    assert f"in {DOCUMENT}" in str(stopped.value)
    assert words in str(stopped.value)


def test_words_that_stand_twice_need_a_line(rows: dict[str, list[Row]], tmp_path: Path) -> None:
    rows["citations"] *= 2
    entry = corrections(tmp_path, table='"citations"', text='"中央经济工作会议"', action='"drop"')
    with pytest.raises(CorrectionError, match="matches several rows, on lines 4, 4"):
        entry.apply(rows)


def test_an_entry_for_a_document_that_is_not_released_is_named(tmp_path: Path) -> None:
    entry = corrections(tmp_path, text='"x"', action='"drop"')
    entry.expect_documents([DOCUMENT])
    with pytest.raises(CorrectionError, match="no such document is released"):
        entry.expect_documents(["other.txt"])


SET = {"text": '"x"', "action": '"set"', "column": '"topic"', "value": "1"}
MALFORMED: dict[str, dict[str, str]] = {
    "7: correction 1: action: 'remove' is no action; write one of set, drop, add": {
        "action": '"remove"'
    },
    "10: correction 1: colum: not a known key; did you mean column?": {"colum": '"topic"'},
    "3: correction 1: table: no such table as initiative; did you mean initiatives?": {
        "table": '"initiative"'
    },
    "8: correction 1: column: no column topik in initiatives; did you mean topic?": {
        "column": '"topik"'
    },
    "9: correction 1: value: 99 cannot be initiatives.topic: write one of 1, 2, 3": {"value": "99"},
    "9: correction 1: value: '13' cannot be initiatives.topic: it must be a whole number": {
        "value": '"13"'
    },
    "9: correction 1: value: 'deed' cannot be initiatives.kind: write one of target, bid": {
        "column": '"kind"',
        "value": '"deed"',
    },
    "9: correction 1: value: 0 cannot be initiatives.line: it must lie between 1 and": {
        "column": '"line"',
        "value": "0",
    },
    "9: correction 1: value: True cannot be initiatives.verb: it must be words": {
        "column": '"verb"',
        "value": "true",
    },
    "8: correction 1: value: no column hue in initiatives; there are ": {
        "action": '"add"',
        "value": '{ hue = "red" }',
    },
    "1: correction 1: column: is missing; give it": {"column": ""},
    "2: correction 1: reason: '' is empty; say why": {"reason": '""'},
    "5: correction 1: date: 2023 is not a day; write it as 2023-01-31": {"date": "2023"},
}


@pytest.mark.parametrize("words", MALFORMED)
def test_an_entry_that_is_not_well_formed_is_named_with_its_line(
    tmp_path: Path, words: str
) -> None:
    entry = SET | MALFORMED[words]
    if entry["action"] == '"add"':
        del entry["column"]
    with pytest.raises(CorrectionError) as stopped:
        corrections(tmp_path, **{key: value for key, value in entry.items() if value})
    assert f"corrections.toml:{words}" in str(stopped.value)


def test_every_entry_that_is_not_well_formed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corrections.toml"
    path.write_text("# none is right\n\n[[correction]]\n\n[[correction]]\naction = 1\n")
    with pytest.raises(CorrectionError) as stopped:
        read_corrections(path)
    assert str(stopped.value).splitlines() == [
        f"{path}:3: correction 1: action: is missing; write one of set, drop, add",
        f"{path}:6: correction 2: action: 1 is no action; write one of set, drop, add",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[correction\n", r"not TOML: .*line 1"),
        (b"[[corection]]\n", "corection: only .*correction.* entries stand here"),
        (b"correction = 1\n", "correction: only .*correction.* entries stand here"),
        (b"# \xd4\xc6\n", "not UTF-8; save it in UTF-8"),
    ],
)
def test_a_file_that_holds_no_entries_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "corrections.toml"
    path.write_bytes(content)
    with pytest.raises(CorrectionError, match=rf"corrections\.toml: {words}"):
        read_corrections(path)


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "none.toml").entries == ()
