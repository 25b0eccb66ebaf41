"""The main flow: sources, extract, validate, release."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pyarrow.compute
from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from expectations.guards import Override, guard, measure, read_overrides
from flows import storage
from flows.assembly import assemble
from flows.corrections import read_corrections
from flows.errors import CorrectionError, NothingToReleaseError, PassingError, UnsoundError
from flows.extraction import load_reader
from flows.fetch import fetched
from flows.judging import judging
from flows.kept import Kept
from flows.lots import ALONE, Crew, extract_all
from flows.progress import step
from flows.quality import GOLDEN, measure_quality
from flows.releases import (
    Dataset,
    Guards,
    Plan,
    Published,
    disk_told_plainly,
    newest_release,
    plan_release,
    release,
)
from flows.repeats import repetitions
from flows.sources import read_sources
from flows.spool import Spool
from flows.stores import fetch_newest
from flows.upload import upload
from flows.watch import Run, Summary, watched

_REJECTS_SHOWN = 200
_KEPT = ".cache"

pc: Any = pyarrow.compute
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """What to publish, from where (paths and addresses), to where; `store` is the address that the output mirrors.

    `begun` is when the command began, in seconds of `time.monotonic`; None where it begins with the flow.
    """

    sources: tuple[Path | str, ...]
    output: Path
    lexicons: Path
    corrections: Path
    guards: Path
    golden: Path = GOLDEN
    store: str | None = None
    crew: Crew = ALONE
    begun: float | None = None

    @property
    def exchange(self) -> str | None:
        """The address through which other machines give what they extract; they may see no folder of this one."""
        return f"{self.store}/{_KEPT}" if self.store and self.crew.scheduler else None


@flow(name="publish", validate_parameters=False)
def publish(order: Order) -> tuple[Summary, Published]:
    """Sources, extracted, validated, released."""
    with watched(order.output, order.begun) as run:
        if order.store:
            fetch_newest(order.store)
        kept = Kept((order.output / _KEPT).absolute(), order.exchange)
        dataset, keys = build(order, kept, order.output / "docs", run)
        with step("Measuring quality"):
            quality = measure_quality(load_reader(order.lexicons), order.golden)
        with step("Releasing"):
            dataset = replace(dataset, quality=quality)
            published = _patient(release)(dataset, order.output)
        if order.store:
            _patient(upload)(order.store, published)
        kept.keep_only(keys)
        run.released(published)
    return summarise(dataset), published


def _patient(write: Callable[_P, _T]) -> Task[_P, _T]:
    """The task that writes: tried again where storage failed for a moment, and for nothing else."""
    tried_again = task(
        cache_policy=NO_CACHE,
        retries=len(storage.PAUSES),
        retry_delay_seconds=list(storage.PAUSES),
        retry_condition_fn=_may_pass,
    )
    return tried_again(write)


def _may_pass(_task: Any, _run: Any, state: State[Any]) -> bool:
    return isinstance(state.data, PassingError)


@flow(name="rehearse", validate_parameters=False)
def rehearse(order: Order) -> tuple[Summary, Plan]:
    """What `publish` would release, and why; nothing is written."""
    with watched(None) as run, tempfile.TemporaryDirectory() as folder:
        if order.store:
            fetch_newest(order.store)
        kept = Kept(Path(folder), order.exchange)
        kept.borrow(Kept(order.output / _KEPT))
        dataset, _ = build(order, kept, None, run)
        return summarise(dataset), plan_release(dataset, order.output)


def build(order: Order, kept: Kept, docs: Path | None, run: Run) -> tuple[Dataset, tuple[str, ...]]:
    """The sources as a dataset that meets every expectation, and the kept results that hold it.

    The site in `docs` shows what was validated.
    """
    reader = load_reader(order.lexicons)
    with judging(kept, reader.division_codes, docs) as judge:
        with order.crew.workers(order.lexicons) as workers:
            sources = fetched(order.sources)
            with step("Reading sources") as tell:
                corrections = read_corrections(order.corrections)
                spool = Spool(kept.folder)
                is_first = kept.is_empty
                for count in spool.add(read_sources(sources)):
                    tell(count)
                    if is_first:
                        workers.expect(count)
            found = extract_all(
                spool, kept, order.lexicons, corrections, order.crew, workers, judge.begin
            )
        with step("Looking for repetitions"), disk_told_plainly(kept.folder):
            again = repetitions(found.parts, kept.folder)
        with step("Putting together"), disk_told_plainly(kept.folder):
            given = spool.sources, spool.rejects
            dataset = assemble(reader, corrections, *given, found.parts, again, kept.folder)
        run.extracted(found)
        run.saw(summarise(dataset))
        expect_documents(dataset, order.sources)
        with step("Validating"), disk_told_plainly(order.output):
            judge.expect_sound(found.keys)
    return guarded(dataset, order), found.keys


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
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path}: not UTF-8; save it in UTF-8") from error
    except OSError as error:
        raise CorrectionError(f"{path}: {error.strerror}; name a file of guards") from error
    except ValueError as error:
        raise CorrectionError(str(error)) from error


def expect_documents(dataset: Dataset, sources: Sequence[Path | str]) -> None:
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
    characters = unexplained = 0
    for clauses in dataset.tables["clauses"].to_batches():
        lengths = pc.utf8_length(clauses["text"])
        characters += pc.sum(lengths).as_py() or 0
        is_unexplained = pc.equal(clauses["role"], "unexplained")
        unexplained += pc.sum(lengths.filter(is_unexplained)).as_py() or 0
    return Summary(
        row_counts={name: table.num_rows for name, table in dataset.tables.items()},
        rejects=dataset.rejects,
        warnings=(*(dataset.guards.warnings if dataset.guards else ()), *_unlicensed(dataset)),
        unexplained_share=unexplained / (characters or 1),
    )


def _unlicensed(dataset: Dataset) -> Iterator[str]:
    """A warning about texts of which it is not known whether they may be passed on, be it that their sidecars say so."""
    documents = dataset.tables["documents"]
    paths = documents["path"].filter(pc.equal(documents["licence"], "unknown"))
    if len(paths):
        others = f" and of {len(paths) - 1:,} more" if len(paths) > 1 else ""
        yield (
            f"the licence of {paths[0]}{others} is unknown; "
            "if you know it, write it into <name>.toml beside the text"
        )
