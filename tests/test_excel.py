"""The twin for spreadsheets: opens as it should, runs nothing, and gives every cell back."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import DIVISION_CODES

from expectations.tables import TABLES
from flows.excel import BOM, guarded
from flows.formats import csv_bytes, twin_bytes
from flows.releases import Dataset, hash_file, release
from flows.verify import verify

SIGNS = "=+-@＝＋－＠"
HOSTILE = [
    *(f"{sign}1+1" for sign in SIGNS),
    *("\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u3000＝1+1", "\tx", "\r", "\n增长"),
    *("=cmd|'/C calc'!A0", '=HYPERLINK("http://a.example","“点击”")', "+增长6%", "－5%"),
]
HARMLESS = [
    "",
    "加快修缮水渠",
    "a=1",
    "6%",
    "（一）",
    "，",
    "“双招双引”",
    "《规划》",
    " x",
    "\u3000x",
]


def texts(cells: list[str | None]) -> pa.Table:
    return pa.table({"text": pa.array(cells, pa.string()), "n": list(range(-1, len(cells) - 1))})


def read_rows(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.reader(lines))


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_cell_that_would_run_gets_an_apostrophe(cell: str) -> None:
    assert guarded(texts([cell, None, "增长"]))["text"].to_pylist() == [f"'{cell}", None, "增长"]


def test_a_leading_apostrophe_is_doubled() -> None:
    cells = guarded(texts(["'", "'=1", "百企’"]))["text"].to_pylist()
    assert cells == ["''", "''=1", "百企’"]


def test_what_is_harmless_stays_as_it_is() -> None:
    table = texts(HARMLESS)
    assert guarded(table) is table
    assert twin_bytes(table) == BOM + csv_bytes(table)


def test_numbers_stay_numbers() -> None:
    assert guarded(texts(["=1"]))["n"].to_pylist() == [-1]
    assert twin_bytes(texts(["=1"])) == BOM + b'text,n\r\n"\'=1",-1\r\n'


@given(st.lists(st.none() | st.text("'=+-@＝＋－＠\t\r\n \u3000a增\"", max_size=4), max_size=8))
def test_one_apostrophe_away_gives_every_cell_back(cells: list[str | None]) -> None:
    safe = guarded(texts(cells))["text"].to_pylist()
    assert [cell and cell.removeprefix("'") for cell in safe] == cells
    assert not any(cell and cell.strip(" \t\r\n\u3000")[:1] in [*SIGNS] for cell in safe)


def test_chunks_do_not_show() -> None:
    table = pa.concat_tables([texts(["增长", "=1"]), texts(["'", "x"])])
    assert twin_bytes(table) == twin_bytes(table.combine_chunks())


@pytest.fixture
def hostile(dataset: Dataset, change_cell: Callable[..., Dataset]) -> Dataset:
    """The sample with cells that would run."""
    made = change_cell(dataset, "programmes", "name", 0, "＝百企攀登行动")
    made = change_cell(made, "documents", "title", 0, '=HYPERLINK("http://a.example")')
    return change_cell(made, "targets", "low", 0, -6.5)


def test_a_released_twin_says_the_same_as_the_plain_file(hostile: Dataset, tmp_path: Path) -> None:
    made = release(hostile, tmp_path).release
    assert not verify(made, DIVISION_CODES, None).problems
    folder, guards = made.folder, 0
    for name in [*(table.name for table in TABLES), "changes", "rejects"]:
        twin = folder / "excel" / f"{name}.csv"
        content = twin.read_bytes()
        assert content.startswith(BOM)
        assert not content.startswith(BOM + BOM)
        plain, safe = (
            read_rows(path, encoding)
            for path, encoding in ((folder / f"{name}.csv", "utf-8"), (twin, "utf-8-sig"))
        )
        assert [[cell.removeprefix("'") for cell in row] for row in safe] == plain
        guards += sum(cell.startswith("'") for row in safe for cell in row)
    assert guards == 2
    assert b",-6.5," in (folder / "excel" / "targets.csv").read_bytes()


def test_written_twins_are_those_made_anew(hostile: Dataset, tmp_path: Path) -> None:
    folder = release(hostile, tmp_path).release.folder
    for name, table in hostile.tables.items():
        assert (folder / "excel" / f"{name}.csv").read_bytes() == twin_bytes(table)


def test_a_twin_that_says_something_else_is_named(dataset: Dataset, tmp_path: Path) -> None:
    made = release(dataset, tmp_path).release
    twin, sums = made.folder / "excel" / "targets.csv", made.folder / "SHA256SUMS"
    old = hash_file(twin)
    twin.write_bytes(twin.read_bytes().replace(b"6", b"7"))
    sums.write_text(sums.read_text().replace(old, hash_file(twin)))
    [problem] = verify(made, DIVISION_CODES, None).problems
    assert problem == f"{twin}: does not say the same as targets.parquet"


def test_a_spreadsheet_shows_chinese_and_runs_nothing(hostile: Dataset, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: no soffice on the path")
    folder = release(hostile, tmp_path / "datasets").release.folder
    plain = shutil.copy(folder / "documents.csv", tmp_path / "plain.csv")
    twins = [folder / "excel" / f"{name}.csv" for name in ("documents", "programmes", "targets")]
    options = ["--headless", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"]
    # Comma, quotation mark, UTF-8 (only its dialogue looks at the BOM); every cell as it would be typed.
    options += ["--infilter=CSV:44,34,76,1,,0,false,true,false", "--convert-to", "fods"]
    subprocess.run(
        [office, *options, "--outdir", str(tmp_path), *map(str, [plain, *twins])],
        check=True,
        capture_output=True,
        timeout=180,
    )
    opened = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("*.fods")}
    # What the twins are there for: the plain file's cell does run.
    assert 'table:formula="of:=HYPERLINK(' in opened.pop("plain")
    assert set(opened) == {"documents", "programmes", "targets"}
    assert not any("table:formula" in sheet for sheet in opened.values())
    assert "云溪县委经济工作会议召开" in opened["documents"]
    assert "'＝百企攀登行动" in opened["programmes"].replace("&apos;", "'")
    assert 'office:value="-6.5"' in opened["targets"]


def test_groups_of_rows_do_not_show(hostile: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: (csv_bytes(t), twin_bytes(t)) for name, t in hostile.tables.items()}
    monkeypatch.setattr("flows.formats._ROWS_PER_GROUP", 2)
    assert {name: (csv_bytes(t), twin_bytes(t)) for name, t in hostile.tables.items()} == whole


def test_files_of_many_groups_are_whole(
    hostile: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.formats._ROWS_PER_GROUP", 2)
    made = release(hostile, tmp_path).release
    assert not verify(made, DIVISION_CODES, None).problems
    assert pq.read_metadata(made.folder / "initiatives.parquet").num_row_groups > 1
    for name, table in hostile.tables.items():
        assert made.table(name).equals(table)
        assert made.snapshot(tmp_path).tables[name].equals(table)
        assert (made.folder / f"{name}.csv").read_bytes() == csv_bytes(table)
        assert (made.folder / "excel" / f"{name}.csv").read_bytes() == twin_bytes(table)
