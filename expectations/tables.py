"""THE definition of every table and column: type, null-ness, vocabulary, key, pattern, meaning.

A table is a frozen dataclass; a column is a field made by `column(...)`. The annotation gives the
type and whether null is allowed, the metadata gives the rest. Everything else that knows columns
(Arrow, Data Package, Croissant, data dictionary, Great Expectations) is derived from here.
"""

import datetime
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, NamedTuple

ColumnType = Literal["string", "date", "bool", "int8", "int16", "int32", "int64", "float64"]
Value = str | int | float | bool | datetime.date | None


class Label(NamedTuple):
    """The meaning of a code in English and Chinese."""

    en: str
    zh: str


Vocabulary = Mapping[Any, Label]

# ---------------------------------------------------------------------------- vocabularies

MEETING_KINDS: Mapping[str, Label] = {
    "economic_work_conference": Label("economic work conference", "经济工作会议"),
    "standing_committee": Label("(enlarged) standing committee meeting", "常委会（扩大）会议"),
    "politburo": Label("Politburo meeting", "政治局会议"),
    "executive_meeting": Label("executive meeting of a government", "国务院、政府常务会议"),
    "plenary": Label("plenary session", "全会、全体会议"),
    "peoples_congress": Label("meeting of a People's Congress", "人大会议"),
    "government_work_report": Label("government work report", "政府工作报告"),
    "party_congress": Label("Party congress", "党代会"),
    "symposium": Label("symposium, forum or seminar", "座谈会"),
    "mobilisation": Label(
        "meeting to mobilise, advance, deploy or dispatch work",
        "动员会、推进会、部署会、调度会、现场会",
    ),
    "study_session": Label("study session", "学习会、理论学习中心组"),
    "other": Label("another kind of meeting", "其他会议"),
}
LEVELS: Mapping[str, Label] = {
    "central": Label("central", "中央"),
    "province": Label("province, autonomous region or municipality", "省级"),
    "prefecture": Label("prefecture or prefecture-level city", "地市级"),
    "county": Label("county, district or county-level city", "县级"),
    "township": Label("township, town or subdistrict", "乡级"),
}
PARTICIPANT_ROLES: Mapping[str, Label] = {
    "chair": Label("presided (whether or not he or she also spoke)", "主持"),
    "speaker": Label("spoke, reported or conveyed", "讲话、作报告、传达"),
    "attendee": Label("attended", "出席、参加、列席"),
}
KINDS: Mapping[str, Label] = {
    "target": Label("names an indicator and a number to reach", "定量目标"),
    "bid": Label("seeks a title, pilot or listing that somebody else awards", "争创申报"),
    "principle": Label("a stance", "原则立场"),
    "goal": Label("an outcome without a number", "定性目标"),
    "measure": Label("anything else that is to be done", "举措"),
}
COMPARATORS: Mapping[str, Label] = {
    ">=": Label("at least", "以上、不低于、超过"),
    "<=": Label("at most", "以内、不超过"),
    "~": Label("about", "左右"),
    "=": Label("exactly, or a range from low to high", "等于，或区间"),
}
CLAUSE_ROLES: Mapping[str, Label] = {
    "masthead": Label(
        "labels, kicker, headline, byline, dateline", "报头：栏目、引题、标题、署名、电头"
    ),
    "procedure": Label("what the meeting did, who took part", "会议程序与参会人员"),
    "result": Label("what has been achieved; facts of the past", "已有成绩与过去的事实"),
    "assessment": Label("judgements, situation, reasons", "形势、判断与理由"),
    "heading": Label("heading of a task or chapter", "任务或章节标题"),
    "frame": Label("only frames another clause", "引出其他分句的框架"),
    "initiative": Label("an initiative", "举措"),
    "furniture": Label("page debris, credits", "版面杂项"),
    "unexplained": Label("no rule explains it", "未能解释"),
}
TOPICS: Mapping[int, Label] = {
    1: Label("Macroeconomics", "宏观经济"),
    2: Label("Civil Rights", "公民权利"),
    3: Label("Health", "卫生健康"),
    4: Label("Agriculture", "农业农村"),
    5: Label("Labor", "劳动就业"),
    6: Label("Education", "教育"),
    7: Label("Environment", "生态环境"),
    8: Label("Energy", "能源"),
    9: Label("Immigration", "移民"),
    10: Label("Transportation", "交通运输"),
    12: Label("Law and Crime", "法治与治安"),
    13: Label("Social Welfare", "社会保障"),
    14: Label("Housing and Community Development", "住房与城乡建设"),
    15: Label("Domestic Commerce", "产业与商业"),
    16: Label("Defense", "国防"),
    17: Label("Technology", "科技"),
    18: Label("Foreign Trade", "对外贸易"),
    19: Label("International Affairs", "国际事务"),
    20: Label("Government Operations", "政府与党的运行"),
    21: Label("Public Lands and Water", "国土与水利"),
    23: Label("Culture", "文化"),
}
DATE_BASES: Mapping[str, Label] = {
    "explicit": Label("printed in the text", "文中写明"),
    "inferred_from_planning_year": Label(
        "the year follows from the year whose work is planned", "由所部署工作的年份推定"
    ),
    "inferred_from_publication": Label(
        "the year follows from the publication date", "由发表日期推定"
    ),
}
SCRIPTS: Mapping[str, Label] = {
    "Hans": Label("Simplified", "简体"),
    "Hant": Label("Traditional", "繁体"),
}
TOPIC_LABELS: Mapping[str, Label] = {label.en: label for label in TOPICS.values()}

# ---------------------------------------------------------------------------- patterns

DOCUMENT_ID = r"[0-9a-f]{16}"
ROW_ID = r"[0-9a-f]{16}-[0-9a-f]{6,16}(?:-[1-9][0-9]*)?"

# ---------------------------------------------------------------------------- columns


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, with all that is known about it."""

    name: str
    type: ColumnType
    is_nullable: bool
    description: str
    description_zh: str
    values: Vocabulary | None
    pattern: str | None
    minimum: int | None
    maximum: int | None
    references: str | None


class _Facts(NamedTuple):
    """What `column` notes of a field beside its annotation."""

    description: str
    description_zh: str
    type: ColumnType | None
    values: Vocabulary | None
    pattern: str | None
    minimum: int | None
    maximum: int | None
    references: str | None


def column(
    description: str,
    description_zh: str,
    *,
    type: ColumnType | None = None,
    values: Vocabulary | None = None,
    pattern: str | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    references: str | None = None,
) -> Any:
    """A dataclass field that carries a column's facts.

    `type` is needed for numbers alone; `pattern` matches the whole value; `references` is
    `table.column` of the foreign key.
    """
    facts = _Facts(description, description_zh, type, values, pattern, minimum, maximum, references)
    return field(metadata={"column": facts})


_TYPES: Mapping[type, ColumnType] = {str: "string", datetime.date: "date", bool: "bool"}


def _read_column(name: str, annotation: Any, facts: _Facts) -> Column:
    """The column that an annotation and its facts describe together."""
    is_nullable = isinstance(annotation, types.UnionType)
    python_type = typing.get_args(annotation)[0] if is_nullable else annotation
    return Column(
        name=name,
        type=facts.type or _TYPES[python_type],
        is_nullable=is_nullable,
        description=facts.description,
        description_zh=facts.description_zh,
        values=facts.values,
        pattern=facts.pattern,
        minimum=facts.minimum,
        maximum=facts.maximum,
        references=facts.references,
    )


@cache
def _columns_of(table: "Table") -> tuple[Column, ...]:
    hints = typing.get_type_hints(table.row_class)
    return tuple(
        _read_column(f.name, hints[f.name], f.metadata["column"]) for f in fields(table.row_class)
    )


def _document_id() -> Any:
    return column(
        "The document that the row comes from.",
        "该行所出自的文档。",
        pattern=DOCUMENT_ID,
        references="documents.document_id",
    )


def _start() -> Any:
    return column(
        "First code point of the span in documents.text (0-based, inclusive).",
        "该片段在 documents.text 中的起始码位（从 0 计，含）。",
        type="int64",
        minimum=0,
    )


def _end() -> Any:
    return column(
        "End of the span in documents.text (exclusive): documents.text[start:end] is the span.",
        "该片段在 documents.text 中的结束码位（不含）：documents.text[start:end] 即该片段。",
        type="int64",
        minimum=1,
    )


def _line() -> Any:
    return column(
        "Line of the source file on which the span starts (1-based).",
        "该片段起始处在源文件中的行号（从 1 计）。",
        type="int32",
        minimum=1,
    )


def _meeting_id() -> Any:
    return column(
        "The meeting; null where the text reports none, such as an on-site visit.",
        "所属会议；文中未报道会议时（如实地调研）为空。",
        pattern=ROW_ID,
        references="meetings.meeting_id",
    )


def _initiative_id() -> Any:
    return column(
        "The initiative in which the span stands; null where it stands in none.",
        "该片段所在的举措；不在任何举措之内时为空。",
        pattern=ROW_ID,
        references="initiatives.initiative_id",
    )


# ---------------------------------------------------------------------------- rows

_R = typing.TypeVar("_R")


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
def _row(row_class: type[_R]) -> type[_R]:
    """A dataclass that a type checker takes for frozen; were it so when run, a row would take several times as long to make."""
    return dataclass(slots=True, kw_only=True)(row_class)


@_row
class Document:
    """One source text."""

    document_id: str = column(
        "First 16 hex digits of the SHA-256 of the source bytes.",
        "源文件 SHA-256 的前 16 位十六进制数。",
        pattern=DOCUMENT_ID,
    )
    path: str = column(
        "Path of the source file, relative to the sources' root, separated by slashes.",
        "源文件路径，相对于来源根目录，以“/”分隔。",
        pattern=r"[^/\\].*",
    )
    sha256: str = column(
        "SHA-256 of the source bytes, in hex.",
        "源文件字节的 SHA-256（十六进制）。",
        pattern=r"[0-9a-f]{64}",
    )
    bytes: int = column(
        "Size of the source file in bytes.", "源文件的字节数。", type="int64", minimum=1
    )
    media_type: str = column(
        "Media type of the source file.",
        "源文件的媒体类型。",
        pattern=r"[a-z]+/[a-z0-9.+-]+",
    )
    encoding: str = column(
        "Character encoding in which the source file was read.", "读取源文件所用的字符编码。"
    )
    title: str | None = column(
        "The headline, its lines joined, without kicker and deck.",
        "标题：多行相连，不含引题与副题。",
    )
    kicker: str | None = column("The smaller line above the headline.", "引题。")
    byline: str | None = column(
        "Reporters' names as printed, separated by spaces.", "记者姓名，照原文，以空格分隔。"
    )
    publisher: str | None = column("Who published the source text.", "源文本的发布者。")
    published_on: datetime.date | None = column(
        "Day on which the source text was published.", "源文本的发表日期。"
    )
    source_url: str | None = column(
        "Address from which the source text was taken.",
        "源文本的网址。",
        pattern=r"[a-z][a-z0-9+.-]*:\S+",
    )
    licence: str | None = column(
        "Licence or legal status of the source text (the annotations have their own).",
        "源文本的许可或法律地位（标注的许可另计）。",
    )
    script: str = column("Script of the text.", "文字：简体或繁体。", values=SCRIPTS)
    characters: int = column(
        "Number of characters of the text that are not white space.",
        "正文中非空白字符的个数。",
        type="int32",
        minimum=1,
    )
    text: str = column(
        "The source's text with its layout mended: one paragraph a line; nothing but white space "
        "differs from the source.",
        "修复版面后的源文本：一段一行；除空白外与源文本完全相同。",
    )


@_row
class Meeting:
    """One meeting that a text reports."""

    meeting_id: str = column(
        "Id of the meeting as reported by this document.",
        "该文档所报道会议的标识。",
        pattern=ROW_ID,
    )
    document_id: str = _document_id()
    name: str | None = column(
        "The shortest full name in the text; null where the text prints none.",
        "文中最短的完整会议名称；文中未写出时为空。",
    )
    kind: str = column("Kind of meeting.", "会议类型。", values=MEETING_KINDS)
    convenor: str | None = column(
        "The body that met, its place put before it; null where none is printed.",
        "召开会议的机构，冠以地名；文中未写出时为空。",
    )
    level: str | None = column(
        "Administrative level of the convening body.", "召开机构的行政层级。", values=LEVELS
    )
    jurisdiction: str | None = column(
        "The place that the meeting governs; null for central meetings.",
        "会议所辖的地方；中央会议为空。",
    )
    division_code: str | None = column(
        "Code of the jurisdiction by GB/T 2260, six digits.",
        "所辖地方的 GB/T 2260 行政区划代码（六位）。",
        pattern=r"[1-9][0-9]{5}",
    )
    province: str | None = column(
        "The province, autonomous region or municipality of the jurisdiction.",
        "所辖地方所属的省、自治区或直辖市。",
    )
    date: str | None = column(
        "First day of the meeting, YYYY-MM-DD, or YYYY-MM where only the month is known.",
        "会议（首日）日期 YYYY-MM-DD；只知月份时为 YYYY-MM。",
        pattern=r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?",
    )
    date_basis: str | None = column(
        "What the date rests on; null where there is no date.",
        "日期的依据；无日期时为空。",
        values=DATE_BASES,
    )
    planning_year: int | None = column(
        "The year whose work the meeting plans.",
        "会议所部署工作的年份。",
        type="int16",
        minimum=1949,
        maximum=2100,
    )
    start: int | None = column(
        "First code point of the name in documents.text (0-based, inclusive); null where no name is printed as such.",
        "会议名称在 documents.text 中的起始码位（从 0 计，含）；文中未照此写出时为空。",
        type="int64",
        minimum=0,
    )
    end: int | None = column(
        "End of the name in documents.text (exclusive); null without a name.",
        "会议名称在 documents.text 中的结束码位（不含）；无名称时为空。",
        type="int64",
        minimum=1,
    )
    line: int | None = column(
        "Line of the source file on which the name starts (1-based); null without a name.",
        "会议名称起始处在源文件中的行号（从 1 计）；无名称时为空。",
        type="int32",
        minimum=1,
    )


@_row
class Participant:
    """One person taking part."""

    participant_id: str = column(
        "Id of the person's part in the meeting.", "该人员参会记录的标识。", pattern=ROW_ID
    )
    meeting_id: str | None = _meeting_id()
    document_id: str = _document_id()
    name: str = column("The person's name as printed.", "姓名，照原文。")
    post: str | None = column(
        "The posts as printed before or after the name.", "姓名前后所写的职务，照原文。"
    )
    role: str = column("What the person did.", "参会方式。", values=PARTICIPANT_ROLES)
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class FocusArea:
    """One numbered or counted main task."""

    focus_area_id: str = column("Id of the focus area.", "重点任务的标识。", pattern=ROW_ID)
    meeting_id: str | None = _meeting_id()
    document_id: str = _document_id()
    ordinal: int = column(
        "Its number among the meeting's main tasks.",
        "在各项重点任务中的序号。",
        type="int16",
        minimum=1,
    )
    text: str = column(
        "The heading as printed, without its ordinal.", "任务标题，照原文，不含序号。"
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Initiative:
    """One initiative: a clause that directs that something be done from now on."""

    initiative_id: str = column("Id of the initiative.", "举措的标识。", pattern=ROW_ID)
    meeting_id: str | None = _meeting_id()
    document_id: str = _document_id()
    focus_area_id: str | None = column(
        "The focus area under whose heading it stands; null outside one.",
        "所属的重点任务；不在任何任务之下时为空。",
        pattern=ROW_ID,
        references="focus_areas.focus_area_id",
    )
    ordinal: int = column(
        "Its place in the document, in reading order (1-based).",
        "在文档中的阅读次序（从 1 计）。",
        type="int32",
        minimum=1,
    )
    text: str = column(
        "The initiative as printed, from its first adverb or verb to before the punctuation.",
        "举措原文：自首个副词或动词起，至标点之前。",
    )
    verb: str = column(
        "The head verb, adjacent coordinated verbs together.", "中心动词；相邻并列的动词合为一个。"
    )
    object: str | None = column(
        "What the verb acts on, behind it or put before it; null if nothing.",
        "动词的宾语，在动词之后，或由“把”提到动词之前；没有则为空。",
    )
    adverb: str | None = column("The adverbs before the verb.", "动词前的副词。")
    modal: str | None = column(
        "The word that governs it, also from an earlier clause of the sentence; null if none.",
        "统领该举措的情态词（也可出自同句前面的分句）；没有则为空。",
    )
    kind: str = column("Kind of initiative.", "举措类型。", values=KINDS)
    topic: int = column(
        "Major topic of the Comparative Agendas Project.",
        "比较议程项目（CAP）主议题代码。",
        type="int8",
        values=TOPICS,
    )
    topic_label: str = column("English name of the topic.", "议题的英文名称。", values=TOPIC_LABELS)
    keywords: str | None = column(
        "Up to five keywords, separated by semicolons.",
        "关键词，至多五个，以分号分隔。",
        pattern=r"[^;]+(?:;[^;]+){0,4}",
    )
    sentence: str = column("The whole sentence in which it stands.", "举措所在的整句。")
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Programme:
    """One mention of a named programme."""

    programme_id: str = column("Id of the mention.", "该次提及的标识。", pattern=ROW_ID)
    document_id: str = _document_id()
    initiative_id: str | None = _initiative_id()
    text: str = column("The name as printed.", "名称，照原文。")
    name: str = column(
        "The name without quotation marks, in Simplified characters: the key to join mentions.",
        "规范名称：去引号、转简体；用于跨文档关联。",
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Target:
    """One indicator with a number to reach."""

    target_id: str = column("Id of the target.", "目标的标识。", pattern=ROW_ID)
    document_id: str = _document_id()
    initiative_id: str | None = _initiative_id()
    text: str = column("The target as printed.", "目标，照原文。")
    indicator: str = column("The indicator as printed.", "指标，照原文。")
    commitment: str | None = column(
        "The word that makes it a hard or a soft target, as printed; null if none.",
        "表明目标刚性或弹性的词，照原文；没有则为空。",
    )
    comparator: str = column(
        "How the number is to be compared.", "数值的比较方式。", values=COMPARATORS
    )
    low: float | None = column(
        "The figure, or the lower end of a range; null with at most.",
        "数值或区间下限；“不超过”时为空。",
        type="float64",
    )
    high: float | None = column(
        "The upper end of a range, or the figure with at most.",
        "区间上限，或“不超过”的数值。",
        type="float64",
    )
    unit: str | None = column("The unit as printed.", "单位，照原文。")
    year: int | None = column(
        "The year by which or in which it is to be reached.",
        "应达成的年份。",
        type="int16",
        minimum=1900,
        maximum=2200,
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Enumeration:
    """One counted catch-phrase."""

    enumeration_id: str = column("Id of the catch-phrase.", "数字概括语的标识。", pattern=ROW_ID)
    document_id: str = _document_id()
    label: str = column("The catch-phrase without quotation marks.", "数字概括语，照原文，去引号。")
    count: int = column(
        "The number of members that it declares.", "所宣称的项数。", type="int16", minimum=1
    )
    found: int = column(
        "The number of members that the text spells out.",
        "文中实际列出的项数。",
        type="int16",
        minimum=0,
    )
    complete: bool = column(
        "Whether all members are spelled out (found equals count).",
        "是否全部列出（found 等于 count）。",
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()
    text: str = column("The catch-phrase as printed.", "数字概括语，照原文。")


@_row
class EnumerationItem:
    """One member of a counted catch-phrase."""

    enumeration_id: str = column(
        "The catch-phrase that it belongs to.",
        "所属的数字概括语。",
        pattern=ROW_ID,
        references="enumerations.enumeration_id",
    )
    document_id: str = _document_id()
    ordinal: int = column(
        "Its place among the members found.", "在所列各项中的次序。", type="int16", minimum=1
    )
    text: str = column("The member as printed.", "该项，照原文。")
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Citation:
    """One mention of a higher authority."""

    citation_id: str = column("Id of the mention.", "该次引用的标识。", pattern=ROW_ID)
    document_id: str = _document_id()
    text: str = column("The authority as printed.", "所引权威，照原文。")
    name: str = column(
        "The name without quotation marks, in Simplified characters: the key to join mentions.",
        "规范名称：去引号、转简体；用于跨文档关联。",
    )
    level: str | None = column(
        "Level of the authority; null where the text does not tell.",
        "所引权威的层级；文中看不出时为空。",
        values=LEVELS,
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()


@_row
class Clause:
    """One clause of the text with the role that it plays: a line of the ledger."""

    clause_id: str = column("Id of the clause.", "分句的标识。", pattern=ROW_ID)
    document_id: str = _document_id()
    ordinal: int = column(
        "Its place in the document (1-based).",
        "在文档中的次序（从 1 计）。",
        type="int32",
        minimum=1,
    )
    role: str = column(
        "What the clause does in the text.", "分句在文中的作用。", values=CLAUSE_ROLES
    )
    rule: str | None = column(
        "The rule that decided the role; null only where the clause is unexplained.",
        "判定作用的规则；仅未能解释时为空。",
    )
    initiative_id: str | None = column(
        "The initiative that the clause holds; null unless its role is initiative.",
        "分句所含的举措；作用非“举措”时为空。",
        pattern=ROW_ID,
        references="initiatives.initiative_id",
    )
    text: str = column(
        "The clause as printed, with the punctuation that ends it.", "分句原文，含句末标点。"
    )
    start: int = _start()
    end: int = _end()
    line: int = _line()


Row = (
    Document
    | Meeting
    | Participant
    | FocusArea
    | Initiative
    | Programme
    | Target
    | Enumeration
    | EnumerationItem
    | Citation
    | Clause
)

# ---------------------------------------------------------------------------- tables


class ForeignKey(NamedTuple):
    """A column whose values stand in a column of another table."""

    column: str
    table: str
    target: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, its rows' class, its key and the column that spans reproduce."""

    name: str
    row_class: type[Any]
    primary_key: tuple[str, ...]
    span_column: str | None
    title: str
    title_zh: str
    description: str
    description_zh: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """The table's columns in order."""
        return _columns_of(self)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the table's columns in order."""
        return tuple(column.name for column in self.columns)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The columns that refer to other tables."""
        return tuple(self._references())

    def _references(self) -> Iterator[ForeignKey]:
        for here in self.columns:
            if here.references is not None:
                table, target = here.references.split(".")
                yield ForeignKey(here.name, table, target)

    def column(self, name: str) -> Column:
        """The column of that name.

        >>> table_of("targets").column("low").type
        'float64'
        """
        return self.columns[self.column_names.index(name)]


TABLES: tuple[Table, ...] = (
    Table(
        name="documents",
        row_class=Document,
        primary_key=("document_id",),
        span_column=None,
        title="Documents",
        title_zh="文档",
        description="One source text a row.",
        description_zh="每行一篇源文本。",
    ),
    Table(
        name="meetings",
        row_class=Meeting,
        primary_key=("meeting_id",),
        span_column="name",
        title="Meetings",
        title_zh="会议",
        description="One meeting that a text reports a row; the span is that of its name.",
        description_zh="每行一次文中报道的会议；片段为会议名称所在处。",
    ),
    Table(
        name="participants",
        row_class=Participant,
        primary_key=("participant_id",),
        span_column="name",
        title="Participants",
        title_zh="参会人员",
        description="One person taking part a row; the span is that of the name.",
        description_zh="每行一位参会人员；片段为姓名所在处。",
    ),
    Table(
        name="focus_areas",
        row_class=FocusArea,
        primary_key=("focus_area_id",),
        span_column="text",
        title="Focus areas",
        title_zh="重点任务",
        description="One numbered or counted main task a row.",
        description_zh="每行一项编号或计数的重点任务。",
    ),
    Table(
        name="initiatives",
        row_class=Initiative,
        primary_key=("initiative_id",),
        span_column="text",
        title="Initiatives",
        title_zh="举措",
        description="One clause a row in which the meeting directs that something be done "
        "from now on.",
        description_zh="每行一个分句：会议要求今后做某事。",
    ),
    Table(
        name="programmes",
        row_class=Programme,
        primary_key=("programme_id",),
        span_column="text",
        title="Programmes",
        title_zh="行动与工程",
        description="One mention of a named programme, campaign, plan or designation a row.",
        description_zh="每行一次对有名称的行动、工程、计划或称号的提及。",
    ),
    Table(
        name="targets",
        row_class=Target,
        primary_key=("target_id",),
        span_column="text",
        title="Targets",
        title_zh="定量目标",
        description="One indicator with a number to reach a row.",
        description_zh="每行一个带有数值的目标指标。",
    ),
    Table(
        name="enumerations",
        row_class=Enumeration,
        primary_key=("enumeration_id",),
        span_column="text",
        title="Enumerations",
        title_zh="数字概括语",
        description="One counted catch-phrase a row.",
        description_zh="每行一个数字概括语。",
    ),
    Table(
        name="enumeration_items",
        row_class=EnumerationItem,
        primary_key=("enumeration_id", "ordinal"),
        span_column="text",
        title="Enumeration items",
        title_zh="数字概括语的分项",
        description="One member of a counted catch-phrase a row.",
        description_zh="每行一个数字概括语的分项。",
    ),
    Table(
        name="citations",
        row_class=Citation,
        primary_key=("citation_id",),
        span_column="text",
        title="Citations",
        title_zh="引用",
        description="One mention of a higher authority a row.",
        description_zh="每行一次对上级权威的引用。",
    ),
    Table(
        name="clauses",
        row_class=Clause,
        primary_key=("clause_id",),
        span_column="text",
        title="Clauses (the ledger)",
        title_zh="分句（总账）",
        description="One clause of a text a row: together they hold every character that is not "
        "white space exactly once, in order.",
        description_zh="每行一个分句：合起来按次序恰好包含每个非空白字符一次。",
    ),
)


def table_of(name: str) -> Table:
    """The table of that name; KeyError if there is none."""
    return _TABLES_BY_NAME[name]


_TABLES_BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
