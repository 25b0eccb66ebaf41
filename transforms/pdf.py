"""PDF files with a text layer -> lines in the order in which they are read, columns one after the other.

A PDF says where each character stands and nothing of what it belongs to. Characters are put together to pieces of a
line; a gutter that hardly any piece crosses parts the page into columns, and a piece that crosses it (a headline) parts
what stands above from what stands below it.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from transforms.pages import Page
from transforms.source import Rejected

_MOST_PAGES, _MOST_CHARACTERS, _MOST_PIECES = 500, 2_000_000, 5_000
_REMEDY = "save the text of the report as .txt in UTF-8"
_FOLIO = re.compile(r"[\W_]*\d{1,4}[\W_]*")
# From a text layer that a bad font left without meaning come these.
_MEANINGLESS = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
# A column has some lines; of all pieces on a page, hardly any cross its gutter.
_FEW, _CROSSING = 3, 0.3
_MOST_INDENT = 8
_GAP = 0.7
"""So much of its height may a character stand behind the one before it on its line; a gutter is wider."""
_ENDS = 2
"""So many lines at either end of a page may be no part of its text."""
_HEADLINE = 1.25
"""From how many times the usual size on characters are a headline's."""
_SPACED = 0.3
"""From which share of Chinese characters with a blank behind them on these blanks mean nothing."""


class _Piece(NamedTuple):
    """Part of a printed line; its box in points from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def size(self) -> float:
        """Its height, which is about the width of one Chinese character."""
        return self.top - self.bottom


class _Line(NamedTuple):
    """A line as it is read, with the size of its characters."""

    text: str
    size: float


def read_pdf(content: bytes) -> Page:
    """The text of a PDF, one printed line a line, indented as it is printed.

    What stands at the head or foot of most pages, and a page's number, are left out. Raises `Rejected` if there is no
    text, or none that can be read.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as pdf:
            pages = _pages(pdf)
    except pypdfium2.PdfiumError as error:
        raise Rejected(f"not a PDF that can be read ({error}); {_REMEDY}") from error
    _expect_words(pages)
    lines = [line for page in _without_furniture(pages) for line in _lines(page)]
    return Page("\n".join(_set_apart(lines)), title=_headline(lines))


def _pages(pdf: Any) -> list[list[_Piece]]:
    """The pieces of every page in the order in which they were printed."""
    if len(pdf) > _MOST_PAGES:
        raise Rejected(f"has {len(pdf):,} pages, more than {_MOST_PAGES}; {_REMEDY}")
    pages, characters = [], 0
    for number in range(len(pdf)):
        page = pdf[number]
        textpage = page.get_textpage()
        characters += textpage.count_chars()
        if characters > _MOST_CHARACTERS:
            raise Rejected(f"holds more than {_MOST_CHARACTERS:,} characters; {_REMEDY}")
        pages.append(_pieces(_characters(textpage)))
        textpage.close()
        page.close()
    return pages


def _expect_words(pages: Sequence[Sequence[_Piece]]) -> None:
    text = "".join(piece.text for page in pages for piece in page)
    if not text.strip():
        raise Rejected(
            "holds pictures alone, no text (a scan): its characters need to be recognised (OCR) by another program; "
            "add the text as .txt in UTF-8"
        )
    if 3 * len(_MEANINGLESS.findall(text)) > len(text):
        raise Rejected(
            "its fonts do not tell which characters they show: they need to be recognised (OCR) by another program; "
            "add the text as .txt in UTF-8"
        )


def _headline(lines: Sequence[_Line]) -> str | None:
    """The first lines of the largest characters, if they are larger than most."""
    usual = _usual_size(lines)
    largest = max((line.size for line in lines), default=0.0)
    if largest < _HEADLINE * usual:
        return None
    groups = groupby(lines, key=lambda line: line.size > 0.95 * largest)
    return next(" ".join(x.text.strip() for x in group) for is_large, group in groups if is_large)


def _usual_size(lines: Sequence[_Line]) -> float:
    """The size of most characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _set_apart(lines: Sequence[_Line]) -> Iterator[str]:
    """The lines' texts; where larger or smaller characters begin, indented as a new paragraph is."""
    before = lines[0].size if lines else 0.0
    for line in lines:
        changes = not 1 / _HEADLINE < line.size / before < _HEADLINE
        before = line.size
        yield "\u3000\u3000" + line.text.lstrip() if changes else line.text


# ------------------------------------------------------------------------------ furniture


def _without_furniture(pages: Sequence[list[_Piece]]) -> Iterator[list[_Piece]]:
    """The pages without their numbers and without the lines that most of them begin or end with."""
    ends = [(rows[:_ENDS], rows[-_ENDS:]) for rows in (list(_as_rows(page)) for page in pages)]
    found = Counter(key for some in ends for key in {_key(row) for rows in some for row in rows})
    running = {key for key, n in found.items() if n > 1 and 2 * n > len(pages)}
    for page, (first, last) in zip(pages, ends, strict=True):
        gone: set[int] = set()
        for rows in (first, last[::-1]):
            for row in rows:
                if not _FOLIO.fullmatch(_joined(row).text) and _key(row) not in running:
                    break
                gone.update(map(id, row))
        yield [piece for piece in page if id(piece) not in gone]


def _key(row: Sequence[_Piece]) -> str:
    """What a line at the end of a page has in common with those of other pages."""
    return re.sub(r"[\d\s]+", "", _joined(row).text)


# ------------------------------------------------------------------------------ pieces


def _pieces(found: Sequence[_Piece]) -> list[_Piece]:
    """Characters put together to pieces, as long as one stands right behind the other."""
    pieces: list[_Piece] = []
    characters: list[_Piece] = []
    for character in found:
        if characters and not _goes_on(characters[-1], character):
            pieces.append(_joined(characters))
            characters = []
        characters.append(character)
    if characters:
        pieces.append(_joined(characters))
    return [piece for piece in pieces if piece.text]


def _characters(textpage: Any) -> list[_Piece]:
    """Every character with its box; blanks that the page itself has, unless they stand between all characters."""
    found = list(_boxes(textpage))
    wide = [i for i, c in enumerate(found) if c.text > "\u2e7f"]
    spaced = sum(1 for i in wide if i + 1 < len(found) and found[i + 1].text == " ")
    if spaced > _SPACED * len(wide):
        return [c for c in found if c.text != " "]
    return found


def _boxes(textpage: Any) -> Iterator[_Piece]:
    from pypdfium2 import raw

    box, high = raw.FS_RECTF(), 0
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        shown, high = _character(code, high), 0
        if not shown or raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        if raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(box)):
            left, right = sorted((box.left, box.right))
            bottom, top = sorted((box.bottom, box.top))
            if top > bottom:
                yield _Piece(left, bottom, right, top, shown)


def _character(code: int, high: int) -> str:
    """The character of a code, the second half of a pair with its first; none for what ends lines."""
    if 0xDC00 <= code < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)) if high else "\ufffd"
    if code in (0, 0xFFFE, 0xFFFF) or code > 0x10FFFF:
        return ""
    shown = chr(code)
    if shown.isspace():
        return " " if shown not in "\r\n\u3000" else "\u3000" * (shown == "\u3000")
    return shown


def _goes_on(last: _Piece, found: _Piece) -> bool:
    """Whether a character stands right behind another, on its line."""
    overlap = min(last.top, found.top) - max(last.bottom, found.bottom)
    size = min(last.size, found.size)
    return overlap > 0.5 * size and -0.5 * size < found.left - last.right < _GAP * size


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    """Pieces of one line as one, without blanks around it; a gap as wide as a character is one."""
    shown = [piece for piece in pieces if not piece.text.isspace()]
    if not shown:
        return pieces[0]._replace(text="")
    text, before = "", shown[0]
    for piece in pieces[pieces.index(shown[0]) : len(pieces)]:
        gap = (piece.left - before.right) / piece.size
        if gap > _GAP:
            text += "\u3000"
        elif gap > 0.15 and _is_latin(before.text[-1]) and _is_latin(piece.text[0]):
            text += " "
        text, before = text + piece.text, piece
    return _Piece(
        min(p.left for p in shown),
        min(p.bottom for p in shown),
        max(p.right for p in shown),
        max(p.top for p in shown),
        text.strip(),
    )


def _is_latin(ch: str) -> bool:
    return ch < "\u2e80" and not ch.isspace()


# ------------------------------------------------------------------------------ order


def _lines(pieces: Sequence[_Piece]) -> Iterator[_Line]:
    """The lines of a page or column in reading order, each with its indentation."""
    if (gutter := _gutter(pieces)) is None:
        yield from _column(pieces)
        return
    group: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: -(p.top + p.bottom)):
        if piece.left < gutter < piece.right:
            yield from _beside(group, gutter)
            yield from _column([piece])
            group = []
        else:
            group.append(piece)
    yield from _beside(group, gutter)


def _beside(pieces: Sequence[_Piece], gutter: float) -> Iterator[_Line]:
    """What stands left of a gutter, then what stands right of it."""
    yield from _lines([p for p in pieces if p.right <= gutter])
    yield from _lines([p for p in pieces if p.left >= gutter])


def _gutter(pieces: Sequence[_Piece]) -> float | None:
    """Where a gutter stands that parts the pieces into columns with the fewest pieces across; None for one column."""
    if len(pieces) > _MOST_PIECES:
        return None
    best: tuple[float, float] | None = None
    for place in sorted({round(p.right, 1) for p in pieces}):
        left = [p for p in pieces if p.right <= place + 0.1]
        right = [p for p in pieces if p.left > place]
        crossing = len(pieces) - len(left) - len(right)
        if crossing > _CROSSING * min(len(left), len(right)) or (
            min(_rows(left), _rows(right)) < _FEW
        ):
            continue
        width = min(p.left for p in right) - place
        if width > 0.5 * median(p.size for p in pieces):
            best = max(best or (-1e9, 0.0), (width - crossing * width, place + width / 2))
    return best[1] if best else None


def _rows(pieces: Iterable[_Piece]) -> int:
    """How many lines pieces stand on."""
    return len({round((p.top + p.bottom) / p.size) for p in pieces})


def _column(pieces: Sequence[_Piece]) -> Iterator[_Line]:
    """The lines of one column from top to bottom; an indentation is told in blanks of a character's width."""
    if not pieces:
        return
    edge = min(p.left for p in pieces)
    for row in _as_rows(pieces):
        line = _joined(sorted(row, key=lambda p: p.left))
        indent = round((line.left - edge) / line.size)
        yield _Line("\u3000" * min(indent, _MOST_INDENT) + line.text, line.size)


def _as_rows(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces on one line together, from top to bottom."""
    row: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: -(p.top + p.bottom)):
        middle = (piece.top + piece.bottom) / 2
        if row and not row[0].bottom < middle < row[0].top:
            yield row
            row = []
        row.append(piece)
    if row:
        yield row
