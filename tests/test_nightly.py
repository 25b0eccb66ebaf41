"""The flow that schedules start: what its state says, what it leaves behind, whom it tells."""

import contextlib
import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from prefect import get_client
from prefect.client.schemas.objects import State
from sample import VISIT_TEXT

from expectations.suites import Failure, Verdict
from flows import extraction, releases
from flows.errors import StopError, UsageError
from flows.lots import Extractions
from flows.nightly import nightly
from flows.publish import Order
from flows.releases import list_releases
from flows.serve import expect_schedule
from flows.sources import Reject
from flows.watch import Run as Watched
from flows.watch import count_by_reason, read_runs, watched
from flows.workers import Done

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def posted(
    webhook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    """What a webhook at HUIYI_WEBHOOK is told."""
    address, told = webhook
    monkeypatch.setenv("HUIYI_WEBHOOK", f"{address}huiyi")
    return told


def nightly_run(order: Order, timeout_seconds: float | None = None) -> State[Any]:
    state: State[Any] = nightly(
        [str(path) for path in order.sources],
        str(order.output),
        str(order.lexicons),
        str(order.corrections),
        str(order.guards),
        timeout_seconds,
        return_state=True,
    )
    return state


def artifacts() -> dict[str, str]:
    with get_client(sync_client=True) as client:
        latest = client.request("POST", "/artifacts/latest/filter", json={}).json()
    return {artifact["key"]: str(artifact["data"]) for artifact in latest}


def test_a_run_says_what_came_of_it(order: Order, posted: list[dict[str, Any]]) -> None:
    for words in ("released 1.0.0 (the first release); 0", "nothing has changed since 1.0.0; 0"):
        state = nightly_run(order)
        assert state.is_completed()
        assert state.message == f"{words} rejected sources"
    assert posted == []


def test_a_failed_run_says_why_in_its_state_its_record_its_artifact_and_to_the_webhook(
    order: Order, sources: Path, posted: list[dict[str, Any]]
) -> None:
    (sources / "yunxi" / "meeting.txt").write_bytes(b"")
    state = nightly_run(order)
    assert state.is_failed()
    assert state.message is not None
    assert state.message.startswith(f"nothing in {sources} can be released:\n")
    assert "yunxi/meeting.txt: the file is empty; put the text into it" in state.message
    assert list_releases(order.output) == []
    (record,) = read_runs(order.output)
    assert (record["outcome"], record["error"]) == ("failed", state.message)
    assert record["rejects"] == {"the file is empty": 1}
    assert "the file is empty; put the text into it" in artifacts()["run"]
    (news,) = posted
    assert (news["flow"], news["state"], news["message"]) == ("nightly", "Failed", state.message)
    assert news["parameters"]["output"] == str(order.output)


def test_a_run_that_takes_too_long_is_stopped_and_releases_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch, posted: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(extraction, "read_in_turns", lambda *_: time.sleep(8))
    state = nightly_run(order, timeout_seconds=2)
    assert state.name == "TimedOut"
    assert state.is_failed()
    assert "not done after 2 seconds (timeout_seconds)" in str(state.message)
    assert list_releases(order.output) == []
    assert not (order.output / ".staging").exists()
    assert posted[0]["state"] == "TimedOut"


@pytest.mark.parametrize(
    ("number", "failures", "attempts", "version"),
    [(errno.EIO, 2, 3, "1.0.0"), (errno.EIO, 9, 4, None), (errno.ENOSPC, 1, 1, None)],
)
def test_storage_that_fails_for_a_moment_is_tried_again_and_a_full_disk_is_not(
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    failures: int,
    attempts: int,
    version: str | None,
) -> None:
    calls = []
    write = releases.write_release

    def fail(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) <= failures:
            raise OSError(number, os.strerror(number))
        write(*arguments)

    monkeypatch.setattr(releases, "write_release", fail)
    monkeypatch.setattr("flows.storage.PAUSES", (0.01, 0.02, 0.04))
    state = nightly_run(order)
    assert len(calls) == attempts
    assert state.is_completed() == (version is not None)
    assert version or f"cannot write to {order.output} ({os.strerror(number)})" in state.message
    assert [str(found.version) for found in list_releases(order.output)] == [version] * bool(
        version
    )
    assert not (order.output / ".staging").exists()


def test_bad_data_is_not_tried_again(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    where = {"row_ids": ("a",), "lines": (3,), "paths": ("yunxi/meeting.txt",), "observed": ("9",)}
    failure = Failure("targets", "low", "a bound", "low is at most 8", **where)

    def find_fault(*arguments: Any) -> Verdict:
        calls.append(arguments)
        return Verdict((failure,), 1)

    monkeypatch.setattr("flows.judging.validate", find_fault)
    monkeypatch.setattr("flows.storage.PAUSES", (0.01, 0.02, 0.04))
    state = nightly_run(order)
    assert state.is_failed()
    assert "low is at most 8" in state.message
    assert len(calls) == 1


def test_a_webhook_that_does_not_answer_costs_the_run_nothing(
    order: Order, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYI_WEBHOOK", "http://127.0.0.1:9/nobody")
    (sources / "yunxi" / "meeting.txt").unlink()
    state = nightly_run(order)
    assert state.is_failed()
    assert "there is no text in" in str(state.message)


def test_a_run_leaves_its_figures_beside_the_releases(order: Order, sources: Path) -> None:
    (sources / "visit.txt").write_text(VISIT_TEXT, encoding="utf-8")
    (sources / "empty.txt").touch()
    nightly_run(order)
    (record,) = read_runs(order.output)
    assert (record["outcome"], record["version"]) == ("released", "1.0.0")
    assert record["documents"] == record["rows"]["documents"] == 2
    assert record["documents_per_second"] == pytest.approx(2 / record["seconds"], rel=0.1, abs=0.1)
    assert 0 <= record["unexplained_share"] < 1
    assert record["rejects"] == {"the file is empty": 1}
    assert 0 < sum(record["steps"].values()) <= record["seconds"] + 0.01
    assert list(record["slowest"].values()) == sorted(record["slowest"].values(), reverse=True)
    assert set(record["slowest"]) == {"yunxi/meeting.txt", "visit.txt"}
    assert {"Reading sources", "Validating", "Releasing"} <= record["steps"].keys()
    left = artifacts()
    assert "released 1.0.0" in left["run"]
    assert "empty.txt" in left["rejects"]
    assert "visit.txt" in left["slowest"]


def test_a_run_that_is_killed_is_known_by_its_record(order: Order, run: Run) -> None:
    die = "import os; from pathlib import Path; from flows.watch import watched\n"
    die += f"with watched(Path({str(order.output)!r})): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", die], cwd=ROOT).returncode == -9
    (order.output / "runs" / "torn.tmp").touch()
    listed = run("runs", "-o", order.output).out
    assert listed.splitlines()[1].endswith("did not end")
    assert "did not end: it was killed, or the machine stopped" in listed
    with watched(order.output):
        assert [record["outcome"] for record in read_runs(order.output)] == ["died", "begun"]
        assert "is going" in run("runs", "-o", order.output).out
    folder = order.output / "runs"
    records = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    assert [record["outcome"] for record in records] == ["died", "begun"]


def test_the_seconds_of_a_run_count_from_the_start_of_its_command(order: Order) -> None:
    with watched(order.output, time.monotonic() - 100):
        pass
    (record,) = read_runs(order.output)
    assert 100 <= record["steps"]["Starting"] <= record["seconds"] < 110


def test_the_list_of_runs_fits_a_narrow_terminal(order: Order, run: Run, monkeypatch: Any) -> None:
    order.output.mkdir()
    with contextlib.suppress(StopError), watched(order.output) as watching:
        watching.documents, watching.rejects = 1_234_567, {"the file is empty": 23}
        raise StopError("\n".join(f"{number}.txt: the file is empty" for number in range(23)))
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("runs", "-o", order.output).out.splitlines()
    assert max(map(len, lines[:-1])) <= 80
    assert lines[1].split()[-3:] == ["1,234,567", "23", "failed"]
    assert lines[3].split(maxsplit=2)[2].startswith("0.txt: the file is empty · 1.txt:")
    assert len(lines) < 10
    assert lines[-1] == f"whole in {order.output / 'runs'}"


def test_records_are_bounded_in_number(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.watch._KEPT", 2)
    for _ in range(3):
        nightly_run(order)
    assert [record["outcome"] for record in read_runs(order.output)] == ["unchanged"] * 2


def test_the_slowest_documents_of_all_shards_are_kept() -> None:
    watching = Watched("swift-egret", "2026-11-25T03:00:00.000+00:00")
    done = Done(20, tuple((number / 10, f"{number}.txt") for number in range(20)))
    done += Done(2, ((9.0, "slow.txt"), (0.01, "swift.txt")))
    watching.extracted(Extractions((), (), 3, done))
    assert list(watching.slowest)[:2] == ["slow.txt", "19.txt"]
    assert (done.documents, watching.kept_documents) == (22, 3)
    assert len(watching.slowest) == 10


def test_rejects_are_counted_by_the_kind_of_their_reason() -> None:
    reasons = [
        "the same bytes as yunxi/meeting.txt; keep one of the two",
        "the same bytes as lin jiang/visit.txt; keep one of the two",
        "cannot be read (Permission denied); check the file and its permissions",
        "published_on: 'May' is not a day; write it as 2023-01-31",
        "published_on: 2023 is not a day; write it as 2023-01-31",
    ]
    assert count_by_reason(Reject("a.txt", None, reason) for reason in reasons) == {
        "the same bytes as …": 2,
        "published_on: … is not a day": 2,
        "cannot be read": 1,
    }


@pytest.mark.parametrize(
    ("cron", "timezone", "words"),
    [
        ("0 3 * *", "UTC", "--cron '0 3 \\* \\*': .*; write minute, hour,"),
        ("0 3 * * *", "Mars/Olympus", "--timezone Mars/Olympus: .*; write its name in the time"),
    ],
)
def test_a_schedule_that_cannot_be_understood_says_how_to_write_one(
    cron: str, timezone: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        expect_schedule(cron, timezone)
