"""One report as the files that people have: web pages, PDF pages of a newspaper, Word documents, bulk files."""

import html
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import docx
import pyarrow as pa
import pyarrow.parquet as pq


class Printed(NamedTuple):
    """Words at a place on a PDF page, in points from its lower left corner; `size` is a character's width."""

    x: float
    y: float
    size: float
    words: str


# ------------------------------------------------------------------------------ PDF

PAGE = (595, 842)
_CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
_MARGIN, _SIZE, _LEADING = 60, 10, 16


def pdf(pages: Sequence[Sequence[Printed]]) -> bytes:
    """A PDF of text in one of the fonts that every reader has; nothing is embedded or compressed."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        _CATALOG,
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
    ]
    for number, page in enumerate(pages):
        shown = "\n".join(_shown(p) for p in page)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        ]
    return pdf_of(objects)


def pdf_of(objects: Sequence[str | bytes]) -> bytes:
    """A PDF file of these objects, numbered from 1; the first is its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        told = content.encode() if isinstance(content, str) else content
        body += b"%d 0 obj\n%b\nendobj\n" % (number, told)
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()


def _shown(printed: Printed) -> str:
    glyphs = printed.words.encode("utf-16-be").hex()
    return f"BT /F1 {printed.size:g} Tf {printed.x:g} {printed.y:g} Td <{glyphs}> Tj ET"


def newspaper(report: Sequence[str], columns: int, by_rows: bool = False) -> bytes:
    """A page with a headline across all columns, a folio at its foot and a running head; more pages if it must.

    `by_rows` prints the columns side by side, row after row, as some programs do.
    """
    gutter = 24
    width = (PAGE[0] - 2 * _MARGIN - gutter * (columns - 1)) / columns
    headline, *body = report
    lines = [line for paragraph in body for line in _set(paragraph, int(width / _SIZE))]
    pages = []
    while lines or not pages:
        page = [Printed(_MARGIN, 800, 8, "云溪日报 2023年1月4日 星期三")]
        top = 770.0
        if not pages:
            page.append(Printed(_MARGIN + 40, 740, 20, headline))
            top = 700.0
        rows = int((top - 60) / _LEADING)
        # Columns of one height where they are the last.
        rows = min(rows, -(-len(lines) // columns))
        printed, lines = lines[: rows * columns], lines[rows * columns :]
        placed = [
            Printed(
                _MARGIN
                + n // rows * (width + gutter)
                + _SIZE * (len(line) - len(line.lstrip("\u3000"))),
                top - n % rows * _LEADING,
                _SIZE,
                line.lstrip("\u3000"),
            )
            for n, line in enumerate(printed)
        ]
        page += sorted(placed, key=lambda p: -p.y) if by_rows else placed
        page.append(Printed(290, 30, 8, f"— {len(pages) + 1} —"))
        pages.append(page)
    return pdf(pages)


def _set(paragraph: str, width: int) -> Iterator[str]:
    """The lines of an indented paragraph; a character that must not begin a line ends the one before."""
    rest = "\u3000\u3000" + paragraph
    while rest:
        at = width
        while at < len(rest) and rest[at] in "，。；：、！？”）":
            at += 1
        yield rest[:at]
        rest = rest[at:]


# ------------------------------------------------------------------------------ Word

BODY = "word/document.xml"


def word(report: Sequence[str], table: Sequence[Sequence[str]] = ()) -> bytes:
    """A document with a heading, paragraphs, perhaps a table at the end, and with a header and a footer."""
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "内部资料 注意保存"
    section.footer.paragraphs[0].text = "第1页 共3页"
    document.add_heading(report[0], level=1)
    for paragraph in report[1:]:
        middle = len(paragraph) // 2
        added = document.add_paragraph(paragraph[:middle])
        added.add_run(paragraph[middle:]).bold = True
    if table:
        cells = document.add_table(rows=len(table), cols=len(table[0]))
        for row, words in zip(cells.rows, table, strict=True):
            for cell, text in zip(row.cells, words, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


# ------------------------------------------------------------------------------ web pages


def page(report: Sequence[str], charset: str = "utf-8") -> bytes:
    """A page in the manner of a county's content management system, in that encoding."""
    headline, *body = map(html.escape, report)
    paragraphs = "\n".join(
        f'<p style="text-indent: 2em;"><span style="font-size: 16px;">&emsp;&emsp;{p}</span></p>'
        for p in body
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset={charset}" />
<title>{headline}_要闻动态_云溪县人民政府</title>
<meta name="ArticleTitle" content="{headline}" />
<meta name="PubDate" content="2023-01-04 09:30:15" />
<meta name="ContentSource" content="云溪日报" />
<meta name="Keywords" content="云溪县,政府网站" />
<script type="text/javascript">var columnId = 1520; document.write('<div>会议强调，要刷新页面。</div>');</script>
</head>
<body>
<div class="header"><div class="logo"><img src="/images/logo.png" alt="云溪县人民政府" /></div>
<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bsfw/">办事服务</a></li></ul></div>
<div class="wz">您当前所在位置：<a href="/">首页</a> &gt; <a href="/xw/">新闻中心</a> &gt; <a href="/xw/yw/">要闻动态</a></div>
<!-- 正文开始 -->
<div class="content_box"><table width="100%" border="0"><tr><td>
<h1 class="title">{headline}</h1>
<div class="xxly"><span>发布时间：2023-01-04 09:30</span> <span>来源：云溪日报</span> <span>浏览次数：<b id="hits">1024</b>次</span>
<span>字体：[<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>]</span></div>
<div class="bdsharebuttonbox"><a href="#">分享到微信</a><a href="#">分享到微博</a></div>
<div id="zoom"><div class="TRS_Editor"><style type="text/css">.TRS_Editor P {{ margin: 0 }}</style>
{paragraphs}
</div></div>
</td></tr></table>
<div class="dayin"><a href="javascript:window.print()">【打印本页】</a> <a href="javascript:window.close()">【关闭窗口】</a></div>
<div class="sxp"><p>上一篇：<a href="/xw/yw/1.html">云溪县召开安全生产会议部署岁末年初工作</a></p>
<p>下一篇：<a href="/xw/yw/2.html">县领导走访慰问困难群众</a></p></div>
</div>
<div class="foot"><p>主办：云溪县人民政府办公室　承办：云溪县大数据中心</p><p>云ICP备05000001号　政府网站标识码：3700000001</p>
<p>联系我们 | 网站地图 | 版权声明</p></div>
</body>
</html>
""".encode(charset)


# ------------------------------------------------------------------------------ bulk


def json_lines(*rows: object) -> bytes:
    """Each row as one line of JSON."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def parquet(rows: Sequence[dict[str, object]], **options: object) -> bytes:
    """The rows as a Parquet file."""
    return parquet_of(pa.Table.from_pylist(list(rows)), **options)


def parquet_of(table: pa.Table, **options: object) -> bytes:
    """The table as a Parquet file."""
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


# ------------------------------------------------------------------------------ made to harm


def pdf_bomb(size: int) -> bytes:
    """A page of so many bytes of blanks, deflated twice."""
    packing = zlib.compressobj(9)
    head = packing.compress(b"\n") + packing.flush(zlib.Z_FULL_FLUSH)
    block = packing.compress(b" " * 10_000_000) + packing.flush(zlib.Z_FULL_FLUSH)
    # Blocks after a full flush stand for themselves, so that one is made for all.
    packed = zlib.compress(head + block * (size // 10_000_000) + packing.flush(), 9)
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents 4 0 R >>"
    told = f"<< /Length {len(packed)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n"
    content = told.encode() + packed + b"\nendstream"
    return pdf_of([_CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content])


def pdf_that_draws_itself() -> bytes:
    """A form that shows itself four times over."""
    shown = "/X Do " * 4
    resources = "/Resources << /XObject << /X 4 0 R >> >>"
    return pdf_of(
        [
            _CATALOG,
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R {resources} >>",
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] {resources} /Length {len(shown)} >>\n"
            f"stream\n{shown}\nendstream",
            "<< /Length 5 >>\nstream\n/X Do\nendstream",
        ]
    )


def pdf_pages(kids: str, count: int) -> bytes:
    """A page tree as it is told: object 2 is its root, 3 is a page without anything on it."""
    return pdf_of(
        [
            _CATALOG,
            f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] >>",
        ]
    )


def word_with(report: Sequence[str], parts: Mapping[str, bytes]) -> bytes:
    """A Word file some of whose parts are replaced, or which has more of them."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word(report))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return file.getvalue()


def word_body(report: Sequence[str]) -> str:
    """The XML of the main part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(word(report))) as package:
        return package.read(BODY).decode()


def word_that_lies(report: Sequence[str], size: int) -> bytes:
    """A Word file with so many blanks in it, whose directory says that there are a thousand bytes."""
    body = word_body(report).replace("<w:body>", "<w:body>" + " " * size).encode()
    packed = word_with(report, {BODY: body})
    return packed.replace(struct.pack("<I", len(body)), struct.pack("<I", 1000))
