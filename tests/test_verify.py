"""A single flipped byte anywhere is found, and its place is told."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from sample import DIVISION_CODES, MEETING_TEXT, VISIT_TEXT

from expectations.tables import TABLES
from flows.releases import SUMS, Dataset, Release, release
from flows.verify import verify

FLIPS_PER_FILE = 8


@pytest.fixture
def released(dataset: Dataset, tmp_path: Path) -> Release:
    return release(dataset, tmp_path / "datasets").release


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The sources of the sample."""
    folder = tmp_path / "documents"
    (folder / "yunxi").mkdir(parents=True)
    for name, text in (
        ("2023-01-05-economic-work-conference", MEETING_TEXT),
        ("2023-03-01-visit", VISIT_TEXT),
    ):
        (folder / "yunxi" / f"{name}.txt").write_bytes(text.encode())
    return folder


def problems(found: Release, sources: Path | None = None) -> list[str]:
    return list(verify(found, DIVISION_CODES, sources).problems)


def test_what_was_published_is_whole(released: Release, documents: Path) -> None:
    assert problems(released) == []
    assert problems(released, documents) == []


def test_every_flipped_byte_is_found(released: Release) -> None:
    chance = random.Random(20260102)
    flips = 0
    for path in sorted(p for p in released.folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for at in chance.sample(range(len(content)), min(FLIPS_PER_FILE, len(content))):
            path.write_bytes(
                content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
            )
            found = problems(released)
            # A damaged checksum can only be told at the file that it no longer fits.
            place = released.folder if path.name == SUMS else path
            assert any(problem.startswith(str(place)) for problem in found), (path.name, at)
            flips += 1
        path.write_bytes(content)
    assert flips > 200
    assert problems(released) == []


@pytest.mark.parametrize(
    "name",
    [f"{t.name}.{s}" for t in TABLES for s in ("csv", "parquet")]
    + [f"excel/{t.name}.csv" for t in TABLES],
)
def test_in_a_table_the_place_is_told_to_the_byte(released: Release, name: str) -> None:
    path = released.folder / name
    content = path.read_bytes()
    at = len(content) * 2 // 3
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    [problem] = problems(released)
    assert problem.startswith(f"{path}: byte {at}")
    if name.endswith("csv"):
        assert f", line {content.count(10, 0, at) + 1} is not what was published" in problem


def test_a_file_that_is_cut_short_is_found(released: Release) -> None:
    path = released.folder / "clauses.csv"
    path.write_bytes(path.read_bytes()[:-10])
    [problem] = problems(released)
    assert f"byte {path.stat().st_size}" in problem


def test_a_checksum_that_is_wrong_itself_is_told_from_a_damaged_file(released: Release) -> None:
    path = released.folder / "SHA256SUMS"
    sums = path.read_text()
    digest = re.search(r"^(\w+)  targets\.csv$", sums, re.M)
    assert digest
    path.write_text(sums.replace(digest[1], "0" * 64))
    [problem] = problems(released)
    assert problem.endswith(
        "the checksum of targets.csv is not what was published; the file is whole"
    )


def test_files_that_are_missing_or_surplus_are_named(released: Release) -> None:
    (released.folder / "README.md").rename(released.folder / "READ.md")
    assert problems(released) == [
        f"{released.folder / 'README.md'}: is missing",
        f"{released.folder / 'READ.md'}: is not listed in SHA256SUMS",
    ]


def test_a_table_that_is_gone_altogether_is_missed(released: Release) -> None:
    gone = ["excel/targets.csv", "targets.csv", "targets.parquet"]
    for name in gone:
        (released.folder / name).unlink()
    assert problems(released)[:3] == [f"{released.folder / name}: is missing" for name in gone]
    sums = released.folder / SUMS
    kept = [line for line in sums.read_text().splitlines(True) if line.split()[1] not in gone]
    sums.write_text("".join(kept))
    assert problems(released) == [
        f"{released.folder / 'targets.parquet'}: is missing, though datapackage.json lists it",
        "targets: there is no such table in this release",
    ]


def test_a_release_without_checksums_is_not_whole(released: Release) -> None:
    (released.folder / "SHA256SUMS").unlink()
    assert problems(released) == [f"{released.folder / 'SHA256SUMS'}: is missing"]


BROKEN = {
    (
        "initiatives",
        "text",
        0,
        "深入学习",
    ): r"initiatives [0-9a-f-]+, line 4: start: .*holds “深入贯彻",
    ("programmes", "initiative_id", 0, "0" * 16 + "-abcdef"): r"programmes .*: initiative_id: ",
    ("initiatives", "kind", 1, "wish"): r"initiatives\.kind: 'wish' is none of its values",
    ("meetings", "date", 0, "2023-02-30"): r"meetings .*: date: there is no 2023-02-30",
    (
        "enumerations",
        "found",
        0,
        1,
    ): r"enumerations .*, line 5: found: 1 said, 2 in enumeration_items",
}


@pytest.mark.parametrize("cell", BROKEN)
def test_rows_that_contradict_each_other_are_named(
    dataset: Dataset, change_cell: Callable[..., Dataset], tmp_path: Path, cell: tuple[object, ...]
) -> None:
    broken = release(change_cell(dataset, *cell), tmp_path / "datasets").release
    assert any(re.match(BROKEN[cell], problem) for problem in problems(broken))  # type: ignore[index]


def test_columns_that_are_not_those_of_the_definition_are_named(
    dataset: Dataset, tmp_path: Path
) -> None:
    targets = dataset.tables["targets"]
    at = targets.column_names.index("year")
    retyped = targets.set_column(at, "year", targets["year"].cast(pa.int32()))
    other = {**dataset.tables, "targets": retyped.drop_columns(["unit"])}
    found = problems(release(replace(dataset, tables=other), tmp_path / "datasets").release)
    assert found == [
        "targets.unit: there is no such column in this release",
        "targets.year: is int32, not int16",
    ]


def test_a_key_that_stands_twice_is_named(dataset: Dataset, tmp_path: Path) -> None:
    targets = dataset.tables["targets"]
    twice = {**dataset.tables, "targets": pa.concat_tables([targets, targets])}
    found = problems(release(replace(dataset, tables=twice), tmp_path / "datasets").release)
    assert f"targets {targets['target_id'][0]}: stands in 2 rows" in found


def test_a_source_that_was_changed_is_named(released: Release, documents: Path) -> None:
    source = documents / "yunxi" / "2023-03-01-visit.txt"
    source.write_bytes(source.read_bytes() + b"\n")
    [problem] = problems(released, documents)
    assert problem.startswith(f"{source}: is not the file that ")
    source.unlink()
    assert problems(released, documents) == []


def test_a_span_on_another_line_is_named(
    dataset: Dataset, change_cell: Callable[..., Dataset], documents: Path, tmp_path: Path
) -> None:
    broken = release(change_cell(dataset, "citations", "line", 0, 3), tmp_path / "datasets").release
    [problem] = problems(broken, documents)
    assert re.match(r"citations .*: starts on line 4 of yunxi/.*\.txt, not 3", problem)
