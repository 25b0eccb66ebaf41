"""What many tests share: a Prefect home of their own, data ready to be released, and the command."""

import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

# Read when Prefect is imported: no test touches, or is touched by, what the user has there.
if "PREFECT_HOME" not in os.environ:
    os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="huiyi-tests-prefect-")
    atexit.register(shutil.rmtree, os.environ["PREFECT_HOME"], ignore_errors=True)
# Tests are of the Python files; a build of them is compared with them in tests/trials/test_compiled.py.
os.environ["HUIYI_COMPILED"] = "off"
# As `huiyi` sets it before it imports Prefect, which here has been imported by then.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")

from sample import MEETING_TEXT, VISIT_TEXT, sample_tables

from flows.assembly import assemble
from flows.corrections import Corrections
from flows.extraction import extract_shard, load_reader
from flows.provenance import SOURCES, Provenance, record_source
from flows.releases import Dataset, Release, read_release
from flows.repeats import NONE, repetitions
from flows.sources import LEXICONS, Reject, read_sources
from flows.spill import Spill
from transforms.source import Source

ROOT = Path(__file__).parent.parent
LONGEST = (
    "test_stores",
    "test_serve",
    "test_faults",
    "test_cli",
    "test_increments",
    "test_suites",
    "test_dask",
    "test_publish",
    "test_action",
    "test_hostile",
    "test_patterns",
    "test_compiled",
)
"""The files whose tests take longest, which begin first: so no process waits for another in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (*LONGEST, item.path.stem).index(item.path.stem))


def sample_dataset(
    tables: Mapping[str, pa.Table] | None = None, extractor: str = "0" * 16
) -> Dataset:
    """The sample rows, or other tables, as a dataset made by that extractor."""
    tables = tables or sample_tables()
    documents = tables["documents"].to_pylist()
    return Dataset(
        tables=tables,
        rejects=[Reject("yunxi/empty.txt", None, "the file is empty; put the text into it")],
        provenance=Provenance(
            code_version="1.0.0",
            extractor=extractor,
            readers={"jieba": "0.42.1"},
            corrections="",
            corrected=(),
            sources=as_sources((d["path"], d["sha256"], "about") for d in documents),
        ),
    )


def as_sources(rows: Iterable[tuple[str, str, str]]) -> pa.Table:
    """Rows of `SOURCES` as a table."""
    sources = Spill(SOURCES)
    for row in rows:
        sources.add(*row)
    return sources.table


def dataset_of(*paths: Path, is_once: bool = False) -> Dataset:
    """What the sources of folders and files give, as a dataset, and whether each report once."""
    found = list(read_sources(paths))
    reader, nothing = load_reader(LEXICONS), Corrections("", ())
    sources = as_sources(record_source(source) for source in found if isinstance(source, Source))
    parts = [extract_shard(reader, nothing, found)]
    again = repetitions(parts) if is_once else NONE
    return assemble(reader, nothing, sources, (), parts, again)


@pytest.fixture
def dataset() -> Dataset:
    """The sample as a dataset."""
    return sample_dataset()


@pytest.fixture
def without_visit(dataset: Dataset) -> Dataset:
    """The sample without its second document."""
    gone = dataset.tables["documents"]["document_id"][1]
    tables = {
        name: table.filter(pa.compute.not_equal(table["document_id"], gone))
        for name, table in dataset.tables.items()
    }
    kept = dataset.provenance.sources.slice(0, 1)
    return replace(dataset, tables=tables, provenance=replace(dataset.provenance, sources=kept))


@pytest.fixture
def change_cell() -> Callable[..., Dataset]:
    """A function that puts a value into one cell of a dataset."""
    return _change_cell


def _change_cell(dataset: Dataset, table: str, column: str, row: int, value: object) -> Dataset:
    arrow = dataset.tables[table]
    at = arrow.column_names.index(column)
    values = arrow[column].to_pylist()
    values[row] = value
    field = arrow.schema.field(at)
    changed = arrow.set_column(at, field, pa.array(values, field.type))
    return replace(dataset, tables={**dataset.tables, table: changed})


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Prefect's test server, started once a session."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture(scope="session")
def prefect_address(prefect_server: None) -> dict[str, str]:
    """The environment of processes that use this server, instead of starting one each."""
    from prefect.settings import PREFECT_API_URL

    return {"PREFECT_API_URL": str(PREFECT_API_URL.value())}


@pytest.fixture
def without_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing validates as ever and makes the folder of the site, but no page, which is half of what it costs."""
    import flows.judging
    from expectations.suites import validate

    def validate_alone(shards: Any, division_codes: frozenset[str], docs: Path | None) -> Any:
        if docs:
            docs.mkdir(parents=True, exist_ok=True)
        return validate(shards, division_codes, None)

    monkeypatch.setattr(flows.judging, "validate", validate_alone)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of sources with one text that is fit."""
    folder = tmp_path / "documents"
    (folder / "yunxi").mkdir(parents=True)
    (folder / "yunxi" / "meeting.txt").write_text(MEETING_TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def order(sources: Path, tmp_path: Path) -> Any:
    """An order to publish these sources, without corrections, guards or gold of its own."""
    from flows.publish import Order

    return Order(
        sources=(sources,),
        output=tmp_path / "datasets",
        lexicons=LEXICONS,
        corrections=tmp_path / "corrections.toml",
        guards=tmp_path / "guards.toml",
        golden=tmp_path / "golden",
    )


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `huiyi` with arguments in this process, in the repository's root."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "160")

    def huiyi(*arguments: str | Path) -> Answer:
        from flows.cli import main

        monkeypatch.setattr(sys, "argv", ["huiyi", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return huiyi


@dataclass(frozen=True)
class Place:
    """A folder of sources and the releases made of it."""

    sources: Path
    output: Path

    @property
    def newest(self) -> Release:
        return read_release(self.output)


@pytest.fixture(scope="session")
def place(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two releases: of one text, and of two."""
    from flows.publish import Order, publish

    root = tmp_path_factory.mktemp("cli")
    made = Place(root / "documents", root / "datasets")
    order = Order((made.sources,), made.output, LEXICONS, root / "none.toml", root / "none.toml")
    (made.sources / "yunxi").mkdir(parents=True)
    for name, text in (("meeting", MEETING_TEXT), ("visit", VISIT_TEXT)):
        (made.sources / "yunxi" / f"{name}.txt").write_text(text, encoding="utf-8")
        publish(order)
    return made


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address on this machine, and what is posted to it."""
    told: list[dict[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
