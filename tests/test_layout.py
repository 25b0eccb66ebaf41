"""Layout is not content: however a text is set, the same sentences are read from it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.text import Simplified, Text, read_text

SCRIPT = Simplified({})
REPORT = (
    "云溪县委经济工作会议召开",
    "1月3日，云溪县委经济工作会议召开，县委书记陈志远出席并讲话。会议总结2022年经济工作，安排2023年经济工作。",
    "会议指出，过去一年全县生产总值增长6.5%，规模以上工业增加值增长8%，经济运行稳中有进、稳中向好。",
    "会议强调，要坚持“项目为王”，实施“百企技改、百企转型”工程，力争全年完成投资120亿元以上；要优化营商环境，深化“放管服”改革。",
    "（一）加快产业转型",
    "做强装备制造、新材料等产业集群，新增规模以上工业企业30家。培育壮大农产品加工企业，推进一二三产融合发展。",
    "（二）守住安全底线",
    "全面排查整治道路交通、建筑施工、危险化学品等领域隐患，坚决防范遏制重特大事故。",
    "会议号召，全县上下要真抓实干、勇毅前行，奋力谱写现代化云溪建设新篇章！",
    "县委副书记、县长李国强主持会议。县领导王晓、赵小军出席会议。",
)
INDENTS = ("", "  ", "    ", "\u3000\u3000", "\t")


def squeeze(text: str) -> str:
    return "".join(text.split())


def parts(text: Text) -> tuple[list[str], list[str]]:
    return (
        [squeeze(text.text[s:e]) for s, e in text.sentences],
        [squeeze(text.text[c.start : c.end]) for c in text.clauses],
    )


def wrap(paragraph: str, width: int, indent: str) -> list[str]:
    """A paragraph broken wherever the width is used up, in the middle of words and numbers."""
    body = indent + paragraph
    return [body[i : i + width] for i in range(0, len(body), width)]


EXPECTED = parts(read_text("\n".join(REPORT), SCRIPT))


def test_clean_paragraphs_stay_as_they_are() -> None:
    text = read_text("\n".join(REPORT), SCRIPT)
    assert [text.text[s:e] for s, e in text.paragraphs] == list(REPORT)


@pytest.mark.parametrize("indent", INDENTS[1:])
@pytest.mark.parametrize("width", range(12, 61))
def test_columns_of_any_width_give_the_same_paragraphs(width: int, indent: str) -> None:
    lines = [line for paragraph in REPORT for line in wrap(paragraph, width, indent)]
    text = read_text("\n".join(lines), SCRIPT)
    assert [squeeze(text.text[s:e]) for s, e in text.paragraphs] == list(REPORT)


@pytest.mark.parametrize("width", [14, 18, 22, 26, 38])
def test_columns_without_indentation_give_the_same_sentences(width: int) -> None:
    # Where a headline happens to fill its line, nothing shows where it ends.
    report = [p for p in REPORT if len(p) % width or p.endswith(("。", "！"))]
    lines = [line for paragraph in report for line in wrap(paragraph, width, "")]
    assert parts(read_text("\n".join(lines), SCRIPT)) == parts(read_text("\n".join(report), SCRIPT))


@settings(max_examples=150, deadline=None)
@given(
    width=st.integers(12, 60),
    indent=st.sampled_from(INDENTS[1:]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    blanks=st.integers(0, 6),
    seed=st.integers(0, 1000),
)
def test_any_setting_gives_the_same_sentences(
    width: int, indent: str, line_end: str, blanks: int, seed: int
) -> None:
    chance = random.Random(seed)
    lines = [line for paragraph in REPORT for line in wrap(paragraph, width, indent)]
    for _ in range(blanks):
        lines.insert(chance.randrange(1, len(lines)), chance.choice(["", "  "]))
    assert parts(read_text(line_end.join(lines), SCRIPT)) == EXPECTED


@pytest.mark.parametrize("indent", INDENTS)
def test_blank_lines_between_paragraphs_change_nothing(indent: str) -> None:
    source = "\n\n".join(indent + paragraph for paragraph in REPORT)
    assert parts(read_text(source, SCRIPT)) == EXPECTED


@pytest.mark.parametrize("blanks", ["    ", "\u3000\u3000", " \u3000\u3000", "\u2003\u2003"])
def test_paragraphs_marked_by_blanks_within_one_line(blanks: str) -> None:
    assert parts(read_text(blanks.join(REPORT), SCRIPT)) == EXPECTED


def test_a_column_break_in_mid_sentence() -> None:
    source = (
        "　　会议号召，全县上下要更加紧密地团结起\n\n来，上下同心，迎难而上，以优异的成绩\n迎接全县第十五次党代会胜利召开。\n"
        "　　县领导出席会议。"
    )
    text = read_text(source, SCRIPT)
    assert len(text.paragraphs) == 2
    assert "团结起来，上下同心" in text.text


def test_a_byline_behind_a_run_of_blanks_stands_apart() -> None:
    text = read_text("坚决打好蓝天保卫战。            王青", SCRIPT)
    assert [text.text[s:e] for s, e in text.paragraphs] == ["坚决打好蓝天保卫战。", "王青"]


def test_what_reporters_sign_is_no_line_of_a_column() -> None:
    source = (
        "当前位置： 首页 > 新闻 > 今日云溪 > 县内动态\n\n县政协召开春茶产业座谈会\n\n"
        "来源：云溪电视台 日期：2024-03-12 字号：【\n\n"
        "3月10日，县政协召开春茶产业座谈会。会议要求，要管好茶园，抓好采摘，用好品牌。（新闻频道 赵 磊）"
    )
    text = read_text(source, SCRIPT)
    assert text.text.split("\n") == source.split("\n\n")


def test_headlines_keep_their_blanks_and_names_theirs() -> None:
    source = "县委召开会议 部署安全生产工作\n云溪县县长\u3000李 强\n会议强调，要抓好落实。"
    text = read_text(source, SCRIPT)
    assert text.text == source


def test_a_link_set_on_its_own_line_is_no_paragraph() -> None:
    text = read_text(
        "会议听取和审议了\n政府工作报告\n，决定批准这个报告。\n会议强调，要抓好落实。", SCRIPT
    )
    assert text.text == "会议听取和审议了政府工作报告，决定批准这个报告。\n会议强调，要抓好落实。"


@given(st.text(alphabet="会议要1 \u3000\t\r\n\f，。“”（a"), st.integers(0, 3))
def test_every_character_keeps_the_line_it_stood_on(source: str, repeat: int) -> None:
    source *= repeat + 1
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = read_text(source, SCRIPT)
    found = [(text.line_of(i), ch) for i, ch in enumerate(text.text) if not ch.isspace()]
    assert found == [(n, ch) for n, line in enumerate(lines, 1) for ch in squeeze(line)]
