"""Word files -> text: one paragraph a line, in the order in which they are read, cells of tables included.

Headers, footers and footnotes are no part of the report; what a tracked change has struck out is gone.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from transforms.pages import Page
from transforms.source import Rejected

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

# A report of fifty pages is a tenth of this; a file that says it unpacks to more is a bomb or holds pictures alone.
_MOST_BYTES, _MOST_PARTS = 100_000_000, 5_000
_MOST_ROW = 200
"""So many characters a row of a table has; a longer one is there for the layout."""
_REMEDY = "open it in a word processor and save it as .docx or as UTF-8 text"
# What shows as text; a struck-out run has `delText` instead. Old readers' copies of text boxes stand in `Fallback`.
_SHOWN = (
    ".//*[self::w:t or self::w:tab or self::w:br or self::w:cr or self::w:noBreakHyphen]"
    "[not(ancestor::*[local-name()='Fallback'])]"
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_word(content: bytes) -> Page:
    """The text of a `.docx`; `Rejected` if it is none, or unpacks to more than a report can be."""
    _expect_harmless(content)
    # Half of the time of a start on plain text would go into these imports.
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree

    try:
        body = docx.Document(io.BytesIO(content)).element.body
    except (OpcError, KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise Rejected(f"not a Word file that can be read ({error}); {_REMEDY}") from error
    # What an entity stands for is not looked up, and would be missing from the text.
    if body.getroottree().docinfo.doctype:
        raise Rejected(f"defines words of its own (a DOCTYPE), as no Word file does; {_REMEDY}")
    return Page("\n".join(_lines(body)))


def _expect_harmless(content: bytes) -> None:
    """Reject what is no package, or too large once it is unpacked; the directory alone is read for that."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Rejected(f"not a .docx ({error}); {_REMEDY}") from error
    size = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or size > _MOST_BYTES:
        raise Rejected(
            f"unpacks to {len(parts):,} parts of {size / 1e6:,.0f} MB, more than a report can be; {_REMEDY}"
        )


def _lines(body: "BaseOxmlElement") -> Iterator[str]:
    """Each paragraph; a table's row of short cells is one line."""
    in_rows: set[BaseOxmlElement] = set()
    for element in body.xpath(".//*[self::w:p or self::w:tr]"):
        if element in in_rows:
            continue
        if not element.tag.endswith("}tr"):
            yield _words(element)
            continue
        paragraphs = element.xpath(".//w:p")
        cells = [words for p in paragraphs if (words := _words(p).strip())]
        if len(paragraphs) == len(element.xpath("./w:tc")) and len("".join(cells)) <= _MOST_ROW:
            in_rows.update(paragraphs)
            yield " ".join(cells)


def _words(paragraph: "BaseOxmlElement") -> str:
    return "".join(_runs(paragraph))


def _runs(paragraph: "BaseOxmlElement") -> Iterator[str]:
    for shown in paragraph.xpath(_SHOWN):
        # A paragraph within a text box is a line of its own.
        if next(shown.iterancestors("{*}p")) is paragraph:
            yield _MARKS.get(shown.tag.rpartition("}")[2], shown.text or "")
