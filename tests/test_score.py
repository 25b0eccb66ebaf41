"""How well a release agrees with annotations: by hand, against the shared scorer, and as people see it."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Run

from flows.agreement import Agreement, Count, GoldText
from flows.corrections import Corrections
from flows.errors import StopError
from flows.extraction import extract_shard, load_reader
from flows.quality import GOLDEN, measure_quality
from flows.score import hash_gold, read_gold, score_folder, score_release
from flows.sources import LEXICONS, read_sources

ROOT = Path(__file__).parent.parent
SHARED_SCORER = ROOT.parent / "shared" / "gold" / "score.py"
TEXT = "云溪县召开会议，要加快推进\n数字化转型，确保增长6%。"


def annotation(**changed: Any) -> GoldText:
    """The annotation of a text of two initiatives, with some parts put otherwise."""
    parts: dict[str, Any] = {
        "sha256": "0" * 64,
        "document": {"title": "云溪县召开会议"},
        "meeting": {"name": "会议", "planning_year": 2025},
        "participants": [{"name": "韩志诚", "post": "县委书记", "role": "speaker"}],
        "focus_areas": [{"ordinal": 1, "heading": "做强工业"}],
        "initiatives": [
            {
                "text": "加快推进数字化转型",
                "verb": "推进",
                "kind": "measure",
                "topic": 17,
                "area": 1,
            },
            {"text": "确保增长6%", "verb": "确保", "kind": "target", "topic": 1, "area": None},
        ],
        "programmes": ["“云溪味道”品牌"],
        "targets": [
            {
                "text": "增长6%",
                "indicator": "地区生产总值",
                "comparator": "=",
                "low": 6,
                "high": None,
            }
            | {"unit": "%", "year": 2025}
        ],
        "enumerations": [{"label": "两个更", "count": 2, "items": ["更快", "更好"]}],
        "citations": [{"name": "省委全会", "level": "province"}],
    }
    return GoldText.model_validate(parts | changed)


def rows(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    """What a perfect extraction of that text gives, with some tables put otherwise."""
    first, second = TEXT.index("加快"), TEXT.index("确保")
    perfect: dict[str, list[dict[str, Any]]] = {
        "documents": [{"text": TEXT, "title": "云溪县 召开会议", "kicker": None, "byline": None}],
        "meetings": [
            dict.fromkeys(("kind", "convenor", "level", "jurisdiction", "division_code", "date"))
            | {"name": "会议", "planning_year": 2025}
        ],
        "participants": [{"name": "韩志诚", "post": "县委书记", "role": "speaker"}],
        "focus_areas": [{"focus_area_id": "a", "ordinal": 1, "text": "做强工业"}],
        "initiatives": [
            initiative(first, TEXT.index("，确"), "推进", "measure", 17, "a"),
            initiative(second, TEXT.index("。"), "确保", "target", 1, None),
        ],
        "programmes": [{"text": "云溪味道品牌"}],
        "targets": [
            {"text": "增长6%", "indicator": "生产总值", "comparator": "=", "low": 6.0, "high": None}
            | {"unit": "%", "year": 2025}
        ],
        "enumerations": [{"enumeration_id": "e", "label": "“两个更”", "count": 2}],
        "enumeration_items": [
            {"enumeration_id": "e", "text": "更快"},
            {"enumeration_id": "e", "text": "更好"},
        ],
        "citations": [{"text": "省委全会", "level": "province"}],
    }
    return perfect | changed


def initiative(
    start: int, end: int, verb: str, kind: str, topic: int, area: str | None
) -> dict[str, Any]:
    values = {"verb": verb, "kind": kind, "topic": topic, "focus_area_id": area}
    return {"start": start, "end": end, "text": TEXT[start:end], **values}


# ------------------------------------------------------------------------ by hand


def test_what_is_the_same_but_for_layout_and_quotation_marks_is_right() -> None:
    agreement = Agreement(annotation(), rows())
    wrong = {name: count for name, count in agreement.counts.items() if len(set(count)) > 1}
    assert wrong == {}
    assert agreement.misses == []
    assert agreement.counts["initiatives"] == Count(2, 2, 2)
    assert agreement.counts["enumeration_items"] == Count(2, 2, 2)


def test_leading_adverbs_may_differ_where_end_and_verb_are_the_same() -> None:
    start, end = TEXT.index("推进"), TEXT.index("，确")
    found = [initiative(start, end, "推进", "goal", 17, "a")]
    counts = Agreement(annotation(), rows(initiatives=found)).counts
    assert counts["initiatives"] == Count(1, 1, 2)
    assert counts["kind"] == Count(0, 1, 1)
    assert counts["verb"] == Count(1, 1, 1)


def test_less_than_half_in_common_is_another_clause() -> None:
    start, end = TEXT.index("数字"), TEXT.index("字化")
    found = [initiative(start, end, "推进", "measure", 17, "a")]
    agreement = Agreement(annotation(), rows(initiatives=found))
    assert agreement.counts["initiatives~"] == Count(0, 1, 2)
    told = [miss.what for miss in agreement.misses if miss.field == "initiatives"]
    assert told == ["missed\t加快推进数字化转型", "missed\t确保增长6%", "extra\t数"]


@pytest.mark.parametrize(
    "changed",
    [{"low": 7.0}, {"unit": "亿元"}, {"comparator": ">="}, {"indicator": "投资"}, {"high": 8.0}],
)
def test_a_target_is_another_one_where_a_value_differs(changed: dict[str, Any]) -> None:
    target = rows()["targets"][0] | changed
    assert Agreement(annotation(), rows(targets=[target])).counts["targets"] == Count(0, 1, 1)


def test_a_text_that_is_not_there_counts_as_missed() -> None:
    counts = Agreement(annotation(), None).counts
    assert counts["initiatives"] == counts["initiatives~"] == Count(0, 0, 2)
    assert counts["document.byline"] == Count(0, 1, 1)
    assert counts["verb"] == Count(0, 0, 0)


def test_a_span_that_does_not_stand_in_the_text_is_told() -> None:
    strange = [{"text": "做别的事", "verb": "做", "kind": "measure", "topic": 1, "area": None}]
    with pytest.raises(StopError, match="做别的事"):
        Agreement(annotation(initiatives=strange), rows())


# ------------------------------------------------------------------------ the figures


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables of all texts of the gold set."""
    folder = tmp_path_factory.mktemp("scored")
    paths = [(GOLDEN / gold.source).resolve() for gold in read_gold(GOLDEN)]
    found = list(read_sources(paths))
    tables = extract_shard(load_reader(LEXICONS), Corrections("", ()), found).tables
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def test_bounds_hold_the_figure_and_come_out_the_same_each_time(release: Path) -> None:
    figures = score_release(release, GOLDEN)
    assert figures == score_release(release, GOLDEN)
    for found in figures["tables"].values():
        for name in ("precision", "recall", "f1"):
            low, high = found[f"{name}_interval"]
            assert 0 <= low <= found[name] <= high <= 1
    for found in figures["fields"].values():
        low, high = found["interval"]
        assert 0 <= low <= found["accuracy"] <= high <= 1
    low, high = figures["tables"]["initiatives"]["f1_interval"]
    assert low < high


def test_bounds_are_null_where_nothing_was_compared(tmp_path: Path, release: Path) -> None:
    shutil.copy(release / "documents.parquet", tmp_path)
    figures = score_release(tmp_path, GOLDEN)
    assert figures["fields"]["verb"] == {"accuracy": None, "interval": None, "of": 0}
    assert figures["tables"]["initiatives"]["f1_interval"] == [0.0, 0.0]


def test_the_gold_is_named_by_what_sha256sum_says() -> None:
    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(GOLDEN.glob("*.gold.json"))
    )
    assert hash_gold(GOLDEN) == hashlib.sha256(sums.encode()).hexdigest()


def test_a_release_carries_what_scoring_its_extractor_gives(release: Path) -> None:
    quality = measure_quality(load_reader(LEXICONS))
    assert quality
    assert quality.figures == score_release(release, GOLDEN)
    f1 = quality.figures["tables"]["initiatives"]["f1"]
    assert f"{f1:.2f} (" in quality.words


def test_a_published_folder_holds_the_figures_and_its_card_tells_them(
    prefect_server: None, order: Any
) -> None:
    from flows.publish import publish

    folder = publish(replace(order, golden=GOLDEN))[1].release.folder
    quality = measure_quality(load_reader(LEXICONS))
    assert quality
    assert json.loads((folder / "quality.json").read_bytes()) == quality.figures
    assert quality.words.strip() in (folder / "README.md").read_text(encoding="utf-8")
    assert "quality.json" in (folder / "SHA256SUMS").read_text(encoding="utf-8")


def test_without_a_gold_set_nothing_is_said_of_quality(tmp_path: Path) -> None:
    assert measure_quality(load_reader(LEXICONS), tmp_path / "none") is None


# ------------------------------------------------------------------------ the shared scorer


def spoil(folder: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    path = folder / f"{table}.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def whole(folder: Path) -> None:
    """Leave the release as it is."""


def halved(folder: Path) -> None:
    """A release that lacks texts, tables and rows."""
    spoil(folder, "documents", lambda table: table.slice(4))
    spoil(folder, "initiatives", lambda table: table.take(list(range(0, table.num_rows, 2))))
    (folder / "citations.parquet").unlink()


def shifted(folder: Path) -> None:
    """A release whose spans begin late and whose rows stand twice."""
    at = pq.read_schema(folder / "initiatives.parquet").get_field_index("start")

    def later(table: pa.Table) -> pa.Table:
        starts = pa.compute.add(table["start"], 2)
        return table.set_column(
            at, table.schema.field(at), starts.cast(table.schema.field(at).type)
        )

    spoil(folder, "initiatives", later)
    for name in ("participants", "targets", "programmes", "focus_areas", "enumeration_items"):
        spoil(folder, name, lambda table: pa.concat_tables([table, table]))


@pytest.mark.skipif(
    not SHARED_SCORER.exists(), reason="the shared scorer is not beside the project"
)
@pytest.mark.parametrize("spoiled", [whole, halved, shifted])
def test_every_number_is_what_the_shared_scorer_says(
    release: Path, tmp_path: Path, spoiled: Callable[[Path], None]
) -> None:
    folder = shutil.copytree(release, tmp_path / "release")
    spoiled(folder)
    command = [sys.executable, SHARED_SCORER, folder, GOLDEN, "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    theirs: dict[str, Any] = json.loads(answer.stdout)
    figures = score_release(folder, GOLDEN)
    assert figures["gold"]["absent"] == theirs.pop("documents_absent")
    ours = figures["tables"] | figures["fields"]
    assert {name: {k: ours[name][k] for k in row} for name, row in theirs.items()} == theirs
    assert all(ours[name]["of"] == 0 for name in ours.keys() - theirs.keys())


# ------------------------------------------------------------------------ the command


@pytest.fixture
def score(run: Run) -> Callable[..., tuple[int, str]]:
    """Runs `huiyi score` with arguments; gives the exit code and what was said."""

    def scored(*arguments: str | Path) -> tuple[int, str]:
        answer = run("score", *arguments)
        return answer.code, answer.out + answer.err

    return scored


def test_the_command_shows_tables_fields_and_what_is_absent(
    score: Any, release: Path, tmp_path: Path
) -> None:
    code, said = score(release, GOLDEN)
    assert code == 0
    for words in ("precision", "initiatives~", "meeting.planning_year", "annotated texts"):
        assert words in said
    assert "not in the release" not in said
    folder = shutil.copytree(release, tmp_path / "release")
    assert "once for a text, by name" in said
    halved(folder)
    assert "not in the release: " in score(folder, GOLDEN)[1]


def test_the_command_says_and_writes_json(score: Any, release: Path, tmp_path: Path) -> None:
    file = tmp_path / "quality.json"
    code, said = score(release, GOLDEN, "--format", "json", "--write", file)
    assert code == 0
    assert json.loads(said) == json.loads(file.read_bytes()) == score_release(release, GOLDEN)


def test_the_command_lists_what_differs(score: Any, release: Path) -> None:
    misses = [m for m in score_folder(release, GOLDEN).misses if m.field == "kind"]
    code, said = score(release, GOLDEN, "--errors", "kind")
    assert code == 0
    assert said.splitlines() == [f"{miss.text}\t{miss.what}" for miss in misses]


def test_the_command_tells_what_is_wrong(score: Any, release: Path, tmp_path: Path) -> None:
    assert score(release, GOLDEN, "--errors", "colour")[0] == 2
    code, said = score(release, tmp_path)
    assert (code, "holds no *.gold.json" in said) == (1, True)
    (tmp_path / "one.gold.json").write_text('{"sha256": 1}', encoding="utf-8")
    code, said = score(release, tmp_path)
    assert code == 1
    assert "one.gold.json: sha256" in said
    assert score(tmp_path / "none", GOLDEN)[0] == 4
