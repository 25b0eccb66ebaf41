"""The main flow in Prefect's harness: what is fit is released, what is not says why."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from prefect import get_client
from sample import VISIT_TEXT

import flows.judging
from expectations.suites import validate
from flows.diff import tally
from flows.errors import CorrectionError, NothingToReleaseError, UnsoundError
from flows.publish import Order, publish, rehearse
from flows.quality import GOLDEN
from flows.releases import files_of, list_releases, read_release

pytestmark = pytest.mark.usefixtures("prefect_server", "without_site")

NEITHER = "井冈山上的杜鹃花开了。\n山路很长，春天很短。\n"
BAD = {
    "empty.txt": (b"", "empty"),
    "random.txt": (bytes(range(128, 256)) * 8, "encoding"),
    "unknown.txt": ("云溪县召开会议。".encode()[:-1] + b"\xff\xfe\xfd", "is utf-8 up to byte 21"),
    "neither.txt": (NEITHER.encode(), "neither a meeting nor an initiative"),
    "sidecar.txt": (VISIT_TEXT.encode(), ""),
    "sidecar.toml": (b'licence = "x"\npublished_on = "May"\n', "write it as 2023-01-31"),
}


def add_bad(folder: Path) -> None:
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)


def read_rejects(folder: Path) -> list[dict[str, str]]:
    with (folder / "rejects.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_is_fit_is_released_and_the_rest_says_why(order: Order, sources: Path) -> None:
    add_bad(sources)
    summary, published = publish(order)
    folder = published.release.folder
    assert folder == order.output / "1.0.0"
    assert published.release.table("documents")["path"].to_pylist() == ["yunxi/meeting.txt"]
    assert published.release.table("initiatives").num_rows >= 4
    rejects = {row["path"]: row for row in read_rejects(folder)}
    assert set(rejects) == {name for name, (_, words) in BAD.items() if words}
    for name, row in rejects.items():
        assert BAD[name][1] in row["reason"], name
    assert rejects["sidecar.toml"]["line"] == "2"
    assert len(summary.rejects) == len(rejects)


def test_an_unchanged_run_makes_no_version(order: Order) -> None:
    publish(order)
    before = {
        p: (order.output / "1.0.0" / p).read_bytes() for p in files_of(order.output / "1.0.0")
    }
    _, published = publish(order)
    assert published.plan.unchanged
    assert {
        p: (order.output / "1.0.0" / p).read_bytes() for p in files_of(order.output / "1.0.0")
    } == before
    assert len(list_releases(order.output)) == 1


def test_the_same_sources_give_the_same_bytes(order: Order, tmp_path: Path) -> None:
    publish(order)
    publish(replace(order, output=tmp_path / "again"))
    first, again = order.output / "1.0.0", tmp_path / "again" / "1.0.0"
    for name in files_of(first):
        assert (first / name).read_bytes() == (again / name).read_bytes()


def test_a_new_text_makes_a_minor_version_and_is_the_reason(order: Order, sources: Path) -> None:
    publish(order)
    (sources / "yunxi" / "visit.txt").write_text(VISIT_TEXT, encoding="utf-8")
    summary, plan = rehearse(order)
    assert str(plan.step.version) == "1.1.0"
    assert "rows were added" in plan.step.why
    assert [str(r.version) for r in list_releases(order.output)] == ["1.0.0"]
    _, published = publish(order)
    assert str(published.release.version) == "1.1.0"
    assert {(change, why) for _, change, why, _ in tally(published.plan.changes)} == {
        ("added", "source_added")
    }
    assert summary.row_counts["documents"] == 2


def test_nothing_fit_makes_no_release(order: Order, sources: Path) -> None:
    add_bad(sources)
    (sources / "yunxi" / "meeting.txt").unlink()
    with pytest.raises(
        NothingToReleaseError, match=r"(?s)can be released.*empty.txt: .*sidecar.toml:2: "
    ):
        publish(order)
    assert list_releases(order.output) == []
    assert not (order.output / "latest").exists()


def test_no_text_at_all_says_where_to_put_one(order: Order, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(NothingToReleaseError, match=r"there is no text in .*none: put \.txt"):
        publish(replace(order, sources=(tmp_path / "none",)))


def correct(order: Order, **entry: object) -> None:
    lines = [f"{key} = {value if key == 'date' else repr(value)}" for key, value in entry.items()]
    order.corrections.write_text("\n".join(["[[correction]]", *lines]), encoding="utf-8")


def test_a_broken_expectation_stops_the_release_and_names_the_place(order: Order) -> None:
    publish(order)
    correct(
        order,
        table="initiatives",
        document="yunxi/meeting.txt",
        text="实施“百企攀登”行动",
        action="set",
        column="text",
        value="wish",
        reason="to see it fail",
        date="2026-01-02",
    )
    with pytest.raises(UnsoundError) as stopped:
        publish(order)
    message = str(stopped.value)
    assert message.startswith("initiatives.start: documents.text[start:end] is text (span_")
    assert ", but not in 1 row:" in message
    assert "yunxi/meeting.txt, line 4: " in message
    assert message.endswith("does not hold “wish”")
    with pytest.raises(UnsoundError, match="wish"):
        publish(order)
    assert [str(r.version) for r in list_releases(order.output)] == ["1.0.0"]


def test_a_correction_is_applied_and_is_the_reason(order: Order) -> None:
    publish(order)
    correct(
        order,
        table="initiatives",
        document="yunxi/meeting.txt",
        text="实施“百企攀登”行动",
        action="set",
        column="topic",
        value=13,
        reason="a poverty programme",
        date="2026-01-02",
    )
    _, published = publish(order)
    assert str(published.release.version) == "1.0.1"
    changes = published.plan.changes.to_pylist()
    assert [(c["column"], c["new"], c["reason"], c["note"]) for c in changes] == [
        ("topic", "13", "correction", "a poverty programme"),
        ("topic_label", "Social Welfare", "correction", "a poverty programme"),
    ]
    order.corrections.unlink()
    _, published = publish(order)
    assert {c["reason"] for c in published.plan.changes.to_pylist()} == {"correction"}


def test_a_stale_correction_stops_the_release(order: Order) -> None:
    correct(
        order,
        table="initiatives",
        document="yunxi/meeting.txt",
        text="修桥",
        action="set",
        column="topic",
        value=13,
        reason="a bridge",
        date="2026-01-02",
    )
    with pytest.raises(CorrectionError, match=r"“修桥” \(2026-01-02\): matches no row any more"):
        publish(order)
    assert list_releases(order.output) == []


def test_a_loss_beyond_the_guards_stops_the_release(order: Order, sources: Path) -> None:
    for number in range(4):
        text = f"{VISIT_TEXT}\n{number}"
        (sources / f"visit{number}.txt").write_text(text, encoding="utf-8")
    publish(order)
    for number in range(4):
        (sources / f"visit{number}.txt").unlink()
    with pytest.raises(UnsoundError, match=r"documents: down from 5 rows to 1 rows"):
        publish(order)
    order.guards.write_text(
        '[[guard]]\ntable = "documents"\ndrop = 0.9\nreason = "visits are gone"\n'
    )
    with pytest.raises(UnsoundError) as stopped:
        publish(order)
    assert "documents:" not in str(stopped.value)


def test_a_release_carries_the_reasons_of_its_guards_and_names_those_that_are_idle(
    order: Order, sources: Path
) -> None:
    publish(order)
    order.guards.write_text(
        '[[guard]]\ntable = "documents"\ndrop = 0.9\nreason = "visits are gone"\n'
    )
    (sources / "yunxi" / "visit.txt").write_text(VISIT_TEXT, encoding="utf-8")
    summary, published = publish(order)
    told = json.loads((published.release.folder / "guards.json").read_text(encoding="utf-8"))
    [override] = told["overrides"]
    assert (override["bound"], override["value"]) == ("drop", 0.9)
    assert override["reason"] == "visits are gone"
    assert told["measures"]["rows"]["documents"] == 2
    idle = (
        "the guard on documents (visits are gone) changes nothing any more; "
        f"remove it from {order.guards}"
    )
    assert idle in summary.warnings
    assert idle in told["warnings"]


def test_the_run_leaves_artifacts(order: Order, sources: Path) -> None:
    add_bad(sources)
    publish(order)
    with get_client(sync_client=True) as client:
        latest = client.request("POST", "/artifacts/latest/filter", json={}).json()
    data = {artifact["key"]: artifact["data"] for artifact in latest}
    assert '"documents"' in data["summary"]
    assert "empty.txt" in data["rejects"]


def test_a_release_carries_its_quality(order: Order) -> None:
    folder = publish(replace(order, golden=GOLDEN))[1].release.folder
    figures = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    assert figures["gold"]["texts"] >= 13
    assert figures["gold"]["absent"] == []
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"in {figures['gold']['texts']} annotated texts" in card


def test_data_docs_are_built(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.judging, "validate", validate)
    publish(order)
    assert (order.output / "docs" / "index.html").exists()
    assert str(read_release(order.output).version) == "1.0.0"
