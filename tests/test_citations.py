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


def test_nobody_known_to_speak_is_below_province_and_city() -> None:
    found = CITATIONS.find(as_text("落实省委部署和县委部署。"))
    assert [f.value.name for f in found] == ["省委部署"]


def test_the_end_of_the_meetings_own_name_is_no_higher_meeting() -> None:
    text = as_text("街道召开创建全国文明城市动员大会，落实全省文明城市动员大会精神。")
    own = Speaker("township", "青溪街道", None, "创建全国文明城市动员大会")
    assert [f.value.name for f in CITATIONS.find(text, own)] == ["全省文明城市动员大会"]
