"""Main tasks: numbered and counted lists of many shapes, and lists that direct nothing."""

import itertools
import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lexicons import LEXICON, as_text, cases

from transforms.focus_areas import FocusAreas
from transforms.zones import Zones

CASES = cases(pathlib.Path(__file__).parent / "cases" / "focus_areas.txt")
AREAS, ZONES = FocusAreas(LEXICON), Zones(LEXICON)
MARKS = re.compile("[【】‖]")


def marked(source: str) -> tuple[str, list[int]]:
    """A text with its headings in 【】 and ‖ where the last part ends, and the ordinals."""
    text = as_text(source)
    areas = AREAS.find(text, (), ZONES.of(text))
    words = text.text
    if areas:
        end = areas[-1].value.extent_end
        words = f"{words[:end]}‖{words[end:]}"
    for area in reversed(areas):
        words = f"{words[: area.start]}【{words[area.start : area.end]}】{words[area.end :]}"
    return words, [area.value.ordinal for area in areas]


@pytest.mark.parametrize(("line", "note"), CASES)
def test_cases(line: str, note: str) -> None:
    found, ordinals = marked(MARKS.sub("", line))
    assert found == line
    for before, ordinal in zip([0, *ordinals], ordinals, strict=False):
        assert ordinal in (before + 1, 1)


WORDS = ["一是", "二是", "（一）", "（二）", "第一，", "第二，", "1.", "2."]
WORDS += ["要", "抓好生产", "过去一年", "，", "。", "；", "\n"]


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_parts_are_in_order_and_within_the_text(words: list[str]) -> None:
    text = as_text("".join(words))
    areas = AREAS.find(text, (), ZONES.of(text))
    for area, after in itertools.pairwise(areas):
        assert area.end <= after.start
    for area in areas:
        assert area.start < area.end <= area.value.extent_end <= len(text.text)
