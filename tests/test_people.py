"""Who takes part, on the marked texts of tests/cases/people.txt."""

import pathlib

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.found import Found
from transforms.meeting import Meetings
from transforms.people import People

CASES = cases(pathlib.Path(__file__).parent / "cases" / "people.txt")
MEETINGS, PEOPLE = Meetings(LEXICON), People(LEXICON)


def test_there_are_cases() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_participants(words: str, expected: str) -> None:
    text = as_text(words)
    found = PEOPLE.find(text, MEETINGS.find(text))
    told = [f"{p.value.name}/{p.value.post or '-'}/{p.value.role}" for p in found]
    assert "; ".join(told) == expected
    for person in found:
        assert text.text[person.start : person.end] == person.value.name


def test_a_byline_names_no_participant() -> None:
    text = as_text("县委书记罗平主持会议。 记者王建国强调报道")
    start = text.text.index("王建国")
    byline = Found(start, start + 3, "byline")
    assert [p.value.name for p in PEOPLE.find(text, (), (byline,))] == ["罗平"]


def test_a_headline_alone_does_not_outweigh_the_body() -> None:
    text = as_text("王平主持会议\n会前，县长王平主持召开县政府常务会议。副县长郑波出席会议。")
    headline = Found(*text.paragraphs[0], "title")
    found = PEOPLE.find(text, MEETINGS.find(text, (headline,)), (headline,))
    assert [p.value.name for p in found] == ["郑波"]
