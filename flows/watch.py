"""What a run was like: figures for Prefect's pages, and a record beside the releases.

Releases hold no clock, so that the same sources give the same bytes; what took how long stands here. A record is
written when a run begins and completed when it ends: one that was killed is known by the record that it left.
"""

import contextlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException
from prefect.logging import get_logger

from flows.errors import StopError
from flows.lots import Extractions
from flows.progress import timed
from flows.releases import Published, alone, is_published_to
from flows.sources import Reject
from transforms.lexicon import LexiconError

FOLDER = "runs"
BEGUN, DIED = "begun", "died"
"""The outcomes of runs that have not ended: the one that is going, and those that never will."""
_NO_END = "did not end: it was killed, or the machine stopped"
_KEPT = 200
_KINDS_KEPT = 100
_REJECTS_SHOWN = 200
# What differs from one reject to the next of the same kind: quoted words, paths, numbers.
_PARTICULARS = re.compile(
    r"(?<= as ).*|'[^']*'|\"[^\"]*\"|“[^”]*”|[^\s/\\]*+[/\\]\S*+|\w[^\s.]*+(?:\.[\w-]++)++|#?\d+"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """A dataset in figures."""

    row_counts: Mapping[str, int]
    rejects: Sequence[Reject]
    warnings: Sequence[str]
    unexplained_share: float


@dataclass(slots=True)
class Run:
    """One run of the flow, filled in as it goes; seconds are of the wall clock, from the start of the command that ran it."""

    name: str
    started: str
    outcome: str = BEGUN
    version: str | None = None
    error: str | None = None
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    documents: int = 0
    kept_documents: int = 0
    documents_per_second: float | None = None
    rows: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    unexplained_share: float | None = None
    slowest: dict[str, float] = field(default_factory=dict)
    # Paths of rejected sources, for Prefect's pages alone: the release lists them all.
    _examples: Sequence[Reject] = field(default=(), repr=False)

    def extracted(self, found: Extractions) -> None:
        """Note how many documents were kept from an earlier run, and what took long to extract."""
        self.kept_documents = found.kept_documents
        self.slowest = {path: round(seconds, 3) for seconds, path in found.done.slowest}

    def saw(self, summary: Summary) -> None:
        """Note what the sources gave, before it is judged."""
        self.documents = summary.row_counts["documents"]
        self.rows = dict(summary.row_counts)
        self.rejects = count_by_reason(summary.rejects)
        self.unexplained_share = summary.unexplained_share
        self._examples = summary.rejects[:_REJECTS_SHOWN]

    def released(self, published: Published) -> None:
        """Note the release that holds the dataset."""
        self.outcome = "unchanged" if published.plan.unchanged else "released"
        self.version = str(published.release.version)

    def ended(self, seconds: float) -> None:
        """Note how long it took."""
        self.seconds = round(seconds, 3)
        self.steps = {name: round(took, 3) for name, took in self.steps.items()}
        self.documents_per_second = round(self.documents / seconds, 1)

    def as_markdown(self) -> str:
        """The run for people."""
        said = self.error or f"{self.outcome} {self.version}"
        facts = {
            "outcome": said.replace("\n", "<br>").replace("|", "\\|"),
            "documents": f"{self.documents:,}",
            "kept from an earlier run": f"{self.kept_documents:,}",
            "documents per second": f"{self.documents_per_second:,}",
            "rejected sources": f"{sum(self.rejects.values()):,}",
            "unexplained characters": f"{self.unexplained_share or 0:.2%}",
            "seconds": f"{self.seconds:,}",
        }
        facts |= {f"seconds: {name}": f"{took:,}" for name, took in self.steps.items()}
        return "\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in facts.items())])


def outcome(published: Published) -> str:
    """What came of a run, in a few words."""
    version, why = published.release.version, published.plan.step.why
    if published.plan.unchanged:
        return f"nothing has changed since {version}"
    return f"released {version} ({why})"


def count_by_reason(rejects: Iterable[Reject]) -> dict[str, int]:
    """How many sources were rejected for which kind of reason, most frequent first."""
    kinds = (
        _PARTICULARS.sub("…", re.split(r"; | \(", reject.reason, maxsplit=1)[0])
        for reject in rejects
    )
    return dict(Counter(kinds).most_common(_KINDS_KEPT))


@contextlib.contextmanager
def watched(output: Path | None, begun: float | None = None) -> Iterator[Run]:
    """A run that leaves artifacts and, where releases go, its record, however it ends; there it is alone.

    `begun` is when its command began, in seconds of `time.monotonic`; by default now.
    """
    context = FlowRunContext.get()
    name = context.flow_run.name if context and context.flow_run else "run"
    clock = begun or time.monotonic()
    starting = time.monotonic() - clock
    start = datetime.now(UTC) - timedelta(seconds=starting)
    run = Run(name, start.isoformat(timespec="milliseconds"))
    if begun:
        run.steps["Starting"] = starting
    file = f"{start:%Y%m%dT%H%M%S.%f}Z-{name}.json"
    try:
        with contextlib.ExitStack() as held:
            try:
                with timed(run.steps):
                    if output:
                        held.enter_context(alone(output))
                        _begin(run, output / FOLDER / file)
                    yield run
            except BaseException as error:
                is_told = isinstance(error, StopError | LexiconError)
                run.outcome = "failed"
                run.error = str(error) if is_told else f"{type(error).__name__}: {error}"
                raise
            finally:
                run.ended(time.monotonic() - clock)
                if output:
                    _record(run, output / FOLDER / file)
    finally:
        _leave_artifacts(run)


def _begin(run: Run, path: Path) -> None:
    """Complete what killed runs left (who is alone knows that none of them is going), and begin a record of this one."""
    with _refusal_logged():
        for debris in path.parent.glob("*.tmp"):
            debris.unlink()
        for dead in path.parent.glob("*.json"):
            record = _read(dead)
            if record["outcome"] == BEGUN:
                _write(_buried(record), dead)
    _record(run, path)


def _record(run: Run, path: Path) -> None:
    """Write the record, and forget the oldest ones."""
    with _refusal_logged():
        path.parent.mkdir(exist_ok=True)
        _write({k: v for k, v in asdict(run).items() if not k.startswith("_")}, path)
        for old in sorted(path.parent.glob("*.json"))[:-_KEPT]:
            old.unlink(missing_ok=True)


@contextlib.contextmanager
def _refusal_logged() -> Iterator[None]:
    """No release depends on a record: a disk that refuses it for good has stopped the run already."""
    try:
        yield
    except OSError as error:
        get_logger("watch").warning("the record of the run cannot be written: %s", error)


def _write(record: Mapping[str, Any], path: Path) -> None:
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    aside.replace(path)


def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _buried(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "outcome": DIED, "error": _NO_END}


def read_runs(output: Path) -> list[dict[str, Any]]:
    """The records of the runs that wrote to a folder, oldest first.

    A run that left its record unended is going while somebody publishes to the folder; else it died.
    """
    records = [_read(path) for path in sorted((output / FOLDER).glob("*.json"))]
    if any(record["outcome"] == BEGUN for record in records) and not is_published_to(output):
        return [_buried(record) if record["outcome"] == BEGUN else record for record in records]
    return records


def _leave_artifacts(run: Run) -> None:
    """What Prefect's pages show of the run; a server that is gone costs no release."""
    if FlowRunContext.get() is None:
        return
    try:
        create_markdown_artifact(run.as_markdown(), key="run")
        create_table_artifact(
            [{"table": name, "rows": rows} for name, rows in run.rows.items()],
            key="summary",
            description=f"Release {run.version}",
        )
        create_table_artifact(
            [{"reason": reason, "sources": n} for reason, n in run.rejects.items()],
            key="rejects-by-reason",
        )
        create_table_artifact(
            [{"path": path, "seconds": took} for path, took in run.slowest.items()],
            key="slowest",
            description="The documents that took longest to extract",
        )
        create_table_artifact(
            [{"path": r.path, "line": r.line, "reason": r.reason} for r in run._examples],
            key="rejects",
            description=f"{sum(run.rejects.values()):,} rejected sources",
        )
    except PrefectException as error:
        get_logger("watch").warning("artifacts cannot be left: %s", error)
