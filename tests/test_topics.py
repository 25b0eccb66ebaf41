"""The topic of a clause, on the lines of tests/cases/topics.txt, and how the vote is counted."""

import pathlib

import pytest
from lexicons import LEXICON, as_text, cases

from expectations.tables import TOPICS
from transforms.lexicon import Lexicon
from transforms.topics import Topics

CASES = cases(pathlib.Path(__file__).parent / "cases" / "topics.txt")
READ = Topics(LEXICON)


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_topics(words: str, expected: str) -> None:
    assert READ.of(as_text(words), "", [])[-1] == int(expected)


def test_a_topic_for_every_clause_out_of_the_vocabulary() -> None:
    text = as_text("会议强调，要稳就业、稳企业，实施提振消费行动；要压实责任。")
    topics = READ.of(text, "", [])
    assert len(topics) == len(text.clauses)
    assert set(topics) <= TOPICS.keys()


def test_a_text_without_clauses_has_no_topics() -> None:
    assert READ.of(as_text(""), "", []) == []


def test_the_title_decides_where_nothing_else_does() -> None:
    text = as_text("要持续用力。")
    assert READ.of(text, "全县森林防火安全生产应急工作会议防灾减灾消防事故隐患排查", []) != READ.of(
        text, "全县教育工作会议学校教师学生课程招生", []
    )


def test_the_heading_of_a_task_speaks_for_what_follows() -> None:
    lexicon = Lexicon(
        {
            "topic_terms.csv": "term,topic\n学校,6\n耕地,4\n",
            "topic_weights.csv": "term,weights\n@4,4:100\n@6,6:100\n@bias,4:0 6:1\n",
        }
    )
    text = as_text("保护耕地。狠抓落实。")
    plain = Topics(lexicon).of(text, "", [])
    headed = Topics(lexicon).of(text, "", [0])
    assert (plain[-1], headed[-1]) == (4, 4)
    assert Topics(lexicon).of(as_text("狠抓落实。"), "", []) == [6]


def test_what_a_paragraph_is_about_speaks_for_a_clause_that_says_nothing() -> None:
    lexicon = Lexicon(
        {
            "topic_terms.csv": "term,topic\n学校,6\n耕地,4\n",
            "topic_weights.csv": "term,weights\n@4,4:100\n@6,6:100\n@bias,4:0 6:1\n",
        }
    )
    of = Topics(lexicon).of
    assert of(as_text("保护耕地。讲求实效。一件一件抓。"), "", [])[-1] == 4
    assert of(as_text("保护耕地。讲求实效。\n一件一件抓。"), "", [])[-1] == 6


def test_every_hand_listed_term_names_a_topic() -> None:
    assert {int(row["topic"]) for row in LEXICON.table("topic_terms")} <= TOPICS.keys()
