"""A pattern that is tried only where it can begin finds what it finds everywhere."""

import re

import pytest
from test_prefilter import EXAMPLES, RULE_FILES, rules

from transforms.starts import Starts, first_characters, openings

ALL = "\n".join(EXAMPLES)


@pytest.mark.parametrize("file", RULE_FILES)
def test_every_rule_finds_the_same(file: str) -> None:
    for rule in rules(file):
        starts = Starts(rule.pattern)
        for text, begin, end in ((ALL, 0, len(ALL)), (ALL, 1_001, 4_999)):
            expected = [m.span() for m in rule.pattern.finditer(text, begin, end)]
            assert [m.span() for m in starts.finditer(text, begin, end)] == expected, rule.name
            first = starts.search(text, begin, end)
            assert (first and first.span()) == (expected[0] if expected else None), rule.name


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("面临|处于", "面处"),
        ("(?<!不)(?:要)?抓好", "要抓"),
        (r"(?:\d{4}年)?[一二]月", r"\d一二"),
        ("(?>上|下)[-a]", "上下"),
        ("[-a]?是", r"\-a是"),
        ("(?:一|二)*", None),
        ("(?:一|)(?:二)?", None),
        ("[^一]是", None),
        (".是", None),
        (r"[\u4e00-\u9fff]{2}长", None),
        (r"\w+", None),
        ("(?i:a)b", None),
        ("(?P<a>一)?(?P=a)", None),
    ],
)
def test_what_a_pattern_begins_with_is_read_from_it(pattern: str, first: str | None) -> None:
    assert first_characters(re.compile(pattern)) == first


def test_case_is_no_matter_where_a_pattern_says_so() -> None:
    assert first_characters(re.compile("a", re.IGNORECASE)) is None


def test_the_characters_that_begin_a_match_are_known_or_the_pattern_is_named() -> None:
    assert openings(re.compile(r"(?:①|[x-z])?二\w")) == {*"①xyz二"}
    with pytest.raises(ValueError, match=re.escape("may begin what this matches: .二")):
        openings(re.compile(".二"))
