"""The project's own gold set: its annotations are sound, and the extraction agrees with them."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from expectations.tables import COMPARATORS, KINDS, LEVELS, MEETING_KINDS, PARTICIPANT_ROLES, TOPICS
from flows.agreement import GoldText, squeezed
from flows.corrections import Corrections
from flows.extraction import Extracted, extract_shard, load_reader
from flows.quality import GOLDEN
from flows.score import read_gold, score_tables
from flows.sources import LEXICONS, read_sources
from transforms.encoding import decode

FLOORS = tomllib.loads((GOLDEN.parent.parent / "bench" / "floors.toml").read_text())["golden"]
GOLD = {text.name: text for text in read_gold(GOLDEN)}
NOTHING_DIRECTIVE = "yunxi-museum-seminar"

annotations = pytest.mark.parametrize("gold", GOLD.values(), ids=GOLD)


def path_of(gold: GoldText) -> Path:
    return (GOLDEN / gold.source).resolve()


def words_of(gold: GoldText) -> str:
    """The text without whitespace; of a web page, with its markup."""
    return squeezed(decode(path_of(gold).read_bytes()).text)


@pytest.fixture(scope="module")
def extracted() -> Extracted:
    """What is extracted from all texts of the gold set."""
    sources = list(read_sources([path_of(gold) for gold in GOLD.values()]))
    return extract_shard(load_reader(LEXICONS), Corrections("", ()), sources)


@pytest.fixture(scope="module")
def figures(extracted: Extracted) -> dict[str, Any]:
    return dict(score_tables(extracted.tables, GOLDEN).figures)


# ------------------------------------------------------------------------ the annotations


def test_every_text_has_its_annotation_and_half_are_of_county_level() -> None:
    texts = {path for path in (GOLDEN / "texts").iterdir() if path.suffix != ".toml"}
    annotated = {path_of(gold) for gold in GOLD.values()}
    assert texts <= annotated
    assert len(texts) >= 12
    levels = [(gold.meeting or {}).get("level", "county") for gold in GOLD.values()]
    assert sum(level in {"county", "township"} for level in levels) * 2 >= len(levels)


@annotations
def test_an_annotation_is_of_the_bytes_that_are_there(gold: GoldText) -> None:
    assert hashlib.sha256(path_of(gold).read_bytes()).hexdigest() == gold.sha256


@annotations
def test_what_is_annotated_stands_in_the_text(gold: GoldText) -> None:
    words, at = words_of(gold), 0
    for one in gold.initiatives:
        assert one.text
        at = words.find(squeezed(one.text), at)
        assert at >= 0, one.text
        assert one.start in (None, at), one.text
        assert one.verb in one.text
        at += len(squeezed(one.text))
    named = [area.heading for area in gold.focus_areas]
    named += gold.programmes
    named += [target.text for target in gold.targets]
    named += [e.label for e in gold.enumerations]
    named += [item for e in gold.enumerations for item in e.items]
    named += [citation.name for citation in gold.citations]
    named += [person.name for person in gold.participants]
    assert [name for name in named if squeezed(name) not in words] == []


@annotations
def test_an_annotation_keeps_to_the_vocabularies(gold: GoldText) -> None:
    areas = {area.ordinal for area in gold.focus_areas}
    for one in gold.initiatives:
        assert one.kind in KINDS
        assert one.topic in TOPICS
        assert one.area is None or one.area in areas
        assert one.text
        assert one.text[-1] not in "，。；！？：、"
    assert {target.comparator for target in gold.targets} <= set(COMPARATORS)
    assert {citation.level for citation in gold.citations} <= {*LEVELS, None}
    assert {person.role for person in gold.participants} <= set(PARTICIPANT_ROLES)
    if gold.meeting:
        assert gold.meeting["kind"] in MEETING_KINDS
        assert gold.meeting["level"] in {*LEVELS, None}


# ------------------------------------------------------------------------ the extraction


def test_every_text_is_released(extracted: Extracted, figures: dict[str, Any]) -> None:
    assert extracted.rejects == ()
    assert figures["gold"]["absent"] == []


@pytest.mark.parametrize("name", FLOORS)
def test_the_extraction_agrees_with_the_annotations(figures: dict[str, Any], name: str) -> None:
    score = figures["tables"].get(name, {}).get("f1")
    score = figures["fields"][name]["accuracy"] if score is None else score
    assert score >= FLOORS[name]


def test_nothing_is_directed_where_nothing_is_directive(extracted: Extracted) -> None:
    documents = extracted.tables["documents"]
    path = documents.filter(pc.equal(documents["sha256"], GOLD[NOTHING_DIRECTIVE].sha256))
    key = path["document_id"][0]
    for name in ("initiatives", "targets", "programmes", "focus_areas"):
        table = extracted.tables[name]
        assert table.filter(pc.equal(table["document_id"], key)).num_rows == 0


def test_the_annotations_are_json_as_people_edit_it() -> None:
    for path in GOLDEN.glob("*.gold.json"):
        text = path.read_text(encoding="utf-8")
        assert "\\u" not in text
        assert text.endswith("}\n")
        json.loads(text)
