"""The main flow: sources, extract, validate, release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute
from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from expectations.guards import Override, guard, measure, read_overrides
from expectations.suites import validate
from flows.corrections import read_corrections
from flows.errors import CorrectionError, NothingToReleaseError, UnsoundError
from flows.extraction import assemble, extract_shard, load_reader, shards
from flows.progress import step
from flows.quality import GOLDEN, measure_quality
from flows.releases import (
    Dataset,
    Guards,
    Plan,
    Published,
    alone,
    newest_release,
    plan_release,
    release,
)
from flows.sources import Reject, read_sources

_REJECTS_SHOWN = 200

pc: Any = pyarrow.compute


@dataclass(frozen=True, slots=True)
class Order:
    """What to publish, from where, to where."""

    sources: tuple[Path, ...]
    output: Path
    lexicons: Path
    corrections: Path
    guards: Path
    golden: Path = GOLDEN


@dataclass(frozen=True, slots=True)
class Summary:
    """A dataset in figures."""

    row_counts: Mapping[str, int]
    rejects: Sequence[Reject]
    warnings: Sequence[str]
    unexplained_share: float


@flow(name="publish", validate_parameters=False)
def publish(order: Order) -> tuple[Summary, Published]:
    """Sources, extracted, validated, released."""
    with alone(order.output):
        dataset = build(order, order.output / "docs")
        with step("Measuring quality"):
            quality = measure_quality(load_reader(order.lexicons), order.golden)
        with step("Releasing"):
            dataset = replace(dataset, quality=quality)
            published = task(cache_policy=NO_CACHE)(release)(dataset, order.output)
    summary = summarise(dataset)
    leave_artifacts(summary, str(published.release.version))
    return summary, published


@flow(name="rehearse", validate_parameters=False)
def rehearse(order: Order) -> tuple[Summary, Plan]:
    """What `publish` would release, and why; nothing is written."""
    dataset = build(order, None)
    return summarise(dataset), plan_release(dataset, order.output)


def build(order: Order, docs: Path | None) -> Dataset:
    """The sources as a dataset that meets every expectation."""
    with step("Reading sources") as tell:
        reader = load_reader(order.lexicons)
        corrections = read_corrections(order.corrections)
        extract = task(cache_policy=NO_CACHE)(extract_shard)
        extracted = []
        for shard in shards(read_sources(order.sources)):
            extracted.append(extract(reader, corrections, shard))
            tell(sum(part.tables["documents"].num_rows for part in extracted))
        dataset = assemble(reader, corrections, extracted)
    expect_documents(dataset, order.sources)
    with step("Validating"):
        verdict = task(cache_policy=NO_CACHE)(validate)(dataset.tables, reader.division_codes, docs)
    if not verdict.is_sound:
        raise UnsoundError(verdict.message)
    return guarded(dataset, order)


def guarded(dataset: Dataset, order: Order) -> Dataset:
    """The dataset with its measures, unless it lost too much of what the last release has."""
    last, measures = newest_release(order.output), measure(dataset.tables)
    overrides = _overrides(order.guards)
    judgement = guard(last.measures() if last else None, measures, overrides)
    if judgement.stops:
        raise UnsoundError("\n".join(judgement.stops))
    idle = tuple(
        f"the guard on {o.table} ({o.reason}) changes nothing any more; remove it from {order.guards}"
        for o in judgement.idle
    )
    return replace(dataset, guards=Guards(measures, overrides, judgement.warnings + idle))


def _overrides(path: Path) -> tuple[Override, ...]:
    try:
        return read_overrides(path.read_text(encoding="utf-8")) if path.exists() else ()
    except ValueError as error:
        raise CorrectionError(str(error)) from error


def expect_documents(dataset: Dataset, sources: Sequence[Path]) -> None:
    """Stop where there is nothing to release."""
    if dataset.tables["documents"].num_rows:
        return
    where = ", ".join(map(str, sources))
    message = (
        f"there is no text in {where}: put .txt, .html, .pdf, .docx, .jsonl or .parquet files there"
    )
    if dataset.rejects:
        reasons = [str(reject) for reject in dataset.rejects[:_REJECTS_SHOWN]]
        message = "\n".join([f"nothing in {where} can be released:", *reasons])
    raise NothingToReleaseError(message)


def summarise(dataset: Dataset) -> Summary:
    """The dataset in figures."""
    clauses = dataset.tables["clauses"]
    lengths = pc.utf8_length(clauses["text"])
    unexplained = lengths.filter(pc.equal(clauses["role"], "unexplained"))
    return Summary(
        row_counts={name: table.num_rows for name, table in dataset.tables.items()},
        rejects=dataset.rejects,
        warnings=(*(dataset.guards.warnings if dataset.guards else ()), *_unlicensed(dataset)),
        unexplained_share=(pc.sum(unexplained).as_py() or 0) / (pc.sum(lengths).as_py() or 1),
    )


def _unlicensed(dataset: Dataset) -> Iterator[str]:
    """A warning about texts of which nobody has said whether they may be passed on."""
    documents = dataset.tables["documents"]
    paths = documents["path"].filter(pc.equal(documents["licence"], "unknown"))
    if len(paths):
        others = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
        yield (
            f"no licence is known for {paths[0]}{others}; "
            'write licence = "…" into <name>.toml beside each text'
        )


def leave_artifacts(summary: Summary, version: str) -> None:
    """What Prefect's pages show of the run."""
    rows = [{"table": name, "rows": n} for name, n in summary.row_counts.items()]
    share = f"{summary.unexplained_share:.2%} of the characters are unexplained"
    create_table_artifact(rows, key="summary", description=f"Release {version}: {share}")
    rejects = [{"path": r.path, "line": r.line, "reason": r.reason} for r in summary.rejects]
    create_table_artifact(
        rejects[:_REJECTS_SHOWN], key="rejects", description=f"{len(rejects):,} rejected sources"
    )
