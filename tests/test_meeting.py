"""Which meeting a text reports, on the marked texts of tests/cases/meeting.txt."""

import datetime
import pathlib

import pytest
from lexicons import LEXICON, as_text, cases

from expectations.tables import table_of
from transforms import meeting, targets
from transforms.found import Found
from transforms.meeting import Meetings

CASES = cases(pathlib.Path(__file__).parent / "cases" / "meeting.txt")
MEETINGS = Meetings(LEXICON)


@pytest.mark.parametrize(
    ("words", "date", "planned"),
    [
        ("2月28日，县委经济工作会议召开。会议部署2025年经济工作。", "2025-02-28", 2025),
        # no such day, and no year that work is planned for: a release holds neither, nor what it would rest on
        ("2月29日，县委经济工作会议召开。会议部署2025年经济工作。", None, 2025),
        ("3月5日，县委经济工作会议召开。会议部署1943年经济工作。", None, None),
        ("2025年2月30日，县委经济工作会议召开。会议部署3025年经济工作。", None, None),
    ],
)
def test_days_and_years_that_cannot_be(words: str, date: str | None, planned: int | None) -> None:
    [found] = MEETINGS.find(as_text(words))
    assert (found.value.date, found.value.planning_year) == (date, planned)
    assert bool(found.value.date_basis) == bool(date)


def test_years_are_those_that_the_columns_allow() -> None:
    for table, column, years in (
        ("meetings", "planning_year", meeting._YEARS),
        ("targets", "year", targets._YEARS),
    ):
        [bounds] = [c for c in table_of(table).columns if c.name == column]
        assert (bounds.minimum, bounds.maximum) == (years[0], years[-1])


def test_there_are_cases() -> None:
    assert len(CASES) >= 15


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_meeting(words: str, expected: str) -> None:
    text = as_text(words)
    found = MEETINGS.find(text)
    if not found:
        assert expected == "none"
        return
    m = found[0].value
    told = (m.name, m.kind, m.convenor, m.level, m.jurisdiction, m.division_code, m.date)
    assert " | ".join(value or "-" for value in told) == expected
    if m.name:
        # A bare or numbered meeting has the body put before it that called it.
        printed = "".join(text.text[found[0].start : found[0].end].split())
        assert m.name.endswith(printed)


@pytest.mark.parametrize(
    ("name", "planned", "date"),
    [
        # a group's numbered session plans the year that it is held in; routine and study do not
        ("县茶改委员会2027年第一次全体会议", 2027, "2027-12-05"),
        ("2027年一季度全县茶业调度会", 2027, "2027-12-05"),
        ("2027年第3次县政府常务会议", None, "2027-12-05"),
        ("2027年一季度茶业形势分析会", None, "2027-12-05"),
    ],
)
def test_what_is_numbered_by_its_year_is_held_in_it(
    name: str, planned: int | None, date: str
) -> None:
    meeting = MEETINGS.find(as_text(f"12月5日，{name}召开。"))[0].value
    assert (meeting.planning_year, meeting.date) == (planned, date)


@pytest.mark.parametrize(
    ("headline", "report", "name"),
    [
        # the report's own name says more, or leaves out what the headline adds
        ("全县茶业会议召开", "2027年全县茶业会议召开", "2027年全县茶业会议"),
        ("全市茶业大会召开", "我市召开茶业大会", "茶业大会"),
        ("十九届县政府第26次常务会召开", "县政府第26次常务会议召开", "县政府第26次常务会议"),
        ("县政府召开七届四十五次常务会议", "县政府七届45次常务会议召开", "县政府七届45次常务会议"),
        (
            "青州市政府召开今年第六次常务会",
            "市政府2027年第6次常务会召开",
            "市政府2027年第6次常务会",
        ),
        # the headline puts the place before the body, or needs no year
        ("青州市政府常务会议召开", "市政府常务会议召开", "青州市政府常务会议"),
        ("县政府第26次常务会议召开", "2027年县政府第26次常务会议召开", "县政府第26次常务会议"),
        # the headline alone names the body, or the report means another session
        ("国务院第四次会议召开", "第四次会议召开", "国务院第四次会议"),
        ("县政府第三次会议召开", "县政府第三十次会议召开", "县政府第三次会议"),
    ],
)
def test_the_report_names_its_meeting_better_than_its_headline(
    headline: str, report: str, name: str
) -> None:
    text = as_text(f"{headline}⏎6月9日，{report}。")
    parts = (Found(0, len(headline), "title"),)
    assert MEETINGS.find(text, parts)[0].value.name == name


@pytest.mark.parametrize(
    ("words", "published", "date"),
    [
        ("3月5日，县委经济工作会议召开。", "2024-03-06", "2024-03-05"),
        # December, reported in January
        ("12月30日，县委经济工作会议召开。", "2024-01-02", "2023-12-30"),
        ("25日至26日，全市农业工作会议召开。", "2024-03-27", "2024-03-25"),
        # the end of the month before
        ("29日，全市农业工作会议召开。", "2024-03-01", "2024-02-29"),
        ("昨天，全市农业工作会议召开。", "2024-03-01", "2024-02-29"),
        ("今天，全市农业工作会议召开。", "2024-03-01", "2024-03-01"),
        # 近期 further on tells nothing of the day
        ("3月1日讯 全市农业工作会议召开。会议传达省委近期部署。", "2024-03-02", "2024-03-01"),
        # the day in full is that of another meeting, which this one decided on
        ("县人大常委会主任会议9日召开，决定常委会会议3月27日召开。", "2024-03-10", "2024-03-09"),
    ],
)
def test_a_date_without_year_is_read_from_publication(
    words: str, published: str, date: str
) -> None:
    meeting = MEETINGS.find(as_text(words), (), datetime.date.fromisoformat(published))[0].value
    assert (meeting.date, meeting.date_basis) == (date, "inferred_from_publication")


def test_the_year_planned_is_this_one_of_the_report_where_no_day_is_told() -> None:
    text = as_text("县委经济工作会议召开，部署今年工作。")
    meeting = MEETINGS.find(text, (), datetime.date(2024, 2, 1))[0].value
    assert (meeting.date, meeting.planning_year) == (None, 2024)


@pytest.mark.parametrize(
    ("words", "basis"),
    [
        ("2023年1月3日，县委经济工作会议召开。", "explicit"),
        ("1月3日，县委经济工作会议召开，安排2023年经济工作。", "inferred_from_planning_year"),
        ("1月3日，县委经济工作会议召开。", None),
    ],
)
def test_a_date_tells_what_its_year_rests_on(words: str, basis: str | None) -> None:
    assert MEETINGS.find(as_text(words))[0].value.date_basis == basis


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("会议部署2024年重点工作。", 2024),
        ("2024年全县农业农村工作会议召开。", 2024),
        ("会议总结2023年经济工作。", None),
        # the year that is that of something, unless the meeting was held in another
        ("会议指出，2024年是全县茶园改造的攻坚之年。", 2024),
        ("2026年3月5日，会议指出，2024年是全县茶园改造的攻坚之年。", None),
        ("会议部署全县护林和2024年造林工作。", 2024),
        # a plan's good start dates a meeting, but plans no year
        ("会议要求，实现“十四五”良好开局。", None),
        ("2024年第3次县政府常务会议召开。", None),
        # what is told, aimed at or laid down for a year, but not the span of a plan
        ("会议指出，2024年，全县要力争新增茶园百亩。", 2024),
        ("会议要求尽快制定2024年茶园改造任务分解。", 2024),
        ("会议召开。2024年，云溪镇的主要经济发展目标为增收一成。", 2024),
        ("会议要求落实《茶园改造方案（2021-2025年）》各项目标任务。", None),
    ],
)
def test_planning_year(words: str, year: int | None) -> None:
    assert MEETINGS.find(as_text(words))[0].value.planning_year == year


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("1月26日，市委常委会召开扩大会议。", "市委常委会扩大会议"),
        ("3月5日，自治区党委常委会召开扩大会议。某某主持会议。", "自治区党委常委会扩大会议"),
        ("3月5日，市委常委会召开会议。", "市委常委会"),
        ("9月29日，省委常委会召开会议，学习在茶叶峰会上的重要致辞精神。", "省委常委会"),
        ("云溪县委常委会召开会议⏎3月5日，县委书记主持召开县委常委会会议。", "县委常委会会议"),
        ("3月5日，市委常委会召开第9次会议。", "市委常委会第9次会议"),
    ],
)
def test_a_standing_committee_that_met_names_its_meeting(words: str, name: str) -> None:
    assert MEETINGS.find(as_text(words))[0].value.name == name


@pytest.mark.parametrize(
    ("words", "date"),
    [
        # who sums up a year in autumn does so in that year, whatever year is planned
        (
            "10月9日，市政府召开参保工作会议，总结2025年参保工作经验，部署2026年工作。",
            "2025-10-09",
        ),
        ("10月9日，全县2026年征兵工作会议召开。", "2026-10-09"),
        ("3月9日，全县会议召开，总结2025年工作，部署2026年工作。", "2026-03-09"),
        # what was published a year later plans no such year
        ("发布时间：2026-12-09\n12月7日，镇人大会议召开，审议2026年政府工作报告。", "2026-12-07"),
        # a body's meeting of the year, and the drafts of a budget
        ("9月9日，县委双拥工作领导小组2025年全体会议召开。", "2025-09-09"),
        (
            "12月9日，县政府常务会议讨论《2026年预算执行情况和2027年预算草案的报告》。",
            "2026-12-09",
        ),
    ],
)
def test_the_year_of_a_day(words: str, date: str) -> None:
    assert MEETINGS.find(as_text(words))[0].value.date == date


@pytest.mark.parametrize(
    ("headline", "convenor"),
    [
        ("云溪县政协视察护林工作", "云溪县政协"),
        ("云溪县委、县政府部署护林工作", "云溪县委、县政府"),
        # whose head acts, or what is no deed: nobody is said to have met
        ("云溪县县长李明远部署护林工作", None),
        ("云溪县政协主席会议纪要", None),
    ],
)
def test_the_body_in_the_headline_called_what_the_report_tells(
    headline: str, convenor: str | None
) -> None:
    words = f"{headline}\n3月4日，护林座谈会召开。会议强调，要管好山林。"
    [found] = MEETINGS.find(as_text(words), (Found(0, len(headline), "title"),))
    assert found.value.convenor == convenor
