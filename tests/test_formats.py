"""One report in every kind of file gives the same initiatives; what only looks like a report says why it is none."""

import gzip
from collections.abc import Callable
from pathlib import Path

import files
import pyarrow as pa
import pytest
from conftest import dataset_of
from layouts import simplified
from opencc import OpenCC

from flows.corrections import Corrections
from flows.extraction import extract_one, load_reader
from flows.prove import prove
from flows.releases import release
from flows.sandbox import parse_safely
from flows.sources import LEXICONS, Reject, read_sources
from flows.verify import Verified, verify
from transforms.extract import Extractor
from transforms.parsing import PDF, WORD, parse
from transforms.source import Rejected, Source
from transforms.text import Simplified, decode, read_text

SCRIPT = Simplified({})
TEXTS = Path(__file__).parent / "golden" / "texts"
REPORTS = ("yunxi-economic-conference", "wangchuan-standing-committee", "qinglan-cities-symposium")
_convert = OpenCC("s2t").convert
# Big5 writes these otherwise.
_AS_IN_BIG5 = str.maketrans("爲僞裏着羣衆峯説税鋭", "為偽裡著群眾峰說稅銳")


def report(name: str) -> list[str]:
    """One of the project's own texts, one paragraph a line."""
    source = decode((TEXTS / f"{name}.txt").read_bytes()).text
    return [p.strip() for p in read_text(source, SCRIPT).text.split("\n")]


def traditional(words: str) -> str:
    """In Traditional characters, those alone that Big5 has."""
    return _convert(words).translate(_AS_IN_BIG5)


def wrapped(paragraphs: list[str]) -> str:
    lines = ["\u3000\u3000" + p for p in paragraphs]
    return "\n".join(line[i : i + 26] for line in lines for i in range(0, len(line), 26))


def as_text(encoding: str) -> Callable[[list[str]], bytes]:
    return lambda paragraphs: "\r\n".join(paragraphs).encode(encoding)


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def bulk(paragraphs: list[str]) -> list[dict[str, object]]:
    return [{"id": 7, "text": "\n".join(paragraphs), "publisher": "云溪日报"}]


KINDS: dict[str, tuple[str, Callable[[list[str]], bytes]]] = {
    "wrapped": ("txt", lambda r: wrapped(r).encode()),
    "utf-8 with a mark": ("txt", as_text("utf-8-sig")),
    "utf-16": ("txt", as_text("utf-16")),
    "utf-16 without a mark": ("TXT", as_text("utf-16-be")),
    "gb18030": ("txt", as_text("gb18030")),
    "big5": ("txt", lambda r: traditional("\n".join(r)).encode("big5")),
    "page": ("html", files.page),
    "page in gb2312": ("htm", lambda r: files.page(r, "gb2312")),
    "one column": ("pdf", lambda r: files.newspaper(r, 1)),
    "two columns": ("pdf", lambda r: files.newspaper(r, 2)),
    "three columns": ("pdf", lambda r: files.newspaper(r, 3)),
    "columns printed row by row": ("PDF", lambda r: files.newspaper(r, 2, by_rows=True)),
    "word": ("docx", files.word),
    "json lines": ("jsonl", lambda r: files.json_lines(*bulk(r))),
    "json lines, gzip": ("jsonl.gz", lambda r: gzip.compress(files.json_lines(*bulk(r)))),
    "json lines, zstd": ("jsonl.zst", lambda r: zstd(files.json_lines(*bulk(r)))),
    "parquet": ("parquet", lambda r: files.parquet(bulk(r))),
}


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return load_reader(LEXICONS).extractor


def initiatives(extractor: Extractor, source: Source) -> list[tuple[str, ...]]:
    rows = extract_one(extractor, source)
    assert not isinstance(rows, Reject), str(rows)
    return [
        tuple(
            simplified("".join(str(v).split())).replace("著力", "着力")
            for v in (i.text, i.verb, i.kind, i.topic)
        )
        for i in rows["initiatives"]
    ]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_report_says_the_same_in_every_kind_of_file(
    extractor: Extractor, tmp_path: Path, kind: str, name: str
) -> None:
    suffix, made = KINDS[kind]
    (tmp_path / f"report.{suffix}").write_bytes(made(report(name)))
    [source] = read_sources([tmp_path])
    assert isinstance(source, Source), str(source)
    as_it_is = Source("report.txt", "\n".join(report(name)).encode())
    assert initiatives(extractor, source) == initiatives(extractor, as_it_is)


def test_a_release_of_every_kind_of_file_is_verified_and_proved(tmp_path: Path) -> None:
    folder, reader = tmp_path / "documents", load_reader(LEXICONS)
    folder.mkdir()
    for number, (suffix, made) in enumerate(KINDS.values()):
        paragraphs = report("wangchuan-standing-committee")
        paragraphs[-1] += f"出席会议的还有第{number}组的同志。"
        (folder / f"report{number}.{suffix}").write_bytes(made(paragraphs))
    dataset, nothing = dataset_of(folder), Corrections("", ())
    assert dataset.rejects == ()
    made_of = release(dataset, tmp_path / "datasets").release
    assert verify(made_of, reader.division_codes, folder) == Verified((), len(KINDS))
    initiatives = made_of.table("initiatives").to_pylist()
    first_of = {row["document_id"]: row["initiative_id"] for row in reversed(initiatives)}
    assert len(first_of) == len(KINDS)
    for row_id in first_of.values():
        assert prove(made_of, row_id, folder, reader, nothing).objections == []


# ------------------------------------------------------------------------------ what a file says of itself


def test_a_newspaper_page_tells_its_headline_paper_and_day(extractor: Extractor) -> None:
    content = files.newspaper(report("yunxi-economic-conference"), 2)
    [document] = extractor.extract(Source("a.pdf", content, PDF)).rows["documents"]
    assert (document.title, document.publisher) == ("云溪县委经济工作会议召开", "云溪日报")
    assert (str(document.published_on), document.encoding) == ("2023-01-04", "embedded")


def test_a_page_of_a_content_management_system_tells_title_day_and_publisher() -> None:
    page = parse(files.page(report("yunxi-economic-conference"), "gb2312"), "text/html").page
    assert (page.title, page.publisher) == ("云溪县委经济工作会议召开", "云溪日报")
    assert str(page.published_on) == "2023-01-04"


@pytest.mark.parametrize(
    "debris",
    [
        "上一篇",
        "下一篇",
        "首页",
        "分享到",
        "打印本页",
        "主办",
        "ICP备",
        "当前所在位置",
        "columnId",
        "margin",
    ],
)
def test_what_surrounds_the_report_on_a_page_stays_out(debris: str) -> None:
    content = files.page(report("yunxi-economic-conference"))
    assert debris in content.decode()
    assert debris not in parse(content, "text/html").page.text


def test_counters_of_a_page_are_furniture(extractor: Extractor) -> None:
    content = files.page(report("yunxi-economic-conference"))
    rows = extractor.extract(Source("a.html", content, "text/html")).rows["clauses"]
    assert {c.role for c in rows if "次字体" in c.text or "[大" in c.text} == {"furniture"}


def test_word_without_header_and_footer_and_with_its_table(extractor: Extractor) -> None:
    content = files.word(["会议召开", "要抓好落实。"], [["指标", "目标"], ["生产总值", "增长6%"]])
    lines = parse(content, WORD).page.text.split("\n")
    assert lines == ["会议召开", "要抓好落实。", "指标 目标", "生产总值 增长6%"]


def test_pages_without_their_numbers_and_running_heads() -> None:
    content = files.newspaper(["会议召开", *(f"要抓好第{n}项工作。" * 40 for n in range(9))], 1)
    text = parse(content, PDF).page.text
    assert content.count(b"/Type /Page ") > 1
    assert "—" not in text
    assert "云溪日报" not in text


# ------------------------------------------------------------------------------ what is no report


def test_a_scan_is_rejected_with_what_it_needs() -> None:
    with pytest.raises(Rejected, match=r"pictures alone, no text \(a scan\).*recognised \(OCR\)"):
        parse(files.pdf([[], []]), PDF)


def test_a_font_that_does_not_tell_its_characters() -> None:
    content = files.pdf([[files.Printed(60, 700, 10, "\ue123\ue124\ue125会议")]])
    with pytest.raises(Rejected, match="fonts do not tell which characters"):
        parse(content, PDF)


@pytest.mark.parametrize("content", [b"%PDF-1.7\nbroken", b"x" * 100, files.pdf([])])
def test_what_is_no_pdf_says_so(content: bytes) -> None:
    with pytest.raises(Rejected, match=r"not a PDF that can be read|pictures alone"):
        parse(content, PDF)


def test_what_is_no_word_file_says_so() -> None:
    with pytest.raises(Rejected, match=r"not a \.docx"):
        parse(b"\xd0\xcf\x11\xe0" + b"x" * 100, WORD)


def test_a_parser_of_its_own_process_says_the_same() -> None:
    for content, media_type in (
        (files.page(report("yunxi-economic-conference")), "text/html"),
        (files.newspaper(report("yunxi-economic-conference"), 2), PDF),
        (files.word(report("yunxi-economic-conference")), WORD),
    ):
        assert parse_safely(Source("a", content, media_type)) == parse(content, media_type)
