"""Mastheads of many shapes, and what no masthead may do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.lexicon import Lexicon
from transforms.masthead import Mastheads
from transforms.text import Simplified, read_text

SCRIPT = Simplified({})
ROOT = Path(__file__).parent
LEXICON = Lexicon(
    {
        path.name: path.read_text(encoding="utf-8")
        for path in (ROOT.parent / "seeds" / "lexicons").iterdir()
        if path.suffix in (".csv", ".toml")
    }
)
MASTHEADS = Mastheads(LEXICON)
WITHIN = re.compile(r"〔([a-z]+):(.*?)〕")
FIELDS = ("title", "kicker", "byline", "publisher", "published_on")


def cases() -> Iterator[list[str]]:
    """The cases of `masthead.txt`, each a list of lines."""
    text = (ROOT / "cases" / "masthead.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", text).strip()):
        yield block.split("\n")


def read_case(lines: list[str]) -> tuple[str, dict[str, str | None], list[tuple[str, str]]]:
    """A case's source, what its masthead says, and its parts."""
    source: list[str] = []
    says: dict[str, str | None] = dict.fromkeys(FIELDS)
    parts: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("= "):
            _, name, value = line.split(" ", 2)
            says[name] = value
            continue
        kind, _, body = line.partition(" | ")
        parts += [(kind, body)] if kind != "body" else [(m[1], m[2]) for m in WITHIN.finditer(body)]
        source.append(WITHIN.sub(r"\2", body))
    return "\n".join(source), says, parts


@pytest.mark.parametrize("lines", list(cases()), ids=lambda lines: lines[0][:40])
def test_cases(lines: list[str]) -> None:
    source, says, parts = read_case(lines)
    text = read_text(source, SCRIPT)
    masthead = MASTHEADS.find(text)
    found = {name: getattr(masthead, name) and str(getattr(masthead, name)) for name in FIELDS}
    assert found == says
    assert [(p.value, text.text[p.start : p.end]) for p in masthead.parts] == parts


@pytest.mark.parametrize(
    ("hint", "title"),
    [
        ("县委常委会召开会议研究安全生产工作_云溪县人民政府", "县委常委会召开会议研究安全生产工作"),
        ("云溪县召开全县经济工作会议 - 云溪新闻网", "云溪县召开全县经济工作会议"),
        ("云溪县人民政府门户网站", None),
        ("云溪县", None),
        ("两学一做", None),
        (None, None),
    ],
)
def test_a_pages_title_is_a_headline_where_it_is_more_than_a_sites_name(
    hint: str | None, title: str | None
) -> None:
    text = read_text("1月3日，县委常委会召开会议。\n会议强调，要抓好落实。", SCRIPT)
    assert MASTHEADS.find(text, hint).title == title


def test_a_pages_title_tells_headline_from_kicker_and_deck() -> None:
    text = read_text("贯彻新发展理念\n推动新一轮发展\n实现新跨越\n1月3日，县委召开会议。", SCRIPT)
    masthead = MASTHEADS.find(text, "推动新一轮发展")
    assert masthead.title is None or masthead.title.startswith("贯彻")
    masthead = MASTHEADS.find(text, "推动新一轮发展实现新跨越_云溪县人民政府")
    assert masthead.title == "推动新一轮发展实现新跨越"


@given(
    st.lists(
        st.sampled_from(
            [
                "县委",
                "会议",
                "召开",
                "记者",
                "王晓",
                "来源：",
                "时间：2024-01-03",
                "。",
                "，",
                "（",
                "）",
                "\n",
                "\u3000",
                "#",
                "讲话",
                "强调",
                "摄",
            ]
        ),
        max_size=40,
    )
)
def test_parts_are_in_order_and_within_the_text(words: list[str]) -> None:
    text = read_text("".join(words) or "会议", SCRIPT)
    if not text.paragraphs:
        return
    end = 0
    for part in MASTHEADS.find(text).parts:
        assert end <= part.start < part.end <= len(text.text)
        end = part.end
