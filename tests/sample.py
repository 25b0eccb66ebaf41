"""A small release in rows, of two invented texts: what the tests of tables and suites stand on."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

import pyarrow as pa

from expectations.derive import rows_to_table
from expectations.tables import (
    TABLES,
    TOPICS,
    Citation,
    Clause,
    Document,
    Enumeration,
    EnumerationItem,
    FocusArea,
    Initiative,
    Meeting,
    Participant,
    Programme,
    Row,
    Target,
)

DIVISION_CODES = frozenset({"370781", "999901"})
MEETING_TEXT = (
    "云溪县召开经济工作会议\n"
    "1月5日，云溪县委经济工作会议召开，县委书记张明远出席会议并讲话。\n"
    "会议指出，去年全县经济稳中有进。\n"
    "会议强调，要深入贯彻中央经济工作会议精神，实施“百企攀登”行动，2023年地区生产总值增长6%以上。\n"
    "一要抓好两个提升。切实做到产业能级提升、服务质效提升。"
)
VISIT_TEXT = "县领导到河湾镇调研。\n要加快修缮水渠。"
_ROLES = {
    "会议指出，": "frame",
    "会议强调，": "frame",
    "去年全县经济稳中有进。": "result",
    "要深入贯彻中央经济工作会议精神，": "initiative",
    "实施“百企攀登”行动，": "initiative",
    "2023年地区生产总值增长6%以上。": "initiative",
    "一要抓好两个提升。": "heading",
    "切实做到产业能级提升、服务质效提升。": "initiative",
    "要加快修缮水渠。": "initiative",
    "云溪县召开经济工作会议": "masthead",
    "县领导到河湾镇调研。": "unexplained",
}
_INITIATIVES = {
    "深入贯彻中央经济工作会议精神": ("贯彻", "principle", 1),
    "实施“百企攀登”行动": ("实施", "measure", 15),
    "2023年地区生产总值增长6%以上": ("增长", "target", 1),
    "切实做到产业能级提升、服务质效提升": ("做到", "measure", 15),
    "加快修缮水渠": ("修缮", "measure", 21),
}


class _Writer:
    """Makes the rows of one text, finding each span by its words."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.document_id = self.sha256[:16]

    def id(self, *parts: str) -> str:
        return f"{self.document_id}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:8]}"

    def place(self, words: str) -> dict[str, int]:
        start = self.text.index(words)
        line = self.text.count("\n", 0, start) + 1
        return {"start": start, "end": start + len(words), "line": line}

    def span(self, words: str) -> dict[str, object]:
        return {"document_id": self.document_id, "text": words, **self.place(words)}

    def document(self, title: str | None) -> Document:
        return Document(
            document_id=self.document_id,
            path=self.path,
            sha256=self.sha256,
            bytes=len(self.text.encode()),
            media_type="text/plain",
            encoding="utf-8",
            title=title,
            kicker=None,
            byline=None,
            publisher=None,
            published_on=None,
            source_url=None,
            licence=None,
            script="Hans",
            characters=len("".join(self.text.split())),
            text=self.text,
        )

    def initiatives(self, meeting_id: str | None, area_id: str | None) -> Iterator[Initiative]:
        found = [words for words in _INITIATIVES if words in self.text]
        for ordinal, words in enumerate(found, 1):
            verb, kind, topic = _INITIATIVES[words]
            yield Initiative(
                initiative_id=self.id("initiative", words),
                meeting_id=meeting_id,
                focus_area_id=area_id if "做到" in words else None,
                ordinal=ordinal,
                verb=verb,
                object=None,
                adverb=None,
                modal="要",
                kind=kind,
                topic=topic,
                topic_label=TOPICS[topic].en,
                keywords=None,
                sentence=words,
                **self.span(words),
            )

    def clauses(self) -> Iterator[Clause]:
        pieces = self.text.replace("，", "，\0").replace("。", "。\0").replace("\n", "\0")
        for ordinal, words in enumerate([p for p in pieces.split("\0") if p], 1):
            role = _ROLES.get(words, "procedure")
            held = next((words_ for words_ in _INITIATIVES if words_ in words), "")
            yield Clause(
                clause_id=self.id("clause", words),
                ordinal=ordinal,
                role=role,
                rule=None if role == "unexplained" else f"{role}.sample",
                initiative_id=self.id("initiative", held) if held else None,
                **self.span(words),
            )


def meeting_rows() -> Iterator[Row]:
    """The rows of a county's economic work conference."""
    of = _Writer("yunxi/2023-01-05-economic-work-conference.txt", MEETING_TEXT)
    meeting_id, area_id = of.id("meeting"), of.id("area")
    gdp, slogan = "2023年地区生产总值增长6%以上", of.id("enumeration")
    here = {"document_id": of.document_id}
    yield of.document("云溪县召开经济工作会议")
    yield Meeting(
        meeting_id=meeting_id,
        name="云溪县委经济工作会议",
        kind="economic_work_conference",
        convenor="云溪县委",
        level="county",
        jurisdiction="云溪县",
        division_code="999901",
        province="临江省",
        date="2023-01-05",
        date_basis="inferred_from_planning_year",
        planning_year=2023,
        **here,
        **of.place("云溪县委经济工作会议"),
    )
    yield Participant(
        participant_id=of.id("participant"),
        meeting_id=meeting_id,
        name="张明远",
        post="县委书记",
        role="speaker",
        **here,
        **of.place("张明远"),
    )
    yield FocusArea(
        focus_area_id=area_id, meeting_id=meeting_id, ordinal=1, **of.span("抓好两个提升")
    )
    yield from of.initiatives(meeting_id, area_id)
    yield Programme(
        programme_id=of.id("programme"),
        initiative_id=of.id("initiative", "实施“百企攀登”行动"),
        name="百企攀登行动",
        **of.span("“百企攀登”行动"),
    )
    yield Target(
        target_id=of.id("target"),
        initiative_id=of.id("initiative", gdp),
        indicator="地区生产总值",
        commitment=None,
        comparator=">=",
        low=6.0,
        high=None,
        unit="%",
        year=2023,
        **of.span("地区生产总值增长6%以上"),
    )
    yield Enumeration(
        enumeration_id=slogan,
        label="两个提升",
        count=2,
        found=2,
        complete=True,
        **of.span("两个提升"),
    )
    for ordinal, words in enumerate(("产业能级提升", "服务质效提升"), 1):
        yield EnumerationItem(enumeration_id=slogan, ordinal=ordinal, **of.span(words))
    yield Citation(
        citation_id=of.id("citation"),
        name="中央经济工作会议",
        level="central",
        **of.span("中央经济工作会议"),
    )
    yield from of.clauses()


def visit_rows() -> Iterator[Row]:
    """The rows of an on-site visit: no meeting."""
    of = _Writer("yunxi/2023-03-01-visit.txt", VISIT_TEXT)
    yield of.document(None)
    yield from of.initiatives(None, None)
    yield from of.clauses()


def sample_tables() -> dict[str, pa.Table]:
    """The sample as Arrow tables by name."""
    rows: dict[type, list[Row]] = defaultdict(list)
    for row in (*meeting_rows(), *visit_rows()):
        rows[type(row)].append(row)
    return {table.name: rows_to_table(table, rows[table.row_class]) for table in TABLES}
