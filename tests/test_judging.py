"""What shards gave is validated while others are still extracted."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from prefect import flow
from sample import MEETING_TEXT, VISIT_TEXT

import flows.judging
from expectations.suites import Verdict, validate
from flows.corrections import Corrections
from flows.errors import UnsoundError
from flows.extraction import extract_shard, load_reader
from flows.judging import Judging, judging
from flows.kept import Kept
from flows.sources import LEXICONS
from transforms.source import Source

pytestmark = pytest.mark.usefixtures("prefect_server")

KEYS = ("a" * 64, "b" * 64)
SECONDS = 60.0


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """What two texts gave."""
    kept = Kept(tmp_path)
    for key, text in zip(KEYS, (VISIT_TEXT, MEETING_TEXT), strict=True):
        source = Source(f"{key[0]}.txt", text.encode())
        kept.put(key, extract_shard(load_reader(LEXICONS), Corrections("", ()), [source]))
    return kept


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, threading.Event]:
    """Tells of each document, and of the end, when they have been looked at."""
    events = {name: threading.Event() for name in ("a.txt", "b.txt", "end")}

    def looked_at(shards: Iterable[Mapping[str, pa.Table]]) -> Any:
        for tables in shards:
            yield tables
            for path in tables["documents"]["path"].to_pylist():
                events[path].set()

    def validate_and_tell(shards: Iterable[Mapping[str, pa.Table]], *others: Any) -> Verdict:
        try:
            return validate(looked_at(shards), *others)
        finally:
            events["end"].set()

    monkeypatch.setattr(flows.judging, "validate", validate_and_tell)
    monkeypatch.setattr(flows.judging, "_CHARACTERS_AT_ONCE", 1)
    return events


def division_codes() -> frozenset[str]:
    return load_reader(LEXICONS).division_codes


def test_the_first_is_looked_at_before_the_last_has_come(
    kept: Kept, seen: dict[str, threading.Event]
) -> None:
    @flow
    def judge() -> None:
        with judging(kept, division_codes(), None) as one:
            one.begin(KEYS[:1])
            assert seen["a.txt"].wait(SECONDS)
            assert not seen["b.txt"].is_set()
            one.expect_sound(KEYS)

    judge()
    assert seen["b.txt"].is_set()
    assert flows.judging.Judging(kept, division_codes(), None)._known == set(KEYS)


def test_an_error_meanwhile_leaves_nobody_waiting(
    kept: Kept, seen: dict[str, threading.Event]
) -> None:
    @flow
    def judge() -> None:
        with judging(kept, division_codes(), None) as one:
            one.begin(KEYS[:1])
            raise OSError("the other process is gone")

    with pytest.raises(OSError, match="is gone"):
        judge()
    assert seen["end"].wait(SECONDS)
    assert not seen["b.txt"].is_set()


def test_what_breaks_an_expectation_is_said_and_not_remembered(kept: Kept) -> None:
    read = kept.read(KEYS[1])
    meetings = read.tables["meetings"]
    wrong = pa.array(["nonsense"] * len(meetings), meetings.schema.field("kind").type)
    at = meetings.schema.get_field_index("kind")
    tables = {
        **read.tables,
        "meetings": meetings.set_column(at, meetings.schema.field("kind"), wrong),
    }
    kept.put(KEYS[1], type(read)(tables, read.sketches, (), ()))

    @flow
    def judge() -> None:
        with judging(kept, division_codes(), None) as one:
            one.begin(KEYS[:1])
            one.expect_sound(KEYS)

    with pytest.raises(
        UnsoundError, match=r"meetings.kind: kind is one of(.|\n)*b.txt, line 2.*nonsense"
    ):
        judge()
    assert not Judging(kept, division_codes(), None)._known
