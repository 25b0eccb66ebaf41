"""The topic of a clause, on the lines of tests/cases/topics.txt, and how the vote is counted."""

import pathlib

import pytest
from lexicons import LEXICON, as_text, cases

from expectations.tables import TOPICS
from transforms.lexicon import Lexicon
from transforms.text import Text
from transforms.topics import COLUMNS, SUMS_ALONE, Asked, Topics

CASES = cases(pathlib.Path(__file__).parent / "cases" / "topics.txt")
READ = Topics(LEXICON)


def of(topics: Topics, text: Text, title: str = "", tasks: tuple[int, ...] = ()) -> list[int]:
    """The topics of all clauses of one text."""
    [codes] = topics.of_many([Asked(text, title, tasks, range(len(text.clauses)))])
    return codes


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_topics(words: str, expected: str) -> None:
    assert of(READ, as_text(words))[-1] == int(expected)


def test_a_topic_for_every_clause_out_of_the_vocabulary() -> None:
    text = as_text("会议强调，要稳就业、稳企业，实施提振消费行动；要压实责任。")
    topics = of(READ, text)
    assert len(topics) == len(text.clauses)
    assert set(topics) <= TOPICS.keys()


def test_a_text_without_clauses_has_no_topics() -> None:
    assert of(READ, as_text("")) == []


@pytest.mark.parametrize("tasks", [(), (0,)])
def test_what_places_and_terms_add_is_the_sum_that_was_voted(tasks: tuple[int, ...]) -> None:
    text = as_text(
        "一、办好学校\n会议强调，要建设农村学校，保护耕地；要压实责任。\n要招聘教师，修缮校舍。"
    )
    for clause in range(len(text.clauses)):
        asked = Asked(text, "全县教育工作会议", tasks, [clause])
        reasons = READ.reasons(asked)
        [[topic]] = READ.of_many([asked])
        assert next(iter(reasons.shares)) == topic
        assert sum(reasons.shares.values()) == pytest.approx(1)
        votes = READ.voices([asked]).votes[0, 0, READ.codes.index(topic)]
        nothing = READ.voices([asked._replace(text=as_text("。"), title="", clauses=[0], tasks=())])
        bias = nothing.votes[0, 0, READ.codes.index(topic)]
        assert sum(reasons.places.values()) == pytest.approx(votes - bias, abs=1e-4)
        assert sum(reasons.terms.values()) == pytest.approx(votes - bias, abs=1e-4)
        assert [*reasons.terms.values()] == sorted(reasons.terms.values(), reverse=True)


def test_the_title_decides_where_nothing_else_does() -> None:
    text = as_text("要持续用力。")
    fires, schools = (
        "全县森林防火安全生产应急工作会议防灾减灾消防事故隐患排查",
        "全县教育工作会议学校教师学生课程招生",
    )
    assert of(READ, text, fires) != of(READ, text, schools)


def test_the_heading_of_a_task_speaks_for_what_follows() -> None:
    lexicon = Lexicon(
        {
            "topic_terms.csv": "term,topic\n学校,6\n耕地,4\n",
            "topic_weights.csv": "term,weights,own\n@4,4:100,\n@6,6:100,\n@bias,4:0 6:1,\n",
            "topic_layer.csv": SUMS_ALONE,
        }
    )
    text = as_text("保护耕地。狠抓落实。")
    plain = of(Topics(lexicon), text)
    headed = of(Topics(lexicon), text, tasks=(0,))
    assert (plain[-1], headed[-1]) == (4, 4)
    assert of(Topics(lexicon), as_text("狠抓落实。")) == [6]


def test_what_a_paragraph_is_about_speaks_for_a_clause_that_says_nothing() -> None:
    lexicon = Lexicon(
        {
            "topic_terms.csv": "term,topic\n学校,6\n耕地,4\n",
            "topic_weights.csv": "term,weights,own\n@4,4:100,\n@6,6:100,\n@bias,4:0 6:1,\n",
            "topic_layer.csv": SUMS_ALONE,
        }
    )
    topics = Topics(lexicon)
    assert of(topics, as_text("保护耕地。讲求实效。一件一件抓。"))[-1] == 4
    assert of(topics, as_text("保护耕地。讲求实效。\n一件一件抓。"))[-1] == 6


def test_a_term_says_in_the_clause_itself_what_it_does_not_say_beside_it() -> None:
    topics = Topics(
        Lexicon(
            {
                "topic_terms.csv": "term,topic\n学校,6\n",
                "topic_weights.csv": "term,weights,own\n@6,,\n@bias,4:0 6:1,\n耕地,4:1 6:1,4:100\n",
                "topic_layer.csv": SUMS_ALONE,
            }
        )
    )
    assert of(topics, as_text("保护耕地，压实责任。")) == [4, 6]


def test_a_unit_of_the_layer_lets_the_text_decide_where_the_clause_says_little() -> None:
    weights = "term,weights,own\n@20,20:100,\n@4,4:100,\n@bias,20:90 4:0,\n保护耕地,4:1,\n狠抓落实,20:1,\n"
    unit = {"says": 9, "level": -1.5, "text": 10, "clause_lead": -100}
    cells = ",".join(str(unit.get(column, 0)) for column in COLUMNS[1:])
    files = {"topic_terms.csv": "term,topic\n学校,20\n耕地,4\n", "topic_weights.csv": weights}
    text = as_text("保护耕地。\n保护耕地。\n狠抓落实，办好学校。")
    summed = of(Topics(Lexicon({**files, "topic_layer.csv": SUMS_ALONE})), text)
    layered = of(
        Topics(Lexicon({**files, "topic_layer.csv": f"{SUMS_ALONE}unit 01,{cells}\n"})), text
    )
    assert summed == [4, 4, 20, 20]
    assert layered == [4, 4, 4, 20]


def test_texts_asked_together_do_not_speak_for_one_another() -> None:
    asked = [
        Asked(
            as_text("一、保护耕地\n要压实责任，持续用力。\n要狠抓落实。"),
            "全县耕地保护会议",
            (0,),
            range(4),
        ),
        Asked(as_text(""), "", (), ()),
        Asked(as_text("要压实责任。\n办好学校"), "", (), range(2)),
        Asked(as_text("要持续用力，要压实责任。"), "全县教育工作会议", (), [1]),
    ]
    assert READ.of_many(asked) == [READ.of_many([one])[0] for one in asked]


def test_every_hand_listed_term_names_a_topic() -> None:
    assert {int(row["topic"]) for row in LEXICON.table("topic_terms")} <= TOPICS.keys()
