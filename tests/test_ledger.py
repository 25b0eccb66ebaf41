"""The ledger, on the marked texts of tests/cases/ledger.txt and on every seed document."""

import itertools
import pathlib
import re

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.focus_areas import FocusAreas
from transforms.found import Found
from transforms.ledger import Entry, Ledger
from transforms.text import Text
from transforms.zones import Zones

FOLDER = pathlib.Path(__file__).parent
CASES = cases(FOLDER / "cases" / "ledger.txt")
FAILURES = cases(FOLDER / "cases" / "known_failures.txt")
SEEDS = sorted((FOLDER.parent / "seeds" / "documents").rglob("*.txt"))
LEDGER, AREAS, ZONES = Ledger(LEXICON), FocusAreas(LEXICON), Zones(LEXICON)
MARKS = re.compile("[【】]")
ROLES = {
    "masthead",
    "procedure",
    "result",
    "assessment",
    "heading",
    "frame",
    "initiative",
    "furniture",
    "unexplained",
}


def kept(text: Text, parts: tuple[Found[str], ...] = ()) -> tuple[Entry, ...]:
    zones = ZONES.of(text)
    return LEDGER.keep(text, parts, zones, AREAS.find(text, parts, zones))


def directed(marked: str) -> list[str]:
    """What the ledger takes for initiatives."""
    text = as_text(MARKS.sub("", marked))
    return [text.text[e.span_start : e.span_end] for e in kept(text) if e.role == "initiative"]


def test_there_are_cases() -> None:
    assert len(CASES) >= 80
    assert FAILURES


@pytest.mark.parametrize(("marked", "roles"), CASES)
def test_initiatives(marked: str, roles: str) -> None:
    assert directed(marked) == re.findall("【(.*?)】", marked)


@pytest.mark.parametrize(("marked", "roles"), [case for case in CASES if case[1]])
def test_roles(marked: str, roles: str) -> None:
    assert " ".join(e.role for e in kept(as_text(MARKS.sub("", marked)))) == roles


@pytest.mark.parametrize(("marked", "why"), FAILURES)
def test_known_failures_still_fail(marked: str, why: str) -> None:
    """A rule that cures one must move it to ledger.txt."""
    assert directed(marked) != re.findall("【(.*?)】", marked), "cured: move it to ledger.txt"


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem)
def test_every_character_is_kept_once(path: pathlib.Path) -> None:
    text = as_text(path.read_text(encoding="utf-8"))
    entries = kept(text)
    assert "".join("".join(text.text[e.start : e.end] for e in entries).split()) == "".join(
        text.text.split()
    )
    assert all(a.end <= b.start for a, b in itertools.pairwise(entries))
    assert {e.role for e in entries} <= ROLES
    assert all(e.rule for e in entries)


def test_a_masthead_cuts_its_clause() -> None:
    text = as_text("本报讯 会议强调，要加强领导。")
    entries = kept(text, (Found(0, 3, "dateline"),))
    assert [e.role for e in entries] == ["masthead", "frame", "initiative"]
    assert entries[0].rule == "masthead.dateline"


def test_the_modal_of_an_earlier_clause_governs_the_later() -> None:
    text = as_text("各部门必须加强协作，形成工作合力。完善长效机制。")
    modals = [e.modal.value if e.modal else None for e in kept(text)]
    assert modals == ["必须", "必须", None]


def test_the_modal_of_a_heading_governs_what_follows_it() -> None:
    text = as_text("会议要求，一要加强领导，落实责任。二要狠抓整改，建立台账。")
    entries = kept(text)
    assert [e.role for e in entries[1:]] == ["heading", "initiative"] * 2
    assert [e.modal.value for e in entries if e.modal] == ["要", "要"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一是加强领导。要压实责任。二是狠抓落实。要紧盯目标。", "一是|二是"),
        ("（一）加强领导。要压实责任。（二）狠抓落实。要紧盯目标。", "（一）|（二）"),
        ("1.加强领导。要压实责任。2.狠抓落实。要紧盯目标。", "1.|2."),
        ("1、加强领导。要压实责任。2、狠抓落实。要紧盯目标。", "1、|2、"),
        ("第一，加强领导。要压实责任。第二，狠抓落实。要紧盯目标。", "第一，|第二，"),
    ],
)
def test_the_make_of_an_ordinal_plays_no_part(one: str, other: str) -> None:
    assert directed(f"会议强调，{one}") == ["压实责任", "紧盯目标"]
