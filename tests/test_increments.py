"""Only what is new or changed is extracted, by one process or several, and nobody can tell from the release."""

import errno
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sample import VISIT_TEXT

import flows.judging
import flows.lots
import flows.workers
from expectations.suites import Verdict, validate
from flows.corrections import Corrections
from flows.errors import ReleaseError
from flows.extraction import Extracted, Reader
from flows.extraction import extract_shards as extract
from flows.lots import Crew
from flows.publish import Order, publish, rehearse
from flows.releases import files_of, read_release
from flows.spool import Spool
from flows.watch import read_runs
from transforms.source import Source

pytestmark = pytest.mark.usefixtures("prefect_server", "without_site")

TOWNS = "甲乙丙丁戊己庚辛壬癸"


def text_of(town: str) -> str:
    return VISIT_TEXT.replace("河湾", f"{town}河")


@pytest.fixture
def many(order: Order, sources: Path) -> Order:
    """An order to publish eleven texts."""
    for town in TOWNS:
        (sources / f"{town}.txt").write_text(text_of(town), encoding="utf-8")
    return order


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the sources that are extracted from now on."""
    paths: list[str] = []

    def extract_and_tell(
        reader: Reader, corrections: Corrections, shards: Sequence[Sequence[Source]]
    ) -> Iterator[Extracted]:
        paths.extend(source.path for shard in shards for source in shard)
        return extract(reader, corrections, shards)

    monkeypatch.setattr(flows.workers, "extract_shards", extract_and_tell)
    return paths


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the documents whose rows are validated from now on."""
    paths: list[str] = []

    def validate_and_tell(shards: Iterable[Mapping[str, pa.Table]], *others: Any) -> Verdict:
        those = list(shards)
        paths.extend(str(path) for tables in those for path in tables["documents"]["path"])
        return validate(those, *others)

    monkeypatch.setattr(flows.judging, "validate", validate_and_tell)
    return paths


def tables_of(output: Path) -> dict[str, bytes]:
    """The bytes of a folder's newest release, but for what tells how it came about."""
    folder = read_release(output).folder
    told = {"changes", "CHANGES", "SHA256SUMS", "README", "CITATION"}
    names = [name for name in files_of(folder) if Path(name).stem not in told]
    return {name: (folder / name).read_bytes() for name in names if name.endswith(("csv", "quet"))}


def expect_as_if_anew(order: Order, tmp_path: Path) -> None:
    """The newest release has the bytes of one that was made from nothing."""
    anew = replace(order, output=tmp_path / "anew")
    publish(anew)
    assert tables_of(order.output) == tables_of(anew.output)
    shutil.rmtree(anew.output)


def kept_documents(order: Order) -> int:
    """How many documents were kept, as the last run's record says."""
    return int(read_runs(order.output)[-1]["kept_documents"])


def test_a_new_text_is_extracted_alone(
    many: Order, sources: Path, tmp_path: Path, extracted: list[str]
) -> None:
    publish(many)
    assert kept_documents(many) == 0
    extracted.clear()
    (sources / "new.txt").write_text(text_of("子"), encoding="utf-8")
    _, published = publish(many)
    assert extracted == ["new.txt"]
    assert kept_documents(many) == 11
    assert str(published.release.version) == "1.1.0"
    expect_as_if_anew(many, tmp_path)


def test_only_what_is_new_is_validated(
    many: Order, sources: Path, validated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(many)
    assert len(validated) == 11
    validated.clear()
    (sources / "new.txt").write_text(text_of("子"), encoding="utf-8")
    publish(many)
    assert validated == ["new.txt"]
    publish(many)
    assert validated == ["new.txt"]
    shutil.rmtree(many.output / "docs")
    publish(many)
    assert (many.output / "docs" / "index.html").exists()
    validated.clear()
    monkeypatch.setattr(flows.judging, "fingerprint_expectations", lambda: "others")
    (many.output / ".cache" / "sound.json").write_bytes(b'{"judge": "oth')
    publish(many)
    assert len(validated) == 12


def test_many_texts_are_validated_in_handfuls(
    many: Order, validated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.judging, "_CHARACTERS_AT_ONCE", 100)
    publish(many)
    assert len(validated) == len(set(validated)) == 11
    [page] = (many.output / "docs" / "validations" / "documents").rglob("*.html")
    assert ">11<" not in page.read_text(encoding="utf-8")


def test_a_changed_a_deleted_and_a_renamed_text(
    many: Order, sources: Path, tmp_path: Path, extracted: list[str]
) -> None:
    publish(many)
    extracted.clear()
    (sources / "甲.txt").write_text(text_of("丑"), encoding="utf-8")
    (sources / "乙.txt").unlink()
    (sources / "丙.txt").rename(sources / "renamed.txt")
    publish(many)
    assert sorted(extracted) == ["renamed.txt", "甲.txt"]
    assert kept_documents(many) == 8
    expect_as_if_anew(many, tmp_path)


def test_what_a_sidecar_says_and_a_correction_concern_their_text_alone(
    many: Order, sources: Path, tmp_path: Path, extracted: list[str]
) -> None:
    publish(many)
    extracted.clear()
    (sources / "甲.toml").write_text('publisher = "云溪日报"', encoding="utf-8")
    entry = 'table = "initiatives"\ndocument = "乙.txt"\ntext = "加快修缮水渠"\naction = "set"\n'
    entry += 'column = "topic"\nvalue = 4\nreason = "farmland"\ndate = 2026-01-02\n'
    many.corrections.write_text(f"[[correction]]\n{entry}", encoding="utf-8")
    publish(many)
    assert sorted(extracted) == ["乙.txt", "甲.txt"]
    expect_as_if_anew(many, tmp_path)


def test_a_changed_lexicon_has_everything_extracted_anew(
    many: Order, tmp_path: Path, extracted: list[str]
) -> None:
    same, other = (shutil.copytree(many.lexicons, tmp_path / name) for name in ("same", "other"))
    with (other / "kinds.toml").open("a", encoding="utf-8") as lexicon:
        lexicon.write("\n# One more word.\n")
    publish(many)
    extracted.clear()
    publish(replace(many, lexicons=same))
    assert kept_documents(many) == 11
    publish(replace(many, lexicons=other))
    assert kept_documents(many) == 0
    assert len(extracted) == 11


def test_a_rejected_text_stays_rejected(many: Order, sources: Path, extracted: list[str]) -> None:
    (sources / "neither.txt").write_text("井冈山上的杜鹃花开了。", encoding="utf-8")
    first = publish(many)[0].rejects
    extracted.clear()
    assert publish(many)[0].rejects == first
    assert [reject.path for reject in first] == ["neither.txt"]
    assert extracted == []


def test_several_processes_make_the_same_bytes(
    many: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (flows.lots, flows.workers):
        monkeypatch.setattr(module, "DOCUMENTS_PER_LOT", 3)
    publish(replace(many, crew=Crew(2)))
    expect_as_if_anew(many, tmp_path)


def test_a_rehearsal_takes_what_is_kept_and_leaves_nothing(
    many: Order, sources: Path, extracted: list[str]
) -> None:
    publish(many)
    before = sorted(many.output.rglob("*"))
    extracted.clear()
    (sources / "new.txt").write_text(text_of("子"), encoding="utf-8")
    rehearse(many)
    assert extracted == ["new.txt"]
    assert sorted(many.output.rglob("*")) == before


def test_what_no_source_gives_any_more_is_not_kept_for_ever(many: Order, sources: Path) -> None:
    publish(many)
    for town in TOWNS:
        (sources / f"{town}.txt").unlink()
    many.guards.write_text(
        "\n".join(
            f'[[guard]]\ntable = "{table}"\ndrop = 1\nreason = "texts withdrawn"'
            for table in ("documents", "initiatives", "clauses")
        ),
        encoding="utf-8",
    )
    publish(many)
    assert len(list((many.output / ".cache").iterdir())) == 2


def test_damaged_results_are_extracted_anew(many: Order, tmp_path: Path) -> None:
    publish(many)
    damaged = sorted((many.output / ".cache").glob("*.arrow"))
    damaged[0].write_bytes(b"")
    damaged[1].write_bytes(damaged[1].read_bytes()[:-100])
    content = bytearray(damaged[2].read_bytes())
    content[len(content) // 2] ^= 1
    damaged[2].write_bytes(content)
    _, published = publish(many)
    assert kept_documents(many) == 8
    assert published.plan.unchanged
    expect_as_if_anew(many, tmp_path)


def test_a_text_goes_to_its_shard_wherever_it_comes_from(tmp_path: Path) -> None:
    found = [Source(f"{n}.txt", f"要抓好第{n}项工作。".encode()) for n in range(300)]
    one, other = Spool(tmp_path), Spool(tmp_path)
    assert list(one.add(found))[-1] == 300
    assert list(other.add(reversed(found)))[-1] == 300
    known = ["path", "sha256", "about"]
    for shard, same in zip(one.shards(), other.shards(), strict=True):
        assert shard.sources.select(known) == same.sources.select(known)
        assert {digest[:2] for digest in shard.sources["sha256"].to_pylist()} == {shard.prefix}
        assert [s.path for s in one.read(shard)] == shard.sources["path"].to_pylist()
    assert sum(map(len, one.shards())) == len(found)


def test_a_disk_that_refuses_is_told_plainly_and_the_next_run_goes_on(
    many: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("flows.kept.os.fsync", full)
        with pytest.raises(ReleaseError, match=r"cannot write to .*cache.*No space.*make room"):
            publish(many)
    assert list((many.output / ".cache").iterdir()) == []
    assert publish(many)[0].row_counts["documents"] == 11


def test_a_folder_of_results_that_is_none_is_told_plainly(many: Order) -> None:
    many.output.mkdir()
    (many.output / ".cache").write_text("no folder", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"cannot write to .*\.cache"):
        publish(many)
