"""Web pages -> text: what a page reports, with the line of the file on which each stretch of it stands.

Lists of links, menus and other surroundings are left out; lines of the report that only say where it came from stay,
for the masthead to read. What is left is the document's source: from here on a page is read like any other text.
"""

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from lxml import etree, html

from transforms.source import Rejected

_SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "script style noscript template select option button input textarea iframe object svg head",
    )
)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form "
        "h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul",
    )
)
_HEADINGS = frozenset(("h1", "h2"))
# Words in class and id attributes that mark a page's surroundings.
_SURROUNDINGS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|crumbs?|share|bdshare\w*|footer|foot|copyright|sidebar|pager|pagination"
    r"|prev|next|related|recommend|hot|toolbar|tools|qrcode|ewm|search|login|banner|comments?|fontsize|hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_REPORT = 200
"""From how many characters on an element is more than surroundings, whatever it is called."""
_MAIN_SHARE = 0.9
_SENTENCE = re.compile("[，。；！？]")
_DAY = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})")
_TITLES = ("articletitle", "og:title")
_SOURCES = ("contentsource", "source")
_DAYS = ("pubdate", "publishdate", "article:published_time", "publish-date", "firstpublishedtime")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text, one block a line, with (offset, line of the file) marks; and what the page says of it.

    Without marks, the text is the file's.
    """

    text: str
    marks: tuple[tuple[int, int], ...] | None = None
    title: str | None = None
    publisher: str | None = None
    published_on: datetime.date | None = None

    def line_of(self, offset: int) -> int:
        """The 1-based line of the file on which the character at `offset` stands."""
        if self.marks is None:
            return self.text.count("\n", 0, offset) + 1
        at = bisect_right(self.marks, offset, key=itemgetter(0)) - 1
        return self.marks[max(at, 0)][1]


@dataclass(slots=True)
class _Block:
    """One line of the page as it is shown."""

    text: str = ""
    marks: list[tuple[int, int]] = field(default_factory=list)
    linked: int = 0
    heading: bool = False
    main: bool = False

    def add(self, text: str, line: int, linked: bool) -> None:
        """Append text that begins on `line`; a line end of the file is a blank at most."""
        for number, part in enumerate(text.split("\n")):
            part = re.sub(r"[ \t\f\r]+", " ", part)
            if number or not self.text or self.text[-1] == " ":
                part = part.lstrip(" ")
            if not part:
                continue
            if number and self.text:
                self.text = self.text.rstrip(" ")
                part = " " * (self.text[-1:] < "\x7f" and part[0] < "\x7f") + part
            self.marks.append((len(self.text), line + number))
            self.text += part
            self.linked += len(part) if linked else 0

    def is_links(self) -> bool:
        """Whether it is a line of links, not of a report."""
        return self.linked > 0.5 * len(self.text.strip()) and not _SENTENCE.search(self.text)


def read_page(markup: str) -> Page:
    """The report that a page holds; raises `Rejected` where the parser would pass over some of it."""
    root = _parsed(markup.replace("\r\n", "\n").replace("\r", "\n"))
    if root is None:
        return Page("", ((0, 1),))
    blocks = _report(list(_blocks(root, _main(root))))
    text, marks = _joined(blocks)
    said = {
        (m.get("name") or m.get("property") or "").lower(): (m.get("content") or "").strip()
        for m in root.iter("meta")
    }
    heading = next((b.text.strip() for b in blocks if b.heading), None)
    named = root.findtext(".//title")
    return Page(
        text,
        marks,
        _first(said, _TITLES) or heading or (named and named.strip()) or None,
        _first(said, _SOURCES),
        _day(_first(said, _DAYS)),
    )


def _parsed(markup: str) -> html.HtmlElement | None:
    parser = html.HTMLParser(encoding="utf-8", remove_pis=True)
    try:
        return html.document_fromstring(markup.encode(), parser=parser)
    except etree.ParserError:
        return None
    finally:
        _expect_whole(parser)


def _expect_whole(parser: html.HTMLParser) -> None:
    """Reject a page at whose depth or length the parser stopped: the rest of it would be gone without a word."""
    limit = etree.ErrorTypes.ERR_RESOURCE_LIMIT
    stopped = next((error for error in parser.error_log if error.type == limit), None)
    if stopped:
        why = stopped.message.partition(",")[0].lower()
        raise Rejected(
            f"the page is not read to its end ({why}); save the text of the report as .txt in UTF-8",
            stopped.line,
        )


def _main(root: html.HtmlElement) -> html.HtmlElement:
    """The innermost element that holds nearly all of the page's text that is not links."""
    lengths: dict[html.HtmlElement, int] = {}
    for element in root.iter(etree.Element):
        if element.tag in _SKIPPED or element.tag == "a":
            continue
        own = len((element.text or "").strip()) + sum(len((c.tail or "").strip()) for c in element)
        for holder in (element, *element.iterancestors()):
            lengths[holder] = lengths.get(holder, 0) + own
    main = root.find("body") if root.find("body") is not None else root
    while True:
        inner = max(main, key=lambda e: lengths.get(e, 0), default=None)
        if inner is None or inner.tag == "p" or inner.tag not in _BLOCKS | {"td", "span", "font"}:
            return main
        if lengths.get(inner, 0) < _MAIN_SHARE * lengths.get(main, 0) or not lengths.get(inner):
            return main
        main = inner


def _is_surroundings(element: html.HtmlElement) -> bool:
    """Whether an element is no part of what is reported."""
    if element.tag in ("nav", "footer", "aside") or _SURROUNDINGS.search(
        f"{element.get('class', '')} {element.get('id', '')}"
    ):
        return len(element.text_content()) < _REPORT
    return element.tag in _SKIPPED or bool(_HIDDEN.search(element.get("style", "")))


def _blocks(root: html.HtmlElement, main: html.HtmlElement) -> Iterator[_Block]:
    """The lines of the page as they are shown."""
    block, linked, within = _Block(main=main is root), 0, main is root
    for event, element, text, line in _texts(root):
        tag = element.tag
        if element is main:
            within = event == "start"
        if event != "comment" and (tag in _BLOCKS or element is main):
            if block.text.strip():
                yield block
            block = _Block(heading=event == "start" and tag in _HEADINGS)
        if tag == "a":
            linked += 1 if event == "start" else -1
        block.main |= within
        if event == "start" and tag in ("td", "th") and block.text:
            text = " " + text
        block.add(text, line, linked > 0)
    if block.text.strip():
        yield block


def _texts(root: html.HtmlElement) -> Iterator[tuple[str, html.HtmlElement, str, int]]:
    """The text behind every start and end of an element that belongs to the report, and the line it begins on."""
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    line = 1
    for event, element in walk:
        if event != "end":
            line = max(line, element.sourceline or line)
        text = (element.text if event == "start" else element.tail) or ""
        if event == "start" and _is_surroundings(element):
            walk.skip_subtree()
            text = ""
        yield event, element, text, line
        line += text.count("\n")


def _report(blocks: list[_Block]) -> list[_Block]:
    """The blocks of the main element, with the headline and what stands between it and them."""
    first = next((i for i, b in enumerate(blocks) if b.main), 0)
    last = max((i for i, b in enumerate(blocks) if b.main), default=len(blocks) - 1)
    headings = [i for i in range(max(0, first - 12), first) if blocks[i].heading]
    kept = blocks[headings[-1] if headings else first : last + 1]
    return [b for b in kept if not b.is_links()]


def _joined(blocks: list[_Block]) -> tuple[str, tuple[tuple[int, int], ...]]:
    marks: list[tuple[int, int]] = []
    at = 0
    for block in blocks:
        marks += [(at + offset, line) for offset, line in block.marks]
        at += len(block.text) + 1
    return "\n".join(b.text for b in blocks), tuple(marks) or ((0, 1),)


def _first(said: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((said[n] for n in names if said.get(n)), None)


def _day(given: str | None) -> datetime.date | None:
    match = _DAY.search(given or "")
    try:
        return datetime.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
