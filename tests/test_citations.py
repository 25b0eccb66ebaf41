"""Citations, on the lines of tests/cases/citations.txt."""

import pathlib
import re

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.citations import Citations, Speaker

CASES = cases(pathlib.Path(__file__).parent / "cases" / "citations.txt")
CITATIONS = Citations(LEXICON)
COUNTY = Speaker("county", "云溪县", "云溪县委")


def read(line: str) -> tuple[Speaker, str]:
    """Who speaks in a case, and its marked words."""
    match = re.match(r"\[(\w+) (\w+) (\w+)\] ", line)
    return (Speaker(*match.groups()), line[match.end() :]) if match else (COUNTY, line)


@pytest.mark.parametrize(("line", "levels"), CASES)
def test_citations(line: str, levels: str) -> None:
    speaker, marked = read(line)
    found = CITATIONS.find(as_text(re.sub("[【】]", "", marked)), speaker)
    assert [f.value.name for f in found] == re.findall("【(.*?)】", marked)
    assert [f.value.level or "null" for f in found] == levels.replace("none", "").split()


def test_every_mention_is_a_row() -> None:
    found = CITATIONS.find(as_text("贯彻党的二十大精神。学习党的二十大精神。"), COUNTY)
    assert [(f.start, f.value.name) for f in found] == [(2, "党的二十大"), (12, "党的二十大")]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("要学好四中全会精神。学习党的二十届四中全会精神。", ["党的二十届四中全会"] * 2),
        (
            "要用习近平总书记重要讲话精神指导工作。学习习近平总书记在全国林业大会上的重要讲话精神。",
            ["习近平总书记在全国林业大会上的重要讲话"] * 2,
        ),
        (
            "学习习近平总书记讲话精神，学习习近平总书记重要讲话精神，学习习近平总书记在林业大会上的重要讲话精神，"
            "学习习近平总书记在全国林业大会上的重要讲话精神。",
            ["习近平总书记在全国林业大会上的重要讲话"] * 4,
        ),
        (
            "学习习近平总书记重要讲话精神，领会习近平总书记的重要讲话精神。",
            ["习近平总书记重要讲话"],
        ),
        (
            "学习党的二十届三中全会和党的二十届四中全会精神。",
            ["党的二十届三中全会", "党的二十届四中全会"],
        ),
    ],
)
def test_a_mention_that_refers_to_one_in_full_has_its_name(words: str, names: list[str]) -> None:
    text = as_text(words)
    found = CITATIONS.find(text, COUNTY)
    assert [f.value.name for f in found] == names
    assert len({(f.start, f.end) for f in found}) == len(names)


@pytest.mark.parametrize(
    "words",
    [
        "学习党的二十届四中全会精神。要学好四中全会精神。",
        "贯彻党的二十大精神，落实二十大部署。",
        "学习习近平总书记在全国林业大会上的重要讲话精神，把习近平总书记重要讲话精神落到实处。",
    ],
)
def test_what_only_refers_back_to_one_in_full_is_no_further_mention(words: str) -> None:
    assert len(CITATIONS.find(as_text(words), COUNTY)) == 1


def test_nobody_known_to_speak_is_below_province_and_city() -> None:
    found = CITATIONS.find(as_text("落实省委部署和县委部署。"))
    assert [f.value.name for f in found] == ["省委部署"]


def test_the_end_of_the_meetings_own_name_is_no_higher_meeting() -> None:
    text = as_text("街道召开创建全国文明城市动员大会，落实全省文明城市动员大会精神。")
    own = Speaker("township", "青溪街道", None, "创建全国文明城市动员大会")
    assert [f.value.name for f in CITATIONS.find(text, own)] == ["全省文明城市动员大会"]


def test_the_meetings_own_name_is_no_higher_meeting_though_its_year_stands_before_it() -> None:
    own = Speaker("prefecture", "临江市", "全市护林领导小组", "2027年全市护林领导小组会议")
    assert not CITATIONS.find(as_text("我市召开2027年全市护林领导小组会议，王大山出席。"), own)


def test_the_city_of_a_district_may_be_a_province() -> None:
    district = Speaker("county", "清河区", "清河区政府", None, "云海市")
    found = CITATIONS.find(as_text("落实市委部署和全市林业工作会议精神。"), district)
    assert [f.value.level for f in found] == ["province", "province"]
    found = CITATIONS.find(as_text("落实市委部署。"), COUNTY)
    assert [f.value.level for f in found] == ["prefecture"]
