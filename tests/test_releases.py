"""A release is whole or not there, whatever happens; the same dataset gives the same bytes."""

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import frictionless
import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rdflib
import yaml
from faults import contents, expect_tidy, expect_whole

from expectations.tables import TABLES
from flows.errors import ReleaseError
from flows.releases import Dataset, files_of, list_releases, plan_release, read_release, release

DATA_FILES = [f"{table.name}.{suffix}" for table in TABLES for suffix in ("csv", "parquet")]


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


def test_what_describes_a_release_is_read_back_by_others(
    dataset: Dataset, without_visit: Dataset, tmp_path: Path
) -> None:
    release(without_visit, tmp_path)
    folder = release(dataset, tmp_path).release.folder
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])
    described = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not described.metadata.ctx.issues.errors
    for table in TABLES:
        records = list(described.records(table.name))
        assert len(records) == dataset.tables[table.name].num_rows
        assert [name.split("/")[1] for name in records[0]] == list(table.column_names)
    graph = rdflib.Graph().parse(folder / "catalogue.jsonld", format="json-ld")
    schema = rdflib.Namespace("https://schema.org/")
    assert "1.1.0" in {str(version) for version in graph.objects(None, schema.version)}
    variables = graph.objects(None, schema.variableMeasured)
    names = {str(name) for one in variables for name in graph.objects(one, schema.name)}
    assert names >= {f"{table.name}.{name}" for table in TABLES for name in table.column_names}
    assert yaml.safe_load((folder / "CITATION.cff").read_bytes())["version"] == "1.1.0"
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert package["version"] == "1.1.0"


def test_every_file_is_durable_before_it_is_seen(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync, rename = os.fsync, Path.rename

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def look(path: Path, target: Path) -> Path:
        assert {path, *path.rglob("*")} <= set(synced)
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(Path, "rename", look)
    folder = release(dataset, tmp_path).release.folder
    assert len(synced) > len(files_of(folder))
    # The entry of the release in its folder, and that of the pointer.
    assert synced.count(tmp_path) == 2


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
