"""Enumerations and their members, on the lines of tests/cases/enumerations.txt."""

import pathlib
import re

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.enumerations import EnumerationFacts, Enumerations

CASES = cases(pathlib.Path(__file__).parent / "cases" / "enumerations.txt")
ENUMERATIONS = Enumerations(LEXICON)


def spelled(facts: EnumerationFacts) -> str:
    members = "|".join(item.value for item in facts.items)
    return f"{facts.label}={facts.count}" + (f": {members}" if members else "")


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_enumerations(words: str, expected: str) -> None:
    found = ENUMERATIONS.find(as_text(words))
    assert "; ".join(spelled(f.value) for f in found) == expected.replace("none", "")


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_labels_and_members_stand_where_they_say(words: str, expected: str) -> None:
    text = as_text(words).text
    for found in ENUMERATIONS.find(as_text(words)):
        printed = text[found.start : found.end]
        assert re.sub("[“”]", "", printed) == found.value.label
        assert len(found.value.items) <= found.value.count
        for item in found.value.items:
            assert text[item.start : item.end] == item.value


def test_each_label_is_found_once() -> None:
    found = ENUMERATIONS.find(as_text("做到八个着力。落实八个着力要求。重点做到八个着力。"))
    assert [f.value.label for f in found] == ["八个着力"]


def test_known_slogans_declare_what_the_list_says() -> None:
    counts = {t: int(n) for t, n in LEXICON.mapping("slogans", "count").items()}
    assert counts["三重一大"] == 4
    assert all(2 <= n <= 20 for n in counts.values())
