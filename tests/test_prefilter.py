"""The prefilter never rules out a pattern that matches, and rules out those whose words are not there."""

import re
import tomllib

import pytest
from lexicons import LEXICON, as_text

from transforms.lexicon import Rule
from transforms.prefilter import Asked, Prefilter, needed_words
from transforms.runs import Runs

RULE_FILES = sorted(file for file in LEXICON.files if file.endswith(".toml"))


def rules(file: str) -> list[Rule]:
    sections = tomllib.loads(LEXICON.files[file])
    name = file.removesuffix(".toml")
    return [rule for section in sections for rule in LEXICON.rules(name, section)]


EXAMPLES = sorted(
    {
        re.sub("[【】]", "", example)
        for file in RULE_FILES
        for rule in rules(file)
        for example in (*rule.examples, *rule.counterexamples)
    }
)


@pytest.mark.parametrize("file", RULE_FILES)
def test_what_a_rule_matches_holds_what_it_needs(file: str) -> None:
    for rule in rules(file):
        needed = needed_words(rule.pattern)
        for text in EXAMPLES:
            for match in rule.pattern.finditer(text):
                assert all(any(word in text for word in words) for words in needed), (
                    rule.name,
                    match[0],
                )


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("面临|处于", [{"面临", "处于"}]),
        ("会(?:议|上)听取", [{"会议听取", "会上听取"}]),
        ("^[^，]{0,9}是[^，]{2,}(?:基础|关键)$", [{"是"}, {"基础", "关键"}]),
        ("(?<=我们)将(?!军)", [{"我们"}, {"将"}]),
        ("(?:要)?抓好|(?:狠)?抓实", [{"抓好", "抓实"}]),
        ("(?:了|过)+", [{"了", "过"}]),
        ("a*b?", []),
        (r"\d月", [{"月"}]),
        ("[^一]是?", []),
        ("(?i:abc)", []),
        ("(?P<a>[一二])、(?P=a)", [{"一、", "二、"}]),
    ],
)
def test_what_a_pattern_needs_is_read_from_it(pattern: str, needed: list[set[str]]) -> None:
    assert sorted(map(sorted, needed_words(re.compile(pattern)))) == sorted(map(sorted, needed))


def test_a_bit_for_each_pattern_whose_words_stand_in_a_clause() -> None:
    prefilter = Prefilter()
    faces, done, anything = map(prefilter.add, map(re.compile, ("面临|处于", "[^，]了$", "^.{2}")))
    assert prefilter.of(as_text("我们面临困难，已经过去了，好。")) == [
        faces | anything,
        done | anything,
        anything,
    ]


def test_more_patterns_than_a_machine_word_has_bits() -> None:
    prefilter = Prefilter()
    bits = [prefilter.add(re.compile(chr(0x4E00 + n))) for n in range(150)]
    text = as_text(f"{chr(0x4E00)}，{chr(0x4E00 + 70)}{chr(0x4E00 + 149)}。")
    assert prefilter.of(text) == [bits[0], bits[70] | bits[149]]
    assert prefilter.anywhere(text) == bits[0] | bits[70] | bits[149]


def test_a_pattern_added_later_counts_from_then_on() -> None:
    prefilter = Prefilter()
    text = as_text("我们面临困难。")
    prefilter.add(re.compile("处于"))
    assert prefilter.of(text) == [0]
    faces = prefilter.add(re.compile("面临"))
    assert prefilter.of(text) == [faces]


def test_a_pattern_is_looked_for_where_its_words_stand() -> None:
    prefilter = Prefilter()
    faces, done = (Asked(re.compile(p), prefilter) for p in ("面临.", "[^，]了"))
    text = as_text("我们面临困难，面临风险。")
    assert [m[0] for m in faces.finditer(text)] == ["面临困", "面临风"]
    assert [m[0] for m in faces.finditer(text, 3)] == ["面临风"]
    assert (match := faces.search(text, 3))
    assert match.start() == 7
    assert faces.search(text, 3, 8) is None
    assert faces.may_match(text)
    assert not done.may_match(text)
    assert done.search(text) is None
    assert list(done.finditer(text)) == []


def test_a_match_may_run_from_one_clause_to_the_next() -> None:
    prefilter = Prefilter()
    reports = Asked(re.compile("代表.*报告"), prefilter)
    text = as_text("我代表政府，向大会报告。")
    assert prefilter.of(text) == [0, 0]
    assert reports.search(text) is not None


def test_no_pattern_at_all() -> None:
    assert Prefilter().of(as_text("我们面临困难。")) == [0]
    assert Prefilter().anywhere(as_text("")) == 0


@pytest.mark.parametrize("text", ["", "保护", "保", "地保护耕", "𠮷保护耕地", "保护耕地" * 3])
def test_the_longest_run_at_every_place(text: str) -> None:
    words = ["保护", "保护耕地", "耕地", "𠮷保"]
    runs = Runs(words)
    places, numbers = runs.of(text)
    begins = {word[:n] for word in words for n in range(1, len(word) + 1)}
    expected = {}
    for place in range(len(text)):
        found = [r for r in begins if text.startswith(r, place)]
        if found:
            expected[place] = max(found, key=len)
    assert {int(p): runs.runs[n] for p, n in zip(places, numbers, strict=True)} == expected


def test_texts_looked_at_together_have_what_each_has_alone() -> None:
    texts = [as_text(t) for t in ("面临困难，很好。", "", "已经过去。\n处于低谷，", "好。", "")]
    together, alone = Prefilter(), Prefilter()
    for prefilter in (together, alone):
        for pattern in ("面临|处于", "过去", "困难.*好"):
            prefilter.add(re.compile(pattern))
    together.look(texts)
    for text in texts:
        alone.look([text])
        assert together.of(text) == alone.of(text)
        assert together.anywhere(text) == alone.anywhere(text)
    assert [bool(together.anywhere(text)) for text in texts] == [True, False, True, False, False]
