"""All that is derived from the tables' definition agrees with it, read back from files."""

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import mlcroissant
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import rdflib
import yaml
from frictionless import validate
from sample import meeting_rows, sample_tables

from expectations.derive import (
    Release,
    ReleasedFile,
    arrow_schema,
    catalogue,
    citation_file,
    croissant,
    data_dictionary,
    data_package,
    dataset_card,
    rows_to_table,
    table_schema,
    to_json,
)
from expectations.tables import TABLES, Table, table_of
from flows.diff import CHANGE_SCHEMA
from flows.releases import rejects_as_csv

BY_NAME = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release folder of the sample, with its descriptions."""
    folder = tmp_path_factory.mktemp("release") / "1.0.0"
    folder.mkdir()
    for name, table in sample_tables().items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        pyarrow.csv.write_csv(table, folder / f"{name}.csv")
    release = release_of(folder)
    (folder / "datapackage.json").write_text(to_json(data_package(release)), "utf-8")
    (folder / "croissant.json").write_text(to_json(croissant(release)), "utf-8")
    (folder / "catalogue.jsonld").write_text(to_json(catalogue(release)), "utf-8")
    return folder


def release_of(folder: Path) -> Release:
    paths = [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet")]
    files = {
        path.name: ReleasedFile(path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in paths
    }
    return Release("1.0.0", files, {name: t.num_rows for name, t in sample_tables().items()})


# ---------------------------------------------------------------------------- Arrow


@BY_NAME
def test_a_parquet_file_tells_what_its_columns_mean(table: Table, folder: Path) -> None:
    schema = pq.read_schema(folder / f"{table.name}.parquet")
    assert schema.metadata[b"description_zh"].decode() == table.description_zh
    assert json.loads(schema.metadata[b"primary_key"]) == list(table.primary_key)
    for column, found in zip(table.columns, schema, strict=True):
        assert found.name == column.name
        assert found.nullable == column.is_nullable
        assert found.metadata[b"description"].decode() == column.description
        assert found.metadata[b"description_zh"].decode() == column.description_zh
        values = found.metadata.get(b"values")
        assert (json.loads(values) if values else None) == (
            list(column.values) if column.values else None
        )


def test_types_are_those_of_the_definition() -> None:
    arrow = {"date": "date32[day]", "float64": "double"}
    for table in TABLES:
        for column, found in zip(table.columns, arrow_schema(table), strict=True):
            assert str(found.type) == arrow.get(column.type, column.type)


def test_no_rows_make_an_empty_table() -> None:
    table = rows_to_table(table_of("targets"), [])
    assert table.num_rows == 0
    assert table.schema.equals(arrow_schema(table_of("targets")), check_metadata=True)


def test_a_value_that_does_not_fit_is_named() -> None:
    document = next(meeting_rows())
    with pytest.raises(TypeError, match=r"^documents\.characters \(int32\): "):
        rows_to_table(table_of("documents"), [_with(document, characters=1 << 40)])
    with pytest.raises(TypeError, match=r"^documents\.title \(string\): "):
        rows_to_table(table_of("documents"), [_with(document, title=7)])


def _with(row: object, **changes: object) -> object:
    return replace(row, **changes)  # type: ignore[type-var]


def test_rows_come_back_as_they_went_in() -> None:
    table = sample_tables()["initiatives"]
    assert table.column("topic").type == pa.int8()
    assert table.column("focus_area_id").null_count == 4


# ---------------------------------------------------------------------------- dictionary, card


def test_the_dictionary_holds_every_column_once_in_order() -> None:
    lines = [line for line in data_dictionary().splitlines() if line.startswith("| `")]
    columns = [column for table in TABLES for column in table.columns]
    described = [line for line in lines if line.count(" | ") == 4]
    assert len(described) == len(columns)
    for line, column in zip(described, columns, strict=True):
        assert line.startswith(f"| `{column.name}` | {column.type}")
        assert f"| {column.description} | {column.description_zh} |" in line
        assert ("yes · 是" in line) == column.is_nullable


def test_the_dictionary_explains_every_code() -> None:
    text = data_dictionary()
    for table in TABLES:
        for column in table.columns:
            for code, label in (column.values or {}).items():
                if column.name != "topic_label":
                    assert f"| `{code}` | {label.en} | {label.zh} |" in text


def test_the_card_names_version_rows_and_licences(folder: Path) -> None:
    card = dataset_card(release_of(folder), "initiatives: F1 0.97")
    head = yaml.safe_load(card.split("---\n")[1])
    assert [c["config_name"] for c in head["configs"]] == [table.name for table in TABLES]
    assert "**1.0.0**" in card
    assert "| [`clauses`](clauses.csv) | 14 |" in card
    assert "initiatives: F1 0.97" in card
    assert "documents.licence" in card
    assert data_dictionary(3) in card
    beside = card.split("### `changes`")[1]
    columns = re.findall(r"^\| `(\w+)` \| (\w+) \|( yes)?", beside, re.M)
    assert [(c, t, bool(null)) for c, t, null in columns[:-3]] == [
        (field.name, str(field.type), field.nullable) for field in CHANGE_SCHEMA
    ]
    assert [c for c, *_ in columns[-3:]] == next(csv.reader([rejects_as_csv(())]))
    assert "## Quality" not in dataset_card(release_of(folder), "")


def test_the_citation_names_the_exact_version() -> None:
    citation = yaml.safe_load(citation_file("2.3.1"))
    assert citation["version"] == "2.3.1"
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "dataset"
    assert citation["authors"]


# ---------------------------------------------------------------------------- Data Package


def test_the_data_package_is_valid_and_its_files_keep_its_promises(folder: Path) -> None:
    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "type", "message"])
    assert len(report.tasks) == 2 * len(TABLES)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_data_package_notices_a_changed_file(suffix: str, folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = bytearray((tmp_path / f"targets.{suffix}").read_bytes())
    content[-2] ^= 1
    (tmp_path / f"targets.{suffix}").write_bytes(bytes(content))
    report = validate(str(tmp_path / "datapackage.json"))
    assert "hash-count" in {kind for (kind,) in report.flatten(["type"])}


@BY_NAME
def test_a_table_schema_says_what_the_definition_says(table: Table) -> None:
    schema = table_schema(table)
    assert schema["primaryKey"] == list(table.primary_key)
    keys = [
        (key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0])
        for key in schema.get("foreignKeys", [])
    ]
    assert keys == [tuple(key) for key in table.foreign_keys]
    for field, column in zip(schema["fields"], table.columns, strict=True):
        constraints = field.get("constraints", {})
        assert field["name"] == column.name
        assert field["description"] == column.description
        assert field["description_zh"] == column.description_zh
        assert constraints.get("required", False) is not column.is_nullable
        assert constraints.get("enum") == (list(column.values) if column.values else None)
        assert constraints.get("pattern") == column.pattern
        assert constraints.get("minimum") == column.minimum
        assert constraints.get("maximum") == column.maximum


def test_a_broken_csv_breaks_the_data_package(folder: Path, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO((folder / "targets.csv").read_text("utf-8"))))
    rows[1][rows[0].index("comparator")] = "!"
    rows[1][rows[0].index("initiative_id")] = "nowhere"
    rows[1][rows[0].index("text")] = ""
    with (tmp_path / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    package = data_package(release_of(folder))
    package["resources"] = package["resources"][: len(TABLES)]
    for resource in package["resources"]:
        del resource["hash"], resource["bytes"]
        if resource["name"] != "targets":
            source = folder / resource["path"]
            (tmp_path / resource["path"]).write_bytes(source.read_bytes())
    (tmp_path / "datapackage.json").write_text(to_json(package), "utf-8")
    report = validate(str(tmp_path / "datapackage.json"))
    errors = {tuple(error) for error in report.flatten(["type", "fieldName"])}
    assert {("constraint-error", "comparator"), ("constraint-error", "text")} <= errors
    assert "foreign-key" in {kind for kind, _ in errors}


def test_licences_of_annotations_and_texts_are_kept_apart(folder: Path) -> None:
    package = data_package(release_of(folder))
    assert [licence["name"] for licence in package["licenses"]] == [
        "CC-BY-4.0",
        "see-documents.licence",
    ]


# ---------------------------------------------------------------------------- catalogues


def test_croissant_is_valid_and_loads_every_row(folder: Path) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    for table in TABLES:
        records = list(dataset.records(table.name))
        assert len(records) == sample_tables()[table.name].num_rows
        assert [key.split("/")[1] for key in records[0]] == list(table.column_names)


def test_croissant_gives_the_values_of_the_tables(folder: Path) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    target = next(iter(dataset.records("targets")))
    assert target["targets/indicator"].decode() == "地区生产总值"
    assert target["targets/low"] == 6.0
    assert target["targets/year"] == 2023
    assert target["targets/commitment"] is None


def test_the_catalogue_is_linked_data_with_every_file_and_column(folder: Path) -> None:
    graph = rdflib.Graph().parse(folder / "catalogue.jsonld", format="json-ld")
    dcat, schema = rdflib.Namespace("http://www.w3.org/ns/dcat#"), "https://schema.org/"
    assert len(list(graph.objects(None, dcat.distribution))) == 2 * len(TABLES)
    variables = set(graph.objects(None, rdflib.URIRef(schema + "variableMeasured")))
    assert len(variables) == sum(len(table.columns) for table in TABLES)
    assert {str(v) for v in graph.objects(None, dcat.version)} == {"1.0.0"}


def test_descriptions_are_the_same_text_twice(folder: Path) -> None:
    release = release_of(folder)
    for derive in (data_package, croissant, catalogue):
        assert to_json(derive(release)) == to_json(derive(release))
    assert dataset_card(release, "") == dataset_card(release, "")
