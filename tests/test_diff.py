"""Every difference has a reason, and the version follows from the differences."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pytest
from conftest import as_sources

from flows.diff import (
    CHANGE_SCHEMA,
    UnexplainedDifferenceError,
    Version,
    as_json,
    as_markdown,
    as_text,
    beside_additions,
    difference,
    next_version,
    of_table,
    tally,
)
from flows.provenance import AppliedCorrection, Provenance
from flows.releases import Dataset

pc: Any = pyarrow.compute
KEYS = [(name, "ascending") for name in CHANGE_SCHEMA.names]
ChangeCell = Callable[..., Dataset]


def reread(dataset: Dataset) -> Dataset:
    """The dataset as made by another extractor."""
    return with_provenance(dataset, extractor="f" * 16)


def with_provenance(dataset: Dataset, **facts: object) -> Dataset:
    provenance: Provenance = replace(dataset.provenance, **facts)  # type: ignore[arg-type]
    return replace(dataset, provenance=provenance)


def rows_of(sources: pa.Table) -> list[tuple[str, str, str]]:
    return [(row["path"], row["sha256"], row["about"]) for row in sources.to_pylist()]


def with_table(dataset: Dataset, name: str, table: pa.Table) -> Dataset:
    return replace(dataset, tables={**dataset.tables, name: table})


def compare(old: Dataset | None, new: Dataset) -> pa.Table:
    return difference(old.snapshot() if old else None, new.snapshot())


def steps(old: Dataset | None, new: Dataset) -> str:
    return str(next_version(Version(2, 3, 4) if old else None, compare(old, new)).version)


def test_against_nothing_every_row_is_added(dataset: Dataset) -> None:
    changes = compare(None, dataset)
    assert changes.schema == CHANGE_SCHEMA
    assert changes.num_rows == sum(table.num_rows for table in dataset.tables.values())
    assert {(change, why) for _, change, why, _ in tally(changes)} == {("added", "source_added")}
    assert steps(None, dataset) == "1.0.0"


def test_the_same_dataset_does_not_differ(dataset: Dataset) -> None:
    assert compare(dataset, reread(dataset)).num_rows == 0
    assert steps(dataset, reread(dataset)) == "2.3.4"


def test_a_document_that_came_or_went(dataset: Dataset, without_visit: Dataset) -> None:
    came, went = compare(without_visit, dataset), compare(dataset, without_visit)
    assert {(change, why) for _, change, why, _ in tally(came)} == {("added", "source_added")}
    assert {(change, why) for _, change, why, _ in tally(went)} == {("removed", "source_removed")}
    assert steps(without_visit, dataset) == "2.4.0"
    assert steps(dataset, without_visit) == "2.3.5"


def test_a_document_whose_text_was_replaced(dataset: Dataset, without_visit: Dataset) -> None:
    first, (path, _, about) = rows_of(dataset.provenance.sources)
    old = with_provenance(without_visit, sources=as_sources([first, (path, "e" * 64, about)]))
    changes = compare(old, dataset)
    assert {(change, why) for _, change, why, _ in tally(changes)} == {("added", "source_changed")}


def test_a_document_that_was_rejected_before(dataset: Dataset, without_visit: Dataset) -> None:
    old = with_provenance(without_visit, sources=dataset.provenance.sources)
    changes = compare(old, reread(dataset))
    assert {why for _, _, why, _ in tally(changes)} == {"extractor_changed"}


def test_a_cell_that_the_extractor_reads_otherwise(
    dataset: Dataset, change_cell: ChangeCell
) -> None:
    new = reread(change_cell(dataset, "targets", "high", 0, 7.5))
    [change] = compare(dataset, new).to_pylist()
    assert (change["table"], change["column"]) == ("targets", "high")
    assert (change["old"], change["new"]) == (None, "7.5")
    assert change["reason"] == "extractor_changed"
    assert steps(dataset, new) == "2.3.5"


def test_a_cell_that_a_sidecar_says_otherwise(dataset: Dataset, change_cell: ChangeCell) -> None:
    (path, sha256, _), second = rows_of(dataset.provenance.sources)
    told = as_sources([(path, sha256, "otherwise"), second])
    new = change_cell(dataset, "documents", "publisher", 0, "云溪日报")
    changes = compare(dataset, with_provenance(reread(new), sources=told))
    assert [(c["column"], c["reason"]) for c in changes.to_pylist()] == [
        ("publisher", "source_changed")
    ]


def test_a_cell_that_a_correction_sets(dataset: Dataset, change_cell: ChangeCell) -> None:
    row_id = dataset.tables["initiatives"]["initiative_id"][0].as_py()
    entry = AppliedCorrection("initiatives", row_id, "object", "the object is longer")
    new = change_cell(dataset, "initiatives", "object", 0, "水渠和水库")
    [change] = compare(dataset, with_provenance(new, corrected=(entry,))).to_pylist()
    assert (change["reason"], change["note"]) == ("correction", "the object is longer")


def test_a_difference_without_a_reason_is_not_released(
    dataset: Dataset, change_cell: ChangeCell
) -> None:
    new = change_cell(dataset, "targets", "high", 0, 7.5)
    with pytest.raises(UnexplainedDifferenceError, match=r"targets\.high of document [0-9a-f]{16}"):
        compare(dataset, new)


def test_rows_of_a_key_of_several_columns_are_told_apart(
    dataset: Dataset, change_cell: ChangeCell
) -> None:
    new = reread(change_cell(dataset, "enumeration_items", "text", 1, "服务提升"))
    [change] = compare(dataset, new).to_pylist()
    assert change["id"].endswith("#2")


def column_added(table: pa.Table) -> pa.Table:
    return table.append_column("weight", pa.nulls(table.num_rows, pa.int8()))


def column_removed(table: pa.Table) -> pa.Table:
    return table.drop_columns(["commitment"])


def column_moved(table: pa.Table) -> pa.Table:
    return table.select([*table.column_names[:-2], *table.column_names[:-3:-1]])


def column_retyped(table: pa.Table) -> pa.Table:
    at = table.column_names.index("year")
    return table.set_column(at, "year", table["year"].cast(pa.int32()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (column_added, "targets.weight was added"),
        (column_removed, "targets.commitment was removed"),
        (column_moved, "the order of targets was changed"),
        (column_retyped, "the type of targets.year was changed"),
    ],
)
def test_a_change_that_breaks_readers_is_major(
    dataset: Dataset, change: Callable[[pa.Table], pa.Table], why: str
) -> None:
    new = with_table(dataset, "targets", change(dataset.tables["targets"]))
    changes = compare(dataset, reread(new))
    step = next_version(Version(2, 3, 4), changes)
    assert str(step.version) == "3.0.0"
    assert step.why == why
    assert {c["reason"] for c in changes.to_pylist() if c["id"] is None} == {"schema_changed"}


def test_a_table_that_came_or_went_is_major(dataset: Dataset) -> None:
    fewer = replace(dataset, tables={n: t for n, t in dataset.tables.items() if n != "citations"})
    assert steps(fewer, reread(dataset)) == "3.0.0"
    assert steps(dataset, reread(fewer)) == "3.0.0"


def with_fact(dataset: Dataset, fact: str, value: str) -> Dataset:
    table = dataset.tables["initiatives"]
    at = table.column_names.index("kind")
    field = table.schema.field(at)
    metadata = {**field.metadata, fact.encode(): value.encode()}
    schema = table.schema.set(at, field.with_metadata(metadata))
    return with_table(dataset, "initiatives", table.cast(schema))


def test_a_vocabulary_that_loses_a_value_is_major(dataset: Dataset) -> None:
    kinds = ["target", "bid", "principle", "goal", "measure"]
    new = reread(with_fact(dataset, "values", json.dumps(kinds[1:])))
    step = next_version(Version(2, 3, 4), compare(dataset, new))
    assert str(step.version) == "3.0.0"
    assert step.why == "initiatives.kind no longer allows target"


def test_a_vocabulary_that_gains_a_value_is_not(dataset: Dataset) -> None:
    kinds = ["target", "bid", "principle", "goal", "measure", "wish"]
    assert steps(dataset, reread(with_fact(dataset, "values", json.dumps(kinds)))) == "2.3.5"


def test_a_column_that_is_described_otherwise_is_a_patch(dataset: Dataset) -> None:
    new = with_fact(dataset, "description", "Sort of initiative.")
    [change] = compare(dataset, new).to_pylist()
    assert (change["old"], change["new"]) == ("Kind of initiative.", "Sort of initiative.")
    assert steps(dataset, new) == "2.3.5"


def test_a_difference_is_told_in_three_ways(
    dataset: Dataset, without_visit: Dataset, change_cell: ChangeCell
) -> None:
    new = reread(change_cell(dataset, "targets", "unit", 0, "％"))
    changes = compare(without_visit, new)
    row_id = dataset.tables["targets"]["target_id"][0].as_py()
    both = without_visit.snapshot(), new.snapshot()
    text = as_text(of_table(changes, "targets"), *both)
    assert text == f"~ targets.unit {row_id} % → ％ [extractor_changed]\n"
    [line] = as_text(of_table(changes, "initiatives"), *both).splitlines()
    assert re.fullmatch(r"\+ initiatives \S+ 加快修缮水渠 \[source_added\]", line)
    gone = compare(dataset, without_visit)
    assert "加快修缮水渠 [source_removed]" in as_text(
        gone, new.snapshot(), without_visit.snapshot()
    )
    assert json.loads(as_json(changes)) == changes.to_pylist()
    page = as_markdown(changes, *both)
    assert "| initiatives | added | source_added | 1 |" in page
    assert "- added `" in page
    assert ": 加快修缮水渠\n" in page
    assert f"- changed `{row_id}` `unit`: % → ％\n" in page


def test_long_lists_of_examples_are_cut(dataset: Dataset) -> None:
    page = as_markdown(compare(None, dataset), None, dataset.snapshot())
    added = dataset.tables["clauses"].num_rows
    assert f"- … and {added - 5} more added" in page


def test_changes_beside_the_rows_of_added_documents_are_told(
    dataset: Dataset, without_visit: Dataset, change_cell: ChangeCell
) -> None:
    added = difference(without_visit.snapshot(), dataset.snapshot())
    assert added.num_rows
    assert beside_additions(added).num_rows == 0
    assert beside_additions(difference(dataset.snapshot(), without_visit.snapshot())).num_rows
    retold = reread(change_cell(dataset, "documents", "title", 0, "云溪县开会"))
    others = beside_additions(difference(without_visit.snapshot(), retold.snapshot()))
    assert {row["column"] for row in others.to_pylist()} == {"title"}


def in_order(dataset: Dataset) -> Dataset:
    """The dataset with its documents in the order of their ids, as a run makes it."""
    ids = sorted(dataset.tables["documents"]["document_id"].to_pylist())
    tables = {
        name: pa.concat_tables([table.filter(pc.equal(table["document_id"], i)) for i in ids])
        for name, table in dataset.tables.items()
    }
    return replace(dataset, tables=tables)


def test_stretches_of_documents_differ_as_the_whole_does(
    dataset: Dataset,
    without_visit: Dataset,
    change_cell: ChangeCell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = in_order(dataset)
    changed = in_order(reread(change_cell(dataset, "initiatives", "kind", 1, "goal")))
    pairs = [(None, here), (without_visit, here), (here, without_visit), (here, changed)]
    whole = [compare(*pair) for pair in pairs]
    monkeypatch.setattr("flows.diff._DOCUMENTS_AT_ONCE", 1)
    for pair, changes in zip(pairs, whole, strict=True):
        assert compare(*pair).num_rows
        assert compare(*pair).sort_by(KEYS) == changes.sort_by(KEYS)
        assert tally(compare(*pair)) == tally(changes)


def test_documents_out_of_order_are_compared_as_a_whole(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = in_order(dataset)
    backwards = {n: t.take(list(range(t.num_rows))[::-1]) for n, t in here.tables.items()}
    monkeypatch.setattr("flows.diff._DOCUMENTS_AT_ONCE", 1)
    assert compare(here, replace(here, tables=backwards)).num_rows == 0


def test_examples_are_the_first_wherever_they_stand(dataset: Dataset) -> None:
    changes = compare(None, dataset)
    page = as_markdown(changes, None, dataset.snapshot())
    pieces = pa.concat_tables([changes.slice(n, 1) for n in range(changes.num_rows)])
    assert as_markdown(pieces, None, dataset.snapshot()) == page
