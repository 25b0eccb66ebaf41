"""What words are made of: jieba's dictionary, the lexicons' terms, and no trace left behind."""

import logging
import pathlib
import tempfile

import pytest
from lexicons import LEXICON

from transforms.longest import Longest
from transforms.words import Words

WORDS = Words(LEXICON)


def test_a_term_of_the_lexicons_is_one_word() -> None:
    assert WORDS.at("新质生产力布局", 0, 7) == 5
    assert WORDS.tag("新质生产力") == "nz"


def test_the_dictionary_knows_a_verb() -> None:
    assert WORDS.tag("加强") == "v"
    assert WORDS.tag("某某某某") is None


@pytest.mark.parametrize(
    ("span", "first"), [("营商环境", "营商环境"), ("服务业新业态", "服务业"), ("的环境", "的")]
)
def test_the_longest_word_at_a_place(span: str, first: str) -> None:
    assert span[: WORDS.at(span, 0, len(span))] == first


def test_a_word_ends_where_the_span_does() -> None:
    assert WORDS.at("营商环境", 0, 2) == 2


@pytest.mark.parametrize(
    ("span", "keywords"),
    [
        ("传统产业转型升级", ("传统产业", "转型升级")),
        ("耕地保护和质量建设", ("耕地保护",)),
        ("", ()),
        ("、，", ()),
    ],
)
def test_keywords_are_nouns_and_terms_in_their_order(span: str, keywords: tuple[str, ...]) -> None:
    assert WORDS.keywords(span) == keywords


def test_keywords_are_five_at_most_and_each_once() -> None:
    span = "教师、医生、农民、工人、军人、学生、教师"
    assert WORDS.keywords(span) == ("教师", "医生", "农民", "工人", "军人")


def test_loading_is_quiet_and_leaves_no_file(caplog: pytest.LogCaptureFixture) -> None:
    cache = pathlib.Path(tempfile.gettempdir()) / "jieba.cache"
    existed = cache.exists()
    with caplog.at_level(logging.DEBUG):
        Words(LEXICON).prepare()
    assert caplog.records == []
    assert cache.exists() == existed


def test_the_longest_entry_of_a_list_wins() -> None:
    longest = Longest(["建设", "建设好", "建"])
    assert longest.at("建设好家园", 0, 5) == 3
    assert longest.at("建设好家园", 0, 2) == 2
    assert longest.at("建设好家园", 3, 5) == 3
    assert longest.at("建设", 2, 2) == 2
