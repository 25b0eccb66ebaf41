"""Whatever happens to a publish, a release is whole or not there, and the next run makes up for it.

The faults are real: processes are killed, disks are full, folders may not be written. The same is done to whole runs
of `huiyi publish` in trials/test_faults.py.
"""

import os
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pyarrow as pa
import pytest
from faults import (
    contents,
    entries,
    expect_tidy,
    expect_whole,
    kilobytes,
    may_not_write,
    run_script,
    unshared,
)
from sample import DIVISION_CODES

from flows import releases
from flows.diff import difference
from flows.errors import ReleaseError
from flows.releases import Dataset, list_releases, read_release, release
from flows.verify import verify

# CI is to take a quarter of an hour.
KILLS, STEP = (30, 9) if os.environ.get("CI") else (50, 3)


@pytest.fixture
def before(without_visit: Dataset, tmp_path: Path) -> Path:
    """A folder with a release that lacks what the next one adds."""
    release(without_visit, tmp_path / "before")
    return tmp_path / "before"


@pytest.fixture
def undisturbed(dataset: Dataset, before: Path, tmp_path: Path) -> Path:
    """The same with the next release."""
    folder = shutil.copytree(before, tmp_path / "undisturbed", symlinks=True)
    release(dataset, folder)
    return folder


def expect_good(output: Path, before: Path) -> None:
    """The last good release is as it was, and `latest` names a whole one; so are all others that can be seen."""
    assert contents(output / "1.0.0") == contents(before / "1.0.0")
    expect_whole(output / "latest")
    for found in list_releases(output):
        assert not verify(found, DIVISION_CODES, None).problems


def expect_made_up_for(output: Path, undisturbed: Path) -> None:
    """After the next run nothing tells that there was a fault."""
    expect_tidy(output)
    assert (output / "latest").readlink() == Path("1.1.0")
    for version in ("1.0.0", "1.1.0"):
        assert contents(output / version) == contents(undisturbed / version)


# ------------------------------------------------------------------------------ killed


def test_killed_at_any_moment_nothing_half_done_is_seen(
    dataset: Dataset, before: Path, undisturbed: Path, tmp_path: Path
) -> None:
    touches = int(
        run_script(
            "killed", "-", shutil.copytree(before, tmp_path / "lived", symlinks=True), 0
        ).stdout.split()[1]
    )
    # From where the release is renamed to the end, every moment; before, as many as there are to be.
    late = range(touches - 24, touches + 1)
    moments = [*random.Random(20260101).sample(range(1, late.start), KILLS - len(late) // 2), *late]
    killed = {tmp_path / f"killed-{moment}": moment for moment in moments}
    for output in killed:
        shutil.copytree(before, output, symlinks=True)
    run = run_script("killed", "-", *(part for pair in killed.items() for part in pair))
    assert run.stdout.split() == ["-9"] * len(killed), run.stderr
    seen = set()
    for output in killed:
        expect_good(output, before)
        seen.add((len(list_releases(output)), str((output / "latest").readlink())))
        release(dataset, output)
        expect_made_up_for(output, undisturbed)
    # Before the rename, between rename and pointer, and behind the pointer.
    assert seen == {(1, "1.0.0"), (2, "1.0.0"), (2, "1.1.0")}


def test_a_first_release_killed_at_any_moment_is_whole_or_not_there(
    dataset: Dataset, tmp_path: Path
) -> None:
    whole = release(dataset, tmp_path / "whole").release
    touches = int(run_script("killed", "-", tmp_path / "lived", 0).stdout.split()[1])
    killed = {tmp_path / f"killed-{moment}": moment for moment in range(1, touches + 1, 8)}
    run = run_script("killed", "-", *(part for pair in killed.items() for part in pair))
    assert run.stdout.split() == ["-9"] * len(killed), run.stderr
    for output in killed:
        for found in list_releases(output):
            expect_whole(found.folder)
        if (output / "latest").is_symlink():
            expect_whole(output / "latest")
        release(dataset, output)
        expect_tidy(output)
        assert contents(output / "1.0.0") == contents(whole.folder)


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
    assert str(read_release(tmp_path).version) == "1.0.0"
    assert release(dataset, tmp_path).plan.unchanged
    expect_tidy(tmp_path)


# ------------------------------------------------------------------------------ disks and rights


def some(least: int, enough: int) -> list[int]:
    """Every third number or, in CI, every ninth, and each of the last, where a release is in place already."""
    return sorted({*range(least, enough, STEP), *range(enough - 9, enough)})


def unpacked(dataset: Dataset, last: Dataset) -> tuple[int, int]:
    """How many files without a name a release needs meanwhile, and how many pages they take."""
    changes = difference(last.snapshot(), dataset.snapshot())
    sizes = []
    for table in (*last.tables.values(), changes):
        file = pa.BufferOutputStream()
        with pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table)
        sizes.append(file.tell())
    # The changes of the last release are unpacked too; they are smaller than all that it added.
    sizes += [4 * sizes[-1]]
    return len(sizes), sum(-(-size // 4096) for size in sizes)


def expect_refused(
    before: Path, undisturbed: Path, scratch: Path, options: list[str], says: str
) -> int:
    """On no such file system is anything half done; how many of them were too small."""
    scratch.mkdir()
    run = run_script("small", "-", before, scratch, *options, within=unshared())
    told = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines()}
    refused = 0
    assert run.returncode == 0, run.stderr
    for option in options:
        expect_good(scratch / option / "failed", before)
        expect_made_up_for(scratch / option / "after", undisturbed)
        log = (scratch / f"{option}.log").read_text(encoding="utf-8")
        if told[option][0] == "1":
            refused += 1
            assert says in log
            is_in_place = (scratch / option / "failed" / "1.1.0").exists()
            said = "1.1.0 is whole, but not yet named" if is_in_place else "nothing was published"
            assert f"; {said}" in log
        else:
            expect_made_up_for(scratch / option / "failed", undisturbed)
    return refused


def test_a_disk_that_is_full_after_any_page_leaves_the_last_release(
    before: Path, undisturbed: Path, tmp_path: Path, dataset: Dataset, without_visit: Dataset
) -> None:
    _, pages = unpacked(dataset, without_visit)
    enough = kilobytes(undisturbed) // 4 + pages + 4
    sizes = [f"size={4 * n}k" for n in some(kilobytes(before) // 4, enough)]
    refused = expect_refused(
        before, undisturbed, tmp_path / "scratch", sizes, "No space left on device"
    )
    assert 60 / STEP < refused < len(sizes)


def test_a_disk_that_takes_no_more_files_leaves_the_last_release(
    before: Path, undisturbed: Path, tmp_path: Path, dataset: Dataset, without_visit: Dataset
) -> None:
    nameless, _ = unpacked(dataset, without_visit)
    # The root is one, and is not among its entries.
    enough = entries(undisturbed) + nameless + 6
    counts = [f"nr_inodes={n}" for n in some(entries(before) + 1, enough)]
    refused = expect_refused(
        before, undisturbed, tmp_path / "scratch", counts, "No space left on device"
    )
    assert 45 / STEP < refused < len(counts)


def test_a_disk_that_can_only_be_read_leaves_the_last_release(
    before: Path, undisturbed: Path, tmp_path: Path
) -> None:
    assert (
        expect_refused(
            before,
            undisturbed,
            tmp_path / "scratch",
            ["ro"],
            "(Read-only file system)",
        )
        == 1
    )


def test_files_that_cannot_grow_leave_the_last_release(
    dataset: Dataset, before: Path, undisturbed: Path
) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
    output = shutil.copytree(before, before.parent / "output", symlinks=True)
    process = run_script("killed", "-", output, 0, prefix=limit)
    assert "nothing was published" in process.stderr
    expect_good(output, before)
    expect_tidy(output)
    release(dataset, output)
    expect_made_up_for(output, undisturbed)


@pytest.mark.parametrize("folder", [".", "1.0.0"])
def test_a_folder_that_may_not_be_written_leaves_the_last_release(
    folder: str, dataset: Dataset, before: Path, undisturbed: Path
) -> None:
    output = shutil.copytree(before, before.parent / "output", symlinks=True)
    (output / folder).chmod(0o555)
    try:
        process = run_script("killed", "-", output, 0, within=may_not_write())
    finally:
        (output / folder).chmod(0o755)
    if folder == ".":
        assert (
            f"cannot write to {output} (Permission denied); nothing was published" in process.stderr
        )
        expect_good(output, before)
        expect_tidy(output)
    else:
        # A published folder is never written to: a publisher need not have the right to do so.
        assert process.stdout.split()[0] == "0", process.stderr
    release(dataset, output)
    expect_made_up_for(output, undisturbed)


def test_a_place_that_can_hold_no_folder_is_told_plainly(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReleaseError, match=r"cannot write to .*; nothing was published"):
        release(dataset, tmp_path / "file" / "datasets")


# ------------------------------------------------------------------------------ others at work


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
        runs = list(
            threads.map(lambda _: run_script("killed", "-", tmp_path / "datasets", 0), range(3))
        )
    assert [run.stdout.split()[0] for run in runs] == ["0", "0", "0"]
    expect_tidy(tmp_path / "datasets")
    assert [str(found.version) for found in list_releases(tmp_path / "datasets")] == ["1.0.0"]


def test_a_release_that_lost_a_file_is_not_built_upon(dataset: Dataset, tmp_path: Path) -> None:
    folder = release(dataset, tmp_path).release.folder
    (folder / "targets.parquet").unlink()
    with pytest.raises(ReleaseError, match=r"is no whole release: .*targets.parquet is missing"):
        release(dataset, tmp_path)
