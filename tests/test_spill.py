"""Tables that stand on disk instead of in memory."""

from pathlib import Path

import pyarrow as pa
import pytest

from flows.spill import Spill, spilled

SCHEMA = pa.schema([pa.field("text", pa.string(), metadata={"of": "a text"})])
PARTS = [
    pa.table({"text": ["要抓好", None]}, SCHEMA),
    SCHEMA.empty_table(),
    pa.table({"text": ["x"]}, SCHEMA),
]


def test_the_parts_are_one_table_that_leaves_no_file(tmp_path: Path) -> None:
    table = spilled(iter(PARTS), SCHEMA, tmp_path)
    assert table.to_pylist() == [{"text": "要抓好"}, {"text": None}, {"text": "x"}]
    assert table.schema.equals(SCHEMA, check_metadata=True)
    assert list(tmp_path.iterdir()) == []


def test_of_no_parts_comes_an_empty_table() -> None:
    assert spilled([], SCHEMA).equals(SCHEMA.empty_table())


def test_memory_does_not_hold_it(tmp_path: Path) -> None:
    many = pa.table({"text": ["要抓好落实"] * 100_000}, SCHEMA)
    before = pa.total_allocated_bytes()
    table = spilled((many for _ in range(10)), SCHEMA, tmp_path)
    assert table.num_rows == 1_000_000
    assert pa.total_allocated_bytes() - before < many.nbytes


def test_a_table_grows_row_by_row(tmp_path: Path) -> None:
    spill = Spill(SCHEMA, tmp_path)
    before = pa.total_allocated_bytes()
    for number in range(100_000):
        spill.add(f"要抓好第{number}项工作")
    assert pa.total_allocated_bytes() - before < 1_000_000
    spill.write(PARTS[0])
    spill.add("最后")
    assert spill.table.num_rows == 100_003
    assert spill.table["text"][99_998:].to_pylist() == [
        "要抓好第99998项工作",
        "要抓好第99999项工作",
        "要抓好",
        None,
        "最后",
    ]
    assert spill.table.schema.equals(SCHEMA, check_metadata=True)


def test_a_folder_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        spilled(PARTS, SCHEMA, tmp_path / "absent")
