"""Targets, on the lines of tests/cases/targets.txt, and the years and commitments that go with them."""

import itertools
import pathlib

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.ledger import Entry
from transforms.targets import TargetFacts, Targets

CASES = cases(pathlib.Path(__file__).parent / "cases" / "targets.txt")
TARGETS = Targets(LEXICON)


def targets(
    words: str, span: str | None = None, planning_year: int | None = 2024
) -> list[TargetFacts]:
    """The targets of `span`, an initiative in the text `words`."""
    text = as_text(words)
    start = words.index(span) if span else 0
    end = start + len(span or words)
    entry = Entry(start, end, "initiative", "", start, end)
    return [found.value for found in TARGETS.find(text, [entry], planning_year)]


def spelled(facts: TargetFacts) -> str:
    low = "" if facts.low is None else f"{facts.low:g}"
    high = "" if facts.high is None else f"..{facts.high:g}"
    return f"{facts.indicator} {facts.comparator} {low}{high} {facts.unit}"


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_targets(words: str, expected: str) -> None:
    assert "; ".join(map(spelled, targets(words))) == expected.replace("none", "")


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_a_clause_with_targets_is_one_that_has_a_target(words: str, expected: str) -> None:
    plain = as_text(words).plain
    assert TARGETS.in_span(plain, 0, len(plain)) == (expected != "none")


@pytest.mark.parametrize(
    ("words", "span", "year"),
    [
        ("今年要建设高标准农田2万亩。", "建设高标准农田2万亩", 2024),
        ("到2025年，高标准农田达到20万亩。", "高标准农田达到20万亩", 2025),
        ("确保2022年粮食产量稳定在1万吨以上。", "粮食产量稳定在1万吨以上", 2022),
        ("到“十四五”末，城镇化率达到60%。", "城镇化率达到60%", 2025),
        ("比2020年翻一番，农民收入达到3万元。", "农民收入达到3万元", 2024),
        ("“十五五”时期主要目标是：地区生产总值年均增长5%。", "地区生产总值年均增长5%", 2030),
        ("地区生产总值年均增长5%。", "地区生产总值年均增长5%", None),
        ("18万亩耕地必须守住。", "18万亩耕地必须守住", None),
        ("粮食产量2030年达到30万吨。", "粮食产量2030年达到30万吨", 2030),
        ("今后五年，财政收入年均增长6%。", "财政收入年均增长6%", 2028),
        (
            "二、“十五五”时期主要目标\n培育壮大企业。\n文旅收入年均增长6%。",
            "文旅收入年均增长6%",
            2030,
        ),
        ("二、“十五五”时期主要目标\n省级实验室达到20家。", "省级实验室达到20家", 2030),
        ("一、2021年工作回顾\n二、下步工作\n新建学校5所。", "新建学校5所", 2024),
        (
            "二、“十五五”时期主要目标\n培育壮大企业。\n三、2024年重点工作\n新建学校5所。",
            "新建学校5所",
            2024,
        ),
        ("比2019年、2020年都高，粮食产量达到6万吨。", "粮食产量达到6万吨", 2024),
    ],
)
def test_the_year(words: str, span: str, year: int | None) -> None:
    assert [facts.year for facts in targets(words, span)] == [year]


@pytest.mark.parametrize(
    ("span", "commitment"),
    [("力争工业投资增长10%", "力争"), ("确保粮食产量达到6万吨", "确保"), ("工业投资增长10%", None)],
)
def test_the_commitment(span: str, commitment: str | None) -> None:
    assert [facts.commitment for facts in targets(span)] == [commitment]


@pytest.mark.parametrize(
    ("clauses", "indicators"),
    [
        (["工业产值突破300亿元，", "年均增长6%。"], ["工业产值", "工业产值"]),
        (["工业产值突破300亿元，", "增长6%，", "年均提高5%。"], ["工业产值"] * 3),
        (["工业产值突破300亿元。", "年均增长6%。"], ["工业产值", "年均增长"]),
        (["工业产值突破300亿元，", "优化产业布局，", "年均增长6%。"], ["工业产值", "年均增长"]),
        (["达到300万担，", "年均增长6%。"], ["达到", "年均增长"]),
    ],
)
def test_a_clause_that_names_no_indicator_goes_on_with_that_of_the_one_before(
    clauses: list[str], indicators: list[str]
) -> None:
    text = as_text("".join(clauses))
    ends = list(itertools.accumulate(map(len, clauses)))
    spans = zip([0, *ends], [end - 1 for end in ends], strict=False)
    entries = [Entry(start, end, "initiative", "", start, end) for start, end in spans]
    assert [f.value.indicator for f in TARGETS.find(text, entries, 2024)] == indicators


def test_only_initiatives_have_targets() -> None:
    text = as_text("地区生产总值增长6%")
    assert TARGETS.find(text, [Entry(0, 10, "result", "", 0, 10)], 2024) == ()
