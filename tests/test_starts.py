"""A pattern that is tried only where it can begin finds what it finds everywhere."""

import re

import pytest
from test_prefilter import EXAMPLES, RULE_FILES, rules

from transforms.starts import Starts, beginning, openings

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


@pytest.mark.parametrize("file", RULE_FILES)
def test_every_rule_finds_what_begins_in_a_stretch(file: str) -> None:
    for rule in rules(file):
        found = [m.span() for m in Starts(rule.pattern).within(ALL, 1_001, 4_999)]
        expected = [m.span() for m in rule.pattern.finditer(ALL, 1_001) if m.start() < 4_999]
        assert [s for s in found if s[0] < s[1]] == [s for s in expected if s[0] < s[1]], rule.name


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        ("面临|处于", "[面处](?=[临于])"),
        ("(?<!不)(?:要)?抓好", "[要抓](?=[抓好])"),
        (r"(?:\d{4}年)?[一二]月", r"[\d一二](?=[\d月])"),
        (r"\d年|[两三]个", r"[\d两三](?=[年个])"),
        ("一{1,2}是", "[一](?=[一是])"),
        ("(?:一(?:要|是))+", "[一](?=[要是])"),
        ("(?:一?二?)+三四", "[一二三](?=[二一三四])"),
        ("一+", "[一]"),
        ("(?:一|一要)+", "[一]"),
        ("一.", "[一]"),
        ("一(?:要|[^是])", "[一]"),
        ("(?>上|下)[-a]", r"[上下](?=[\-a])"),
        ("[-a]?是", r"[\-a是]"),
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
def test_how_a_pattern_begins_is_read_from_it(pattern: str, begins: str | None) -> None:
    assert beginning(re.compile(pattern)) == begins


def test_case_is_no_matter_where_a_pattern_says_so() -> None:
    assert beginning(re.compile("ab", re.IGNORECASE)) is None


def test_the_characters_that_begin_a_match_are_told_where_they_are_known() -> None:
    assert openings(re.compile(r"(?:①|[x-z])?二\w")) == {*"①xyz二"}
    assert openings(re.compile(".二")) is None
