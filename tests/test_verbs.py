"""The head of an initiative, on the marked sentences of tests/cases/verbs.txt."""

import pathlib
import re

import pytest
from lexicons import LEXICON, cases

from transforms.verbs import Verbs
from transforms.words import Words

CASES = [line for line, _ in cases(pathlib.Path(__file__).parent / "cases" / "verbs.txt")]
VERBS = Verbs(LEXICON, Words(LEXICON))


def _marked(line: str, pattern: str) -> str | None:
    match = re.search(pattern, line)
    return match[1] if match else None


def test_there_are_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("line", CASES)
def test_the_head_verb_and_its_adverbs(line: str) -> None:
    span = re.sub("[【】〈〉]", "", line)
    # A text before and behind the span shows that its bounds are kept.
    head = VERBS.head(f"会议强调，要{span}，抓好落实。", 6, 6 + len(span))
    assert (head.verb.value if head.verb else None) == _marked(line, "【(.+?)】")
    assert (head.adverb.value if head.adverb else None) == _marked(line, "〈(.+?)〉")
    for found in (head.verb, head.adverb, head.object):
        assert found is None or span[found.start - 6 : found.end - 6] == found.value


@pytest.mark.parametrize(
    ("span", "governed"),
    [
        ("深入实施乡村建设行动", "乡村建设行动"),
        ("绘制好产业链图谱", "产业链图谱"),
        # What 把 puts before the verb, without how it is done.
        ("把资源优势转化为发展优势", "资源优势"),
        ("把护林与富民紧密结合起来", "护林与富民"),
        # One deed's object alone, but all of what is one thing.
        ("稳住播种面积、做强特色产业", "播种面积"),
        ("建设贴近群众、方便群众的场所", "贴近群众、方便群众的场所"),
        ("增强大局意识、看齐意识", "大局意识、看齐意识"),
        ("推动企业扩大规模、提升质量", "企业扩大规模、提升质量"),
        ("真正“更新”出新面貌", "新面貌"),
        ("争取在3月底前完成验收", "在3月底前完成验收"),
        ("迅速行动起来", None),
        ("齐心协力", None),
        ("对指出的问题要立行立改", None),
    ],
)
def test_the_object_is_what_the_verb_governs(span: str, governed: str | None) -> None:
    found = VERBS.head(span, 0, len(span)).object
    assert (found.value if found else None) == governed
