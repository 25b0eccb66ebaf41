"""One document in, the rows of all tables out: ids, places, what is rejected, what the page says of itself."""

import re

import pytest
from lexicons import LEXICON

from expectations.tables import ROW_ID
from transforms.extract import Extractor
from transforms.source import Rejected, Source

EXTRACTOR = Extractor(LEXICON)
REPORT = """云溪县召开经济工作会议
1月3日，云溪县委经济工作会议召开，县委书记李明远出席并讲话，安排2023年经济工作。
会议要求，要加强耕地保护，加强耕地保护。要实施品牌强农行动，粮食产量达到30万吨以上。
"""


def read(text: str, **about: str) -> dict[str, list]:  # type: ignore[type-arg]
    source = Source(path="report.txt", content=text.encode(), **about)  # type: ignore[arg-type]
    return {name: list(rows) for name, rows in EXTRACTOR.extract(source).rows.items()}


def test_every_row_stands_where_it_says() -> None:
    rows = read(REPORT)
    text = rows["documents"][0].text
    for name, found in rows.items():
        for row in found:
            if name not in ("documents", "meetings", "participants"):
                assert text[row.start : row.end] == row.text, name
    assert [i.line for i in rows["initiatives"]] == [3] * 4


def test_ids_say_what_their_row_says() -> None:
    rows = read(REPORT)
    ids = [i.initiative_id for i in rows["initiatives"]]
    assert all(re.fullmatch(ROW_ID, i) for i in ids)
    assert len(set(ids)) == len(ids)
    assert ids[1] == f"{ids[0]}-2", "the same words again are told by their number"


def test_ids_do_not_hang_on_the_other_rows() -> None:
    before = read(REPORT)["initiatives"][-1].initiative_id
    after = read(REPORT.replace("要加强耕地保护，", "要抓好春耕，"))["initiatives"][
        -1
    ].initiative_id
    assert before.partition("-")[2] == after.partition("-")[2]


def test_rows_lead_to_what_they_belong_to() -> None:
    rows = read(REPORT)
    meeting = rows["meetings"][0]
    assert meeting.kind == "economic_work_conference"
    assert (meeting.date, meeting.planning_year) == ("2023-01-03", 2023)
    assert {i.meeting_id for i in rows["initiatives"]} == {meeting.meeting_id}
    by_id = {i.initiative_id: i for i in rows["initiatives"]}
    assert by_id[rows["targets"][0].initiative_id].kind == "target"
    assert by_id[rows["programmes"][0].initiative_id].text == "实施品牌强农行动"
    assert {c.initiative_id for c in rows["clauses"] if c.role == "initiative"} == by_id.keys()


def test_the_script_is_told() -> None:
    assert read(REPORT)["documents"][0].script == "Hans"
    traditional = "雲溪縣召開經濟工作會議\n會議要求，要加強耕地保護，穩定糧食生產，發展鄉村產業。\n"
    assert read(traditional)["documents"][0].script == "Hant"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        ("今天天气晴朗，花都开了。\n".encode(), "neither a meeting nor an initiative"),
    ],
)
def test_what_cannot_be_released_is_rejected_with_a_remedy(content: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        EXTRACTOR.extract(Source(path="report.txt", content=content))


def test_a_page_is_read_for_its_report() -> None:
    page = (
        "<html><head><title>云溪县召开经济工作会议</title></head><body><div class='nav'>首页</div>"
        f"<h1>云溪县召开经济工作会议</h1><p>{REPORT.splitlines()[1]}</p><p>{REPORT.splitlines()[2]}</p>"
        "<div class='footer'>版权所有</div></body></html>"
    )
    rows = read(page, media_type="text/html")
    assert "版权所有" not in rows["documents"][0].text
    assert [i.verb for i in rows["initiatives"]] == ["加强", "加强", "实施", "达到"]
