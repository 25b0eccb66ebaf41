"""A release is whole or not there, whatever happens; the same dataset gives the same bytes."""

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import filelock
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.tables import TABLES
from flows import releases
from flows.errors import ReleaseError
from flows.releases import Dataset, files_of, list_releases, plan_release, read_release, release

KILLS = 50
DATA_FILES = [f"{table.name}.{suffix}" for table in TABLES for suffix in ("csv", "parquet")]


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_of(folder)}


def expect_whole(folder: Path) -> None:
    """The folder holds what its checksums say, and nothing else."""
    sums = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert set(files_of(folder)) == {*sums, "SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def expect_tidy(output: Path) -> None:
    """Nothing is there but releases, pointers and the lock; `latest` names a whole release."""
    names = {p.name for p in output.iterdir()} - {".lock", "latest", "latest.json"}
    assert names == {str(found.version) for found in list_releases(output)}
    expect_whole(output / "latest")


def test_a_release_holds_every_table_in_both_formats(dataset: Dataset, tmp_path: Path) -> None:
    published = release(dataset, tmp_path)
    folder = published.release.folder
    assert folder == tmp_path / "1.0.0"
    expect_whole(folder)
    expect_tidy(tmp_path)
    assert set(files_of(folder)) == {
        *DATA_FILES,
        *(f"excel/{table.name}.csv" for table in TABLES),
        *(
            "excel/changes.csv",
            "excel/rejects.csv",
            "changes.csv",
            "changes.parquet",
            "rejects.csv",
            "provenance.json",
            "CHANGES.md",
        ),
        *("datapackage.json", "croissant.json", "catalogue.jsonld", "CITATION.cff"),
        *("README.md", "SHA256SUMS"),
    }
    for name, table in dataset.tables.items():
        assert pq.read_table(folder / f"{name}.parquet").equals(table, check_metadata=True)


def test_csv_says_the_same_as_parquet(dataset: Dataset, tmp_path: Path) -> None:
    folder = release(dataset, tmp_path).release.folder
    for name, table in dataset.tables.items():
        content = (folder / f"{name}.csv").read_bytes()
        assert content.startswith(",".join(table.column_names).encode() + b"\r\n")
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        assert len(rows) == table.num_rows
        for row, wanted in zip(rows, table.to_pylist(), strict=True):
            assert row == [_as_csv(value) for value in wanted.values()]


def _as_csv(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def test_rejects_stand_in_a_file(dataset: Dataset, tmp_path: Path) -> None:
    folder = release(dataset, tmp_path).release.folder
    assert (folder / "rejects.csv").read_bytes() == (
        b"path,line,reason\r\nyunxi/empty.txt,,the file is empty; put the text into it\r\n"
    )


def test_the_same_dataset_gives_the_same_bytes(dataset: Dataset, tmp_path: Path) -> None:
    first = release(dataset, tmp_path / "a").release.folder
    second = release(dataset, tmp_path / "b").release.folder
    assert contents(first) == contents(second)


def test_bytes_do_not_tell_how_the_work_was_divided(dataset: Dataset, tmp_path: Path) -> None:
    divided = {
        name: pa.concat_tables([table.slice(0, 1), table.slice(1)])
        for name, table in dataset.tables.items()
    }
    first = release(dataset, tmp_path / "a").release.folder
    second = release(replace(dataset, tables=divided), tmp_path / "b").release.folder
    assert contents(first) == contents(second)


def test_an_unchanged_dataset_makes_no_version(dataset: Dataset, tmp_path: Path) -> None:
    release(dataset, tmp_path)
    before = contents(tmp_path / "1.0.0")
    newer_code = replace(dataset, provenance=replace(dataset.provenance, extractor="f" * 16))
    published = release(newer_code, tmp_path)
    assert published.plan.unchanged == published.release
    assert [str(found.version) for found in list_releases(tmp_path)] == ["1.0.0"]
    assert contents(tmp_path / "1.0.0") == before


def test_versions_follow_from_the_difference(
    dataset: Dataset,
    without_visit: Dataset,
    change_cell: Callable[..., Dataset],
    tmp_path: Path,
) -> None:
    newer = replace(dataset, provenance=replace(dataset.provenance, extractor="f" * 16))
    steps = [
        (without_visit, "1.0.0"),
        (dataset, "1.1.0"),
        (change_cell(newer, "initiatives", "topic", 0, 20), "1.1.1"),
        (without_visit, "1.1.2"),
    ]
    for step, version in steps:
        assert str(plan_release(step, tmp_path).step.version) == version
        assert str(release(step, tmp_path).release.version) == version
    assert [str(found.version) for found in list_releases(tmp_path)] == [v for _, v in steps]
    assert (tmp_path / "latest").readlink() == Path("1.1.2")
    assert json.loads((tmp_path / "latest.json").read_text()) == {"version": "1.1.2"}


def test_versions_are_sorted_by_number_and_not_by_clock(dataset: Dataset, tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0"):
        release(dataset, tmp_path / "made").release.folder.rename(tmp_path / version)
    os.utime(tmp_path / "1.9.0", (2**31, 2**31))
    assert [str(found.version) for found in list_releases(tmp_path)] == ["1.9.0", "1.10.0"]
    assert str(read_release(tmp_path).version) == "1.10.0"


def test_a_release_is_found_by_version_by_latest_and_by_path(
    dataset: Dataset, tmp_path: Path
) -> None:
    folder = release(dataset, tmp_path).release.folder
    for name in ("1.0.0", "latest", str(folder)):
        assert read_release(tmp_path, name).folder == folder
    with pytest.raises(ReleaseError, match=r"no release 2.0.0 in .* \(there: 1.0.0\)"):
        read_release(tmp_path, "2.0.0")
    with pytest.raises(ReleaseError, match=r"none yet; make one with `huiyi publish`"):
        read_release(tmp_path / "nowhere")


def run_killed(*arguments: Path | int, prefix: str = "") -> subprocess.CompletedProcess[str]:
    """Publish the sample into folders, each by a process that is killed at that touch of the disk."""
    code = f"{prefix}import killed, sys; killed.main(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        cwd=Path(__file__).parent.parent,
    )


def test_killed_at_any_moment_nothing_half_done_is_seen(
    dataset: Dataset, without_visit: Dataset, tmp_path: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    release(without_visit, undisturbed)
    before = shutil.copytree(undisturbed, tmp_path / "before", symlinks=True)
    touches = int(run_killed(undisturbed, 0).stdout.split()[1])
    moments = random.Random(20260101).sample(range(1, touches + 1), KILLS)
    killed = {tmp_path / f"killed-{moment}": moment for moment in moments}
    for output in killed:
        shutil.copytree(before, output, symlinks=True)
    run = run_killed(*(part for pair in killed.items() for part in pair))
    assert run.stdout.split() == ["-9"] * KILLS, run.stderr
    for output in killed:
        expect_whole(output / "latest")
        for found in list_releases(output):
            expect_whole(found.folder)
        release(dataset, output)
        expect_tidy(output)
        assert (output / "latest").readlink() == Path("1.1.0")
        assert contents(output / "1.0.0") == contents(before / "1.0.0")
        assert contents(output / "1.1.0") == contents(undisturbed / "1.1.0")


def test_a_crash_between_rename_and_pointer_is_mended_by_the_next_run(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(releases, "point_to", crash)
        with pytest.raises(KeyboardInterrupt):
            release(dataset, tmp_path)
    assert not (tmp_path / "latest").exists()
    assert release(dataset, tmp_path).plan.unchanged
    expect_tidy(tmp_path)


def test_a_disk_that_is_full_leaves_the_last_release(
    dataset: Dataset, without_visit: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(without_visit, tmp_path)
    before = contents(tmp_path / "1.0.0")

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(releases, "_sync", full)
        with pytest.raises(ReleaseError, match=r"No space left on device.*nothing was published"):
            release(dataset, tmp_path)
    assert contents(tmp_path / "1.0.0") == before
    expect_tidy(tmp_path)
    assert str(release(dataset, tmp_path).release.version) == "1.1.0"


def test_files_that_cannot_grow_leave_the_last_release(
    without_visit: Dataset, tmp_path: Path
) -> None:
    release(without_visit, tmp_path)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
    process = run_killed(tmp_path, 0, prefix=limit)
    assert "nothing was published" in process.stderr
    expect_tidy(tmp_path)


def test_a_place_that_cannot_be_written_is_told_plainly(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReleaseError, match=r"cannot write to .*; nothing was published"):
        release(dataset, tmp_path / "file" / "datasets")


def test_a_second_publisher_stops_with_a_clear_word(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "_LOCK_SECONDS", 0.2)
    with (
        filelock.FileLock(tmp_path / ".lock"),
        pytest.raises(ReleaseError, match="another publish"),
    ):
        release(dataset, tmp_path)
    assert release(dataset, tmp_path)


def test_two_publishers_at_once_both_end_well(dataset: Dataset, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        runs = list(threads.map(lambda _: run_killed(tmp_path, 0), range(3)))
    assert [run.stdout.split()[0] for run in runs] == ["0", "0", "0"]
    expect_tidy(tmp_path)
    assert [str(found.version) for found in list_releases(tmp_path)] == ["1.0.0"]


def test_a_release_that_lost_a_file_is_not_built_upon(dataset: Dataset, tmp_path: Path) -> None:
    folder = release(dataset, tmp_path).release.folder
    (folder / "targets.parquet").unlink()
    with pytest.raises(ReleaseError, match=r"is no whole release: .*targets.parquet is missing"):
        release(dataset, tmp_path)
