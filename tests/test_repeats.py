"""The same report twice is released once, and the other sources of it are told."""

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest
from conftest import dataset_of

from flows.diff import tally
from flows.extraction import Extracted
from flows.releases import Dataset, release
from flows.repeats import NONE, SAME, Repeats, Text, day_of, repeat_among, repetitions
from flows.sketches import runs, shared_bands, sketches_of

CHECKED = Path(__file__).parent / "check"
GOOD = (CHECKED / "00-good.txt").read_text(encoding="utf-8")
RETOLD = (CHECKED / "04-the-same-report.txt").read_text(encoding="utf-8")
OTHER = "临江市召开防汛工作会议\n2023年5月9日，临江市防汛工作会议召开。会议强调，要加固河堤。"


def released_once(sources: Path) -> Dataset:
    """What the sources give, each report once."""
    return dataset_of(sources, is_once=True)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A report, a paper's version of it, a copy of that version, and a report of something else."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").write_text(GOOD, encoding="utf-8")
    rows = [
        {"text": RETOLD, "publisher": "云溪日报", "published_on": "2023-03-07"},
        {"text": RETOLD, "publisher": "=云溪晚报", "source_url": "https://example.org/1"},
        {"text": OTHER},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "b.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_a_report_is_released_once(sources: Path) -> None:
    dataset = released_once(sources)
    documents = dataset.tables["documents"]
    assert documents["path"].to_pylist() == ["a.txt", "b.jsonl#3"]
    kept = set(documents["document_id"].to_pylist())
    for name, table in dataset.tables.items():
        assert set(table["document_id"].to_pylist()) <= kept, name
    copy, retold = dataset.rejects
    assert (copy.path, copy.reason) == (
        "b.jsonl#2",
        "the same bytes as b.jsonl#1; keep one of the two",
    )
    assert retold.path == "b.jsonl#1"
    assert retold.reason.startswith("the same report as a.txt (9")
    assert retold.reason.endswith("% of their words are the same); a report is released once")


def test_a_release_lists_the_other_sources_of_a_report(sources: Path, tmp_path: Path) -> None:
    dataset = released_once(sources)
    folder = release(dataset, tmp_path / "datasets").release.folder
    with (folder / "repeats.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    of_a_report = {"document_id": dataset.tables["documents"]["document_id"][0].as_py()}
    of_a_report |= {"path": "a.txt", "other_licence": "unknown"}
    assert rows == [
        of_a_report
        | {
            "other_path": "b.jsonl#2",
            "other_publisher": "=云溪晚报",
            "other_published_on": "",
            "other_source_url": "https://example.org/1",
        },
        of_a_report
        | {
            "other_path": "b.jsonl#1",
            "other_publisher": "云溪日报",
            "other_published_on": "2023-03-07",
            "other_source_url": "",
        },
    ]
    assert "'=云溪晚报" in (folder / "excel" / "repeats.csv").read_text(encoding="utf-8")
    assert "repeats.csv" in (folder / "SHA256SUMS").read_text(encoding="utf-8")


def test_a_report_that_came_first_takes_the_place_of_the_same(
    sources: Path, tmp_path: Path
) -> None:
    (sources / "a.txt").rename(tmp_path / "a.txt")
    release(released_once(sources), tmp_path / "datasets")
    (tmp_path / "a.txt").rename(sources / "a.txt")
    changes = release(released_once(sources), tmp_path / "datasets").plan.changes
    why = {(change, reason) for _, change, reason, _ in tally(changes)}
    assert why == {("added", "source_added"), ("removed", "source_removed")}


def test_without_repetitions_a_release_lists_none(dataset: Dataset, tmp_path: Path) -> None:
    sketches = sketches_of(dataset.tables["documents"])
    assert repetitions([Extracted(dataset.tables, sketches, (), ())]) is NONE
    folder = release(dataset, tmp_path).release.folder
    assert not (folder / "repeats.csv").exists()


def test_repetitions_are_found_across_shards(sources: Path) -> None:
    """Each document in a shard of its own, in the order of ids, which is not that in which they are read."""
    whole = dataset_of(sources)
    ids = whole.tables["documents"]["document_id"].to_pylist()
    parts = []
    for document_id in ids:
        own = {
            n: t.filter(pc.equal(t["document_id"], document_id)) for n, t in whole.tables.items()
        }
        parts.append(Extracted(own, sketches_of(own["documents"]), (), ()))
    found = repetitions(parts)
    once = released_once(sources)
    assert set(found.documents.to_pylist()) == {*ids} - {
        *once.tables["documents"]["document_id"].to_pylist()
    }
    assert [reject.path for reject in found.rejects] == ["b.jsonl#1"]


@pytest.mark.parametrize(
    "text", [GOOD, "".join(GOOD.split()), GOOD.replace("\n", "\n　　"), RETOLD]
)
def test_layout_and_a_changed_lead_make_no_other_report(text: str) -> None:
    earlier = Repeats()
    assert earlier.add(Text("a", GOOD)) is None
    found = earlier.add(Text("b", text))
    assert found
    assert found.first == "a"
    assert found.likeness >= SAME
    assert repeat_among(Text("b", text), [Text("other", OTHER), Text("a", GOOD)]) == found


def test_another_report_of_the_same_kind_is_another(sources: Path) -> None:
    earlier = Repeats()
    assert [earlier.add(text) for text in (Text("a", GOOD), Text("b", OTHER))] == [None, None]
    assert repeat_among(Text("b", OTHER), [Text("a", GOOD)]) is None


def test_what_is_said_each_year_is_said_anew() -> None:
    earlier = Repeats()
    announced = "本台明天将直播云溪县人民代表大会第{}次会议开幕会。请各位观众注意收看，会议由县委书记张明远主持。"
    days = (date(2023, 3, 4), date(2024, 3, 4), date(2024, 3, 9))
    texts = [
        Text(f"{day}", announced.format(n), day) for n, day in zip("二三三", days, strict=True)
    ]
    texts = [text._replace(text=text.text + GOOD) for text in texts]
    assert [earlier.add(text) for text in texts[:2]] == [None, None]
    again = earlier.add(texts[2])
    assert again
    assert again.first == "2024-03-04"
    assert repeat_among(texts[1], texts[:1]) is None
    assert repeat_among(texts[2], texts[:2]) == again


@pytest.mark.parametrize(
    ("meeting", "day"),
    [("2023-03-04", date(2023, 3, 4)), ("2023-03", date(2023, 3, 15)), (None, date(2023, 5, 1))],
)
def test_the_day_of_a_report(meeting: str | None, day: date) -> None:
    assert day_of(meeting, date(2023, 5, 1)) == day
    assert day_of(None, None) is None


def test_the_first_of_several_is_named() -> None:
    earlier = Repeats()
    assert earlier.add(Text("a", OTHER)) is None
    assert earlier.add(Text("b", GOOD)) is None
    for name in ("c", "d"):
        found = earlier.add(Text(name, RETOLD))
        assert found
        assert found.first == "b"


@pytest.mark.parametrize("text", ["", "要", "要抓好", "要抓好落实", "\ud800\udc00要抓好落实"])
def test_short_and_odd_texts_have_runs(text: str) -> None:
    assert len(runs(text)) >= 1


def test_texts_that_share_a_band_are_suspected_and_no_others(sources: Path) -> None:
    documents = dataset_of(sources).tables["documents"]
    assert documents.num_rows == 3
    alike = [n for n, path in enumerate(documents["path"].to_pylist()) if path != "b.jsonl#3"]
    assert shared_bands(sketches_of(documents)).any(axis=1).nonzero()[0].tolist() == alike
    assert not shared_bands(sketches_of(documents.slice(0, 1))).any()
    assert not shared_bands(sketches_of(documents.slice(0, 0))).any()
