"""Layout is not content: lines as they were printed -> paragraphs. Nothing but white space is taken away.

A text is either set in columns, where a line ends because it is full, or it has one paragraph a line. Which of the two
is read from the text itself: in a column, lines that end in mid-sentence are all about equally wide. Wherever the
evidence is weak, the choice is the one that leaves sentences whole.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

_SEGMENT = re.compile(r"\S+(?:[^\S\n]\S+)*")
_TERMINAL = "。！？!?；：;:…"
_PARTS = "；：;:…"
_COMMAS, _OPENING, _CLOSING = "，、,", "“‘（《〈【〔「『(", "”’）》〉】〕」』)"
# No line of a text begins with one of these unless it goes on from the line before.
_NEVER_FIRST = frozenset("，、。；：！？,.;:!?%％…")
_NEVER_LAST = frozenset(_COMMAS + _OPENING)
_SENTENCE_INSIDE = re.compile(
    r"[。！？!?]|(?<=[^\x00-\x7f一二三四五六七八九十])[.．](?=[^\x00-\x7f]|$)"
)
# A full stop that is half-width is one behind a Chinese character or its marks; elsewhere it may belong to a number.
_HALF_WIDTH_STOPS = ".．｡﹒"
# Ordinals, brackets and field names begin a line of their own.
_NUMBERED = re.compile(
    r"[（(【\[]|[一二三四五六七八九十百\d]{1,3}[）)、.．]|第[一二三四五六七八九十]+[，、章节部]"
)
_BEGINNING = re.compile(rf"{_NUMBERED.pattern}|[^，。\s]{{1,8}}[：:]")
_MARK = re.compile("[，。；：！？,;:!?]")
_DAY = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日")
# A day, a time or a field's figure that a line ends with, such as when a page was published, is whole.
_MOMENT = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$|[:：]\s?\d{1,6}$")
_LEAD, _REPEATED = 150, 6
"""How far a lead repeats its headline, and how many characters of it."""
_INNER_MARK = re.compile("[，,；;]")
_HEAD = 4
"""So many lines at the top may be headlines, which have a comma but no full stop."""
_LONGEST = 5_000
"""No paragraph of a report has more characters."""
_SIGNED = re.compile(r"[。！？!?]\s?[（(][^（）()]+[）)]$")
_LONGEST_SIGNATURE = 40
_EVEN = 0.9
"""From which share of lines of one width on a column is set to that width exactly."""
_FEW = 3
"""From how many lines on a single blank is an indentation."""
_PAIRS = dict(zip("”’）》」』", "“‘（《「『", strict=True))


class _Line(NamedTuple):
    """One printed line, or one of the parts into which runs of blanks divide it; without the blanks around it."""

    start: int
    end: int
    indent: int
    """The width of the blanks before it, in half-width columns."""
    breaks: int
    """Line ends before it: 0 after a run of blanks, 1 on the next line, more after blank lines."""
    terminal: bool
    """Whether it ends where a sentence, or a part of one, does."""
    widths: tuple[int, int]
    """How wide it is without its indentation, in characters and in half-width columns."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A text with one paragraph a line, and where each stretch of it stood: (offset, line) pairs in order."""

    text: str
    source_lines: tuple[tuple[int, int], ...]


def mend(source: str, marks: Sequence[tuple[int, int]] | None = None) -> Mended:
    """Join the lines of `source` to paragraphs.

    `marks` are (offset, line) pairs that say on which line of the file a stretch of `source` stands; without them,
    `source` is the file.
    """
    source = _line_ends(source)
    lines = _lines(source)
    is_page = marks is not None
    if marks is None:
        marks = [(0, 1), *((m.end(), n) for n, m in enumerate(re.finditer("\n", source), 2))]
    column = _Column.of(lines)
    return _assemble(source, _paragraphs(source, lines, column, is_page), marks)


def _line_ends(source: str) -> str:
    """One kind of line end, without changing the number of lines; form feeds are no line ends."""
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    for mark, blank in (
        ("\f", ""),
        ("\v", ""),
        ("\u2028", "    "),
        ("\u2029", "    "),
        ("\x85", "    "),
    ):
        source = source.replace(mark, blank)
    return source


def _lines(source: str) -> list[_Line]:
    """The printed lines, divided where a run of blanks marks a paragraph within them."""
    lines: list[_Line] = []
    begin = end = at = breaks = 0
    for found in _SEGMENT.finditer(source):
        start, stop = found.span()
        line_ends = source.count("\n", end, start)
        if end and not line_ends and not _divides(source, begin, end, start, stop):
            end = stop
            continue
        if end:
            lines.append(_line(source, at, begin, end, breaks))
        at = source.rfind("\n", end, start) + 1 if line_ends else end
        begin, end, breaks = start, stop, line_ends
    if end:
        lines.append(_line(source, at, begin, end, breaks))
    return lines


def _line(source: str, at: int, start: int, end: int, breaks: int) -> _Line:
    """The line from `start` to `end`, with blanks before it from `at` on."""
    closing = source[end - 1] in _CLOSING and end - start > 1
    indent = _columns(source[at:start]) if start > at else 0
    # A blank at the end filled the column too.
    filled = end + (source[end : end + 1] in (" ", "\u3000"))
    chars = filled - start
    wide = (len(source[start:filled].encode()) - chars) // 2
    return _Line(
        start,
        end,
        indent,
        breaks,
        _is_terminal(source, start, end - closing) or (closing and _is_signed(source, start, end)),
        (chars, chars + wide),
    )


def _is_terminal(source: str, start: int, end: int) -> bool:
    """Whether the line from `start` to `end` ends where a sentence, or a part of one, does."""
    last = source[end - 1]
    if last in _HALF_WIDTH_STOPS and end - start > 4:
        return not source[end - 2].isascii()
    return last in _TERMINAL


def _is_signed(source: str, start: int, end: int) -> bool:
    """Whether the line from `start` to `end` ends with the names of reporters, or the source, in brackets."""
    return _SIGNED.search(source, max(start, end - _LONGEST_SIGNATURE), end) is not None


def _divides(source: str, begin: int, end: int, start: int, stop: int) -> bool:
    """Whether the run of blanks from `end` to `start` sets a paragraph, or a byline, apart from what stands before.

    Between names in a list, and within the name of a person, it does not.
    """
    if source[end - 1] in _TERMINAL + _CLOSING or start - end >= 4:
        return True
    return min(end - begin, stop - start) > 4


def _columns(text: str) -> int:
    """How many half-width columns a text takes up."""
    tabs = 3 * text.count("\t")
    return len(text) + (len(text.encode()) - len(text)) // 2 + tabs


@dataclass(frozen=True, slots=True)
class _Column:
    """How a text is set: from which width on a line is full, and how lines are indented.

    `full` is counted in characters and in half-width columns, 0 where that measure does not tell; a text that has
    neither has one paragraph a line.
    """

    full: tuple[int, int] = (0, 0)
    continued: int = 0
    paragraph: int = 0
    spacing: int = 1
    """Line ends between most paragraphs."""
    is_indented: bool = False
    """Whether some lines are indented as new paragraphs are."""

    @classmethod
    def of(cls, lines: list[_Line]) -> "_Column":
        """Read it from the lines that end in mid-sentence."""
        broken = [a for a, b in pairwise(lines) if b.breaks and not a.terminal]
        if len(broken) < 2 or not any(full := _full_widths(lines, broken)):
            ends = Counter(b.breaks for a, b in pairwise(lines) if a.terminal)
            return cls(spacing=ends.most_common(1)[0][0] if ends else 1)
        column = cls(full)
        continued = Counter(
            b.indent for a, b in pairwise(lines) if b.breaks and not a.terminal and column.fills(a)
        )
        base = continued.most_common(1)[0][0] if continued else 0
        fresh = Counter(b.indent for b in lines if b.breaks and b.indent > base)
        if fresh[base + 1] < _FEW:
            # The blank of a headline where its line was broken.
            del fresh[base + 1]
        usual = fresh.most_common(1)[0][0] if fresh else base + 2
        return cls(full, base, usual, is_indented=bool(fresh))

    def fills(self, line: _Line) -> bool:
        """Whether a line ends because the column does; the indentation of a first line may or may not count."""
        spare = max(4, line.indent) if line.indent > self.continued else 0
        return any(f and w + spare >= f for w, f in zip(line.widths, self.full, strict=True))

    def sets_in(self, line: _Line) -> bool:
        """Whether a line is indented (or, in a text with hanging indentation, is not) as a new paragraph is."""
        if line.indent > self.continued:
            return 2 * (line.indent - self.continued) > self.paragraph - self.continued
        return line.indent < self.continued - 1


def _full_widths(lines: list[_Line], broken: list[_Line]) -> tuple[int, int]:
    """The least width of a full line in either measure, 0 for one in which the lines are less even."""
    found = []
    for measure in (0, 1):
        whole = sorted(a.widths[measure] for a in lines if a.terminal)
        parts = sorted(a.widths[measure] for a in lines if not a.terminal)
        indents = {a.indent for a in broken}
        found.append(
            max(
                _densest(
                    Counter(a.widths[measure] for a in broken if a.indent == indent),
                    whole,
                    parts,
                    # Beside first lines, others are wider by the indentation.
                    spare=1 + indent,
                )
                for indent in indents
            )
        )
    within, even, _ = max(found, key=lambda f: (f[1] >= _EVEN, f[0], f[1]))
    chars, columns = (
        least if n and n >= 0.8 * within and evenness >= even - 0.05 else 0
        for n, evenness, least in found
    )
    return chars, columns


def _densest(
    ends: Counter[int], whole: list[int], parts: list[int], spare: int
) -> tuple[int, float, int]:
    """How many lines that end in mid-sentence are about equally wide, how evenly so, and the least width of a full one.

    `whole` are the widths of the lines that end with a sentence, `parts` those of all others. In a column none of the
    former is wider than it, and of the latter hardly any.
    """
    best = (0, 0.0, 0)
    for widest in ends:
        if (
            _over(whole, widest + spare) > len(whole) // 20
            or _over(parts, widest + spare) > 1 + len(parts) // 10
        ):
            continue
        spread = max(2, widest // 7)
        within = sum(n for w, n in ends.items() if widest - spread <= w <= widest)
        stops = _over(whole, widest - spread - 1) - _over(whole, widest)
        if within < 2 or within < stops:
            continue
        exact, usual = max((ends[v] + ends[v + 1], v) for v in range(widest - spread, widest + 1))
        # In a column of an exact width, a line may lack the one character that must not begin the next.
        least = usual - (ends[usual - 1] > 0) if exact >= _EVEN * within else widest - spread
        best = max(best, (within, exact / within, least))
    return best


def _over(widths: list[int], width: int) -> int:
    """How many of the sorted widths are greater."""
    return len(widths) - bisect_right(widths, width)


def _paragraphs(
    source: str, lines: list[_Line], column: _Column, is_page: bool
) -> list[list[_Line]]:
    paragraphs: list[list[_Line]] = []
    breaks = _breaks_in_column if any(column.full) else _breaks_in_lines
    for index, line in enumerate(lines):
        if not paragraphs or line.breaks == 0:
            paragraphs.append([line])
            continue
        paragraph = paragraphs[-1]
        goes_on = _goes_on(source, paragraph, line)
        # A page's markup says where its paragraphs end, unless they were set in columns before.
        if not goes_on and not (is_page and not any(column.full)):
            goes_on = not breaks(source, lines, index, paragraph, column)
        if goes_on:
            paragraph.append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def _is_link(source: str, lines: list[_Line], index: int) -> bool:
    """Whether a line is a few words out of the middle of a sentence, such as a link that a conversion set apart."""
    line, before = lines[index], lines[index - 1]
    if (
        before.terminal
        or line.terminal
        or line.indent
        or line.end - line.start > 40
        or index + 1 == len(lines)
    ):
        return False
    return lines[index + 1].breaks == 1 and source[lines[index + 1].start] in _NEVER_FIRST


def _goes_on(source: str, paragraph: list[_Line], line: _Line) -> bool:
    """Whether a line cannot begin a paragraph, whatever the layout."""
    last, first = source[paragraph[-1].end - 1], source[line.start]
    # Behind 字体：【 a page's buttons were lost.
    is_lost = source[paragraph[-1].end - 2 : paragraph[-1].end - 1] in ("：", ":")
    if first in _NEVER_FIRST or (last in _NEVER_LAST and not is_lost):
        return True
    if first in _PAIRS:
        begin, end = _stretch(paragraph)
        return source.count(_PAIRS[first], begin, end) > source.count(first, begin, end)
    return (
        last.isdigit()
        and first.isdigit()
        and line.indent == 0
        and paragraph[-1].end - paragraph[-1].start > 8
        and _MOMENT.search(source, paragraph[-1].start, paragraph[-1].end) is None
    )


def _breaks_in_column(
    source: str, lines: list[_Line], index: int, paragraph: list[_Line], column: _Column
) -> bool:
    """Whether `lines[index]` begins a paragraph of a text that is set in columns."""
    line, before = lines[index], paragraph[-1]
    if column.sets_in(line):
        return True
    if paragraph[0] is lines[0] and _ends_headline(source, line, paragraph, column):
        return True
    if column.fills(before):
        if not before.terminal or source[before.end - 1] in _PARTS:
            return False
        return line.breaks > 1 or _BEGINNING.match(source, line.start) is not None
    if before.terminal:
        return True
    return not _has_sentence(source, paragraph) and not _narrow(lines, index)


def _ends_headline(source: str, line: _Line, paragraph: list[_Line], column: _Column) -> bool:
    """Whether a headline that fills its lines ends before `line`: a day opens the lead, or it repeats the last words.

    Where paragraphs are indented, that tells more.
    """
    start, end = _stretch(paragraph)
    if column.is_indented or _MARK.search(source, start, end):
        return False
    lead = "".join(source[line.start : line.start + 2 * _LEAD].split())[:_LEAD]
    last = "".join(source[start:end].split())[-_REPEATED:]
    return _DAY.match(lead) is not None or (last in lead and last + lead[:2] not in lead)


def _narrow(lines: list[_Line], index: int) -> bool:
    """Whether the line before stands in a narrower column: its neighbours are as wide as itself."""
    if not 2 <= index < len(lines):
        return False
    before, *_, widest = sorted(a.widths[1] for a in lines[index - 2 : index + 1])
    return widest - before <= 2 and before > 16 and not lines[index - 2].terminal


def _breaks_in_lines(
    source: str, lines: list[_Line], index: int, paragraph: list[_Line], column: _Column
) -> bool:
    """Whether `lines[index]` begins a paragraph of a text with one paragraph a line: nearly always."""
    line, before = lines[index], paragraph[-1]
    if _is_link(source, lines, index):
        return False
    if before.terminal or line.indent or _BEGINNING.match(source, line.start):
        return True
    if source[before.end - 1] in _NEVER_LAST:
        return True
    if before.end - before.start > 20 and _has_sentence(source, paragraph):
        return False
    if line.terminal and _is_torn(source, line, paragraph, column):
        return False
    inner = source.find("，", before.start, before.end)
    return not (paragraph[0].indent and inner > 0)


def _is_torn(source: str, line: _Line, paragraph: list[_Line], column: _Column) -> bool:
    """Whether a sentence was torn before `line`: a pair of marks, or a sentence with commas where blank lines are rare."""
    start, end = _stretch(paragraph)
    if any(
        source.count(opening, start, end) > source.count(closing, start, end)
        and source.find(closing, line.start, line.end) >= 0
        for closing, opening in _PAIRS.items()
    ):
        return True
    if _NUMBERED.match(source, start) or not paragraph[0].breaks <= column.spacing < line.breaks:
        return False
    is_head = source.count("\n", 0, min(start, _LONGEST)) < _HEAD
    return len(_INNER_MARK.findall(source, start, end)) > is_head


def _has_sentence(source: str, paragraph: list[_Line]) -> bool:
    """Whether a whole sentence stands in it already, so that it is no heading."""
    return _SENTENCE_INSIDE.search(source, *_stretch(paragraph)) is not None


def _stretch(paragraph: list[_Line]) -> tuple[int, int]:
    """Where a paragraph stands; of one that is longer than any, its end alone, lest every line look through all others."""
    end = paragraph[-1].end
    return max(paragraph[0].start, end - _LONGEST), end


def _assemble(
    source: str, paragraphs: list[list[_Line]], marks: Sequence[tuple[int, int]]
) -> Mended:
    text: list[str] = []
    source_lines: list[tuple[int, int]] = []
    at, mark = 0, 0
    for paragraph in paragraphs:
        for line in paragraph:
            while mark + 1 < len(marks) and marks[mark + 1][0] <= line.start:
                mark += 1
            source_lines.append((at, marks[mark][1]))
            while mark + 1 < len(marks) and marks[mark + 1][0] < line.end:
                mark += 1
                source_lines.append((at + marks[mark][0] - line.start, marks[mark][1]))
            text.append(source[line.start : line.end])
            at += line.end - line.start
        text.append("\n")
        at += 1
    return Mended("".join(text[:-1]), tuple(source_lines))
